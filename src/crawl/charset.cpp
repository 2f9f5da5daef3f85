#include "crawl/charset.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <memory>

#include <iconv.h>
#include <uchardet/uchardet.h>

#include "base/text.h"

namespace smelt {
namespace {

constexpr size_t kDetectBytes = 256 << 10;

// Bytes 0x80 to 0x9f of windows-1252; the rest are their own code points.
constexpr std::array<uint16_t, 32> kWindows1252 = {0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                                   0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,   0x017D, 0x8F,
                                                   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                   0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

std::string decode_windows1252(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 8);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      append_utf8(out, byte < 0xA0 ? kWindows1252[byte - 0x80] : byte);
    }
  }
  return out;
}

// What the C library calls an encoding where the WHATWG name would select a smaller character set or none.
std::string iconv_name(std::string_view charset) {
  struct Alias {
    std::string_view whatwg;
    const char* iconv;
  };
  static constexpr Alias kAliases[] = {{"gbk", "GB18030"},
                                       {"big5", "BIG5-HKSCS"},
                                       {"shift_jis", "CP932"},
                                       {"euc-kr", "UHC"},
                                       {"iso-8859-8-i", "ISO-8859-8"},
                                       {"windows-874", "CP874"},
                                       {"x-mac-cyrillic", "MAC-UK"},
                                       {"utf-16le", "UTF-16LE"},
                                       {"utf-16be", "UTF-16BE"}};
  for (const Alias& alias : kAliases) {
    if (alias.whatwg == charset) {
      return alias.iconv;
    }
  }
  if (charset.starts_with("windows-")) {
    return "CP" + std::string(charset.substr(8));
  }
  return std::string(charset);
}

struct IconvCloser {
  void operator()(void* handle) const { iconv_close(handle); }
};

// Empty optional where the C library lacks the encoding.
std::optional<std::string> decode_iconv(std::string_view bytes, const std::string& name) {
  const iconv_t opened = iconv_open("UTF-8", name.c_str());
  if (opened == reinterpret_cast<iconv_t>(-1)) {  // NOLINT(performance-no-int-to-ptr): as POSIX has it
    return std::nullopt;
  }
  const std::unique_ptr<void, IconvCloser> handle(opened);
  std::string input(bytes);
  char* in = input.data();
  size_t in_left = input.size();
  std::string out;
  std::array<char, 16384> buffer;
  const size_t unit = name.starts_with("UTF-16") ? 2 : 1;
  bool flushed = false;
  while (!flushed) {
    char* to = buffer.data();
    size_t to_left = buffer.size();
    flushed = in_left == 0;
    const size_t status = flushed ? iconv(handle.get(), nullptr, nullptr, &to, &to_left)
                                  : iconv(handle.get(), &in, &in_left, &to, &to_left);
    out.append(buffer.data(), buffer.size() - to_left);
    if (status == static_cast<size_t>(-1) && errno != E2BIG) {
      append_utf8(out, kReplacementCharacter);
      const size_t skipped = std::min(unit, in_left);
      in += skipped;
      in_left -= skipped;
    }
  }
  return out;
}

struct Utf8Shape {
  int64_t good = 0;  // multi-byte sequences
  int64_t bad = 0;
};

Utf8Shape measure_utf8(std::string_view bytes) {
  Utf8Shape shape;
  size_t pos = 0;
  while (pos < bytes.size()) {
    if (static_cast<unsigned char>(bytes[pos]) < 0x80) {
      ++pos;
      continue;
    }
    const size_t begin = pos;
    const uint32_t code = next_code_point(bytes, pos);
    const bool written = code == kReplacementCharacter && bytes.substr(begin, pos - begin) == "\xEF\xBF\xBD";
    (code != kReplacementCharacter || written ? shape.good : shape.bad) += 1;
  }
  return shape;
}

std::string_view detect_charset(std::string_view body) {
  const std::unique_ptr<std::remove_pointer_t<uchardet_t>, decltype(&uchardet_delete)> detector(uchardet_new(),
                                                                                                &uchardet_delete);
  const std::string_view head = body.substr(0, kDetectBytes);
  if (uchardet_handle_data(detector.get(), head.data(), head.size()) != 0) {
    return {};
  }
  uchardet_data_end(detector.get());
  const std::string_view found = charset_for_label(uchardet_get_charset(detector.get()));
  // It cannot be UTF-8, or it had been found to be so; UTF-16 without a mark never reaches this.
  return found == "utf-8" || found.starts_with("utf-16") || found == "replacement" ? std::string_view{} : found;
}

struct Choice {
  std::string_view charset;
  const char* how;
};

Choice choose(std::string_view body, std::string_view content_type) {
  if (const std::string_view named = charset_for_label(content_type_charset(content_type)); !named.empty()) {
    return {named, "http"};
  }
  if (body.starts_with(std::string_view("<\0", 2)) && body.size() > 3 && body[3] == 0) {
    return {"utf-16le", "detected"};
  }
  if (body.starts_with(std::string_view("\0<", 2)) && body.size() > 3 && body[2] == 0) {
    return {"utf-16be", "detected"};
  }
  if (const std::string_view named = prescan_charset(body); !named.empty()) {
    return {named, "meta"};
  }
  const Utf8Shape shape = measure_utf8(body);
  if (shape.bad == 0 && body.find('\x1b') == std::string_view::npos) {
    return {"utf-8", "utf8"};
  }
  if (shape.bad > 0 && shape.good >= 20 * shape.bad) {
    return {"utf-8", "utf8"};
  }
  if (const std::string_view found = detect_charset(body); !found.empty()) {
    return {found, "detected"};
  }
  return shape.bad == 0 ? Choice{"utf-8", "utf8"} : Choice{"windows-1252", "default"};
}

}  // namespace

std::string media_type(std::string_view content_type) {
  return lower_ascii(trim(content_type.substr(0, content_type.find(';'))));
}

std::string_view content_type_charset(std::string_view content_type) {
  const std::vector<std::string_view> parts = split(content_type, ';');
  for (size_t i = 1; i < parts.size(); ++i) {
    const std::string_view part = trim(parts[i]);
    const size_t equals = part.find('=');
    if (equals == std::string_view::npos || lower_ascii(trim(part.substr(0, equals))) != "charset") {
      continue;
    }
    std::string_view value = trim(part.substr(equals + 1));
    while (!value.empty() && (value.front() == '"' || value.front() == '\'')) {
      value.remove_prefix(1);
    }
    while (!value.empty() && (value.back() == '"' || value.back() == '\'')) {
      value.remove_suffix(1);
    }
    return value;
  }
  return {};
}

std::string decode_charset(std::string_view bytes, std::string_view charset) {
  if (charset == "utf-8" || charset == "replacement") {
    return replace_invalid_utf8(bytes);
  }
  if (charset == "windows-1252" || charset == "x-user-defined") {
    return decode_windows1252(bytes);
  }
  std::optional<std::string> decoded = decode_iconv(bytes, iconv_name(charset));
  return decoded ? replace_invalid_utf8(*decoded) : decode_windows1252(bytes);
}

DecodedHtml decode_html(std::string_view body, std::string_view content_type) {
  if (body.starts_with("\xEF\xBB\xBF")) {
    return {replace_invalid_utf8(body.substr(3)), "utf-8", "bom"};
  }
  if (body.starts_with("\xFE\xFF") || body.starts_with("\xFF\xFE")) {
    const std::string_view charset = body[0] == '\xFE' ? "utf-16be" : "utf-16le";
    return {decode_charset(body.substr(2), charset), std::string(charset), "bom"};
  }
  const Choice choice = choose(body, content_type);
  return {decode_charset(body, choice.charset), std::string(choice.charset), choice.how};
}

}  // namespace smelt
