#include "tokens/normalize/steps.h"

#include <algorithm>

#include "base/white_space.h"
#include "tokens/bpe/byte_alphabet.h"

namespace smelt {
namespace {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<uint8_t>(c) < 0x80; });
}

}  // namespace

void keep_characters(AlignedText& text, FunctionRef<bool(uint32_t)> keep) {
  text.rewrite([&](std::string_view piece, AlignedText::Writer& writer) {
    size_t kept_to = 0;
    for (size_t at = 0; at < piece.size();) {
      const Character c = character_at(piece, at);
      if (!keep(c.code_point)) {
        writer.keep_to(at);
        writer.move_to(at + c.length);
        kept_to = at + c.length;
      }
      at += c.length;
    }
    if (kept_to < piece.size()) {
      writer.keep_to(piece.size());
    }
  });
}

void map_characters(AlignedText& text, FunctionRef<uint32_t(uint32_t)> map) {
  text.rewrite([&](std::string_view piece, AlignedText::Writer& writer) {
    for (size_t at = 0; at < piece.size();) {
      const Character c = character_at(piece, at);
      at += c.length;
      if (const uint32_t mapped = map(c.code_point); mapped != c.code_point) {
        writer.put(mapped, 0);
      } else {
        writer.keep_to(at);
      }
    }
  });
}

void lowercase_text(AlignedText& text) {
  text.rewrite([](std::string_view piece, AlignedText::Writer& writer) {
    for (size_t at = 0; at < piece.size();) {
      const Character c = character_at(piece, at);
      at += c.length;
      std::array<uint32_t, 2> lower{};
      const int n = lower_case(c.code_point, lower);
      if (n == 1 && lower[0] == c.code_point) {
        writer.keep_to(at);
        continue;
      }
      writer.put(lower[0], 0);
      if (n == 2) {
        writer.put(lower[1], 1);
      }
    }
  });
}

void strip_text(AlignedText& text, bool left, bool right) {
  text.rewrite([&](std::string_view piece, AlignedText::Writer& writer) {
    size_t begin = 0;
    size_t end = piece.size();
    while (left && begin < end) {
      const Character c = character_at(piece, begin);
      if (!is_white_space(c.code_point)) {
        break;
      }
      begin += c.length;
    }
    while (right && end > begin) {
      const Character c = character_before(piece, end);
      if (!is_white_space(c.code_point)) {
        break;
      }
      end -= c.length;
    }
    writer.move_to(begin);
    writer.keep_to(end);
  });
}

void prepend_text(std::string_view piece, std::string_view content, AlignedText::Writer& writer) {
  if (piece.empty()) {
    return;
  }
  const Character first = character_at(piece, 0);
  int change = 0;
  for (size_t at = 0; at < content.size();) {
    const Character c = character_at(content, at);
    at += c.length;
    writer.put(c.code_point, change);
    change = 1;
  }
  writer.put(first.code_point, change);
  writer.keep_to(piece.size());
}

void spell_bytes(AlignedText& text) {
  const ByteAlphabet& alphabet = ByteAlphabet::get();
  text.rewrite([&](std::string_view piece, AlignedText::Writer& writer) {
    for (size_t at = 0; at < piece.size();) {
      const Character c = character_at(piece, at);
      for (size_t i = 0; i < c.length; ++i) {
        writer.put(alphabet.code_point(static_cast<uint8_t>(piece[at + i])), i > 0 ? 1 : 0);
      }
      at += c.length;
    }
  });
}

TextStep normal_form_step(NormalForm form) {
  return [form](AlignedText& text) {
    if (is_ascii(text.text())) {
      return;
    }
    std::vector<ChangedCharacter> characters;
    text.rewrite([&](std::string_view piece, AlignedText::Writer& writer) {
      if (is_ascii(piece)) {
        writer.keep_to(piece.size());
        return;
      }
      characters.clear();
      normal_form(form, piece, characters);
      for (const ChangedCharacter& c : characters) {
        writer.put(c.code_point, c.change);
      }
    });
  };
}

}  // namespace smelt
