#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "base/text.h"
#include "tokens/chat/template_builtins.h"

namespace smelt::jinja {

namespace {

using Filter = Value (*)(const Value& subject, const Arguments& arguments, Callbacks& callbacks);

[[noreturn]] void fail_subject(std::string_view filter, const Value& subject) {
  throw TemplateError(subject.is_undefined()
                          ? fmt::format("'{}' is undefined", subject.missing_name())
                          : fmt::format("the filter '{}' does not work on {}", filter, subject.type_name()));
}

// The parts of "a.b.0", as map(attribute=...) and its kin take them.
Value get_path(const Value& subject, const Value& path, Budget& budget) {
  if (path.is_int()) {
    return get_item(subject, path, budget);
  }
  if (!path.is_string()) {
    throw TemplateError("an attribute must be a string or an integer");
  }
  Value value = subject;
  for (const std::string_view part : split(path.as_string(), '.')) {
    const bool is_index =
        !part.empty() && part.size() < 10 && part.find_first_not_of("0123456789") == std::string_view::npos;
    value = is_index ? get_item(value, Value(static_cast<int64_t>(std::strtol(std::string(part).c_str(), nullptr, 10))),
                                budget)
                     : get_item(value, Value(part), budget);
  }
  return value;
}

Arguments rest_of(const Arguments& arguments, size_t skip) {
  Arguments rest;
  for (size_t i = skip; i < arguments.positional.size(); ++i) {
    rest.positional.push_back(arguments.positional[i]);
  }
  rest.named = arguments.named;
  return rest;
}

// select, reject and their attr forms.
Value choose(const Value& subject, const Arguments& arguments, Callbacks& callbacks, bool keeps, bool by_attribute) {
  const size_t test_at = by_attribute ? 1 : 0;
  const bool has_test = arguments.positional.size() > test_at;
  const std::string test = has_test ? arguments.string(test_at, "test") : "";
  const Arguments rest = rest_of(arguments, test_at + 1);
  List out;
  for (const Value& item : iterate(subject)) {
    callbacks.budget.step();
    const Value value = by_attribute ? get_path(item, arguments.get_or(0, "attribute", {}), callbacks.budget) : item;
    if ((has_test ? callbacks.test(test, value, rest) : value.truthy()) == keeps) {
      out.push_back(item);
    }
  }
  return Value::list(std::move(out));
}

Value map_filter(const Value& subject, const Arguments& arguments, Callbacks& callbacks) {
  List out;
  const Value* attribute = arguments.positional.empty() ? arguments.get(0, "attribute") : nullptr;
  const Arguments rest = rest_of(arguments, 1);
  for (const Value& item : iterate(subject)) {
    callbacks.budget.step();
    if (attribute != nullptr) {
      Value value = get_path(item, *attribute, callbacks.budget);
      out.push_back(value.is_undefined() ? arguments.get_or(1, "default", std::move(value)) : std::move(value));
    } else {
      out.push_back(callbacks.filter(arguments.string(0, "filter"), item, rest));
    }
  }
  return Value::list(std::move(out));
}

Value default_filter(const Value& subject, const Arguments& arguments, Callbacks&) {
  const bool replaces_false = arguments.get_or(1, "boolean", false).truthy();
  return subject.is_undefined() || (replaces_false && !subject.truthy()) ? arguments.get_or(0, "default_value", "")
                                                                         : subject;
}

Value json_filter(const Value& subject, const Arguments& arguments, Callbacks&) {
  int64_t indent = -1;
  if (const Value* given = arguments.get(0, "indent"); given != nullptr && given->is_int()) {
    indent = std::clamp<int64_t>(given->as_int(), 0, 16);
  }
  const Value* separators = arguments.get(arguments.positional.size(), "separators");
  if (separators != nullptr && separators->is_list() && separators->length() == 2) {
    return to_json_text(subject, static_cast<int>(indent), arguments.get_or(9, "sort_keys", false).truthy(),
                        separators->as_list()[0].text(), separators->as_list()[1].text());
  }
  return to_json_text(subject, static_cast<int>(indent), arguments.get_or(9, "sort_keys", false).truthy());
}

Value end_filter(const Value& subject, bool first) {
  if (subject.is_string()) {
    const std::string& text = subject.as_string();
    size_t end = 0;
    size_t begin = 0;
    while (end < text.size()) {
      begin = end;
      next_code_point(text, end);
      if (first) {
        break;
      }
    }
    return text.empty() ? Value::undefined("the end of an empty string") : Value(text.substr(begin, end - begin));
  }
  const List items = iterate(subject);
  return items.empty() ? Value::undefined("the end of an empty list") : (first ? items.front() : items.back());
}

Value integer_filter(const Value& subject, const Arguments& arguments, Callbacks&) {
  Value fallback = arguments.get_or(0, "default", 0);
  if (subject.is_int() || subject.is_bool()) {
    return subject.as_int();
  }
  double number = 0;
  if (subject.is_double()) {
    number = subject.as_number();
  } else if (subject.is_string()) {
    const std::string text(trim(subject.as_string()));
    const int64_t base = arguments.integer(1, "base", 10);
    char* end = nullptr;
    errno = 0;
    const int64_t value = std::strtoll(text.c_str(), &end, base >= 2 && base <= 36 ? static_cast<int>(base) : 10);
    if (!text.empty() && *end == '\0' && errno == 0) {
      return value;
    }
    number = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0') {
      return fallback;
    }
  } else {
    return fallback;
  }
  return std::isfinite(number) && std::abs(number) < 9e18 ? Value(static_cast<int64_t>(number)) : fallback;
}

Value float_filter(const Value& subject, const Arguments& arguments, Callbacks&) {
  if (subject.is_number()) {
    return subject.as_number();
  }
  if (subject.is_string()) {
    const std::string text(trim(subject.as_string()));
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    if (!text.empty() && *end == '\0') {
      return number;
    }
  }
  return arguments.get_or(0, "default", 0.0);
}

Value round_filter(const Value& subject, const Arguments& arguments, Callbacks&) {
  if (!subject.is_number()) {
    fail_subject("round", subject);
  }
  const auto precision = static_cast<int>(std::clamp<int64_t>(arguments.integer(0, "precision", 0), -300, 300));
  const std::string method = arguments.get_or(1, "method", "common").text();
  const double scale = std::pow(10.0, precision);
  const double scaled = subject.as_number() * scale;
  const double rounded =
      method == "ceil" ? std::ceil(scaled) : (method == "floor" ? std::floor(scaled) : std::nearbyint(scaled));
  return std::isfinite(scaled) ? rounded / scale : subject.as_number();
}

Value absolute_filter(const Value& subject, const Arguments&, Callbacks&) {
  if (!subject.is_number()) {
    fail_subject("abs", subject);
  }
  if (subject.is_double()) {
    return std::abs(subject.as_number());
  }
  return subject.as_int() == std::numeric_limits<int64_t>::min() ? subject : Value(std::abs(subject.as_int()));
}

Value sorted(List items, const Arguments& arguments, Callbacks& callbacks, size_t reverse_at) {
  const bool reverse = arguments.get_or(reverse_at, "reverse", false).truthy();
  const bool exact = arguments.get_or(reverse_at + 1, "case_sensitive", false).truthy();
  const Value* attribute = arguments.get(reverse_at + 2, "attribute");
  std::vector<std::pair<Value, Value>> keyed;
  for (Value& item : items) {
    Value key = attribute != nullptr && !attribute->is_none() ? get_path(item, *attribute, callbacks.budget) : item;
    if (key.is_string() && !exact) {
      key = map_case(key.as_string(), false);
    }
    keyed.emplace_back(std::move(key), std::move(item));
  }
  const auto count = static_cast<int64_t>(keyed.size());
  callbacks.budget.step(count * static_cast<int64_t>(1 + std::log2(static_cast<double>(count) + 1)));
  // NaN is ordered with nothing, which std::stable_sort must not meet.
  for (const auto& entry : keyed) {
    if (entry.first.is_double() && std::isnan(entry.first.as_number())) {
      throw TemplateError("cannot sort NaN");
    }
    compare_values(keyed.front().first, entry.first);
  }
  std::stable_sort(keyed.begin(), keyed.end(), [reverse](const auto& a, const auto& b) {
    return reverse ? compare_values(b.first, a.first) < 0 : compare_values(a.first, b.first) < 0;
  });
  List out;
  for (auto& entry : keyed) {
    out.push_back(std::move(entry.second));
  }
  return Value::list(std::move(out));
}

Value dictsort_filter(const Value& subject, const Arguments& arguments, Callbacks& callbacks) {
  if (!subject.is_dict()) {
    fail_subject("dictsort", subject);
  }
  const bool by_value = arguments.get_or(1, "by", "key").text() == "value";
  Arguments order;
  order.named = {{"reverse", arguments.get_or(2, "reverse", false)},
                 {"case_sensitive", arguments.get_or(0, "case_sensitive", false)},
                 {"attribute", Value(by_value ? 1 : 0)}};
  List items;
  for (const auto& [key, value] : subject.as_members()) {
    items.push_back(Value::list({key, value}, true));
  }
  return sorted(std::move(items), order, callbacks, 10);
}

Value items_filter(const Value& subject, const Arguments&, Callbacks&) {
  List out;
  if (subject.is_undefined()) {
    return Value::list(std::move(out));
  }
  if (!subject.is_dict()) {
    fail_subject("items", subject);
  }
  for (const auto& [key, value] : subject.as_members()) {
    out.push_back(Value::list({key, value}, true));
  }
  return Value::list(std::move(out));
}

Value reverse_filter(const Value& subject, const Arguments&, Callbacks&) {
  List items = iterate(subject);
  std::reverse(items.begin(), items.end());
  if (!subject.is_string()) {
    return Value::list(std::move(items));
  }
  std::string out;
  for (const Value& item : items) {
    out += item.as_string();
  }
  return out;
}

Value unique_filter(const Value& subject, const Arguments& arguments, Callbacks& callbacks) {
  const bool exact = arguments.get_or(0, "case_sensitive", false).truthy();
  const Value* attribute = arguments.get(1, "attribute");
  List seen;
  List out;
  for (const Value& item : iterate(subject)) {
    Value key = attribute != nullptr ? get_path(item, *attribute, callbacks.budget) : item;
    key = key.is_string() && !exact ? Value(map_case(key.as_string(), false)) : key;
    callbacks.budget.step(1 + static_cast<int64_t>(seen.size()) / 8);
    if (std::find(seen.begin(), seen.end(), key) == seen.end()) {
      seen.push_back(std::move(key));
      out.push_back(item);
    }
  }
  return Value::list(std::move(out));
}

Value sum_filter(const Value& subject, const Arguments& arguments, Callbacks& callbacks) {
  const Value* attribute = arguments.get(0, "attribute");
  Value total = arguments.get_or(1, "start", 0);
  for (const Value& item : iterate(subject)) {
    callbacks.budget.step();
    const bool by_attribute = attribute != nullptr && !attribute->is_none();
    total =
        apply_binary("+", total, by_attribute ? get_path(item, *attribute, callbacks.budget) : item, callbacks.budget);
  }
  return total;
}

Value extreme(const Value& subject, const Arguments& arguments, Callbacks& callbacks, bool largest) {
  Arguments order;
  order.named = {{"reverse", largest},
                 {"case_sensitive", arguments.get_or(0, "case_sensitive", false)},
                 {"attribute", arguments.get_or(1, "attribute", Value::None{})}};
  const Value all = sorted(iterate(subject), order, callbacks, 10);
  return all.as_list().empty() ? Value::undefined("the extreme of an empty list") : all.as_list().front();
}

Value indent_filter(const Value& subject, const Arguments& arguments, Callbacks& callbacks) {
  const Value width = arguments.get_or(0, "width", 4);
  const std::string by =
      width.is_string()
          ? width.as_string()
          : std::string(static_cast<size_t>(std::clamp<int64_t>(arguments.integer(0, "width", 4), 0, 1000)), ' ');
  const bool first = arguments.get_or(1, "first", false).truthy();
  const bool blank = arguments.get_or(2, "blank", false).truthy();
  const std::string text = subject.text();
  const std::vector<std::string_view> lines = split(text, '\n');
  callbacks.budget.charge(static_cast<int64_t>(text.size() + by.size() * lines.size()));
  std::string out;
  for (size_t i = 0; i < lines.size(); ++i) {
    out += i > 0 ? "\n" : "";
    if ((i > 0 || first) && (blank || !lines[i].empty())) {
      out += by;
    }
    out += lines[i];
  }
  return out;
}

Value list_filter(const Value& subject, const Arguments&, Callbacks&) {
  return Value::list(iterate(subject));
}

Value length_filter(const Value& subject, const Arguments&, Callbacks&) {
  if (subject.length() < 0) {
    fail_subject("length", subject);
  }
  return subject.length();
}

Value replace_filter(const Value& subject, const Arguments& arguments, Callbacks& callbacks) {
  return replace_text(subject.text(), arguments.get_or(0, "old", "").text(), arguments.get_or(1, "new", "").text(),
                      arguments.integer(2, "count", -1), callbacks.budget);
}

Value join_filter(const Value& subject, const Arguments& arguments, Callbacks& callbacks) {
  List items = iterate(subject);
  if (const Value* attribute = arguments.get(1, "attribute"); attribute != nullptr) {
    for (Value& item : items) {
      item = get_path(item, *attribute, callbacks.budget);
    }
  }
  for (Value& item : items) {
    item = item.is_string() ? item : Value(item.text());
  }
  return join_text(items, arguments.get_or(0, "d", "").text(), callbacks.budget);
}

Value escape_filter(const Value& subject, const Arguments&, Callbacks& callbacks) {
  const std::string text = subject.text();
  callbacks.budget.charge(static_cast<int64_t>(text.size() * 5));
  std::string out;
  for (const char c : text) {
    if (c == '&' || c == '<' || c == '>' || c == '"' || c == '\'') {
      out += c == '&' ? "&amp;" : (c == '<' ? "&lt;" : (c == '>' ? "&gt;" : (c == '"' ? "&#34;" : "&#39;")));
    } else {
      out += c;
    }
  }
  return out;
}

constexpr std::array<std::pair<std::string_view, Filter>, 41> kFilters = {{
    {"trim",
     [](const Value& v, const Arguments& a, Callbacks&) -> Value {
       return strip_text(v.text(), a.get(0, "chars"), true, true);
     }},
    {"length", length_filter},
    {"count", length_filter},
    {"tojson", json_filter},
    {"join", join_filter},
    {"default", default_filter},
    {"d", default_filter},
    {"upper", [](const Value& v, const Arguments&, Callbacks&) -> Value { return map_case(v.text(), true); }},
    {"lower", [](const Value& v, const Arguments&, Callbacks&) -> Value { return map_case(v.text(), false); }},
    {"capitalize", [](const Value& v, const Arguments&, Callbacks&) -> Value { return capitalize_text(v.text()); }},
    {"title", [](const Value& v, const Arguments&, Callbacks&) -> Value { return title_words(v.text()); }},
    {"first", [](const Value& v, const Arguments&, Callbacks&) -> Value { return end_filter(v, true); }},
    {"last", [](const Value& v, const Arguments&, Callbacks&) -> Value { return end_filter(v, false); }},
    {"replace", replace_filter},
    {"string", [](const Value& v, const Arguments&, Callbacks&) -> Value { return v.text(); }},
    {"safe", [](const Value& v, const Arguments&, Callbacks&) -> Value { return v; }},
    {"escape", escape_filter},
    {"e", escape_filter},
    {"forceescape", escape_filter},
    {"int", integer_filter},
    {"float", float_filter},
    {"list", list_filter},
    {"abs", absolute_filter},
    {"round", round_filter},
    {"select", [](const Value& v, const Arguments& a, Callbacks& c) -> Value { return choose(v, a, c, true, false); }},
    {"reject", [](const Value& v, const Arguments& a, Callbacks& c) -> Value { return choose(v, a, c, false, false); }},
    {"selectattr",
     [](const Value& v, const Arguments& a, Callbacks& c) -> Value { return choose(v, a, c, true, true); }},
    {"rejectattr",
     [](const Value& v, const Arguments& a, Callbacks& c) -> Value { return choose(v, a, c, false, true); }},
    {"map", map_filter},
    {"items", items_filter},
    {"dictsort", dictsort_filter},
    {"sort", [](const Value& v, const Arguments& a, Callbacks& c) -> Value { return sorted(iterate(v), a, c, 0); }},
    {"reverse", reverse_filter},
    {"unique", unique_filter},
    {"sum", sum_filter},
    {"min", [](const Value& v, const Arguments& a, Callbacks& c) -> Value { return extreme(v, a, c, false); }},
    {"max", [](const Value& v, const Arguments& a, Callbacks& c) -> Value { return extreme(v, a, c, true); }},
    {"indent", indent_filter},
    {"attr",
     [](const Value& v, const Arguments& a, Callbacks& c) -> Value {
       return get_attribute(v, a.string(0, "name"), c.budget);
     }},
    {"wordcount",
     [](const Value& v, const Arguments&, Callbacks& c) -> Value {
       return get_attribute(Value(v.text()), "split", c.budget).as_function().call({}).length();
     }},
    {"center",
     [](const Value& v, const Arguments& a, Callbacks& c) -> Value {
       return get_attribute(Value(v.text()), "center", c.budget)
           .as_function()
           .call({{Value(a.integer(0, "width", 80))}, {}});
     }},
}};

const std::pair<std::string_view, Filter>* find_filter(std::string_view name) {
  for (const auto& entry : kFilters) {
    if (entry.first == name) {
      return &entry;
    }
  }
  return nullptr;
}

}  // namespace

bool is_filter(std::string_view name) {
  return find_filter(name) != nullptr;
}

Value apply_filter(const std::string& name, const Value& subject, const Arguments& arguments, Callbacks& callbacks) {
  const auto* found = find_filter(name);
  if (found == nullptr) {
    throw TemplateError(fmt::format("there is no filter named '{}'", name));
  }
  callbacks.budget.step(1 + (subject.is_string() ? static_cast<int64_t>(subject.as_string().size()) / 64
                                                 : std::max<int64_t>(subject.length(), 0) / 8));
  Value result = found->second(subject, arguments, callbacks);
  callbacks.budget.charge(result);
  return result;
}

std::string replace_text(std::string_view text, std::string_view from, std::string_view to, int64_t count,
                         Budget& budget) {
  std::string out;
  if (from.empty()) {
    size_t pos = 0;
    while (count != 0) {
      out += to;
      budget.charge(static_cast<int64_t>(to.size()));
      --count;
      if (pos >= text.size()) {
        return out;
      }
      const size_t begin = pos;
      next_code_point(text, pos);
      out += text.substr(begin, pos - begin);
    }
    return out.append(text.substr(pos));
  }
  for (; count != 0; --count) {
    const size_t at = text.find(from);
    if (at == std::string_view::npos) {
      break;
    }
    budget.charge(static_cast<int64_t>(at + to.size()));
    out += text.substr(0, at);
    out += to;
    text.remove_prefix(at + from.size());
  }
  return out.append(text);
}

std::string join_text(const List& items, std::string_view separator, Budget& budget) {
  std::string out;
  for (size_t i = 0; i < items.size(); ++i) {
    if (!items[i].is_string()) {
      throw TemplateError(fmt::format("join() takes strings, not {}", items[i].type_name()));
    }
    budget.charge(static_cast<int64_t>(separator.size() + items[i].as_string().size()));
    out += i > 0 ? separator : "";
    out += items[i].as_string();
  }
  return out;
}

}  // namespace smelt::jinja
