// One step of a tokenizer: a normalizer or a pre-tokenizer.
#pragma once

#include <functional>
#include <vector>

#include "tokens/text/aligned_text.h"

namespace smelt {

using TextStep = std::function<void(AlignedText&)>;  // thread-safe
using TextSteps = std::vector<TextStep>;

inline void apply_steps(const TextSteps& steps, AlignedText& text) {
  for (const TextStep& step : steps) {
    step(text);
  }
}

}  // namespace smelt
