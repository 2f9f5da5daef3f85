// Python's two ways to put values into a text: "%5.2f" % x and "{:>5}".format(x).
#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "base/text.h"
#include "tokens/chat/template_builtins.h"

namespace smelt::jinja {
namespace {

constexpr int64_t kMaxWidth = 100'000;

// [[fill]align][sign][#][0][width][,][.precision][type]
struct Spec {
  std::string fill = " ";
  char align = '\0';
  char sign = '-';
  bool alternate = false;
  bool grouped = false;
  int64_t width = 0;
  int64_t precision = -1;
  char type = '\0';
};

[[noreturn]] void fail(std::string_view what) {
  throw TemplateError(fmt::format("format: {}", what));
}

int64_t take_number(std::string_view& text) {
  int64_t value = 0;
  while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    value = std::min(10 * value + (text[0] - '0'), kMaxWidth + 1);
    text.remove_prefix(1);
  }
  if (value > kMaxWidth) {
    throw TemplateError("format: the width is too large", 0, TemplateError::Kind::kLimit);
  }
  return value;
}

bool take(std::string_view& text, char c) {
  const bool there = text.starts_with(c);
  text.remove_prefix(there ? 1 : 0);
  return there;
}

bool is_align(std::string_view text) {
  return !text.empty() && std::string_view("<>=^").find(text[0]) != std::string_view::npos;
}

Spec parse_spec(std::string_view text) {
  Spec spec;
  size_t first = 0;
  if (!text.empty()) {
    next_code_point(text, first);
  }
  if (first > 0 && is_align(text.substr(first))) {
    spec.fill = text.substr(0, first);
    spec.align = text[first];
    text.remove_prefix(first + 1);
  } else if (is_align(text)) {
    spec.align = text[0];
    text.remove_prefix(1);
  }
  if (!text.empty() && std::string_view("+- ").find(text[0]) != std::string_view::npos) {
    spec.sign = text[0];
    text.remove_prefix(1);
  }
  spec.alternate = take(text, '#');
  if (text.starts_with('0')) {
    spec.fill = spec.align == '\0' ? "0" : spec.fill;
    spec.align = spec.align == '\0' ? '=' : spec.align;
  }
  spec.width = take_number(text);
  spec.grouped = take(text, ',');
  if (take(text, '.')) {
    if (text.empty() || text[0] < '0' || text[0] > '9') {
      fail("a precision is missing");
    }
    spec.precision = take_number(text);
  }
  if (text.size() > 1) {
    fail("an unknown format");
  }
  spec.type = text.empty() ? '\0' : text[0];
  return spec;
}

std::string grouped(std::string digits) {
  const size_t end = std::min(digits.find_first_of(".e"), digits.size());
  for (size_t at = end; at > 3; at -= 3) {
    digits.insert(at - 3, ",");
  }
  return digits;
}

// Of |value|, without a sign.
std::string number_digits(const Value& value, const Spec& spec) {
  const char type = spec.type;
  const bool integral = !value.is_double();
  if (integral && (type == '\0' || type == 'd' || type == 'n')) {
    const int64_t number = value.as_int();
    return std::to_string(number < 0 ? uint64_t{0} - static_cast<uint64_t>(number) : static_cast<uint64_t>(number));
  }
  if (integral && (type == 'x' || type == 'X' || type == 'o' || type == 'b')) {
    const auto number = static_cast<uint64_t>(std::abs(value.as_int()));
    const std::string prefix = spec.alternate ? std::string("0") + type : "";
    return prefix + (type == 'x'   ? fmt::format("{:x}", number)
                     : type == 'X' ? fmt::format("{:X}", number)
                     : type == 'o' ? fmt::format("{:o}", number)
                                   : fmt::format("{:b}", number));
  }
  const double number = std::abs(value.as_number());
  if (!std::isfinite(number)) {
    return std::isnan(number) ? "nan" : "inf";
  }
  const int precision = static_cast<int>(spec.precision < 0 ? 6 : std::min<int64_t>(spec.precision, 1000));
  switch (type) {
    case 'f':
    case 'F':
      return fmt::format("{:.{}f}", number, precision);
    case 'e':
      return fmt::format("{:.{}e}", number, precision);
    case 'E':
      return fmt::format("{:.{}E}", number, precision);
    case 'g':
    case 'G':
      return fmt::format("{:.{}g}", number, std::max(precision, 1));
    case '%':
      return fmt::format("{:.{}f}%", 100 * number, precision);
    case '\0':
      if (spec.precision < 0) {
        return Value(number).repr();
      }
      fail("a precision needs a type");
    default:
      fail(fmt::format("the type '{}' does not fit {}", type, value.type_name()));
  }
}

std::string padded(std::string text, const std::string& sign, const Spec& spec, char default_align) {
  const char align = spec.align == '\0' ? default_align : spec.align;
  const int64_t missing = spec.width - count_code_points(text) - static_cast<int64_t>(sign.size());
  std::string before;
  std::string after;
  const int64_t left = missing <= 0 ? 0 : (align == '<' ? 0 : (align == '^' ? missing / 2 : missing));
  for (int64_t i = 0; i < missing; ++i) {
    (i < left ? before : after) += spec.fill;
  }
  return align == '=' ? sign + before + text + after : before + sign + text + after;
}

std::string format_number(const Value& value, const Spec& spec) {
  std::string digits = number_digits(value, spec);
  const bool negative =
      value.is_double() ? std::signbit(value.as_number()) && !std::isnan(value.as_number()) : value.as_int() < 0;
  const std::string sign = negative ? "-" : (spec.sign == '-' ? "" : std::string(1, spec.sign));
  return padded(spec.grouped ? grouped(std::move(digits)) : std::move(digits), sign, spec, '>');
}

std::string format_text(const std::string& text, const Spec& spec, char default_align) {
  size_t end = 0;
  for (int64_t i = 0; end < text.size() && (spec.precision < 0 || i < spec.precision); ++i) {
    next_code_point(text, end);
  }
  return padded(text.substr(0, end), "", spec, default_align);
}

// "{name.part[0]!r:spec}": what stands before ':' and '!'.
Value field_value(std::string_view field, const Arguments& arguments, size_t& next, Budget& budget) {
  const size_t end = std::min(field.find_first_of(".["), field.size());
  const std::string name(field.substr(0, end));
  const bool is_index = name.size() < 6 && name.find_first_not_of("0123456789") == std::string::npos;
  const size_t index = name.empty() ? next++ : (is_index ? std::stoul(name) : arguments.positional.size());
  const Value* found = is_index ? (index < arguments.positional.size() ? &arguments.positional[index] : nullptr)
                                : arguments.get(arguments.positional.size(), name);
  if (found == nullptr) {
    fail(fmt::format("there is no argument for '{{{}}}'", field));
  }
  Value value = *found;
  for (field.remove_prefix(end); !field.empty();) {
    const bool by_item = field[0] == '[';
    const size_t stop = by_item ? field.find(']') : std::min(field.find_first_of(".[", 1), field.size());
    if (stop == std::string_view::npos || stop < 2) {
      fail("a broken field");
    }
    const std::string part(field.substr(1, stop - 1));
    const bool number = by_item && part.size() < 6 && part.find_first_not_of("0123456789") == std::string::npos;
    value = number    ? get_item(value, Value(static_cast<int64_t>(std::stoul(part))), budget)
            : by_item ? get_item(value, Value(part), budget)
                      : get_attribute(value, part, budget);
    field.remove_prefix(std::min(stop + (by_item ? 1 : 0), field.size()));
  }
  return value;
}

std::string format_value(const Value& value, std::string_view spec_text) {
  if (spec_text.empty()) {
    return value.text();
  }
  const Spec spec = parse_spec(spec_text);
  if (value.is_number() && !(value.is_bool() && spec.type == '\0')) {
    return format_number(value, spec);
  }
  const bool plain = value.is_string() || value.is_bool();
  if (!plain || (spec.type != '\0' && spec.type != 's') || spec.align == '=' || spec.sign != '-' || spec.grouped) {
    fail(fmt::format("this format does not fit {}", value.type_name()));
  }
  return format_text(value.text(), spec, '<');
}

// The values of "..." % values, one after the other or by name.
class PercentValues {
 public:
  explicit PercentValues(const Value& values) : values_(values) {}
  const Value& next() {
    if (values_.is_tuple()) {
      if (at_ >= values_.as_list().size()) {
        fail("there are fewer values than places");
      }
      return values_.as_list()[at_++];
    }
    if (at_++ > 0) {
      fail("there are fewer values than places");
    }
    return values_;
  }
  const Value& named(std::string_view name) {
    by_name_ = true;
    const Value* found = values_.find(name);
    if (found == nullptr) {
      fail(fmt::format("there is no value named '{}'", name));
    }
    return *found;
  }
  void finish() const {
    const size_t number = values_.is_tuple() ? values_.as_list().size() : 1;
    if (!by_name_ && !values_.is_dict() && !values_.is_list_or_tuple() && at_ < number) {
      fail("there are more values than places");
    }
    if (values_.is_tuple() && at_ < number) {
      fail("there are more values than places");
    }
  }

 private:
  const Value& values_;
  size_t at_ = 0;
  bool by_name_ = false;
};

std::string percent_value(const Value& value, Spec spec, bool left, bool zeros) {
  const char type = spec.type;
  if (type == 's' || type == 'r' || type == 'a' || type == 'c') {
    spec.align = left ? '<' : '>';
    return format_text(type == 's' || type == 'c' ? value.text() : value.repr(), spec, '>');
  }
  if (!value.is_number()) {
    fail(fmt::format("%{} needs a number, not {}", type, value.type_name()));
  }
  spec.align = left ? '<' : (zeros ? '=' : '>');
  spec.fill = zeros && !left ? "0" : " ";
  if (type == 'd' || type == 'i' || type == 'u') {
    spec.type = 'd';
    const Value whole = value.is_double() ? Value(static_cast<int64_t>(value.as_number())) : value;
    return format_number(whole, spec);
  }
  return format_number(value, spec);
}

}  // namespace

std::string format_braces(const std::string& format, const Arguments& arguments, Budget& budget) {
  std::string out;
  size_t next = 0;
  for (size_t i = 0; i < format.size(); ++i) {
    const char c = format[i];
    if ((c == '{' || c == '}') && i + 1 < format.size() && format[i + 1] == c) {
      out += c;
      ++i;
    } else if (c == '}') {
      fail("'}' without '{'");
    } else if (c == '{') {
      const size_t end = format.find('}', i);
      if (end == std::string::npos) {
        fail("'{' without '}'");
      }
      std::string_view field = std::string_view(format).substr(i + 1, end - i - 1);
      const size_t colon = std::min(field.find(':'), field.size());
      const std::string_view spec = field.substr(std::min(colon + 1, field.size()));
      field = field.substr(0, colon);
      const size_t bang = std::min(field.find('!'), field.size());
      const std::string_view conversion = field.substr(bang);
      Value value = field_value(field.substr(0, bang), arguments, next, budget);
      if (conversion == "!r" || conversion == "!s") {
        value = conversion == "!r" ? value.repr() : value.text();
      } else if (!conversion.empty()) {
        fail("an unknown conversion");
      }
      out += format_value(value, spec);
      budget.charge(static_cast<int64_t>(out.size()));
      i = end;
    } else {
      out += c;
    }
  }
  return out;
}

std::string format_percent(const std::string& format, const Value& values, Budget& budget) {
  std::string out;
  PercentValues source(values);
  for (std::string_view rest = format; !rest.empty();) {
    const size_t mark = std::min(rest.find('%'), rest.size());
    out += rest.substr(0, mark);
    rest.remove_prefix(mark);
    if (rest.empty()) {
      break;
    }
    rest.remove_prefix(1);
    std::optional<std::string_view> name;
    if (take(rest, '(')) {
      const size_t end = rest.find(')');
      if (end == std::string_view::npos) {
        fail("'(' without ')'");
      }
      name = rest.substr(0, end);
      rest.remove_prefix(end + 1);
    }
    Spec spec;
    bool left = false;
    bool zeros = false;
    for (bool more = true; more && !rest.empty();) {
      const char c = rest[0];
      left = left || c == '-';
      zeros = zeros || c == '0';
      spec.alternate = spec.alternate || c == '#';
      spec.sign = c == '+' || (c == ' ' && spec.sign != '+') ? c : spec.sign;
      more = std::string_view("-+ 0#").find(c) != std::string_view::npos;
      rest.remove_prefix(more ? 1 : 0);
    }
    spec.width = take_number(rest);
    spec.precision = take(rest, '.') ? take_number(rest) : -1;
    if (rest.empty()) {
      fail("the format ends inside a place");
    }
    spec.type = rest[0];
    rest.remove_prefix(1);
    if (spec.type == '%') {
      out += '%';
      continue;
    }
    if (std::string_view("sracdiuxXofFeEgG").find(spec.type) == std::string_view::npos) {
      fail(fmt::format("unknown type '{}'", spec.type));
    }
    out += percent_value(name ? source.named(*name) : source.next(), spec, left, zeros);
    budget.charge(static_cast<int64_t>(out.size()));
  }
  source.finish();
  return out;
}

}  // namespace smelt::jinja
