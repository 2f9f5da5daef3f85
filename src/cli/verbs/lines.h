// What verbs share: JSON lines that those of models read, {"ids": [..]} or {"text": ".."}; the flags of those that take
// a recipe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/verb.h"
#include "tokens/tokenizer.h"

namespace smelt::cli {

// Throws UserError(kInput), naming `where`, for anything else: no JSON, ids outside the vocabulary, text without a
// tokenizer.
std::vector<uint32_t> ids_of_line(std::string_view line, const std::string& where,
                                  const std::optional<Tokenizer>& tokenizer, int64_t vocab_size);

// What --set says and, where it is given, --memory, which stands for corpus.dedup.memory.
std::vector<std::string> recipe_sets(const Arguments& arguments);
inline const Flag kMemoryFlag = {"--memory", FlagKind::kText, "MIB",
                                 "for sorting and tables of curation, over the recipe's corpus.dedup.memory"};

// Throws UserError(kUsage) where the output exists.
void refuse_to_overwrite(const std::string& path);

}  // namespace smelt::cli
