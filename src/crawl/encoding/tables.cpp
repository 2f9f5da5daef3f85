#include "crawl/encoding/tables.h"

#include "base/text.h"

namespace smelt {

EncodingIndex::EncodingIndex(std::string_view table) {
  size_t pos = 0;
  const auto number = [&] {
    size_t value = 0;
    while (pos < table.size() && table[pos] >= '0' && table[pos] <= '9') {
      value = 10 * value + static_cast<size_t>(table[pos++] - '0');
    }
    ++pos;
    return value;
  };
  while (pos < table.size()) {
    if (table[pos] == '<') {
      ++pos;
      codes_.resize(codes_.size() + number(), 0);
    } else if (table[pos] == '~') {
      ++pos;
      for (size_t left = number(); left > 0; --left) {
        codes_.push_back(codes_.back() + 1);
      }
    } else {
      codes_.push_back(next_code_point(table, pos));
    }
  }
}

const EncodingIndex& jis0208_index() {
  static const EncodingIndex index(kJis0208Table);
  return index;
}

const EncodingIndex& jis0212_index() {
  static const EncodingIndex index(kJis0212Table);
  return index;
}

const EncodingIndex& gb18030_index() {
  static const EncodingIndex index(kGb18030Table);
  return index;
}

const EncodingIndex& big5_index() {
  static const EncodingIndex index(kBig5Table);
  return index;
}

const EncodingIndex& euc_kr_index() {
  static const EncodingIndex index(kEucKrTable);
  return index;
}

}  // namespace smelt
