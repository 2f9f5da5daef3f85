// `smelt inspect` on every kind of file and folder that a run reads or writes, with figures that the test knows from
// making them.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "arch/model_directory.h"
#include "arch/safetensors.h"
#include "base/files.h"
#include "base/manifest.h"
#include "base/stream.h"
#include "cli/inspect/explain.h"
#include "corpus/document_io.h"
#include "support/run_program.h"
#include "support/test_context.h"
#include "tokens/bpe_trainer.h"
#include "tokens/token_dataset.h"
#include "tokens/tokenizer.h"

namespace smelt {
namespace {

using cli::explain;
using cli::Explanation;
using testing::HasSubstr;

const std::string kSentence = "Iron comes out of the furnace, and slag stays behind; the smith waits until it glows. ";

Document document(int number) {
  Document out;
  out.id = "page" + std::to_string(number) + ".html";
  for (int i = 0; i <= number; ++i) {
    out.text += kSentence;
  }
  out.language = number == 2 ? "de" : "en";
  out.source = "smithy";
  return out;
}

ModelConfig small_model() {
  ModelConfig config;
  config.vocab_size = 300;
  config.hidden_size = 32;
  config.hybrid_override_pattern = "M-*";
  config.intermediate_size = 64;
  config.num_attention_heads = 2;
  config.num_key_value_heads = 1;
  config.head_dim = 16;
  config.mamba_num_heads = 4;
  config.mamba_head_dim = 8;
  config.n_groups = 1;
  config.ssm_state_size = 16;
  config.max_position_embeddings = 64;
  config.torch_dtype = "float32";
  return config;
}

std::string html(const std::string& title) {
  std::string body;
  for (int i = 0; i < 8; ++i) {
    body += "<p>" + kSentence +
            "The bellows are the oldest machine of the house, and they are the first to be heard in the "
            "morning. " +
            kSentence + "</p>\n";
  }
  return "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + title +
         "</title></head><body><h1>" + title + "</h1>\n" + body + "</body></html>\n";
}

std::string warc_record(const std::string& type, const std::string& url, const std::string& block) {
  return "WARC/1.0\r\nWARC-Type: " + type + "\r\nWARC-Target-URI: " + url + "\r\nWARC-Record-ID: <urn:uuid:" + url +
         ">\r\nWARC-Date: 2024-05-17T00:00:00Z\r\nContent-Type: "
         "application/http; msgtype=response\r\nContent-Length: " +
         std::to_string(block.size()) + "\r\n\r\n" + block + "\r\n\r\n";
}

// One of each, made once.
class Inspect : public testing::Test {
 protected:
  void SetUp() override {
    if (dir_ != nullptr) {
      return;
    }
    dir_ = std::make_unique<TemporaryDirectory>();
    make_pages();
    make_documents();
    make_tokens();
    make_models();
    make_lines();
  }
  static void TearDownTestSuite() { dir_.reset(); }
  static std::string file(const std::string& name) { return dir_->file(name); }

  static void make_pages() {
    make_directories(file("pages/guide"));
    write_file(file("pages/guide/forge.html"), html("The forge"));
    write_file(file("pages/index.html"), html("Index"));
    const std::string page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + html("Out of the archive");
    const std::string warc = warc_record("response", "http://smithy.test/a", page) +
                             warc_record("response", "http://smithy.test/b", page) + "WARC/1.0\r\nWARC-Type: x\r\n";
    write_file(file("a.warc"), warc);
    write_file(file("a.warc.zst"), zstd_compress(warc, 3));
    run_words({"gzip", "-k", file("a.warc")});
  }

  static void make_documents() {
    for (const char* name :
         {"docs.jsonl", "docs.jsonl.zst", "docs.parquet", "corpus/train/smithy/part-00000.jsonl.zst"}) {
      make_directories(std::filesystem::path(file(name)).parent_path().string());
      DocumentWriter writer(file(name));
      for (int i = 0; i < 3; ++i) {
        writer.write(document(i));
      }
      writer.commit();
    }
    run_words({"sh", "-c", "gzip -c " + file("docs.jsonl") + " > " + file("docs.jsonl.gz")});
    make_directories(file("corpus/rejects"));
    std::string reject;
    Json extra = Json::object();
    extra["reason"] = "too_short";
    extra["value"] = 12;
    extra["threshold"] = 50;
    append_json_line(document(5), reject, &extra);
    write_file(file("corpus/rejects/part-00000.jsonl"), reject);
  }

  static void make_tokens() {
    const TestContext context;
    TokenizerOptions options;
    options.vocab_size = 300;
    int given = 0;
    const TrainedTokenizer trained = train_tokenizer(context.get(), options, [&]() -> std::optional<std::string> {
      return given++ < 3 ? std::optional(document(4).text) : std::nullopt;
    });
    make_directories(file("tokenizer"));
    write_tokenizer(trained, options, file("tokenizer"));
    const Tokenizer tokenizer = Tokenizer::load(file("tokenizer"));
    make_directories(file("tokens"));
    TokenDatasetWriter writer(file("tokens/smithy"), TokenType::kUint16);
    writer.add_document(tokenizer.encode(kSentence));
    writer.add_document({});
    writer.commit();
    const std::vector<uint32_t> ids = {7, 8, 299};
    write_file(file("text.ids"), {reinterpret_cast<const char*>(ids.data()), ids.size() * sizeof(uint32_t)});
  }

  static void make_models() {
    make_directories(file("model"));
    write_fresh_model(file("model"), small_model(), 1);
    make_directories(file("milestones"));
    for (const char* step : {"step-00000010", "step-00000020"}) {
      std::filesystem::copy(file("model"), file("milestones/") + step, std::filesystem::copy_options::recursive);
    }
    const std::string dir = file("checkpoints/step-00000020");
    make_directories(dir);
    const std::vector<float> numbers(6, 0.5F);
    write_safetensors(dir + "/params.safetensors",
                      {{"w", DType::kF32, {2, 3}, {reinterpret_cast<const char*>(numbers.data()), 24}}}, {});
    write_file(dir + "/state.json",
               R"({"format":"smelt-checkpoint-1","trainer":{"steps_done":20},"extra":{"loss":2.5}})");
    Manifest manifest;
    manifest.stage = "checkpoint";
    manifest.key = "k";
    manifest.counts = Json::object();
    manifest.inputs = Json::object();
    manifest.files = hash_directory(dir);
    write_manifest(dir, manifest);
  }

  static void make_lines() {
    write_file(file("metrics.jsonl"),
               "{\"step\":1,\"tokens\":4096,\"loss\":9.0,\"lr\":0.001,\"grad_norm\":1.5}\n"
               "{\"step\":2,\"tokens\":8192,\"loss\":7.25,\"lr\":0.001,\"grad_norm\":1.25,\"val_loss\":7.5}\n");
    write_file(file("timing.jsonl"),
               "{\"step\":1,\"time\":1.0,\"seconds\":2.0,\"tokens_per_s\":2048.0,\"gflops\":40.0}\n");
    write_file(file("samples.jsonl"),
               "{\"step\":0,\"sample\":0,\"prompt\":\"Iron\",\"text\":\"zzz\",\"tokens\":3,\"finish\":\"length\"}\n");
    write_file(file("log.jsonl"),
               "{\"time\":\"2024-05-17T00:00:00\",\"level\":\"warning\",\"message\":\"the coal is wet\"}\n");
    write_file(file("small.toml"), "[run]\nname = \"small\"\n[tokenizer]\nvocab_size = 512\n");
    write_file(file("chat_template.jinja"), "{% for m in messages %}[{{ m.role }}] {{ m.content }}{% endfor %}");
    write_file(file("noise"), std::string("\x01\x02\xff\xfe neither this nor that", 26));
    write_file(file("empty"), "");
  }

  static std::unique_ptr<TemporaryDirectory> dir_;
};
std::unique_ptr<TemporaryDirectory> Inspect::dir_;

struct Known {
  const char* path;
  const char* kind;
  std::vector<std::string> says;
};

TEST_F(Inspect, explains_pages_and_crawls) {
  for (const char* name : {"a.warc", "a.warc.gz", "a.warc.zst"}) {
    const Explanation out = explain(file(name));
    EXPECT_EQ(out.kind, "WARC") << name;
    EXPECT_EQ(out.data.at("records").get("response", int64_t{0}), 2) << name;
    EXPECT_EQ(out.data.at("broken").size(), 1U) << name << ": " << out.text;
    EXPECT_THAT(out.text, HasSubstr("Out of the archive"));
    EXPECT_THAT(out.text, HasSubstr("http://smithy.test/a"));
  }
  const Explanation page = explain(file("pages/index.html"));
  EXPECT_EQ(page.kind, "page");
  EXPECT_THAT(page.text, HasSubstr("Iron comes out of the furnace"));
  const Explanation pages = explain(file("pages"));
  EXPECT_EQ(pages.kind, "pages");
  EXPECT_EQ(pages.data.get("pages", int64_t{0}), 2);
  EXPECT_THAT(pages.text, HasSubstr("The forge"));
}

TEST_F(Inspect, counts_documents_alike_in_every_format) {
  const auto bytes = static_cast<int64_t>(6 * kSentence.size());
  for (const char* name : {"docs.jsonl", "docs.jsonl.gz", "docs.jsonl.zst", "docs.parquet", "corpus"}) {
    const Explanation out = explain(file(name));
    EXPECT_EQ(out.kind, "documents") << name;
    EXPECT_EQ(out.data.get("documents", int64_t{0}), 3) << name;
    EXPECT_EQ(out.data.get("bytes", int64_t{0}), bytes) << name;
    EXPECT_EQ(out.data.at("languages").get("de", int64_t{0}), 1) << name;
    EXPECT_THAT(out.text, HasSubstr("page0.html"));
    EXPECT_THAT(out.text, HasSubstr("Iron comes out of the furnace"));
  }
  for (const char* name : {"corpus/rejects", "corpus/rejects/part-00000.jsonl"}) {
    const Explanation out = explain(file(name));
    EXPECT_EQ(out.kind, "rejects") << name;
    EXPECT_EQ(out.data.at("reasons").get("too_short", int64_t{0}), 1);
    EXPECT_THAT(out.text, HasSubstr("12, where the limit is 50"));
  }
}

TEST_F(Inspect, explains_tokenizers_and_token_files) {
  for (const char* name : {"tokenizer", "tokenizer/tokenizer.json"}) {
    const Explanation out = explain(file(name));
    EXPECT_EQ(out.kind, "tokenizer") << name;
    EXPECT_EQ(out.data.get("vocab_size", int64_t{0}), 300);
    EXPECT_EQ(out.data.get("eos", ""), "<|endoftext|>");
  }
  const auto tokens = static_cast<int64_t>(Tokenizer::load(file("tokenizer")).encode(kSentence).size());
  for (const char* name : {"tokens/smithy", "tokens/smithy.bin", "tokens/smithy.idx", "tokens"}) {
    const Explanation out = explain(file(name));
    EXPECT_EQ(out.kind, "tokens") << name;
    EXPECT_EQ(out.data.get("tokens", int64_t{0}), tokens) << name;
  }
  EXPECT_THAT(explain(file("tokens/smithy")).text, HasSubstr("Iron comes out of the furnace"));
  EXPECT_EQ(explain(file("text.ids")).data.get("highest", int64_t{0}), 299);
}

TEST_F(Inspect, explains_models_and_checkpoints) {
  // Counted by hand from the shapes: embedding and output, Mamba, feed-forward, attention, norms.
  const int64_t mamba = 32 + (32 + 64 + 4) * 32 + 64 * 4 + 64 + 3 * 4 + 32 + 32 * 32;
  const int64_t parameters = 2 * 300 * 32 + mamba + (32 + 2 * 64 * 32) + (32 + 32 * 32 * 2 + 16 * 32 * 2) + 32;
  const Explanation model = explain(file("model"));
  EXPECT_EQ(model.kind, "model");
  EXPECT_EQ(model.data.get("parameters", int64_t{0}), parameters) << model.text;
  EXPECT_EQ(explain(file("model/config.json")).kind, "model");
  EXPECT_EQ(explain(file("model/model.safetensors")).data.get("numbers", int64_t{0}), parameters);
  EXPECT_EQ(explain(file("milestones")).data.at("milestones").size(), 2U);
  EXPECT_EQ(explain(file("milestones/step-00000010")).kind, "model");
  EXPECT_EQ(explain(file("checkpoints")).data.at("checkpoints").size(), 1U);
  const Explanation checkpoint = explain(file("checkpoints/step-00000020"));
  EXPECT_EQ(checkpoint.kind, "checkpoint");
  EXPECT_THAT(checkpoint.text, HasSubstr("after 20 steps"));
  EXPECT_THAT(checkpoint.text, HasSubstr("2 files whole: every checksum matches"));
}

TEST_F(Inspect, tells_a_damaged_stage) {
  const std::string dir = file("damaged");
  std::filesystem::copy(file("checkpoints/step-00000020"), dir);
  std::string bytes = read_file(dir + "/params.safetensors");
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  write_file(dir + "/params.safetensors", bytes);
  EXPECT_THAT(explain(dir).text, HasSubstr("DAMAGED"));
  EXPECT_THAT(explain(dir + "/manifest.json").text, HasSubstr("params.safetensors: the content differs"));
}

TEST_F(Inspect, explains_logs_recipes_and_templates) {
  const std::vector<Known> known = {
      {"metrics.jsonl", "metrics", {"2 steps, 8,192 tokens", "9 at first, 7.25 at last", "held-out loss"}},
      {"timing.jsonl", "timing", {"2048 tokens/s"}},
      {"samples.jsonl", "samples", {"\"Iron\"", "zzz"}},
      {"log.jsonl", "log", {"the coal is wet"}},
      {"small.toml", "recipe", {"'small'", "tokenizer.vocab_size", "512"}},
      {"chat_template.jinja", "chat template", {"[user] Hello![assistant] Hello."}},
      {"tokenizer/tokenizer_config.json", "JSON", {"PreTrainedTokenizerFast"}},
  };
  for (const auto& [path, kind, says] : known) {
    const Explanation out = explain(file(path));
    EXPECT_EQ(out.kind, kind) << path;
    for (const auto& words : says) {
      EXPECT_THAT(out.text, HasSubstr(words)) << path;
    }
  }
}

TEST_F(Inspect, explains_a_run_and_its_stages) {
  write_file(file("run.toml"), "[run]\nname = \"first\"\noutput = \"" + file("runs") + "\"\n" +
                                   "[[documents.pages]]\nname = \"smithy\"\ninputs = [\"" + file("pages") +
                                   "\"]\n[tokenizer]\nvocab_size = 300\n");
  make_directories(file("runs/first"));
  write_file(file("runs/first/machine.json"), "{}\n");  // else the run would measure the machine for seconds
  const ProgramResult result = run_smelt({"run", file("run.toml"), "--until", "documents", "-q"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const Explanation run = explain(file("runs/first"));
  EXPECT_EQ(run.kind, "run");
  EXPECT_EQ(run.data.at("summary").get("documents", int64_t{0}), 2);
  EXPECT_THAT(run.text, HasSubstr("stopped after documents"));
  EXPECT_EQ(explain(file("runs/first/run.json")).kind, "run");
  EXPECT_EQ(explain(file("runs")).kind, "runs");
  EXPECT_EQ(explain(file("runs/catalogue.sqlite")).data.at("runs").size(), 1U);
  EXPECT_EQ(explain(file("runs/first/report.html")).kind, "report");
  EXPECT_EQ(explain(file("runs/first/recipe.resolved.toml")).kind, "recipe");
  EXPECT_EQ(explain(file("runs/first/log.jsonl")).kind, "log");
  const Explanation stage = explain(file("runs/first/documents"));
  EXPECT_EQ(stage.kind, "stage");
  EXPECT_THAT(stage.text, HasSubstr("every checksum matches"));
  EXPECT_EQ(explain(file("runs/first/documents/part-00000.jsonl.zst")).data.get("documents", int64_t{0}), 2);
}

TEST_F(Inspect, an_unfinished_stage_says_how_to_go_on) {
  make_directories(file("corpus.partial/.done"));
  write_file(file("corpus.partial/.stage"), "abc\n");
  write_file(file("corpus.partial/.done/part-00000.json"), "{}");
  const Explanation out = explain(file("corpus.partial"));
  EXPECT_EQ(out.kind, "unfinished stage");
  EXPECT_EQ(out.data.get("finished_shards", int64_t{0}), 1);
  EXPECT_THAT(out.text, HasSubstr("--resume"));
}

TEST_F(Inspect, unknown_bytes_are_an_error_that_says_what_is_known) {
  for (const auto& [path, says] : {std::pair{"noise", "nothing in the file is recognised"},
                                   {"empty", "the file is empty"},
                                   {"absent", "no such file or folder"}}) {
    const ProgramResult result = run_smelt({"inspect", file(path)});
    EXPECT_EQ(result.exit_code, 3) << path;
    EXPECT_THAT(result.err, HasSubstr(says));
    EXPECT_TRUE(result.out.empty());
  }
}

TEST_F(Inspect, json_holds_the_kind_and_the_figures_in_one_line) {
  const ProgramResult result = run_smelt({"inspect", file("docs.jsonl"), "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const Result<Json> json = Json::parse(result.out);
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(json.value().get("kind", ""), "documents");
  EXPECT_EQ(json.value().get("documents", int64_t{0}), 3);
  EXPECT_EQ(result.out.find('\n'), result.out.size() - 1);
}

}  // namespace
}  // namespace smelt
