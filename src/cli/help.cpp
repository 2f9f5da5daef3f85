#include "cli/help.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace smelt::cli {
namespace {

constexpr size_t kWidth = 100;

constexpr const char* kCommonFlags =
    "Every verb takes:\n"
    "  --json           results as one line of JSON on stdout\n"
    "  -q, --quiet      errors and warnings alone\n"
    "  -v, --verbose    say more\n"
    "  --threads N      use N threads (default: all)\n"
    "  -h, --help       this text\n";

std::string positional_text(const Positional& positional) {
  const std::string name = positional.many ? positional.name + "..." : positional.name;
  return positional.required ? name : "[" + name + "]";
}

std::string flag_text(const Flag& flag) {
  return flag.kind == FlagKind::kSwitch ? flag.name : flag.name + " " + flag.value;
}

// Words in lines of at most kWidth characters, the later ones indented.
std::string wrapped(const std::vector<std::string>& words, const std::string& indent) {
  std::string out;
  size_t column = 0;
  for (const auto& word : words) {
    if (column > 0 && column + 1 + word.size() > kWidth) {
      out += "\n" + indent;
      column = indent.size();
    } else if (column > 0) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out;
}

std::string paragraph(std::string_view text) {
  std::vector<std::string> words;
  for (const auto line : split(text, '\n')) {
    for (const auto word : split(line, ' ')) {
      words.emplace_back(word);
    }
  }
  return wrapped(words, "");
}

std::string usage(const Verb& verb) {
  std::vector<std::string> words = {"Usage: smelt " + verb.name};
  for (const auto& positional : verb.positionals) {
    words.push_back(positional_text(positional));
  }
  for (const auto& flag : verb.flags) {
    words.push_back(flag.required ? flag_text(flag) : "[" + flag_text(flag) + "]");
  }
  return wrapped(words, "         ");
}

void append_rows(std::string& out, const std::vector<std::pair<std::string, std::string>>& rows) {
  size_t width = 0;
  for (const auto& row : rows) {
    width = std::max(width, row.first.size());
  }
  for (const auto& [name, doc] : rows) {
    out += fmt::format("  {:<{}}  {}\n", name, width, doc);
  }
}

}  // namespace

std::string general_help() {
  std::string out =
      "smelt: from raw web pages to a small language model you can talk to, in one program\n\n"
      "  smelt run recipes/quickstart.toml     everything a recipe describes, resumable\n"
      "  smelt chat runs/quickstart/model      talk to the result\n"
      "  smelt help VERB                       what a verb takes, with examples\n"
      "  smelt help recipe                     every key a recipe may have\n";
  std::string group;
  for (const auto& verb : verbs()) {
    if (verb.group != group) {
      group = verb.group;
      out += "\n" + group + "\n";
    }
    out += fmt::format("  {:<18} {}\n", verb.name, verb.summary);
  }
  return out + "\n" + kCommonFlags;
}

std::string verb_help(const Verb& verb) {
  std::string out = fmt::format("smelt {}: {}\n\n{}", verb.name, verb.summary, usage(verb));
  out += "\n\nExamples:\n";
  for (const auto& example : verb.examples) {
    out += fmt::format("  {}\n      {}\n", example.command, example.meaning);
  }
  if (!verb.details.empty()) {
    out += "\n" + paragraph(verb.details) + "\n";
  }
  if (!verb.positionals.empty()) {
    out += "\nArguments:\n";
    std::vector<std::pair<std::string, std::string>> rows;
    for (const auto& positional : verb.positionals) {
      rows.emplace_back(positional.name, positional.doc);
    }
    append_rows(out, rows);
  }
  if (!verb.flags.empty()) {
    out += "\nFlags:\n";
    std::vector<std::pair<std::string, std::string>> rows;
    for (const auto& flag : verb.flags) {
      rows.emplace_back(flag_text(flag), flag.doc);
    }
    append_rows(out, rows);
  }
  return out + "\n" + kCommonFlags;
}

}  // namespace smelt::cli
