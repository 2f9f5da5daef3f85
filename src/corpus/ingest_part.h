// A part of the stage "documents" while it is made.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/stage.h"
#include "corpus/document_io.h"

namespace smelt {

// Documents in PART.jsonl.zst or .parquet; rejects in rejects/PART.jsonl.zst, which is there where something was
// rejected. Not thread-safe.
class IngestPart {
 public:
  IngestPart(StageDir& stage, const std::string& part, const std::string& format);

  void write(const Document& document) { documents_.write(document); }
  void reject(std::string_view line);
  Json& counts() { return counts_; }

  // Commits the files, counts the seconds since construction and marks the part done.
  void finish();

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  StageDir& stage_;
  std::string part_;
  std::vector<std::string> files_;
  DocumentWriter documents_;
  std::optional<DocumentWriter> rejects_;
  Json counts_ = Json::object();
};

}  // namespace smelt
