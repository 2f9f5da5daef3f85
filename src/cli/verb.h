// What a verb is: one row of a table from which parsing, help and the docs come.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace smelt::cli {

class Session;

enum class FlagKind { kSwitch, kText, kInteger, kNumber, kTexts };

struct Flag {
  std::string name;  // "--output"
  FlagKind kind = FlagKind::kText;
  std::string value;  // what help calls the value: "DIR"
  std::string doc;    // one line; names the default
  bool required = false;
};

struct Positional {
  std::string name;  // "RECIPE"
  std::string doc;
  bool required = true;
  bool many = false;
};

struct Example {
  std::string command;
  std::string meaning;
};

// The parsed command line of one call. Reading a flag that the verb does not declare is a bug and aborts.
class Arguments {
 public:
  bool has(const std::string& name) const;  // given on the command line
  const std::string& text(const std::string& name) const;
  std::string text(const std::string& name, const std::string& fallback) const;
  const std::vector<std::string>& texts(const std::string& name) const;  // flags of kind kTexts and positionals
  int64_t integer(const std::string& name, int64_t fallback) const;      // throws UserError(kUsage) where it is none
  double number(const std::string& name, double fallback) const;

  std::map<std::string, std::vector<std::string>> values;  // filled by the parser; switches hold one "true"
};

struct Verb {
  std::string name;     // "run", "tokenizer train"
  std::string group;    // heading in `smelt help`
  std::string summary;  // "consumes -> produces" in one line
  std::string details;  // a paragraph or two for --help
  std::vector<Positional> positionals;
  std::vector<Flag> flags;
  std::vector<Example> examples;  // three
  int (*run)(Session& session, const Arguments& arguments) = nullptr;
};

const std::vector<Verb>& verbs();  // in the order of the flow
const Verb* find_verb(const std::string& name);

}  // namespace smelt::cli
