#include "cli/inspect/sheet.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace smelt::cli {

void Sheet::row(std::string name, std::string value) {
  if (!value.empty()) {
    entries_.push_back({Entry::Kind::kRow, std::move(name), std::move(value)});
  }
}

void Sheet::heading(std::string text) {
  entries_.push_back({Entry::Kind::kHeading, std::move(text), {}});
}

void Sheet::line(std::string text) {
  entries_.push_back({Entry::Kind::kLine, std::move(text), {}});
}

std::string Sheet::text() const {
  std::string out = title_ + "\n";
  size_t width = 0;
  for (size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    if (i == 0 || entry.kind == Entry::Kind::kHeading) {
      width = 0;
      for (size_t j = i; j < entries_.size() && (j == i || entries_[j].kind != Entry::Kind::kHeading); ++j) {
        width = std::max(width, entries_[j].kind == Entry::Kind::kRow ? entries_[j].name.size() : 0);
      }
    }
    switch (entry.kind) {
      case Entry::Kind::kRow:
        out += fmt::format("  {}\n",
                           entry.value == " " ? entry.name : fmt::format("{:<{}}  {}", entry.name, width, entry.value));
        break;
      case Entry::Kind::kHeading:
        out += fmt::format("\n{}\n", entry.name);
        break;
      case Entry::Kind::kLine:
        out += entry.name + "\n";
    }
  }
  return out;
}

std::string grouped(int64_t count) {
  std::string digits = std::to_string(count);
  const int64_t first = count < 0 ? 1 : 0;
  for (int64_t at = static_cast<int64_t>(digits.size()) - 3; at > first; at -= 3) {
    digits.insert(static_cast<size_t>(at), ",");
  }
  return digits;
}

std::string counted(int64_t count, const std::string& singular) {
  return fmt::format("{} {}{}", grouped(count), singular, count == 1 ? "" : "s");
}

std::string counts_line(const std::map<std::string, int64_t>& counts, size_t most) {
  std::vector<std::pair<std::string, int64_t>> rows(counts.begin(), counts.end());
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string out;
  for (size_t i = 0; i < std::min(most, rows.size()); ++i) {
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", rows[i].first.empty() ? "(none)" : rows[i].first,
                       grouped(rows[i].second));
  }
  return rows.size() > most ? out + fmt::format(" and {} more", rows.size() - most) : out;
}

Json counts_json(const std::map<std::string, int64_t>& counts) {
  Json json = Json::object();
  for (const auto& [key, count] : counts) {
    json[key] = count;
  }
  return json;
}

std::string excerpt(std::string_view text, size_t characters) {
  std::string out;
  size_t taken = 0;
  bool space = false;
  for (size_t pos = 0; pos < text.size();) {
    const uint32_t code_point = next_code_point(text, pos);
    if (code_point <= ' ' || code_point == 0x7F) {
      space = !out.empty();
      continue;
    }
    if (taken >= characters) {
      return out + " ...";
    }
    if (space) {
      out += ' ';
      ++taken;
      space = false;
    }
    append_utf8(out, code_point);
    ++taken;
  }
  return out;
}

std::string figure(const Json& value) {
  if (value.is_int()) {
    return grouped(value.as_int());
  }
  if (value.is_double()) {
    return fmt::format("{:.5g}", value.as_double());
  }
  return value.is_string() ? value.as_string() : value.dump();
}

}  // namespace smelt::cli
