#include "crawl/html/entities.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/text.h"
#include "crawl/html/scan.h"

namespace smelt {
namespace {

struct Entity {
  std::string_view name;
  uint32_t first = 0;
  uint32_t second = 0;  // 0: none
};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char low = static_cast<char>(c | 0x20);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

// The names, in byte order, and where those begin that share their first two letters.
class EntityTable {
 public:
  EntityTable() {
    entities_.reserve(2300);
    std::string_view table(kHtmlEntityTable);
    while (!table.empty()) {
      Entity entity;
      entity.name = word(table);
      uint32_t* target = &entity.first;
      for (const char c : word(table)) {
        if (c == '+') {
          target = &entity.second;
        } else {
          *target = *target * 16 + static_cast<uint32_t>(hex_digit(c));
        }
      }
      entities_.push_back(entity);
    }
    starts_.resize(kKeys + 1, static_cast<uint16_t>(entities_.size()));
    for (size_t i = entities_.size(); i-- > 0;) {
      starts_[key(entities_[i].name)] = static_cast<uint16_t>(i);
    }
    for (size_t k = kKeys; k-- > 0;) {
      const bool used = starts_[k] < entities_.size() && key(entities_[starts_[k]].name) == k;
      starts_[k] = used ? starts_[k] : starts_[k + 1];
    }
  }

  // The longest name that `text` starts with. Names are sorted, so that of the names of two letters the ones that the
  // text starts with come in ascending length.
  const Entity* find(std::string_view text) const {
    if (text.size() < 2 || !is_ascii_letter(text[0]) || !is_ascii_alnum(text[1])) {
      return nullptr;
    }
    const Entity* found = nullptr;
    for (size_t i = starts_[key(text)]; i < starts_[key(text) + 1]; ++i) {
      if (text.starts_with(entities_[i].name)) {
        found = &entities_[i];
      }
    }
    return found;
  }

 private:
  static constexpr size_t kKeys = 128 * 128;

  static size_t key(std::string_view name) {
    return static_cast<size_t>(name[0] & 0x7F) * 128 + static_cast<size_t>(name[1] & 0x7F);
  }
  static std::string_view word(std::string_view& table) {
    const size_t end = table.find(' ');
    const std::string_view out = table.substr(0, end);
    table.remove_prefix(end + 1);
    return out;
  }

  std::vector<Entity> entities_;
  std::vector<uint16_t> starts_;
};

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

void append(HtmlReference& reference, uint32_t code) {
  std::string utf8;
  append_utf8(utf8, code);
  std::copy(utf8.begin(), utf8.end(), reference.utf8.begin() + static_cast<ptrdiff_t>(reference.size));
  reference.size += utf8.size();
}

// `text` starts with '#'.
HtmlReference numeric_reference(std::string_view text) {
  HtmlReference reference;
  const bool hex = text.size() > 1 && (text[1] == 'x' || text[1] == 'X');
  const size_t digits = hex ? 2 : 1;
  size_t at = digits;
  uint32_t code = 0;
  for (; at < text.size(); ++at) {
    const int digit = hex_digit(text[at]);
    if (digit < 0 || (!hex && digit > 9)) {
      break;
    }
    code = std::min<uint32_t>(code * (hex ? 16 : 10) + static_cast<uint32_t>(digit), 0x110000);
  }
  if (at > digits) {
    append(reference, fix_code_point(code));
    reference.taken = at + (at < text.size() && text[at] == ';' ? 1 : 0);
  }
  return reference;
}

// What most references are: found without the table.
bool common_reference(std::string_view text, HtmlReference& reference) {
  struct Common {
    std::string_view name;
    std::string_view utf8;
  };
  static constexpr std::array<Common, 5> kCommon = {
      {{"amp;", "&"}, {"nbsp;", "\xC2\xA0"}, {"quot;", "\""}, {"lt;", "<"}, {"gt;", ">"}}};
  for (const Common& common : kCommon) {
    if (text.starts_with(common.name)) {
      std::copy(common.utf8.begin(), common.utf8.end(), reference.utf8.begin());
      reference.size = common.utf8.size();
      reference.taken = common.name.size();
      return true;
    }
  }
  return false;
}

}  // namespace

HtmlReference read_reference(std::string_view text, bool in_attribute) {
  static const EntityTable table;
  HtmlReference reference;
  if (text.starts_with('#')) {
    return numeric_reference(text);
  }
  if (common_reference(text, reference)) {
    return reference;
  }
  const Entity* entity = table.find(text);
  if (entity == nullptr) {
    return reference;
  }
  const size_t length = entity->name.size();
  if (in_attribute && entity->name.back() != ';' && length < text.size() &&
      (text[length] == '=' || is_ascii_alnum(text[length]))) {
    return reference;
  }
  append(reference, entity->first);
  if (entity->second != 0) {
    append(reference, entity->second);
  }
  reference.taken = length;
  return reference;
}

}  // namespace smelt
