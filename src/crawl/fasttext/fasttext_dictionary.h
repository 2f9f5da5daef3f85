// The words, labels and hashed n-grams of a fastText classifier: how a text becomes rows of the input matrix.
//
// Source: Joulin et al., "Bag of Tricks for Efficient Text Classification", arXiv 1607.01759; Bojanowski et al.,
// "Enriching Word Vectors with Subword Information", arXiv 1607.04606; the conventions are those of fastText 0.9.2.
//   token       a maximal run without space, \t, \n, \v, \f, \r and NUL; the end of the text is the token "</s>"
//   word        its own row where the dictionary has it, and the rows of its character n-grams ("<word>", minn to maxn
//               code points); a token that starts with "__label__" gives no row
//   word n-gram the row of the hash of up to word_ngrams words in a row, known to the dictionary or not
// Hashes are 32-bit FNV-1a over signed bytes, taken modulo the number of buckets. A pruned model keeps some buckets
// only. Thread safety: immutable after construction.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace smelt {

enum class FasttextLoss : int32_t { kHierarchicalSoftmax = 1, kNegativeSampling = 2, kSoftmax = 3, kOneVsAll = 4 };

// The settings that a model file holds, in its order and with its names.
struct FasttextArgs {
  int32_t dim = 100;
  int32_t ws = 5;
  int32_t epoch = 5;
  int32_t min_count = 1;
  int32_t neg = 5;
  int32_t word_ngrams = 1;
  FasttextLoss loss = FasttextLoss::kSoftmax;
  int32_t model = 3;  // 3: a supervised classifier
  int32_t bucket = 2000000;
  int32_t minn = 0;
  int32_t maxn = 0;
  int32_t lr_update_rate = 100;
  double t = 1e-4;
};

struct FasttextEntry {
  std::string word;
  int64_t count = 0;
  bool is_label = false;
};

constexpr std::string_view kFasttextLabelPrefix = "__label__";
constexpr std::string_view kFasttextLineEnd = "</s>";

uint32_t fasttext_hash(std::string_view token);

// The next token from `pos` on, which moves past it; empty at the end of the text.
std::string_view next_fasttext_token(std::string_view text, size_t& pos);

// Calls `take` with each token of the text and with "</s>" behind the last; a "</s>" in the text ends it too.
template <class Take>
void for_each_fasttext_token(std::string_view text, Take take) {
  bool at_end = false;
  for (size_t pos = 0; !at_end;) {
    std::string_view token = next_fasttext_token(text, pos);
    token = token.empty() ? kFasttextLineEnd : token;
    at_end = token == kFasttextLineEnd;
    take(token);
  }
}

class FasttextDictionary {
 public:
  FasttextDictionary() = default;
  // `entries`: all words, then all labels. `kept_buckets`: of a pruned model (bucket, row behind the words), else null.
  FasttextDictionary(const FasttextArgs& args, std::vector<FasttextEntry> entries,
                     const std::vector<std::pair<int32_t, int32_t>>* kept_buckets = nullptr);

  int32_t num_words() const { return num_words_; }
  int32_t num_labels() const { return static_cast<int32_t>(entries_.size()) - num_words_; }
  const FasttextEntry& label(int32_t i) const {
    return entries_[static_cast<size_t>(num_words_) + static_cast<size_t>(i)];
  }
  const std::vector<FasttextEntry>& entries() const { return entries_; }
  // Rows of the input matrix behind those of the words: buckets, those kept of a pruned model.
  int64_t num_bucket_rows() const { return is_pruned_ ? num_kept_ : args_.bucket; }
  bool has_subwords() const { return args_.maxn > 0; }
  bool has_word_ngrams() const { return args_.word_ngrams > 1; }

  // Index among the entries, -1 where unknown.
  int32_t find(std::string_view token, uint32_t hash) const;
  // True of the dictionary's labels and of tokens that look like one.
  bool is_label(std::string_view token, uint32_t hash) const;

  // Appends the rows of one word, which is no label; `id` as find gave it.
  void append_word(std::string_view word, int32_t id, std::vector<int32_t>& rows) const;
  // Appends the rows of the word n-grams (two words and more) over the words' hashes.
  void append_word_ngrams(const std::vector<int32_t>& hashes, std::vector<int32_t>& rows) const;
  // All rows of a text. `hashes` is a buffer.
  void append_text(std::string_view text, std::vector<int32_t>& hashes, std::vector<int32_t>& rows) const;

 private:
  void append_bucket(uint32_t bucket, std::vector<int32_t>& rows) const;
  void append_subwords(std::string_view word, std::vector<int32_t>& rows) const;

  FasttextArgs args_;
  std::vector<FasttextEntry> entries_;
  int32_t num_words_ = 0;
  std::vector<int32_t> slots_;  // entry or -1, open addressing by the token's hash
  std::vector<uint32_t> tags_;  // the hash of the slot's entry
  bool is_pruned_ = false;
  int64_t num_kept_ = 0;
  bool has_odd_labels_ = false;                    // some without the usual prefix
  std::vector<std::pair<int32_t, int32_t>> kept_;  // bucket -> row, open addressing, bucket -1 where empty
};

}  // namespace smelt
