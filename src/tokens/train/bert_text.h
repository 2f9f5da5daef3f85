// Text as BERT's WordPiece sees it (Devlin et al., arXiv 1810.04805): what BertNormalizer makes of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace smelt {

// Controls dropped, white space as single kinds of space, CJK ideographs set apart by spaces, and with `lowercase`
// accents off (canonical decomposition without its nonspacing marks) and letters in lower case. Replaces `out`.
void normalize_bert(std::string_view text, bool lowercase, std::string& out);

bool is_bert_punctuation(uint32_t code_point);

}  // namespace smelt
