#include "crawl/stop_words.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

#include <utf8proc.h>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "crawl/stop_word_lines.h"

namespace smelt {
namespace {

// Share of a text's words that the lists cover which jusText's thresholds were chosen for.
constexpr double kUsualShare = 0.5;

bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

bool is_letter(uint32_t code) {
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(code));
  return category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LL || category == UTF8PROC_CATEGORY_LT;
}

// A capital sigma at the end of a word: a letter before it and none after it.
bool is_final_sigma(std::string_view text, size_t begin, size_t end) {
  bool after_letter = false;
  for (size_t pos = 0; pos < begin;) {
    after_letter = is_letter(next_code_point(text, pos));
  }
  return after_letter && (end >= text.size() || !is_letter(next_code_point(text, end)));
}

bool is_ascii(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

}  // namespace

std::string lower_case(std::string_view text) {
  if (is_ascii(text)) {
    return lower_ascii(text);
  }
  constexpr uint32_t kDottedI = 0x130;
  constexpr uint32_t kSigma = 0x3A3;
  std::string out;
  out.reserve(text.size());
  size_t pos = 0;
  while (pos < text.size()) {
    const size_t begin = pos;
    const uint32_t code = next_code_point(text, pos);
    if (code == kDottedI) {
      out += "i\xCC\x87";
    } else if (code == kSigma) {
      append_utf8(out, is_final_sigma(text, begin, pos) ? 0x3C2 : 0x3C3);
    } else {
      append_utf8(out, static_cast<uint32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(code))));
    }
  }
  return out;
}

StopWords::StopWords(std::string_view words, double scale) : scale_(scale) {
  size_t pos = 0;
  while (pos < words.size()) {
    while (pos < words.size() && is_blank(words[pos])) {
      ++pos;
    }
    const size_t begin = pos;
    while (pos < words.size() && !is_blank(words[pos])) {
      ++pos;
    }
    if (pos > begin) {
      sorted_.push_back(lower_case(words.substr(begin, pos - begin)));
      longest_ = std::max(longest_, sorted_.back().size());
    }
  }
  std::sort(sorted_.begin(), sorted_.end());
  sorted_.erase(std::unique(sorted_.begin(), sorted_.end()), sorted_.end());
  words_.insert(sorted_.begin(), sorted_.end());
}

bool StopWords::contains_any_case(std::string_view word) const {
  // Lower case is at most half as long again as what it is made of ("\xC4\xB0" to three bytes), and never under a
  // third.
  if (word.size() > 3 * longest_) {
    return false;
  }
  std::array<char, 64> lower;
  if (word.size() <= lower.size()) {
    bool ascii = true;
    for (size_t i = 0; i < word.size(); ++i) {
      const char c = word[i];
      ascii = ascii && static_cast<unsigned char>(c) < 0x80;
      lower[i] = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    }
    if (ascii) {
      return words_.contains(std::string_view(lower.data(), word.size()));
    }
  }
  return words_.contains(lower_case(word));
}

namespace {

using Lists = std::map<std::string_view, StopWords>;

const Lists& built_in_lists() {
  static const Lists lists = [] {
    Lists out;
    for (const std::string_view line : split(trim(stop_word_lines()), '\n')) {
      const size_t behind_language = line.find(' ');
      const size_t behind_covered = line.find(' ', behind_language + 1);
      double covered = 0;
      std::from_chars(line.data() + behind_language + 1, line.data() + behind_covered, covered);
      out.try_emplace(line.substr(0, behind_language), line.substr(behind_covered),
                      std::min(1.0, covered / kUsualShare));
    }
    return out;
  }();
  return lists;
}

}  // namespace

const StopWords* stop_words(std::string_view language) {
  const auto found = built_in_lists().find(language == "no" ? "nb" : language);
  return found == built_in_lists().end() ? nullptr : &found->second;
}

std::vector<std::string> stop_word_languages() {
  std::vector<std::string> out;
  for (const auto& [language, words] : built_in_lists()) {
    out.emplace_back(language);
  }
  return out;
}

std::vector<std::string> StopWordLists::files(const std::string& path) {
  std::vector<std::string> out;
  if (path.empty() || !std::filesystem::is_directory(path)) {
    if (std::filesystem::is_regular_file(path)) {
      out.push_back(path);
    }
    return out;
  }
  for (const std::string& name : list_files(path)) {
    if (name.ends_with(".txt") && name.find('/') == std::string::npos) {
      out.push_back(path + "/" + name);
    }
  }
  return out;
}

StopWordLists::StopWordLists(const std::string& path) {
  if (path.empty()) {
    return;
  }
  const auto read = [](const std::string& file) {
    const std::string words = read_file(file);
    if (!is_valid_utf8(words) || trim(words).empty()) {
      throw input_error("no list of stop words", file, "write a word a line, in UTF-8");
    }
    return words;
  };
  if (!std::filesystem::is_directory(path)) {
    all_ = std::make_unique<StopWords>(read(path));
    return;
  }
  for (const std::string& file : files(path)) {
    own_.try_emplace(std::filesystem::path(file).stem().string(), read(file));
  }
  if (own_.empty()) {
    throw input_error("no lists of stop words in this folder", path, "name them by language: en.txt, de.txt");
  }
}

const StopWords* StopWordLists::find(const std::string& language) const {
  if (all_) {
    return all_.get();
  }
  const auto found = own_.find(language);
  return found == own_.end() ? stop_words(language) : &found->second;
}

}  // namespace smelt
