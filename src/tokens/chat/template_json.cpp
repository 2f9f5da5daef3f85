// Values as JSON text, as Python's json.dumps writes it.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.h"
#include "tokens/chat/template_value.h"

namespace smelt::jinja {
namespace {

class JsonText {
 public:
  explicit JsonText(const JsonStyle& style) : style_(style) {}

  void append(const Value& value, int level) {
    if (out.size() > style_.most_bytes) {
      throw TemplateError("the template makes too much text", 0, TemplateError::Kind::kLimit);
    }
    if (value.is_string()) {
      append_string(value.as_string());
    } else if (value.is_list_or_tuple()) {
      append_list(value.as_list(), level);
    } else if (value.is_dict()) {
      append_dict(value.as_members(), level);
    } else if (value.is_none() || value.is_bool() || value.is_number()) {
      out += scalar(value);
    } else {
      throw TemplateError(value.is_undefined() ? fmt::format("'{}' is undefined", value.missing_name())
                                               : fmt::format("{} has no JSON form", value.type_name()));
    }
  }

  std::string out;

 private:
  static std::string scalar(const Value& value) {
    if (value.is_none()) {
      return "null";
    }
    if (value.is_bool()) {
      return value.as_bool() ? "true" : "false";
    }
    if (value.is_double() && !std::isfinite(value.as_number())) {
      return std::isnan(value.as_number()) ? "NaN" : (value.as_number() < 0 ? "-Infinity" : "Infinity");
    }
    return value.repr();
  }

  void append_string(const std::string& text) {
    out += '"';
    for (size_t pos = 0; pos < text.size();) {
      const uint32_t code = next_code_point(text, pos);
      static constexpr std::string_view kFrom = "\"\\\n\r\t\b\f";
      static constexpr std::string_view kTo = "\"\\nrtbf";
      const size_t known = code < 0x80 ? kFrom.find(static_cast<char>(code)) : std::string_view::npos;
      if (known != std::string_view::npos) {
        out += '\\';
        out += kTo[known];
      } else if (code < 0x20 || (style_.ensure_ascii && code > 0x7E)) {
        append_escape(code);
      } else {
        append_utf8(out, code);
      }
    }
    out += '"';
  }

  void append_escape(uint32_t code) {
    if (code == 0x7F) {
      out += '\x7F';
    } else if (code < 0x10000) {
      out += fmt::format("\\u{:04x}", code);
    } else {
      out += fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + ((code - 0x10000) >> 10), 0xDC00 + ((code - 0x10000) & 0x3FF));
    }
  }

  void new_line(int level) {
    if (style_.indents) {
      out += '\n';
      for (int i = 0; i < level; ++i) {
        out += style_.indent;
      }
    }
  }

  void append_list(const List& items, int level) {
    out += '[';
    for (size_t i = 0; i < items.size(); ++i) {
      out += i > 0 ? style_.item_separator : "";
      new_line(level + 1);
      append(items[i], level + 1);
    }
    if (!items.empty()) {
      new_line(level);
    }
    out += ']';
  }

  void append_dict(const Members& members, int level) {
    std::vector<const Member*> order;
    for (const Member& member : members) {
      order.push_back(&member);
    }
    if (style_.sort_keys) {
      for (const Member& member : members) {
        compare_values(members.front().first, member.first);  // throws before std::stable_sort could
      }
      std::stable_sort(order.begin(), order.end(),
                       [](const Member* a, const Member* b) { return compare_values(a->first, b->first) < 0; });
    }
    out += '{';
    for (size_t i = 0; i < order.size(); ++i) {
      out += i > 0 ? style_.item_separator : "";
      new_line(level + 1);
      const Value& key = order[i]->first;
      if (!key.is_string() && !key.is_number() && !key.is_none()) {
        throw TemplateError(fmt::format("{} is no key in JSON", key.type_name()));
      }
      append_string(key.is_string() ? key.as_string() : scalar(key));
      out += style_.key_separator;
      append(order[i]->second, level + 1);
    }
    if (!order.empty()) {
      new_line(level);
    }
    out += '}';
  }

  const JsonStyle& style_;
};

}  // namespace

std::string to_json_text(const Value& value, const JsonStyle& style) {
  JsonText writer(style);
  writer.append(value, 0);
  return std::move(writer.out);
}

}  // namespace smelt::jinja
