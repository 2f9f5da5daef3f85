// What is done with the tokens of a text behind the model: special tokens around them, white space off their offsets.
// TemplateProcessing, ByteLevel, BertProcessing, RobertaProcessing, Sequence of tokenizer.json; for one text, not
// pairs.
#pragma once

#include <functional>
#include <vector>

#include "tokens/encoding.h"
#include "tokens/formats/json_node.h"

namespace smelt {

// Parts of an encoding on its way. White space: characters at both ends of a token's text.
struct EncodingPart {
  struct Token {
    uint32_t id = 0;
    Span offsets;
    uint32_t type_id = 0;
    bool special = false;
    uint32_t leading_spaces = 0;
    uint32_t trailing_spaces = 0;
  };
  std::vector<Token> tokens;
};
using EncodingParts = std::vector<EncodingPart>;

class PostProcessor {
 public:
  PostProcessor() = default;  // changes nothing
  explicit PostProcessor(const JsonNode& node);

  bool trims_offsets() const { return trims_; }  // then leading_spaces and trailing_spaces are needed
  void apply(std::string_view text, bool add_special_tokens, EncodingParts& parts) const;

 private:
  using Step = std::function<void(std::string_view, bool, EncodingParts&)>;
  void read(const JsonNode& node);
  void add_template(const JsonNode& node);
  void add_surrounding(const JsonNode& node, bool twice);

  std::vector<Step> steps_;
  bool trims_ = false;
  bool has_template_ = false;
};

}  // namespace smelt
