#include <algorithm>
#include <numeric>

#include <fmt/core.h>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "eval/report/sections.h"
#include "tokens/token_dataset.h"
#include "tokens/tokenizer.h"

namespace smelt {

namespace {

constexpr size_t kTokensShown = 50;
constexpr size_t kMaxTokenBytes = 60;
constexpr int64_t kMaxTokensCounted = 100'000'000;

// White space as the signs that editors use, so that it can be seen.
std::string visible(std::string_view bytes) {
  std::string out;
  for (const char c : cut_text(bytes, kMaxTokenBytes)) {
    if (c == ' ') {
      out += "·";
    } else if (c == '\n') {
      out += "↵";
    } else if (c == '\t') {
      out += "→";
    } else {
      out += c;
    }
  }
  return bytes.size() > kMaxTokenBytes ? out + "…" : out;
}

void add_token_list(Html& html, const Tokenizer& tokenizer, const std::vector<uint32_t>& ids,
                    const std::vector<int64_t>& numbers) {
  const auto items = html.in("ul", {{"class", "tokens"}});
  for (size_t i = 0; i < std::min(ids.size(), kTokensShown); ++i) {
    const auto item = html.in("li");
    html.text(visible(tokenizer.token_view(ids[i])));
    html.leaf("small", " " + format_number(static_cast<double>(numbers[ids[i]])));
  }
}

// The ids with the largest numbers, largest first; ids with number 0 are left out.
std::vector<uint32_t> largest(const std::vector<int64_t>& numbers) {
  std::vector<uint32_t> ids(numbers.size());
  std::iota(ids.begin(), ids.end(), 0);
  std::erase_if(ids, [&](uint32_t id) { return numbers[id] == 0; });
  std::stable_sort(ids.begin(), ids.end(), [&](uint32_t a, uint32_t b) { return numbers[a] > numbers[b]; });
  return ids;
}

// Occurrences of every token in the training sets; nothing where none can be read.
std::vector<int64_t> count_tokens(const RunFolder& run, uint32_t vocab_size) {
  std::vector<int64_t> counts(vocab_size, 0);
  int64_t counted = 0;
  for (const std::string& path : run.has("tokens") ? list_files(run.path("tokens")) : std::vector<std::string>()) {
    if (!path.ends_with(".idx") || path == "heldout.idx") {
      continue;
    }
    const TokenDataset dataset(run.path("tokens/" + path.substr(0, path.size() - 4)));
    for (int64_t s = 0; s < dataset.num_sequences() && counted < kMaxTokensCounted; ++s) {
      for (const int32_t token : dataset.sequence(s)) {
        if (token >= 0 && token < static_cast<int64_t>(vocab_size)) {
          ++counts[static_cast<size_t>(token)];
        }
        ++counted;
      }
    }
  }
  return counts;
}

void add_vocabulary(Html& html, const RunFolder& run) {
  const Tokenizer tokenizer = Tokenizer::load(run.path("tokenizer"));
  const std::vector<int64_t> counts = count_tokens(run, tokenizer.vocab_size());
  const std::vector<uint32_t> frequent = largest(counts);
  if (!frequent.empty()) {
    html.leaf("h3", "The most frequent tokens, and how often they occur");
    add_token_list(html, tokenizer, frequent, counts);
    const auto unused = static_cast<double>(counts.size() - frequent.size());
    add_note(html, fmt::format("{} of the {} tokens do not occur in the training text. · is a space, ↵ a line end.",
                               format_number(unused), format_number(static_cast<double>(counts.size()))));
  }
  std::vector<int64_t> lengths(tokenizer.vocab_size(), 0);
  for (uint32_t id = 0; id < tokenizer.vocab_size(); ++id) {
    lengths[id] = tokenizer.is_special(id) ? 0 : static_cast<int64_t>(tokenizer.token_view(id).size());
  }
  html.leaf("h3", "The longest tokens, and their bytes");
  add_token_list(html, tokenizer, largest(lengths), lengths);
}

}  // namespace

void add_tokens(Html& html, const RunFolder& run) {
  const auto section = html.in("section", {{"id", "tokens"}});
  html.leaf("h2", "Tokens");
  const Json tokenizer = counts_of(run, "tokenizer");
  const Json tokens = counts_of(run, "tokens");
  if (tokenizer.size() + tokens.size() == 0) {
    add_missing(html, "The run has no tokenizer/manifest.json or tokens/manifest.json.");
    return;
  }
  if (const auto ratio = number_at(tokens, {"bytes_per_token"})) {
    html.leaf("p", fmt::format("A token stands for {:.2f} bytes of the training text on average.", *ratio));
  }
  try {
    add_vocabulary(html, run);
  } catch (const UserError& error) {
    add_missing(html, "The vocabulary cannot be shown: " + error.message() + ".");
  }
  const auto details = html.in("details");
  html.leaf("summary", "All counts of the tokenizer and the token files");
  if (tokenizer.size() > 0) {
    add_table(html, tokenizer, "Tokenizer");
  }
  if (tokens.size() > 0) {
    add_table(html, tokens, "Token files");
  }
}

}  // namespace smelt
