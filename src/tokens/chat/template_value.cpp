#include "tokens/chat/template_value.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <utf8proc.h>

#include "base/text.h"

namespace smelt::jinja {

namespace {

const std::string& empty_string() {
  static const std::string empty;
  return empty;
}

int checked_nesting(int deepest) {
  if (deepest + 1 > kMaxNesting) {
    throw TemplateError("values nest too deeply", 0, TemplateError::Kind::kLimit);
  }
  return deepest + 1;
}

std::string python_double(double value) {
  if (std::isnan(value)) {
    return "nan";
  }
  if (std::isinf(value)) {
    return value < 0 ? "-inf" : "inf";
  }
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) {
    text += ".0";
  }
  return text;
}

// What Python's repr() writes as an escape: controls, formats, surrogates, private and unassigned code points, and
// separators but the space.
bool is_printable(uint32_t code) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(code))) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return false;
    case UTF8PROC_CATEGORY_ZS:
      return code == ' ';
    default:
      return true;
  }
}

std::string python_quote(const std::string& text) {
  const char quote = text.find('\'') != std::string::npos && text.find('"') == std::string::npos ? '"' : '\'';
  std::string out(1, quote);
  for (size_t pos = 0; pos < text.size();) {
    const uint32_t code = next_code_point(text, pos);
    if (code == '\n' || code == '\r' || code == '\t') {
      out += code == '\n' ? "\\n" : (code == '\r' ? "\\r" : "\\t");
    } else if (code == '\\' || code == static_cast<unsigned char>(quote)) {
      out += '\\';
      out += static_cast<char>(code);
    } else if (is_printable(code)) {
      append_utf8(out, code);
    } else {
      out += code < 0x100     ? fmt::format("\\x{:02x}", code)
             : code < 0x10000 ? fmt::format("\\u{:04x}", code)
                              : fmt::format("\\U{:08x}", code);
    }
  }
  out += quote;
  return out;
}

std::string list_repr(const Value& list) {
  const List& items = list.as_list();
  if (list.is_kind(ListKind::kRange)) {
    return list.range_text();
  }
  std::string out = list.is_tuple() ? "(" : "[";
  for (size_t i = 0; i < items.size(); ++i) {
    out += i > 0 ? ", " : "";
    out += items[i].repr();
  }
  if (list.is_tuple()) {
    return out + (items.size() == 1 ? ",)" : ")");
  }
  out += "]";
  return list.is_list_or_tuple() ? out : fmt::format("{}({})", list.type_name(), out);
}

}  // namespace

Value Value::undefined(std::string_view name) {
  Value value;
  std::get<Undefined>(value.value_).name = std::make_shared<std::string>(name);
  return value;
}

Value Value::list(List items, ListKind kind) {
  int deepest = 0;
  for (const Value& item : items) {
    deepest = std::max(deepest, item.nesting());
  }
  const int nesting = checked_nesting(deepest);
  Value value;
  value.value_ = std::make_shared<const ListData>(ListData{std::move(items), nesting, kind, 0, {}});
  return value;
}

Value Value::range(List items, int64_t begin, int64_t end, int64_t step) {
  std::string shown =
      step == 1 ? fmt::format("range({}, {})", begin, end) : fmt::format("range({}, {}, {})", begin, end, step);
  Value value;
  value.value_ = std::make_shared<const ListData>(ListData{std::move(items), 1, ListKind::kRange, 0, std::move(shown)});
  return value;
}

Value Value::dict(Members members) {
  int deepest = 0;
  for (const Member& member : members) {
    deepest = std::max({deepest, member.first.nesting(), member.second.nesting()});
  }
  const int nesting = checked_nesting(deepest);
  Value value;
  value.value_ = std::make_shared<const DictData>(DictData{std::move(members), nesting});
  return value;
}

Value Value::from_json(const Json& json) {
  if (json.is_bool()) {
    return json.as_bool();
  }
  if (json.is_int()) {
    return json.as_int();
  }
  if (json.is_double()) {
    return json.as_double();
  }
  if (json.is_string()) {
    return json.as_string();
  }
  if (json.is_array()) {
    List items;
    items.reserve(json.size());
    for (const Json& item : json.as_array()) {
      items.push_back(from_json(item));
    }
    return list(std::move(items));
  }
  if (json.is_object()) {
    Members members;
    members.reserve(json.size());
    for (const auto& [key, item] : json.as_object()) {
      members.emplace_back(Value(key), from_json(item));
    }
    return dict(std::move(members));
  }
  return None{};
}

ListKind Value::list_kind() const {
  return std::get<std::shared_ptr<const ListData>>(value_)->kind;
}

const char* Value::type_name() const {
  static constexpr const char* kNames[] = {"undefined", "NoneType", "bool",      "int",      "float", "str",
                                           "list",      "dict",     "namespace", "function", "loop"};
  static constexpr const char* kKinds[] = {"list",        "tuple",      "range",    "dict_keys",
                                           "dict_values", "dict_items", "generator"};
  return is_list() ? kKinds[static_cast<size_t>(list_kind())] : kNames[value_.index()];
}

int64_t Value::as_int() const {
  return is_bool() ? static_cast<int64_t>(as_bool()) : std::get<int64_t>(value_);
}

double Value::as_number() const {
  return is_double() ? std::get<double>(value_) : static_cast<double>(as_int());
}

const List& Value::as_list() const {
  return std::get<std::shared_ptr<const ListData>>(value_)->items;
}

const std::string& Value::range_text() const {
  return std::get<std::shared_ptr<const ListData>>(value_)->shown;
}

List Value::take() const {
  const ListData& data = *std::get<std::shared_ptr<const ListData>>(value_);
  if (data.kind != ListKind::kIterator) {
    return data.items;
  }
  const auto from = data.items.begin() + static_cast<std::ptrdiff_t>(data.taken);
  data.taken = data.items.size();
  return List(from, data.items.end());
}

const Members& Value::as_members() const {
  return std::get<std::shared_ptr<const DictData>>(value_)->members;
}

const std::string& Value::missing_name() const {
  const auto& name = std::get<Undefined>(value_).name;
  return name ? *name : empty_string();
}

int Value::nesting() const {
  if (is_list()) {
    return std::get<std::shared_ptr<const ListData>>(value_)->nesting;
  }
  return is_dict() ? std::get<std::shared_ptr<const DictData>>(value_)->nesting : 0;
}

bool Value::truthy() const {
  if (is_undefined() || is_none()) {
    return false;
  }
  if (is_number()) {
    return as_number() != 0;
  }
  if (is_string()) {
    return !as_string().empty();
  }
  if (is_list()) {
    return is_kind(ListKind::kIterator) || !as_list().empty();
  }
  return !is_dict() || !as_members().empty();
}

std::string Value::text() const {
  if (is_string()) {
    return as_string();
  }
  return is_undefined() ? std::string() : repr();
}

std::string Value::repr() const {
  if (is_undefined()) {
    return "Undefined";
  }
  if (is_none()) {
    return "None";
  }
  if (is_bool()) {
    return as_bool() ? "True" : "False";
  }
  if (is_int()) {
    return std::to_string(as_int());
  }
  if (is_double()) {
    return python_double(as_number());
  }
  if (is_string()) {
    return python_quote(as_string());
  }
  if (is_list()) {
    return list_repr(*this);
  }
  if (is_dict()) {
    std::string out = "{";
    for (size_t i = 0; i < as_members().size(); ++i) {
      out += i > 0 ? ", " : "";
      out += as_members()[i].first.repr();
      out += ": ";
      out += as_members()[i].second.repr();
    }
    out += "}";
    return out;
  }
  return is_function() ? "<function " + as_function().name + ">" : fmt::format("<{}>", type_name());
}

const Value* Value::find(std::string_view key) const {
  if (!is_dict()) {
    return nullptr;
  }
  for (const Member& member : as_members()) {
    if (member.first.is_string() && member.first.as_string() == key) {
      return &member.second;
    }
  }
  return nullptr;
}

const Value* Value::find(const Value& key) const {
  for (const Member& member : as_members()) {
    if (member.first == key) {
      return &member.second;
    }
  }
  return nullptr;
}

int64_t Value::length() const {
  if (is_string()) {
    return count_code_points(as_string());
  }
  if (is_list()) {
    return is_kind(ListKind::kIterator) ? -1 : static_cast<int64_t>(as_list().size());
  }
  if (is_dict()) {
    return static_cast<int64_t>(as_members().size());
  }
  return is_undefined() ? 0 : -1;
}

int64_t Value::size() const {
  return is_list() ? static_cast<int64_t>(as_list().size()) : std::max<int64_t>(length(), 0);
}

bool Value::operator==(const Value& other) const {
  if (is_number() && other.is_number()) {
    return is_double() || other.is_double() ? as_number() == other.as_number() : as_int() == other.as_int();
  }
  if (value_.index() != other.value_.index()) {
    return false;
  }
  if (is_undefined() || is_none()) {
    return true;
  }
  if (is_string()) {
    return as_string() == other.as_string();
  }
  if (is_list()) {
    return list_kind() == other.list_kind() &&
           (is_kind(ListKind::kIterator) || is_kind(ListKind::kValues) ? &as_list() == &other.as_list()
                                                                       : as_list() == other.as_list());
  }
  if (is_dict()) {
    return as_members().size() == other.as_members().size() &&
           std::all_of(as_members().begin(), as_members().end(), [&](const Member& member) {
             const Value* theirs = other.find(member.first);
             return theirs != nullptr && *theirs == member.second;
           });
  }
  if (is_namespace()) {
    return &as_namespace() == &other.as_namespace();
  }
  return is_function() ? &as_function() == &other.as_function() : &as_loop() == &other.as_loop();
}

const Value* Arguments::get(size_t position, std::string_view name) const {
  if (position < positional.size()) {
    return &positional[position];
  }
  for (const auto& [key, value] : named) {
    if (key == name) {
      return &value;
    }
  }
  return nullptr;
}

Value Arguments::get_or(size_t position, std::string_view name, const Value& fallback) const {
  const Value* value = get(position, name);
  return value != nullptr ? *value : fallback;
}

int64_t Arguments::integer(size_t position, std::string_view name, int64_t fallback) const {
  const Value* value = get(position, name);
  if (value == nullptr || value->is_none()) {
    return fallback;
  }
  if (!value->is_int() && !value->is_bool()) {
    throw TemplateError(fmt::format("'{}' must be an integer, not {}", name, value->type_name()));
  }
  return value->as_int();
}

const std::string& Arguments::string(size_t position, std::string_view name) const {
  const Value* value = get(position, name);
  if (value == nullptr || !value->is_string()) {
    throw TemplateError(fmt::format("'{}' must be a string", name));
  }
  return value->as_string();
}

int compare_values(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) {
    if (!a.is_double() && !b.is_double()) {
      return a.as_int() < b.as_int() ? -1 : (a.as_int() > b.as_int() ? 1 : 0);
    }
    return a.as_number() < b.as_number() ? -1 : (a.as_number() > b.as_number() ? 1 : 0);
  }
  if (a.is_string() && b.is_string()) {
    const int order = a.as_string().compare(b.as_string());  // bytes of UTF-8 sort as code points do
    return order < 0 ? -1 : (order > 0 ? 1 : 0);
  }
  if (a.is_list_or_tuple() && b.is_list_or_tuple() && a.is_tuple() == b.is_tuple()) {
    const size_t common = std::min(a.as_list().size(), b.as_list().size());
    for (size_t i = 0; i < common; ++i) {
      if (!(a.as_list()[i] == b.as_list()[i])) {
        return compare_values(a.as_list()[i], b.as_list()[i]);
      }
    }
    return a.as_list().size() < b.as_list().size() ? -1 : (a.as_list().size() > b.as_list().size() ? 1 : 0);
  }
  throw TemplateError(fmt::format("cannot order {} and {}", a.type_name(), b.type_name()));
}

List iterate(const Value& value) {
  if (value.is_list()) {
    return value.take();
  }
  List out;
  if (value.is_undefined()) {
    return out;
  }
  if (value.is_dict()) {
    for (const Member& member : value.as_members()) {
      out.push_back(member.first);
    }
    return out;
  }
  if (value.is_string()) {
    const std::string& text = value.as_string();
    for (size_t pos = 0; pos < text.size();) {
      const size_t begin = pos;
      next_code_point(text, pos);
      out.emplace_back(text.substr(begin, pos - begin));
    }
    return out;
  }
  throw TemplateError(fmt::format("{} cannot be iterated", value.type_name()));
}

}  // namespace smelt::jinja
