#include "crawl/fasttext/fasttext_dictionary.h"

#include <bit>

namespace smelt {
namespace {

constexpr uint32_t kFnvOffset = 2166136261u;
constexpr uint32_t kFnvPrime = 16777619u;

uint32_t fnv_step(uint32_t hash, char byte) {
  return (hash ^ static_cast<uint32_t>(static_cast<int32_t>(static_cast<signed char>(byte)))) * kFnvPrime;
}

bool is_separator(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0';
}

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

size_t table_size(size_t entries) {
  return std::bit_ceil(2 * entries + 16);
}

size_t spread(uint32_t hash) {
  return static_cast<size_t>((hash * 0x9E3779B97F4A7C15u) >> 32);
}

}  // namespace

uint32_t fasttext_hash(std::string_view token) {
  uint32_t hash = kFnvOffset;
  for (const char c : token) {
    hash = fnv_step(hash, c);
  }
  return hash;
}

std::string_view next_fasttext_token(std::string_view text, size_t& pos) {
  while (pos < text.size() && is_separator(text[pos])) {
    ++pos;
  }
  const size_t begin = pos;
  while (pos < text.size() && !is_separator(text[pos])) {
    ++pos;
  }
  return text.substr(begin, pos - begin);
}

FasttextDictionary::FasttextDictionary(const FasttextArgs& args, std::vector<FasttextEntry> entries,
                                       const std::vector<std::pair<int32_t, int32_t>>* kept_buckets)
    : args_(args), entries_(std::move(entries)) {
  slots_.assign(table_size(entries_.size()), -1);
  tags_.resize(slots_.size());
  for (size_t i = 0; i < entries_.size(); ++i) {
    num_words_ += entries_[i].is_label ? 0 : 1;
    has_odd_labels_ |= entries_[i].is_label && !entries_[i].word.starts_with(kFasttextLabelPrefix);
    const uint32_t hash = fasttext_hash(entries_[i].word);
    size_t slot = spread(hash) & (slots_.size() - 1);
    while (slots_[slot] >= 0) {
      slot = (slot + 1) & (slots_.size() - 1);
    }
    slots_[slot] = static_cast<int32_t>(i);
    tags_[slot] = hash;
  }
  if (kept_buckets == nullptr) {
    return;
  }
  is_pruned_ = true;
  num_kept_ = static_cast<int64_t>(kept_buckets->size());
  kept_.assign(table_size(kept_buckets->size()), {-1, 0});
  for (const auto& [bucket, row] : *kept_buckets) {
    size_t slot = spread(static_cast<uint32_t>(bucket)) & (kept_.size() - 1);
    while (kept_[slot].first >= 0 && kept_[slot].first != bucket) {
      slot = (slot + 1) & (kept_.size() - 1);
    }
    kept_[slot] = {bucket, row};
  }
}

int32_t FasttextDictionary::find(std::string_view token, uint32_t hash) const {
  for (size_t slot = spread(hash) & (slots_.size() - 1); slots_[slot] >= 0; slot = (slot + 1) & (slots_.size() - 1)) {
    if (tags_[slot] == hash && entries_[static_cast<size_t>(slots_[slot])].word == token) {
      return slots_[slot];
    }
  }
  return -1;
}

bool FasttextDictionary::is_label(std::string_view token, uint32_t hash) const {
  const int32_t id = has_odd_labels_ ? find(token, hash) : -1;
  return id >= 0 ? id >= num_words_ : token.starts_with(kFasttextLabelPrefix);
}

void FasttextDictionary::append_bucket(uint32_t bucket, std::vector<int32_t>& rows) const {
  if (!is_pruned_) {
    rows.push_back(num_words_ + static_cast<int32_t>(bucket));
    return;
  }
  for (size_t slot = spread(bucket) & (kept_.size() - 1); kept_[slot].first >= 0;
       slot = (slot + 1) & (kept_.size() - 1)) {
    if (kept_[slot].first == static_cast<int32_t>(bucket)) {
      rows.push_back(num_words_ + kept_[slot].second);
      return;
    }
  }
}

void FasttextDictionary::append_subwords(std::string_view word, std::vector<int32_t>& rows) const {
  const auto bucket = static_cast<uint32_t>(args_.bucket);
  const size_t size = word.size() + 2;
  const auto byte_at = [&](size_t i) { return i == 0 ? '<' : i + 1 == size ? '>' : word[i - 1]; };
  for (size_t i = 0; i < size; ++i) {
    if (continues_character(byte_at(i))) {
      continue;
    }
    uint32_t hash = kFnvOffset;
    size_t j = i;
    for (int32_t n = 1; j < size && n <= args_.maxn; ++n) {
      do {
        hash = fnv_step(hash, byte_at(j++));
      } while (j < size && continues_character(byte_at(j)));
      if (n >= args_.minn && !(n == 1 && (i == 0 || j == size))) {
        append_bucket(hash % bucket, rows);
      }
    }
  }
}

void FasttextDictionary::append_word(std::string_view word, int32_t id, std::vector<int32_t>& rows) const {
  if (id >= 0) {
    rows.push_back(id);
  }
  if (args_.maxn > 0 && args_.bucket > 0 && word != kFasttextLineEnd) {
    append_subwords(word, rows);
  }
}

void FasttextDictionary::append_word_ngrams(const std::vector<int32_t>& hashes, std::vector<int32_t>& rows) const {
  if (args_.word_ngrams < 2 || args_.bucket <= 0) {
    return;
  }
  const auto longest = static_cast<size_t>(args_.word_ngrams);
  for (size_t i = 0; i < hashes.size(); ++i) {
    auto hash = static_cast<uint64_t>(static_cast<int64_t>(hashes[i]));
    for (size_t j = i + 1; j < hashes.size() && j < i + longest; ++j) {
      hash = hash * 116049371 + static_cast<uint64_t>(static_cast<int64_t>(hashes[j]));
      append_bucket(static_cast<uint32_t>(hash % static_cast<uint64_t>(args_.bucket)), rows);
    }
  }
}

void FasttextDictionary::append_text(std::string_view text, std::vector<int32_t>& hashes,
                                     std::vector<int32_t>& rows) const {
  hashes.clear();
  for_each_fasttext_token(text, [&](std::string_view token) {
    const uint32_t hash = fasttext_hash(token);
    if (!is_label(token, hash)) {
      append_word(token, find(token, hash), rows);
      hashes.push_back(static_cast<int32_t>(hash));
    }
  });
  append_word_ngrams(hashes, rows);
}

}  // namespace smelt
