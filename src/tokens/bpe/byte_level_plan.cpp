#include "tokens/bpe/byte_level_plan.h"

#include <algorithm>

#include "tokens/bpe/byte_alphabet.h"

namespace smelt {
namespace {

std::string text_of(const Json& part, const char* key) {
  const Json* value = part.find(key);
  return value != nullptr && value->is_string() ? value->as_string() : std::string();
}

// The steps of a part, sequences laid flat; false where a part is not as it should be.
bool flatten(const Json& part, const char* list_key, std::vector<const Json*>& steps) {
  if (!part.is_object()) {
    return false;
  }
  if (text_of(part, "type") != "Sequence") {
    steps.push_back(&part);
    return true;
  }
  const Json* list = part.find(list_key);
  return list != nullptr && list->is_array() &&
         std::all_of(list->as_array().begin(), list->as_array().end(),
                     [&](const Json& item) { return flatten(item, list_key, steps); });
}

bool add_rule(const Json& step, PreTokenizer& out) {
  const Json* pattern = step.find("pattern");
  if (pattern == nullptr || !pattern->is_object() || text_of(step, "behavior") != "Isolated") {
    return false;
  }
  const std::optional<SplitRule> rule = known_split_rule(text_of(*pattern, "Regex"));
  if (rule) {
    out.add_rule(*rule);
  }
  return rule.has_value();
}

bool read_steps(const Json& pre_tokenizer, PreTokenizer& out) {
  std::vector<const Json*> steps;
  if (!flatten(pre_tokenizer, "pretokenizers", steps) || steps.empty()) {
    return false;
  }
  for (size_t i = 0; i < steps.size(); ++i) {
    const std::string type = text_of(*steps[i], "type");
    const bool is_last = i + 1 == steps.size();
    if (type == "Split" && !is_last) {
      if (!add_rule(*steps[i], out)) {
        return false;
      }
    } else if (type == "ByteLevel" && is_last) {
      const bool prefix = steps[i]->get("add_prefix_space", true);
      if (prefix && i > 0) {
        return false;
      }
      out.set_add_prefix_space(prefix);
      if (steps[i]->get("use_regex", true)) {
        out.add_rule({SplitFamily::kGpt2});
      }
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

std::vector<uint32_t> byte_ids_of(const Vocabulary& vocabulary) {
  const ByteAlphabet& alphabet = ByteAlphabet::get();
  std::vector<uint32_t> ids;
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const uint32_t id = vocabulary.find(alphabet.to_chars({&c, 1}));
    if (id == Vocabulary::kNone) {
      return {};
    }
    ids.push_back(id);
  }
  return ids;
}

std::optional<ByteLevelPlan> byte_level_plan(const TokenizerSpec& spec) {
  const ModelSpec& model = spec.model;
  if (model.kind != ModelKind::kBpe || !model.continuing_prefix.value_or("").empty() ||
      !model.end_suffix.value_or("").empty() || byte_ids_of(model.vocabulary).empty()) {
    return std::nullopt;
  }
  ByteLevelPlan plan;
  if (!spec.normalizer.is_null()) {
    std::vector<const Json*> steps;
    const bool known =
        flatten(spec.normalizer, "normalizers", steps) &&
        std::all_of(steps.begin(), steps.end(), [](const Json* step) { return text_of(*step, "type") == "NFC"; });
    const bool sees_added =
        std::any_of(spec.added.begin(), spec.added.end(), [](const AddedToken& token) { return token.normalized; });
    if (!known || (!steps.empty() && sees_added)) {
      return std::nullopt;
    }
    plan.nfc = !steps.empty();
  }
  if (!read_steps(spec.pre_tokenizer, plan.pre_tokenizer)) {
    return std::nullopt;
  }
  return plan;
}

}  // namespace smelt
