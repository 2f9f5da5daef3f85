// Texts with labels: what classifiers are trained and judged on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/context.h"
#include "corpus/document_io.h"

namespace smelt {

struct LabelledTexts {
  std::vector<std::string> labels;  // in byte order, numbers by value
  std::vector<std::string> texts;
  std::vector<int32_t> label;  // of each text, an index of `labels`
  int64_t bytes = 0;
};

// Where texts and their labels come from. Each input is a path, folder or glob of documents (corpus/input_files.h)
//   "LABEL=PATH"  whose documents all have that label,
//   "PATH"        whose documents say it under `label_key` in their metadata (a string or number), or start with
//                 fastText's "__label__NAME", which is cut off.
// Throws UserError where an input is missing or a document has no label. Memory: the texts.
LabelledTexts read_labelled(const Context& context, const std::vector<std::string>& inputs,
                            const std::string& label_key);

// Splits off every text whose hash of (seed, text) falls into `share`: the same texts whatever their order.
LabelledTexts split_off(LabelledTexts& from, double share, uint64_t seed);

}  // namespace smelt
