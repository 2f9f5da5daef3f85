// `smelt tokens inspect`: samples, documents and packed windows as text.
#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "base/error.h"
#include "base/stream.h"
#include "base/text.h"
#include "cli/session.h"
#include "cli/verbs/verbs.h"
#include "tokens/pack/packed_dataset.h"
#include "tokens/samples.h"
#include "tokens/tokenizer.h"

namespace smelt::cli {
namespace {

// Tokens as text, checked against the vocabulary.
class Decoder {
 public:
  explicit Decoder(const std::string& path) : path_(path), tokenizer_(Tokenizer::load(path)) {}

  std::string_view bytes(int32_t token) const {
    const auto id = static_cast<uint32_t>(token);
    if (id >= tokenizer_.vocab_size()) {
      throw input_error(fmt::format("token {} is outside the vocabulary of {}", token, tokenizer_.vocab_size()), path_,
                        "use the tokenizer that the file was built with");
    }
    return tokenizer_.token_view(id);
  }
  bool ends_document(int32_t token) const { return tokenizer_.eos_id() == static_cast<uint32_t>(token); }

 private:
  std::string path_;
  Tokenizer tokenizer_;
};

Json list_of(std::span<const int32_t> values) {
  return Json::list(std::vector<int64_t>(values.begin(), values.end()));
}

void print_text(Session& session, const Decoder& decoder, std::span<const int32_t> tokens, Json json) {
  std::string text;
  for (const int32_t token : tokens) {
    if (decoder.ends_document(token)) {
      text += "\n-------- end of document --------\n";
    } else {
      text += decoder.bytes(token);
    }
  }
  json["ids"] = list_of(tokens);
  json["text"] = text;
  session.print(replace_invalid_utf8(text) + "\n", json);
}

void print_sample(Session& session, const Arguments& arguments, const Decoder& decoder, int64_t index) {
  const int64_t seq_length = arguments.integer("--seq-length", 512);
  const int64_t seed = arguments.integer("--seed", 1);
  if (seq_length < 1 || seed < 0) {
    throw usage_error("--seq-length must be at least 1, --seed at least 0", "");
  }
  const SampleStream stream({open_dataset(arguments.text("PREFIX"))}, Blend{}, seq_length, static_cast<uint64_t>(seed),
                            index + 1);
  std::vector<int32_t> tokens(static_cast<size_t>(seq_length) + 1);
  stream.read(index, tokens);
  print_text(session, decoder, tokens, Json::object());
}

// The line of a document in PREFIX.documents.jsonl.zst; null where there is no such file.
Json metadata_of(const std::string& prefix, int64_t document) {
  const std::string path = prefix + ".documents.jsonl.zst";
  if (!path_exists(path)) {
    return {};
  }
  LineReader lines(open_input(path));
  std::string_view line;
  for (int64_t i = 0; lines.next(line); ++i) {
    if (i == document) {
      Result<Json> json = Json::parse(line);
      return json.ok() ? std::move(json).value() : Json();
    }
  }
  return {};
}

void print_document(Session& session, const std::string& prefix, const Decoder& decoder, int64_t document) {
  const TokenDataset dataset(prefix);
  if (document >= dataset.num_documents()) {
    throw usage_error(fmt::format("document {} of {}", document, dataset.num_documents()), "--document",
                      "they are counted from 0");
  }
  std::vector<int32_t> tokens;
  for (int64_t s = dataset.document_begin(document); s < dataset.document_begin(document + 1); ++s) {
    const std::vector<int32_t> sequence = dataset.sequence(s);
    tokens.insert(tokens.end(), sequence.begin(), sequence.end());
  }
  Json json = metadata_of(prefix, document);
  if (json.is_object()) {
    session.log().info("document {}: {}", document, json.dump());
  } else {
    json = Json::object();
  }
  print_text(session, decoder, tokens, std::move(json));
}

// Each line of a document with "+ " in front where it is trained on; where that changes, a new line begins.
class Marked {
 public:
  void add(std::string_view bytes, bool trained) {
    for (const char c : bytes) {
      if (!line_begins_ && trained != trained_) {
        text_ += '\n';
        line_begins_ = true;
      }
      if (line_begins_) {
        text_ += trained ? "+ " : "  ";
      }
      text_ += c;
      line_begins_ = c == '\n';
      trained_ = trained;
    }
  }
  void heading(const std::string& line) {
    text_ += (line_begins_ ? "" : "\n") + line + "\n";
    line_begins_ = true;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  bool line_begins_ = true;
  bool trained_ = false;
};

void print_window(Session& session, const std::string& prefix, const Decoder& decoder, int64_t window) {
  const PackedDataset packed(prefix);
  if (window >= packed.num_windows()) {
    throw usage_error(fmt::format("window {} of {}", window, packed.num_windows()), "--sample",
                      "they are counted from 0");
  }
  std::vector<int32_t> tokens(static_cast<size_t>(packed.window()));
  std::vector<uint8_t> trained(tokens.size());
  packed.read(window, tokens);
  packed.read_trained(window, trained);
  const std::vector<int32_t> boundaries = packed.boundaries(window);
  const std::vector<int64_t> inputs = packed.inputs(window);
  Marked marked;
  for (size_t d = 0; d < inputs.size(); ++d) {
    const auto begin = static_cast<size_t>(boundaries[d]);
    const auto end = static_cast<size_t>(boundaries[d + 1]);
    marked.heading(fmt::format("-------- conversation {}: tokens {} to {}, {} trained on --------", inputs[d], begin,
                               end,
                               std::count(trained.begin() + boundaries[d], trained.begin() + boundaries[d + 1], 1)));
    for (size_t t = begin; t < end; ++t) {
      marked.add(decoder.bytes(tokens[t]), trained[t] != 0);
    }
  }
  marked.heading(
      fmt::format("-------- padding: {} of {} tokens --------", packed.window() - boundaries.back(), packed.window()));
  Json json = Json::object();
  json["ids"] = list_of(tokens);
  json["trained"] = Json::list(std::vector<int64_t>(trained.begin(), trained.end()));
  json["boundaries"] = list_of(boundaries);
  json["conversations"] = Json::list(inputs);
  session.print(replace_invalid_utf8(marked.text()), json);
}

int inspect(Session& session, const Arguments& arguments) {
  const std::string prefix = arguments.text("PREFIX");
  const Decoder decoder(arguments.text("--tokenizer"));
  const int64_t sample = arguments.integer("--sample", 0);
  const int64_t document = arguments.integer("--document", -1);
  if (sample < 0 || (arguments.has("--document") && document < 0)) {
    throw usage_error("samples and documents are counted from 0", "");
  }
  if (arguments.has("--document")) {
    print_document(session, prefix, decoder, document);
  } else if (PackedDataset::exists(prefix)) {
    print_window(session, prefix, decoder, sample);
  } else {
    print_sample(session, arguments, decoder, sample);
  }
  return 0;
}

}  // namespace

Verb tokens_inspect_verb() {
  return {"tokens inspect",
          kTokenGroup,
          "one training sample, document or packed window as text, with the ends of documents",
          "Of a packed file (`smelt tokens pack`) a sample is a window; what is trained on has a + in front.",
          {{"PREFIX", "a token file by its name without .bin and .idx"}},
          {{"--tokenizer", FlagKind::kText, "T", "tokenizer.json or its folder", true},
           {"--sample", FlagKind::kInteger, "N", "which sample of the order, or which window (default: 0)"},
           {"--document", FlagKind::kInteger, "N", "a document instead, as it was built"},
           {"--seq-length", FlagKind::kInteger, "S", "inputs per sample (default: 512)"},
           {"--seed", FlagKind::kInteger, "K", "seed of the order (default: 1)"}},
          {{"smelt tokens inspect runs/quickstart/tokens/manuals --tokenizer runs/quickstart/tokenizer",
            "the first sample"},
           {"smelt tokens inspect x --tokenizer tok --sample 17 --seq-length 128", "another"},
           {"smelt tokens inspect x --tokenizer tok --document 3 --json", "ids and text of a document"}},
          inspect};
}

}  // namespace smelt::cli
