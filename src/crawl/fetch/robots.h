// robots.txt (RFC 9309), and Crawl-delay and Sitemap, which it does not define.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smelt {

// True where `pattern` matches the beginning of `text`: '*' stands for any bytes, a '$' at the end for the end of the
// text. Linear in practice: every star is matched once, as early as can be.
bool matches_path_pattern(std::string_view pattern, std::string_view text);

class RobotsRules {
 public:
  // What robots.txt says to the crawler with that product token ("smelt"; letter case does not matter): the groups that
  // name it, put together, else those for '*'. Bytes behind the first 500 KiB are ignored.
  static RobotsRules parse(std::string_view text, std::string_view product);
  static RobotsRules allow_all() { return {}; }
  static RobotsRules disallow_all();

  // `target` is path and query. The longest pattern decides, at equal length Allow. /robots.txt itself is allowed.
  bool allows(std::string_view target) const;
  std::optional<double> crawl_delay() const { return crawl_delay_; }  // seconds
  const std::vector<std::string>& sitemaps() const { return sitemaps_; }

 private:
  struct Rule {
    std::string pattern;
    bool allow = false;
  };
  struct Group;

  std::vector<Rule> rules_;
  std::optional<double> crawl_delay_;
  std::vector<std::string> sitemaps_;
};

// The name in front of a user agent: "smelt" of "smelt/1.0 (+https://example.org)".
std::string_view product_token(std::string_view user_agent);

}  // namespace smelt
