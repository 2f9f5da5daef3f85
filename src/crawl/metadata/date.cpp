#include "crawl/metadata/date.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"

namespace smelt {
namespace {

constexpr size_t kLongest = 200;  // bytes looked at

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

struct Day {
  int year = 0;
  int month = 0;
  int day = 0;

  bool valid() const {
    constexpr std::array<int, 12> kDays = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return year >= 1970 && year <= 2100 && month >= 1 && month <= 12 && day >= 1 &&
           day <= kDays[static_cast<size_t>(month - 1)] && (month != 2 || day != 29 || leap);
  }
  std::string text() const { return fmt::format("{:04}-{:02}-{:02}", year, month, day); }
};

// The number at `at`, of at most `most` digits; moves past it. -1 where there is none, or it is longer.
int number_at(std::string_view text, size_t& at, size_t most) {
  int value = 0;
  const size_t begin = at;
  while (at < text.size() && is_digit(text[at]) && at - begin < most) {
    value = value * 10 + (text[at++] - '0');
  }
  return at == begin || (at < text.size() && is_digit(text[at])) ? -1 : value;
}

// Months by how their names begin in the languages named in the header.
int month_of(std::string_view word) {
  constexpr std::array<std::pair<std::string_view, int>, 42> kMonths = {{{"jan", 1},
                                                                         {"gen", 1},
                                                                         {"ene", 1},
                                                                         {"j\xC3\xA4n", 1},
                                                                         {"feb", 2},
                                                                         {"fev", 2},
                                                                         {"f\xC3\xA9v", 2},
                                                                         {"mar", 3},
                                                                         {"m\xC3\xA4r", 3},
                                                                         {"maa", 3},
                                                                         {"mrz", 3},
                                                                         {"apr", 4},
                                                                         {"avr", 4},
                                                                         {"abr", 4},
                                                                         {"may", 5},
                                                                         {"mai", 5},
                                                                         {"mei", 5},
                                                                         {"mag", 5},
                                                                         {"jun", 6},
                                                                         {"juin", 6},
                                                                         {"giu", 6},
                                                                         {"jul", 7},
                                                                         {"juil", 7},
                                                                         {"lug", 7},
                                                                         {"aug", 8},
                                                                         {"aou", 8},
                                                                         {"ao\xC3\xBB", 8},
                                                                         {"ago", 8},
                                                                         {"sep", 9},
                                                                         {"set", 9},
                                                                         {"oct", 10},
                                                                         {"okt", 10},
                                                                         {"ott", 10},
                                                                         {"out", 10},
                                                                         {"nov", 11},
                                                                         {"dec", 12},
                                                                         {"dez", 12},
                                                                         {"dic", 12},
                                                                         {"d\xC3\xA9"
                                                                          "c",
                                                                          12},
                                                                         {"dece", 12},
                                                                         {"janv", 1},
                                                                         {"juli", 7}}};
  const std::string lower = lower_ascii(word);
  // Longer words are others: "market", "decide".
  constexpr size_t kLongestMonth = 10;
  if (lower.size() < 3 || lower.size() > kLongestMonth) {
    return 0;
  }
  for (const auto& [begin, month] : kMonths) {
    if (lower.starts_with(begin)) {
      return month;
    }
  }
  return 0;
}

// "10:00", "10:00:00", with a fraction and a zone, as ISO 8601 from 'T' on; empty where none is at `at`.
std::string time_at(std::string_view text, size_t at) {
  if (at >= text.size() || (text[at] != 'T' && text[at] != 't' && text[at] != ' ')) {
    return {};
  }
  ++at;
  const int hour = number_at(text, at, 2);
  if (hour < 0 || hour > 23 || at >= text.size() || text[at] != ':') {
    return {};
  }
  const int minute = number_at(text, ++at, 2);
  if (minute < 0 || minute > 59) {
    return {};
  }
  int second = 0;
  if (at < text.size() && text[at] == ':') {
    second = number_at(text, ++at, 2);
    if (second < 0 || second > 60) {
      return {};
    }
    if (at < text.size() && (text[at] == '.' || text[at] == ',')) {
      do {
        ++at;
      } while (at < text.size() && is_digit(text[at]));
    }
  }
  std::string out = fmt::format("T{:02}:{:02}:{:02}", hour, minute, second);
  at += at < text.size() && text[at] == ' ' ? 1 : 0;
  if (at < text.size() && (text[at] == 'Z' || text[at] == 'z' || text.substr(at).starts_with("GMT") ||
                           text.substr(at).starts_with("UTC"))) {
    return out + "Z";
  }
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
    const char sign = text[at++];
    const size_t begin = at;
    int zone_hour = number_at(text, at, 4);
    int zone_minute = 0;
    if (at - begin == 4) {
      zone_minute = zone_hour % 100;
      zone_hour /= 100;
    } else if (at < text.size() && text[at] == ':') {
      zone_minute = number_at(text, ++at, 2);
    }
    if (zone_hour >= 0 && zone_hour <= 14 && zone_minute >= 0 && zone_minute < 60) {
      out += fmt::format("{}{:02}:{:02}", sign, zone_hour, zone_minute);
    }
  }
  return out;
}

// "2024-05-06", "2024/5/6", "2024.05.06" or "20240506" at a number's begin.
std::optional<std::string> year_first(std::string_view text, size_t at) {
  const size_t begin = at;
  while (at < text.size() && is_digit(text[at])) {
    ++at;
  }
  const auto part = [&](size_t offset, size_t size) {
    size_t place = begin + offset;
    return number_at(text.substr(0, place + size), place, size);
  };
  Day day;
  if (at - begin == 8 || (at - begin == 14)) {
    day = {part(0, 4), part(4, 2), part(6, 2)};
  } else if (at - begin == 4 && at < text.size() && (text[at] == '-' || text[at] == '/' || text[at] == '.')) {
    const char separator = text[at];
    day.year = part(0, 4);
    day.month = number_at(text, ++at, 2);
    if (at >= text.size() || text[at] != separator) {
      return std::nullopt;
    }
    day.day = number_at(text, ++at, 2);
  }
  return day.valid() ? std::optional(day.text() + time_at(text, at)) : std::nullopt;
}

// "6.5.2024", "13/05/2024", "05/13/2024" at a number's begin.
std::optional<std::string> year_last(std::string_view text, size_t at) {
  const int first = number_at(text, at, 2);
  if (first < 1 || at >= text.size() || (text[at] != '.' && text[at] != '/' && text[at] != '-')) {
    return std::nullopt;
  }
  const char separator = text[at];
  const int second = number_at(text, ++at, 2);
  if (second < 1 || at >= text.size() || text[at] != separator) {
    return std::nullopt;
  }
  const int year = number_at(text, ++at, 4);
  if (at + 1 < text.size() && text[at] == separator && is_digit(text[at + 1])) {
    return std::nullopt;  // a version
  }
  Day day{year, second, first};
  if (separator != '.') {
    if (second > 12) {
      day = {year, first, second};
    } else if (first <= 12 && first != second) {
      return std::nullopt;
    }
  }
  return day.valid() ? std::optional(day.text()) : std::nullopt;
}

struct Token {
  size_t begin = 0;
  size_t end = 0;
  int number = -1;  // of digits
  int month = 0;    // of words
};

// Runs of digits and of letters; "6th" is a number and its ending is left out.
std::vector<Token> tokens_of(std::string_view text) {
  constexpr size_t kMostTokens = 40;
  std::vector<Token> out;
  size_t at = 0;
  const auto is_letter = [&](size_t i) {
    const char low = static_cast<char>(text[i] | 0x20);
    return (low >= 'a' && low <= 'z') || static_cast<unsigned char>(text[i]) >= 0x80;
  };
  while (at < text.size() && out.size() < kMostTokens) {
    Token token;
    token.begin = at;
    if (is_digit(text[at])) {
      token.number = number_at(text, at, 4);
      while (at < text.size() && is_digit(text[at])) {
        ++at;
      }
      token.end = at;
      while (at < text.size() && is_letter(at) && at - token.end < 3 && token.number < 32) {
        ++at;  // st, nd, rd, th
      }
      out.push_back(token);
    } else if (is_letter(at)) {
      while (at < text.size() && is_letter(at)) {
        ++at;
      }
      token.end = at;
      token.month = month_of(text.substr(token.begin, at - token.begin));
      const std::string word = lower_ascii(text.substr(token.begin, at - token.begin));
      if (word != "of" && word != "de" && word != "del" && word != "the") {
        out.push_back(token);
      }
    } else {
      ++at;
    }
  }
  return out;
}

// "May 6, 2024", "6 May 2024", "6. Mai 2024".
std::string named_month(std::string_view text) {
  const std::vector<Token> tokens = tokens_of(text);
  for (size_t i = 0; i + 2 < tokens.size(); ++i) {
    const Token& a = tokens[i];
    const Token& b = tokens[i + 1];
    const Day day =
        a.month != 0 ? Day{tokens[i + 2].number, a.month, b.number} : Day{tokens[i + 2].number, b.month, a.number};
    if ((a.month != 0) != (b.month != 0) && day.valid()) {
      return day.text() + time_at(text, tokens[i + 2].end);
    }
  }
  return {};
}

}  // namespace

std::string read_date(std::string_view text) {
  text = trim(text).substr(0, kLongest);
  for (size_t at = 0; at < text.size(); ++at) {
    if (!is_digit(text[at]) || (at > 0 && (is_digit(text[at - 1]) || text[at - 1] == '/' || text[at - 1] == '.'))) {
      continue;
    }
    if (auto date = year_first(text, at)) {
      return *date;
    }
    if (auto date = year_last(text, at)) {
      return *date;
    }
  }
  return named_month(text);
}

std::string date_of_address(std::string_view url) {
  for (size_t at = url.find("/20"); at != std::string_view::npos; at = url.find("/20", at + 1)) {
    const std::string_view rest = url.substr(at + 1, 11);
    if (const auto date = year_first(rest, 0); date && (rest.size() < 5 || !is_digit(rest[4]))) {
      return date->substr(0, 10);
    }
  }
  return {};
}

}  // namespace smelt
