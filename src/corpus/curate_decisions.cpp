#include "corpus/curate_decisions.h"

namespace smelt {
namespace {

void append_ranges(const std::vector<TextRange>& ranges, std::string& out) {
  append_value(out, static_cast<uint32_t>(ranges.size()));
  for (const TextRange& range : ranges) {
    append_value(out, range);
  }
}

std::vector<TextRange> read_ranges(RecordCursor& cursor) {
  std::vector<TextRange> out;
  for (auto left = cursor.value<uint32_t>(); left > 0; --left) {
    out.push_back(cursor.value<TextRange>());
  }
  return out;
}

}  // namespace

void append_decision(const DecidedDocument& document, std::string& out) {
  append_value(out, document.place);
  append_value(out, static_cast<int16_t>(document.bucket));
  append_value(out, static_cast<int32_t>(document.cluster));
  append_value(out, document.value);
  append_value(out, document.threshold);
  append_value(out, document.duplicates);
  append_value(out, document.paragraph_cut);
  append_value(out, document.substring_cut);
  append_string(out, document.step);
  append_string(out, document.reason);
  append_string(out, document.duplicate_of);
  append_string(out, document.topic);
  append_ranges(document.paragraphs, out);
  append_ranges(document.substrings, out);
}

DecidedDocument DecisionReader::next() {
  DecidedDocument out;
  out.place = cursor_.value<DocumentPlace>();
  out.bucket = cursor_.value<int16_t>();
  out.cluster = cursor_.value<int32_t>();
  out.value = cursor_.value<double>();
  out.threshold = cursor_.value<double>();
  out.duplicates = cursor_.value<int64_t>();
  out.paragraph_cut = cursor_.value<int64_t>();
  out.substring_cut = cursor_.value<int64_t>();
  out.step = cursor_.string();
  out.reason = cursor_.string();
  out.duplicate_of = cursor_.string();
  out.topic = cursor_.string();
  out.paragraphs = read_ranges(cursor_);
  out.substrings = read_ranges(cursor_);
  return out;
}

}  // namespace smelt
