#include "corpus/filters/english_runs.h"

#include <algorithm>
#include <span>
#include <string>
#include <unordered_map>

#include "base/text.h"
#include "corpus/filters/english_splitter.h"

namespace smelt::english {

namespace {

struct JoinedRun {
  std::vector<uint64_t> hashes;
  const Exception* exception;
};

std::string utf8_of(Word word) {
  std::string bytes;
  for (const char32_t c : word) {
    append_utf8(bytes, c);
  }
  return bytes;
}

uint64_t hash_of(Word word) {
  uint64_t power = 0;
  return polynomial_hash(utf8_of(word), power);
}

// Runs by their first token, and the number of each such token's list by its hash; list 0 is empty.
struct JoinedRuns {
  std::vector<std::vector<JoinedRun>> lists = {{}};
  std::unordered_map<uint64_t, uint16_t> by_first;

  uint16_t list_of(uint64_t hash) const {
    const auto found = by_first.find(hash);
    return found == by_first.end() ? 0 : found->second;
  }
};

const JoinedRuns& joined_runs() {
  static const auto kRuns = [] {
    JoinedRuns runs;
    WordSplitter splitter;
    std::vector<Cut> cuts;
    for (const Exception& exception : exceptions()) {
      const Word word = exception.word;
      bool has_affix = prefix_length(word) > 0 || suffix_length(word) > 0;
      for_each_infix(word, [&](size_t, size_t) { has_affix = true; });
      if (!has_affix) {
        continue;
      }
      splitter.split(word, false, cuts);
      JoinedRun run{{}, &exception};
      for (const Cut& cut : cuts) {
        run.hashes.push_back(hash_of(word.substr(cut.begin, cut.end - cut.begin)));
      }
      const auto [list, is_new] = runs.by_first.emplace(run.hashes.front(), static_cast<uint16_t>(runs.lists.size()));
      if (is_new) {
        runs.lists.emplace_back();
      }
      runs.lists[list->second].push_back(std::move(run));
    }
    return runs;
  }();
  return kRuns;
}

// The tokens of the exception that the run is, or the run where something stands between its tokens.
void append_exception(std::string_view text, std::span<const EnglishToken> run, const Exception& exception,
                      std::vector<EnglishToken>& out) {
  const bool touch = std::adjacent_find(run.begin(), run.end(), [](const EnglishToken& a, const EnglishToken& b) {
                       return a.end != b.begin;
                     }) == run.end();
  if (!touch) {
    out.insert(out.end(), run.begin(), run.end());
    return;
  }
  size_t begin = 0;
  uint32_t place = run.front().begin;
  for (const uint8_t length : exception.lengths) {
    const Word part = Word(exception.word).substr(begin, length);
    EnglishToken token;
    token.begin = place;
    token.end = place + static_cast<uint32_t>(utf8_of(part).size());
    describe_token(text.substr(token.begin, token.end - token.begin), part, token);
    out.push_back(token);
    place = token.end;
    begin += length;
  }
}

}  // namespace

uint16_t runs_that_begin_with(uint64_t hash) {
  return joined_runs().list_of(hash);
}

void RunJoiner::find_runs(const std::vector<EnglishToken>& tokens) {
  matches_.clear();
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].runs == 0) {
      continue;
    }
    for (const JoinedRun& run : joined_runs().lists[tokens[i].runs]) {
      const size_t size = run.hashes.size();
      if (i + size <= tokens.size() &&
          std::equal(run.hashes.begin(), run.hashes.end(), tokens.begin() + static_cast<ptrdiff_t>(i),
                     [](uint64_t hash, const EnglishToken& token) {
                       return hash == token.hash && (token.kind & EnglishToken::kSpace) == 0;
                     })) {
        matches_.push_back({i, i + size, run.exception});
      }
    }
  }
}

// The longest runs win, of equal ones the first; a run that loses still hides its tokens from shorter ones.
void RunJoiner::choose_runs(size_t num_tokens) {
  std::sort(matches_.begin(), matches_.end(), [](const Match& a, const Match& b) {
    const size_t a_size = a.end - a.begin;
    const size_t b_size = b.end - b.begin;
    return a_size != b_size ? a_size > b_size : a.begin < b.begin;
  });
  seen_.assign(num_tokens, 0);
  size_t chosen = 0;
  for (const Match& match : matches_) {
    if (seen_[match.begin] == 0 && seen_[match.end - 1] == 0) {
      matches_[chosen++] = match;
    }
    std::fill(seen_.begin() + static_cast<ptrdiff_t>(match.begin), seen_.begin() + static_cast<ptrdiff_t>(match.end),
              1);
  }
  matches_.resize(chosen);
  std::sort(matches_.begin(), matches_.end(), [](const Match& a, const Match& b) { return a.begin < b.begin; });
}

void RunJoiner::join(std::string_view text, std::vector<EnglishToken>& tokens) {
  find_runs(tokens);
  if (matches_.empty()) {
    return;
  }
  choose_runs(tokens.size());
  joined_.clear();
  joined_.reserve(tokens.size());
  const std::span<const EnglishToken> all(tokens);
  size_t done = 0;
  for (const Match& match : matches_) {
    joined_.insert(joined_.end(), all.begin() + static_cast<ptrdiff_t>(done),
                   all.begin() + static_cast<ptrdiff_t>(match.begin));
    append_exception(text, all.subspan(match.begin, match.end - match.begin), *match.exception, joined_);
    done = match.end;
  }
  joined_.insert(joined_.end(), all.begin() + static_cast<ptrdiff_t>(done), all.end());
  tokens.swap(joined_);
}

}  // namespace smelt::english
