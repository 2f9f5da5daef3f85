#include "tokens/normalize/precompiled.h"

#include <array>
#include <cstring>

#include <utf8proc.h>

#include "tokens/formats/json_node.h"

namespace smelt {
namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr size_t kLongestCluster = 5;

// Grapheme clusters (Unicode Standard Annex 29). Marks that utf8proc does not know yet count as marks.
class ClusterScanner {
 public:
  explicit ClusterScanner(std::string_view text) : text_(text) {}
  // The end of the cluster that begins at `at`.
  size_t end_of(size_t at) {
    utf8proc_int32_t state = 0;
    Character c = character_at(text_, at);
    size_t end = at + c.length;
    while (end < text_.size()) {
      const Character next = character_at(text_, end);
      if (c.code_point < 0x80 && next.code_point < 0x80 && !(c.code_point == '\r' && next.code_point == '\n')) {
        break;
      }
      if (c.code_point >= kInvalidByte || next.code_point >= kInvalidByte ||
          utf8proc_grapheme_break_stateful(known(c.code_point), known(next.code_point), &state)) {
        break;
      }
      c = next;
      end += next.length;
    }
    return end;
  }

 private:
  static utf8proc_int32_t known(uint32_t c) {
    constexpr utf8proc_int32_t kAnyMark = 0x300;
    const auto code_point = static_cast<utf8proc_int32_t>(c);
    return c >= 0x300 && utf8proc_category(code_point) == UTF8PROC_CATEGORY_CN && is_newer_mark(c) ? kAnyMark
                                                                                                   : code_point;
  }
  static bool is_newer_mark(uint32_t c) {
    static const auto kMarks = category_runs("Mn");
    for (const auto& [first, last] : kMarks) {
      if (c <= last) {
        return c >= first;
      }
    }
    return false;
  }
  std::string_view text_;
};

size_t count_characters(std::string_view text) {
  size_t n = 0;
  for (size_t at = 0; at < text.size(); at += character_at(text, at).length) {
    ++n;
  }
  return n;
}

// Puts a replacement for `old_count` characters: what is more than them is new, what is missing is dropped by the last.
void put_replacement(std::string_view replacement, size_t old_count, AlignedText::Writer& writer, int& owed) {
  const size_t new_count = count_characters(replacement);
  size_t index = 0;
  for (size_t at = 0; at < replacement.size(); ++index) {
    const Character c = character_at(replacement, at);
    at += c.length;
    int change = index >= old_count ? 1 : 0;
    if (index + 1 == new_count && new_count < old_count) {
      change = -static_cast<int>(old_count - new_count);
    }
    writer.put(c.code_point, change);
  }
  if (new_count == 0) {
    owed += static_cast<int>(old_count);
  }
}

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
  std::array<int8_t, 256> values{};
  values.fill(-1);
  for (size_t i = 0; i < kBase64.size(); ++i) {
    values[static_cast<uint8_t>(kBase64[i])] = static_cast<int8_t>(i);
  }
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  std::string out;
  out.reserve(text.size() / 4 * 3);
  for (size_t at = 0; at < text.size(); at += 4) {
    uint32_t group = 0;
    int padding = 0;
    for (size_t i = 0; i < 4; ++i) {
      const char c = text[at + i];
      if (c == '=' && at + 4 == text.size() && i >= 2) {
        ++padding;
        group <<= 6;
        continue;
      }
      const int8_t value = values[static_cast<uint8_t>(c)];
      if (value < 0 || padding > 0) {
        return std::nullopt;
      }
      group = group << 6 | static_cast<uint8_t>(value);
    }
    const char bytes[3] = {static_cast<char>(group >> 16), static_cast<char>(group >> 8), static_cast<char>(group)};
    out.append(bytes, static_cast<size_t>(3 - padding));
  }
  return out;
}

std::string encode_base64(std::string_view bytes) {
  std::string out;
  for (size_t at = 0; at < bytes.size(); at += 3) {
    uint32_t group = 0;
    const size_t n = std::min<size_t>(3, bytes.size() - at);
    for (size_t i = 0; i < 3; ++i) {
      group = group << 8 | (i < n ? static_cast<uint8_t>(bytes[at + i]) : 0u);
    }
    for (size_t i = 0; i < 4; ++i) {
      out += i <= n ? kBase64[group >> (18 - 6 * i) & 63] : '=';
    }
  }
  return out;
}

Result<PrecompiledMap> PrecompiledMap::parse(std::string_view bytes) {
  uint32_t size = 0;
  if (bytes.size() < 4) {
    return Reject{"invalid_character_map", "shorter than its header"};
  }
  std::memcpy(&size, bytes.data(), 4);
  if (size > bytes.size() - 4 || size < 4) {
    return Reject{"invalid_character_map", "the trie is longer than the map"};
  }
  PrecompiledMap map;
  map.units_.resize(size / 4);
  std::memcpy(map.units_.data(), bytes.data() + 4, map.units_.size() * 4);
  map.replacements_ = bytes.substr(4 + map.units_.size() * 4);
  return map;
}

template <class F>
void PrecompiledMap::prefixes(std::string_view text, F&& found) const {
  const auto offset = [](uint32_t unit) { return unit >> 10 << ((unit & 1u << 9) >> 6); };
  size_t node = offset(units_[0]);
  for (size_t i = 0; i < text.size() && text[i] != 0; ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    node ^= byte;
    if (node >= units_.size() || (units_[node] & (1u << 31 | 0xFF)) != byte) {
      return;
    }
    const uint32_t unit = units_[node];
    node ^= offset(unit);
    if ((unit >> 8 & 1) != 0) {
      if (node >= units_.size() || !found(i + 1, units_[node] & ((1u << 31) - 1))) {
        return;
      }
    }
  }
}

std::string_view PrecompiledMap::replacement_at(uint32_t value) const {
  if (value >= replacements_.size()) {
    return {};
  }
  const std::string_view rest = std::string_view(replacements_).substr(value);
  return rest.substr(0, rest.find('\0'));
}

std::optional<PrecompiledMap::Match> PrecompiledMap::longest(std::string_view text) const {
  std::optional<Match> match;
  prefixes(text, [&](size_t length, uint32_t value) {
    match = Match{length, replacement_at(value)};
    return true;
  });
  return match;
}

std::optional<PrecompiledMap::Match> PrecompiledMap::shortest(std::string_view text) const {
  std::optional<Match> match;
  prefixes(text, [&](size_t length, uint32_t value) {
    match = Match{length, replacement_at(value)};
    return false;
  });
  return match;
}

void PrecompiledMap::rewrite(std::string_view text, AlignedText::Writer& writer) const {
  ClusterScanner scanner(text);
  int owed = 0;  // characters replaced by nothing, to be dropped behind what was put last
  bool any = false;
  const auto settle = [&] {
    // At the start the library drops nothing, so that all that follows belongs to earlier characters.
    writer.skip(any ? static_cast<size_t>(owed) : 0);
    owed = 0;
  };
  for (size_t at = 0; at < text.size();) {
    const size_t end = scanner.end_of(at);
    const std::string_view cluster = text.substr(at, end - at);
    settle();
    if (const auto match = cluster.size() <= kLongestCluster ? shortest(cluster) : std::nullopt) {
      put_replacement(match->replacement, count_characters(cluster), writer, owed);
      any = any || !match->replacement.empty();
      at = end;
      continue;
    }
    while (at < end) {
      const Character c = character_at(text, at);
      settle();
      if (const auto match = shortest(text.substr(at, c.length))) {
        put_replacement(match->replacement, 1, writer, owed);
        any = any || !match->replacement.empty();
      } else {
        writer.put(c.code_point, 0);
        any = true;
      }
      at += c.length;
    }
  }
}

PrecompiledMap read_character_map(const JsonNode& field) {
  const std::optional<std::string> bytes = decode_base64(field.string());
  if (!bytes) {
    field.fail("is not base64");
  }
  Result<PrecompiledMap> map = PrecompiledMap::parse(*bytes);
  if (!map) {
    field.fail(map.reject().detail);
  }
  return std::move(map).value();
}

}  // namespace smelt
