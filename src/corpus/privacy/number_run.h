// Numbers as people write them: groups of digits with a space, hyphen, dot, slash or bracket between them.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace smelt {

// The groups of one number, or of several that stand side by side. All finders of numbers look at windows of it.
//
// `shape` writes the run as lengths and separators: "(3)3-4" for (555)555-0100, "2 4 6" for 44 1632 960001. Lengths
// from 10 are letters (a = 10 ... z = 35), longer ones '*'; every kind of space is ' ', of hyphen '-'.
class NumberRun {
 public:
  static constexpr size_t kMaxGroups = 24;

  // Reads the run that starts at `begin`, a digit. Stops before an IPv4 address.
  NumberRun(std::string_view text, size_t begin);

  size_t groups() const { return count_; }
  size_t end() const { return end_; }          // after the last digit
  bool is_table() const { return too_many_; }  // more groups than numbers side by side have; the first ones are kept
  bool has_plus() const { return plus_; }      // a + before the first group, maybe with a bracket between
  std::string_view text() const { return text_; }

  // Digits of groups i to j, inclusive.
  std::string_view digits(size_t i, size_t j) const;
  size_t num_digits(size_t i, size_t j) const { return digits(i, j).size(); }
  // Shape of groups i to j, with a bracket before the first where it closes within them.
  std::string_view shape(size_t i, size_t j) const;
  // Bytes of the text that groups i to j take, brackets and + as in the shape.
  size_t begin_of(size_t i, size_t j) const;
  size_t end_of(size_t j) const { return groups_[j].end; }
  size_t digits_begin(size_t i) const { return groups_[i].begin; }
  // Characters of the shape between group i and the next one; empty after the last.
  std::string_view separator(size_t i) const;

 private:
  struct Group {
    size_t begin = 0;
    size_t end = 0;
    size_t digits = 0;  // where its digits start in digits_
    size_t shape = 0;   // where its length stands in shape_
  };
  bool opens_bracket(size_t i, size_t j) const;
  void add_group(size_t begin, size_t end);

  std::string_view text_;
  std::array<Group, kMaxGroups> groups_{};
  size_t count_ = 0;
  size_t end_ = 0;
  bool plus_ = false;
  bool too_many_ = false;
  std::string digits_;
  std::string shape_;
};

}  // namespace smelt
