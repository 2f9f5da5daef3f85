#include "corpus/code/code_ingest.h"

#include <algorithm>
#include <optional>

#include "base/files.h"
#include "corpus/code/code_document.h"
#include "corpus/counts.h"
#include "corpus/ingest_part.h"

namespace smelt {

namespace {

constexpr size_t kBatchFiles = 64;
constexpr int64_t kBatchBytes = 1 << 20;

using Batch = std::vector<Result<CodeFile>>;

struct Judged {
  CodeJudge::Outcome outcome;
  int64_t bytes = 0;
  bool is_file = true;  // false: what could not be read
};

std::optional<Batch> next_batch(const Context& context, CodeSource& source) {
  context.stop_if_asked();
  Batch batch;
  int64_t bytes = 0;
  Result<CodeFile> item = Reject{};
  while (batch.size() < kBatchFiles && bytes < kBatchBytes && source.next(item)) {
    bytes += item.ok() ? static_cast<int64_t>(item.value().content.size()) : 0;
    batch.push_back(std::move(item));
    item = Reject{};
  }
  return batch.empty() ? std::nullopt : std::optional<Batch>(std::move(batch));
}

std::vector<Judged> judge_batch(const CodeJudge& judge, const LicenseMap& licenses, const CodeInput& input,
                                Batch batch) {
  std::vector<Judged> out;
  for (Result<CodeFile>& item : batch) {
    Judged& judged = out.emplace_back();
    if (item.ok()) {
      judged.bytes = item.value().bytes;
      judged.outcome = judge.judge(std::move(item).value(), licenses);
    } else {
      judged.is_file = false;
      judged.outcome.document.source = input.name;
      judged.outcome.reject = {item.reject().reason, 0, 0, item.reject().detail};
    }
  }
  return out;
}

std::string reject_line(const Judged& judged) {
  Json line = Json::object();
  line["id"] = judged.outcome.document.id;
  line["url"] = judged.outcome.document.url;
  line["source"] = judged.outcome.document.source;
  line["reason"] = judged.outcome.reject.reason;
  line["value"] = judged.outcome.reject.value;
  line["threshold"] = judged.outcome.reject.threshold;
  line["detail"] = judged.outcome.reject.detail;
  return line.dump() + "\n";
}

void count_file(const Judged& judged, Json& counts) {
  const Document& document = judged.outcome.document;
  const bool kept = !judged.outcome.rejected();
  const auto count = [&](Json& group) {
    add_count(group, "files", judged.is_file ? 1 : 0);
    add_count(group, "file_bytes", judged.bytes);
    add_count(group, "documents", kept ? 1 : 0);
    add_count(group, "text_bytes", kept ? static_cast<int64_t>(document.text.size()) : 0);
    add_count(group, "rejected", kept ? 0 : 1);
  };
  count(counts);
  count(count_group(count_group(counts, "sources"), document.source));
  if (!kept) {
    add_count(count_group(counts, "rejects"), judged.outcome.reject.reason, 1);
    return;
  }
  add_count(count_group(counts, "languages"), document.language, 1);
  add_count(count_group(counts, "programming_languages"), document.metadata.get("programming_language", ""), 1);
  add_count(count_group(counts, "licenses"), document.metadata.get("license", "none"), 1);
}

}  // namespace

std::vector<CodePlan> summarize_code(const std::vector<CodeInput>& inputs, const std::vector<CodeShard>& shards) {
  std::vector<CodePlan> out;
  for (const CodeInput& input : inputs) {
    CodePlan& plan = out.emplace_back();
    plan.name = input.name;
    for (const CodeShard& shard : shards) {
      if (shard.input != &input) {
        continue;
      }
      (shard.kind == CodeShard::Kind::kFiles ? plan.files : plan.archives) += static_cast<int64_t>(shard.files.size());
      for (const CodeShard::File& file : shard.files) {
        plan.bytes += static_cast<int64_t>(file_size(file.place));
      }
    }
  }
  return out;
}

void make_code_part(const Context& context, const CodeShard& shard, const std::string& format, const std::string& part,
                    StageDir& stage, Progress& progress) {
  IngestPart out(stage, part, format);
  const CodeJudge judge(*shard.input);
  const LicenseMap licenses = read_licenses(shard);
  const std::unique_ptr<CodeSource> source = open_code(shard);
  ordered_map<Batch, std::vector<Judged>>(
      context.threads.width(), [&] { return next_batch(context, *source); },
      [&](Batch batch) { return judge_batch(judge, licenses, *shard.input, std::move(batch)); },
      [&](const std::vector<Judged>& batch) {
        for (const Judged& judged : batch) {
          count_file(judged, out.counts());
          if (judged.outcome.rejected()) {
            out.reject(reject_line(judged));
          } else {
            out.write(judged.outcome.document);
          }
        }
        progress.add(batch.size());
      });
  out.finish();
}

}  // namespace smelt
