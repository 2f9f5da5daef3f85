// Reading recipes: TOML over defaults, with every mistake found in one pass.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include "base/files.h"
#include "base/recipe.h"
#include "base/text.h"

namespace smelt {
namespace {

// The keys that a table may have, collected first so that unknown ones can name the nearest.
struct Level {
  toml::table* table = nullptr;  // null: the table is absent, fields keep their defaults
  std::string path;              // "train.optimizer"
  std::vector<std::string> known;
};

class Parser : public Fields {
 public:
  Parser(std::string file, toml::table& root) : file_(std::move(file)) { levels_.push_back({&root, "", {}}); }

  // Call after visiting: unknown keys of the root, then all errors at once.
  void finish() {
    check_unknown(levels_.back());
    if (errors_.empty()) {
      return;
    }
    // Errors in the order of the file; each has its own place, so the exception carries none.
    std::stable_sort(errors_.begin(), errors_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::string all;
    for (const auto& [line, text] : errors_) {
      all += (all.empty() ? "" : "\n") + text;
    }
    throw usage_error(all);
  }

 protected:
  void on_bool(const char* key, bool& value, const char* /*doc*/) override {
    read(key, "true or false", [&](toml::node& node) {
      if (const auto found = node.value_exact<bool>()) {
        value = *found;
        return true;
      }
      return false;
    });
  }

  void on_int(const char* key, int64_t& value, const char* /*doc*/, Range range) override {
    read(key, "an integer", [&](toml::node& node) {
      const auto found = node.value_exact<int64_t>();
      if (!found) {
        return false;
      }
      if (in_range(key, node, static_cast<double>(*found), range)) {
        value = *found;
      }
      return true;
    });
  }

  void on_double(const char* key, double& value, const char* /*doc*/, Range range) override {
    read(key, "a number", [&](toml::node& node) {
      const auto found = node.is_number() ? node.value<double>() : std::nullopt;
      if (!found) {
        return false;
      }
      if (in_range(key, node, *found, range)) {
        value = *found;
      }
      return true;
    });
  }

  void on_string(const char* key, std::string& value, const std::vector<std::string>& words,
                 const char* /*doc*/) override {
    read(key, "a string", [&](toml::node& node) {
      const auto found = node.value_exact<std::string>();
      if (!found) {
        return false;
      }
      if (!words.empty() && std::find(words.begin(), words.end(), *found) == words.end()) {
        fail(node, fmt::format("{} = \"{}\" is none of {}{}", full(key), *found, fmt::join(words, ", "),
                               suggestion(*found, words)));
      } else {
        value = *found;
      }
      return true;
    });
  }

  void on_strings(const char* key, std::vector<std::string>& value, const char* /*doc*/) override {
    read(key, "a list of strings", [&](toml::node& node) {
      std::vector<std::string> out;
      const bool good = read_list<std::string>(node, [&](toml::node& item) {
        const auto text = item.value_exact<std::string>();
        if (text) {
          out.push_back(*text);
        }
        return text.has_value();
      });
      if (good) {
        value = std::move(out);
      }
      return good;
    });
  }

  void on_doubles(const char* key, std::vector<double>& value, const char* /*doc*/, Range range) override {
    read(key, "a list of numbers", [&](toml::node& node) {
      std::vector<double> out;
      bool ranges_good = true;
      const bool good = read_list<double>(node, [&](toml::node& item) {
        const auto number = item.is_number() ? item.value<double>() : std::nullopt;
        if (number) {
          ranges_good = in_range(key, item, *number, range) && ranges_good;
          out.push_back(*number);
        }
        return number.has_value();
      });
      if (good && ranges_good) {
        value = std::move(out);
      }
      return good;
    });
  }

  bool enter_table(const char* key, const char* /*doc*/) override {
    toml::node* node = find(key);
    toml::table* table = node == nullptr ? nullptr : node->as_table();
    if (node != nullptr && table == nullptr) {
      fail(*node, fmt::format("{} must be a table, [{}]", full(key), full(key)));
    }
    levels_.push_back({table, full(key), {}});
    return true;
  }

  void leave_table() override {
    check_unknown(levels_.back());
    levels_.pop_back();
  }

  size_t enter_tables(const char* key, size_t count, const char* /*doc*/) override {
    toml::node* node = find(key);
    toml::array* array = node == nullptr ? nullptr : node->as_array();
    const bool good =
        array != nullptr && std::all_of(array->begin(), array->end(), [](auto& item) { return item.is_table(); });
    if (node != nullptr && !good) {
      fail(*node, fmt::format("{} must be an array of tables, [[{}]]", full(key), full(key)));
      array = nullptr;
    }
    arrays_.push_back({array, full(key)});
    return array == nullptr ? count : array->size();
  }

  void enter_item(size_t index) override {
    const auto& [array, path] = arrays_.back();
    levels_.push_back(
        {array == nullptr ? nullptr : array->get(index)->as_table(), fmt::format("{}[{}]", path, index), {}});
  }

  void leave_item() override { leave_table(); }
  void leave_tables() override { arrays_.pop_back(); }

 private:
  std::string full(const std::string& key) const {
    return levels_.back().path.empty() ? key : levels_.back().path + "." + key;
  }

  toml::node* find(const char* key) {
    Level& level = levels_.back();
    level.known.emplace_back(key);
    return level.table == nullptr ? nullptr : level.table->get(key);
  }

  template <class Reader>
  void read(const char* key, const char* wanted, Reader reader) {
    toml::node* node = find(key);
    if (node != nullptr && !reader(*node)) {
      fail(*node, fmt::format("{} must be {}", full(key), wanted));
    }
  }

  template <class T, class Reader>
  static bool read_list(toml::node& node, Reader reader) {
    toml::array* array = node.as_array();
    return array != nullptr &&
           std::all_of(array->begin(), array->end(), [&](toml::node& item) { return reader(item); });
  }

  bool in_range(const char* key, const toml::node& node, double value, Range range) {
    if (value >= range.min && value <= range.max) {
      return true;
    }
    const bool open = range.max > 1e300;
    fail(node, open ? fmt::format("{} = {} must be at least {}", full(key), value, range.min)
                    : fmt::format("{} = {} must be between {} and {}", full(key), value, range.min, range.max));
    return false;
  }

  static std::string suggestion(const std::string& word, const std::vector<std::string>& known) {
    const std::string nearest = nearest_name(word, known);
    return nearest.empty() ? std::string() : fmt::format("; did you mean '{}'?", nearest);
  }

  void check_unknown(const Level& level) {
    if (level.table == nullptr) {
      return;
    }
    for (auto&& [key, node] : *level.table) {
      const std::string name(key.str());
      if (std::find(level.known.begin(), level.known.end(), name) == level.known.end()) {
        const std::string where = level.path.empty() ? std::string() : fmt::format(" in [{}]", level.path);
        const std::string cure = suggestion(name, level.known);
        const bool set_by_flag = key.source().begin.line == 0;
        fail_at(set_by_flag ? node.source() : key.source(),
                fmt::format("unknown key '{}'{}{}", name, where,
                            cure.empty() ? fmt::format("; known keys: {}", fmt::join(level.known, ", ")) : cure));
      }
    }
  }

  void fail(const toml::node& node, const std::string& message) { fail_at(node.source(), message); }

  void fail_at(const toml::source_region& region, const std::string& message) {
    const auto line = region.begin.line;
    errors_.emplace_back(
        line, line == 0 ? fmt::format("--set: {}", message) : fmt::format("{}:{}: {}", file_, line, message));
  }

  std::string file_;
  std::vector<Level> levels_;
  std::vector<std::pair<toml::array*, std::string>> arrays_;
  std::vector<std::pair<uint32_t, std::string>> errors_;
};

// "a.b=c": the value as TOML; what is no TOML value is taken as a string.
void apply_set(toml::table& root, const std::string& assignment) {
  const size_t equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw usage_error(fmt::format("'{}' is not of the form key=value", assignment), "--set",
                      "write e.g. --set train.steps=200");
  }
  const std::string value_text(trim(std::string_view(assignment).substr(equals + 1)));
  toml::table* table = &root;
  const auto parts = split(std::string_view(assignment).substr(0, equals), '.');
  for (size_t i = 0; i + 1 < parts.size(); ++i) {
    const std::string key(trim(parts[i]));
    table->insert(key, toml::table{});
    table = table->get(key)->as_table();
    if (table == nullptr) {
      throw usage_error(fmt::format("'{}' is a value, not a table", key), "--set " + assignment);
    }
  }
  const std::string last(trim(parts.back()));
  // Copies of nodes have no place in a file: that is how errors know that a value came from the command line.
  try {
    const toml::table parsed = toml::parse("value = " + value_text);
    table->insert_or_assign(last, *parsed.get("value"));
  } catch (const toml::parse_error&) {
    table->insert_or_assign(last, value_text);
  }
}

}  // namespace

std::string read_recipe_file(const std::string& path) {
  if (!path_exists(path)) {
    throw usage_error("no such recipe", path, "a recipe is a TOML file; see recipes/ and `smelt help recipe`");
  }
  return read_file(path);
}

namespace detail {

void read_recipe(const std::string& path, const std::string& text, const std::vector<std::string>& sets,
                 Visitable& options) {
  toml::table root;
  if (!is_valid_utf8(text)) {
    throw usage_error("is not UTF-8 text", path, "a recipe is a TOML file; see recipes/ and `smelt help recipe`");
  }
  try {
    root = toml::parse(text, std::string_view(path));
  } catch (const toml::parse_error& error) {
    throw usage_error(std::string(error.description()), fmt::format("{}:{}", path, error.source().begin.line));
  }
  for (const auto& assignment : sets) {
    apply_set(root, assignment);
  }
  Parser parser(path, root);
  options.visit(parser);
  parser.finish();
}

}  // namespace detail
}  // namespace smelt
