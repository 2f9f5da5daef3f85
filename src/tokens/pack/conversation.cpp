#include "tokens/pack/conversation.h"

#include <algorithm>
#include <filesystem>

#include <fmt/core.h>

#include "base/files.h"
#include "base/text.h"

namespace smelt {
namespace {

// Private-use characters at the end of the last plane; a conversation that holds them is refused.
constexpr std::string_view kBegin = "\xF4\x8F\xBF\xBC";
constexpr std::string_view kEnd = "\xF4\x8F\xBF\xBD";

constexpr std::string_view kSpaces = " \t\r\n";

Json first_messages(const Json& messages, size_t count) {
  const Json::Array& all = messages.as_array();
  return Json(Json::Array(all.begin(), all.begin() + static_cast<int64_t>(count)));
}

std::string role_of(const Json& message) {
  return message.is_object() ? message.get("role", "") : std::string();
}

}  // namespace

// A tag prints nothing, so the sentinel is printed right behind it, where the tag's own rules for white space have been
// applied: -%} takes all that follows, %} one line break.
std::optional<std::string> with_sentinels(std::string_view source) {
  std::string out;
  bool found = false;
  size_t at = 0;
  while (true) {
    const size_t open = source.find("{%", at);
    const size_t close = open == std::string_view::npos ? open : source.find("%}", open);
    if (close == std::string_view::npos) {
      break;
    }
    size_t end = close + 2;
    std::string_view inside = source.substr(open + 2, close - open - 2);
    const bool trims = inside.ends_with('-');
    inside = trim(inside.substr(0, inside.size() - (trims ? 1 : 0)));
    if (inside.starts_with('-') || inside.starts_with('+')) {
      inside = trim(inside.substr(1));
    }
    out += source.substr(at, end - at);
    at = end;
    if (inside != "generation" && inside != "endgeneration") {
      continue;
    }
    found = true;
    if (!trims && source.substr(at).starts_with('\n')) {
      ++at;
    }
    out += fmt::format("{{{{ '{}' {}}}}}", inside == "generation" ? kBegin : kEnd, trims ? "-" : "");
  }
  out += source.substr(at);
  return found ? std::optional(std::move(out)) : std::nullopt;
}

ConversationEncoder::ConversationEncoder(const Tokenizer& tokenizer, const std::string& tokenizer_dir,
                                         const Options& options)
    : tokenizer_(tokenizer), options_(options), plain_(ChatTemplate::load(tokenizer_dir)) {
  if (!plain_) {
    throw input_error("the tokenizer has no chat template", tokenizer_dir,
                      "put a chat_template.jinja beside its tokenizer.json");
  }
  const std::optional<std::string> marked = with_sentinels(plain_->source());
  if (!marked) {
    return;
  }
  Result<ChatTemplate> parsed = ChatTemplate::parse(*marked);
  if (!parsed) {
    throw input_error(parsed.reject().detail, tokenizer_dir, "correct the template's generation tags");
  }
  marked_ = std::move(parsed).value();
  const std::string config_path = tokenizer_dir + "/tokenizer_config.json";
  if (path_exists(config_path)) {
    const Json config = Json::load(config_path);
    for (const char* name : {"bos_token", "eos_token", "pad_token", "unk_token"}) {
      const Json* token = config.find(name);
      token = token != nullptr && token->is_object() ? token->find("content") : token;
      if (token != nullptr && token->is_string()) {
        special_tokens_[name] = *token;
      }
    }
  }
}

Result<Conversation> ConversationEncoder::encode(std::string_view line) const {
  Result<Json> parsed = Json::parse(line);
  if (!parsed) {
    return parsed.reject();
  }
  const Json& row = parsed.value();
  if (!row.is_object()) {
    return Reject{"not_an_object", "the line is JSON, but not an object"};
  }
  const Json* messages = row.find("messages");
  if (messages == nullptr || !messages->is_array()) {
    return Reject{"missing_messages", "no list under the key \"messages\""};
  }
  if (has_control_token(*messages)) {
    return Reject{"control_token", "a message holds the text of a special token"};
  }
  Json extra = marked_ ? special_tokens_ : Json::object();
  if (const Json* tools = row.find("tools"); tools != nullptr && !tools->is_null()) {
    extra["tools"] = *tools;
  }
  if (const Json* more = row.find("chat_template_kwargs"); more != nullptr && more->is_object()) {
    for (const auto& [key, value] : more->as_object()) {
      extra[key] = value;
    }
  }
  Result<Rendered> rendered = marked_ ? by_marks(*messages, extra) : by_prefixes(*messages, extra);
  if (!rendered) {
    return rendered.reject();
  }
  Conversation out = tokens_of(rendered.value());
  if (std::find(out.trained.begin(), out.trained.end(), 1) == out.trained.end()) {
    return Reject{"no_assistant_turn", "nothing that the assistant wrote"};
  }
  return out;
}

Result<ConversationEncoder::Rendered> ConversationEncoder::by_marks(const Json& messages, const Json& extra) const {
  Result<std::string> text = marked_->render(messages, false, extra, options_.time);
  if (!text) {
    return text.reject();
  }
  Rendered out;
  std::optional<size_t> begin;
  for (size_t at = 0; at < text.value().size();) {
    const std::string_view rest = std::string_view(text.value()).substr(at);
    if (rest.starts_with(begin ? kEnd : kBegin)) {
      if (begin) {
        out.spans.push_back({*begin, out.text.size()});
      }
      begin = begin ? std::nullopt : std::optional(out.text.size());
      at += kBegin.size();
    } else if (rest.starts_with(kBegin) || rest.starts_with(kEnd)) {
      return Reject{"template_error", "generation tags do not pair up in the rendered text"};
    } else {
      out.text += rest[0];
      ++at;
    }
  }
  if (begin) {
    return Reject{"template_error", "generation tags do not pair up in the rendered text"};
  }
  return out;
}

Result<ConversationEncoder::Rendered> ConversationEncoder::by_prefixes(const Json& messages, const Json& extra) const {
  Result<std::string> whole = plain_->render(messages, false, extra, options_.time);
  if (!whole) {
    return whole.reject();
  }
  Rendered out{std::move(whole).value(), {}};
  const auto& list = messages.as_array();
  for (size_t i = 0; i < list.size(); ++i) {
    if (role_of(list[i]) != "assistant") {
      continue;
    }
    const Result<std::string> prompt = plain_->render(first_messages(messages, i), true, extra, options_.time);
    const Result<std::string> turn = i + 1 == list.size()
                                         ? Result<std::string>(out.text)
                                         : plain_->render(first_messages(messages, i + 1), false, extra, options_.time);
    if (!prompt || !turn) {
      return prompt ? turn.reject() : prompt.reject();
    }
    if (!turn.value().starts_with(prompt.value()) || !out.text.starts_with(turn.value())) {
      return Reject{"not_a_prefix",
                    fmt::format("the template changes what stands before turn {} when it follows; mark the assistant's "
                                "text in it with generation tags",
                                i)};
    }
    out.spans.push_back({prompt.value().size(), turn.value().size()});
  }
  return out;
}

// Content, reasoning and arguments of tools alike: every string of the messages.
bool ConversationEncoder::has_control_token(const Json& value) const {
  if (value.is_string()) {
    const std::string& text = value.as_string();
    if (marked_ && (text.find(kBegin) != std::string::npos || text.find(kEnd) != std::string::npos)) {
      return true;
    }
    if (options_.control_tokens || text.empty()) {
      return false;
    }
    const std::vector<uint32_t> ids = tokenizer_.encode(text);
    return std::any_of(ids.begin(), ids.end(), [&](uint32_t id) { return tokenizer_.is_special(id); });
  }
  if (value.is_array()) {
    const auto& list = value.as_array();
    return std::any_of(list.begin(), list.end(), [&](const Json& element) { return has_control_token(element); });
  }
  if (value.is_object()) {
    const auto& members = value.as_object();
    return std::any_of(members.begin(), members.end(),
                       [&](const auto& member) { return has_control_token(member.second); });
  }
  return false;
}

Conversation ConversationEncoder::tokens_of(const Rendered& rendered) const {
  Conversation out;
  const auto add = [&](size_t begin, size_t end, uint8_t trained) {
    if (begin < end) {
      tokenizer_.encode(std::string_view(rendered.text).substr(begin, end - begin), out.ids);
      out.trained.resize(out.ids.size(), trained);
    }
  };
  size_t at = 0;
  for (const TextSpan& span : rendered.spans) {
    add(at, span.begin, 0);
    const size_t first = out.ids.size();
    add(span.begin, span.end, 1);
    at = span.end;
    // What stands behind the token that ends the turn is the template's.
    size_t last = out.ids.size();
    while (last > first && !tokenizer_.is_special(out.ids[last - 1])) {
      --last;
    }
    bool blank = last > first;
    for (size_t i = last; i < out.ids.size() && blank; ++i) {
      blank = tokenizer_.token_view(out.ids[i]).find_first_not_of(kSpaces) == std::string_view::npos;
    }
    if (blank) {
      std::fill(out.trained.begin() + static_cast<int64_t>(last), out.trained.end(), 0);
    }
  }
  add(at, rendered.text.size(), 0);
  return out;
}

}  // namespace smelt
