// `smelt tokenizer inspect` and `compare`: what a vocabulary holds and how well it fits texts.
#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "cli/session.h"
#include "cli/verbs/verbs.h"
#include "tokens/text_fit.h"
#include "tokens/tokenizer.h"

namespace smelt::cli {
namespace {

constexpr size_t kLongest = 12;
constexpr size_t kNameWidth = 28;

double share(int64_t part, int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

// The end of a long name, which tells files apart.
std::string short_name(const std::string& name) {
  return name.size() <= kNameWidth ? name : "..." + name.substr(name.size() - kNameWidth + 3);
}

Json fit_json(const TextFit& fit) {
  return Json(Json::Object{{"documents", fit.documents},
                           {"bytes", fit.bytes},
                           {"characters", fit.characters},
                           {"words", fit.words},
                           {"tokens", fit.tokens},
                           {"bytes_per_token", fit.bytes_per_token()},
                           {"characters_per_token", fit.characters_per_token()},
                           {"tokens_per_word", fit.tokens_per_word()},
                           {"part_share", fit.part_share()}});
}

Json report_json(const FitReport& report) {
  Json files = Json::object();
  for (const auto& [name, fit] : report.files) {
    files[name] = fit_json(fit);
  }
  Json languages = Json::object();
  for (const auto& [language, fit] : report.languages) {
    languages[language] = fit_json(fit);
  }
  return Json(Json::Object{{"all", fit_json(report.all)},
                           {"files", std::move(files)},
                           {"languages", std::move(languages)},
                           {"unused", report.unused()},
                           {"unused_share", share(report.unused(), static_cast<int64_t>(report.uses.size()))}});
}

// A token of a sample: what cannot be shown as hexadecimal, ends of lines as a mark.
std::string shown(std::string_view token) {
  std::string out;
  const bool whole = is_valid_utf8(token);
  for (const char c : token) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7F || (byte >= 0x80 && !whole)) {
      out += fmt::format("\\x{:02X}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

// The tokens of a text: on a terminal on coloured grounds in turn, else with bars between them.
std::string marked(const Tokenizer& tokenizer, const std::string& text, bool colours) {
  static constexpr std::array<int, 4> kGrounds = {153, 223, 194, 225};  // light ones of the 256 colours
  std::vector<uint32_t> ids;
  tokenizer.encode_plain(text, ids);
  std::string out;
  for (size_t i = 0; i < ids.size(); ++i) {
    const std::string token = shown(tokenizer.token_view(ids[i]));
    out += colours ? fmt::format("\x1b[30;48;5;{}m{}\x1b[0m", kGrounds[i % kGrounds.size()], token)
                   : (i > 0 ? "|" : "") + token;
  }
  return out;
}

std::string vocabulary_text(const Tokenizer& tokenizer, const VocabularyFigures& figures) {
  const auto line = [&](const char* what, int64_t count) {
    return fmt::format("  {:<38} {:>8}  {:5.1f} %\n", what, count, 100 * share(count, figures.entries));
  };
  std::string out = fmt::format("vocabulary of {} entries, ids below {}\n", figures.entries, tokenizer.vocab_size());
  out += line("special", figures.special);
  out += line("single bytes", figures.bytes);
  out += line("parts of characters, longer ones", figures.parts);
  out += line("a space, then more", figures.after_space);
  out += line("letters alone, or behind a space", figures.letters);
  out += line("with a number", figures.numbers);
  out += line("white space alone", figures.white_space);
  out += "  by length in bytes:";
  for (const auto& [least, count] : figures.by_bytes) {
    out += least == 1 ? fmt::format(" 1: {}", count)
                      : (least == 32 ? fmt::format(", 32 or more: {}", count)
                                     : fmt::format(", {} to {}: {}", least, 2 * least - 1, count));
  }
  out += "\n  special:";
  int64_t named = 0;
  for (uint32_t id = 0; id < tokenizer.vocab_size() && named < 12; ++id) {
    if (tokenizer.is_special(id)) {
      out += fmt::format(" {} {}{}", id, tokenizer.token_view(id), ++named < figures.special ? "," : "");
    }
  }
  out += named < figures.special ? " ..." : "";
  out += "\n  longest:";
  for (const uint32_t id : figures.longest) {
    out += " " + json_quote(shown(tokenizer.token_view(id)));
  }
  return out + "\n";
}

Json vocabulary_json(const Tokenizer& tokenizer, const VocabularyFigures& figures) {
  Json special = Json::array();
  for (uint32_t id = 0; id < tokenizer.vocab_size(); ++id) {
    if (tokenizer.is_special(id)) {
      special.push_back(Json(Json::Object{{"id", static_cast<int64_t>(id)}, {"token", tokenizer.token_bytes(id)}}));
    }
  }
  Json longest = Json::array();
  for (const uint32_t id : figures.longest) {
    longest.push_back(shown(tokenizer.token_view(id)));
  }
  Json lengths = Json::object();
  for (const auto& [least, count] : figures.by_bytes) {
    lengths[std::to_string(least)] = count;
  }
  return Json(Json::Object{{"vocab_size", static_cast<int64_t>(tokenizer.vocab_size())},
                           {"entries", figures.entries},
                           {"single_bytes", figures.bytes},
                           {"parts_of_characters", figures.parts},
                           {"after_space", figures.after_space},
                           {"letters", figures.letters},
                           {"with_number", figures.numbers},
                           {"white_space", figures.white_space},
                           {"by_bytes", std::move(lengths)},
                           {"special", std::move(special)},
                           {"longest", std::move(longest)}});
}

std::string fit_line(const std::string& name, const TextFit& fit) {
  return fmt::format("  {:<28} {:>10} {:>12.3f} {:>12.3f} {:>9.2f} %\n", short_name(name),
                     human_bytes(static_cast<double>(fit.bytes)), fit.bytes_per_token(), fit.tokens_per_word(),
                     100 * fit.part_share());
}

std::string fit_text(const FitReport& report) {
  std::string out = fmt::format("\n  {:<28} {:>10} {:>12} {:>12} {:>11}\n", "text", "size", "bytes/token",
                                "tokens/word", "lone bytes");
  for (const auto& [name, fit] : report.files) {
    out += fit_line(name, fit);
  }
  if (report.files.size() > 1) {
    out += fit_line("all", report.all);
  }
  if (!report.languages.empty()) {
    out += "  by language\n";
  }
  for (const auto& [language, fit] : report.languages) {
    out += fit_line("  " + language, fit);
  }
  const auto ids = static_cast<int64_t>(report.uses.size());
  return out + fmt::format("  {} of {} ids ({:.1f} %) occur in none of these texts\n", report.unused(), ids,
                           100 * share(report.unused(), ids));
}

std::vector<InputFile> input_files(const Arguments& arguments) {
  return list_document_files(arguments.texts("--input"));
}

int64_t bytes_per_file(const Arguments& arguments) {
  const int64_t bytes = arguments.integer("--bytes", int64_t{100} << 20);
  if (bytes < 0) {
    throw usage_error("must be 0 (all) or more", "--bytes");
  }
  return bytes;
}

int inspect(Session& session, const Arguments& arguments) {
  const Tokenizer tokenizer = Tokenizer::load(arguments.text("TOKENIZER"));
  const VocabularyFigures figures = vocabulary_figures(tokenizer, kLongest);
  Json json = vocabulary_json(tokenizer, figures);
  std::string text = vocabulary_text(tokenizer, figures);
  if (arguments.has("--input")) {
    const FitReport report =
        measure_fit(session.context(), tokenizer, input_files(arguments), bytes_per_file(arguments));
    text += fit_text(report);
    text += "\n" + marked(tokenizer, report.sample, isatty(STDOUT_FILENO) != 0) + "\n";
    json["texts"] = report_json(report);
  }
  session.print(text, json);
  return 0;
}

std::string compare_line(const std::string& name, const TextFit& a, const TextFit& b) {
  return fmt::format("  {:<28} {:>8.3f} {:>8.3f} {:>9.3f} {:>8.3f} {:>9.3f}\n", short_name(name), a.bytes_per_token(),
                     b.bytes_per_token(), a.tokens_per_word(), b.tokens_per_word(), share(b.tokens, a.tokens));
}

std::string compare_text(const FitReport& a, const FitReport& b) {
  std::string out = fmt::format("\n  {:<28} {:>17} {:>18} {:>9}\n  {:<28} {:>8} {:>8} {:>9} {:>8} {:>9}\n", "",
                                "bytes/token", "tokens/word", "tokens", "text", "A", "B", "A", "B", "B / A");
  for (size_t i = 0; i < a.files.size(); ++i) {
    out += compare_line(a.files[i].first, a.files[i].second, b.files[i].second);
  }
  if (a.files.size() > 1) {
    out += compare_line("all", a.all, b.all);
  }
  if (!a.languages.empty()) {
    out += "  by language\n";
  }
  for (const auto& [language, fit] : a.languages) {
    out += compare_line("  " + language, fit, b.languages.at(language));
  }
  return out;
}

int compare(Session& session, const Arguments& arguments) {
  const Tokenizer a = Tokenizer::load(arguments.text("A"));
  const Tokenizer b = Tokenizer::load(arguments.text("B"));
  const VocabularyFigures of_a = vocabulary_figures(a, kLongest);
  const VocabularyFigures of_b = vocabulary_figures(b, kLongest);
  const int64_t shared = shared_tokens(a, b);
  const int64_t plain_a = of_a.entries - of_a.special;
  const int64_t plain_b = of_b.entries - of_b.special;
  std::string text = fmt::format("A  {}: {} entries\nB  {}: {} entries\n", arguments.text("A"), of_a.entries,
                                 arguments.text("B"), of_b.entries);
  text += fmt::format("{} tokens in both: {:.1f} % of A's, {:.1f} % of B's, special tokens left out\n", shared,
                      100 * share(shared, plain_a), 100 * share(shared, plain_b));
  Json json = Json::object();
  json["a"] = vocabulary_json(a, of_a);
  json["b"] = vocabulary_json(b, of_b);
  json["shared"] = shared;
  if (arguments.has("--input")) {
    const std::vector<InputFile> files = input_files(arguments);
    const FitReport fit_a = measure_fit(session.context(), a, files, bytes_per_file(arguments));
    const FitReport fit_b = measure_fit(session.context(), b, files, bytes_per_file(arguments));
    text += compare_text(fit_a, fit_b);
    const bool colours = isatty(STDOUT_FILENO) != 0;
    text += "\nA  " + marked(a, fit_a.sample, colours) + "\nB  " + marked(b, fit_b.sample, colours) + "\n";
    json["a"]["texts"] = report_json(fit_a);
    json["b"]["texts"] = report_json(fit_b);
    json["token_ratio"] = share(fit_b.all.tokens, fit_a.all.tokens);
  }
  session.print(text, json);
  return 0;
}

const Flag kInputFlag = {
    "--input", FlagKind::kTexts, "FILE...",
    "texts to measure on: documents (.jsonl, .jsonl.zst, .parquet), folders of them, or plain text"};
const Flag kBytesFlag = {"--bytes", FlagKind::kInteger, "N", "of each file, 0: all (default: 104857600)"};

}  // namespace

Verb tokenizer_inspect_verb() {
  return {"tokenizer inspect",
          kTokenGroup,
          "what a vocabulary holds, and how well it fits texts",
          "With --input: bytes per token and tokens per word (fertility) of each file and, where documents say their "
          "language, of each language; how many tokens are lone bytes of characters; what share of the vocabulary the "
          "texts never need; and the beginning of the first text cut into its tokens.",
          {{"TOKENIZER", "tokenizer.json, or a folder that holds one"}},
          {kInputFlag, kBytesFlag},
          {{"smelt tokenizer inspect runs/quickstart/tokenizer", "size, kinds of tokens, the longest ones"},
           {"smelt tokenizer inspect tok --input en.txt de.txt", "fertility by file"},
           {"smelt tokenizer inspect tok --input corpus/heldout --json", "by language, for a script"}},
          inspect};
}

Verb tokenizer_compare_verb() {
  return {"tokenizer compare",
          kTokenGroup,
          "two tokenizers on the same texts, side by side",
          "B / A is the number of B's tokens for one of A's: below 1 where B needs fewer.",
          {{"A", "tokenizer.json, or a folder that holds one"}, {"B", "the same"}},
          {kInputFlag, kBytesFlag},
          {{"smelt tokenizer compare tok8k tok32k", "tokens in common"},
           {"smelt tokenizer compare tok8k tok32k --input en.txt de.txt", "which needs fewer tokens, by file"},
           {"smelt tokenizer compare mine theirs --input corpus/heldout --json", "by language, for a script"}},
          compare};
}

}  // namespace smelt::cli
