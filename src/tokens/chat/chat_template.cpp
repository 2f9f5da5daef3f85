#include "tokens/chat/chat_template.h"

#include <chrono>

#include <fmt/format.h>

#include "base/files.h"
#include "tokens/chat/template_evaluator.h"
#include "tokens/chat/template_parser.h"

namespace smelt {

struct ChatTemplate::Tree {
  jinja::Block block;
};

namespace {

Reject to_reject(const jinja::TemplateError& error) {
  const char* reason = error.kind() == jinja::TemplateError::Kind::kLimit ? "template_limit" : "template_error";
  if (error.kind() == jinja::TemplateError::Kind::kRaised) {
    return {"template_raised", error.what()};
  }
  return {reason, error.line() > 0 ? fmt::format("chat template, line {}: {}", error.line(), error.what())
                                   : fmt::format("chat template: {}", error.what())};
}

// A special token is a string, or an object with its text in "content".
void take_special_token(const Json& config, std::string_view name, Json& out) {
  const Json* token = config.find(name);
  if (token != nullptr && token->is_object()) {
    token = token->find("content");
  }
  if (token != nullptr && token->is_string()) {
    out[name] = *token;
  }
}

std::optional<std::string> template_of_config(const Json& config) {
  const Json* found = config.find("chat_template");
  if (found != nullptr && found->is_string()) {
    return found->as_string();
  }
  if (found == nullptr || !found->is_array()) {
    return std::nullopt;
  }
  std::optional<std::string> first;
  for (const Json& entry : found->as_array()) {
    const Json* text = entry.is_object() ? entry.find("template") : nullptr;
    const Json* name = entry.is_object() ? entry.find("name") : nullptr;
    if (text == nullptr || !text->is_string()) {
      continue;
    }
    if (name != nullptr && name->is_string() && name->as_string() == "default") {
      return text->as_string();
    }
    first = first ? first : text->as_string();
  }
  return first;
}

int64_t clock_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

Result<ChatTemplate> ChatTemplate::parse(std::string_view text) {
  try {
    auto tree = std::make_shared<Tree>();
    tree->block = jinja::parse_template(text);
    ChatTemplate out;
    out.tree_ = std::move(tree);
    out.source_ = text;
    return out;
  } catch (const jinja::TemplateError& error) {
    return to_reject(error);
  }
}

std::optional<ChatTemplate> ChatTemplate::load(const std::string& model_dir) {
  const std::string template_path = model_dir + "/chat_template.jinja";
  const std::string config_path = model_dir + "/tokenizer_config.json";
  const Json config = path_exists(config_path) ? Json::load(config_path) : Json::object();
  if (!config.is_object()) {
    throw input_error("not a JSON object", config_path, "replace it by the file of the model's tokenizer");
  }
  std::optional<std::string> text;
  std::string path = config_path;
  if (path_exists(template_path)) {
    text = read_file(template_path);
    path = template_path;
  } else {
    text = template_of_config(config);
  }
  if (!text) {
    return std::nullopt;
  }
  Result<ChatTemplate> parsed = parse(*text);
  if (!parsed) {
    throw input_error(parsed.reject().detail, path, "correct the template");
  }
  for (const char* name : {"bos_token", "eos_token", "pad_token", "unk_token"}) {
    take_special_token(config, name, parsed->special_tokens_);
  }
  return std::move(parsed).value();
}

Result<std::string> ChatTemplate::render(const Json& messages, bool add_generation_prompt, const Json& extra,
                                         std::optional<int64_t> now_seconds) const {
  try {
    jinja::Evaluator evaluator({}, now_seconds ? *now_seconds : clock_seconds());
    for (const auto& [name, value] : special_tokens_.as_object()) {
      evaluator.define(name, jinja::Value::from_json(value));
    }
    if (extra.is_object()) {
      for (const auto& [name, value] : extra.as_object()) {
        evaluator.define(name, jinja::Value::from_json(value));
      }
    }
    evaluator.define("messages", jinja::Value::from_json(messages));
    evaluator.define("add_generation_prompt", add_generation_prompt);
    return evaluator.render(tree_->block);
  } catch (const jinja::TemplateError& error) {
    return to_reject(error);
  }
}

const char* base_model_chat_template() {
  return R"({#- A base model has no turns: the conversation is one text that it goes on writing. Its answers follow what they went on from; other messages begin a paragraph. -#}
{%- for message in messages -%}
{%- set text = message.content if message.content is string else message.content | selectattr('text', 'defined') | map(attribute='text') | join('\n') -%}
{{- '\n\n' if not loop.first and message.role != 'assistant' -}}
{{- text -}}
{%- endfor -%}
)";
}

}  // namespace smelt
