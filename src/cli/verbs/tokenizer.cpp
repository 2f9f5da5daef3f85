// `smelt tokenizer train | encode | decode | inspect`.
#include "tokens/tokenizer.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include <fmt/format.h>

#include "base/files.h"
#include "base/stream.h"
#include "base/text.h"
#include "cli/session.h"
#include "cli/verbs/lines.h"
#include "cli/verbs/verbs.h"
#include "corpus/document_io.h"
#include "tokens/bpe_trainer.h"

namespace smelt::cli {
namespace {

std::string read_whole(const std::string& path) {
  const auto source = open_input(path);
  std::string out;
  std::string buffer(1 << 20, '\0');
  while (const size_t count = source->read(buffer.data(), buffer.size())) {
    out.append(buffer, 0, count);
  }
  return out;
}

int train(Session& session, const Arguments& arguments) {
  TokenizerOptions options;
  options.vocab_size = arguments.integer("--vocab-size", options.vocab_size);
  if (options.vocab_size < 258 || options.vocab_size > (1 << 24)) {
    throw usage_error("must be between 258 and 16777216", "--vocab-size");
  }
  const std::string output = arguments.text("--output");
  const std::vector<InputFile> files = list_document_files(arguments.texts("--input"));
  const StageResult result = train_tokenizer_files(session.context(), options, files, output, arguments.has("--resume"));
  const Json& counts = result.manifest.counts;
  session.print(fmt::format("{}/tokenizer.json: {} entries from {} of text\n", output, counts.at("tokens").as_int(),
                            human_bytes(counts.at("bytes").as_double())),
                counts);
  return 0;
}

int encode(Session& session, const Arguments& arguments) {
  const Tokenizer tokenizer = Tokenizer::load(arguments.text("TOKENIZER"));
  const std::string text = read_whole(arguments.text("--input"));
  const std::vector<uint32_t> ids = tokenizer.encode(text);
  const std::string output = arguments.text("--output");
  refuse_to_overwrite(output);
  write_file(output, std::string_view(reinterpret_cast<const char*>(ids.data()), ids.size() * sizeof(uint32_t)));
  Json json = Json::object();
  json["tokens"] = static_cast<int64_t>(ids.size());
  json["bytes"] = static_cast<int64_t>(text.size());
  session.print(fmt::format("{} tokens of {} bytes -> {}\n", ids.size(), text.size(), output), json);
  return 0;
}

int decode(Session& session, const Arguments& arguments) {
  const Tokenizer tokenizer = Tokenizer::load(arguments.text("TOKENIZER"));
  const std::string path = arguments.text("--input");
  const std::string bytes = read_whole(path);
  if (bytes.size() % sizeof(uint32_t) != 0) {
    throw input_error(fmt::format("{} bytes are no whole number of uint32 ids", bytes.size()), path,
                      "is it a file of `tokenizer encode`?");
  }
  std::vector<uint32_t> ids(bytes.size() / sizeof(uint32_t));
  std::memcpy(ids.data(), bytes.data(), bytes.size());
  const auto foreign = std::find_if(ids.begin(), ids.end(), [&](uint32_t id) { return id >= tokenizer.vocab_size(); });
  if (foreign != ids.end()) {
    throw input_error(fmt::format("id {} at position {} is outside the vocabulary of {}", *foreign,
                                  foreign - ids.begin(), tokenizer.vocab_size()),
                      path, "use the tokenizer that encoded it");
  }
  const std::string text = tokenizer.decode(ids);
  if (arguments.has("--output")) {
    write_file(arguments.text("--output"), text);
  } else {
    session.print_text(text);
  }
  return 0;
}

std::string shown(std::string_view bytes) {
  return json_quote(bytes);
}

int inspect(Session& session, const Arguments& arguments) {
  const Tokenizer tokenizer = Tokenizer::load(arguments.text("TOKENIZER"));
  Json json = Json::object();
  json["vocab_size"] = static_cast<int64_t>(tokenizer.vocab_size());
  std::vector<uint32_t> by_length(tokenizer.vocab_size());
  std::iota(by_length.begin(), by_length.end(), 0U);
  std::stable_sort(by_length.begin(), by_length.end(), [&](uint32_t a, uint32_t b) {
    return tokenizer.token_view(a).size() > tokenizer.token_view(b).size();
  });
  std::string text = fmt::format("vocabulary  {} entries\n", tokenizer.vocab_size());
  text += "special     ";
  Json special = Json::array();
  for (uint32_t id = 0; id < tokenizer.vocab_size(); ++id) {
    if (tokenizer.is_special(id)) {
      text += fmt::format("{}={} ", id, tokenizer.token_view(id));
      special.push_back(Json(tokenizer.token_bytes(id)));
    }
  }
  json["special"] = std::move(special);
  text += "\nlongest     ";
  for (size_t i = 0; i < std::min<size_t>(8, by_length.size()); ++i) {
    text += shown(tokenizer.token_view(by_length[i])) + " ";
  }
  text += "\n";
  for (const auto& path : arguments.texts("--input")) {
    const std::string sample = read_whole(path);
    const std::vector<uint32_t> ids = tokenizer.encode(sample);
    const auto words = static_cast<double>(
        std::count_if(sample.begin(), sample.end(), [](char c) { return c == ' ' || c == '\n'; }) + 1);
    const double bytes_per_token =
        static_cast<double>(sample.size()) / static_cast<double>(std::max<size_t>(1, ids.size()));
    text += fmt::format("{}: {:.3f} bytes a token, {:.3f} tokens a word\n", path, bytes_per_token,
                        static_cast<double>(ids.size()) / words);
    Json figures = Json::object();
    figures["bytes_per_token"] = bytes_per_token;
    figures["tokens_per_word"] = static_cast<double>(ids.size()) / words;
    json["files"][path] = std::move(figures);
    std::string pieces;
    for (size_t i = 0; i < std::min<size_t>(24, ids.size()); ++i) {
      pieces += shown(tokenizer.token_view(ids[i])) + " ";
    }
    text += "  " + pieces + "\n";
  }
  session.print(text, json);
  return 0;
}

const Positional kTokenizer = {"TOKENIZER", "tokenizer.json, or a folder that holds one"};

}  // namespace

Verb tokenizer_train_verb() {
  return {"tokenizer train",
          kTokenGroup,
          "documents or text -> byte-level BPE tokenizer.json",
          "Every other setting has the recipe's default; use a recipe's [tokenizer] table to change them.",
          {},
          {{"--input", FlagKind::kTexts, "FILE...",
            "documents (.jsonl, .jsonl.zst, .parquet), folders of them, or plain text", true},
           {"--vocab-size", FlagKind::kInteger, "N", "entries, special tokens included"},
           {"--output", FlagKind::kText, "DIR", "folder to make", true},
           {"--resume", FlagKind::kSwitch, "", "go on with an interrupted attempt"}},
          {{"smelt tokenizer train --input corpus --vocab-size 8192 --output tok", "from a folder of documents"},
           {"smelt tokenizer train --input a.txt b.txt --output tok", "from plain text"},
           {"smelt tokenizer train --input runs/quickstart/corpus/train --vocab-size 32768 --output tok32k",
            "a larger vocabulary"}},
          train};
}

Verb tokenizer_encode_verb() {
  return {"tokenizer encode",
          kTokenGroup,
          "text -> ids as raw uint32",
          "",
          {kTokenizer},
          {{"--input", FlagKind::kText, "FILE", "text, also .gz or .zst", true},
           {"--output", FlagKind::kText, "FILE", "ids, little-endian uint32", true}},
          {{"smelt tokenizer encode runs/quickstart/tokenizer --input a.txt --output a.ids", "one file"},
           {"smelt tokenizer encode tok/tokenizer.json --input book.txt.zst --output book.ids", "compressed text"},
           {"smelt tokenizer encode tok --input a.txt --output a.ids --json", "counts for a script"}},
          encode};
}

Verb tokenizer_decode_verb() {
  return {"tokenizer decode",
          kTokenGroup,
          "ids as raw uint32 -> text",
          "",
          {kTokenizer},
          {{"--input", FlagKind::kText, "FILE", "ids as `tokenizer encode` writes them", true},
           {"--output", FlagKind::kText, "FILE", "text (default: stdout)"}},
          {{"smelt tokenizer decode tok --input a.ids", "to the terminal"},
           {"smelt tokenizer decode tok --input a.ids --output a.txt", "to a file"},
           {"smelt tokenizer decode tok --input a.ids | diff - a.txt", "the round trip"}},
          decode};
}

Verb tokenizer_inspect_verb() {
  return {"tokenizer inspect",
          kTokenGroup,
          "vocabulary statistics, and how well it fits a text",
          "",
          {kTokenizer},
          {{"--input", FlagKind::kTexts, "FILE...", "texts to measure bytes per token on"}},
          {{"smelt tokenizer inspect runs/quickstart/tokenizer", "size, special and longest tokens"},
           {"smelt tokenizer inspect tok --input en.txt de.txt", "fertility per file"},
           {"smelt tokenizer inspect tok --input en.txt --json", "the same for a script"}},
          inspect};
}

}  // namespace smelt::cli
