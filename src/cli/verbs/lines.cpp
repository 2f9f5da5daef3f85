#include "cli/verbs/lines.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"

namespace smelt::cli {

std::vector<std::string> recipe_sets(const Arguments& arguments) {
  std::vector<std::string> sets = arguments.texts("--set");
  if (arguments.has("--memory")) {
    sets.push_back("corpus.dedup.memory=" + arguments.text("--memory"));
  }
  return sets;
}

std::vector<uint32_t> ids_of_line(std::string_view line, const std::string& where,
                                  const std::optional<Tokenizer>& tokenizer, int64_t vocab_size) {
  const Result<Json> json = Json::parse(line);
  if (!json || !json.value().is_object()) {
    throw input_error("is not a JSON object", where, "each line is {\"ids\": [..]} or {\"text\": \"..\"}");
  }
  if (const Json* text = json.value().find("text"); text != nullptr && text->is_string()) {
    if (!tokenizer) {
      throw input_error("holds text, but the model's folder has no tokenizer", where,
                        "give ids, or put tokenizer.json beside the model");
    }
    return tokenizer->encode(text->as_string());
  }
  const Json* list = json.value().find("ids");
  if (list == nullptr || !list->is_array()) {
    throw input_error("has neither \"ids\" nor \"text\"", where, "each line is {\"ids\": [..]} or {\"text\": \"..\"}");
  }
  std::vector<uint32_t> ids;
  for (const auto& item : list->as_array()) {
    const int64_t id = item.is_int() ? item.as_int() : -1;
    if (id < 0 || id >= vocab_size) {
      throw input_error(fmt::format("{} is no id of a vocabulary of {}", item.dump(), vocab_size), where);
    }
    ids.push_back(static_cast<uint32_t>(id));
  }
  return ids;
}

void refuse_to_overwrite(const std::string& path) {
  if (path_exists(path)) {
    throw usage_error("the output exists", path, "remove it or name another");
  }
}

}  // namespace smelt::cli
