// Where the tokens tests find the shared test data, and small texts they share.
#pragma once

#include <cstdlib>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/rng.h"

namespace smelt::test {

inline std::string data_dir() {
  const char* dir = std::getenv("SMELT_TEST_DATA");
  return dir != nullptr ? dir : SMELT_SOURCE_DIR "/../shared/data";
}

// Code points of every kind, most of them ones that splitting rules look at.
inline std::vector<uint32_t> telling_code_points() {
  return {' ',   '\t',  '\n',   '\r',   '\'',   'a',    's',    'S',    't',    'L',     'V',     'e',
          'R',   '1',   '9',    '/',    '.',    '!',    '<',    '_',    0x85,   0xA0,    0xAA,    0xB2,
          0xC9,  0xE9,  0x17F,  0x1C5,  0x2B0,  0x301,  0x394,  0x3B4,  0x416,  0x436,   0x5D0,   0x64B,
          0x661, 0x903, 0x2003, 0x2028, 0x2160, 0x3000, 0x4E2D, 0xAC00, 0xFEFF, 0x1F600, 0x1D400, 0x10FFFF};
}

inline std::string random_bytes(Rng& rng, size_t size) {
  std::string out(size, '\0');
  for (char& c : out) {
    c = static_cast<char>(rng.below(256));
  }
  return out;
}

}  // namespace smelt::test
