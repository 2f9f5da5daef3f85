#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "tokens/chat/template_builtins.h"

namespace smelt::jinja {

namespace {

bool is_ascii_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// Python's white space beyond ASCII counts too.
bool is_space_code(uint32_t c) {
  return c == ' ' || (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x1F) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

List split_on_spaces(std::string_view text, int64_t limit) {
  List out;
  size_t pos = 0;
  while (true) {
    while (pos < text.size() && is_ascii_space(text[pos])) {
      ++pos;
    }
    if (pos >= text.size()) {
      return out;
    }
    size_t end = pos;
    if (limit >= 0 && static_cast<int64_t>(out.size()) >= limit) {
      end = text.size();
      while (end > pos && is_ascii_space(text[end - 1])) {
        --end;
      }
      out.emplace_back(text.substr(pos, end - pos));
      return out;
    }
    while (end < text.size() && !is_ascii_space(text[end])) {
      ++end;
    }
    out.emplace_back(text.substr(pos, end - pos));
    pos = end;
  }
}

List split_text(std::string_view text, const Arguments& arguments, bool from_right, Budget& budget) {
  const Value* separator = arguments.get(0, "sep");
  int64_t limit = arguments.integer(1, "maxsplit", -1);
  budget.charge(static_cast<int64_t>(text.size()));
  if (separator == nullptr || separator->is_none()) {
    if (!from_right || limit < 0) {
      return split_on_spaces(text, limit);
    }
    throw TemplateError("rsplit() needs a separator when it has a limit");
  }
  const std::string& by = arguments.string(0, "sep");
  if (by.empty()) {
    throw TemplateError("split() needs a separator that is not empty");
  }
  List out;
  if (from_right) {
    while (limit != 0) {
      const size_t at = text.rfind(by);
      if (at == std::string_view::npos) {
        break;
      }
      out.emplace_back(text.substr(at + by.size()));
      text = text.substr(0, at);
      --limit;
    }
    out.emplace_back(text);
    std::reverse(out.begin(), out.end());
  } else {
    while (limit != 0) {
      const size_t at = text.find(by);
      if (at == std::string_view::npos) {
        break;
      }
      out.emplace_back(text.substr(0, at));
      text.remove_prefix(at + by.size());
      --limit;
    }
    out.emplace_back(text);
  }
  budget.charge(static_cast<int64_t>(48 * out.size()));
  return out;
}

List split_lines(std::string_view text, bool keep_ends) {
  List out;
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find_first_of("\n\r", begin), text.size());
    size_t after = end < text.size() ? end + 1 : end;
    after += end + 1 < text.size() && text[end] == '\r' && text[end + 1] == '\n' ? 1 : 0;
    out.emplace_back(text.substr(begin, (keep_ends ? after : end) - begin));
    begin = after;
  }
  return out;
}

bool has_affix(std::string_view text, const Value* affix, bool at_start) {
  if (affix != nullptr && affix->is_tuple()) {
    return std::any_of(affix->as_list().begin(), affix->as_list().end(),
                       [&](const Value& one) { return has_affix(text, &one, at_start); });
  }
  if (affix == nullptr || !affix->is_string()) {
    throw TemplateError("startswith() and endswith() take a string or a tuple of strings");
  }
  return at_start ? text.starts_with(affix->as_string()) : text.ends_with(affix->as_string());
}

int64_t find_in_text(std::string_view text, const std::string& part, bool from_right) {
  const size_t at = from_right ? text.rfind(part) : text.find(part);
  return at == std::string_view::npos ? -1 : count_code_points(text.substr(0, at));
}

int64_t count_in_text(std::string_view text, const std::string& part) {
  if (part.empty()) {
    return count_code_points(text) + 1;
  }
  int64_t count = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

Value partition_text(std::string_view text, const std::string& by, bool from_right) {
  if (by.empty()) {
    throw TemplateError("partition() needs a separator that is not empty");
  }
  const size_t at = from_right ? text.rfind(by) : text.find(by);
  if (at == std::string_view::npos) {
    return from_right ? Value::list({"", "", Value(text)}, true) : Value::list({Value(text), "", ""}, true);
  }
  return Value::list({Value(text.substr(0, at)), Value(by), Value(text.substr(at + by.size()))}, true);
}

Value pad(const std::string& text, const Arguments& arguments, std::string_view name, Budget& budget) {
  const int64_t width = arguments.integer(0, "width", 0);
  const std::string fill =
      arguments.get(1, "fillchar") != nullptr ? arguments.string(1, "fillchar") : (name == "zfill" ? "0" : " ");
  const int64_t missing = width - count_code_points(text);
  if (missing <= 0) {
    return text;
  }
  budget.charge(missing * static_cast<int64_t>(std::max<size_t>(fill.size(), 1)));
  const int64_t left = name == "ljust" ? 0 : (name == "center" ? missing / 2 + (missing & width & 1) : missing);
  std::string before;
  std::string after;
  for (int64_t i = 0; i < missing; ++i) {
    (i < left ? before : after) += fill;
  }
  const bool is_signed = name == "zfill" && (text.starts_with('-') || text.starts_with('+'));
  return is_signed ? text.substr(0, 1) + before + text.substr(1) : before + text + after;
}

// str.format with {}, {0} and {name}; format specifications are not supported.
Value format_braces(const std::string& format, const Arguments& arguments, Budget& budget) {
  std::string out;
  size_t next = 0;
  for (size_t i = 0; i < format.size(); ++i) {
    const char c = format[i];
    if ((c == '{' || c == '}') && i + 1 < format.size() && format[i + 1] == c) {
      out += c;
      ++i;
    } else if (c == '{') {
      const size_t end = format.find('}', i);
      if (end == std::string::npos) {
        throw TemplateError("format(): '{' without '}'");
      }
      const std::string field = format.substr(i + 1, end - i - 1);
      const bool is_index =
          !field.empty() && field.size() < 6 && field.find_first_not_of("0123456789") == std::string::npos;
      const size_t index = field.empty() ? next++ : (is_index ? std::stoul(field) : arguments.positional.size());
      const Value* value = field.empty() || is_index
                               ? (index < arguments.positional.size() ? &arguments.positional[index] : nullptr)
                               : arguments.get(arguments.positional.size(), field);
      if (value == nullptr) {
        throw TemplateError(fmt::format("format(): there is no argument for '{{{}}}'", field));
      }
      out += value->text();
      budget.charge(static_cast<int64_t>(out.size()));
      i = end;
    } else {
      out += c;
    }
  }
  return out;
}

bool is_all(std::string_view text, bool (*accepts)(uint32_t)) {
  for (size_t pos = 0; pos < text.size();) {
    if (!accepts(next_code_point(text, pos))) {
      return false;
    }
  }
  return !text.empty();
}

bool is_digit_code(uint32_t c) {
  return c >= '0' && c <= '9';
}
bool is_letter_code(uint32_t c) {
  return (c | 0x20U) >= 'a' && (c | 0x20U) <= 'z';
}
bool is_alnum_code(uint32_t c) {
  return is_digit_code(c) || is_letter_code(c);
}

constexpr std::array<std::string_view, 34> kStringMethods = {
    "strip",        "lstrip",       "rstrip",  "split",   "rsplit",    "splitlines", "startswith",
    "endswith",     "replace",      "upper",   "lower",   "title",     "capitalize", "join",
    "find",         "rfind",        "index",   "count",   "format",    "isdigit",    "isalpha",
    "isalnum",      "isspace",      "isupper", "islower", "partition", "rpartition", "zfill",
    "removeprefix", "removesuffix", "ljust",   "rjust",   "center",    "isnumeric",
};
constexpr std::array<std::string_view, 5> kDictMethods = {"get", "items", "keys", "values", "copy"};
constexpr std::array<std::string_view, 3> kListMethods = {"index", "count", "copy"};
constexpr std::array<std::string_view, 10> kForbidden = {"append", "extend", "insert", "pop",        "remove",
                                                         "clear",  "update", "sort",   "setdefault", "reverse"};

Value call_predicate_or_case(const std::string& text, std::string_view name) {
  if (name == "upper" || name == "lower") {
    return map_case(text, name == "upper");
  }
  if (name == "title") {
    return title_text(text);
  }
  if (name == "capitalize") {
    return capitalize_text(text);
  }
  if (name == "isdigit" || name == "isnumeric") {
    return is_all(text, is_digit_code);
  }
  if (name == "isalpha") {
    return is_all(text, is_letter_code);
  }
  if (name == "isalnum") {
    return is_all(text, is_alnum_code);
  }
  if (name == "isspace") {
    return is_all(text, is_space_code);
  }
  const bool upper = name == "isupper";
  return map_case(text, upper) == text && map_case(text, !upper) != text;
}

Value call_string_method(const std::string& text, std::string_view name, const Arguments& arguments, Budget& budget) {
  if (name == "strip" || name == "lstrip" || name == "rstrip") {
    return strip_text(text, arguments.get(0, "chars"), name != "rstrip", name != "lstrip");
  }
  if (name == "split" || name == "rsplit") {
    return Value::list(split_text(text, arguments, name == "rsplit", budget));
  }
  if (name == "splitlines") {
    const Value* keep = arguments.get(0, "keepends");
    return Value::list(split_lines(text, keep != nullptr && keep->truthy()));
  }
  if (name == "startswith" || name == "endswith") {
    return has_affix(text, arguments.get(0, "prefix"), name == "startswith");
  }
  if (name == "replace") {
    return replace_text(text, arguments.string(0, "old"), arguments.string(1, "new"), arguments.integer(2, "count", -1),
                        budget);
  }
  if (name == "join") {
    return join_text(iterate(arguments.get_or(0, "iterable", {})), text, budget);
  }
  if (name == "find" || name == "rfind" || name == "index") {
    const int64_t at = find_in_text(text, arguments.string(0, "sub"), name == "rfind");
    if (at < 0 && name == "index") {
      throw TemplateError("index(): the text is not there");
    }
    return at;
  }
  if (name == "count") {
    return count_in_text(text, arguments.string(0, "sub"));
  }
  if (name == "format") {
    return format_braces(text, arguments, budget);
  }
  if (name == "partition" || name == "rpartition") {
    return partition_text(text, arguments.string(0, "sep"), name == "rpartition");
  }
  if (name == "removeprefix" || name == "removesuffix") {
    const std::string& affix = arguments.string(0, "affix");
    if (name == "removeprefix") {
      return text.starts_with(affix) ? text.substr(affix.size()) : text;
    }
    return text.ends_with(affix) ? text.substr(0, text.size() - affix.size()) : text;
  }
  if (name == "zfill" || name == "ljust" || name == "rjust" || name == "center") {
    return pad(text, arguments, name, budget);
  }
  return call_predicate_or_case(text, name);
}

Value call_dict_method(const Value& subject, std::string_view name, const Arguments& arguments) {
  if (name == "get") {
    const Value* found = subject.find(arguments.get_or(0, "key", {}));
    return found != nullptr ? *found : arguments.get_or(1, "default", Value::None{});
  }
  if (name == "copy") {
    return subject;
  }
  List out;
  for (const auto& [key, value] : subject.as_members()) {
    out.push_back(name == "items" ? Value::list({key, value}, true) : (name == "keys" ? key : value));
  }
  return Value::list(std::move(out));
}

Value call_list_method(const Value& subject, std::string_view name, const Arguments& arguments) {
  const List& items = subject.as_list();
  if (name == "copy") {
    return subject;
  }
  const Value wanted = arguments.get_or(0, "value", {});
  if (name == "count") {
    return static_cast<int64_t>(std::count(items.begin(), items.end(), wanted));
  }
  const auto at = std::find(items.begin(), items.end(), wanted);
  if (at == items.end()) {
    throw TemplateError("index(): the value is not in the list");
  }
  return static_cast<int64_t>(at - items.begin());
}

template <size_t N>
bool has(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Value bind_method(const Value& subject, std::string_view name, Budget& budget) {
  const bool is_container = subject.is_list() || subject.is_dict();
  const bool known = (subject.is_string() && has(kStringMethods, name)) ||
                     (subject.is_dict() && has(kDictMethods, name)) || (subject.is_list() && has(kListMethods, name));
  const bool forbidden = is_container && has(kForbidden, name) && !(subject.is_dict() && subject.find(name) != nullptr);
  if (!known && !forbidden) {
    return {};
  }
  std::string method(name);
  Budget* shared = &budget;
  return std::make_shared<FunctionData>(FunctionData{
      method, [subject, method, forbidden, shared](const Arguments& arguments) -> Value {
        if (forbidden) {
          throw TemplateError(
              fmt::format("{}() would change a value; build a new one, or keep it in a namespace", method));
        }
        shared->step(
            1 + (subject.is_string() ? static_cast<int64_t>(subject.as_string().size()) / 64 : subject.length() / 8));
        Value result = subject.is_string() ? call_string_method(subject.as_string(), method, arguments, *shared)
                                           : (subject.is_dict() ? call_dict_method(subject, method, arguments)
                                                                : call_list_method(subject, method, arguments));
        shared->charge(result);
        return result;
      }});
}

std::string strip_text(std::string_view text, const Value* characters, bool left, bool right) {
  const bool spaces = characters == nullptr || characters->is_none();
  if (!spaces && !characters->is_string()) {
    throw TemplateError("strip() takes a string of characters");
  }
  const auto strips = [&](std::string_view character) {
    size_t pos = 0;
    return spaces ? is_space_code(next_code_point(character, pos))
                  : characters->as_string().find(character) != std::string::npos;
  };
  while (left && !text.empty()) {
    size_t end = 0;
    next_code_point(text, end);
    if (!strips(text.substr(0, end))) {
      break;
    }
    text.remove_prefix(end);
  }
  while (right && !text.empty()) {
    size_t begin = text.size() - 1;
    while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xC0U) == 0x80) {
      --begin;
    }
    if (!strips(text.substr(begin))) {
      break;
    }
    text.remove_suffix(text.size() - begin);
  }
  return std::string(text);
}

}  // namespace smelt::jinja
