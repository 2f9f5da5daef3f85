// The tree a template is parsed into. Depths are bounded by the parser, so that recursion over the tree is safe.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tokens/chat/template_value.h"

namespace smelt::jinja {

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

struct Expr {
  enum class Kind {
    kLiteral,      // literal
    kName,         // name
    kList,         // children
    kTuple,        // children
    kDict,         // children: key, value, key, value, ...
    kAttribute,    // children[0] . name
    kItem,         // children[0] [ children[1] ]
    kSlice,        // children[0] [ children[1] : children[2] : children[3] ], each may be null
    kCall,         // children[0] ( children[1..], named )
    kFilter,       // children[0] | name ( children[1..], named ); children[0] is null in a filter block
    kTest,         // children[0] is name ( children[1..], named )
    kNot,          // children[0]
    kNegate,       // children[0]
    kPlus,         // + children[0]
    kBinary,       // children[0] operators[0] children[1]
    kCompare,      // children[0] operators[0] children[1] operators[1] children[2] ...
    kAnd,          // children[0], children[1], ...
    kOr,           // children[0], children[1], ...
    kConcat,       // children[0] ~ children[1] ~ ...
    kConditional,  // children[0] if children[1] else children[2] (may be null)
  };
  Kind kind = Kind::kLiteral;
  int line = 0;
  int depth = 1;
  Value literal;
  std::string name;
  std::vector<ExprPtr> children;
  std::vector<std::string> operators;
  std::vector<std::pair<std::string, ExprPtr>> named;
};

struct Node;
using Block = std::vector<std::unique_ptr<Node>>;

struct Parameter {
  std::string name;
  ExprPtr fallback;  // may be null
};

struct Node {
  enum class Kind {
    kText,         // text
    kOutput,       // value
    kIf,           // conditions[i] -> blocks[i]; one block more than conditions = else
    kFor,          // targets in value [if condition]; blocks[0] body, blocks[1] else
    kSet,          // targets = value, or text.target2 = value for a namespace
    kSetBlock,     // targets[0] = rendered blocks[0], through `value` (a filter) where given
    kMacro,        // text(parameters): blocks[0]
    kCallBlock,    // value is the call, parameters those of caller(), blocks[0] its body
    kFilterBlock,  // value is the filter, blocks[0]
    kScope,        // blocks[0] in a scope of its own ({% with %}): targets[i] = conditions[i]
    kBreak,
    kContinue,
  };
  Kind kind = Kind::kText;
  int line = 0;
  std::string text;
  std::string attribute;  // of a namespace in kSet
  ExprPtr value;
  ExprPtr condition;
  std::vector<ExprPtr> conditions;
  std::vector<Block> blocks;
  std::vector<std::string> targets;
  bool unpacks = false;    // several targets, or one with a comma
  bool recursive = false;  // of kFor
  std::vector<Parameter> parameters;
  // Whether the body of a macro or a call reads these names, and so may be given what they stand for.
  bool reads_caller = false;
  bool reads_varargs = false;
  bool reads_kwargs = false;
};

}  // namespace smelt::jinja
