#include "tokens/chat/template_evaluator.h"

#include <algorithm>
#include <array>
#include <ctime>

#include <fmt/format.h>

namespace smelt::jinja {

const Value* Scope::find(std::string_view name) const {
  for (const Scope* scope = this; scope != nullptr; scope = scope->parent.get()) {
    for (const auto& [key, value] : scope->names) {
      if (key == name) {
        return &value;
      }
    }
  }
  return nullptr;
}

void Scope::set(std::string_view name, Value value) {
  for (auto& [key, held] : names) {
    if (key == name) {
      held = std::move(value);
      return;
    }
  }
  names.emplace_back(std::string(name), std::move(value));
}

// Counts nested evaluation; the limit keeps the machine's stack safe.
class Evaluator::Depth {
 public:
  explicit Depth(Budget& budget) : budget_(budget) {
    if (budget_.depth >= budget_.limits().depth) {
      throw TemplateError("the template nests or calls itself too deeply", 0, TemplateError::Kind::kLimit);
    }
    ++budget_.depth;
  }
  ~Depth() { --budget_.depth; }
  Depth(const Depth&) = delete;
  Depth& operator=(const Depth&) = delete;

 private:
  Budget& budget_;
};

Evaluator::Evaluator(Budget::Limits limits, int64_t now_seconds)
    : budget_(limits), now_seconds_(now_seconds), scope_(std::make_shared<Scope>()) {
  define_globals();
}

Evaluator::~Evaluator() {
  for (const auto& weak : namespaces_) {
    if (const auto held = weak.lock()) {
      held->members.clear();
    }
  }
}

namespace {

// What Python's dict(...) takes: a dictionary or pairs, then names.
Members members_of(const Arguments& arguments) {
  Members members;
  const auto put = [&](Value key, Value value) {
    const auto same = std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.first == key; });
    if (same != members.end()) {
      same->second = std::move(value);
    } else {
      members.emplace_back(std::move(key), std::move(value));
    }
  };
  if (arguments.positional.size() > 1) {
    throw TemplateError("dict() takes one dictionary or list of pairs");
  }
  for (const Value& from : arguments.positional) {
    if (from.is_undefined()) {
      throw TemplateError(fmt::format("'{}' is undefined", from.missing_name()));
    }
    if (from.is_dict()) {
      members = from.as_members();
      continue;
    }
    for (const Value& pair : iterate(from)) {
      const List parts = iterate(pair);
      if (parts.size() != 2) {
        throw TemplateError("dict() takes a dictionary or pairs");
      }
      put(parts[0], parts[1]);
    }
  }
  for (const auto& [name, value] : arguments.named) {
    put(Value(name), value);
  }
  return members;
}

}  // namespace

Value Evaluator::make_namespace(const Arguments& arguments) {
  auto made = std::make_shared<NamespaceData>();
  for (const Member& member : members_of(arguments)) {
    if (member.first.text().starts_with('_')) {
      throw TemplateError(fmt::format("a namespace has no room for '{}'", member.first.text()));
    }
    made->members.emplace_back(member.first.text(), member.second);
  }
  budget_.charge(128);
  namespaces_.push_back(made);
  return made;
}

Value Evaluator::make_range(const Arguments& arguments) {
  if (arguments.positional.empty() || arguments.positional.size() > 3 || !arguments.named.empty()) {
    throw TemplateError("range() takes one to three integers");
  }
  const bool one = arguments.positional.size() == 1;
  for (const Value& bound : arguments.positional) {
    if (bound.is_none()) {
      throw TemplateError("range() takes integers");
    }
  }
  const int64_t begin = one ? 0 : arguments.integer(0, "start", 0);
  const int64_t end = arguments.integer(one ? 0 : 1, "stop", 0);
  const int64_t step = arguments.integer(2, "step", 1);
  if (step == 0) {
    throw TemplateError("range() with a step of 0");
  }
  constexpr int64_t kMaxRange = 100'000;  // as in Jinja's sandbox
  const double length = (static_cast<double>(end) - static_cast<double>(begin)) / static_cast<double>(step);
  if (length > kMaxRange) {
    throw TemplateError("range() is too large", 0, TemplateError::Kind::kLimit);
  }
  List out;
  for (int64_t i = begin; step > 0 ? i < end : i > end;) {
    out.emplace_back(i);
    if (__builtin_add_overflow(i, step, &i)) {
      break;
    }
  }
  Value made = Value::range(std::move(out), begin, end, step);
  budget_.charge(made);
  return made;
}

void Evaluator::define_globals() {
  const auto function = [this](const char* name, std::function<Value(const Arguments&)> call) {
    define(name, std::make_shared<FunctionData>(FunctionData{name, std::move(call)}));
  };
  function("raise_exception", [](const Arguments& arguments) -> Value {
    throw TemplateError(arguments.get_or(0, "message", "").text(), 0, TemplateError::Kind::kRaised);
  });
  function("namespace", [this](const Arguments& arguments) { return make_namespace(arguments); });
  function("dict", [](const Arguments& arguments) { return Value::dict(members_of(arguments)); });
  function("range", [this](const Arguments& arguments) { return make_range(arguments); });
  function("joiner", [](const Arguments& arguments) -> Value {
    const Value separator = arguments.get_or(0, "sep", ", ");
    return std::make_shared<FunctionData>(FunctionData{"joiner", [separator, used = false](const Arguments&) mutable {
                                                         return std::exchange(used, true) ? separator : "";
                                                       }});
  });
  function("strftime_now", [this](const Arguments& arguments) -> Value {
    const auto now = static_cast<std::time_t>(now_seconds_);
    std::tm parts{};
    localtime_r(&now, &parts);
    std::array<char, 512> text{};
    const size_t size = std::strftime(text.data(), text.size(), arguments.string(0, "format").c_str(), &parts);
    return std::string(text.data(), size);
  });
}

std::string Evaluator::render(const Block& block) {
  std::string out;
  out_ = &out;
  run(block);
  out_ = nullptr;
  return out;
}

void Evaluator::write(std::string_view text) {
  out_->append(text);
  budget_.charge(static_cast<int64_t>(text.size()));
  if (static_cast<int64_t>(out_->size()) > budget_.limits().output) {
    throw TemplateError("the rendered text is too long", 0, TemplateError::Kind::kLimit);
  }
}

Evaluator::Flow Evaluator::run(const Block& block) {
  const Depth depth(budget_);
  for (const auto& node : block) {
    try {
      const Flow flow = run(*node);
      if (flow != Flow::kOn) {
        return flow;
      }
    } catch (const TemplateError& error) {
      if (error.line() > 0) {
        throw;
      }
      throw TemplateError(error.what(), node->line, error.kind());
    }
  }
  return Flow::kOn;
}

Evaluator::Flow Evaluator::run(const Node& node) {
  budget_.step();
  switch (node.kind) {
    case Node::Kind::kText:
      write(node.text);
      break;
    case Node::Kind::kOutput:
      write(evaluate(*node.value).text());
      break;
    case Node::Kind::kIf:
      for (size_t i = 0; i < node.blocks.size(); ++i) {
        if (i >= node.conditions.size() || evaluate(*node.conditions[i]).truthy()) {
          return run(node.blocks[i]);
        }
      }
      break;
    case Node::Kind::kFor:
      return run_for(node);
    case Node::Kind::kSet:
      run_set(node);
      break;
    case Node::Kind::kSetBlock: {
      Value text(capture(node.blocks[0], std::make_shared<Scope>(Scope{scope_, {}})));
      Value value = node.value != nullptr ? evaluate_filter(*node.value, &text) : std::move(text);
      bind_targets(node, std::move(value), *scope_);
      break;
    }
    case Node::Kind::kMacro:
      scope_->set(node.text, make_macro(node.text, node));
      break;
    case Node::Kind::kCallBlock:
      run_call_block(node);
      break;
    case Node::Kind::kFilterBlock: {
      const Value text(capture(node.blocks[0], std::make_shared<Scope>(Scope{scope_, {}})));
      write(evaluate_filter(*node.value, &text).text());
      break;
    }
    case Node::Kind::kScope:
      return run_with(node);
    case Node::Kind::kBreak:
      return Flow::kBreak;
    case Node::Kind::kContinue:
      return Flow::kContinue;
  }
  return Flow::kOn;
}

namespace {

// Puts a value into a variable until the end of the block, exceptions included.
template <class T>
class Restore {
 public:
  Restore(T& variable, T value) : variable_(variable), before_(std::exchange(variable, std::move(value))) {}
  ~Restore() { variable_ = std::move(before_); }
  Restore(const Restore&) = delete;
  Restore& operator=(const Restore&) = delete;

 private:
  T& variable_;
  T before_;
};

}  // namespace

Evaluator::Flow Evaluator::run_scoped(const Block& block, std::shared_ptr<Scope> scope) {
  const Restore restore(scope_, std::move(scope));
  return run(block);
}

std::string Evaluator::capture(const Block& block, std::shared_ptr<Scope> scope) {
  std::string text;
  std::string* target = &text;
  const Restore restore(out_, target);
  run_scoped(block, std::move(scope));
  return text;
}

Evaluator::Flow Evaluator::run_for(const Node& node) {
  return run_loop(node, scope_, evaluate(*node.value), 1);
}

Evaluator::Flow Evaluator::run_loop(const Node& node, const std::shared_ptr<Scope>& outer, const Value& items,
                                    int depth) {
  auto state = std::make_shared<LoopData>();
  state->items = iterate(items);
  state->depth = depth;
  budget_.charge(static_cast<int64_t>(48 * state->items.size()));
  if (node.condition != nullptr) {
    List kept;
    for (const Value& item : state->items) {
      auto scope = std::make_shared<Scope>(Scope{outer, {}});
      bind_targets(node, item, *scope);
      const Restore restore(scope_, std::move(scope));
      if (evaluate(*node.condition).truthy()) {
        kept.push_back(item);
      }
    }
    state->items = std::move(kept);
  }
  if (node.recursive) {
    const std::weak_ptr<Scope> around = outer;
    state->recursion = [this, &node, around, depth](const Value& inner) -> Value {
      const Depth guard(budget_);
      const std::shared_ptr<Scope> parent = around.lock();
      if (parent == nullptr) {
        throw TemplateError("a loop is called after its end");
      }
      std::string text;
      std::string* target = &text;
      const Restore restore(out_, target);
      run_loop(node, parent, inner, depth + 1);
      return text;
    };
  }
  bool completed = false;
  for (state->index = 0; state->index < state->items.size(); ++state->index) {
    budget_.step();
    auto scope = std::make_shared<Scope>(Scope{outer, {}});
    scope->set("loop", Value(state));
    bind_targets(node, state->items[state->index], *scope);
    const Flow flow = run_scoped(node.blocks[0], std::move(scope));
    if (flow == Flow::kBreak) {
      break;
    }
    completed = completed || flow == Flow::kOn;
  }
  // As Jinja has it, an iteration that {% continue %} or {% break %} ends does not count as one.
  if (!completed && node.blocks.size() > 1) {
    return run_scoped(node.blocks[1], std::make_shared<Scope>(Scope{outer, {}}));
  }
  return Flow::kOn;
}

void Evaluator::bind_targets(const Node& node, Value value, Scope& scope) {
  if (!node.unpacks) {
    scope.set(node.targets[0], std::move(value));
    return;
  }
  const List items = iterate(value);
  if (items.size() != node.targets.size()) {
    throw TemplateError(fmt::format("cannot unpack {} values into {} names", items.size(), node.targets.size()));
  }
  for (size_t i = 0; i < items.size(); ++i) {
    scope.set(node.targets[i], items[i]);
  }
}

void Evaluator::run_set(const Node& node) {
  Value value = evaluate(*node.value);
  if (node.attribute.empty()) {
    bind_targets(node, std::move(value), *scope_);
    return;
  }
  const Value* target = scope_->find(node.targets[0]);
  if (target == nullptr || !target->is_namespace()) {
    throw TemplateError(fmt::format("'{}' is no namespace; make one with namespace()", node.targets[0]));
  }
  auto& members = target->as_namespace().members;
  const auto found =
      std::find_if(members.begin(), members.end(), [&](const auto& member) { return member.first == node.attribute; });
  if (found != members.end()) {
    found->second = std::move(value);
  } else {
    members.emplace_back(node.attribute, std::move(value));
  }
}

Evaluator::Flow Evaluator::run_with(const Node& node) {
  auto scope = std::make_shared<Scope>(Scope{scope_, {}});
  for (size_t i = 0; i < node.targets.size(); ++i) {
    scope->set(node.targets[i], evaluate(*node.conditions[i]));
  }
  return run_scoped(node.blocks[0], std::move(scope));
}

void Evaluator::run_call_block(const Node& node) {
  const Value caller = make_macro("caller", node);
  write(evaluate_call(*node.value, &caller).text());
}

Value Evaluator::make_macro(const std::string& name, const Node& node) {
  // A macro sees the scope it was defined in, without keeping it alive: the scope holds the macro.
  const std::weak_ptr<Scope> around = scope_;
  return std::make_shared<FunctionData>(FunctionData{
      name, [this, name, around, &node](const Arguments& arguments) -> Value {
        const Depth depth(budget_);
        std::shared_ptr<Scope> parent = around.lock();
        if (parent == nullptr) {
          throw TemplateError(fmt::format("the macro {} is called outside the block that defines it", name));
        }
        auto scope = std::make_shared<Scope>(Scope{std::move(parent), {}});
        const Restore restore(scope_, scope);
        bind_parameters(name, node, arguments, *scope);
        return capture(node.blocks[0], scope);
      }});
}

void Evaluator::bind_parameters(const std::string& name, const Node& node, const Arguments& arguments, Scope& scope) {
  const std::vector<Parameter>& parameters = node.parameters;
  const auto has_parameter = [&](const std::string& key) {
    return std::any_of(parameters.begin(), parameters.end(), [&](const Parameter& p) { return p.name == key; });
  };
  if (arguments.positional.size() > parameters.size() && !node.reads_varargs) {
    throw TemplateError(fmt::format("{}() takes at most {} arguments", name, parameters.size()));
  }
  for (size_t i = 0; i < parameters.size(); ++i) {
    const bool by_name = std::any_of(arguments.named.begin(), arguments.named.end(),
                                     [&](const auto& named) { return named.first == parameters[i].name; });
    if (by_name && i < arguments.positional.size()) {
      throw TemplateError(fmt::format("{}() got several values for '{}'", name, parameters[i].name));
    }
    const Value* given = arguments.get(i, parameters[i].name);
    if (given != nullptr) {
      scope.set(parameters[i].name, *given);
    } else if (parameters[i].fallback != nullptr) {
      scope.set(parameters[i].name, evaluate(*parameters[i].fallback));
    } else {
      scope.set(parameters[i].name, Value::undefined(parameters[i].name));
    }
  }
  if (node.reads_caller && !has_parameter("caller")) {
    scope.set("caller", Value::undefined("caller"));
  }
  Members others;
  for (const auto& [key, value] : arguments.named) {
    if (has_parameter(key)) {
      continue;
    }
    if (key == "caller" && node.reads_caller) {
      scope.set(key, value);
    } else if (node.reads_kwargs) {
      others.emplace_back(Value(key), value);
    } else {
      throw TemplateError(fmt::format("{}() has no parameter named '{}'", name, key));
    }
  }
  if (node.reads_varargs) {
    const size_t taken = std::min(parameters.size(), arguments.positional.size());
    scope.set("varargs", Value::tuple(List(arguments.positional.begin() + static_cast<std::ptrdiff_t>(taken),
                                           arguments.positional.end())));
  }
  if (node.reads_kwargs) {
    scope.set("kwargs", Value::dict(std::move(others)));
  }
}

Value Evaluator::filter(const std::string& name, const Value& subject, const Arguments& arguments) {
  const Depth depth(budget_);
  auto filters = [this](const std::string& n, const Value& s, const Arguments& a) { return filter(n, s, a); };
  auto tests = [this](const std::string& n, const Value& s, const Arguments& a) { return test(n, s, a); };
  Callbacks callbacks{budget_, filters, tests};
  return apply_filter(name, subject, arguments, callbacks);
}

bool Evaluator::test(const std::string& name, const Value& subject, const Arguments& arguments) {
  const Depth depth(budget_);
  auto filters = [this](const std::string& n, const Value& s, const Arguments& a) { return filter(n, s, a); };
  auto tests = [this](const std::string& n, const Value& s, const Arguments& a) { return test(n, s, a); };
  Callbacks callbacks{budget_, filters, tests};
  return apply_test(name, subject, arguments, callbacks);
}

Value Evaluator::evaluate(const Expr& expr) {
  const Depth depth(budget_);
  budget_.step();
  try {
    return evaluate_inner(expr);
  } catch (const TemplateError& error) {
    if (error.line() > 0) {
      throw;
    }
    throw TemplateError(error.what(), expr.line, error.kind());
  }
}

}  // namespace smelt::jinja
