#include "tokens/text/text_regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/core.h>
#include <pcre2.h>

namespace smelt {
namespace {

constexpr uint32_t kMatchLimit = 10'000'000;
constexpr size_t kStackStart = 32 << 10;
constexpr size_t kStackLimit = 16 << 20;

struct MatchState {
  pcre2_match_data* data;
  pcre2_match_context* context;
  pcre2_jit_stack* stack;
  explicit MatchState(const pcre2_code* code)
      : data(pcre2_match_data_create_from_pattern(code, nullptr)),
        context(pcre2_match_context_create(nullptr)),
        stack(pcre2_jit_stack_create(kStackStart, kStackLimit, nullptr)) {
    SMELT_CHECK(data != nullptr && context != nullptr && stack != nullptr);
    pcre2_set_match_limit(context, kMatchLimit);
    pcre2_jit_stack_assign(context, nullptr, stack);
  }
  ~MatchState() {
    pcre2_jit_stack_free(stack);
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
  }
  MatchState(const MatchState&) = delete;
  MatchState& operator=(const MatchState&) = delete;
};

}  // namespace

struct TextRegex::Code {
  pcre2_code* code = nullptr;  // null: a literal
  std::string regex;
  Code() = default;
  Code(const Code&) = delete;
  Code& operator=(const Code&) = delete;
  ~Code() { pcre2_code_free(code); }
};

Result<TextRegex> TextRegex::compile(const std::string& regex) {
  const std::string translated = translate_regex(regex);
  auto code = std::make_shared<Code>();
  code->regex = regex;
  pcre2_compile_context* context = pcre2_compile_context_create(nullptr);
  SMELT_CHECK(context != nullptr);
  pcre2_set_newline(context, PCRE2_NEWLINE_LF);
  int error = 0;
  PCRE2_SIZE offset = 0;
  code->code =
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(),
                    PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C, &error,
                    &offset, context);
  pcre2_compile_context_free(context);
  if (code->code == nullptr) {
    PCRE2_UCHAR message[256] = {};
    pcre2_get_error_message(error, message, sizeof(message));
    return Reject{"invalid_regex", fmt::format("{} at offset {}", reinterpret_cast<const char*>(message), offset)};
  }
  // Where there is no JIT the interpreter gives the same matches.
  pcre2_jit_compile(code->code, PCRE2_JIT_COMPLETE);
  return TextRegex(std::move(code));
}

TextRegex TextRegex::literal(const std::string& text) {
  auto code = std::make_shared<Code>();
  code->regex = text;
  return TextRegex(std::move(code));
}

void TextRegex::find_literal(std::string_view text, std::vector<Stretch>& out) const {
  const std::string& wanted = code_->regex;
  size_t done = 0;
  for (size_t at = text.find(wanted); at != std::string_view::npos; at = text.find(wanted, done)) {
    if (at > done) {
      out.push_back({static_cast<uint32_t>(done), static_cast<uint32_t>(at), false});
    }
    done = at + wanted.size();
    out.push_back({static_cast<uint32_t>(at), static_cast<uint32_t>(done), true});
  }
  if (done < text.size()) {
    out.push_back({static_cast<uint32_t>(done), static_cast<uint32_t>(text.size()), false});
  }
}

void TextRegex::find(std::string_view text, std::vector<Stretch>& out) const {
  if (code_->code == nullptr) {
    find_literal(text, out);
    return;
  }
  const MatchState state(code_->code);
  size_t done = 0;
  size_t from = 0;
  bool matched_before = false;
  while (from <= text.size()) {
    const int found = pcre2_match(code_->code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), from, 0,
                                  state.data, state.context);
    if (found == PCRE2_ERROR_NOMATCH) {
      break;
    }
    if (found < 0) {
      throw input_error(fmt::format("the expression {} gave up on a text (PCRE2 error {})", code_->regex, found), {},
                        "use a tokenizer with a simpler expression or leave that text out");
    }
    const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(state.data);
    const size_t begin = offsets[0];
    const size_t end = offsets[1];
    const bool refused = begin == end && matched_before && end == done;
    if (refused || end < begin || begin < done) {  // \K can move the start of a match about
      from = from < text.size() ? from + character_at(text, from).length : from + 1;
      continue;
    }
    if (begin > done) {
      out.push_back({static_cast<uint32_t>(done), static_cast<uint32_t>(begin), false});
    }
    out.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(end), true});
    done = end;
    from = end;
    matched_before = true;
  }
  if (done < text.size()) {
    out.push_back({static_cast<uint32_t>(done), static_cast<uint32_t>(text.size()), false});
  }
}

}  // namespace smelt
