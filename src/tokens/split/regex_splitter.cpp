#include "tokens/split/regex_splitter.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/core.h>
#include <pcre2.h>

namespace smelt {
namespace {

constexpr uint32_t kMatchLimit = 10'000'000;

struct MatchState {
  pcre2_match_data* data;
  pcre2_match_context* context;
  explicit MatchState(const pcre2_code* code)
      : data(pcre2_match_data_create_from_pattern(code, nullptr)), context(pcre2_match_context_create(nullptr)) {
    SMELT_CHECK(data != nullptr && context != nullptr);
    pcre2_set_match_limit(context, kMatchLimit);
  }
  ~MatchState() {
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
  }
  MatchState(const MatchState&) = delete;
  MatchState& operator=(const MatchState&) = delete;
};

}  // namespace

struct RegexSplitter::Code {
  pcre2_code* code = nullptr;
  std::string regex;
  ~Code() { pcre2_code_free(code); }
};

Result<RegexSplitter> RegexSplitter::compile(const std::string& regex) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  auto code = std::make_shared<Code>();
  code->regex = regex;
  code->code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(regex.data()), regex.size(),
                             PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C, &error, &offset,
                             nullptr);
  if (code->code == nullptr) {
    PCRE2_UCHAR message[256] = {};
    pcre2_get_error_message(error, message, sizeof(message));
    return Reject{"invalid_regex", fmt::format("{} at offset {}", reinterpret_cast<const char*>(message), offset)};
  }
  // Where there is no JIT the interpreter gives the same matches.
  pcre2_jit_compile(code->code, PCRE2_JIT_COMPLETE);
  return RegexSplitter(std::move(code));
}

void RegexSplitter::split(std::string_view text, FunctionRef<void(std::string_view, bool)> piece) const {
  const MatchState state(code_->code);
  size_t done = 0;
  size_t from = 0;
  while (from < text.size()) {
    const int found = pcre2_match(code_->code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), from,
                                  PCRE2_NOTEMPTY, state.data, state.context);
    if (found == PCRE2_ERROR_NOMATCH) {
      break;
    }
    if (found < 0) {
      throw input_error(fmt::format("the split expression {} gave up on a text (PCRE2 error {})", code_->regex, found),
                        {}, "use a tokenizer with a simpler split expression or leave that text out");
    }
    const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(state.data);
    const size_t begin = offsets[0];
    const size_t end = offsets[1];
    if (end <= from || begin < done) {  // \K can move the start of a match about
      ++from;
      continue;
    }
    if (begin > done) {
      piece(text.substr(done, begin - done), false);
    }
    piece(text.substr(begin, end - begin), true);
    done = end;
    from = end;
  }
  if (done < text.size()) {
    piece(text.substr(done), false);
  }
}

}  // namespace smelt
