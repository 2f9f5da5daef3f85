#include "tokens/chat/template_expression_parser.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace smelt::jinja {

using Kind = Token::Kind;

bool TokenStream::accept_operator(std::string_view text) {
  if (!is_operator(text)) {
    return false;
  }
  next();
  return true;
}

bool TokenStream::accept_name(std::string_view text) {
  if (!is_name(text)) {
    return false;
  }
  next();
  return true;
}

void TokenStream::expect_operator(std::string_view text) {
  if (!accept_operator(text)) {
    fail_expecting(fmt::format("'{}'", text));
  }
}

void TokenStream::expect_name(std::string_view text) {
  if (!accept_name(text)) {
    fail_expecting(fmt::format("'{}'", text));
  }
}

const Token& TokenStream::expect_kind(Token::Kind kind, std::string_view what) {
  if (peek().kind != kind) {
    fail_expecting(what);
  }
  return next();
}

bool TokenStream::has_name_since(size_t position, std::string_view name) const {
  return std::any_of(tokens_.begin() + static_cast<std::ptrdiff_t>(position),
                     tokens_.begin() + static_cast<std::ptrdiff_t>(pos_),
                     [&](const Token& token) { return token.kind == Kind::kName && token.text == name; });
}

void TokenStream::fail_expecting(std::string_view what) const {
  const Token& token = peek();
  std::string found = "'" + token.text + "'";
  if (token.kind == Kind::kEnd) {
    found = "the end of the template";
  } else if (token.kind == Kind::kBlockEnd) {
    found = "'%}'";
  } else if (token.kind == Kind::kOutputEnd) {
    found = "'}}'";
  }
  throw TemplateError(fmt::format("expected {}, found {}", what, found), token.line);
}

DepthGuard::DepthGuard(TokenStream& in) : in_(in) {
  if (in_.depth >= kMaxTemplateDepth) {
    throw TemplateError("the template nests too deeply", in_.peek().line, TemplateError::Kind::kLimit);
  }
  ++in_.depth;
}

ExprPtr ExpressionParser::make(Expr::Kind kind) const {
  auto expr = std::make_unique<Expr>();
  expr->kind = kind;
  expr->line = in_.peek().line;
  return expr;
}

ExprPtr ExpressionParser::make(Expr::Kind kind, ExprPtr first, ExprPtr second) const {
  ExprPtr expr = make(kind);
  expr->children.push_back(std::move(first));
  if (second != nullptr) {
    expr->children.push_back(std::move(second));
  }
  return expr;
}

// Chains like a + b + c + ... nest to the left without recursion in the parser: their depth is bounded here.
ExprPtr ExpressionParser::sealed(ExprPtr expr) const {
  for (const ExprPtr& child : expr->children) {
    expr->depth = std::max(expr->depth, child != nullptr ? child->depth + 1 : 1);
  }
  for (const auto& named : expr->named) {
    expr->depth = std::max(expr->depth, named.second->depth + 1);
  }
  if (expr->depth > 2 * kMaxTemplateDepth) {
    throw TemplateError("the expression nests too deeply", expr->line, TemplateError::Kind::kLimit);
  }
  return expr;
}

ExprPtr ExpressionParser::parse() {
  const DepthGuard guard(in_);
  ExprPtr expr = parse_or();
  while (in_.accept_name("if")) {
    ExprPtr conditional = make(Expr::Kind::kConditional, std::move(expr), parse_or());
    conditional->children.push_back(in_.accept_name("else") ? parse() : nullptr);
    expr = sealed(std::move(conditional));
  }
  return expr;
}

ExprPtr ExpressionParser::parse_tuple() {
  ExprPtr first = parse();
  if (!in_.is_operator(",")) {
    return first;
  }
  ExprPtr tuple = make(Expr::Kind::kTuple, std::move(first));
  while (in_.accept_operator(",")) {
    if (in_.is_operator(")") || in_.peek().kind == Kind::kBlockEnd || in_.peek().kind == Kind::kOutputEnd) {
      break;
    }
    tuple->children.push_back(parse());
  }
  return sealed(std::move(tuple));
}

ExprPtr ExpressionParser::parse_or() {
  ExprPtr expr = parse_and();
  if (in_.is_name("or")) {
    expr = make(Expr::Kind::kOr, std::move(expr));
    while (in_.accept_name("or")) {
      expr->children.push_back(parse_and());
    }
    expr = sealed(std::move(expr));
  }
  return expr;
}

ExprPtr ExpressionParser::parse_and() {
  ExprPtr expr = parse_not();
  if (in_.is_name("and")) {
    expr = make(Expr::Kind::kAnd, std::move(expr));
    while (in_.accept_name("and")) {
      expr->children.push_back(parse_not());
    }
    expr = sealed(std::move(expr));
  }
  return expr;
}

ExprPtr ExpressionParser::parse_not() {
  if (in_.accept_name("not")) {
    const DepthGuard guard(in_);
    return sealed(make(Expr::Kind::kNot, parse_not()));
  }
  return parse_comparison();
}

ExprPtr ExpressionParser::parse_comparison() {
  static constexpr std::array<std::string_view, 6> kOperators = {"==", "!=", "<", "<=", ">", ">="};
  ExprPtr expr = parse_sum();
  ExprPtr compare;
  while (true) {
    std::string name;
    if (in_.peek().kind == Kind::kOperator &&
        std::find(kOperators.begin(), kOperators.end(), in_.peek().text) != kOperators.end()) {
      name = in_.next().text;
    } else if (in_.accept_name("in")) {
      name = "in";
    } else if (in_.is_name("not") && in_.peek(1).kind == Kind::kName && in_.peek(1).text == "in") {
      in_.next();
      in_.next();
      name = "not in";
    } else {
      break;
    }
    if (compare == nullptr) {
      compare = make(Expr::Kind::kCompare, std::move(expr));
    }
    compare->operators.push_back(std::move(name));
    compare->children.push_back(parse_sum());
  }
  return compare != nullptr ? sealed(std::move(compare)) : std::move(expr);
}

ExprPtr ExpressionParser::parse_sum() {
  ExprPtr expr = parse_concat();
  while (in_.is_operator("+") || in_.is_operator("-")) {
    std::string name = in_.next().text;
    expr = make(Expr::Kind::kBinary, std::move(expr), parse_concat());
    expr->operators.push_back(std::move(name));
    expr = sealed(std::move(expr));
  }
  return expr;
}

ExprPtr ExpressionParser::parse_concat() {
  ExprPtr expr = parse_product();
  if (in_.is_operator("~")) {
    expr = make(Expr::Kind::kConcat, std::move(expr));
    while (in_.accept_operator("~")) {
      expr->children.push_back(parse_product());
    }
    expr = sealed(std::move(expr));
  }
  return expr;
}

ExprPtr ExpressionParser::parse_product() {
  ExprPtr expr = parse_power();
  while (in_.is_operator("*") || in_.is_operator("/") || in_.is_operator("//") || in_.is_operator("%")) {
    std::string name = in_.next().text;
    expr = make(Expr::Kind::kBinary, std::move(expr), parse_power());
    expr->operators.push_back(std::move(name));
    expr = sealed(std::move(expr));
  }
  return expr;
}

// As Jinja has it, filters bind before ** and a sign before both: -2 ** 2 is 4.
ExprPtr ExpressionParser::parse_power() {
  ExprPtr expr = parse_unary(true);
  while (in_.accept_operator("**")) {
    expr = make(Expr::Kind::kBinary, std::move(expr), parse_unary(true));
    expr->operators.emplace_back("**");
    expr = sealed(std::move(expr));
  }
  return expr;
}

ExprPtr ExpressionParser::parse_unary(bool with_filters) {
  const DepthGuard guard(in_);
  ExprPtr expr;
  if (in_.accept_operator("-")) {
    expr = sealed(make(Expr::Kind::kNegate, parse_unary(false)));
  } else if (in_.accept_operator("+")) {
    expr = sealed(make(Expr::Kind::kPlus, parse_unary(false)));
  } else {
    expr = parse_primary();
  }
  expr = parse_postfix(std::move(expr));
  return with_filters ? parse_filters_and_tests(std::move(expr)) : std::move(expr);
}

ExprPtr ExpressionParser::parse_primary() {
  const Token& token = in_.peek();
  ExprPtr expr = make(Expr::Kind::kLiteral);
  if (token.kind == Kind::kString) {
    std::string text = in_.next().text;
    while (in_.peek().kind == Kind::kString) {
      text += in_.next().text;
    }
    expr->literal = Value(std::move(text));
    return expr;
  }
  if (token.kind == Kind::kInteger) {
    expr->literal = in_.next().integer;
    return expr;
  }
  if (token.kind == Kind::kFloat) {
    expr->literal = in_.next().number;
    return expr;
  }
  if (token.kind == Kind::kName) {
    const std::string& name = in_.next().text;
    if (name == "true" || name == "True" || name == "false" || name == "False") {
      expr->literal = name == "true" || name == "True";
    } else if (name == "none" || name == "None") {
      expr->literal = Value::None{};
    } else {
      expr->kind = Expr::Kind::kName;
      expr->name = name;
    }
    return expr;
  }
  if (in_.accept_operator("(")) {
    return parse_bracketed();
  }
  if (in_.accept_operator("[")) {
    return parse_list();
  }
  if (in_.accept_operator("{")) {
    return parse_dict();
  }
  in_.fail_expecting("an expression");
}

ExprPtr ExpressionParser::parse_bracketed() {
  if (in_.accept_operator(")")) {
    return make(Expr::Kind::kTuple);
  }
  ExprPtr expr = parse_tuple();
  in_.expect_operator(")");
  return expr;
}

ExprPtr ExpressionParser::parse_list() {
  ExprPtr list = make(Expr::Kind::kList);
  while (!in_.accept_operator("]")) {
    list->children.push_back(parse());
    if (!in_.accept_operator(",")) {
      in_.expect_operator("]");
      break;
    }
  }
  return sealed(std::move(list));
}

ExprPtr ExpressionParser::parse_dict() {
  ExprPtr dict = make(Expr::Kind::kDict);
  while (!in_.accept_operator("}")) {
    dict->children.push_back(parse());
    in_.expect_operator(":");
    dict->children.push_back(parse());
    if (!in_.accept_operator(",")) {
      in_.expect_operator("}");
      break;
    }
  }
  return sealed(std::move(dict));
}

ExprPtr ExpressionParser::parse_postfix(ExprPtr expr) {
  while (true) {
    if (in_.accept_operator(".")) {
      ExprPtr attribute;
      if (in_.peek().kind == Kind::kInteger) {
        ExprPtr index = make(Expr::Kind::kLiteral);
        index->literal = in_.next().integer;
        attribute = make(Expr::Kind::kItem, std::move(expr), std::move(index));
      } else {
        attribute = make(Expr::Kind::kAttribute, std::move(expr));
        attribute->name = in_.expect_kind(Kind::kName, "a name").text;
      }
      expr = sealed(std::move(attribute));
    } else if (in_.accept_operator("[")) {
      expr = parse_subscript(std::move(expr));
    } else if (in_.accept_operator("(")) {
      ExprPtr call = make(Expr::Kind::kCall, std::move(expr));
      parse_arguments(*call);
      expr = sealed(std::move(call));
    } else {
      return expr;
    }
  }
}

ExprPtr ExpressionParser::parse_subscript(ExprPtr expr) {
  ExprPtr parts[3];
  size_t filled = 0;
  bool is_slice = false;
  while (!in_.is_operator("]")) {
    if (in_.accept_operator(":")) {
      is_slice = true;
      if (++filled > 2) {
        in_.fail_expecting("']'");
      }
      continue;
    }
    if (parts[filled] != nullptr) {
      in_.fail_expecting("']'");
    }
    parts[filled] = is_slice ? parse() : parse_tuple();
  }
  in_.next();
  if (!is_slice && parts[0] == nullptr) {
    in_.fail_expecting("an expression inside []");
  }
  ExprPtr result = make(is_slice ? Expr::Kind::kSlice : Expr::Kind::kItem, std::move(expr));
  result->children.push_back(std::move(parts[0]));
  if (is_slice) {
    result->children.push_back(std::move(parts[1]));
    result->children.push_back(std::move(parts[2]));
  }
  return sealed(std::move(result));
}

// After the opening bracket.
void ExpressionParser::parse_arguments(Expr& call) {
  while (!in_.accept_operator(")")) {
    const bool is_named =
        in_.peek().kind == Kind::kName && in_.peek(1).kind == Kind::kOperator && in_.peek(1).text == "=";
    if (is_named) {
      std::string name = in_.next().text;
      in_.next();
      call.named.emplace_back(std::move(name), parse());
    } else if (!call.named.empty()) {
      in_.fail_expecting("a named argument");
    } else {
      call.children.push_back(parse());
    }
    if (!in_.accept_operator(",")) {
      in_.expect_operator(")");
      break;
    }
  }
}

ExprPtr ExpressionParser::parse_filter_chain(ExprPtr subject) {
  while (true) {
    ExprPtr filter = make(Expr::Kind::kFilter);
    filter->children.push_back(std::move(subject));
    filter->name = in_.expect_kind(Kind::kName, "a filter's name").text;
    if (in_.accept_operator("(")) {
      parse_arguments(*filter);
    }
    subject = sealed(std::move(filter));
    if (!in_.accept_operator("|")) {
      return subject;
    }
  }
}

ExprPtr ExpressionParser::parse_filters_and_tests(ExprPtr expr) {
  while (true) {
    if (in_.accept_operator("|")) {
      expr = parse_filter_chain(std::move(expr));
    } else if (in_.accept_name("is")) {
      expr = parse_test(std::move(expr));
    } else if (in_.accept_operator("(")) {  // (x | f)(...) without the brackets
      ExprPtr call = make(Expr::Kind::kCall, std::move(expr));
      parse_arguments(*call);
      expr = sealed(std::move(call));
    } else {
      return expr;
    }
  }
}

ExprPtr ExpressionParser::parse_test(ExprPtr expr) {
  const bool negated = in_.accept_name("not");
  ExprPtr test = make(Expr::Kind::kTest, std::move(expr));
  test->name = in_.peek().kind == Kind::kName ? in_.next().text : "";
  if (test->name.empty()) {
    in_.fail_expecting("a test's name");
  }
  const Token& token = in_.peek();
  if (in_.is_name("is")) {
    throw TemplateError("tests do not chain: put brackets around one", token.line);
  }
  // Any name but these begins an argument, as Jinja has it: `x is defined if y` needs brackets.
  const bool ends = token.kind == Kind::kName && (token.text == "else" || token.text == "or" || token.text == "and");
  if (in_.accept_operator("(")) {
    parse_arguments(*test);
  } else if (token.kind == Kind::kString || token.kind == Kind::kInteger || token.kind == Kind::kFloat ||
             (token.kind == Kind::kOperator && (token.text == "[" || token.text == "{")) ||
             (token.kind == Kind::kName && !ends)) {
    test->children.push_back(parse_postfix(parse_primary()));
  }
  test = sealed(std::move(test));
  return negated ? sealed(make(Expr::Kind::kNot, std::move(test))) : std::move(test);
}

}  // namespace smelt::jinja
