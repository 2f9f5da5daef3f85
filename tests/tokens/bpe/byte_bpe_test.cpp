#include "tokens/bpe/byte_bpe.h"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "base/text.h"
#include "tokens/bpe/tokenizer_state.h"
#include "tokens/data.h"

namespace smelt {
namespace {

using Ids = std::vector<uint32_t>;

// A vocabulary as training makes it, over the byte pairs of a text: merges of growing rank, each of entries before it.
struct Vocabulary {
  std::vector<std::string> tokens;
  std::vector<std::pair<uint32_t, uint32_t>> merges;  // of entry 256 + i
  ByteBpe::Words words;
  std::unique_ptr<MergeTable> table;

  // `first_id` is added to the ids, to try ids of more than two bytes.
  Vocabulary(std::string_view text, size_t count, uint32_t first_id) {
    for (int byte = 0; byte < 256; ++byte) {
      tokens.emplace_back(1, static_cast<char>(byte));
    }
    std::vector<uint32_t> ids;
    for (const char c : text) {
      ids.push_back(static_cast<uint8_t>(c));
    }
    while (merges.size() < count) {
      std::map<std::pair<uint32_t, uint32_t>, size_t> counts;
      for (size_t i = 0; i + 1 < ids.size(); ++i) {
        ++counts[{ids[i], ids[i + 1]}];
      }
      const auto best = std::max_element(counts.begin(), counts.end(),
                                         [](const auto& a, const auto& b) { return a.second < b.second; });
      const auto merged = static_cast<uint32_t>(tokens.size());
      merges.push_back(best->first);
      tokens.push_back(tokens[best->first.first] + tokens[best->first.second]);
      ids = merge(ids, best->first, merged);
    }
    std::vector<uint32_t> byte_ids(256);
    for (uint32_t byte = 0; byte < 256; ++byte) {
      byte_ids[byte] = first_id + byte;
    }
    table = std::make_unique<MergeTable>(byte_ids);
    for (uint32_t i = 0; i < merges.size(); ++i) {
      table->add(first_id + merges[i].first, first_id + merges[i].second, i, first_id + 256 + i);
    }
    table->finish();
    for (uint32_t i = 0; i < tokens.size(); ++i) {
      words.emplace(tokens[i], first_id + i);
    }
  }

  static Ids merge(const Ids& ids, std::pair<uint32_t, uint32_t> pair, uint32_t merged) {
    Ids out;
    for (size_t i = 0; i < ids.size(); ++i) {
      if (i + 1 < ids.size() && ids[i] == pair.first && ids[i + 1] == pair.second) {
        out.push_back(merged);
        ++i;
      } else {
        out.push_back(ids[i]);
      }
    }
    return out;
  }
};

// The definition: all pairs of the lowest rank are merged from the left, again and again.
Ids plain(const MergeTable& table, const ByteBpe::Words& words, std::string_view word) {
  Ids ids;
  for (const char& c : word) {
    ids.push_back(words.at(std::string_view(&c, 1)));
  }
  while (true) {
    uint64_t best = MergeTable::kNone;
    std::pair<uint32_t, uint32_t> pair;
    for (size_t i = 0; i + 1 < ids.size(); ++i) {
      if (const uint64_t merge = table.find(ids[i], ids[i + 1]); merge < best) {
        best = merge;
        pair = {ids[i], ids[i + 1]};
      }
    }
    if (best == MergeTable::kNone) {
      return ids;
    }
    ids = Vocabulary::merge(ids, pair, static_cast<uint32_t>(best));
  }
}

Ids plain(const SplitRule& rule, const MergeTable& table, const ByteBpe::Words& words, bool ignore_merges,
          std::string_view text) {
  Ids out;
  for_each_word(rule, text, [&](std::string_view word) {
    if (const auto it = words.find(word); ignore_merges && it != words.end()) {
      out.push_back(it->second);
      return;
    }
    const Ids ids = plain(table, words, word);
    out.insert(out.end(), ids.begin(), ids.end());
  });
  return out;
}

constexpr std::string_view kTraining =
    "the theatre there thesis: 'tis a tale, a tail, a trail; aaaa aaaaaa banana bananas; don't, won't, can't\n"
    "\n        indented  \xD0\xBF\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82 "
    "\xD0\xBF\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82 "
    "\xE4\xB8\xAD\xE6\x96\x87\xE4\xB8\xAD\xE6\x96\x87 12 1212 121212 the the theta antithesis antithetical trailing";

std::string random_text(uint64_t trial) {
  Rng rng(13, "test/byte-bpe", trial);
  std::string text;
  for (size_t i = 0, n = 1 + rng.below(40); i < n; ++i) {
    const size_t from = rng.below(kTraining.size());
    text += kTraining.substr(from, 1 + rng.below(trial % 3 == 0 ? 4 : 30));
  }
  return text;
}

TEST(ByteBpe, EqualsPlainMergingOnTextOfItsOwnPiecesForEveryRuleWidthAndInstructionSet) {
  for (const uint32_t first_id : {0U, 100'000U}) {
    const Vocabulary vocabulary(kTraining, 120, first_id);
    for (const SplitRule& rule :
         {SplitRule{SplitFamily::kGpt2}, {SplitFamily::kCl100k, 3}, {SplitFamily::kTekken, 1}}) {
      for (const bool ignore_merges : {false, true}) {
        for (const Isa isa : available_isas()) {
          const ByteBpe bpe(rule, *vocabulary.table, vocabulary.words, ignore_merges, isa);
          ByteBpe::Scratch scratch(bpe);
          for (uint64_t trial = 0; trial < 300; ++trial) {
            const std::string random = random_text(trial);
            const std::vector<char> text(random.begin(), random.end());  // ends where its memory does
            Ids ids = {7};
            bpe.encode({text.data(), text.size()}, scratch, ids);
            Ids expected = plain(rule, *vocabulary.table, vocabulary.words, ignore_merges, random);
            expected.insert(expected.begin(), 7);
            ASSERT_EQ(ids, expected) << isa_name(isa) << " <" << random << ">";
          }
        }
      }
    }
  }
}

TEST(ByteBpe, WordsOfEveryLengthAndTextsThatEndAnywhere) {
  const Vocabulary vocabulary(kTraining, 120, 0);
  const SplitRule rule{SplitFamily::kGpt2};
  const ByteBpe bpe(rule, *vocabulary.table, vocabulary.words, false);
  ByteBpe::Scratch scratch(bpe);
  const std::string letters = "thesistheatreaaaaaabananatrailthere";
  for (size_t length = 1; length < 700; length += length < 300 ? 1 : 57) {
    std::string word;
    for (size_t i = 0; i < length; ++i) {
      word += letters[(i * i + i / 7 + length) % letters.size()];
    }
    const std::string text = word + " " + word + "; the " + word;
    for (int pass = 0; pass < 2; ++pass) {  // not in the cache, and in it
      Ids ids;
      bpe.encode(text, scratch, ids);
      ASSERT_EQ(ids, plain(rule, *vocabulary.table, vocabulary.words, false, text)) << length;
    }
  }
}

TEST(ByteBpe, ManyDistinctWordsPushOthersOutAndGrowTheCache) {
  const Vocabulary vocabulary(kTraining, 120, 0);
  const SplitRule rule{SplitFamily::kGpt2};
  const ByteBpe bpe(rule, *vocabulary.table, vocabulary.words, false);
  ByteBpe::Scratch scratch(bpe);
  Rng rng(17, "test/many-words");
  for (int round = 0; round < 40; ++round) {
    std::string text;
    for (int i = 0; i < 4000; ++i) {
      text += ' ';
      for (size_t n = 1 + rng.below(20); n > 0; --n) {
        text += static_cast<char>('a' + rng.below(26));
      }
    }
    Ids first;
    Ids again;
    bpe.encode(text, scratch, first);
    bpe.encode(text, scratch, again);
    ASSERT_EQ(first, again);
    Ids expected;
    for_each_word(rule, text, [&](std::string_view word) { vocabulary.table->encode(word, expected); });
    ASSERT_EQ(first, expected);
  }
}

TEST(ByteBpe, Gpt2EqualsPlainMergingOnRealText) {
  const std::string dir = test::data_dir();
  if (!path_exists(dir + "/gpt2")) {
    GTEST_SKIP() << "no test data";
  }
  const auto state = build_state(read_gpt2_files(dir + "/gpt2/vocab.json", dir + "/gpt2/merges.txt"));
  std::string text = read_file(dir + "/text/gutenberg/alice.11.txt").substr(0, 60000);
  for (const std::string& file : list_files(dir + "/langid")) {
    text += read_file(dir + "/langid/" + file).substr(0, 1500);
  }
  ByteBpe::Scratch scratch(*state->byte_bpe);
  Ids ids;
  state->byte_bpe->encode(text, scratch, ids);
  EXPECT_EQ(ids, plain({SplitFamily::kGpt2}, *state->merges, state->words, false, text));
}

}  // namespace
}  // namespace smelt
