#include "crawl/charset.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

#include <uchardet/uchardet.h>

#include "base/text.h"
#include "crawl/encoding/decoders.h"

namespace smelt {
namespace {

constexpr size_t kDetectBytes = 64 << 10;

// The parts of a page that tell encodings apart: runs around bytes that are not ASCII, up to kDetectBytes of them.
std::string telling_bytes(std::string_view body) {
  constexpr size_t kAround = 16;
  std::string out;
  size_t done = 0;
  size_t pos = 0;
  const auto is_telling = [](char c) { return static_cast<unsigned char>(c) >= 0x80 || c == '\x1b'; };
  while (out.size() < kDetectBytes) {
    const auto found = std::find_if(body.begin() + static_cast<ptrdiff_t>(pos), body.end(), is_telling);
    if (found == body.end()) {
      break;
    }
    const auto at = static_cast<size_t>(found - body.begin());
    const size_t begin = std::max(done, at < kAround ? 0 : at - kAround);
    done = std::min(body.size(), at + kAround);
    out.append(body.substr(begin, done - begin));
    pos = done;
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
  const std::string head = telling_bytes(body);
  if (uchardet_handle_data(detector.get(), head.data(), head.size()) != 0) {
    return {};
  }
  uchardet_data_end(detector.get());
  const std::string_view found = charset_for_label(uchardet_get_charset(detector.get()));
  // It cannot be UTF-8, or it had been found to be so; UTF-16 without a mark never reaches this.
  return found == "utf-8" || found.starts_with("utf-16") || found == "replacement" ? std::string_view{} : found;
}

// Pages in UTF-16 without a mark: markup begins with "<", whose other byte is zero.
std::string_view utf16_without_mark(std::string_view body) {
  if (body.starts_with(std::string_view("<\0", 2)) && body.size() > 3 && body[3] == 0) {
    return "utf-16le";
  }
  return body.starts_with(std::string_view("\0<", 2)) && body.size() > 3 && body[2] == 0 ? "utf-16be"
                                                                                         : std::string_view{};
}

DeclaredCharset guess_charset(std::string_view body) {
  if (const std::string_view wide = utf16_without_mark(body); !wide.empty()) {
    return {wide, "detected"};
  }
  const bool has_escape = body.find('\x1b') != std::string_view::npos;
  const bool valid = is_valid_utf8(body);
  if (valid && !has_escape) {
    return {"utf-8", "utf8"};
  }
  if (!valid) {
    const Utf8Shape shape = measure_utf8(body);
    if (shape.good >= 20 * shape.bad) {
      return {"utf-8", "utf8"};
    }
  }
  if (const std::string_view found = detect_charset(body); !found.empty()) {
    return {found, "detected"};
  }
  return valid ? DeclaredCharset{"utf-8", "utf8"} : DeclaredCharset{"windows-1252", "default"};
}

size_t mark_length(std::string_view charset) {
  return charset == "utf-8" ? 3 : 2;
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
  using Decode = std::string (*)(std::string_view);
  struct Row {
    std::string_view charset;
    Decode decode;
  };
  static constexpr std::array<Row, 12> kRows = {{
      {"utf-8", replace_invalid_utf8},
      {"gbk", decode_gb18030},
      {"gb18030", decode_gb18030},
      {"big5", decode_big5},
      {"euc-jp", decode_euc_jp},
      {"iso-2022-jp", decode_iso_2022_jp},
      {"shift_jis", decode_shift_jis},
      {"euc-kr", decode_euc_kr},
      {"utf-16be", [](std::string_view text) { return decode_utf16(text, true); }},
      {"utf-16le", [](std::string_view text) { return decode_utf16(text, false); }},
      {"replacement", decode_replacement},
      {"x-user-defined", decode_x_user_defined},
  }};
  for (const Row& row : kRows) {
    if (row.charset == charset) {
      return row.decode(bytes);
    }
  }
  return decode_single_byte(bytes, is_single_byte(charset) ? charset : "windows-1252");
}

std::optional<DeclaredCharset> declared_charset(std::string_view body, std::string_view content_type) {
  if (body.starts_with("\xEF\xBB\xBF")) {
    return DeclaredCharset{"utf-8", "bom"};
  }
  if (body.starts_with("\xFE\xFF") || body.starts_with("\xFF\xFE")) {
    return DeclaredCharset{body[0] == '\xFE' ? "utf-16be" : "utf-16le", "bom"};
  }
  if (const std::string_view named = charset_for_label(content_type_charset(content_type)); !named.empty()) {
    return DeclaredCharset{named, "http"};
  }
  if (const std::string_view named = prescan_charset(body); !named.empty()) {
    return DeclaredCharset{named, "meta"};
  }
  if (const std::string_view named = late_meta_charset(body); !named.empty()) {
    return DeclaredCharset{named, "meta"};
  }
  return std::nullopt;
}

DecodedHtml decode_html(std::string_view body, std::string_view content_type) {
  const std::optional<DeclaredCharset> declared = declared_charset(body, content_type);
  const DeclaredCharset choice = declared ? *declared : guess_charset(body);
  const bool marked = std::string_view(choice.how) == "bom";
  return {decode_charset(body.substr(marked ? mark_length(choice.charset) : 0), choice.charset),
          std::string(choice.charset), choice.how};
}

}  // namespace smelt
