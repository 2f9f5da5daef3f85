// The part of the stage documents that reads code: files of repositories to documents, rejects aside.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/stage.h"
#include "corpus/code/code_source.h"

namespace smelt {

// What one source of code comes to, by the names and sizes of its files alone.
struct CodePlan {
  std::string name;
  int64_t files = 0;
  int64_t archives = 0;  // and files of rows
  int64_t bytes = 0;
};
std::vector<CodePlan> summarize_code(const std::vector<CodeInput>& inputs, const std::vector<CodeShard>& shards);

// One part of the stage: documents in PART.jsonl.zst or .parquet, rejects in rejects/PART.jsonl.zst as lines {"id",
// "url", "source", "reason", "value", "threshold", "detail"}. Counts: files, file_bytes, documents, text_bytes,
// rejected, seconds, and by name rejects (reason), programming_languages, licenses (documents), sources. Marks PART
// done.
void make_code_part(const Context& context, const CodeShard& shard, const std::string& format, const std::string& part,
                    StageDir& stage, Progress& progress);

}  // namespace smelt
