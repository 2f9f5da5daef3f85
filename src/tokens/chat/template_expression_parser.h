// Parses the expressions inside a template's tags by recursive descent, in Jinja's order of precedence:
// conditional, or, and, not, comparison, + and -, ~, * / // %, **, filters and tests, signs, postfix.
#pragma once

#include <string_view>
#include <vector>

#include "tokens/chat/template_ast.h"
#include "tokens/chat/template_lexer.h"

namespace smelt::jinja {

constexpr int kMaxTemplateDepth = 200;

// The tokens with a reading position and the present depth of recursion.
class TokenStream {
 public:
  explicit TokenStream(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  const Token& peek(size_t ahead = 0) const { return tokens_[std::min(pos_ + ahead, tokens_.size() - 1)]; }
  const Token& next() { return tokens_[pos_ + 1 < tokens_.size() ? pos_++ : pos_]; }
  bool is_operator(std::string_view text) const { return peek().kind == Token::Kind::kOperator && peek().text == text; }
  bool is_name(std::string_view text) const { return peek().kind == Token::Kind::kName && peek().text == text; }
  bool accept_operator(std::string_view text);
  bool accept_name(std::string_view text);
  void expect_operator(std::string_view text);
  void expect_name(std::string_view text);
  const Token& expect_kind(Token::Kind kind, std::string_view what);
  size_t position() const { return pos_; }
  // Whether a token since `position` is that name.
  bool has_name_since(size_t position, std::string_view name) const;
  [[noreturn]] void fail_expecting(std::string_view what) const;

  int depth = 0;

 private:
  std::vector<Token> tokens_;
  size_t pos_ = 0;
};

class DepthGuard {
 public:
  explicit DepthGuard(TokenStream& in);
  ~DepthGuard() { --in_.depth; }
  DepthGuard(const DepthGuard&) = delete;
  DepthGuard& operator=(const DepthGuard&) = delete;

 private:
  TokenStream& in_;
};

class ExpressionParser {
 public:
  explicit ExpressionParser(TokenStream& in) : in_(in) {}

  ExprPtr parse();        // a conditional expression
  ExprPtr parse_tuple();  // the same, or several with commas
  ExprPtr parse_or();     // without the conditional, as after `in` of a for loop
  // name(args) | name ... applied to `subject`, which may be null (the text of a block).
  ExprPtr parse_filter_chain(ExprPtr subject);

 private:
  ExprPtr make(Expr::Kind kind) const;
  ExprPtr make(Expr::Kind kind, ExprPtr first, ExprPtr second = nullptr) const;
  ExprPtr sealed(ExprPtr expr) const;
  ExprPtr parse_and();
  ExprPtr parse_not();
  ExprPtr parse_comparison();
  ExprPtr parse_sum();
  ExprPtr parse_concat();
  ExprPtr parse_product();
  ExprPtr parse_power();
  ExprPtr parse_unary(bool with_filters);
  ExprPtr parse_primary();
  ExprPtr parse_list();
  ExprPtr parse_dict();
  ExprPtr parse_bracketed();
  ExprPtr parse_postfix(ExprPtr expr);
  ExprPtr parse_filters_and_tests(ExprPtr expr);
  ExprPtr parse_subscript(ExprPtr expr);
  ExprPtr parse_test(ExprPtr expr);
  void parse_arguments(Expr& call);

  TokenStream& in_;
};

}  // namespace smelt::jinja
