#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "tokens/chat/template_builtins.h"

namespace smelt::jinja {

namespace {

// A text with a position in it, character by character.
struct Characters {
  explicit Characters(std::string_view t) : text(t) {}
  bool at_end() const { return pos >= text.size(); }
  uint32_t peek() const {
    size_t after = pos;
    return next_code_point(text, after);
  }
  void skip_while(bool spaces) {
    while (!at_end() && is_space_code(peek()) == spaces) {
      next_code_point(text, pos);
    }
  }
  std::string_view text;
  size_t pos = 0;
};

List split_on_spaces(std::string_view text, int64_t limit) {
  List out;
  Characters in(text);
  while (true) {
    in.skip_while(true);
    if (in.at_end()) {
      return out;
    }
    if (limit >= 0 && static_cast<int64_t>(out.size()) >= limit) {
      out.emplace_back(strip_text(text.substr(in.pos), nullptr, false, true));
      return out;
    }
    const size_t begin = in.pos;
    in.skip_while(false);
    out.emplace_back(text.substr(begin, in.pos - begin));
  }
}

// The last `limit` words and what lies before them.
List split_on_spaces_from_right(std::string_view text, int64_t limit) {
  std::vector<std::pair<size_t, size_t>> words;  // begin, end
  for (Characters in(text);;) {
    in.skip_while(true);
    if (in.at_end()) {
      break;
    }
    const size_t begin = in.pos;
    in.skip_while(false);
    words.emplace_back(begin, in.pos);
  }
  List out;
  const size_t joined = words.size() - std::min(words.size(), static_cast<size_t>(limit));
  if (joined > 0) {
    out.emplace_back(text.substr(0, words[joined - 1].second));
    out[0] = strip_text(out[0].as_string(), nullptr, joined == words.size(), true);
  }
  for (size_t i = joined; i < words.size(); ++i) {
    out.emplace_back(text.substr(words[i].first, words[i].second - words[i].first));
  }
  return out;
}

List split_text(std::string_view text, const Arguments& arguments, bool from_right, Budget& budget) {
  const Value* separator = arguments.get(0, "sep");
  int64_t limit = arguments.integer(1, "maxsplit", -1);
  budget.charge(static_cast<int64_t>(text.size()));
  if (separator == nullptr || separator->is_none()) {
    return from_right && limit >= 0 ? split_on_spaces_from_right(text, limit) : split_on_spaces(text, limit);
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

bool ends_line(uint32_t code) {
  return (code >= 0x0A && code <= 0x0D) || (code >= 0x1C && code <= 0x1E) || code == 0x85 || code == 0x2028 ||
         code == 0x2029;
}

List split_lines(std::string_view text, bool keep_ends) {
  List out;
  size_t begin = 0;
  for (size_t pos = 0; pos < text.size();) {
    const size_t end = pos;
    const uint32_t code = next_code_point(text, pos);
    if (ends_line(code)) {
      pos += code == '\r' && pos < text.size() && text[pos] == '\n' ? 1 : 0;
      out.emplace_back(text.substr(begin, (keep_ends ? pos : end) - begin));
      begin = pos;
    }
  }
  if (begin < text.size()) {
    out.emplace_back(text.substr(begin));
  }
  return out;
}

// text[begin:end] as find, count and their kin take them behind their first argument. False where `begin` lies behind
// the text's end. `before`: characters before the part.
bool cut_part(std::string_view& text, const Arguments& arguments, int64_t& before, Budget& budget) {
  before = 0;
  const Value* begin = arguments.get(1, "start");
  const Value* end = arguments.get(2, "end");
  if (begin == nullptr && end == nullptr) {
    return true;
  }
  const int64_t length = count_code_points(text);
  budget.step(1 + length / 64);
  const auto bound = [&](size_t position, const char* name, int64_t fallback) {
    const int64_t index = arguments.integer(position, name, fallback);
    return index < 0 ? std::max<int64_t>(index + length, 0) : index;
  };
  before = bound(1, "start", 0);
  const int64_t last = std::min(bound(2, "end", length), length);
  if (before > length || before > last) {
    return false;
  }
  size_t from = 0;
  for (int64_t i = 0; i < before; ++i) {
    next_code_point(text, from);
  }
  size_t to = from;
  for (int64_t i = before; i < last; ++i) {
    next_code_point(text, to);
  }
  text = text.substr(from, to - from);
  return true;
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
    return from_right ? Value::tuple({"", "", Value(text)}) : Value::tuple({Value(text), "", ""});
  }
  return Value::tuple({Value(text.substr(0, at)), Value(by), Value(text.substr(at + by.size()))});
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

constexpr std::array<std::string_view, 42> kStringMethods = {
    "strip",     "lstrip",    "rstrip",       "split",     "rsplit",     "splitlines",   "startswith",
    "endswith",  "replace",   "upper",        "lower",     "title",      "capitalize",   "join",
    "find",      "rfind",     "index",        "rindex",    "count",      "format",       "isdigit",
    "isalpha",   "isalnum",   "isspace",      "isupper",   "islower",    "istitle",      "isascii",
    "isdecimal", "isnumeric", "isidentifier", "partition", "rpartition", "zfill",        "ljust",
    "rjust",     "center",    "swapcase",     "casefold",  "expandtabs", "removeprefix", "removesuffix",
};
constexpr std::array<std::string_view, 5> kDictMethods = {"get", "items", "keys", "values", "copy"};
constexpr std::array<std::string_view, 3> kListMethods = {"copy", "index", "count"};
constexpr std::array<std::string_view, 12> kForbidden = {"append",     "extend",  "insert",  "pop",
                                                         "remove",     "clear",   "update",  "sort",
                                                         "setdefault", "reverse", "popitem", "fromkeys"};

Value call_predicate_or_case(const std::string& text, std::string_view name) {
  if (name == "upper" || name == "lower" || name == "casefold") {
    return map_case(text, name == "upper");
  }
  if (name == "title") {
    return title_text(text);
  }
  if (name == "capitalize") {
    return capitalize_text(text);
  }
  if (name == "swapcase") {
    return swap_case(text);
  }
  return is_text_class(text, name);
}

Value expand_tabs(const std::string& text, int64_t width, Budget& budget) {
  std::string out;
  int64_t column = 0;
  for (size_t pos = 0; pos < text.size();) {
    const size_t begin = pos;
    const uint32_t code = next_code_point(text, pos);
    if (code == '\t') {
      const int64_t spaces = width > 0 ? width - column % width : 0;
      budget.charge(spaces);
      out.append(static_cast<size_t>(spaces), ' ');
      column += spaces;
    } else {
      out += std::string_view(text).substr(begin, pos - begin);
      column = code == '\n' || code == '\r' ? 0 : column + 1;
    }
  }
  return out;
}

Value search(std::string_view text, std::string_view name, const Arguments& arguments, Budget& budget) {
  const std::string& part = arguments.string(0, "sub");
  int64_t before = 0;
  const bool inside = cut_part(text, arguments, before, budget);
  if (name == "count") {
    return inside ? count_in_text(text, part) : 0;
  }
  const int64_t at = inside ? find_in_text(text, part, name[0] == 'r') : -1;
  if (at < 0 && name.ends_with("index")) {
    throw TemplateError("index(): the text is not there");
  }
  return at < 0 ? at : at + before;
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
    std::string_view part = text;
    int64_t before = 0;
    const bool inside = cut_part(part, arguments, before, budget);
    return has_affix(inside ? part : std::string_view(), arguments.get(0, "prefix"), name == "startswith") && inside;
  }
  if (name == "replace") {
    return replace_text(text, arguments.string(0, "old"), arguments.string(1, "new"), arguments.integer(2, "count", -1),
                        budget);
  }
  if (name == "join") {
    return join_text(iterate(arguments.get_or(0, "iterable", {})), text, budget);
  }
  if (name == "find" || name == "rfind" || name == "index" || name == "rindex" || name == "count") {
    return search(text, name, arguments, budget);
  }
  if (name == "expandtabs") {
    return expand_tabs(text, arguments.integer(0, "tabsize", 8), budget);
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
    out.push_back(name == "items" ? Value::tuple({key, value}) : (name == "keys" ? key : value));
  }
  const ListKind kind = name == "items" ? ListKind::kItems : (name == "keys" ? ListKind::kKeys : ListKind::kValues);
  return Value::list(std::move(out), kind);
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
  const bool in_list = subject.is_kind(ListKind::kList) ? has(kListMethods, name)
                                                        : subject.is_indexed() && (name == "index" || name == "count");
  const bool known =
      (subject.is_string() && has(kStringMethods, name)) || (subject.is_dict() && has(kDictMethods, name)) || in_list;
  const bool changes = subject.is_dict() || subject.is_kind(ListKind::kList);
  if (changes && has(kForbidden, name)) {
    return Value::undefined(fmt::format("{}, which would change a value,", name));
  }
  if (!known) {
    return {};
  }
  std::string method(name);
  Budget* shared = &budget;
  return std::make_shared<FunctionData>(FunctionData{
      method, [subject, method, shared](const Arguments& arguments) -> Value {
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
