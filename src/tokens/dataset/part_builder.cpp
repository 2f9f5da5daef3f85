#include "tokens/dataset/part_builder.h"

#include <optional>

#include <fmt/core.h>

#include "base/stream.h"

namespace smelt {
namespace {

struct EncodedBlock {
  std::string raw;               // tokens as they stand in the .bin file
  std::vector<int64_t> lengths;  // of each document in tokens
  std::string documents;         // lines of metadata
  std::vector<Reject> rejects;
  TokenCounts counts;
};

class BlockEncoder {
 public:
  BlockEncoder(const PartPlan& plan, Progress& progress) : plan_(plan), progress_(progress) {}

  EncodedBlock operator()(const DocumentBlock& block) const {
    EncodedBlock out;
    std::vector<uint32_t> ids;
    ids.reserve(block.size / 3);
    parse_block(
        block, [&](const DocumentView& document) { add(document, ids, out); },
        [&](const Reject& reject) {
          ++out.counts.rejected[reject.reason];
          out.rejects.push_back(reject);
        });
    append_raw_tokens(ids, plan_.type, out.raw, plan_.prefix + ".bin");
    out.counts.documents = static_cast<int64_t>(out.lengths.size());
    out.counts.tokens = static_cast<int64_t>(ids.size());
    return out;
  }

 private:
  void add(const DocumentView& document, std::vector<uint32_t>& ids, EncodedBlock& out) const {
    const size_t before = ids.size();
    plan_.encoder.encode(document.text, document.id, ids);
    out.lengths.push_back(static_cast<int64_t>(ids.size() - before));
    out.counts.empty_documents += document.text.empty() ? 1 : 0;
    out.counts.bytes += static_cast<int64_t>(document.text.size());
    if (!plan_.documents.empty()) {
      out.documents += fmt::format("{{\"id\":{},\"url\":{},\"source\":{},\"tokens\":{}}}\n", json_quote(document.id),
                                   json_quote(document.url), json_quote(document.source), out.lengths.back());
    }
    progress_.add(document.text.size());
  }

  const PartPlan& plan_;
  Progress& progress_;
};

}  // namespace

PartResult build_part(const Context& context, const PartPlan& plan, DocumentBlocks& blocks, Progress& progress) {
  PartResult result;
  TokenDatasetWriter writer(plan.prefix, plan.type);
  std::optional<ZstdWriter> documents;
  if (!plan.documents.empty()) {
    documents.emplace(plan.documents);
  }
  int64_t taken = 0;
  const auto next = [&]() -> std::optional<DocumentBlock> {
    context.stop_if_asked();
    if (taken++ == plan.max_blocks) {
      return std::nullopt;
    }
    std::optional<DocumentBlock> block = blocks.next();
    result.at_end = !block.has_value();
    return block;
  };
  const auto write = [&](const EncodedBlock& block) {
    writer.add_documents(block.raw, block.lengths);
    if (documents) {
      documents->write(block.documents);
    }
    for (const Reject& reject : block.rejects) {
      context.log.warn("left out: {} ({})", reject.detail, reject.reason);
    }
    result.counts.add(block.counts);
  };
  ordered_map<DocumentBlock, EncodedBlock>(context.threads.width(), next, BlockEncoder(plan, progress), write);
  if (documents) {
    documents->commit();
  }
  writer.commit();
  return result;
}

void TokenCounts::add(const TokenCounts& other) {
  documents += other.documents;
  empty_documents += other.empty_documents;
  bytes += other.bytes;
  tokens += other.tokens;
  for (const auto& [reason, count] : other.rejected) {
    rejected[reason] += count;
  }
}

Json TokenCounts::to_json() const {
  Json out = Json::object();
  out["documents"] = documents;
  out["empty_documents"] = empty_documents;
  out["bytes"] = bytes;
  out["tokens"] = tokens;
  out["bytes_per_token"] = tokens > 0 ? static_cast<double>(bytes) / static_cast<double>(tokens) : 0.0;
  out["rejected"] = Json::object();
  for (const auto& [reason, count] : rejected) {
    out["rejected"][reason] = count;
  }
  return out;
}

TokenCounts TokenCounts::from_json(const Json& json) {
  TokenCounts out;
  out.documents = json.at("documents").as_int();
  out.empty_documents = json.at("empty_documents").as_int();
  out.bytes = json.at("bytes").as_int();
  out.tokens = json.at("tokens").as_int();
  for (const auto& [reason, count] : json.at("rejected").as_object()) {
    out.rejected[reason] = count.as_int();
  }
  return out;
}

}  // namespace smelt
