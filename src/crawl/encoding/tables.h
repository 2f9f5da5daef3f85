// The indexes of the WHATWG Encoding Standard as text: characters in the order of their pointers. ~N: N more that
// follow the last one in Unicode (a blank ends the number); <N>: N pointers without a character.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace smelt {

struct SingleByteTable {
  const char* encoding;
  const char* characters;  // of bytes 0x80 to 0xFF
};

// Pointers from `pointer` to the next row's stand for code points from `code_point` on.
struct Gb18030Range {
  uint32_t pointer;
  uint32_t code_point;
};

extern const std::array<SingleByteTable, 27> kSingleByteTables;
extern const std::array<Gb18030Range, 207> kGb18030Ranges;
extern const char* const kJis0208Table;
extern const char* const kJis0212Table;
extern const char* const kGb18030Table;
extern const char* const kBig5Table;
extern const char* const kEucKrTable;

// By pointer: the code point, 0 where there is none.
class EncodingIndex {
 public:
  explicit EncodingIndex(std::string_view table);
  uint32_t operator[](size_t pointer) const { return pointer < codes_.size() ? codes_[pointer] : 0; }
  size_t size() const { return codes_.size(); }

 private:
  std::vector<uint32_t> codes_;
};

// Read at the first call; thread-safe.
const EncodingIndex& jis0208_index();
const EncodingIndex& jis0212_index();
const EncodingIndex& gb18030_index();
const EncodingIndex& big5_index();
const EncodingIndex& euc_kr_index();

}  // namespace smelt
