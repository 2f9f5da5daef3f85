#include "crawl/metadata/json_ld.h"

#include <array>

#include "base/text.h"
#include "crawl/html/entities.h"

namespace smelt {
namespace {

constexpr int kMaxDepth = 12;
constexpr size_t kMaxBytes = size_t{2} << 20;
constexpr size_t kMaxObjects = 20'000;

// Line ends inside strings and comments around the whole are no JSON, but common.
std::string repaired(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  const size_t begin = out.find_first_of("{[");
  const size_t end = out.find_last_of("}]");
  if (begin == std::string::npos || end == std::string::npos || end < begin) {
    return {};
  }
  out = out.substr(begin, end - begin + 1);
  while (out.starts_with("[CDATA[")) {
    out = out.substr(7, out.rfind('}') + 1 - 7);
  }
  return out;
}

bool has_type(const Json& object, std::string_view type) {
  const Json* value = object.find("@type");
  if (value == nullptr) {
    return false;
  }
  if (value->is_string()) {
    return value->as_string().ends_with(type);
  }
  if (value->is_array()) {
    for (const Json& each : value->as_array()) {
      if (each.is_string() && each.as_string().ends_with(type)) {
        return true;
      }
    }
  }
  return false;
}

// How well an object tells what its page is about; 0: not at all.
int subject_rank(const Json& object) {
  constexpr std::array<std::pair<std::string_view, int>, 16> kTypes = {{{"Article", 5},
                                                                        {"Posting", 5},
                                                                        {"Report", 5},
                                                                        {"Recipe", 5},
                                                                        {"HowTo", 4},
                                                                        {"QAPage", 2},
                                                                        {"Question", 4},
                                                                        {"Product", 4},
                                                                        {"ProductGroup", 4},
                                                                        {"Book", 4},
                                                                        {"Course", 4},
                                                                        {"Event", 3},
                                                                        {"JobPosting", 4},
                                                                        {"Review", 2},
                                                                        {"VideoObject", 1},
                                                                        {"WebPage", 1}}};
  int rank = 0;
  for (const auto& [type, value] : kTypes) {
    rank = value > rank && has_type(object, type) ? value : rank;
  }
  return rank;
}

// Character references resolved, markup off.
std::string plain(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '&') {
      if (const HtmlReference reference = read_reference(text.substr(i + 1), false); reference.taken > 0) {
        out += reference.text();
        i += reference.taken;
        continue;
      }
    } else if (text[i] == '<' && i + 1 < text.size() && (text[i + 1] == '/' || (text[i + 1] | 0x20) >= 'a')) {
      const size_t end = text.find('>', i);
      if (end != std::string_view::npos && end - i < 400) {
        out += ' ';
        i = end;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

}  // namespace

JsonLd::JsonLd(const HtmlTree& tree) {
  size_t bytes = 0;
  for (uint32_t i = 1; i + 1 < tree.nodes().size(); ++i) {
    const HtmlNode& node = tree.nodes()[i];
    if (node.tag != HtmlTag::kScript || node.end != i + 2 ||
        !starts_with_ignoring_case(tree.attribute(node, "type"), "application/ld+json")) {
      continue;
    }
    const std::string_view text = tree.nodes()[i + 1].text;
    bytes += text.size();
    if (bytes > kMaxBytes) {
      break;
    }
    Result<Json> data = Json::parse(text);
    if (!data.ok()) {
      data = Json::parse(repaired(text));
    }
    if (data.ok()) {
      documents_.push_back(std::move(data.value()));
    }
  }
  for (const Json& document : documents_) {
    visit(document, 0);
  }
  int best = 0;
  for (const Json* object : objects_) {
    if (const int rank = subject_rank(*object); rank > best) {
      best = rank;
      subject_ = object;
    }
  }
}

void JsonLd::visit(const Json& json, int depth) {
  if (depth > kMaxDepth || objects_.size() >= kMaxObjects) {
    return;
  }
  if (json.is_array()) {
    for (const Json& item : json.as_array()) {
      visit(item, depth + 1);
    }
  } else if (json.is_object()) {
    const Json* id = json.find("@id");
    if (id != nullptr && id->is_string() && json.size() > 1) {
      by_id_.emplace(id->as_string(), &json);
    }
    if (json.contains("@type")) {
      objects_.push_back(&json);
    }
    for (const auto& [key, value] : json.as_object()) {
      if (value.is_array() || value.is_object()) {
        visit(value, depth + 1);
      }
    }
  }
}

const Json* JsonLd::find_type(std::string_view type) const {
  for (const Json* object : objects_) {
    if (has_type(*object, type)) {
      return object;
    }
  }
  return nullptr;
}

std::string JsonLd::text(const Json& object, std::string_view key) const {
  const Json* value = object.is_object() ? object.find(key) : nullptr;
  return value == nullptr ? std::string() : text_of(*value, 0);
}

std::string JsonLd::text_of(const Json& value, int depth) const {
  constexpr int kDeepest = 4;
  constexpr size_t kMostNames = 10;
  if (depth > kDeepest) {
    return {};
  }
  if (value.is_string()) {
    return std::string(trim(plain(std::string_view(value.as_string()).substr(0, 4000))));
  }
  if (value.is_array()) {
    std::string out;
    for (size_t i = 0; i < std::min(value.as_array().size(), kMostNames); ++i) {
      const std::string each = text_of(value.as_array()[i], depth + 1);
      out += out.empty() || each.empty() ? each : ", " + each;
    }
    return out;
  }
  if (!value.is_object()) {
    return {};
  }
  if (const Json* name = value.find("name"); name != nullptr) {
    return text_of(*name, depth + 1);
  }
  if (const Json* literal = value.find("@value"); literal != nullptr) {
    return text_of(*literal, depth + 1);
  }
  if (const Json* id = value.find("@id"); id != nullptr && id->is_string()) {
    const auto at = by_id_.find(id->as_string());
    return at != by_id_.end() && at->second != &value ? text_of(*at->second, depth + 1) : std::string();
  }
  return {};
}

}  // namespace smelt
