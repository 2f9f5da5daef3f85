// What `smelt inspect` prints: a title, then names and values in two columns, under headings where there are many.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace smelt::cli {

class Sheet {
 public:
  explicit Sheet(std::string title) : title_(std::move(title)) {}

  void row(std::string name, std::string value);  // an empty value: no row; " ": the name alone
  void heading(std::string text);                 // the rows that follow are a table of their own, with its own width
  void line(std::string text);                    // as it is
  std::string text() const;                       // ends with a newline

 private:
  struct Entry {
    enum class Kind { kRow, kHeading, kLine } kind;
    std::string name;
    std::string value;
  };
  std::string title_;
  std::vector<Entry> entries_;
};

// 1234567 -> "1,234,567".
std::string grouped(int64_t count);
// "3 documents", "1 document".
std::string counted(int64_t count, const std::string& singular);
// "en 812, de 40, fr 3", the largest first; at most `most` of them.
std::string counts_line(const std::map<std::string, int64_t>& counts, size_t most = 8);
Json counts_json(const std::map<std::string, int64_t>& counts);
// The first characters on one line, white space squeezed, "..." where there is more.
std::string excerpt(std::string_view text, size_t characters);
// A number for people: whole ones grouped, others with five digits; anything else as JSON.
std::string figure(const Json& value);

}  // namespace smelt::cli
