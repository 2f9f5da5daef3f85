// Cuts a template into text and the tokens of its tags, with Jinja's white-space rules as chat templates are rendered:
// trim_blocks and lstrip_blocks on, the newline at the end of the template dropped.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tokens/chat/template_value.h"

namespace smelt::jinja {

struct Token {
  enum class Kind {
    kText,
    kBlockBegin,
    kBlockEnd,
    kOutputBegin,
    kOutputEnd,
    kName,
    kString,
    kInteger,
    kFloat,
    kOperator,
    kEnd
  };
  Kind kind = Kind::kEnd;
  std::string text;  // the text, name, operator or the value of a string
  int64_t integer = 0;
  double number = 0;
  int line = 0;
};

constexpr size_t kMaxTemplateBytes = 1 << 20;

// Throws TemplateError with the line.
std::vector<Token> tokenize_template(std::string_view source);

}  // namespace smelt::jinja
