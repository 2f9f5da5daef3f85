#include "tokens/dataset/document_encoder.h"

#include "base/error.h"
#include "base/hash.h"

namespace smelt {

DocumentEncoder::DocumentEncoder(const Tokenizer& tokenizer, const TokensOptions& options, uint64_t seed)
    : tokenizer_(tokenizer), markers_(tokenizer, options.markers, "tokens.markers") {
  if (options.append_eod) {
    eod_ = tokenizer.eos_id();
    if (!eod_) {
      throw usage_error("the tokenizer names no end-of-document token", "tokens.append_eod",
                        "set eos_token in its tokenizer_config.json, or build without end-of-document tokens");
    }
  }
  if (options.fim.rate > 0) {
    fim_.emplace(options.fim, markers_, seed);
    fim_prefix_ = required_token(tokenizer, options.fim.prefix, "tokens.fim.prefix");
    fim_middle_ = required_token(tokenizer, options.fim.middle, "tokens.fim.middle");
    fim_suffix_ = required_token(tokenizer, options.fim.suffix, "tokens.fim.suffix");
  }
}

void DocumentEncoder::encode(std::string_view text, std::string_view id, std::vector<uint32_t>& out) const {
  if (text.empty()) {
    return;
  }
  if (fim_) {
    std::vector<FimPart> parts;
    fim_->arrange(text, hash64(text, hash64(id)), parts);
    for (const FimPart& part : parts) {
      switch (part.kind) {
        case FimPart::Kind::kText:
          encode_marked(part.text, out);
          break;
        case FimPart::Kind::kPrefix:
          out.push_back(fim_prefix_);
          break;
        case FimPart::Kind::kMiddle:
          out.push_back(fim_middle_);
          break;
        case FimPart::Kind::kSuffix:
          out.push_back(fim_suffix_);
          break;
      }
    }
  } else {
    encode_marked(text, out);
  }
  if (eod_) {
    out.push_back(*eod_);
  }
}

void DocumentEncoder::encode_marked(std::string_view text, std::vector<uint32_t>& out) const {
  if (!markers_.empty()) {
    for (auto match = markers_.find(text, 0); match.marker != nullptr; match = markers_.find(text, 0)) {
      if (match.begin > 0) {
        tokenizer_.encode_plain(text.substr(0, match.begin), out);
      }
      out.push_back(match.marker->id);
      text.remove_prefix(match.begin + match.marker->text.size());
    }
  }
  if (!text.empty()) {
    tokenizer_.encode_plain(text, out);
  }
}

}  // namespace smelt
