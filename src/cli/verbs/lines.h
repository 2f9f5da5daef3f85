// JSON lines that verbs of models read: {"ids": [..]} or {"text": ".."}.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tokens/tokenizer.h"

namespace smelt::cli {

// Throws UserError(kInput), naming `where`, for anything else: no JSON, ids outside the vocabulary, text without a
// tokenizer.
std::vector<uint32_t> ids_of_line(std::string_view line, const std::string& where,
                                  const std::optional<Tokenizer>& tokenizer, int64_t vocab_size);

// Throws UserError(kUsage) where the output exists.
void refuse_to_overwrite(const std::string& path);

}  // namespace smelt::cli
