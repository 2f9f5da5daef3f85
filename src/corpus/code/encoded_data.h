// Data written as text: runs of base64, of hexadecimal bytes and of \u escapes.
#pragma once

#include <cstdint>
#include <string_view>

namespace smelt {

struct EncodedRuns {
  int64_t bytes = 0;    // of the text that lie in such runs, counted once for each of the three kinds
  int64_t longest = 0;  // bytes of the longest
};

// The runs that the filters of StarCoder 2 count (Lozhkov et al. 2024, section 4.1): 64 or more of A-Z a-z 0-9 + / =
// and newlines; 8 or more hexadecimal bytes, each maybe behind 0x or \x, apart by one comma, by white space or by a
// word's border; 8 or more \uXXXX. Long lists of words, one a line, count as base64, and bytes apart by ", " do not
// count.
EncodedRuns published_encoded_runs(std::string_view text);

// The same without these oddities: base64 is 60 or more characters of one line with letters and digits among them, and
// goes on over lines of that kind; hexadecimal bytes may be apart by commas and white space.
EncodedRuns fixed_encoded_runs(std::string_view text);

}  // namespace smelt
