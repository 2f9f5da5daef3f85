// Values of the template language: Jinja's, with Python's meaning of truth, equality, order, text and length.
//
// Lists and dictionaries never change once made (as in a sandbox), so copies share them. Namespaces alone change.
// Thread safety: one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/json.h"

namespace smelt::jinja {

// A mistake in a template or one met while rendering. `line` counts from 1; 0 = not known yet (the evaluator fills it
// in).
class TemplateError : public std::runtime_error {
 public:
  enum class Kind {
    kError,
    kRaised,
    kLimit
  };  // kRaised: the template called raise_exception; kLimit: too much work or output
  explicit TemplateError(const std::string& message, int line = 0, Kind kind = Kind::kError)
      : std::runtime_error(message), line_(line), kind_(kind) {}
  int line() const { return line_; }
  Kind kind() const { return kind_; }

 private:
  int line_;
  Kind kind_;
};

class Value;
using List = std::vector<Value>;
using Member = std::pair<Value, Value>;
using Members = std::vector<Member>;

// What Python calls a list here, and the other things that hold values in a row. An iterator (what map, select and
// their kin give) is always true, has no length and gives its elements once.
enum class ListKind { kList, kTuple, kRange, kKeys, kValues, kItems, kIterator };

struct ListData;
struct DictData;
struct NamespaceData;
struct FunctionData;
struct LoopData;

class Value {
 public:
  struct None {};
  struct Undefined {
    std::shared_ptr<const std::string> name;  // what was missing, for the error message
  };

  Value() : value_(Undefined{}) {}
  Value(None v) : value_(v) {}                                                   // NOLINT(google-explicit-constructor)
  Value(bool v) : value_(v) {}                                                   // NOLINT(google-explicit-constructor)
  Value(int v) : value_(static_cast<int64_t>(v)) {}                              // NOLINT(google-explicit-constructor)
  Value(int64_t v) : value_(v) {}                                                // NOLINT(google-explicit-constructor)
  Value(double v) : value_(v) {}                                                 // NOLINT(google-explicit-constructor)
  Value(const char* v) : Value(std::string(v)) {}                                // NOLINT(google-explicit-constructor)
  Value(std::string v) : value_(std::make_shared<std::string>(std::move(v))) {}  // NOLINT(google-explicit-constructor)
  Value(std::string_view v) : Value(std::string(v)) {}                           // NOLINT(google-explicit-constructor)
  Value(std::shared_ptr<NamespaceData> v) : value_(std::move(v)) {}              // NOLINT(google-explicit-constructor)
  Value(std::shared_ptr<FunctionData> v) : value_(std::move(v)) {}               // NOLINT(google-explicit-constructor)
  Value(std::shared_ptr<LoopData> v) : value_(std::move(v)) {}                   // NOLINT(google-explicit-constructor)
  static Value undefined(std::string_view name);
  // Throw TemplateError where the nesting would pass kMaxNesting, which bounds every recursion over values.
  static Value list(List items, ListKind kind = ListKind::kList);
  static Value tuple(List items) { return list(std::move(items), ListKind::kTuple); }
  static Value range(List items, int64_t begin, int64_t end, int64_t step);
  static Value iterator(List items) { return list(std::move(items), ListKind::kIterator); }
  static Value dict(Members members);
  static Value from_json(const Json& json);

  bool is_undefined() const { return std::holds_alternative<Undefined>(value_); }
  bool is_none() const { return std::holds_alternative<None>(value_); }
  bool is_bool() const { return std::holds_alternative<bool>(value_); }
  bool is_int() const { return std::holds_alternative<int64_t>(value_); }
  bool is_double() const { return std::holds_alternative<double>(value_); }
  bool is_number() const { return is_int() || is_double() || is_bool(); }
  bool is_string() const { return std::holds_alternative<std::shared_ptr<const std::string>>(value_); }
  bool is_list() const { return std::holds_alternative<std::shared_ptr<const ListData>>(value_); }
  bool is_dict() const { return std::holds_alternative<std::shared_ptr<const DictData>>(value_); }
  bool is_namespace() const { return std::holds_alternative<std::shared_ptr<NamespaceData>>(value_); }
  bool is_function() const { return std::holds_alternative<std::shared_ptr<FunctionData>>(value_); }
  bool is_loop() const { return std::holds_alternative<std::shared_ptr<LoopData>>(value_); }
  ListKind list_kind() const;  // of a list of any kind
  bool is_kind(ListKind kind) const { return is_list() && list_kind() == kind; }
  bool is_tuple() const { return is_kind(ListKind::kTuple); }
  bool is_list_or_tuple() const { return is_tuple() || is_kind(ListKind::kList); }
  // Elements have positions: a list, a tuple or a range.
  bool is_indexed() const { return is_list_or_tuple() || is_kind(ListKind::kRange); }
  const char* type_name() const;  // Python's: "str", "int", "NoneType", ...

  // Reads of a known kind.
  bool as_bool() const { return std::get<bool>(value_); }
  int64_t as_int() const;    // of an int or bool
  double as_number() const;  // of any number
  const std::string& as_string() const { return *std::get<std::shared_ptr<const std::string>>(value_); }
  const List& as_list() const;
  const std::string& range_text() const;  // of a range
  List take() const;                      // the elements of a list; of an iterator, those that are left
  const Members& as_members() const;
  NamespaceData& as_namespace() const { return *std::get<std::shared_ptr<NamespaceData>>(value_); }
  FunctionData& as_function() const { return *std::get<std::shared_ptr<FunctionData>>(value_); }
  LoopData& as_loop() const { return *std::get<std::shared_ptr<LoopData>>(value_); }
  const std::string& missing_name() const;  // of an undefined value

  bool truthy() const;
  std::string text() const;                       // Python's str(); undefined is ""
  std::string repr() const;                       // Python's repr()
  const Value* find(std::string_view key) const;  // member of a dictionary, else nullptr
  const Value* find(const Value& key) const;
  int64_t length() const;  // of a string (code points), list or dictionary; -1 where there is none
  int64_t size() const;    // the same, also of an iterator: what work with it costs
  int nesting() const;

  bool operator==(const Value& other) const;

 private:
  std::variant<Undefined, None, bool, int64_t, double, std::shared_ptr<const std::string>,
               std::shared_ptr<const ListData>, std::shared_ptr<const DictData>, std::shared_ptr<NamespaceData>,
               std::shared_ptr<FunctionData>, std::shared_ptr<LoopData>>
      value_;
};

constexpr int kMaxNesting = 1100;  // JSON's own limit of 1,024 and a little

struct ListData {
  List items;
  int nesting = 1;
  ListKind kind = ListKind::kList;
  mutable size_t taken = 0;  // elements that an iterator gave
  std::string shown = {};    // of a range
};
struct DictData {
  Members members;
  int nesting = 1;
};
struct NamespaceData {
  std::vector<std::pair<std::string, Value>> members;
};
struct LoopData {  // what `loop` reads inside a for
  List items;
  size_t index = 0;
  Value last_changed;
  int depth = 1;                                 // of recursive loops
  std::function<Value(const Value&)> recursion;  // loop(items) of a recursive loop
};

struct Arguments {
  List positional;
  std::vector<std::pair<std::string, Value>> named;

  // The argument at a position or under a name; nullptr where it was not given.
  const Value* get(size_t position, std::string_view name) const;
  Value get_or(size_t position, std::string_view name, const Value& fallback) const;
  int64_t integer(size_t position, std::string_view name, int64_t fallback) const;
  const std::string& string(size_t position, std::string_view name) const;  // must be given and be a string
};

struct FunctionData {
  std::string name;
  std::function<Value(const Arguments&)> call;
};

// <0, 0, >0 as Python orders numbers, strings and lists; throws TemplateError for other pairs.
int compare_values(const Value& a, const Value& b);
// The elements a for loop visits: of a list, the keys of a dictionary, the characters of a string; of undefined, none.
List iterate(const Value& value);
// Python's json.dumps. Throws TemplateError for what has no JSON form.
struct JsonStyle {
  bool ensure_ascii = false;
  bool indents = false;
  std::string indent;  // of each level
  bool sort_keys = false;
  std::string item_separator = ", ";
  std::string key_separator = ": ";
  size_t most_bytes = 64 << 20;  // of the text; more is an error of kind kLimit
};
std::string to_json_text(const Value& value, const JsonStyle& style);

}  // namespace smelt::jinja
