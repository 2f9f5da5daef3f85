// `smelt tokenizer train | encode | decode`.
#include "tokens/tokenizer.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

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

// "source:code=0.5" or "language:de=3".
SamplingFactor parse_factor(const std::string& text) {
  const size_t colon = text.find(':');
  const size_t equals = text.rfind('=');
  const std::string kind = text.substr(0, colon);
  char* end = nullptr;
  SamplingFactor out;
  out.factor = equals == std::string::npos ? 0 : std::strtod(text.c_str() + equals + 1, &end);
  if (colon == std::string::npos || equals == std::string::npos || equals < colon + 2 || *end != '\0' ||
      end == text.c_str() + equals + 1 || out.factor < 0 || (kind != "source" && kind != "language")) {
    throw usage_error(fmt::format("cannot read \"{}\"", text), "--factor",
                      "write source:NAME=FACTOR or language:CODE=FACTOR, as in language:de=3");
  }
  (kind == "source" ? out.source : out.language) = text.substr(colon + 1, equals - colon - 1);
  return out;
}

// The settings of a recipe's [tokenizer], from --set and from the flags that stand for the most used ones.
TokenizerOptions training_options(const Arguments& arguments) {
  TokenizerOptions options;
  if (arguments.has("--model") && arguments.text("--model") == "wordpiece") {
    options.special_tokens = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
    options.marker_tokens = {};
    options.eos_token = "";
  }
  std::vector<std::string> sets;
  for (const auto& [flag, key] : {std::pair{"--vocab-size", "vocab_size"},
                                  {"--model", "model"},
                                  {"--split", "split"},
                                  {"--max-token-length", "max_token_length"},
                                  {"--min-frequency", "min_frequency"},
                                  {"--memory", "memory"}}) {
    if (arguments.has(flag)) {
      sets.push_back(fmt::format("{}={}", key, arguments.text(flag)));
    }
  }
  if (arguments.has("--split-digits")) {
    sets.emplace_back("split_digits=true");
  }
  sets.insert(sets.end(), arguments.texts("--set").begin(), arguments.texts("--set").end());
  read_recipe_text("the flags", "", sets, options);
  if (arguments.has("--special-tokens")) {
    options.special_tokens = arguments.texts("--special-tokens");
    options.marker_tokens = {};
    options.eos_token = options.special_tokens.front();
  }
  for (const std::string& factor : arguments.texts("--factor")) {
    options.factors.push_back(parse_factor(factor));
  }
  return options;
}

int train(Session& session, const Arguments& arguments) {
  const TokenizerOptions options = training_options(arguments);
  const std::string output = arguments.text("--output");
  const std::vector<InputFile> files = list_document_files(arguments.texts("--input"));
  const StageResult result =
      train_tokenizer_files(session.context(), options, files, output, arguments.has("--resume"));
  const Json& counts = result.manifest.counts;
  session.print(fmt::format("{}/tokenizer.json: {} entries from {} of text ({} distinct words)\n", output,
                            counts.at("tokens").as_int(), human_bytes(counts.at("bytes").as_double()),
                            human_count(counts.at("distinct_words").as_double())),
                counts);
  return 0;
}

int encode(Session& session, const Arguments& arguments) {
  const Tokenizer tokenizer = Tokenizer::load(arguments.text("TOKENIZER"));
  const std::string text = read_whole(arguments.text("--input"));
  std::vector<uint32_t> ids;
  tokenizer.encode(text, session.context().threads, ids);
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

const Positional kTokenizer = {"TOKENIZER", "tokenizer.json, or a folder that holds one"};

}  // namespace

Verb tokenizer_train_verb() {
  return {
      "tokenizer train",
      kTokenGroup,
      "documents or text -> tokenizer.json (BPE or WordPiece)",
      "The text is cut into words, words are counted in one pass (what --memory does not hold goes to files), and the "
      "pairs that occur most often become tokens: on the same text and settings the same ones as with Hugging Face's "
      "trainer. --set takes every key of a recipe's [tokenizer] table: see `smelt help recipe`.",
      {},
      {{"--input", FlagKind::kTexts, "FILE...",
        "documents (.jsonl, .jsonl.zst, .parquet), folders of them, or .txt (.zst, .gz)", true},
       {"--vocab-size", FlagKind::kInteger, "N", "entries, special tokens included (default: 32768)"},
       {"--output", FlagKind::kText, "DIR", "folder to make", true},
       {"--model", FlagKind::kText, "KIND",
        "byte_level (default), byte_fallback (SentencePiece's kind) or wordpiece (BERT's)"},
       {"--split", FlagKind::kText, "RULE",
        "words as of gpt2, llama3, nemotron (default), or metaspace with byte_fallback"},
       {"--split-digits", FlagKind::kSwitch, "", "every digit is a token of its own"},
       {"--max-token-length", FlagKind::kInteger, "N", "merged tokens are shorter (default: 0, any length)"},
       {"--min-frequency", FlagKind::kInteger, "N", "pairs that occur less often are not merged (default: 2)"},
       {"--factor", FlagKind::kTexts, "WHAT=F...",
        "source:NAME=F or language:CODE=F: these documents count F times (default: 1)"},
       {"--special-tokens", FlagKind::kTexts, "TOKEN...",
        "control tokens in place of the default ones; the first ends a document"},
       {"--memory", FlagKind::kInteger, "MIB", "for the table of words (default: 2048)"},
       {"--set", FlagKind::kTexts, "KEY=VALUE...", "any other setting, as in character_coverage=0.999"},
       {"--resume", FlagKind::kSwitch, "", "go on with an interrupted attempt"}},
      {{"smelt tokenizer train --input corpus --vocab-size 8192 --output tok", "from a folder of documents"},
       {"smelt tokenizer train --input corpus --factor language:de=3 source:code=0.5 --output tok",
        "German counts three times, code half"},
       {"smelt tokenizer train --input books.txt --model byte_fallback --split-digits --output tok",
        "characters with bytes for the rare ones, digits apart"}},
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

}  // namespace smelt::cli
