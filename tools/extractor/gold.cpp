#include "gold.h"

#include <algorithm>
#include <unordered_set>

#include <utf8proc.h>

#include "base/files.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include "crawl/charset.h"
#include "crawl/main/main_text.h"
#include "crawl/page_head.h"

namespace smelt {
namespace {

// Lower-case runs of letters, digits and underscores.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (size_t pos = 0; pos <= text.size();) {
    const bool end = pos == text.size();
    const auto code = static_cast<utf8proc_int32_t>(end ? ' ' : next_code_point(text, pos));
    pos += end ? 1 : 0;
    const utf8proc_category_t category = utf8proc_category(code);
    if ((category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
        (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO) || code == '_') {
      append_utf8(word, static_cast<uint32_t>(utf8proc_tolower(code)));
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  return words;
}

uint64_t ngram(const std::vector<std::string>& words, size_t begin, size_t count) {
  uint64_t hash = count;
  for (size_t i = begin; i < begin + count; ++i) {
    hash = hash64(words[i], hash);
  }
  return hash;
}

constexpr size_t kLongestNgram = 4;

// The marked text as the n-grams and the lines in it.
class MarkedText {
 public:
  explicit MarkedText(std::string_view text) {
    const std::vector<std::string> words = words_of(text);
    for (size_t n = 1; n <= kLongestNgram; ++n) {
      for (size_t i = 0; i + n <= words.size(); ++i) {
        ngrams_.insert(ngram(words, i, n));
      }
    }
    size_t begin = 0;
    for (size_t i = 0; i <= text.size(); ++i) {
      if (i == text.size() || text[i] == '\n' || text[i] == '\t' || text[i] == '|') {
        const std::vector<std::string> line = words_of(text.substr(begin, i - begin));
        lines_.insert(ngram(line, 0, line.size()));
        begin = i + 1;
      }
    }
  }

  // 1 inside, 0 outside, shares for parts; 0.5 for a few words that stand somewhere in the text.
  float cover(const std::vector<std::string>& words) const {
    if (words.empty()) {
      return 0;
    }
    if (words.size() < kLongestNgram) {
      const uint64_t all = ngram(words, 0, words.size());
      return lines_.contains(all) ? 1.0F : ngrams_.contains(all) ? 0.5F : 0.0F;
    }
    std::vector<uint8_t> hit(words.size(), 0);
    for (size_t i = 0; i + kLongestNgram <= words.size(); ++i) {
      if (ngrams_.contains(ngram(words, i, kLongestNgram))) {
        std::fill_n(hit.begin() + static_cast<ptrdiff_t>(i), kLongestNgram, uint8_t{1});
      }
    }
    return static_cast<float>(std::count(hit.begin(), hit.end(), 1)) / static_cast<float>(hit.size());
  }

 private:
  std::unordered_set<uint64_t> ngrams_;
  std::unordered_set<uint64_t> lines_;
};

void mark_blocks(GoldPage& page, const MarkedText& marked) {
  std::vector<float> covers;
  for (const auto& words : page.words) {
    covers.push_back(marked.cover(words));
  }
  page.inside = covers;
  for (size_t i = 0; i < covers.size(); ++i) {
    if (page.words[i].size() < kLongestNgram && covers[i] > 0 && covers[i] < 1) {
      const bool beside = (i > 0 && covers[i - 1] >= 0.75F) || (i + 1 < covers.size() && covers[i + 1] >= 0.75F);
      page.inside[i] = beside ? 1.0F : 0.0F;
    }
  }
}

std::string site_of(std::string_view url, const std::string& otherwise) {
  const size_t begin = url.find("://");
  if (begin == std::string_view::npos) {
    return otherwise;
  }
  std::string_view host = url.substr(begin + 3);
  host = host.substr(0, host.find_first_of("/?#:"));
  size_t dot = host.rfind('.');
  dot = dot == std::string_view::npos || dot == 0 ? std::string_view::npos : host.rfind('.', dot - 1);
  return std::string(dot == std::string_view::npos ? host : host.substr(dot + 1));
}

void read_page(GoldPage& page, const std::string& path) {
  HtmlOptions options;
  options.text_only = true;
  page.tree = parse_html(decode_html(read_file(path), "text/html").utf8, options);
  // Of the address only what the page itself says: many pages are read without knowing where they came from.
  const PageHead head = read_head(page.tree);
  page.title = head.title;
  page.url = head.canonical;
  page.blocks = split_blocks(page.tree, find_unread(page.tree));
  for (const TextBlock& block : page.blocks) {
    page.words.push_back(words_of(block.text));
  }
}

int count_in(const std::string& text, const std::vector<std::string>& snippets) {
  return static_cast<int>(std::count_if(snippets.begin(), snippets.end(), [&](const std::string& snippet) {
    return text.find(snippet) != std::string::npos;
  }));
}

}  // namespace

std::vector<GoldPage> read_gold(const std::string& gold_path, const std::string& folder) {
  std::vector<GoldPage> pages;
  const std::string lines = read_file(gold_path);
  for (const std::string_view line : split(lines, '\n')) {
    if (line.empty()) {
      continue;
    }
    Result<Json> parsed = Json::parse(line);
    if (!parsed.ok()) {
      throw input_error(gold_path, parsed.reject().reason);
    }
    const Json& gold = parsed.value();
    GoldPage& page = pages.emplace_back();
    page.id = gold.at("id").as_string();
    page.kind = gold.get("page_type", "page");
    page.url = gold.get("url", "");
    page.site = site_of(page.url, page.id);
    const std::string marked = gold.get("main_content", "");
    read_page(page, folder + "/" + page.id + ".html");
    for (std::string& word : words_of(marked)) {
      ++page.gold[std::move(word)];
      ++page.gold_words;
    }
    mark_blocks(page, MarkedText(marked));
  }
  return pages;
}

std::vector<GoldPage> read_snippets(const std::string& gold_path, const std::string& folder) {
  std::vector<GoldPage> pages;
  const Json list = Json::load(gold_path);
  for (const Json& gold : list.as_array()) {
    GoldPage& page = pages.emplace_back();
    page.id = gold.at("file").as_string();
    page.kind = "snippets";
    page.site = site_of(gold.get("url", ""), page.id);
    for (const Json& snippet : gold.at("with").as_array()) {
      page.with.push_back(one_line(snippet.as_string()));
    }
    for (const Json& snippet : gold.at("without").as_array()) {
      page.without.push_back(one_line(snippet.as_string()));
    }
    read_page(page, folder + "/" + page.id);
    for (const TextBlock& block : page.blocks) {
      const std::string text = one_line(block.text);
      const bool in = count_in(text, page.with) > 0;
      const bool out = count_in(text, page.without) > 0;
      page.inside.push_back(in == out ? -1.0F : in ? 1.0F : 0.0F);
    }
  }
  return pages;
}

std::pair<int, int> count_snippets(const GoldPage& page, const std::vector<uint8_t>& keep) {
  std::string text;
  for (size_t i = 0; i < keep.size(); ++i) {
    text += keep[i] != 0 ? page.blocks[i].text + "\n" : "";
  }
  text = one_line(text);
  return {count_in(text, page.with), count_in(text, page.without)};
}

double word_f1(const GoldPage& page, const std::vector<uint8_t>& keep) {
  WordBag bag;
  double count = 0;
  for (size_t i = 0; i < keep.size(); ++i) {
    for (size_t w = 0; keep[i] != 0 && w < page.words[i].size(); ++w) {
      ++bag[page.words[i][w]];
      ++count;
    }
  }
  if (count == 0 && page.gold_words == 0) {
    return 1;
  }
  double common = 0;
  for (const auto& [word, times] : bag) {
    if (const auto at = page.gold.find(word); at != page.gold.end()) {
      common += std::min(times, at->second);
    }
  }
  return common > 0 ? 2 * common / (count + page.gold_words) : 0;
}

}  // namespace smelt
