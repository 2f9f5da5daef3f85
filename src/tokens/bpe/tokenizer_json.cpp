// The reader of tokenizer.json. Every object is read through Node, which knows its path, so that each complaint says
// where.
#include <fmt/core.h>

#include "base/json.h"
#include "tokens/bpe/tokenizer_state.h"

namespace smelt {
namespace {

using Keep = PreTokenizer::Keep;

class Node {
 public:
  Node(const Json& json, const std::string& file, std::string path)
      : json_(json), file_(file), path_(std::move(path)) {}

  [[noreturn]] void fail(const std::string& message) const {
    throw input_error(message, fmt::format("{}: {}", file_, path_.empty() ? "(top)" : path_),
                      "only byte-level BPE tokenizers are supported");
  }
  const Json& json() const { return json_; }
  bool has(const char* key) const {
    const Json* value = need_object().find(key);
    return value != nullptr && !value->is_null();
  }
  Node at(const char* key) const {
    const Json* value = need_object().find(key);
    if (value == nullptr) {
      fail(fmt::format("has no \"{}\"", key));
    }
    return {*value, file_, path_.empty() ? key : path_ + "." + key};
  }
  Node at(size_t index) const { return {items()[index], file_, fmt::format("{}[{}]", path_, index)}; }
  const Json::Array& items() const {
    if (!json_.is_array()) {
      fail(fmt::format("is {}, not an array", json_.type_name()));
    }
    return json_.as_array();
  }
  const std::string& string() const {
    if (!json_.is_string()) {
      fail(fmt::format("is {}, not a string", json_.type_name()));
    }
    return json_.as_string();
  }
  uint32_t id() const {
    if (!json_.is_int() || json_.as_int() < 0 || json_.as_int() > UINT32_MAX) {
      fail("is no token id");
    }
    return static_cast<uint32_t>(json_.as_int());
  }
  bool flag(const char* key, bool fallback) const {
    if (!has(key)) {
      return fallback;
    }
    const Node value = at(key);
    if (!value.json_.is_bool()) {
      value.fail("is neither true nor false");
    }
    return value.json_.as_bool();
  }

 private:
  const Json& need_object() const {
    if (!json_.is_object()) {
      fail(fmt::format("is {}, not an object", json_.type_name()));
    }
    return json_;
  }

  const Json& json_;
  const std::string& file_;
  std::string path_;
};

void read_normalizer(const Node& node, TokenizerParts& parts) {
  const std::string& type = node.at("type").string();
  if (type == "NFC") {
    parts.nfc = true;
  } else if (type == "Sequence") {
    const Node list = node.at("normalizers");
    for (size_t i = 0; i < list.items().size(); ++i) {
      read_normalizer(list.at(i), parts);
    }
  } else {
    node.fail(fmt::format("unknown normalizer \"{}\" (known: NFC, Sequence)", type));
  }
}

Keep keep_of(const Node& split) {
  const Node behavior = split.at("behavior");
  if (behavior.string() == "Isolated") {
    return Keep::kAll;
  }
  if (behavior.string() == "Removed") {
    return split.flag("invert", false) ? Keep::kMatchesOnly : Keep::kGapsOnly;
  }
  behavior.fail(fmt::format("unknown split behavior \"{}\" (known: Isolated, Removed)", behavior.string()));
}

void read_split(const Node& node, PreTokenizer& out) {
  const Node pattern = node.at("pattern");
  const Keep keep = keep_of(node);
  if (pattern.has("String")) {
    const Node text = pattern.at("String");
    if (text.string().empty()) {
      text.fail("is empty");
    }
    out.add_literal(text.string(), keep);
    return;
  }
  const Node regex = pattern.at("Regex");
  const std::optional<SplitRule> rule = known_split_rule(regex.string());
  // The known rules leave no gaps, so that keeping matches only changes nothing.
  if (rule && keep != Keep::kGapsOnly) {
    out.add_rule(*rule);
    return;
  }
  Result<RegexSplitter> splitter = RegexSplitter::compile(regex.string());
  if (!splitter) {
    regex.fail(fmt::format("is no regular expression that is understood: {}", splitter.reject().detail));
  }
  out.add_regex(std::move(splitter).value(), keep);
}

// `steps_before` counts the splitting steps already read: a prefix space belongs before them or nowhere.
void read_pre_tokenizer(const Node& node, PreTokenizer& out, int& steps_before, bool& byte_level) {
  const std::string& type = node.at("type").string();
  if (type == "Sequence") {
    const Node list = node.at("pretokenizers");
    for (size_t i = 0; i < list.items().size(); ++i) {
      read_pre_tokenizer(list.at(i), out, steps_before, byte_level);
    }
    return;
  }
  if (byte_level) {
    node.fail("follows ByteLevel, which must be the last step");
  }
  if (type == "ByteLevel") {
    byte_level = true;
    if (node.flag("add_prefix_space", true)) {
      if (steps_before > 0) {
        node.fail("add_prefix_space behind another splitting step is not supported");
      }
      out.set_add_prefix_space(true);
    }
    if (node.flag("use_regex", true)) {
      out.add_rule({SplitFamily::kGpt2});
    }
  } else if (type == "Split") {
    read_split(node, out);
  } else if (type == "Digits") {
    out.add_digits(node.flag("individual_digits", false));
  } else {
    node.fail(fmt::format("unknown pre-tokenizer \"{}\" (known: ByteLevel, Split, Digits, Sequence)", type));
  }
  ++steps_before;
}

bool has_byte_level_decoder(const Node& node) {
  const std::string& type = node.at("type").string();
  if (type == "Sequence") {
    const Node list = node.at("decoders");
    bool found = false;
    for (size_t i = 0; i < list.items().size(); ++i) {
      found = has_byte_level_decoder(list.at(i)) || found;
    }
    return found;
  }
  if (type != "ByteLevel") {
    node.fail(fmt::format("unknown decoder \"{}\" (known: ByteLevel)", type));
  }
  return true;
}

void check_post_processor(const Node& node) {
  const std::string& type = node.at("type").string();
  if (type == "Sequence") {
    const Node list = node.at("processors");
    for (size_t i = 0; i < list.items().size(); ++i) {
      check_post_processor(list.at(i));
    }
  } else if (type != "ByteLevel" && type != "TemplateProcessing") {
    node.fail(fmt::format("unknown post-processor \"{}\" (known: ByteLevel, TemplateProcessing)", type));
  }
}

void read_added_tokens(const Node& list, TokenizerParts& parts) {
  for (size_t i = 0; i < list.items().size(); ++i) {
    const Node node = list.at(i);
    AddedToken token;
    token.id = node.at("id").id();
    token.content = node.at("content").string();
    token.special = node.flag("special", false);
    token.single_word = node.flag("single_word", false);
    token.lstrip = node.flag("lstrip", false);
    token.rstrip = node.flag("rstrip", false);
    token.normalized = node.flag("normalized", !token.special);
    if (token.content.empty()) {
      node.fail("an added token has no content");
    }
    parts.added.push_back(std::move(token));
  }
}

void read_merges(const Node& list, TokenizerParts& parts) {
  parts.merges.reserve(list.items().size());
  for (size_t i = 0; i < list.items().size(); ++i) {
    const Json& item = list.items()[i];
    if (item.is_array() && item.size() == 2 && item.as_array()[0].is_string() && item.as_array()[1].is_string()) {
      parts.merges.emplace_back(item.as_array()[0].as_string(), item.as_array()[1].as_string());
      continue;
    }
    const std::string& text = list.at(i).string();
    const size_t space = text.find(' ');
    if (space == std::string::npos || space == 0 || space + 1 == text.size()) {
      list.at(i).fail("is no pair of tokens");
    }
    parts.merges.emplace_back(text.substr(0, space), text.substr(space + 1));
  }
}

void read_model(const Node& model, TokenizerParts& parts) {
  if (model.has("type") && model.at("type").string() != "BPE") {
    model.at("type").fail(fmt::format("unknown model \"{}\" (known: BPE)", model.at("type").string()));
  }
  for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    if (model.has(key) && !model.at(key).string().empty()) {
      model.at(key).fail("is not supported");
    }
  }
  if (model.has("dropout") && model.at("dropout").json().as_double() != 0) {
    model.at("dropout").fail("is not supported");
  }
  if (model.flag("byte_fallback", false)) {
    model.at("byte_fallback").fail("is not supported");
  }
  parts.ignore_merges = model.flag("ignore_merges", false);
  const Node vocab = model.at("vocab");
  if (!vocab.json().is_object()) {
    vocab.fail("is not an object of tokens and ids");
  }
  parts.vocab.reserve(vocab.json().size());
  for (const auto& [token, id] : vocab.json().as_object()) {
    if (!id.is_int() || id.as_int() < 0 || id.as_int() > UINT32_MAX) {
      vocab.fail(fmt::format("the id of \"{}\" is no token id", token));
    }
    parts.vocab.emplace_back(token, static_cast<uint32_t>(id.as_int()));
  }
  read_merges(model.at("merges"), parts);
}

}  // namespace

TokenizerParts parse_tokenizer_json(std::string_view text, const std::string& name) {
  Result<Json> parsed = Json::parse(text);
  if (!parsed) {
    throw input_error("not JSON: " + parsed.reject().detail, name, "give a tokenizer.json");
  }
  const Node top(*parsed, name, "");
  TokenizerParts parts;
  parts.name = name;
  if (top.has("normalizer")) {
    read_normalizer(top.at("normalizer"), parts);
  }
  bool byte_level = false;
  if (top.has("pre_tokenizer")) {
    int steps = 0;
    read_pre_tokenizer(top.at("pre_tokenizer"), parts.pre_tokenizer, steps, byte_level);
  }
  if (!byte_level) {
    top.fail("the pre_tokenizer has no ByteLevel step");
  }
  if (!top.has("decoder") || !has_byte_level_decoder(top.at("decoder"))) {
    top.fail("the decoder is not ByteLevel");
  }
  if (top.has("post_processor")) {
    check_post_processor(top.at("post_processor"));
  }
  if (top.has("added_tokens")) {
    read_added_tokens(top.at("added_tokens"), parts);
  }
  read_model(top.at("model"), parts);
  return parts;
}

}  // namespace smelt
