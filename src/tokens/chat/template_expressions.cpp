// The evaluation of expressions.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "tokens/chat/template_evaluator.h"

namespace smelt::jinja {

Value Evaluator::evaluate_inner(const Expr& expr) {
  switch (expr.kind) {
    case Expr::Kind::kLiteral:
      return expr.literal;
    case Expr::Kind::kName:
      return evaluate_name(expr);
    case Expr::Kind::kList:
    case Expr::Kind::kTuple:
      return evaluate_list(expr);
    case Expr::Kind::kDict:
      return evaluate_dict(expr);
    case Expr::Kind::kAttribute:
      return get_attribute(evaluate(*expr.children[0]), expr.name, budget_);
    case Expr::Kind::kItem: {
      const Value subject = evaluate(*expr.children[0]);
      return get_item(subject, evaluate(*expr.children[1]), budget_);
    }
    case Expr::Kind::kSlice:
      return evaluate_slice(expr);
    case Expr::Kind::kCall:
      return evaluate_call(expr);
    case Expr::Kind::kFilter:
      return evaluate_filter(expr, nullptr);
    case Expr::Kind::kTest:
      return evaluate_test(expr);
    case Expr::Kind::kNot:
      return !evaluate(*expr.children[0]).truthy();
    case Expr::Kind::kNegate:
    case Expr::Kind::kPlus: {
      const Value value = evaluate(*expr.children[0]);
      const bool negates = expr.kind == Expr::Kind::kNegate;
      if (value.is_double()) {
        return negates ? -value.as_number() : value.as_number();  // -0.0 too
      }
      return apply_binary(negates ? "-" : "+", Value(0), value, budget_);
    }
    case Expr::Kind::kBinary: {
      const Value left = evaluate(*expr.children[0]);
      return apply_binary(expr.operators[0], left, evaluate(*expr.children[1]), budget_);
    }
    case Expr::Kind::kCompare:
      return evaluate_compare(expr);
    case Expr::Kind::kAnd:
    case Expr::Kind::kOr: {
      Value value;
      for (const ExprPtr& child : expr.children) {
        value = evaluate(*child);
        if (value.truthy() == (expr.kind == Expr::Kind::kOr)) {
          break;
        }
      }
      return value;
    }
    case Expr::Kind::kConcat:
      return evaluate_concat(expr);
    case Expr::Kind::kConditional:
      if (evaluate(*expr.children[1]).truthy()) {
        return evaluate(*expr.children[0]);
      }
      return expr.children[2] != nullptr ? evaluate(*expr.children[2])
                                         : Value::undefined("the else part of a conditional");
  }
  return {};
}

Value Evaluator::evaluate_name(const Expr& expr) {
  const Value* found = scope_->find(expr.name);
  return found != nullptr ? *found : Value::undefined(expr.name);
}

Value Evaluator::evaluate_list(const Expr& expr) {
  List items;
  items.reserve(expr.children.size());
  for (const ExprPtr& child : expr.children) {
    items.push_back(evaluate(*child));
  }
  Value list = Value::list(std::move(items), expr.kind == Expr::Kind::kTuple ? ListKind::kTuple : ListKind::kList);
  budget_.charge(list);
  return list;
}

Value Evaluator::evaluate_dict(const Expr& expr) {
  Members members;
  for (size_t i = 0; i + 1 < expr.children.size(); i += 2) {
    Value key = evaluate(*expr.children[i]);
    if (key.is_dict() || (key.is_list() && !key.is_tuple())) {
      throw TemplateError(fmt::format("{} cannot be a key", key.type_name()));
    }
    Value value = evaluate(*expr.children[i + 1]);
    const auto same =
        std::find_if(members.begin(), members.end(), [&](const Member& member) { return member.first == key; });
    budget_.step(static_cast<int64_t>(members.size()) / 8);
    if (same != members.end()) {
      same->second = std::move(value);
    } else {
      members.emplace_back(std::move(key), std::move(value));
    }
  }
  Value dict = Value::dict(std::move(members));
  budget_.charge(dict);
  return dict;
}

Value Evaluator::evaluate_slice(const Expr& expr) {
  const Value subject = evaluate(*expr.children[0]);
  Value bounds[3];
  const Value* given[3] = {nullptr, nullptr, nullptr};
  for (size_t i = 0; i < 3; ++i) {
    if (expr.children[i + 1] != nullptr) {
      bounds[i] = evaluate(*expr.children[i + 1]);
      given[i] = &bounds[i];
    }
  }
  return apply_slice(subject, given[0], given[1], given[2], budget_);
}

Value Evaluator::evaluate_compare(const Expr& expr) {
  Value left = evaluate(*expr.children[0]);
  for (size_t i = 0; i < expr.operators.size(); ++i) {
    Value right = evaluate(*expr.children[i + 1]);
    if (!apply_comparison(expr.operators[i], left, right, budget_)) {
      return false;
    }
    left = std::move(right);
  }
  return true;
}

Value Evaluator::evaluate_concat(const Expr& expr) {
  std::string out;
  for (const ExprPtr& child : expr.children) {
    out += evaluate(*child).text();
    budget_.charge(static_cast<int64_t>(out.size()));
  }
  return out;
}

Arguments Evaluator::evaluate_arguments(const Expr& expr) {
  Arguments arguments;
  for (size_t i = 1; i < expr.children.size(); ++i) {
    arguments.positional.push_back(evaluate(*expr.children[i]));
  }
  for (const auto& [name, value] : expr.named) {
    arguments.named.emplace_back(name, evaluate(*value));
  }
  return arguments;
}

Value Evaluator::evaluate_call(const Expr& expr, const Value* caller) {
  const Value callee = evaluate(*expr.children[0]);
  if (callee.is_loop() && callee.as_loop().recursion) {
    const Arguments arguments = evaluate_arguments(expr);
    if (arguments.positional.size() != 1 || !arguments.named.empty()) {
      throw TemplateError("loop() takes the items of the next level");
    }
    const auto recursion = callee.as_loop().recursion;
    return recursion(arguments.positional[0]);
  }
  if (!callee.is_function()) {
    throw TemplateError(callee.is_undefined() ? fmt::format("'{}' is undefined", callee.missing_name())
                                              : fmt::format("{} cannot be called", callee.type_name()));
  }
  Arguments arguments = evaluate_arguments(expr);
  if (caller != nullptr) {
    arguments.named.emplace_back("caller", *caller);
  }
  return callee.as_function().call(arguments);
}

Value Evaluator::evaluate_filter(const Expr& expr, const Value* text) {
  Value subject;
  if (expr.children[0] == nullptr) {
    subject = text != nullptr ? *text : Value();
  } else if (expr.children[0]->kind == Expr::Kind::kFilter && text != nullptr) {
    subject = evaluate_filter(*expr.children[0], text);
  } else {
    subject = evaluate(*expr.children[0]);
  }
  return filter(expr.name, subject, evaluate_arguments(expr));
}

bool Evaluator::evaluate_test(const Expr& expr) {
  return test(expr.name, evaluate(*expr.children[0]), evaluate_arguments(expr));
}

}  // namespace smelt::jinja
