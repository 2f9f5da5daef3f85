// Writing recipes: the resolved TOML, its JSON form for hashes, and the reference in Markdown.
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/recipe.h"

namespace smelt {
namespace {

std::string number(double value) {
  if (std::isinf(value)) {
    return value > 0 ? "inf" : "-inf";
  }
  const std::string digits = fmt::format("{}", value);
  return digits.find_first_of(".e") == std::string::npos ? digits + ".0" : digits;
}

template <class T, class Format>
std::string list(const std::vector<T>& values, Format format) {
  std::string out = "[";
  for (const auto& value : values) {
    out += (out.size() > 1 ? ", " : "") + format(value);
  }
  return out + "]";
}

// Text inside a Markdown table, where | ends the cell.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c == '|' ? "\\|" : std::string(1, c);
  }
  return out;
}

// What a table is for, as a sentence of its own.
std::string sentence(std::string text) {
  if (!text.empty()) {
    text.front() = text.front() >= 'a' && text.front() <= 'z' ? static_cast<char>(text.front() - 32) : text.front();
    text += text.back() == '.' ? "" : ".";
  }
  return text;
}

// TOML's basic strings share JSON's escapes.
std::string quoted(const std::string& text) {
  return json_quote(text);
}

class JsonWriter : public Fields {
 public:
  JsonWriter() { stack_.push_back(Json::object()); }
  Json take() { return std::move(stack_.front()); }

 protected:
  void on_bool(const char* key, bool& value, const char* /*doc*/) override { stack_.back()[key] = value; }
  void on_int(const char* key, int64_t& value, const char* /*doc*/, Range /*range*/) override {
    stack_.back()[key] = value;
  }
  void on_double(const char* key, double& value, const char* /*doc*/, Range /*range*/) override {
    stack_.back()[key] = std::isfinite(value) ? Json(value) : Json(number(value));
  }
  void on_string(const char* key, std::string& value, const std::vector<std::string>& /*words*/,
                 const char* /*doc*/) override {
    stack_.back()[key] = value;
  }
  void on_strings(const char* key, std::vector<std::string>& value, const char* /*doc*/) override {
    stack_.back()[key] = Json::list(value);
  }
  void on_doubles(const char* key, std::vector<double>& value, const char* /*doc*/, Range /*range*/) override {
    stack_.back()[key] = Json::list(value);
  }
  bool enter_table(const char* key, const char* /*doc*/) override {
    keys_.emplace_back(key);
    stack_.push_back(Json::object());
    return true;
  }
  void leave_table() override {
    Json done = std::move(stack_.back());
    stack_.pop_back();
    stack_.back()[keys_.back()] = std::move(done);
    keys_.pop_back();
  }
  size_t enter_tables(const char* key, size_t count, const char* /*doc*/) override {
    keys_.emplace_back(key);
    stack_.push_back(Json::array());
    return count;
  }
  void enter_item(size_t /*index*/) override { stack_.push_back(Json::object()); }
  void leave_item() override {
    Json done = std::move(stack_.back());
    stack_.pop_back();
    stack_.back().push_back(std::move(done));
  }
  void leave_tables() override { leave_table(); }

 private:
  std::vector<Json> stack_;
  std::vector<std::string> keys_;
};

// TOML wants a table's own values before its sub-tables, so values and sub-tables are kept apart until a table is left.
class TomlWriter : public Fields {
 public:
  TomlWriter() { levels_.push_back({}); }
  std::string take() { return levels_.front().values + levels_.front().tables; }

 protected:
  void on_bool(const char* key, bool& value, const char* /*doc*/) override { put(key, value ? "true" : "false"); }
  void on_int(const char* key, int64_t& value, const char* /*doc*/, Range /*range*/) override {
    put(key, std::to_string(value));
  }
  void on_double(const char* key, double& value, const char* /*doc*/, Range /*range*/) override {
    put(key, number(value));
  }
  void on_string(const char* key, std::string& value, const std::vector<std::string>& /*words*/,
                 const char* /*doc*/) override {
    put(key, quoted(value));
  }
  void on_strings(const char* key, std::vector<std::string>& value, const char* /*doc*/) override {
    put(key, list(value, quoted));
  }
  void on_doubles(const char* key, std::vector<double>& value, const char* /*doc*/, Range /*range*/) override {
    put(key, list(value, number));
  }
  bool enter_table(const char* key, const char* /*doc*/) override {
    enter(key, "[", "]");
    return true;
  }
  void leave_table() override {
    const Level done = std::move(levels_.back());
    levels_.pop_back();
    levels_.back().tables += "\n" + done.header + done.values + done.tables;
  }
  size_t enter_tables(const char* key, size_t count, const char* /*doc*/) override {
    array_keys_.emplace_back(key);
    return count;
  }
  void enter_item(size_t /*index*/) override { enter(array_keys_.back().c_str(), "[[", "]]"); }
  void leave_item() override { leave_table(); }
  void leave_tables() override { array_keys_.pop_back(); }

 private:
  struct Level {
    std::string path;
    std::string header;
    std::string values;
    std::string tables;
  };

  void enter(const char* key, const char* open, const char* close) {
    const std::string path = levels_.back().path.empty() ? key : levels_.back().path + "." + key;
    levels_.push_back({path, open + path + close + "\n", {}, {}});
  }
  void put(const char* key, const std::string& value) { levels_.back().values += fmt::format("{} = {}\n", key, value); }

  std::vector<Level> levels_;
  std::vector<std::string> array_keys_;
};

class Describer : public Fields {
 public:
  std::string take() { return header("", "", false) + own_rows_.front() + done_; }
  Describer() { own_rows_.emplace_back(); }

 protected:
  void on_bool(const char* key, bool& value, const char* doc) override {
    row(key, "boolean", value ? "true" : "false", "", doc);
  }
  void on_int(const char* key, int64_t& value, const char* doc, Range range) override {
    row(key, "integer", std::to_string(value), bounds(range, true), doc);
  }
  void on_double(const char* key, double& value, const char* doc, Range range) override {
    row(key, "number", number(value), bounds(range, false), doc);
  }
  void on_string(const char* key, std::string& value, const std::vector<std::string>& words, const char* doc) override {
    row(key, "string", quoted(value), fmt::format("{}", fmt::join(words, ", ")), doc);
  }
  void on_strings(const char* key, std::vector<std::string>& value, const char* doc) override {
    row(key, "strings", list(value, quoted), "", doc);
  }
  void on_doubles(const char* key, std::vector<double>& value, const char* doc, Range range) override {
    row(key, "numbers", list(value, number), bounds(range, false), doc);
  }
  bool enter_table(const char* key, const char* doc) override {
    enter(key, doc, false);
    return true;
  }
  void leave_table() override {
    // The table's own rows come before its sub-tables, which were described while it was open.
    const std::string rows = std::move(own_rows_.back());
    own_rows_.pop_back();
    const auto [path, doc, is_array, start] = open_.back();
    open_.pop_back();
    done_.insert(start, header(path, doc, is_array) + (rows.empty() ? "" : rows));
  }
  size_t enter_tables(const char* key, size_t count, const char* doc) override {
    array_ = {key, doc};
    return count;
  }
  void enter_item(size_t /*index*/) override { enter(array_.first.c_str(), array_.second.c_str(), true); }
  void leave_item() override { leave_table(); }
  void leave_tables() override {}
  bool describes_only() const override { return true; }

 private:
  struct Open {
    std::string path;
    std::string doc;
    bool is_array;
    size_t start;
  };

  static std::string header(const std::string& path, const std::string& doc, bool is_array) {
    if (path.empty()) {
      return "";
    }
    const std::string title = is_array ? fmt::format("[[{}]]", path) : fmt::format("[{}]", path);
    return fmt::format("\n## {}\n\n{}\n\n| key | type | default | allowed | meaning |\n|---|---|---|---|---|\n", title,
                       sentence(doc));
  }

  static std::string bounds(Range range, bool whole) {
    const auto text = [&](double v) { return whole ? fmt::format("{:.0f}", v) : fmt::format("{}", v); };
    const bool low = std::isfinite(range.min);
    const bool high = std::isfinite(range.max);
    if (low && high) {
      return text(range.min) + " to " + text(range.max);
    }
    return low ? "at least " + text(range.min) : (high ? "at most " + text(range.max) : "");
  }

  void enter(const char* key, const char* doc, bool is_array) {
    const std::string path = open_.empty() ? key : open_.back().path + "." + key;
    open_.push_back({path, doc, is_array, done_.size()});
    own_rows_.emplace_back();
  }

  void row(const char* key, const char* type, const std::string& value, const std::string& allowed, const char* doc) {
    own_rows_.back() +=
        fmt::format("| `{}` | {} | `{}` | {} | {} |\n", key, type, cell(value), cell(allowed), cell(doc));
  }

  std::vector<Open> open_;
  std::vector<std::string> own_rows_;
  std::pair<std::string, std::string> array_;
  std::string done_;
};

}  // namespace

namespace detail {

Json recipe_to_json(Visitable& options) {
  JsonWriter writer;
  options.visit(writer);
  return writer.take();
}

std::string dump_recipe(Visitable& options) {
  TomlWriter writer;
  options.visit(writer);
  return writer.take();
}

std::string describe_recipe(Visitable& options) {
  Describer describer;
  options.visit(describer);
  return describer.take();
}

}  // namespace detail
namespace {

std::string inline_value(const Json& value) {
  std::string out;
  if (value.is_object()) {
    for (const auto& [key, inner] : value.as_object()) {
      out += (out.empty() ? "" : ", ") + quoted(key) + " = " + inline_value(inner);
    }
    return "{" + out + "}";
  }
  if (value.is_array()) {
    for (const Json& item : value.as_array()) {
      out += (out.empty() ? "" : ", ") + inline_value(item);
    }
    return "[" + out + "]";
  }
  return value.is_double() ? number(value.as_double()) : value.dump();
}

}  // namespace

std::string settings_to_toml(const Json& settings) {
  std::string out;
  for (const auto& [key, value] : settings.as_object()) {
    if (!value.is_null()) {
      out += quoted(key) + " = " + inline_value(value) + "\n";
    }
  }
  return out;
}

}  // namespace smelt
