// One document's text -> its token ids, as the settings of `tokens` say: markers, fill-in-the-middle, end of document.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "tokens/dataset/fill_in_middle.h"
#include "tokens/dataset/marker_finder.h"
#include "tokens/dataset/options.h"
#include "tokens/tokenizer.h"

namespace smelt {

// Immutable, so thread-safe.
class DocumentEncoder {
 public:
  // UserError(kUsage) for tokens that the settings name and the tokenizer lacks.
  DocumentEncoder(const Tokenizer& tokenizer, const TokensOptions& options, uint64_t seed);

  // Appends the document's ids. An empty text has none. `id` is the document's: with the text it decides what
  // fill-in-the-middle does, whatever file or shard the document lies in.
  void encode(std::string_view text, std::string_view id, std::vector<uint32_t>& out) const;
  bool needs_id() const { return fim_.has_value(); }

 private:
  void encode_marked(std::string_view text, std::vector<uint32_t>& out) const;

  Tokenizer tokenizer_;
  MarkerFinder markers_;
  std::optional<FillInMiddle> fim_;
  uint32_t fim_prefix_ = 0;
  uint32_t fim_middle_ = 0;
  uint32_t fim_suffix_ = 0;
  std::optional<uint32_t> eod_;
};

}  // namespace smelt
