// The commonest words of a language: running text is full of them, menus and lists of links are not.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace smelt {

// Immutable and shared between threads.
class StopWords {
 public:
  // Words apart by white space, in any case. `scale` is for lists that cover less of running text than those which
  // jusText's thresholds were chosen for (half of all words): thresholds are multiplied by it.
  explicit StopWords(std::string_view words, double scale = 1);
  bool contains(std::string_view lower_case_word) const { return words_.contains(lower_case_word); }
  // Of a word of a text, in any case.
  bool contains_any_case(std::string_view word) const;
  double scale() const { return scale_; }
  size_t size() const { return words_.size(); }
  const std::vector<std::string>& words() const { return sorted_; }  // lower case, in byte order

 private:
  std::vector<std::string> sorted_;
  std::unordered_set<std::string_view> words_;
  size_t longest_ = 0;
  double scale_;
};

// For an ISO 639-1 code; null for a language without a list. The list lives as long as the process; thread-safe.
const StopWords* stop_words(std::string_view language);

// The codes of all built-in lists, sorted.
std::vector<std::string> stop_word_languages();

// A user's own lists, before the built-in ones.
class StopWordLists {
 public:
  StopWordLists() = default;
  // Reads a file (for every language) or a folder of files named LANGUAGE.txt: UTF-8, a word a line. Empty: no own
  // lists. Throws UserError where it cannot be read or has no words.
  explicit StopWordLists(const std::string& path);
  // The files that belong to a path, in order; none where it is empty or absent.
  static std::vector<std::string> files(const std::string& path);
  // Null where neither the user nor the program has a list.
  const StopWords* find(const std::string& language) const;

 private:
  std::unique_ptr<StopWords> all_;
  std::map<std::string, StopWords> own_;
};

// Lower case as Python's str.lower() has it: simple mappings of Unicode, final sigma, dotted capital I.
std::string lower_case(std::string_view text);

}  // namespace smelt
