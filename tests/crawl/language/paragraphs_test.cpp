#include "crawl/language/paragraphs.h"

#include <gtest/gtest.h>

namespace smelt {
namespace {

using Kind = ParagraphSpan::Kind;

// "P:text|H:text|O:text"
std::string split_of(std::string_view text) {
  std::string out;
  for (const ParagraphSpan& paragraph : split_paragraphs(text)) {
    out += out.empty() ? "" : "|";
    out += paragraph.kind == Kind::kProse ? "P:" : paragraph.kind == Kind::kHeading ? "H:" : "O:";
    out += text.substr(paragraph.begin, paragraph.end - paragraph.begin);
  }
  return out;
}

TEST(Paragraphs, AreRunsOfLinesBetweenBlankOnes) {
  EXPECT_EQ(split_of(""), "");
  EXPECT_EQ(split_of("\n \n"), "");
  EXPECT_EQ(split_of("one\ntwo\n\n  \nthree\n"), "P:one\ntwo|P:three");
  EXPECT_EQ(split_of("# Head\n\n- a\n- b\n\n#tag\n\n####### seven\n\n> # quoted"),
            "H:# Head|P:- a\n- b|P:#tag|P:####### seven|H:> # quoted");
  EXPECT_EQ(split_of("> one\n>\n> two\n> > \n> three"), "P:> one|P:> two|P:> three");
}

TEST(Paragraphs, AreLinesWhereNoLineIsBlank) {
  EXPECT_EQ(split_of("one\ntwo\nthree"), "P:one|P:two|P:three");
  EXPECT_EQ(split_of("\none\ntwo\n\n"), "P:one|P:two");
  EXPECT_EQ(split_of("one\n```\na\n\nb\n```\ntwo"), "P:one|O:```\na\n\nb\n```|P:two");
}

TEST(Paragraphs, CodeBetweenFencesIsOne) {
  EXPECT_EQ(split_of("text\n```c\nint a;\n\nint b;\n```\nmore\n\nend"),
            "P:text|O:```c\nint a;\n\nint b;\n```|P:more|P:end");
  EXPECT_EQ(split_of("x\n\n````\n```\n\n```\n````\n\ny"), "P:x|O:````\n```\n\n```\n````|P:y");
  EXPECT_EQ(split_of("x\n\n~~~\n```\n\n~~~\ny"), "P:x|O:~~~\n```\n\n~~~|P:y");
  EXPECT_EQ(split_of("- item\n\n  ```py\n  a\n\n  b\n  ```\n\n> ```\n> c\n>\n> d\n> ```"),
            "P:- item|O:  ```py\n  a\n\n  b\n  ```|O:> ```\n> c\n>\n> d\n> ```");
  EXPECT_EQ(split_of("x\n\n```\nnever\n\nclosed"), "P:x|O:```\nnever\n\nclosed");
  EXPECT_EQ(split_of("x\n\n```a``` in line"), "P:x|P:```a``` in line");
}

TEST(Paragraphs, FormulasAloneAreNoProse) {
  EXPECT_EQ(split_of("so\n\n$$\\int_a^b f(x) dx$$\n\nand $x$ is\n\n$x$, $y_1$.\n\n$5\n\n12 34"),
            "P:so|O:$$\\int_a^b f(x) dx$$|P:and $x$ is|O:$x$, $y_1$.|P:$5|P:12 34");
}

TEST(Paragraphs, FormulasAreLeftOut) {
  EXPECT_EQ(without_formulas("no dollars"), "no dollars");
  EXPECT_EQ(without_formulas("a $x^2$ b $$\ny\n$$ c"), "a   b   c");
  EXPECT_EQ(without_formulas("costs $5 and $10, or $ 3 and 4 $"), "costs $5 and $10, or $ 3 and 4 $");
  EXPECT_EQ(without_formulas("a \\$x$ b, $a\\$b$ c"), "a \\$x$ b,   c");
  EXPECT_EQ(without_formulas("open $$ and $x\nnew$ line"), "open $$ and $x\nnew$ line");
}

TEST(Paragraphs, LettersAreCounted) {
  EXPECT_EQ(count_letters("a1 B-é", 100), 4);
  EXPECT_EQ(count_letters("日本 ko。", 100), 8);
  EXPECT_EQ(count_letters("नमस्ते", 100), 18);  // signs for vowels too
  EXPECT_EQ(count_letters("1 2 3 $ \xF0\x9F\x98\x80", 100), 0);
  EXPECT_EQ(count_letters("abcdef", 2), 2);
}

TEST(Paragraphs, WhatIsKeptStaysApartAsItWas) {
  const auto kept = [](std::string_view text, const std::vector<uint8_t>& keep) {
    return keep_paragraphs(text, split_paragraphs(text), keep);
  };
  const std::string_view text = "one\n\n\ntwo\nlines\n\n```\ncode\n```\nthree\n";
  EXPECT_EQ(kept(text, {1, 1, 1, 1}), "one\n\n\ntwo\nlines\n\n```\ncode\n```\nthree");
  EXPECT_EQ(kept(text, {0, 1, 0, 1}), "two\nlines\nthree");
  EXPECT_EQ(kept(text, {1, 0, 1, 0}), "one\n\n```\ncode\n```");
  EXPECT_EQ(kept(text, {0, 0, 0, 0}), "");
}

}  // namespace
}  // namespace smelt
