// Recipes: TOML tables that are typed and documented where they are declared.
//
// An options struct lists its fields once:
//
//   struct DedupOptions {
//     int64_t bands = 20;
//     std::string policy = "first";
//     void fields(Fields& f) {
//       f("bands", bands, "LSH bands", {.min = 1, .max = 256});
//       f.choice("policy", policy, {"first", "longest"}, "which document of a cluster survives");
//     }
//   };
//
// From that list come parsing with line numbers, range checks, unknown-key errors with the nearest name, `--set a.b=c`,
// the resolved dump, the printed reference and the settings' hash.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace smelt {

// Inclusive bounds of a number.
struct Range {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
};

// Visits the fields of an options struct; see the file comment. The defaults are the values that the members hold when
// visited.
class Fields {
 public:
  virtual ~Fields() = default;
  void operator()(const char* key, bool& value, const char* doc) { on_bool(key, value, doc); }
  void operator()(const char* key, int64_t& value, const char* doc, Range range = {}) {
    on_int(key, value, doc, range);
  }
  void operator()(const char* key, double& value, const char* doc, Range range = {}) {
    on_double(key, value, doc, range);
  }
  void operator()(const char* key, std::string& value, const char* doc) { on_string(key, value, {}, doc); }
  void operator()(const char* key, std::vector<std::string>& value, const char* doc) { on_strings(key, value, doc); }
  void operator()(const char* key, std::vector<double>& value, const char* doc, Range range = {}) {
    on_doubles(key, value, doc, range);
  }
  // One of a fixed set of words.
  void choice(const char* key, std::string& value, const std::vector<std::string>& words, const char* doc) {
    on_string(key, value, words, doc);
  }
  // A nested table.
  template <class T>
  void table(const char* key, T& value, const char* doc) {
    if (enter_table(key, doc)) {
      value.fields(*this);
      leave_table();
    }
  }
  // An array of tables, [[key]].
  template <class T>
  void tables(const char* key, std::vector<T>& values, const char* doc) {
    const size_t count = enter_tables(key, values.size(), doc);
    if (describes_only()) {
      T sample{};
      enter_item(0);
      sample.fields(*this);
      leave_item();
    } else {
      values.resize(count);
      for (size_t i = 0; i < count; ++i) {
        enter_item(i);
        values[i].fields(*this);
        leave_item();
      }
    }
    leave_tables();
  }

 protected:
  virtual void on_bool(const char* key, bool& value, const char* doc) = 0;
  virtual void on_int(const char* key, int64_t& value, const char* doc, Range range) = 0;
  virtual void on_double(const char* key, double& value, const char* doc, Range range) = 0;
  virtual void on_string(const char* key, std::string& value, const std::vector<std::string>& words,
                         const char* doc) = 0;
  virtual void on_strings(const char* key, std::vector<std::string>& value, const char* doc) = 0;
  virtual void on_doubles(const char* key, std::vector<double>& value, const char* doc, Range range) = 0;
  virtual bool enter_table(const char* key, const char* doc) = 0;  // false: skip it
  virtual void leave_table() = 0;
  virtual size_t enter_tables(const char* key, size_t count, const char* doc) = 0;  // how many there are to be
  virtual void enter_item(size_t index) = 0;
  virtual void leave_item() = 0;
  virtual void leave_tables() = 0;
  virtual bool describes_only() const { return false; }
};

namespace detail {
class Visitable {  // erases the type of the options struct so that the work stays out of headers
 public:
  virtual ~Visitable() = default;
  virtual void visit(Fields& fields) = 0;
};
template <class T>
class VisitableOf : public Visitable {
 public:
  explicit VisitableOf(T& options) : options_(options) {}
  void visit(Fields& fields) override { options_.fields(fields); }

 private:
  T& options_;
};
void read_recipe(const std::string& path, const std::string& text, const std::vector<std::string>& sets,
                 Visitable& options);
std::string dump_recipe(Visitable& options);
Json recipe_to_json(Visitable& options);
std::string describe_recipe(Visitable& options);
}  // namespace detail

// Reads `path` over the defaults that `options` holds, then the overrides ("train.steps=200", the value as TOML; a bare
// word is a string). All mistakes of the file are reported in one UserError(kUsage): each with file:line, the key and
// the nearest known key or the valid range.
template <class T>
void read_recipe(const std::string& path, const std::vector<std::string>& sets, T& options);

// The same from text; `path` is only what errors call it.
template <class T>
void read_recipe_text(const std::string& path, const std::string& text, const std::vector<std::string>& sets,
                      T& options) {
  detail::VisitableOf<T> visitable(options);
  detail::read_recipe(path, text, sets, visitable);
}

// Every key with its value, as TOML that read_recipe takes back to equal options.
template <class T>
std::string dump_recipe(const T& options) {
  T copy = options;
  detail::VisitableOf<T> visitable(copy);
  return detail::dump_recipe(visitable);
}

// The same as JSON: what settings hashes are made of.
template <class T>
Json recipe_to_json(const T& options) {
  T copy = options;
  detail::VisitableOf<T> visitable(copy);
  return detail::recipe_to_json(visitable);
}

// What recipe_to_json gave, as TOML that read_recipe_text takes back to equal options.
std::string settings_to_toml(const Json& settings);

// The reference in Markdown: a table per recipe table with key, type, default, range, meaning.
template <class T>
std::string describe_recipe() {
  T defaults{};
  detail::VisitableOf<T> visitable(defaults);
  return detail::describe_recipe(visitable);
}

std::string read_recipe_file(const std::string& path);  // the text, with an error that says what a recipe is

template <class T>
void read_recipe(const std::string& path, const std::vector<std::string>& sets, T& options) {
  read_recipe_text(path, read_recipe_file(path), sets, options);
}

}  // namespace smelt
