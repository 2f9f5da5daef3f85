#include "serve/chat/chat_format.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "base/files.h"

namespace smelt::serve {
namespace {

// Noncharacters, which no text holds, around a special token that somebody wrote into a message: they carry the wish
// for plain text through the template.
constexpr std::string_view kOpen = "\xEF\xB7\x90";   // U+FDD0
constexpr std::string_view kClose = "\xEF\xB7\x91";  // U+FDD1
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

ChatTemplate base_template() {
  Result<ChatTemplate> parsed = ChatTemplate::parse(base_model_chat_template());
  SMELT_CHECK(parsed.ok());
  return std::move(parsed).value();
}

}  // namespace

ChatFormat ChatFormat::load(const std::string& model_dir) {
  if (!path_exists(model_dir + "/tokenizer.json") && !path_exists(model_dir + "/vocab.json")) {
    throw input_error("the model's folder has no tokenizer", model_dir,
                      "copy tokenizer.json and tokenizer_config.json into it");
  }
  std::optional<ChatTemplate> own = ChatTemplate::load(model_dir);
  return {Tokenizer::load(model_dir), own ? std::move(*own) : base_template()};
}

ChatFormat::ChatFormat(Tokenizer tokenizer, ChatTemplate chat_template)
    : tokenizer_(std::move(tokenizer)),
      template_(std::move(chat_template)),
      base_model_(template_.source() == base_model_chat_template()) {
  std::set<size_t, std::greater<>> sizes;
  for (uint32_t id = 0; id < tokenizer_.vocab_size(); ++id) {
    if (tokenizer_.is_special(id)) {
      specials_.insert(tokenizer_.token_bytes(id));
      sizes.insert(tokenizer_.token_view(id).size());
    }
  }
  sizes.erase(0);
  special_sizes_.assign(sizes.begin(), sizes.end());
}

std::string ChatFormat::mark_specials(const std::string& text) const {
  std::string clean = text;
  replace_all(clean, kOpen, kReplacement);
  replace_all(clean, kClose, kReplacement);
  std::string out;
  for (size_t at = 0; at < clean.size();) {
    const auto size = std::find_if(special_sizes_.begin(), special_sizes_.end(), [&](size_t candidate) {
      return candidate <= clean.size() - at && specials_.contains(clean.substr(at, candidate));
    });
    if (size == special_sizes_.end()) {
      out += clean[at++];
      continue;
    }
    out += kOpen;
    out.append(clean, at, *size);
    out += kClose;
    at += *size;
  }
  return out;
}

Json ChatFormat::mark_strings(const Json& value) const {
  if (value.is_string()) {
    return mark_specials(value.as_string());
  }
  if (value.is_array()) {
    Json out = Json::array();
    for (const Json& item : value.as_array()) {
      out.push_back(mark_strings(item));
    }
    return out;
  }
  if (value.is_object()) {
    Json::Object out;
    for (const auto& [name, item] : value.as_object()) {
      out.emplace_back(name, mark_strings(item));
    }
    return out;
  }
  return value;
}

std::vector<uint32_t> ChatFormat::encode_marked(std::string_view text) const {
  std::vector<uint32_t> ids;
  const auto take = [&](std::string_view part, bool plain) {
    std::string piece(part);
    replace_all(piece, kOpen, "");
    replace_all(piece, kClose, "");
    if (plain) {
      tokenizer_.encode_plain(piece, ids);
    } else {
      tokenizer_.encode(piece, ids);
    }
  };
  while (!text.empty()) {
    const size_t open = text.find(kOpen);
    take(text.substr(0, open), false);
    if (open == std::string_view::npos) {
      break;
    }
    text.remove_prefix(open + kOpen.size());
    const size_t close = text.find(kClose);
    take(text.substr(0, close), true);
    text.remove_prefix(close == std::string_view::npos ? text.size() : close + kClose.size());
  }
  return ids;
}

Result<std::vector<uint32_t>> ChatFormat::encode(const Json& messages, const Json& extra) const {
  // The template of a base model has no special tokens of its own, so its text is plain as a whole.
  Result<std::string> text = base_model_ ? template_.render(messages, true, extra)
                                         : template_.render(mark_strings(messages), true, mark_strings(extra));
  if (!text) {
    return text.reject();
  }
  if (!base_model_) {
    return encode_marked(*text);
  }
  std::vector<uint32_t> ids;
  tokenizer_.encode_plain(*text, ids);
  return ids;
}

std::string model_name_of(const std::string& directory) {
  std::filesystem::path path = std::filesystem::absolute(directory).lexically_normal();
  std::string last = path.filename().empty() ? path.parent_path().filename() : path.filename();
  for (; path.has_relative_path(); path = path.parent_path()) {
    std::string name = path.filename();
    if (!name.empty() && name != "model" && name != "train") {
      return name;
    }
  }
  return last;
}

void check_vocabulary(const Model& model, const Tokenizer& tokenizer) {
  if (tokenizer.vocab_size() > model.vocab_size()) {
    throw input_error(
        fmt::format("the tokenizer has {} tokens, the model {}", tokenizer.vocab_size(), model.vocab_size()),
        model.directory(), "put the tokenizer that the model was trained with beside it");
  }
}

}  // namespace smelt::serve
