#include "tokens/chat/template_parser.h"

#include <algorithm>

#include <fmt/format.h>

#include "tokens/chat/template_expression_parser.h"

namespace smelt::jinja {

namespace {

using Kind = Token::Kind;

class TemplateParser {
 public:
  explicit TemplateParser(std::string_view source) : in_(tokenize_template(source)), expressions_(in_) {}

  Block run() {
    Block block = parse_block({});
    if (in_.peek().kind != Kind::kEnd) {
      throw TemplateError(fmt::format("unexpected {{% {} %}}", in_.peek(1).text), in_.peek().line);
    }
    return block;
  }

 private:
  // Nodes up to a tag whose name is in `ends` (left for the caller, just before its name) or the end of the template.
  Block parse_block(const std::vector<std::string_view>& ends) {
    const DepthGuard guard(in_);
    Block block;
    while (in_.peek().kind != Kind::kEnd) {
      const Token& token = in_.peek();
      if (token.kind == Kind::kText) {
        auto node = make(Node::Kind::kText);
        node->text = in_.next().text;
        block.push_back(std::move(node));
      } else if (token.kind == Kind::kOutputBegin) {
        auto node = make(Node::Kind::kOutput);
        in_.next();
        node->value = expressions_.parse_tuple();
        in_.expect_kind(Kind::kOutputEnd, "}}");
        block.push_back(std::move(node));
      } else {
        const std::string& name = in_.peek(1).text;
        if (std::find(ends.begin(), ends.end(), name) != ends.end()) {
          in_.next();
          return block;
        }
        if (name.starts_with("end") || name == "else" || name == "elif") {
          if (ends.empty()) {
            return block;
          }
          throw TemplateError(fmt::format("unexpected {{% {} %}}: {{% {} %}} is still open", name, ends.back()),
                              token.line);
        }
        parse_statement(block);
      }
    }
    if (!ends.empty()) {
      throw TemplateError(fmt::format("{{% {} %}} is missing", ends.back()), in_.peek().line);
    }
    return block;
  }

  std::unique_ptr<Node> make(Node::Kind kind) const {
    auto node = std::make_unique<Node>();
    node->kind = kind;
    node->line = in_.peek().line;
    return node;
  }

  void end_tag() { in_.expect_kind(Kind::kBlockEnd, "%}"); }

  // The body up to {% endNAME %}, that tag included.
  Block body_until(std::string_view end_name) {
    end_tag();
    Block block = parse_block({end_name});
    in_.next();
    end_tag();
    return block;
  }

  void parse_statement(Block& block) {
    in_.next();
    if (in_.peek().kind != Kind::kName) {
      throw TemplateError("a {% tag %} must begin with a name", in_.peek().line);
    }
    const int line = in_.peek().line;
    const std::string name = in_.next().text;
    if (name == "if") {
      block.push_back(parse_if());
    } else if (name == "for") {
      block.push_back(parse_for());
    } else if (name == "set") {
      block.push_back(parse_set());
    } else if (name == "macro") {
      block.push_back(parse_macro());
    } else if (name == "call") {
      block.push_back(parse_call());
    } else if (name == "filter") {
      auto node = make(Node::Kind::kFilterBlock);
      node->value = expressions_.parse_filter_chain(nullptr);
      node->blocks.push_back(body_until("endfilter"));
      block.push_back(std::move(node));
    } else if (name == "print") {
      auto node = make(Node::Kind::kOutput);
      node->value = expressions_.parse_tuple();
      end_tag();
      block.push_back(std::move(node));
    } else if (name == "with") {
      block.push_back(parse_with());
    } else if (name == "generation") {
      for (auto& node : body_until("endgeneration")) {
        block.push_back(std::move(node));
      }
    } else if ((name == "break" || name == "continue") && loops_ > 0) {
      block.push_back(make(name == "break" ? Node::Kind::kBreak : Node::Kind::kContinue));
      end_tag();
    } else {
      throw TemplateError(fmt::format("{{% {} %}} is not supported here", name), line);
    }
  }

  std::unique_ptr<Node> parse_if() {
    auto node = make(Node::Kind::kIf);
    node->conditions.push_back(expressions_.parse());
    end_tag();
    while (true) {
      node->blocks.push_back(parse_block({"elif", "else", "endif"}));
      const std::string name = in_.next().text;
      if (name == "elif") {
        node->conditions.push_back(expressions_.parse());
        end_tag();
        continue;
      }
      if (name == "else") {
        node->blocks.push_back(body_until("endif"));
      } else {
        end_tag();
      }
      return node;
    }
  }

  std::unique_ptr<Node> parse_for() {
    auto node = make(Node::Kind::kFor);
    parse_targets(*node);
    in_.expect_name("in");
    node->value = expressions_.parse_or();
    if (in_.accept_name("if")) {
      node->condition = expressions_.parse();
    }
    node->recursive = in_.accept_name("recursive");
    end_tag();
    ++loops_;
    node->blocks.push_back(parse_block({"else", "endfor"}));
    --loops_;
    if (in_.next().text == "else") {
      node->blocks.push_back(body_until("endfor"));
    } else {
      end_tag();
    }
    return node;
  }

  // a | a, b | (a, b)
  void parse_targets(Node& node) {
    const bool bracket = in_.accept_operator("(");
    while (true) {
      node.targets.push_back(in_.expect_kind(Kind::kName, "a name").text);
      if (!in_.accept_operator(",")) {
        break;
      }
      node.unpacks = true;
      if (in_.peek().kind != Kind::kName || in_.peek().text == "in") {
        break;
      }
    }
    if (bracket) {
      in_.expect_operator(")");
    }
  }

  std::unique_ptr<Node> parse_set() {
    auto node = make(Node::Kind::kSet);
    parse_targets(*node);
    if (!node->unpacks && in_.accept_operator(".")) {
      node->attribute = in_.expect_kind(Kind::kName, "a name").text;
    }
    if (in_.accept_operator("=")) {
      node->value = expressions_.parse_tuple();
      end_tag();
      return node;
    }
    if (node->unpacks) {
      throw TemplateError("{% set %} of several names needs a value", node->line);
    }
    node->kind = Node::Kind::kSetBlock;
    if (in_.peek().text == "|" && in_.peek().kind == Kind::kOperator) {
      in_.next();
      node->value = expressions_.parse_filter_chain(nullptr);
    }
    node->blocks.push_back(body_until("endset"));
    return node;
  }

  void parse_parameters(Node& node) {
    if (!in_.accept_operator("(")) {
      return;
    }
    while (!in_.accept_operator(")")) {
      Parameter parameter;
      parameter.name = in_.expect_kind(Kind::kName, "a name").text;
      if (in_.accept_operator("=")) {
        parameter.fallback = expressions_.parse();
      }
      node.parameters.push_back(std::move(parameter));
      if (!in_.accept_operator(",")) {
        in_.expect_operator(")");
        break;
      }
    }
  }

  // The body of a macro or a call. Loop controls do not reach through it.
  void parse_macro_body(Node& node, std::string_view end_name) {
    const int outer = std::exchange(loops_, 0);
    const size_t begin = in_.position();
    node.blocks.push_back(body_until(end_name));
    node.reads_caller = in_.has_name_since(begin, "caller");
    node.reads_varargs = in_.has_name_since(begin, "varargs");
    node.reads_kwargs = in_.has_name_since(begin, "kwargs");
    loops_ = outer;
  }

  std::unique_ptr<Node> parse_macro() {
    auto node = make(Node::Kind::kMacro);
    node->text = in_.expect_kind(Kind::kName, "a name").text;
    parse_parameters(*node);
    parse_macro_body(*node, "endmacro");
    return node;
  }

  std::unique_ptr<Node> parse_call() {
    auto node = make(Node::Kind::kCallBlock);
    parse_parameters(*node);
    node->value = expressions_.parse();
    if (node->value->kind != Expr::Kind::kCall) {
      throw TemplateError("{% call %} needs a call", node->line);
    }
    parse_macro_body(*node, "endcall");
    return node;
  }

  std::unique_ptr<Node> parse_with() {
    auto node = make(Node::Kind::kScope);
    while (in_.peek().kind == Kind::kName) {
      node->targets.push_back(in_.next().text);
      in_.expect_operator("=");
      node->conditions.push_back(expressions_.parse());
      if (!in_.accept_operator(",")) {
        break;
      }
    }
    node->blocks.push_back(body_until("endwith"));
    return node;
  }

  TokenStream in_;
  ExpressionParser expressions_;
  int loops_ = 0;
};

}  // namespace

Block parse_template(std::string_view source) {
  return TemplateParser(source).run();
}

}  // namespace smelt::jinja
