// Parses the tokens of a template into its tree.
#pragma once

#include <string_view>

#include "tokens/chat/template_ast.h"

namespace smelt::jinja {

// Statements: if, for, set, macro, call, filter, with, break, continue, raw, generation (its body is kept as it is).
// Throws TemplateError with the line for everything else, and where expressions or blocks nest more than 200 deep.
Block parse_template(std::string_view source);

}  // namespace smelt::jinja
