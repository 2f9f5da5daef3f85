#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "base/text.h"
#include "eval/report/sections.h"

namespace smelt {

namespace {

constexpr int kMaxTableDepth = 4;
constexpr size_t kMaxListed = 12;  // values of an array

bool holds_scalars(const Json& value) {
  if (!value.is_array()) {
    return !value.is_object();
  }
  const Json::Array& items = value.as_array();
  return std::none_of(items.begin(), items.end(), [](const Json& item) { return item.is_array() || item.is_object(); });
}

void add_rows(Html& html, const std::vector<const Json::Member*>& members) {
  const auto body = html.in("tbody");
  for (size_t i = 0; i < std::min(members.size(), kMaxTableRows); ++i) {
    const auto row = html.in("tr");
    html.leaf("th", words_of_key(members[i]->first), {{"scope", "row"}});
    html.leaf("td", show_value(members[i]->second), {{"class", members[i]->second.is_number() ? "num" : "value"}});
  }
  if (members.size() > kMaxTableRows) {
    const auto row = html.in("tr");
    html.leaf("td", fmt::format("and {} more", members.size() - kMaxTableRows), {{"colspan", "2"}});
  }
}

void add_table_at(Html& html, const Json& object, const std::string& caption, int depth);

// Objects in a list, each a table of its own.
void add_list_at(Html& html, const Json& list, const std::string& caption, int depth) {
  for (size_t i = 0; i < std::min(list.size(), kMaxListed); ++i) {
    if (list.as_array()[i].is_object()) {
      add_table_at(html, list.as_array()[i], fmt::format("{} {}", caption, i + 1), depth);
    }
  }
}

void add_table_at(Html& html, const Json& object, const std::string& caption, int depth) {
  std::vector<const Json::Member*> plain;
  std::vector<const Json::Member*> nested;
  for (const Json::Member& member : object.as_object()) {
    (holds_scalars(member.second) ? plain : nested).push_back(&member);
  }
  // Counts of reasons read best with the largest first.
  if (depth > 0 && std::all_of(plain.begin(), plain.end(), [](const auto* m) { return m->second.is_number(); })) {
    std::stable_sort(plain.begin(), plain.end(),
                     [](const auto* a, const auto* b) { return a->second.as_double() > b->second.as_double(); });
  }
  if (!plain.empty()) {
    const auto table = html.in("table");
    html.leaf("caption", caption);
    add_rows(html, plain);
  }
  for (const Json::Member* member : nested) {
    const std::string inner = depth == 0 ? words_of_key(member->first) : caption + ": " + words_of_key(member->first);
    if (depth == kMaxTableDepth) {
      continue;
    }
    if (member->second.is_object()) {
      add_table_at(html, member->second, inner, depth + 1);
    } else if (member->second.is_array()) {
      add_list_at(html, member->second, inner, depth + 1);
    }
  }
}

}  // namespace

void add_missing(Html& html, std::string_view what) {
  html.leaf("p", what, {{"class", "missing"}});
}

void add_note(Html& html, std::string_view text) {
  html.leaf("p", text, {{"class", "note"}});
}

std::string_view cut_text(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) {
    return text;
  }
  size_t end = max_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
    --end;
  }
  return text.substr(0, end);
}

void add_text_block(Html& html, std::string_view text, size_t max_bytes) {
  const std::string_view shown = cut_text(text, max_bytes);
  const auto block = html.in("pre", {{"class", "prose"}, {"dir", "auto"}});
  html.text(shown);
  if (shown.size() < text.size()) {
    html.leaf("mark", fmt::format(" … {} more bytes", text.size() - shown.size()));
  }
}

std::string words_of_key(std::string_view key) {
  std::string out(key);
  std::replace(out.begin(), out.end(), '_', ' ');
  return out;
}

std::string show_value(const Json& value) {
  if (value.is_null()) {
    return "none";
  }
  if (value.is_bool()) {
    return value.as_bool() ? "yes" : "no";
  }
  if (value.is_int()) {
    return format_number(static_cast<double>(value.as_int()));
  }
  if (value.is_double()) {
    const double number = value.as_double();
    const double size = std::abs(number);
    return size >= 1000 ? format_number(number) : fmt::format("{:.4g}", number);
  }
  if (value.is_string()) {
    return std::string(cut_text(value.as_string(), kMaxExcerpt));
  }
  std::string out;
  if (value.is_array()) {
    const Json::Array& items = value.as_array();
    for (size_t i = 0; i < std::min(items.size(), kMaxListed); ++i) {
      out += (i == 0 ? "" : ", ") + (holds_scalars(items[i]) && !items[i].is_array() ? show_value(items[i]) : "…");
    }
    out += items.size() > kMaxListed ? ", …" : "";
  }
  return std::string(cut_text(out, kMaxExcerpt));
}

void add_table(Html& html, const Json& object, std::string_view caption) {
  if (!object.is_object() || object.size() == 0) {
    add_missing(html, fmt::format("{}: nothing was counted.", caption));
    return;
  }
  const auto tables = html.in("div", {{"class", "tables"}});
  add_table_at(html, object, std::string(caption), 0);
}

}  // namespace smelt
