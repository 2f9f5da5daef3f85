// A text as hashed n-grams: the features of linear heads and of DSIR.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/recipe.h"

namespace smelt {

struct FeatureOptions {
  int64_t bits = 18;
  int64_t word_ngrams = 2;
  int64_t min_characters = 0;
  int64_t max_characters = 0;
  bool lower_case = true;
  void fields(Fields& f) {
    f("bits", bits, "2 to this power buckets", {.min = 8, .max = 26});
    f("word_ngrams", word_ngrams, "longest n-gram of words", {.min = 0, .max = 5});
    f("min_characters", min_characters, "shortest n-gram of code points within a word with its ends marked",
      {.min = 0, .max = 8});
    f("max_characters", max_characters, "longest of these; 0: none", {.min = 0, .max = 8});
    f("lower_case", lower_case, "whether capitals count as small letters");
  }
  bool operator==(const FeatureOptions&) const = default;
};

// Appends the bucket of every n-gram of the text, repeated ones again, in the order of their last words
// (corpus/quality/words.h says what a word is). Linear in the text times the lengths asked for.
void append_features(std::string_view text, const FeatureOptions& options, std::vector<uint32_t>& out);

}  // namespace smelt
