// One line of JSONL as a document without copies: what corpus/document_io's parse_document reads, for readers that need
// the text alone.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/function_ref.h"
#include "corpus/input_files.h"

namespace smelt {

struct DocumentView;

// Belongs to one thread.
class LineParser {
 public:
  static constexpr size_t kPadding = 64;  // bytes that must be readable behind a line

  LineParser();
  ~LineParser();
  LineParser(const LineParser&) = delete;
  LineParser& operator=(const LineParser&) = delete;

  // Calls `take` with the line's document; a Reject instead where it is none. A document without an id is called
  // "file:number".
  std::optional<Reject> parse(std::string_view line, const InputFile& file, uint64_t number,
                              FunctionRef<void(const DocumentView&)> take);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace smelt
