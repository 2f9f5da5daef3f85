// Texts that filters are compared on: real ones in pieces, and odd ones made of what trips tokenizers and counters.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/rng.h"
#include "base/text.h"
#include "corpus/testing.h"

namespace smelt {

// Pieces of about `size` bytes that end between lines, `count` of them spread over the text.
inline std::vector<std::string> pieces_of(const std::string& path, size_t size, size_t count) {
  const std::string text = replace_invalid_utf8(read_file(path));
  std::vector<std::string> pieces;
  for (size_t i = 0; i < count; ++i) {
    size_t begin = text.find('\n', text.size() / count * i);
    begin = begin == std::string::npos ? 0 : begin + 1;
    const size_t end = std::min(text.find('\n', std::min(begin + size, text.size())), text.size());
    pieces.push_back(text.substr(begin, end - begin));
  }
  return pieces;
}

// Empty where the test data is absent.
inline std::vector<std::string> real_texts() {
  std::vector<std::string> texts;
  const auto add = [&](const std::string& path, size_t size, size_t count) {
    const std::vector<std::string> pieces = pieces_of(path, size, count);
    texts.insert(texts.end(), pieces.begin(), pieces.end());
  };
  const std::string data = test_data("text");
  if (data.empty()) {
    return texts;
  }
  add(data + "/wikitext-2.valid.txt", 4000, 60);
  for (const auto& entry : std::filesystem::directory_iterator(data + "/gutenberg")) {
    add(entry.path().string(), 3000, 8);
  }
  add(data + "/tinyshakespeare.txt", 3000, 10);
  for (const auto& entry : std::filesystem::directory_iterator(test_data("langid"))) {
    if (entry.path().extension() == ".txt") {
      add(entry.path().string(), 1500, 2);
    }
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

// Words, marks and spaces thrown together, repeats among them.
inline std::string odd_text(uint64_t seed) {
  static const std::vector<std::string> kParts = {"the",
                                                  "be",
                                                  "to",
                                                  "of",
                                                  "and",
                                                  "that",
                                                  "have",
                                                  "with",
                                                  "The",
                                                  "a.",
                                                  "Mr.",
                                                  "U.S.",
                                                  "e.g.",
                                                  "can't",
                                                  "cannot",
                                                  "I'm",
                                                  "it's",
                                                  "dogs'",
                                                  "'tis",
                                                  "o'clock",
                                                  "10am",
                                                  "5p.m.",
                                                  "12km",
                                                  "5kg.",
                                                  "3.14",
                                                  "1,000",
                                                  "$5",
                                                  "US$5",
                                                  "5$",
                                                  "10%",
                                                  "-5",
                                                  "+7",
                                                  "x+y",
                                                  "3-4",
                                                  "3--4",
                                                  "well-known",
                                                  "a--b",
                                                  "a---b",
                                                  "a----b",
                                                  "yes/no",
                                                  "and/or",
                                                  "a:b",
                                                  "x=y",
                                                  "<br>",
                                                  "#",
                                                  "##",
                                                  "#a#",
                                                  "#tag",
                                                  "...",
                                                  "....",
                                                  "wait...",
                                                  "\u2026",
                                                  "\u2026\u2026",
                                                  "[...]",
                                                  "(\u2026)",
                                                  ":)",
                                                  ":-(",
                                                  "(^_^)",
                                                  "<3",
                                                  "(:",
                                                  "o_O",
                                                  "http://x.org/a?b=1",
                                                  "https://a.de/%20x;y",
                                                  "www.foo.com",
                                                  "foo.bar",
                                                  "a@b.com",
                                                  "10.0.0.1",
                                                  "8.8.8.8:80",
                                                  "foo.Bar",
                                                  "C++",
                                                  "\u20AC5",
                                                  "\u00A75",
                                                  "\u00B0C.",
                                                  "20\u00B0C.",
                                                  "\u00E4.",
                                                  "caf\u00E9",
                                                  "na\u00EFve",
                                                  "\u00DCber",
                                                  "\u4F60\u597D",
                                                  "\u3053\u3093\u306B\u3061\u306F\u3002",
                                                  "\u043F\u0440\u0438\u0432\u0435\u0442",
                                                  "\u0661\u0662",
                                                  "\u2167",
                                                  "\U0001F600",
                                                  "\u00BD",
                                                  "\u2022",
                                                  "-",
                                                  "\u2013",
                                                  "\u2014",
                                                  "a\u2014b",
                                                  "\"quoted\"",
                                                  "\u201Cfine\u201D",
                                                  "'single'",
                                                  "it\u2019s",
                                                  "(see",
                                                  "below)",
                                                  "[1]",
                                                  "[12]",
                                                  "[edit]",
                                                  "[citation needed]",
                                                  "{x}",
                                                  "lorem ipsum",
                                                  "JavaScript",
                                                  "javascript",
                                                  "privacy policy",
                                                  "Use of Cookies",
                                                  "uses cookies",
                                                  "terms of use",
                                                  "end.",
                                                  "end!",
                                                  "end?",
                                                  "end.\"",
                                                  "what?!",
                                                  "Read More",
                                                  "read more..",
                                                  "-\u00BB",
                                                  "N.Y.",
                                                  "a.b.c",
                                                  "i.e.,",
                                                  "!!",
                                                  "?",
                                                  ".",
                                                  ",",
                                                  ";",
                                                  "(",
                                                  ")",
                                                  "''",
                                                  "\\n",
                                                  "x\u00B2.",
                                                  "A.B",
                                                  "AB.",
                                                  "ab.",
                                                  "12.",
                                                  "%.",
                                                  "t.",
                                                  "'s",
                                                  "\u2019s",
                                                  "ma'am",
                                                  "gonna",
                                                  "word",
                                                  "another",
                                                  "sentence",
                                                  "of",
                                                  "plain",
                                                  "English",
                                                  "text",
                                                  "goes",
                                                  "here",
                                                  "Its",
                                                  "ill",
                                                  "were",
                                                  "wont",
                                                  "dont."};
  static const std::vector<std::string> kSpaces = {" ",      " ",      " ",    " ",      " ",      "\n",   "\n",
                                                   "\n\n",   "\n\n\n", "  ",   "\t",     " \n",    "\r\n", "\u00A0",
                                                   "\u2028", "\f",     "\x1C", "\u0085", "\u3000", "",     ""};
  Rng rng(seed, "odd_text");
  std::string text;
  std::vector<size_t> ends = {0};
  const uint64_t length = rng.below(150);
  const uint64_t vocabulary = 3 + rng.below(kParts.size() - 3);
  for (uint64_t i = 0; i < length; ++i) {
    if (rng.below(25) == 0) {  // a stretch again
      const size_t begin = ends[rng.below(ends.size())];
      text += text.substr(begin, 20 + rng.below(100));
      text = replace_invalid_utf8(text);
    }
    text += kParts[rng.below(4) == 0 ? rng.below(kParts.size()) : (seed * 31 + rng.below(vocabulary)) % kParts.size()];
    text += kSpaces[rng.below(kSpaces.size())];
    ends.push_back(text.size());
  }
  return text;
}

inline std::vector<std::string> odd_texts(uint64_t count) {
  std::vector<std::string> texts = {"", " ", "\n\n", "a", "a\nb", " \u00A0\n"};
  for (uint64_t seed = 0; seed < count; ++seed) {
    texts.push_back(odd_text(seed));
  }
  return texts;
}

}  // namespace smelt
