#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "tokens/chat/template_builtins.h"

namespace smelt::jinja {

namespace {

using Predicate = bool (*)(const Value&);

// value % 2 == remainder, an error where Python has no remainder.
bool has_remainder(const Value& value, int64_t remainder) {
  if (!value.is_number()) {
    throw TemplateError(value.is_undefined() ? fmt::format("'{}' is undefined", value.missing_name())
                                             : fmt::format("{} is neither odd nor even", value.type_name()));
  }
  Budget budget;
  return apply_binary("%", value, Value(2), budget) == Value(remainder);
}

constexpr std::array<std::pair<std::string_view, Predicate>, 19> kPredicates = {{
    {"defined", [](const Value& v) { return !v.is_undefined(); }},
    {"undefined", [](const Value& v) { return v.is_undefined(); }},
    {"none", [](const Value& v) { return v.is_none(); }},
    {"string", [](const Value& v) { return v.is_string(); }},
    {"number", [](const Value& v) { return v.is_number(); }},
    {"integer", [](const Value& v) { return v.is_int(); }},
    {"float", [](const Value& v) { return v.is_double(); }},
    {"boolean", [](const Value& v) { return v.is_bool(); }},
    {"true", [](const Value& v) { return v.is_bool() && v.as_bool(); }},
    {"false", [](const Value& v) { return v.is_bool() && !v.as_bool(); }},
    {"mapping", [](const Value& v) { return v.is_dict(); }},
    {"iterable",
     [](const Value& v) { return v.is_string() || v.is_list() || v.is_dict() || v.is_undefined() || v.is_loop(); }},
    {"sequence", [](const Value& v) { return v.is_string() || v.is_indexed() || v.is_dict() || v.is_undefined(); }},
    {"callable", [](const Value& v) { return v.is_function() || v.is_undefined() || v.is_loop(); }},
    {"odd", [](const Value& v) { return has_remainder(v, 1); }},
    {"even", [](const Value& v) { return has_remainder(v, 0); }},
    {"lower", [](const Value& v) { return is_text_class(v.text(), "islower"); }},
    {"upper", [](const Value& v) { return is_text_class(v.text(), "isupper"); }},
    {"escaped", [](const Value&) { return false; }},
}};

// Tests that compare with their argument, and the operator each stands for.
constexpr std::array<std::pair<std::string_view, std::string_view>, 18> kComparisons = {{
    {"equalto", "=="},
    {"eq", "=="},
    {"==", "=="},
    {"ne", "!="},
    {"!=", "!="},
    {"lt", "<"},
    {"lessthan", "<"},
    {"<", "<"},
    {"le", "<="},
    {"<=", "<="},
    {"gt", ">"},
    {"greaterthan", ">"},
    {">", ">"},
    {"ge", ">="},
    {">=", ">="},
    {"in", "in"},
    {"sameas", "sameas"},
    {"divisibleby", "divisibleby"},
}};

template <class Table>
auto lookup(const Table& table, std::string_view name) {
  return std::find_if(table.begin(), table.end(), [&](const auto& entry) { return entry.first == name; });
}

}  // namespace

bool is_test(std::string_view name) {
  return lookup(kPredicates, name) != kPredicates.end() || lookup(kComparisons, name) != kComparisons.end() ||
         name == "filter" || name == "test";
}

bool apply_test(const std::string& name, const Value& subject, const Arguments& arguments, Callbacks& callbacks) {
  if (const auto found = lookup(kPredicates, name); found != kPredicates.end()) {
    if (!arguments.positional.empty() || !arguments.named.empty()) {
      throw TemplateError(fmt::format("the test '{}' takes no argument", name));
    }
    return found->second(subject);
  }
  if (name == "filter" || name == "test") {
    return subject.is_string() && (name == "filter" ? is_filter(subject.as_string()) : is_test(subject.as_string()));
  }
  const auto found = lookup(kComparisons, name);
  if (found == kComparisons.end()) {
    throw TemplateError(fmt::format("there is no test named '{}'", name));
  }
  if (arguments.positional.size() != 1) {
    throw TemplateError(fmt::format("the test '{}' takes one argument", name));
  }
  const Value& other = arguments.positional[0];
  if (name == "sameas") {
    return std::string_view(subject.type_name()) == other.type_name() && subject == other;
  }
  if (name == "divisibleby") {
    return apply_binary("%", subject, other, callbacks.budget) == Value(0);
  }
  return apply_comparison(std::string(found->second), subject, other, callbacks.budget);
}

}  // namespace smelt::jinja
