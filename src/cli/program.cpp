#include "cli/program.h"

#include <cstdio>
#include <filesystem>
#include <new>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/did_you_mean.h"
#include "base/error.h"
#include "base/runtime.h"
#include "base/text.h"
#include "cli/about.h"
#include "cli/help.h"
#include "cli/session.h"
#include "cli/verb.h"
#include "crawl/fetch/object_store.h"

namespace smelt::cli {
namespace {

int report(const UserError& error) {
  // Recipes report all their mistakes at once, a line each.
  for (const auto line : split(error.what(), '\n')) {
    std::fprintf(stderr, "smelt: %s\n", std::string(line).c_str());
  }
  return static_cast<int>(error.code());
}

std::vector<std::string> words(int argc, char** argv) {
  std::vector<std::string> out;
  for (int i = 1; i < argc; ++i) {
    out.emplace_back(argv[i]);
  }
  return out;
}

// A verb is one word or two ("tokenizer train"); the longest match wins. Takes its words off the front.
const Verb& take_verb(std::vector<std::string>& arguments) {
  if (arguments.size() >= 2) {
    if (const Verb* verb = find_verb(arguments[0] + " " + arguments[1])) {
      arguments.erase(arguments.begin(), arguments.begin() + 2);
      return *verb;
    }
  }
  if (const Verb* verb = find_verb(arguments[0])) {
    arguments.erase(arguments.begin());
    return *verb;
  }
  std::vector<std::string> names;
  std::string children;
  for (const auto& verb : verbs()) {
    names.push_back(verb.name);
    if (verb.name.starts_with(arguments[0] + " ")) {
      children += (children.empty() ? "" : ", ") + verb.name;
    }
  }
  if (!children.empty()) {
    throw usage_error(fmt::format("'{}' wants a second word", arguments[0]), "", "one of: " + children);
  }
  throw usage_error(fmt::format("no verb '{}'", arguments[0]), "",
                    did_you_mean(arguments[0], names, "`smelt help` lists them"));
}

struct Parsed {
  Arguments arguments;
  SessionOptions session;
  bool help = false;
};

std::string cure_for(const Verb& verb, const std::string& word) {
  for (const auto& flag : verb.flags) {
    if (word.starts_with("--") && edit_distance(word, flag.name) <= 2) {
      return fmt::format("did you mean '{}'?", flag.name);
    }
  }
  return fmt::format("see `smelt help {}`", verb.name);
}

// The parser's complaint in our words.
UserError mistake(const Verb& verb, const CLI::ParseError& error) {
  const std::string text = error.what();
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const std::string_view rest = trim(std::string_view(text).substr(text.find(':') + 1));
    std::string word(rest.substr(0, rest.find(' ')));
    for (const auto other : split(rest, ' ')) {
      word = !word.starts_with("-") && other.starts_with("-") ? std::string(other) : word;
    }
    return usage_error(
        word.starts_with("-") ? fmt::format("no flag '{}'", word) : fmt::format("'{}' is one argument too many", word),
        "", cure_for(verb, word));
  }
  const bool mismatch = dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr;
  const size_t at = text.find("--");
  const std::string flag = at == std::string::npos ? "" : text.substr(at, text.find_first_of(" ,:", at) - at);
  if (flag == "--threads" && !mismatch) {
    return usage_error("must be a whole number from 1 to 4096", flag);
  }
  if (mismatch && !flag.empty()) {
    const bool again = text.find("received") != std::string::npos;
    return usage_error(again ? "is given more than once" : "wants a value", flag, cure_for(verb, ""));
  }
  return usage_error(text, "", cure_for(verb, flag));
}

// One value, or as many as follow. A vector takes all that follow unless it is told not to.
void take(CLI::Option* option, bool many) {
  if (many) {
    option->expected(1, 1 << 20)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  } else {
    option->expected(1)->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::Throw);
  }
}

Parsed parse(const Verb& verb, std::vector<std::string> words) {
  Parsed parsed;
  CLI::App app;
  app.set_help_flag();
  app.add_flag("-h,--help", parsed.help);
  app.add_flag("--json", parsed.session.json);
  app.add_flag("-q,--quiet", parsed.session.quiet);
  app.add_flag("-v,--verbose", parsed.session.verbose);
  app.add_option("--threads", parsed.session.threads)->check(CLI::Range(1, 4096));
  std::map<std::string, bool> switches;
  for (const auto& flag : verb.flags) {
    auto& slot = parsed.arguments.values[flag.name];
    if (flag.kind == FlagKind::kSwitch) {
      app.add_flag(flag.name, switches[flag.name]);
    } else {
      auto* option = app.add_option(flag.name, slot);
      take(option, flag.kind == FlagKind::kTexts);
    }
  }
  for (const auto& positional : verb.positionals) {
    auto* option = app.add_option(positional.name, parsed.arguments.values[positional.name]);
    take(option, positional.many);
  }
  std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
  try {
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    throw mistake(verb, error);
  }
  for (const auto& [name, given] : switches) {
    if (given) {
      parsed.arguments.values[name] = {"true"};
    }
  }
  if (parsed.help) {
    return parsed;
  }
  for (const auto& positional : verb.positionals) {
    if (positional.required && parsed.arguments.values[positional.name].empty()) {
      throw usage_error(fmt::format("{} is missing", positional.name), "",
                        fmt::format("see `smelt help {}`", verb.name));
    }
  }
  for (const auto& flag : verb.flags) {
    if (flag.required && parsed.arguments.values[flag.name].empty()) {
      throw usage_error(fmt::format("{} is missing", flag.name), "", fmt::format("see `smelt help {}`", verb.name));
    }
  }
  return parsed;
}

// Ends what inputs on s3:// and gs:// started, however the verb ends.
struct ObjectStores {
  ObjectStores() = default;
  ~ObjectStores() { close_object_stores(); }
  ObjectStores(const ObjectStores&) = delete;
  ObjectStores& operator=(const ObjectStores&) = delete;
};

int dispatch(std::vector<std::string> arguments) {
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h") {
    std::fputs(general_help().c_str(), stdout);
    return 0;
  }
  if (arguments[0] == "--version") {
    std::fputs(version_text().c_str(), stdout);
    return 0;
  }
  const Verb& verb = take_verb(arguments);
  const Parsed parsed = parse(verb, std::move(arguments));
  if (parsed.help) {
    std::fputs(verb_help(verb).c_str(), stdout);
    return 0;
  }
  Session session(parsed.session);
  const ObjectStores stores;
  return verb.run(session, parsed.arguments);
}

}  // namespace

int run_program(int argc, char** argv) {
  try {
    init_runtime();
    return dispatch(words(argc, argv));
  } catch (const UserError& error) {
    return report(error);
  } catch (const std::bad_alloc&) {
    return report(resource_error("out of memory", "", "use fewer threads, smaller batches or a smaller model"));
  } catch (const std::filesystem::filesystem_error& error) {
    return report(system_error(error.what(), error.path1().string(), error.code().value()));
  } catch (const std::exception& error) {
    return report(UserError(ExitCode::kFailed, error.what()));
  }
}

}  // namespace smelt::cli
