// The template behind for_each_word (text_fold.h); include text_fold.h instead.
#pragma once

#include <string_view>

#include "base/text.h"

namespace smelt {
namespace detail {

// Collects a word's hash: a polynomial over its code points, mixed at its end.
class WordHash {
 public:
  void add(uint32_t code_point) { hash_ = (hash_ + code_point + 1) * 0x9E3779B97F4A7C15u; }
  uint64_t finish() {
    uint64_t h = hash_ ^ hash_ >> 32;
    h *= 0xD6E8FEB86659FD93u;
    hash_ = 0;
    return h ^ h >> 32;
  }

 private:
  uint64_t hash_ = 0;
};

}  // namespace detail

template <class Emit>
void for_each_word(std::string_view text, Emit emit) {
  const TextFold& table = TextFold::table();
  detail::WordHash hash;
  size_t begin = 0;
  size_t end = 0;  // of the word so far; begin where there is none
  const auto finish = [&] {
    if (end > begin) {
      emit(FoldedWord{hash.finish(), begin, end});
    }
  };
  size_t i = 0;
  while (i < text.size()) {
    const size_t at = i;
    const auto byte = static_cast<unsigned char>(text[i]);
    const TextFold::Entry entry = table.entry(byte < 0x80 ? (++i, byte) : next_code_point(text, i));
    switch (entry.type) {
      case TextFold::Class::kWord:
        begin = end > begin ? begin : at;
        end = i;
        hash.add(entry.folded);
        for (uint8_t more = 1; more < entry.length; ++more) {
          hash.add(table.expansion(entry)[more]);
        }
        break;
      case TextFold::Class::kSingle:
        finish();
        hash.add(entry.folded);
        begin = at;
        end = i;
        finish();
        end = begin;
        break;
      case TextFold::Class::kSpace:
      case TextFold::Class::kMark:
        finish();
        end = begin;
        break;
      case TextFold::Class::kIgnored:
      case TextFold::Class::kApostrophe:
        break;
    }
  }
  finish();
}

}  // namespace smelt
