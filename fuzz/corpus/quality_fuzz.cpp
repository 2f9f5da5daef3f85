// Any bytes as a model of every kind, asked about any text: an error, or numbers within their bounds.
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "bytes.h"
#include "corpus/quality/dsir.h"
#include "corpus/quality/linear_head.h"
#include "corpus/quality/ngram_text.h"
#include "crawl/fasttext/fasttext_model.h"

namespace {

constexpr std::string_view kText = "Some words, 東京 and __label__x\nover two lines.";

void ask_fasttext(std::string_view bytes) {
  const smelt::FasttextModel model = smelt::FasttextModel::parse(bytes, "fuzz");
  smelt::FasttextScorer scorer(model);
  for (const smelt::FasttextGuess& guess : scorer.predict(kText, 3)) {
    SMELT_CHECK(guess.label >= 0 && guess.label < model.num_labels() && guess.probability >= 0);
  }
}

void ask_linear(std::string_view bytes) {
  const smelt::LinearHead head = smelt::LinearHead::parse(bytes, "fuzz");
  std::vector<uint32_t> buckets;
  std::vector<double> p(head.labels().size());
  head.probabilities(kText, buckets, p.data());
  for (const double value : p) {
    SMELT_CHECK(value >= 0 && value <= 1);
  }
}

void ask_dsir(std::string_view bytes) {
  std::vector<uint32_t> buckets;
  smelt::DsirModel::parse(bytes, "fuzz").log_weight(kText, buckets);
}

void ask_ngram(std::string_view bytes) {
  SMELT_CHECK(smelt::NgramText::parse(bytes, "fuzz").measure(kText).tokens > 0);
}

}  // namespace

// The first byte chooses the kind; the start that every file of the kind has is given.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string_view rest = smelt::fuzz_bytes(data + 1, size - 1);
  try {
    switch (data[0] % 4) {
      case 0:
        ask_fasttext(std::string("\xBA\x16\x4F\x2F\x0C\0\0\0", 8) + std::string(rest));
        break;
      case 1:
        ask_linear(R"({"format":"smelt-linear-1","bits":8,"word_ngrams":1,)" + std::string(rest));
        break;
      case 2:
        ask_dsir(R"({"format":"smelt-dsir-1","bits":8,"word_ngrams":1,)" + std::string(rest));
        break;
      default:
        ask_ngram(R"({"format":"smelt-ngram-1",)" + std::string(rest));
    }
  } catch (const smelt::UserError&) {
  }
  return 0;
}
