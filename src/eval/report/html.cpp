#include "eval/report/html.h"

#include <cmath>

#include <fmt/core.h>

#include "base/error.h"
#include "base/text.h"

namespace smelt {

std::string escape_html(std::string_view text) {
  std::string clean;
  if (!is_valid_utf8(text)) {
    clean = replace_invalid_utf8(text);
    text = clean;
  }
  std::string out;
  out.reserve(text.size() + text.size() / 16);
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        if ((static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f) {
          append_utf8(out, kReplacementCharacter);
        } else {
          out += c;
        }
    }
  }
  return out;
}

std::string format_number(double value, int digits) {
  if (!std::isfinite(value)) {
    return std::isnan(value) ? "n/a" : value > 0 ? "∞" : "−∞";
  }
  std::string plain = fmt::format("{:.{}f}", std::abs(value), digits);
  const size_t whole = std::min(plain.find('.'), plain.size());
  for (size_t at = whole; at > 3; at -= 3) {
    plain.insert(at - 3, "\u202f");
  }
  const bool is_zero = plain.find_first_not_of("0.") == std::string::npos;
  return value < 0 && !is_zero ? "−" + plain : plain;
}

void Html::open(std::string_view tag, Attributes attributes, bool closes) {
  out_ += '<';
  out_ += tag;
  for (const auto& [name, value] : attributes) {
    out_ += ' ';
    out_ += name;
    out_ += "=\"";
    out_ += escape_html(value);
    out_ += '"';
  }
  out_ += closes ? "/>" : ">";
}

void Html::close() {
  SMELT_CHECK(!tags_.empty());
  out_ += "</";
  out_ += tags_.back();
  out_ += '>';
  tags_.pop_back();
}

Html::Scope Html::in(std::string_view tag, Attributes attributes) {
  open(tag, attributes);
  tags_.emplace_back(tag);
  return Scope(*this);
}

void Html::leaf(std::string_view tag, std::string_view text, Attributes attributes) {
  open(tag, attributes);
  this->text(text);
  out_ += "</";
  out_ += tag;
  out_ += '>';
}

void Html::empty(std::string_view tag, Attributes attributes) {
  open(tag, attributes, true);
}

void Html::text(std::string_view text) {
  out_ += escape_html(text);
}

}  // namespace smelt
