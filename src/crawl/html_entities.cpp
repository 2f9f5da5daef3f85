#include "crawl/html_entities.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/text.h"

namespace smelt {
namespace {

constexpr size_t kLongestName = 32;  // "CounterClockwiseContourIntegral;"

struct Entity {
  std::string_view name;
  uint32_t first = 0;
  uint32_t second = 0;  // 0: none
};

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char low = static_cast<char>(c | 0x20);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

std::vector<Entity> read_table() {
  std::vector<Entity> entities;
  entities.reserve(2300);
  std::string_view table(kHtmlEntityTable);
  const auto word = [&table] {
    const size_t end = table.find(' ');
    const std::string_view out = table.substr(0, end);
    table.remove_prefix(end + 1);
    return out;
  };
  while (!table.empty()) {
    Entity entity;
    entity.name = word();
    uint32_t* target = &entity.first;
    for (const char c : word()) {
      if (c == '+') {
        target = &entity.second;
      } else {
        *target = *target * 16 + static_cast<uint32_t>(hex_digit(c));
      }
    }
    entities.push_back(entity);
  }
  return entities;
}

// The longest name that `text` starts with.
const Entity* find_entity(std::string_view text) {
  static const std::vector<Entity> entities = read_table();
  size_t length = 0;
  while (length < std::min(text.size(), kLongestName) && is_alnum(text[length])) {
    ++length;
  }
  if (length < text.size() && text[length] == ';') {
    ++length;
  }
  for (; length >= 2; --length) {
    const std::string_view name = text.substr(0, length);
    const auto at =
        std::lower_bound(entities.begin(), entities.end(), name,
                         [](const Entity& entity, std::string_view wanted) { return entity.name < wanted; });
    if (at != entities.end() && at->name == name) {
      return &*at;
    }
  }
  return nullptr;
}

// "Numeric character reference end state": what 0x80 to 0x9f mean is windows-1252.
uint32_t fix_code_point(uint32_t code) {
  static constexpr std::array<uint16_t, 32> kC1 = {0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                                   0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,   0x017D, 0x8F,
                                                   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                   0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};
  if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
    return kReplacementCharacter;
  }
  return code >= 0x80 && code <= 0x9F ? kC1[code - 0x80] : code;
}

// Resolves the reference at text[pos] == '&'; gives how many bytes it took, 0 where it is none.
size_t numeric_reference(std::string& out, std::string_view text, size_t pos) {
  size_t at = pos + 2;
  const bool hex = at < text.size() && (text[at] == 'x' || text[at] == 'X');
  at += hex ? 1 : 0;
  const size_t digits = at;
  uint32_t code = 0;
  while (at < text.size()) {
    const int digit = hex_digit(text[at]);
    if (digit < 0 || (!hex && digit > 9)) {
      break;
    }
    code = std::min<uint32_t>(code * (hex ? 16 : 10) + static_cast<uint32_t>(digit), 0x110000);
    ++at;
  }
  if (at == digits) {
    return 0;
  }
  append_utf8(out, fix_code_point(code));
  return at - pos + (at < text.size() && text[at] == ';' ? 1 : 0);
}

size_t named_reference(std::string& out, std::string_view text, size_t pos, bool in_attribute) {
  const std::string_view rest = text.substr(pos + 1);
  const Entity* entity = find_entity(rest);
  if (entity == nullptr) {
    return 0;
  }
  const size_t length = entity->name.size();
  if (in_attribute && entity->name.back() != ';' && length < rest.size() &&
      (rest[length] == '=' || is_alnum(rest[length]))) {
    return 0;
  }
  append_utf8(out, entity->first);
  if (entity->second != 0) {
    append_utf8(out, entity->second);
  }
  return length + 1;
}

}  // namespace

void append_unescaped(std::string& out, std::string_view text, bool in_attribute) {
  size_t pos = 0;
  while (pos < text.size()) {
    const size_t amp = std::min(text.find('&', pos), text.size());
    out.append(text.substr(pos, amp - pos));
    pos = amp;
    if (pos + 1 >= text.size()) {
      out.append(text.substr(pos));
      return;
    }
    const size_t taken = text[pos + 1] == '#'      ? numeric_reference(out, text, pos)
                         : is_alnum(text[pos + 1]) ? named_reference(out, text, pos, in_attribute)
                                                   : 0;
    if (taken == 0) {
      out += '&';
      ++pos;
    }
    pos += taken;
  }
}

}  // namespace smelt
