#include "eval/cloze.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <tuple>

#include "base/rng.h"
#include "base/text.h"

namespace smelt {

namespace {

constexpr int kMaxGuessTokens = 24;  // a greedy loop of tokens without letters ends here
constexpr size_t kMaxWordBytes = 40;

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

// Bytes above ASCII are taken as parts of letters.
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (static_cast<unsigned char>(c) & 0x80) != 0;
}

bool ends_sentence(std::string_view text, size_t at) {
  return at < text.size() && (text[at] == '.' || text[at] == '!' || text[at] == '?') &&
         (at + 1 == text.size() || is_space(text[at + 1]));
}

// Where the last `words` words before `end` begin; npos where there are fewer.
size_t words_before(std::string_view text, size_t end, int64_t words) {
  size_t at = end;
  for (int64_t n = 0; n < words; ++n) {
    while (at > 0 && is_space(text[at - 1])) {
      --at;
    }
    if (at == 0) {
      return std::string_view::npos;
    }
    while (at > 0 && !is_space(text[at - 1])) {
      --at;
    }
  }
  return at;
}

struct Candidate {
  uint64_t key = 0;
  int64_t document = 0;
  size_t begin = 0;  // of the word
  size_t end = 0;
};

void find_candidates(std::string_view text, int64_t document, uint64_t seed, std::vector<Candidate>& out) {
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!is_letter(text[i])) {
      begin = i + 1;
      continue;
    }
    const bool whole = i + 1 == text.size() || !is_letter(text[i + 1]);
    const size_t bytes = i + 1 - begin;
    if (whole && bytes >= 2 && bytes <= kMaxWordBytes && ends_sentence(text, i + 1) && begin >= 2 &&
        text[begin - 1] == ' ' && !is_space(text[begin - 2])) {
      Rng rng(seed, "eval/cloze/" + std::to_string(document), begin);
      out.push_back({rng.u64(), document, begin, i + 1});
    }
  }
}

}  // namespace

std::vector<ClozeItem> choose_cloze_items(const HeldoutSet& heldout, int64_t count, int64_t context_words,
                                          uint64_t seed) {
  std::vector<Candidate> candidates;
  for (size_t d = 0; d < heldout.documents.size(); ++d) {
    find_candidates(heldout.documents[d].text, static_cast<int64_t>(d), seed, candidates);
  }
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(a.key, a.document, a.begin) < std::tie(b.key, b.document, b.begin);
  });
  std::vector<Candidate> chosen;
  for (const Candidate& candidate : candidates) {
    const std::string_view text = heldout.documents[static_cast<size_t>(candidate.document)].text;
    if (static_cast<int64_t>(chosen.size()) < count &&
        words_before(text, candidate.begin - 1, context_words) != std::string_view::npos) {
      chosen.push_back(candidate);
    }
  }
  std::sort(chosen.begin(), chosen.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(a.document, a.begin) < std::tie(b.document, b.begin);
  });
  std::vector<ClozeItem> items;
  for (const Candidate& c : chosen) {
    const std::string_view text = heldout.documents[static_cast<size_t>(c.document)].text;
    const size_t begin = words_before(text, c.begin - 1, context_words);
    items.push_back({c.document, std::string(text.substr(begin, c.begin - 1 - begin)),
                     std::string(text.substr(c.begin, c.end - c.begin))});
  }
  return items;
}

bool guesses_word(const ClozeItem& item, const Tokenizer& tokenizer, uint32_t start_id, DecodeGreedily decode) {
  std::vector<uint32_t> prompt{start_id};
  tokenizer.encode_plain(item.prompt, prompt);
  const std::string wanted = " " + item.word;
  std::string got;
  bool right = false;
  int tokens = 0;
  decode(prompt, [&](uint32_t id) {
    const std::string_view bytes = tokenizer.is_special(id) ? std::string_view() : tokenizer.token_view(id);
    got += bytes;
    if (bytes.empty() || got.size() > wanted.size()) {
      // The end of the document, or more than the word: what follows it must be no letter.
      right =
          got.compare(0, wanted.size(), wanted) == 0 && (got.size() == wanted.size() || !is_letter(got[wanted.size()]));
      return false;
    }
    const bool still_fits = std::string_view(wanted).substr(0, got.size()) == got;
    return still_fits && ++tokens < kMaxGuessTokens;
  });
  return right;
}

Accuracy summarize_guesses(int64_t correct, int64_t items) {
  Accuracy out{items, correct, 0, 0, 0};
  if (items == 0) {
    return out;
  }
  constexpr double kZ = 1.959963984540054;
  const auto n = static_cast<double>(items);
  out.accuracy = static_cast<double>(correct) / n;
  const double denominator = 1 + kZ * kZ / n;
  const double centre = (out.accuracy + kZ * kZ / (2 * n)) / denominator;
  const double half = kZ / denominator * std::sqrt(out.accuracy * (1 - out.accuracy) / n + kZ * kZ / (4 * n * n));
  out.low = std::max(0.0, centre - half);
  out.high = std::min(1.0, centre + half);
  return out;
}

}  // namespace smelt
