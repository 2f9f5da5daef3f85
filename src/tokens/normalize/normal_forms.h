// Unicode normal forms (Unicode Standard Annex 15) with the changes that AlignedText needs.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace smelt {

enum class NormalForm { kNfc, kNfd, kNfkc, kNfkd };

struct ChangedCharacter {
  uint32_t code_point;
  int change;  // as AlignedText::Writer::put() takes it
};

// Appends the normal form of a text. Bytes that are not valid UTF-8 stay as they are.
void normal_form(NormalForm form, std::string_view text, std::vector<ChangedCharacter>& out);

}  // namespace smelt
