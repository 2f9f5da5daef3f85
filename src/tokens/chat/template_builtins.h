// Operators, filters, tests, methods and global functions of the template language, apart from the statements that
// drive them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/function_ref.h"
#include "tokens/chat/template_value.h"

namespace smelt::jinja {

// What a rendering may use up. Every evaluation step, and every byte of text or element of a list that is made, is
// charged for.
class Budget {
 public:
  struct Limits {
    int64_t steps = 2'000'000;
    int64_t bytes = 128LL << 20;  // made in all, intermediate values included
    int64_t output = 16LL << 20;  // of the rendered text
    int depth = 600;              // of nested evaluation: expressions, blocks and macros together
  };
  Budget() = default;
  explicit Budget(Limits limits) : limits_(limits) {}

  void step(int64_t count = 1) {
    steps_ += count;
    if (steps_ > limits_.steps) {
      throw TemplateError("the template takes too many steps", 0, TemplateError::Kind::kLimit);
    }
  }
  void charge(int64_t bytes) {
    bytes_ += bytes;
    if (bytes_ > limits_.bytes) {
      throw TemplateError("the template makes too much text", 0, TemplateError::Kind::kLimit);
    }
  }
  void charge(const Value& made);
  const Limits& limits() const { return limits_; }
  int depth = 0;

 private:
  Limits limits_;
  int64_t steps_ = 0;
  int64_t bytes_ = 0;
};

// Filters and tests that take another filter or test by name (map, select) call back through these.
struct Callbacks {
  Budget& budget;
  FunctionRef<Value(const std::string& name, const Value& subject, const Arguments& arguments)> filter;
  FunctionRef<bool(const std::string& name, const Value& subject, const Arguments& arguments)> test;
};

// operation: + - * / // % **
Value apply_binary(const std::string& operation, const Value& a, const Value& b, Budget& budget);
// operation: == != < <= > >= in, not in
bool apply_comparison(const std::string& operation, const Value& a, const Value& b, Budget& budget);
Value apply_slice(const Value& subject, const Value* begin, const Value* end, const Value* step, Budget& budget);
// subject.name: methods first, then members; and subject[key]: members first. Undefined where there is none.
Value get_attribute(const Value& subject, std::string_view name, Budget& budget);
Value get_item(const Value& subject, const Value& key, Budget& budget);

Value apply_filter(const std::string& name, const Value& subject, const Arguments& arguments, Callbacks& callbacks);
bool apply_test(const std::string& name, const Value& subject, const Arguments& arguments, Callbacks& callbacks);
bool is_filter(std::string_view name);
bool is_test(std::string_view name);

// A method of a string, list or dictionary bound to it, or undefined where there is none of that name.
Value bind_method(const Value& subject, std::string_view name, Budget& budget);

// Python's "..." % values and "...".format(...), with flags, width, precision and the usual types.
std::string format_percent(const std::string& format, const Value& values, Budget& budget);
std::string format_braces(const std::string& format, const Arguments& arguments, Budget& budget);

// Characters as Python classes them.
bool is_space_code(uint32_t code);
bool is_word_code(uint32_t code);  // \w
// The str method of that name ("isdigit", "isalpha", "isupper", ...).
bool is_text_class(std::string_view text, std::string_view method);
std::string swap_case(std::string_view text);

// Helpers of several of the above.
std::string strip_text(std::string_view text, const Value* characters, bool left, bool right);
std::string replace_text(std::string_view text, std::string_view from, std::string_view to, int64_t count,
                         Budget& budget);
std::string map_case(std::string_view text, bool upper);
std::string capitalize_text(std::string_view text);
std::string title_text(std::string_view text);
std::string title_words(std::string_view text);
std::string join_text(const List& items, std::string_view separator, Budget& budget);

}  // namespace smelt::jinja
