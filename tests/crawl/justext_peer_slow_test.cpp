// Every page of the test data gives the paragraphs and classes of the Python package jusText 3.0.2, for three sets of
// parameters and all of the package's stop lists (page by page another list); and so does soup of random tags.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "base/files.h"
#include "base/json.h"
#include "base/rng.h"
#include "base/text.h"
#include "crawl/charset.h"
#include "crawl/justext.h"
#include "crawl/testing.h"
#include "support/temporary_directory.h"

namespace smelt {
namespace {

// Writes lists/NAME.txt and, for every page named in pages.txt with a list's number, a line of three arrays of
// [text, context-free class, class].
constexpr const char* kScript = R"py(
import json, os, sys
try:
    import justext
except ImportError:
    sys.exit(77)
lists = sorted(justext.get_stoplists())
os.makedirs("lists", exist_ok=True)
for i, name in enumerate(lists):
    with open(f"lists/{i}.txt", "w", encoding="utf-8") as file:
        file.write("\n".join(sorted(justext.get_stoplist(name))))
tuned = dict(length_low=50, length_high=200, stopwords_low=0.1, stopwords_high=0.2, max_link_density=0.2,
             max_heading_distance=200, no_headings=True)
loose = dict(length_low=20, length_high=60, stopwords_low=0.05, stopwords_high=0.3, max_link_density=0.5,
             max_heading_distance=1000)
with open("pages.txt", encoding="utf-8") as pages, open("expected.jsonl", "w") as out:
    for line in pages:
        path, number = line.rsplit(" ", 1)
        with open(path, encoding="utf-8", newline="") as file:
            html = file.read()
        stop = justext.get_stoplist(lists[int(number) % len(lists)])
        row = []
        for options in ({}, tuned, loose):
            try:
                paragraphs = justext.justext(html, stop, **options)
            except Exception:  # no page at all: an empty document
                paragraphs = []
            row.append([[p.text, p.cf_class, p.class_type] for p in paragraphs])
        out.write(json.dumps(row) + "\n")
)py";

const std::array<JustextOptions, 3>& parameters() {
  static const std::array<JustextOptions, 3> all = [] {
    std::array<JustextOptions, 3> out;
    out[1].length_low = 50;
    out[1].stopwords_low = 0.1;
    out[1].stopwords_high = 0.2;
    out[1].no_headings = true;
    out[2].length_low = 20;
    out[2].length_high = 60;
    out[2].stopwords_low = 0.05;
    out[2].stopwords_high = 0.3;
    out[2].max_link_density = 0.5;
    out[2].max_heading_distance = 1000;
    return out;
  }();
  return all;
}

std::string describe(const std::string& text, const std::string& alone, const std::string& settled) {
  return alone + "/" + settled + ": " + text;
}

std::vector<std::string> ours(const std::string& html, const StopWords& stop, const JustextOptions& options) {
  constexpr std::array<const char*, 4> kNames = {"bad", "short", "neargood", "good"};
  std::vector<JustextParagraph> paragraphs = justext_paragraphs(html);
  classify_paragraphs(paragraphs, &stop, options);
  std::vector<std::string> out;
  for (const JustextParagraph& paragraph : paragraphs) {
    out.push_back(describe(paragraph.text, kNames[static_cast<size_t>(paragraph.context_free)],
                           kNames[static_cast<size_t>(paragraph.final)]));
  }
  return out;
}

std::vector<std::string> theirs(const Json& paragraphs) {
  std::vector<std::string> out;
  for (const Json& paragraph : paragraphs.as_array()) {
    out.push_back(describe(paragraph.as_array()[0].as_string(), paragraph.as_array()[1].as_string(),
                           paragraph.as_array()[2].as_string()));
  }
  return out;
}

// Pages with the numbers of their lists, against the package.
void compare(const TemporaryDirectory& folder, const std::vector<std::string>& pages) {
  const std::string python = std::string(SMELT_PEERS) + "/bin/python";
  if (!std::filesystem::exists(python)) {
    GTEST_SKIP() << python << " is not on this machine: make peers";
  }
  std::string list;
  for (size_t i = 0; i < pages.size(); ++i) {
    const std::string path = folder.file("page" + std::to_string(i) + ".html");
    write_file(path, pages[i]);
    list += path + " " + std::to_string(i) + "\n";
  }
  write_file(folder.file("pages.txt"), list);
  write_file(folder.file("script.py"), kScript);
  const std::string command =
      "cd '" + folder.path() + "' && '" + python + "' script.py > script.log 2>&1";  // NOLINT(cert-env33-c)
  const int status = WEXITSTATUS(std::system(command.c_str()));
  if (status == 77) {
    GTEST_SKIP() << "jusText is not among the peers";
  }
  ASSERT_EQ(status, 0) << read_file(folder.file("script.log"));
  const StopWordLists lists(folder.file("lists"));
  const size_t num_lists = list_files(folder.file("lists")).size();
  const std::string expected = read_file(folder.file("expected.jsonl"));
  const std::vector<std::string_view> lines = split(expected, '\n');
  ASSERT_GE(lines.size(), pages.size());
  for (size_t i = 0; i < pages.size(); ++i) {
    const Json row = std::move(Json::parse(lines[i]).value());
    const StopWords* stop = lists.find(std::to_string(i % num_lists));
    ASSERT_NE(stop, nullptr);
    for (size_t k = 0; k < parameters().size(); ++k) {
      EXPECT_EQ(ours(pages[i], *stop, parameters()[k]), theirs(row.as_array()[k])) << "page " << i << ", set " << k;
    }
  }
}

TEST(JustextPeer, PagesGiveTheSameParagraphsAndClasses) {
  const std::string root = test_data("readability");
  SMELT_NEEDS_DATA(root);
  const TemporaryDirectory folder;
  std::vector<std::string> pages;
  for (const std::string& name : list_files(root)) {
    if (name.ends_with("/source.html")) {
      pages.push_back(decode_html(read_file(root + "/" + name), "text/html; charset=utf-8").utf8);
    }
  }
  ASSERT_GE(pages.size(), 100U);
  compare(folder, pages);
}

// Tags in any order inside a body. Frames, and text behind the body of a page that never opened one, are left out:
// there the package's parser and ours part.
std::string soup(Rng& rng) {
  constexpr std::array kTags = {
      "a",       "a",       "b",      "i",    "p",         "p",     "p",      "div",     "div",  "div",    "span",
      "table",   "tr",      "td",     "th",   "tbody",     "thead", "ul",     "li",      "ol",   "dl",     "dt",
      "dd",      "h1",      "h2",     "h3",   "br",        "br",    "img",    "hr",      "form", "input",  "select",
      "option",  "button",  "title",  "meta", "link",      "base",  "object", "param",   "pre",  "center", "noscript",
      "section", "article", "header", "nav",  "svg",       "video", "source", "caption", "col",  "legend", "font",
      "small",   "address", "menu",   "x-h2", "my-select", "o:p"};
  constexpr std::array kWords = {"the",    "of",    "and",   "river", "town", "years", "©",
                                 "&nbsp;", "&amp;", "3 < 4", "ÉTÉ",   "中文", "\n",    "  "};
  std::string out = "<!DOCTYPE html><html><head></head><body>";
  const uint64_t pieces = 1 + rng.below(100);
  for (uint64_t i = 0; i < pieces; ++i) {
    const uint64_t kind = rng.below(10);
    if (kind < 3) {
      out += std::string("<") + kTags[rng.below(kTags.size())] + (rng.below(6) == 0 ? "/>" : ">");
    } else if (kind < 5) {
      out += std::string("</") + kTags[rng.below(kTags.size())] + ">";
    } else if (kind == 5 && rng.below(4) == 0) {
      out += "<!-- note <p> --><script>if (a<b) '<p>';</script>";
    } else {
      const uint64_t words = 1 + rng.below(rng.below(4) == 0 ? 60 : 5);
      for (uint64_t word = 0; word < words; ++word) {
        out += std::string(kWords[rng.below(kWords.size())]) + " ";
      }
    }
  }
  return out;
}

TEST(JustextPeer, SoupGivesTheSameParagraphsAndClasses) {
  const TemporaryDirectory folder;
  std::vector<std::string> pages;
  for (uint64_t i = 0; i < 2000; ++i) {
    Rng rng(7, "soup", i);
    pages.push_back(soup(rng));
  }
  compare(folder, pages);
}

}  // namespace
}  // namespace smelt
