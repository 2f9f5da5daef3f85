#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>

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
  return Value::iterator(std::move(out));
}

Value map_filter(const Value& subject, const Arguments& arguments, Callbacks& callbacks) {
  List out;
  const Value* attribute = arguments.positional.empty() ? arguments.get(0, "attribute") : nullptr;
  const Arguments rest = rest_of(arguments, 1);
  for (const Value& item : iterate(subject)) {
    callbacks.budget.step();
    if (attribute != nullptr) {
      Value value = get_path(item, *attribute, callbacks.budget);
      const Value* fallback = arguments.get(1, "default");
      out.push_back(value.is_undefined() && fallback != nullptr && !fallback->is_none() ? *fallback : std::move(value));
    } else {
      out.push_back(callbacks.filter(arguments.string(0, "filter"), item, rest));
    }
  }
  return Value::iterator(std::move(out));
}

Value default_filter(const Value& subject, const Arguments& arguments, Callbacks&) {
  const bool replaces_false = arguments.get_or(1, "boolean", false).truthy();
  return subject.is_undefined() || (replaces_false && !subject.truthy()) ? arguments.get_or(0, "default_value", "")
                                                                         : subject;
}

// As templates of Hugging Face models have it: tojson(ensure_ascii=False, indent=None, separators=None,
// sort_keys=False).
Value json_filter(const Value& subject, const Arguments& arguments, Callbacks&) {
  JsonStyle style;
  style.ensure_ascii = arguments.get_or(0, "ensure_ascii", false).truthy();
  style.sort_keys = arguments.get_or(3, "sort_keys", false).truthy();
  const Value indent = arguments.get_or(1, "indent", Value::None{});
  if (indent.is_string()) {
    style.indent = indent.as_string();
  } else if (indent.is_number() && !indent.is_double()) {
    style.indent.assign(static_cast<size_t>(std::clamp<int64_t>(indent.as_int(), 0, 1000)), ' ');
  } else if (!indent.is_none()) {
    throw TemplateError(fmt::format("tojson: the indent must be an integer or a string, not {}", indent.type_name()));
  }
  style.indents = !indent.is_none();
  style.item_separator = style.indents ? "," : ", ";
  if (const Value separators = arguments.get_or(2, "separators", Value::None{}); !separators.is_none()) {
    const List parts = iterate(separators);
    if (parts.size() != 2 || !parts[0].is_string() || !parts[1].is_string()) {
      throw TemplateError("tojson: the separators must be two strings");
    }
    style.item_separator = parts[0].as_string();
    style.key_separator = parts[1].as_string();
  }
  return to_json_text(subject, style);
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
  if (!first && subject.is_kind(ListKind::kIterator)) {
    fail_subject("last", subject);
  }
  const List items = iterate(subject);
  return items.empty() ? Value::undefined("the end of an empty list") : (first ? items.front() : items.back());
}

// Python's int(text, base), nullopt where it raises. Beyond 64 bits: an error of kind kLimit.
std::optional<int64_t> parse_integer(std::string_view text, int64_t base) {
  const bool negative = text.starts_with('-');
  text.remove_prefix(negative || text.starts_with('+') ? 1 : 0);
  if (text.size() > 2 && text[0] == '0') {
    const char letter = static_cast<char>(text[1] | 0x20);
    const int64_t prefixed = letter == 'x' ? 16 : (letter == 'o' ? 8 : (letter == 'b' ? 2 : 0));
    if (prefixed != 0 && (base == prefixed || base == 0)) {
      base = prefixed;
      text.remove_prefix(2);
    }
  }
  base = base == 0 ? 10 : base;
  int64_t value = 0;
  bool after_digit = false;
  for (const char c : text) {
    if (c == '_' && after_digit) {
      after_digit = false;
      continue;
    }
    const int digit =
        c >= '0' && c <= '9' ? c - '0' : (((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ? (c | 0x20) - 'a' + 10 : 99);
    if (digit >= base) {
      return std::nullopt;
    }
    if (__builtin_mul_overflow(value, base, &value) || __builtin_sub_overflow(value, digit, &value)) {
      throw TemplateError("integer overflow", 0, TemplateError::Kind::kLimit);
    }
    after_digit = true;
  }
  if (!after_digit || (!negative && value == std::numeric_limits<int64_t>::min())) {
    return std::nullopt;
  }
  return negative ? value : -value;
}

// Python's float(text).
std::optional<double> parse_float(std::string_view text) {
  std::string digits;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto is_digit = [&](size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '9'; };
    if (text[i] == '_' && i > 0 && is_digit(i - 1) && is_digit(i + 1)) {
      continue;
    }
    digits += text[i];
  }
  const std::string lower = lower_ascii(digits);
  const std::string_view body =
      std::string_view(lower).substr(lower.starts_with('-') || lower.starts_with('+') ? 1 : 0);
  const bool word = body == "inf" || body == "infinity" || body == "nan";
  if (body.empty() || (!word && body.find_first_not_of("0123456789.e+-") != std::string_view::npos)) {
    return std::nullopt;
  }
  char* end = nullptr;
  const double value = std::strtod(lower.c_str(), &end);
  return *end == '\0' ? std::optional(value) : std::nullopt;
}

std::optional<int64_t> truncated(double number) {
  if (!std::isfinite(number)) {
    return std::nullopt;
  }
  if (std::abs(number) >= 9.2e18) {
    throw TemplateError("integer overflow", 0, TemplateError::Kind::kLimit);
  }
  return static_cast<int64_t>(number);
}

Value integer_filter(const Value& subject, const Arguments& arguments, Callbacks&) {
  const Value fallback = arguments.get_or(0, "default", 0);
  if (subject.is_undefined()) {
    fail_subject("int", subject);
  }
  std::optional<int64_t> value;
  if (subject.is_double()) {
    value = truncated(subject.as_number());
  } else if (subject.is_number()) {
    value = subject.as_int();
  } else if (subject.is_string()) {
    const std::string text = strip_text(subject.as_string(), nullptr, true, true);
    value = parse_integer(text, arguments.integer(1, "base", 10));
    if (!value) {
      const std::optional<double> number = parse_float(text);
      value = number ? truncated(*number) : std::nullopt;
    }
  }
  return value ? Value(*value) : fallback;
}

Value float_filter(const Value& subject, const Arguments& arguments, Callbacks&) {
  if (subject.is_undefined()) {
    fail_subject("float", subject);
  }
  if (subject.is_number()) {
    return subject.as_number();
  }
  const std::optional<double> number =
      subject.is_string() ? parse_float(strip_text(subject.as_string(), nullptr, true, true)) : std::nullopt;
  return number ? Value(*number) : arguments.get_or(0, "default", 0.0);
}

Value round_filter(const Value& subject, const Arguments& arguments, Callbacks&) {
  const std::string method = arguments.get_or(1, "method", "common").text();
  if (!subject.is_number() || (method != "common" && method != "ceil" && method != "floor")) {
    fail_subject("round", subject);
  }
  const auto precision = static_cast<int>(std::clamp<int64_t>(arguments.integer(0, "precision", 0), -300, 300));
  const double number = subject.as_number();
  if (method != "common") {
    const double scale = std::pow(10.0, precision);
    return (method == "ceil" ? std::ceil(number * scale) : std::floor(number * scale)) / scale;
  }
  if (!subject.is_double() && precision >= 0) {
    return subject.as_int();
  }
  if (precision < 0) {
    const double scale = std::pow(10.0, -precision);
    const double rounded = std::nearbyint(number / scale) * scale;
    return subject.is_double() ? Value(rounded) : Value(static_cast<int64_t>(rounded));
  }
  // By the decimal digits, as Python does: half of a binary fraction is rarely half of a decimal one.
  return std::isfinite(number) ? std::strtod(fmt::format("{:.{}f}", number, precision).c_str(), nullptr) : number;
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
    const bool is_nan = key.is_double() && std::isnan(key.as_number());
    if (is_nan) {
      throw TemplateError("cannot sort NaN");  // ordered with nothing, which std::stable_sort must not meet
    }
    // The filter sort compares lists of keys, in which equal ones need no order.
    keyed.emplace_back(reverse_at == 0 ? Value::list({std::move(key)}) : std::move(key), std::move(item));
  }
  const auto count = static_cast<int64_t>(keyed.size());
  callbacks.budget.step(count * static_cast<int64_t>(1 + std::log2(static_cast<double>(count) + 1)));
  for (const auto& entry : keyed) {
    if (&entry != &keyed.front()) {  // one element alone is compared with nothing
      compare_values(keyed.front().first, entry.first);
    }
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
  const std::string by = arguments.get_or(1, "by", "key").text();
  if (by != "key" && by != "value") {
    throw TemplateError("dictsort sorts by 'key' or 'value'");
  }
  const bool by_value = by == "value";
  Arguments order;
  order.named = {{"reverse", arguments.get_or(2, "reverse", false)},
                 {"case_sensitive", arguments.get_or(0, "case_sensitive", false)},
                 {"attribute", Value(by_value ? 1 : 0)}};
  List items;
  for (const auto& [key, value] : subject.as_members()) {
    items.push_back(Value::tuple({key, value}));
  }
  return sorted(std::move(items), order, callbacks, 10);
}

Value items_filter(const Value& subject, const Arguments&, Callbacks&) {
  List out;
  if (subject.is_undefined()) {
    return Value::iterator(std::move(out));
  }
  if (!subject.is_dict()) {
    fail_subject("items", subject);
  }
  for (const auto& [key, value] : subject.as_members()) {
    out.push_back(Value::tuple({key, value}));
  }
  return Value::iterator(std::move(out));
}

Value reverse_filter(const Value& subject, const Arguments&, Callbacks&) {
  List items = iterate(subject);
  std::reverse(items.begin(), items.end());
  if (!subject.is_string()) {
    return subject.is_kind(ListKind::kIterator) ? Value::list(std::move(items)) : Value::iterator(std::move(items));
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
  return Value::iterator(std::move(out));
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
  if (!subject.is_string()) {
    fail_subject("indent", subject);
  }
  const Value width = arguments.get_or(0, "width", 4);
  const std::string by =
      width.is_string()
          ? width.as_string()
          : std::string(static_cast<size_t>(std::clamp<int64_t>(arguments.integer(0, "width", 4), 0, 100'000)), ' ');
  const bool first = arguments.get_or(1, "first", false).truthy();
  const bool blank = arguments.get_or(2, "blank", false).truthy();
  const List lines =
      bind_method(Value(subject.as_string() + "\n"), "splitlines", callbacks.budget).as_function().call({}).as_list();
  callbacks.budget.charge(static_cast<int64_t>(subject.as_string().size() + by.size() * lines.size()));
  std::string out = first ? by : "";
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string& line = lines[i].as_string();
    out += i > 0 ? "\n" : "";
    out += i > 0 && (blank || !line.empty()) ? by : "";
    out += line;
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

Value word_count_filter(const Value& subject, const Arguments&, Callbacks&) {
  const std::string text = subject.text();
  int64_t count = 0;
  bool in_word = false;
  for (size_t pos = 0; pos < text.size();) {
    const bool is_word = is_word_code(next_code_point(text, pos));
    count += is_word && !in_word ? 1 : 0;
    in_word = is_word;
  }
  return count;
}

// Lists of `linecount` items, the last filled up with `fill_with` where given.
Value batch_filter(const Value& subject, const Arguments& arguments, Callbacks& callbacks) {
  const int64_t size = arguments.integer(0, "linecount", 0);
  const Value* fill = arguments.get(1, "fill_with");
  List out;
  List line;
  for (const Value& item : iterate(subject)) {
    callbacks.budget.step();
    if (static_cast<int64_t>(line.size()) == size) {
      out.push_back(Value::list(std::exchange(line, {})));
    }
    line.push_back(item);
  }
  if (!line.empty()) {
    const int64_t missing = fill != nullptr && !fill->is_none() ? size - static_cast<int64_t>(line.size()) : 0;
    callbacks.budget.charge(48 * std::max<int64_t>(missing, 0));
    for (int64_t i = 0; i < missing; ++i) {
      line.push_back(*fill);
    }
    out.push_back(Value::list(std::move(line)));
  }
  return Value::iterator(std::move(out));
}

// `slices` lists of about equal length, the first ones longer by one item.
Value slice_filter(const Value& subject, const Arguments& arguments, Callbacks& callbacks) {
  const List items = iterate(subject);
  const auto slices = static_cast<size_t>(std::clamp<int64_t>(arguments.integer(0, "slices", 0), 0, 1'000'000));
  const Value* fill = arguments.get(1, "fill_with");
  if (slices == 0) {
    throw TemplateError("slice: the number of slices must be positive");
  }
  callbacks.budget.charge(static_cast<int64_t>(96 * slices));
  const size_t length = items.size() / slices;
  const size_t longer = items.size() % slices;
  List out;
  size_t at = 0;
  for (size_t i = 0; i < slices; ++i) {
    List part;
    for (size_t end = at + length + (i < longer ? 1 : 0); at < end; ++at) {
      part.push_back(items[at]);
    }
    if (fill != nullptr && !fill->is_none() && i >= longer) {
      part.push_back(*fill);
    }
    out.push_back(Value::list(std::move(part)));
  }
  return Value::iterator(std::move(out));
}

// Pairs (value, items with that value of the attribute), sorted by value.
Value group_filter(const Value& subject, const Arguments& arguments, Callbacks& callbacks) {
  const Value attribute = arguments.get_or(0, "attribute", {});
  const Value fallback = arguments.get_or(1, "default", Value::None{});
  const bool exact = arguments.get_or(2, "case_sensitive", false).truthy();
  const auto key_of = [&](const Value& item) {
    Value key = get_path(item, attribute, callbacks.budget);
    return key.is_undefined() && !fallback.is_none() ? fallback : key;
  };
  const auto folded = [&](const Value& key) {
    return key.is_string() && !exact ? Value(map_case(key.as_string(), false)) : key;
  };
  std::vector<std::pair<Value, Value>> keyed;
  for (const Value& item : iterate(subject)) {
    callbacks.budget.step(8);
    keyed.emplace_back(key_of(item), item);
    if (keyed.size() > 1) {
      compare_values(folded(keyed.front().first), folded(keyed.back().first));
    }
  }
  std::stable_sort(keyed.begin(), keyed.end(),
                   [&](const auto& a, const auto& b) { return compare_values(folded(a.first), folded(b.first)) < 0; });
  List out;
  for (size_t i = 0; i < keyed.size();) {
    List group;
    const Value key = keyed[i].first;
    for (; i < keyed.size() && folded(keyed[i].first) == folded(key); ++i) {
      group.push_back(keyed[i].second);
    }
    out.push_back(Value::tuple({key, Value::list(std::move(group))}));
  }
  return Value::list(std::move(out));
}

Value truncate_filter(const Value& subject, const Arguments& arguments, Callbacks& callbacks) {
  const int64_t length = arguments.integer(0, "length", 255);
  const bool cuts_words = arguments.get_or(1, "killwords", false).truthy();
  const std::string end = arguments.get_or(2, "end", "...").text();
  const int64_t leeway = arguments.integer(3, "leeway", 5);
  const int64_t end_length = count_code_points(end);
  if (subject.length() < 0 || length < end_length || leeway < 0) {
    fail_subject("truncate", subject);
  }
  if (subject.length() <= length + leeway) {
    return subject;
  }
  if (!subject.is_string()) {
    fail_subject("truncate", subject);
  }
  const Value until(length - end_length);
  std::string text = apply_slice(subject, nullptr, &until, nullptr, callbacks.budget).as_string();
  if (!cuts_words) {
    text.resize(std::min(text.rfind(' '), text.size()));
  }
  return text + end;
}

Value url_filter(const Value& subject, const Arguments&, Callbacks& callbacks) {
  const auto quoted = [&](const std::string& text, bool in_query) {
    std::string out;
    for (const char c : text) {
      const bool plain = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
                         std::string_view("_.-~").find(c) != std::string_view::npos || (c == '/' && !in_query);
      out += plain ? std::string(1, c) : (c == ' ' && in_query ? "+" : fmt::format("%{:02X}", static_cast<uint8_t>(c)));
    }
    callbacks.budget.charge(static_cast<int64_t>(out.size()));
    return out;
  };
  if (subject.is_string() || !(subject.is_dict() || subject.is_list())) {
    return quoted(subject.text(), false);
  }
  List pairs;
  for (const Value& item : subject.is_dict() ? items_filter(subject, {}, callbacks).as_list() : iterate(subject)) {
    const List pair = iterate(item);
    if (pair.size() != 2) {
      throw TemplateError("urlencode takes a text, a dictionary or a list of pairs");
    }
    pairs.emplace_back(quoted(pair[0].text(), true) + "=" + quoted(pair[1].text(), true));
  }
  return join_text(pairs, "&", callbacks.budget);
}

constexpr std::array<std::pair<std::string_view, Filter>, 47> kFilters = {{
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
       return v.is_dict() ? bind_method(v, a.string(0, "name"), c.budget)
                          : get_attribute(v, a.string(0, "name"), c.budget);
     }},
    {"wordcount", word_count_filter},
    {"batch", batch_filter},
    {"slice", slice_filter},
    {"groupby", group_filter},
    {"truncate", truncate_filter},
    {"urlencode", url_filter},
    {"format",
     [](const Value& v, const Arguments& a, Callbacks& c) -> Value {
       if (!a.named.empty() && !a.positional.empty()) {
         throw TemplateError("format: positional and named values do not go together");
       }
       Members named;
       for (const auto& [key, value] : a.named) {
         named.emplace_back(Value(key), value);
       }
       return format_percent(v.text(), named.empty() ? Value::tuple(a.positional) : Value::dict(std::move(named)),
                             c.budget);
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
  callbacks.budget.step(
      1 + (subject.is_string() ? static_cast<int64_t>(subject.as_string().size()) / 64 : subject.size() / 8));
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
