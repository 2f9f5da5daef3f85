#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.h"
#include "tokens/chat/template_builtins.h"

namespace smelt::jinja {

namespace {

constexpr int64_t kBytesPerElement = 48;

[[noreturn]] void fail_types(const std::string& operation, const Value& a, const Value& b) {
  for (const Value* value : {&a, &b}) {
    if (value->is_undefined()) {
      throw TemplateError(fmt::format("'{}' is undefined", value->missing_name()));
    }
  }
  throw TemplateError(fmt::format("'{}' does not work on {} and {}", operation, a.type_name(), b.type_name()));
}

Value repeat(const Value& subject, int64_t count, Budget& budget) {
  count = std::max<int64_t>(count, 0);
  const int64_t size =
      subject.is_string() ? static_cast<int64_t>(subject.as_string().size()) : kBytesPerElement * subject.length();
  int64_t total = 0;
  if (__builtin_mul_overflow(size, count, &total)) {
    throw TemplateError("the template makes too much text", 0, TemplateError::Kind::kLimit);
  }
  budget.charge(total);
  budget.step(size > 0 ? total / std::max<int64_t>(size, 16) : 0);
  if (size == 0) {
    return subject;
  }
  if (subject.is_string()) {
    std::string out;
    out.reserve(static_cast<size_t>(total));
    for (int64_t i = 0; i < count; ++i) {
      out += subject.as_string();
    }
    return out;
  }
  List out;
  for (int64_t i = 0; i < count; ++i) {
    out.insert(out.end(), subject.as_list().begin(), subject.as_list().end());
  }
  return Value::list(std::move(out), subject.list_kind());
}

[[noreturn]] void fail_overflow() {
  throw TemplateError("integer overflow", 0, TemplateError::Kind::kLimit);
}

int64_t floor_divide(int64_t a, int64_t b) {
  if (a == std::numeric_limits<int64_t>::min() && b == -1) {
    fail_overflow();
  }
  const int64_t quotient = a / b;
  return a % b != 0 && ((a < 0) != (b < 0)) ? quotient - 1 : quotient;
}

Value integer_power(int64_t base, int64_t exponent) {
  if (exponent < 0) {
    if (base == 0) {
      throw TemplateError("division by zero");
    }
    return std::pow(static_cast<double>(base), static_cast<double>(exponent));
  }
  int64_t result = 1;
  while (exponent > 0) {
    if ((exponent & 1) != 0 && __builtin_mul_overflow(result, base, &result)) {
      fail_overflow();
    }
    exponent >>= 1;
    if (exponent > 0 && __builtin_mul_overflow(base, base, &base)) {
      fail_overflow();
    }
  }
  return result;
}

Value integer_arithmetic(char operation, int64_t a, int64_t b) {
  int64_t result = 0;
  const bool overflows = operation == '+'   ? __builtin_add_overflow(a, b, &result)
                         : operation == '-' ? __builtin_sub_overflow(a, b, &result)
                                            : __builtin_mul_overflow(a, b, &result);
  if (overflows) {
    fail_overflow();
  }
  return result;
}

Value arithmetic(const std::string& operation, const Value& a, const Value& b) {
  const bool integers = !a.is_double() && !b.is_double();
  const bool divides = operation == "/" || operation == "//" || operation == "%";
  if (divides && b.as_number() == 0) {
    throw TemplateError("division by zero");
  }
  if (operation == "/") {
    return a.as_number() / b.as_number();
  }
  if (integers) {
    if (operation == "**") {
      return integer_power(a.as_int(), b.as_int());
    }
    if (divides) {
      const int64_t quotient = floor_divide(a.as_int(), b.as_int());
      return operation == "//" ? quotient : a.as_int() - quotient * b.as_int();
    }
    return integer_arithmetic(operation[0], a.as_int(), b.as_int());
  }
  const double x = a.as_number();
  const double y = b.as_number();
  if (operation == "**") {
    if ((x == 0 && y < 0) || (x < 0 && std::isfinite(x) && y != std::floor(y))) {
      throw TemplateError("this power is no real number");
    }
    return std::pow(x, y);
  }
  if (divides) {
    double remainder = std::fmod(x, y);
    remainder += remainder != 0 && (y < 0) != (remainder < 0) ? y : 0;
    return operation == "%" ? remainder : std::nearbyint((x - remainder) / y);
  }
  return operation == "+" ? x + y : (operation == "-" ? x - y : x * y);
}

bool contains(const Value& container, const Value& item, Budget& budget) {
  budget.step(1 + std::max<int64_t>(container.is_string() ? static_cast<int64_t>(container.as_string().size()) / 64
                                                          : container.size() / 8,
                                    0));
  if (container.is_string()) {
    if (!item.is_string()) {
      fail_types("in", item, container);
    }
    return container.as_string().find(item.as_string()) != std::string::npos;
  }
  if (container.is_list()) {
    return std::find(container.as_list().begin(), container.as_list().end(), item) != container.as_list().end();
  }
  if (container.is_dict()) {
    if (item.is_dict() || (item.is_list() && item.list_kind() == ListKind::kList)) {
      fail_types("in", item, container);
    }
    return container.find(item) != nullptr;
  }
  if (container.is_namespace()) {
    const auto& members = container.as_namespace().members;
    return item.is_string() &&
           std::any_of(members.begin(), members.end(), [&](const auto& m) { return m.first == item.as_string(); });
  }
  if (container.is_undefined()) {
    return false;
  }
  fail_types("in", item, container);
}

// Python's slice.indices(): the first index, and how many follow.
void slice_bounds(const Value* begin, const Value* end, int64_t step, int64_t length, int64_t& first, int64_t& count) {
  const auto bound = [&](const Value* value, int64_t fallback) {
    if (value == nullptr || value->is_none()) {
      return fallback;
    }
    if (!value->is_int() && !value->is_bool()) {
      throw TemplateError(fmt::format("slice indices must be integers, not {}", value->type_name()));
    }
    int64_t index = value->as_int();
    if (index < 0) {
      index = index < -length ? -1 : index + length;
      return step > 0 ? std::max<int64_t>(index, 0) : std::max<int64_t>(index, -1);
    }
    return std::min(index, step > 0 ? length : length - 1);
  };
  first = bound(begin, step > 0 ? 0 : length - 1);
  const int64_t last = bound(end, step > 0 ? length : -1);
  const int64_t span = step > 0 ? last - first : first - last;
  const int64_t stride = step > 0 ? step : -step;
  count = span <= 0 ? 0 : (span - 1) / stride + 1;
}

}  // namespace

void Budget::charge(const Value& made) {
  if (made.is_string()) {
    charge(static_cast<int64_t>(made.as_string().size()));
  } else if (made.is_list() || made.is_dict()) {
    charge(kBytesPerElement * made.size());
  }
}

Value apply_binary(const std::string& operation, const Value& a, const Value& b, Budget& budget) {
  if (a.is_number() && b.is_number()) {
    return arithmetic(operation, a, b);
  }
  if (operation == "+" && a.is_string() && b.is_string()) {
    budget.charge(static_cast<int64_t>(a.as_string().size() + b.as_string().size()));
    return a.as_string() + b.as_string();
  }
  if (operation == "+" && a.is_list_or_tuple() && b.is_list_or_tuple() && a.is_tuple() == b.is_tuple()) {
    budget.charge(kBytesPerElement * (a.length() + b.length()));
    List out = a.as_list();
    out.insert(out.end(), b.as_list().begin(), b.as_list().end());
    return Value::list(std::move(out), a.list_kind());
  }
  if (operation == "*" && (a.is_string() || a.is_list_or_tuple()) && (b.is_int() || b.is_bool())) {
    return repeat(a, b.as_int(), budget);
  }
  if (operation == "*" && (b.is_string() || b.is_list_or_tuple()) && (a.is_int() || a.is_bool())) {
    return repeat(b, a.as_int(), budget);
  }
  if (operation == "%" && a.is_string()) {
    return format_percent(a.as_string(), b, budget);
  }
  fail_types(operation, a, b);
}

bool apply_comparison(const std::string& operation, const Value& a, const Value& b, Budget& budget) {
  if (operation == "in") {
    return contains(b, a, budget);
  }
  if (operation == "not in") {
    return !contains(b, a, budget);
  }
  budget.step(std::max<int64_t>(std::min(a.length(), b.length()) / 8, 0));
  if (operation == "==") {
    return a == b;
  }
  if (operation == "!=") {
    return !(a == b);
  }
  const bool unordered = (a.is_double() && std::isnan(a.as_number())) || (b.is_double() && std::isnan(b.as_number()));
  const int order = compare_values(a, b);
  if (unordered) {
    return false;
  }
  return operation == "<" ? order < 0 : (operation == "<=" ? order <= 0 : (operation == ">" ? order > 0 : order >= 0));
}

Value apply_slice(const Value& subject, const Value* begin, const Value* end, const Value* step, Budget& budget) {
  const Value one(1);
  const Value& stride = step == nullptr || step->is_none() ? one : *step;
  if ((!stride.is_int() && !stride.is_bool()) || stride.as_int() == 0) {
    throw TemplateError("a slice's step must be an integer other than 0");
  }
  if (!subject.is_string() && !subject.is_indexed()) {
    throw TemplateError(subject.is_undefined() ? fmt::format("'{}' is undefined", subject.missing_name())
                                               : fmt::format("{} cannot be sliced", subject.type_name()));
  }
  int64_t first = 0;
  int64_t count = 0;
  const int64_t length = subject.length();
  budget.step(1 + length / 64);
  const int64_t by = std::clamp<int64_t>(stride.as_int(), -length - 1, length + 1);
  slice_bounds(begin, end, by, length, first, count);
  if (subject.is_list()) {
    List out;
    for (int64_t i = 0; i < count; ++i) {
      out.push_back(subject.as_list()[static_cast<size_t>(first + i * by)]);
    }
    Value result = Value::list(std::move(out), subject.is_tuple() ? ListKind::kTuple : ListKind::kList);
    budget.charge(result);
    return result;
  }
  const std::string& text = subject.as_string();
  budget.charge(static_cast<int64_t>(text.size()) * (by == 1 ? 1 : 8));
  std::vector<size_t> starts;
  for (size_t pos = 0; pos < text.size(); next_code_point(text, pos)) {
    starts.push_back(pos);
  }
  starts.push_back(text.size());
  std::string out;
  for (int64_t i = 0; i < count; ++i) {
    const auto at = static_cast<size_t>(first + i * by);
    out.append(text, starts[at], starts[at + 1] - starts[at]);
  }
  return out;
}

namespace {

Value get_loop_attribute(const Value& subject, std::string_view name) {
  LoopData& loop = subject.as_loop();
  const auto length = static_cast<int64_t>(loop.items.size());
  const auto index = static_cast<int64_t>(loop.index);
  if (name == "index" || name == "index0") {
    return index + (name == "index" ? 1 : 0);
  }
  if (name == "revindex" || name == "revindex0") {
    return length - index - (name == "revindex" ? 0 : 1);
  }
  if (name == "first" || name == "last") {
    return name == "first" ? index == 0 : index + 1 == length;
  }
  if (name == "length") {
    return length;
  }
  if (name == "depth" || name == "depth0") {
    return loop.depth - (name == "depth" ? 0 : 1);
  }
  if (name == "previtem") {
    return index > 0 ? loop.items[loop.index - 1] : Value::undefined("there is no previous item");
  }
  if (name == "nextitem") {
    return index + 1 < length ? loop.items[loop.index + 1] : Value::undefined("there is no next item");
  }
  if (name == "cycle") {
    return std::make_shared<FunctionData>(
        FunctionData{"cycle", [subject](const Arguments& arguments) -> Value {
                       if (arguments.positional.empty()) {
                         throw TemplateError("loop.cycle needs items");
                       }
                       return arguments.positional[subject.as_loop().index % arguments.positional.size()];
                     }});
  }
  if (name == "changed") {
    return std::make_shared<FunctionData>(FunctionData{"changed", [subject](const Arguments& arguments) -> Value {
                                                         Value now = Value::list(arguments.positional);
                                                         const bool changed = !(subject.as_loop().last_changed == now);
                                                         subject.as_loop().last_changed = std::move(now);
                                                         return changed;
                                                       }});
  }
  return Value::undefined(fmt::format("loop.{}", name));
}

}  // namespace

Value get_attribute(const Value& subject, std::string_view name, Budget& budget) {
  if (subject.is_undefined()) {
    throw TemplateError(fmt::format("'{}' is undefined", subject.missing_name()));
  }
  if (subject.is_namespace()) {
    for (const auto& [key, value] : subject.as_namespace().members) {
      if (key == name) {
        return value;
      }
    }
    return Value::undefined(name);
  }
  if (subject.is_loop()) {
    return get_loop_attribute(subject, name);
  }
  Value method = bind_method(subject, name, budget);
  if (!method.is_undefined() || !method.missing_name().empty()) {
    return method;
  }
  if (subject.is_dict()) {
    budget.step(subject.length() / 8);
    const Value* found = subject.find(name);
    return found != nullptr ? *found : Value::undefined(name);
  }
  return Value::undefined(fmt::format("{} has no attribute {}", subject.type_name(), name));
}

Value get_item(const Value& subject, const Value& key, Budget& budget) {
  if (subject.is_undefined()) {
    throw TemplateError(fmt::format("'{}' is undefined", subject.missing_name()));
  }
  if (subject.is_dict()) {
    budget.step(subject.length() / 8);
    if (const Value* found = subject.find(key); found != nullptr) {
      return *found;
    }
  }
  if ((subject.is_indexed() || subject.is_string()) && (key.is_int() || key.is_bool())) {
    const int64_t length = subject.length();
    int64_t index = key.as_int();
    index += index < 0 ? length : 0;
    if (index < 0 || index >= length) {
      return Value::undefined(fmt::format("element {} of {}", key.as_int(), length));
    }
    if (subject.is_list()) {
      return subject.as_list()[static_cast<size_t>(index)];
    }
    const Value at(index);
    const Value after(index + 1);
    return apply_slice(subject, &at, &after, nullptr, budget);
  }
  return key.is_string() ? get_attribute(subject, key.as_string(), budget) : Value::undefined(key.text());
}

}  // namespace smelt::jinja
