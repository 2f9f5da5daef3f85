// Writing HTML in which every tag is closed and every text is escaped.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace smelt {

// `text` for element content and quoted attributes: & < > " ' as entities, invalid UTF-8 and control characters other
// than tab and newline as U+FFFD.
std::string escape_html(std::string_view text);

// `value` with `digits` digits behind the point, thousands set apart by a thin no-break space: "1 234.50".
std::string format_number(double value, int digits = 0);

// Not thread-safe.
class Html {
 public:
  using Attributes = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  // Closes its element when it goes out of scope.
  class Scope {
   public:
    explicit Scope(Html& html) : html_(html) {}
    ~Scope() { html_.close(); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Html& html_;
  };

  // Tag and attribute names are the caller's own; attribute values are escaped.
  [[nodiscard]] Scope in(std::string_view tag, Attributes attributes = {});
  void leaf(std::string_view tag, std::string_view text, Attributes attributes = {});  // <tag>escaped text</tag>
  void empty(std::string_view tag, Attributes attributes = {});                        // a void element: <meta ...>
  void text(std::string_view text);
  void markup(std::string_view trusted) { out_ += trusted; }
  const std::string& str() const { return out_; }

 private:
  void open(std::string_view tag, Attributes attributes, bool closes = false);
  void close();

  std::string out_;
  std::vector<std::string> tags_;
};

}  // namespace smelt
