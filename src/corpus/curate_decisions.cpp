#include "corpus/curate_decisions.h"

namespace smelt {
namespace {

void append_ranges(std::span<const TextRange> ranges, uint64_t start, std::string& out) {
  append_value(out, static_cast<uint32_t>(ranges.size()));
  for (const TextRange& range : ranges) {
    append_value(out, range.begin - start);
    append_value(out, range.end - start);
  }
}

std::vector<TextRange> read_ranges(RecordCursor& cursor) {
  std::vector<TextRange> out;
  for (auto left = cursor.value<uint32_t>(); left > 0; --left) {
    const auto begin = cursor.value<uint64_t>();
    out.push_back({begin, cursor.value<uint64_t>()});
  }
  return out;
}

}  // namespace

void append_decision(const Decision& decision, std::span<const TextRange> paragraphs,
                     std::span<const TextRange> substrings, uint64_t start, std::string& out) {
  append_value(out, decision.place);
  append_value(out, static_cast<int8_t>(decision.bucket));
  append_value(out, decision.value);
  append_value(out, decision.threshold);
  append_value(out, decision.duplicates);
  append_value(out, decision.paragraph_cut);
  append_value(out, decision.substring_cut);
  append_string(out, decision.step);
  append_string(out, decision.reason);
  append_string(out, decision.duplicate_of);
  append_ranges(paragraphs, start, out);
  append_ranges(substrings, start, out);
}

DecidedDocument DecisionReader::next() {
  DecidedDocument out;
  Decision& decision = out.decision;
  decision.place = cursor_.value<Decision::Place>();
  decision.bucket = cursor_.value<int8_t>();
  decision.value = cursor_.value<double>();
  decision.threshold = cursor_.value<double>();
  decision.duplicates = cursor_.value<int64_t>();
  decision.paragraph_cut = cursor_.value<int64_t>();
  decision.substring_cut = cursor_.value<int64_t>();
  decision.step = cursor_.string();
  decision.reason = cursor_.string();
  decision.duplicate_of = cursor_.string();
  out.paragraphs = read_ranges(cursor_);
  out.substrings = read_ranges(cursor_);
  return out;
}

}  // namespace smelt
