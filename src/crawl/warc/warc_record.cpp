#include "crawl/warc/warc_record.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/text.h"

namespace smelt {
namespace {

std::string_view without_brackets(std::string_view value) {
  if (value.size() >= 2 && value.front() == '<' && value.back() == '>') {
    return value.substr(1, value.size() - 2);
  }
  return value;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

std::optional<uint64_t> whole_number(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

// Calls take(name, value) for each "Name: value" line, with folded lines joined.
template <class Take>
void for_each_field(std::string_view header, Take take) {
  std::string_view name;
  std::string_view value;
  std::string folded;
  for (size_t at = 0; at <= header.size();) {
    const size_t line_end = std::min(header.find('\n', at), header.size());
    const std::string_view line = header.substr(at, line_end - at);
    at = line_end + 1;
    if (!line.empty() && (line[0] == ' ' || line[0] == '\t') && !name.empty()) {
      folded = std::string(value) + " " + std::string(trim(line));
      value = trim(folded);
      continue;
    }
    if (!name.empty()) {
      take(name, value);
    }
    const size_t colon = line.find(':');
    name = colon == std::string_view::npos ? std::string_view() : trim(line.substr(0, colon));
    value = colon == std::string_view::npos ? std::string_view() : trim(line.substr(colon + 1));
  }
  if (!name.empty()) {
    take(name, value);
  }
}

bool looks_like_ip(std::string_view text) {
  const bool marked = text.find_first_of(".:") != std::string_view::npos;
  return marked && text.size() >= 2 && text.size() <= 45 &&
         text.find_first_not_of("0123456789abcdefABCDEF.:") == std::string_view::npos;
}

bool has_scheme(std::string_view url) {
  const size_t colon = url.find(':');
  return colon != std::string_view::npos && colon > 1 && colon <= 16 &&
         std::all_of(url.begin(), url.begin() + static_cast<ptrdiff_t>(colon), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-' || c == '+' || c == '.';
         });
}

// "20000101123456" as "2000-01-01T12:34:56Z"; missing digits at the end are zero.
std::string iso_date(std::string_view digits) {
  std::string all(digits.substr(0, 14));
  all.resize(14, '0');
  return all.substr(0, 4) + "-" + all.substr(4, 2) + "-" + all.substr(6, 2) + "T" + all.substr(8, 2) + ":" +
         all.substr(10, 2) + ":" + all.substr(12, 2) + "Z";
}

}  // namespace

bool same_field_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && starts_with_ignoring_case(a, b);
}

std::string_view WarcRecord::field(std::string_view name) const {
  std::string_view found;
  for_each_field(header, [&](std::string_view each, std::string_view value) {
    const bool in_header = value.data() >= header.data() && value.data() <= header.data() + header.size();
    if (found.empty() && in_header && same_field_name(each, name)) {
      found = value;
    }
  });
  return found;
}

std::optional<uint64_t> read_warc_header(std::string_view header, WarcRecord& record) {
  std::string length;
  for_each_field(header, [&](std::string_view name, std::string_view value) {
    if (same_field_name(name, "content-length")) {
      length = value;
    } else if (same_field_name(name, "warc-type")) {
      record.type = lower_ascii(value);
    } else if (same_field_name(name, "warc-record-id")) {
      record.id = replace_invalid_utf8(without_brackets(value));
    } else if (same_field_name(name, "warc-target-uri")) {
      record.url = replace_invalid_utf8(without_brackets(value));
    } else if (same_field_name(name, "warc-date")) {
      record.date = replace_invalid_utf8(value);
    } else if (same_field_name(name, "content-type")) {
      record.content_type = replace_invalid_utf8(value);
    }
  });
  return whole_number(length);
}

std::optional<uint64_t> read_arc_header(std::string_view line, WarcRecord& record) {
  const std::vector<std::string_view> words = split(trim(line), ' ');
  if (words.size() < 4 || !has_scheme(words[0])) {
    return std::nullopt;
  }
  for (size_t i = 2; i + 1 < words.size(); ++i) {
    const bool is_date = words[i].size() >= 8 && words[i].size() <= 14 && all_digits(words[i]);
    if (!is_date || !looks_like_ip(words[i - 1])) {
      continue;
    }
    const std::optional<uint64_t> length = whole_number(words.back());
    if (!length) {
      return std::nullopt;
    }
    const auto url_size = static_cast<size_t>(words[i - 1].data() - words[0].data()) - 1;
    record.url = replace_invalid_utf8(std::string_view(words[0].data(), url_size));
    record.date = iso_date(words[i]);
    if (i + 2 < words.size()) {
      record.content_type = replace_invalid_utf8(words[i + 1]);
    }
    return length;
  }
  return std::nullopt;
}

void classify_arc_block(WarcRecord& record) {
  if (starts_with_ignoring_case(record.url, "filedesc:")) {
    record.type = "warcinfo";
  } else if (record.block.starts_with("HTTP/")) {
    record.type = "response";
    record.content_type = "application/http; msgtype=response";
  } else {
    record.type = "resource";
  }
}

}  // namespace smelt
