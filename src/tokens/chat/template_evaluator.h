// Renders a parsed template.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tokens/chat/template_ast.h"
#include "tokens/chat/template_builtins.h"

namespace smelt::jinja {

// Names and their values, with the scope around them.
struct Scope {
  std::shared_ptr<Scope> parent;
  std::vector<std::pair<std::string, Value>> names;

  const Value* find(std::string_view name) const;  // here or further out
  void set(std::string_view name, Value value);    // here
};

// One rendering. Throws TemplateError with the line.
class Evaluator {
 public:
  // `now_seconds` (since 1970) is what strftime_now formats, in local time.
  Evaluator(Budget::Limits limits, int64_t now_seconds);
  ~Evaluator();
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;

  void define(const std::string& name, Value value) { scope_->set(name, std::move(value)); }
  std::string render(const Block& block);

 private:
  enum class Flow { kOn, kBreak, kContinue };
  class Depth;

  void define_globals();
  Value make_namespace(const Arguments& arguments);
  Value make_range(const Arguments& arguments);
  Flow run(const Block& block);
  Flow run(const Node& node);
  Flow run_scoped(const Block& block, std::shared_ptr<Scope> scope);
  Flow run_for(const Node& node);
  void run_set(const Node& node);
  void run_call_block(const Node& node);
  Flow run_with(const Node& node);
  void bind_targets(const Node& node, Value value, Scope& scope);
  std::string capture(const Block& block, std::shared_ptr<Scope> scope);
  void write(std::string_view text);
  Flow run_loop(const Node& node, const std::shared_ptr<Scope>& outer, const Value& items, int depth);
  Value make_macro(const std::string& name, const Node& node);
  void bind_parameters(const std::string& name, const Node& node, const Arguments& arguments, Scope& scope);

  Value evaluate(const Expr& expr);
  Value evaluate_inner(const Expr& expr);
  Value evaluate_name(const Expr& expr);
  Value evaluate_list(const Expr& expr);
  Value evaluate_dict(const Expr& expr);
  Value evaluate_slice(const Expr& expr);
  Value evaluate_compare(const Expr& expr);
  Value evaluate_concat(const Expr& expr);
  Value evaluate_call(const Expr& expr, const Value* caller = nullptr);
  Value evaluate_filter(const Expr& expr, const Value* text);
  bool evaluate_test(const Expr& expr);
  Arguments evaluate_arguments(const Expr& expr);

  Value filter(const std::string& name, const Value& subject, const Arguments& arguments);
  bool test(const std::string& name, const Value& subject, const Arguments& arguments);

  Budget budget_;
  int64_t now_seconds_;
  std::shared_ptr<Scope> scope_;
  std::string* out_ = nullptr;
  std::vector<std::weak_ptr<NamespaceData>> namespaces_;  // emptied at the end: they may hold each other
};

}  // namespace smelt::jinja
