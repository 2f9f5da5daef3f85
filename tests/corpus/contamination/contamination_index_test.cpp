#include "corpus/contamination/contamination_index.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "base/text.h"

namespace smelt {
namespace {

std::vector<std::string> vocabulary() {
  Rng rng(1, "contamination_vocabulary");
  std::vector<std::string> words;
  for (int i = 0; i < 3000; ++i) {
    std::string word;
    for (uint64_t n = 2 + rng.below(8); n > 0; --n) {
      word += static_cast<char>('a' + rng.below(26));
    }
    words.push_back(word);
  }
  for (const char* word : {"Stra\u00DFe", "caf\u00E9", "na\u00EFve", "\u0434\u043E\u043C",
                           "\u03C0\u03CC\u03BB\u03B9\u03C2", "3.14", "don't", "\u6771\u4EAC"}) {
    words.emplace_back(word);
  }
  return words;
}

std::vector<std::string> draw_words(Rng& rng, size_t count) {
  static const std::vector<std::string> kVocabulary = vocabulary();
  std::vector<std::string> words;
  for (size_t i = 0; i < count; ++i) {
    words.push_back(kVocabulary[rng.below(kVocabulary.size())]);
  }
  return words;
}

std::string joined(const std::vector<std::string>& words, const char* separator = " ") {
  std::string out;
  for (const std::string& word : words) {
    out += (out.empty() ? "" : separator) + word;
  }
  return out;
}

// The words with other case, white space and punctuation between them.
std::string disguised(Rng& rng, const std::vector<std::string>& words, bool marks) {
  const std::vector<std::string> spaces = {" ",      "  ",     "\n",     "\t",     "\r\n",
                                           "\u00A0", " \n\n ", "\u2009", "\u3000", " \u200B"};
  const std::vector<std::string> between = {", ", " - ", "; ", " \u2014 ", " (", ") ", "\u201C ", "\u2026 ", "*"};
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) {
      out += marks && rng.below(4) == 0 ? between[rng.below(between.size())] : spaces[rng.below(spaces.size())];
    }
    std::string cased = word;
    if (word == "Stra\u00DFe" && rng.below(2) == 0) {
      cased = "STRASSE";
    }
    for (char& c : cased) {
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      c = letter && rng.below(2) == 0 ? static_cast<char>(c ^ 0x20) : c;
    }
    out += cased;
  }
  return out;
}

ContaminationIndex index_of(const std::vector<std::string>& texts, ContaminationRules rules = {}) {
  ContaminationIndex index(rules);
  for (size_t i = 0; i < texts.size(); ++i) {
    index.add({"bench/test", std::to_string(i), "question", texts[i]});
  }
  index.finish();
  return index;
}

std::vector<std::string> texts_of_random_words(uint64_t seed, size_t count, size_t shortest, size_t longest) {
  std::vector<std::string> texts;
  for (size_t i = 0; i < count; ++i) {
    Rng rng(seed, "contamination_items", i);
    texts.push_back(joined(draw_words(rng, shortest + rng.below(longest - shortest + 1))));
  }
  return texts;
}

std::vector<std::string> split_words(const std::string& text) {
  std::vector<std::string> words;
  for (const std::string_view word : split(text, ' ')) {
    words.emplace_back(word);
  }
  return words;
}

// Every planted text is found, wherever it stands and however it is spaced and cased, and the place is its own.
TEST(ContaminationIndex, FindsEveryPlantedText) {
  const std::vector<std::string> texts = texts_of_random_words(1, 300, 13, 80);
  const ContaminationIndex index = index_of(texts);
  ContaminationIndex::Scratch scratch;
  for (size_t i = 0; i < texts.size(); ++i) {
    Rng rng(2, "contamination_planting", i);
    const std::string before = joined(draw_words(rng, rng.below(300)));
    const std::string planted = disguised(rng, split_words(texts[i]), true);
    const std::string after = joined(draw_words(rng, rng.below(300)));
    const std::string text = before + (before.empty() ? "" : " ") + planted + (after.empty() ? "" : "\n" + after);
    const size_t begin = before.empty() ? 0 : before.size() + 1;
    bool found = false;
    for (const ContaminationHit& hit : index.find(text, scratch)) {
      EXPECT_EQ(hit.text, i);
      found = true;
      EXPECT_EQ(hit.begin, begin);
      EXPECT_EQ(hit.end, begin + planted.size());
    }
    EXPECT_TRUE(found) << planted;
  }
}

// A part of n words is enough, one word less is not: compared with a search for the words themselves.
TEST(ContaminationIndex, AgreesWithASearchForTheWords) {
  for (const int64_t n : {8, 13}) {
    const std::vector<std::string> texts = texts_of_random_words(3, 100, 20, 60);
    ContaminationRules rules;
    rules.ngram = n;
    const ContaminationIndex index = index_of(texts, rules);
    std::set<std::string> ngrams;
    const auto size = static_cast<size_t>(n);
    const auto normal = [](std::string word) {
      word = word == "Stra\u00DFe" ? "strasse" : word == "caf\u00E9" ? "cafe" : word == "na\u00EFve" ? "naive" : word;
      return word == "don't" ? "dont" : word;
    };
    const auto each_ngram = [&](const std::string& text, auto action) {
      std::vector<std::string> words;
      for (const std::string& word : split_words(text)) {
        if (word == "3.14") {
          words.insert(words.end(), {"3", "14"});
        } else if (word == "\u6771\u4EAC") {
          words.insert(words.end(), {"\u6771", "\u4EAC"});
        } else {
          words.push_back(normal(word));
        }
      }
      for (size_t i = 0; i + size <= words.size(); ++i) {
        action(joined({words.begin() + static_cast<ptrdiff_t>(i), words.begin() + static_cast<ptrdiff_t>(i + size)}));
      }
    };
    for (const std::string& text : texts) {
      each_ngram(text, [&](const std::string& ngram) { ngrams.insert(ngram); });
    }
    EXPECT_EQ(index.num_ngrams(), ngrams.size());
    ContaminationIndex::Scratch scratch;
    int contaminated = 0;
    for (uint64_t i = 0; i < 500; ++i) {
      Rng rng(4, "contamination_parts", i);
      std::vector<std::string> part = split_words(texts[rng.below(texts.size())]);
      const size_t length = size - 3 + rng.below(6);
      const size_t from = rng.below(part.size() - length);
      part = {part.begin() + static_cast<ptrdiff_t>(from), part.begin() + static_cast<ptrdiff_t>(from + length)};
      const std::string text = joined(draw_words(rng, 40)) + " " + joined(part) + " " + joined(draw_words(rng, 40));
      bool expected = false;
      each_ngram(text, [&](const std::string& ngram) { expected = expected || ngrams.contains(ngram); });
      EXPECT_EQ(!index.find(text, scratch).empty(), expected) << text;
      contaminated += expected ? 1 : 0;
    }
    EXPECT_GT(contaminated, 100);
    EXPECT_LT(contaminated, 400);
  }
}

// Texts too short for n-grams are found whole, without regard to white space, also inside of words.
TEST(ContaminationIndex, FindsShortTextsWithoutTheirWhiteSpace) {
  std::vector<std::string> texts = texts_of_random_words(5, 200, 6, 14);
  std::erase_if(texts, [](const std::string& text) { return text.size() < 60; });
  ASSERT_GT(texts.size(), 30u);
  const ContaminationIndex index = index_of(texts);
  ContaminationIndex::Scratch scratch;
  for (size_t i = 0; i < texts.size(); ++i) {
    Rng rng(6, "contamination_short", i);
    std::string planted = disguised(rng, split_words(texts[i]), false);
    if (i % 3 == 0) {
      planted = joined(split_words(texts[i]), "");
    } else if (i % 3 == 1) {
      std::string spaced;
      for (size_t at = 0; at < texts[i].size();) {
        const size_t begin = at;
        next_code_point(texts[i], at);
        spaced += texts[i].substr(begin, at - begin) + " ";
      }
      planted = spaced;
    }
    const std::string text = joined(draw_words(rng, 50)) + "x" + planted + "y" + joined(draw_words(rng, 50));
    const auto hits = index.find(text, scratch);
    EXPECT_TRUE(std::any_of(hits.begin(), hits.end(), [&](const auto& hit) { return hit.text == i; })) << planted;
  }
  for (uint64_t i = 0; i < 200; ++i) {
    Rng rng(7, "contamination_clean", i);
    EXPECT_TRUE(index.find(joined(draw_words(rng, 300)), scratch).empty());
  }
}

TEST(ContaminationIndex, ManyShortTextsWithOneBeginning) {
  std::vector<std::string> texts;
  for (int i = 0; i < 500; ++i) {
    texts.push_back("What is the largest city of the country number " + std::to_string(i) + "?");
  }
  const ContaminationIndex index = index_of(texts);
  ContaminationIndex::Scratch scratch;
  const auto hits = index.find("He asked: \"what is the largest CITY of the country   number 314\" and left.", scratch);
  // Those numbered 3, 31 and 314 all stand there, the marks at their ends left aside.
  std::set<uint32_t> found;
  for (const auto& hit : hits) {
    found.insert(hit.text);
  }
  EXPECT_EQ(found, (std::set<uint32_t>{3, 31, 314}));
}

TEST(ContaminationIndex, LabelsAndShortAnswersAreNotLookedFor) {
  ContaminationIndex index(ContaminationRules{});
  for (const char* text :
       {"Counting & Probability", "42", "", "   ", "yes", "#### 18", "high school european history"}) {
    index.add({"bench", "1", "label", text});
  }
  index.finish();
  EXPECT_EQ(index.num_too_short(), 6);  // the last has four words and 25 characters
  ContaminationIndex::Scratch scratch;
  EXPECT_TRUE(index.find("Counting & Probability 42 yes #### 18", scratch).empty());
}

TEST(ContaminationIndex, AnyBytesAreATextAndTakeLinearTime) {
  const ContaminationIndex index = index_of({"a a a a a a a a a a a a a a a a a a a a a a a a",
                                             "one two three four five", "aaaaaaaa aaaaaaaa aaaaaaaa aaaaaaab"});
  ContaminationIndex::Scratch scratch;
  for (const char* unit : {"a ", "a", "\xFF", "\xE6\x9D", "'", "\xCC\x81", "\u6771", "one two three four "}) {
    std::string text;
    while (text.size() < (1u << 20)) {
      text += unit;
    }
    index.find(text, scratch);
  }
}

TEST(TextFold, WordsAreFoldedAndMeasured) {
  const auto hashes = [](std::string_view text) {
    std::vector<uint64_t> out;
    for_each_word(text, [&](const FoldedWord& word) { out.push_back(word.hash); });
    return out;
  };
  EXPECT_EQ(hashes("The caf\u00E9 isn't OPEN"), hashes("the  CAFE\u0301, isn\u2019t \u201Copen\u201D!"));
  EXPECT_EQ(hashes("stra\u00DFe \uFB01ne \u0130zmir \u212B"), hashes("STRASSE fine izmir \u00E5"));
  EXPECT_EQ(hashes("\uFF21\uFF11"), hashes("a1"));
  EXPECT_NE(hashes("ab c"), hashes("a bc"));
  EXPECT_EQ(hashes("\u6771\u4EAC\u90FD").size(), 3u);
  EXPECT_EQ(hashes("\uC11C\uC6B8 \uC0AC\uB78C").size(), 2u);
  std::vector<std::string> words;
  const std::string text = "(One) \u00FCber-two, three's";
  for_each_word(text, [&](const FoldedWord& word) { words.push_back(text.substr(word.begin, word.end - word.begin)); });
  EXPECT_EQ(words, (std::vector<std::string>{"One", "\u00FCber", "two", "three's"}));
}

}  // namespace
}  // namespace smelt
