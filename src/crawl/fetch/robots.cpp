#include "crawl/fetch/robots.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace smelt {
namespace {

constexpr size_t kMostBytes = 500 * 1024;

int hex_value(char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const size_t at = kDigits.find(static_cast<char>(c >= 'A' && c <= 'F' ? c + 32 : c));
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

// One spelling for comparison (RFC 9309, section 2.2.2): escapes of unreserved characters undone, the others in upper
// case, bytes beyond ASCII escaped.
std::string normalised(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = static_cast<unsigned char>(text[i]);
    const bool escaped =
        text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0;
    if (escaped) {
      byte = static_cast<unsigned char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    }
    if (byte >= 0x80 || (escaped && !is_unreserved(static_cast<char>(byte)))) {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      out += static_cast<char>(byte);
    }
  }
  return out;
}

struct Line {
  std::string key;
  std::string_view value;
};

Line read_line(std::string_view line) {
  line = line.substr(0, line.find('#'));
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    return {};
  }
  return {lower_ascii(trim(line.substr(0, colon))), trim(line.substr(colon + 1))};
}

}  // namespace

bool matches_path_pattern(std::string_view pattern, std::string_view text) {
  const bool to_end = pattern.ends_with('$');
  pattern.remove_suffix(to_end ? 1 : 0);
  size_t at = 0;
  bool first = true;
  while (true) {
    const size_t star = pattern.find('*');
    const std::string_view part = pattern.substr(0, star);
    const bool last = star == std::string_view::npos;
    if (first) {
      if (!text.starts_with(part)) {
        return false;
      }
      at = part.size();
    } else if (last && to_end) {
      return text.size() - at >= part.size() && text.ends_with(part);
    } else {
      at = text.find(part, at);
      if (at == std::string_view::npos) {
        return false;
      }
      at += part.size();
    }
    if (last) {
      return !to_end || at == text.size();
    }
    pattern.remove_prefix(star + 1);
    first = false;
  }
}

std::string_view product_token(std::string_view user_agent) {
  const auto* end = std::find_if_not(user_agent.begin(), user_agent.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
  return user_agent.substr(0, static_cast<size_t>(end - user_agent.begin()));
}

struct RobotsRules::Group {
  std::vector<Rule> rules;
  std::optional<double> delay;
  bool found = false;

  void add(const Line& line) {
    if (line.key == "crawl-delay") {
      double seconds = 0;
      const auto [end, error] = std::from_chars(line.value.data(), line.value.data() + line.value.size(), seconds);
      if (error == std::errc() && seconds >= 0 && seconds < 1e6) {
        delay = seconds;
      }
    } else if (!line.value.empty()) {
      rules.push_back({normalised(line.value), line.key == "allow"});
    }
  }
};

RobotsRules RobotsRules::parse(std::string_view text, std::string_view product) {
  RobotsRules out;
  Group own;
  Group any;
  bool for_own = false;
  bool for_any = false;
  bool in_heading = false;
  text = text.substr(0, kMostBytes);
  text.remove_prefix(text.starts_with("\xEF\xBB\xBF") ? 3 : 0);
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find_first_of("\r\n", at), text.size());
    const Line line = read_line(text.substr(at, end - at));
    at = end + 1;
    if (line.key == "user-agent") {
      for_own = in_heading && for_own;
      for_any = in_heading && for_any;
      in_heading = true;
      const std::string_view name = product_token(line.value);
      const bool is_own = !name.empty() && name.size() == product.size() && starts_with_ignoring_case(name, product);
      for_own = for_own || is_own;
      for_any = for_any || line.value.starts_with('*');
      own.found = own.found || is_own;
    } else if (line.key == "allow" || line.key == "disallow" || line.key == "crawl-delay") {
      in_heading = false;
      if (for_own) {
        own.add(line);
      }
      if (for_any) {
        any.add(line);
      }
    } else if (line.key == "sitemap" && !line.value.empty()) {
      out.sitemaps_.emplace_back(line.value);
    }
  }
  Group& group = own.found ? own : any;
  out.rules_ = std::move(group.rules);
  out.crawl_delay_ = group.delay;
  return out;
}

RobotsRules RobotsRules::disallow_all() {
  RobotsRules out;
  out.rules_.push_back({"/", false});
  return out;
}

bool RobotsRules::allows(std::string_view target) const {
  const std::string text = normalised(target);
  if (text == "/robots.txt") {
    return true;
  }
  size_t longest = 0;
  bool allowed = true;
  for (const Rule& rule : rules_) {
    const bool decides = rule.pattern.size() > longest || (rule.pattern.size() == longest && rule.allow);
    if (decides && matches_path_pattern(rule.pattern, text)) {
      longest = rule.pattern.size();
      allowed = rule.allow;
    }
  }
  return allowed;
}

}  // namespace smelt
