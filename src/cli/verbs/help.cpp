// `smelt help [VERB | recipe]`.
#include "cli/help.h"

#include "base/did_you_mean.h"
#include "base/text.h"
#include "cli/run/recipe.h"
#include "cli/session.h"
#include "cli/verbs/verbs.h"

namespace smelt::cli {
namespace {

int help(Session& session, const Arguments& arguments) {
  std::string topic;
  for (const auto& word : arguments.texts("TOPIC")) {
    topic += (topic.empty() ? "" : " ") + word;
  }
  if (topic.empty()) {
    session.print_text(general_help());
  } else if (topic == "recipe") {
    session.print_text(recipe_reference());
  } else if (const Verb* verb = find_verb(topic)) {
    session.print_text(verb_help(*verb));
  } else {
    std::string found;
    for (const auto& member : verbs()) {
      if (member.name.starts_with(topic + " ")) {
        found += verb_help(member) + "\n";
      }
    }
    if (found.empty()) {
      std::vector<std::string> topics = {"recipe"};
      for (const auto& member : verbs()) {
        topics.push_back(member.name);
      }
      throw usage_error(
          "no help on '" + topic + "'", "",
          did_you_mean(topic, topics, "`smelt help` lists the verbs, `smelt help recipe` the keys of recipes"));
    }
    session.print_text(found);
  }
  return 0;
}

}  // namespace

Verb help_verb() {
  return {"help",
          kToolGroup,
          "what a verb takes, or every key of a recipe",
          "",
          {{"TOPIC", "a verb, or the word recipe", false, true}},
          {},
          {{"smelt help", "all verbs"},
           {"smelt help tokens build", "one verb with examples"},
           {"smelt help recipe > recipe.md", "the reference of recipes, in Markdown"}},
          help};
}

}  // namespace smelt::cli
