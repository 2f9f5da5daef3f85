// Texts with labels: what classifiers are trained and judged on.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
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

// The label of a document; "": it says its own; nothing: the document is not meant.
using DocumentLabel = std::function<std::optional<std::string>(const Document&)>;

// Documents and their labels.
struct LabelledInput {
  std::string path;        // a file, folder or glob of documents (corpus/input_files.h)
  DocumentLabel label_of;  // never empty
};

// "LABEL=PATH" or "PATH", every document of it.
LabelledInput parse_labelled_input(const std::string& input);

// A document says its own label under `label_key` in its metadata (a string or number), or starts with fastText's
// "__label__NAME", which is cut off. Throws UserError where an input is missing or a document has no label. Memory: the
// texts.
LabelledTexts read_labelled(const Context& context, const std::vector<LabelledInput>& inputs,
                            const std::string& label_key);

// Splits off every text whose hash of (seed, text) falls into `share`: the same texts whatever their order.
LabelledTexts split_off(LabelledTexts& from, double share, uint64_t seed);

}  // namespace smelt
