#include "tokens/build_stage.h"

#include <fmt/core.h>

#include "base/files.h"
#include "base/hash.h"
#include "base/manifest.h"
#include "corpus/document_io.h"
#include "tokens/corpus_files.h"
#include "tokens/token_dataset.h"

namespace smelt {
namespace {

constexpr size_t kBatchBytes = 1 << 20;
constexpr const char* kShardFolder = "shards";

struct Batch {
  std::vector<std::string> texts;
};

struct Encoded {
  std::vector<uint32_t> ids;
  std::vector<size_t> ends;  // of each document in ids
  int64_t empty = 0;
};

// Reads the documents of files in batches of about a megabyte.
class BatchReader {
 public:
  BatchReader(const Context& context, const std::vector<InputFile>& files, TokenCounts& counts)
      : context_(context), reader_(files), counts_(counts) {}

  std::optional<Batch> next() {
    context_.stop_if_asked();
    Batch batch;
    size_t bytes = 0;
    while (bytes < kBatchBytes) {
      std::optional<Result<Document>> item = reader_.next();
      if (!item) {
        break;
      }
      if (!item->ok()) {
        ++counts_.rejected[item->reject().reason];
        context_.log.warn("left out: {} ({})", item->reject().detail, item->reject().reason);
        continue;
      }
      bytes += (*item)->text.size() + 1;
      counts_.bytes += static_cast<int64_t>((*item)->text.size());
      batch.texts.push_back(std::move((*item)->text));
    }
    return batch.texts.empty() ? std::nullopt : std::optional(std::move(batch));
  }

 private:
  const Context& context_;
  DocumentReader reader_;
  TokenCounts& counts_;
};

std::optional<uint32_t> end_of_document(const TokensOptions& options, const Tokenizer& tokenizer) {
  if (!options.append_eod) {
    return std::nullopt;
  }
  if (!tokenizer.eos_id()) {
    throw usage_error("the tokenizer names no end-of-document token", "tokens.append_eod",
                      "set eos_token in its tokenizer_config.json, or build without end-of-document tokens");
  }
  return tokenizer.eos_id();
}

TokenCounts encode_files(const Context& context, const TokensOptions& options, const Tokenizer& tokenizer,
                         const std::vector<InputFile>& files, const std::string& prefix, Progress& progress) {
  const std::optional<uint32_t> eod = end_of_document(options, tokenizer);
  TokenCounts counts;
  BatchReader reader(context, files, counts);
  TokenDatasetWriter writer(prefix, token_type_for(tokenizer.vocab_size()));
  const auto encode = [&](const Batch& batch) {
    Encoded out;
    for (const std::string& text : batch.texts) {
      if (text.empty()) {
        ++out.empty;
      } else {
        options.special_tokens_in_text ? tokenizer.encode(text, out.ids) : tokenizer.encode_plain(text, out.ids);
        if (eod) {
          out.ids.push_back(*eod);
        }
      }
      progress.add(text.size());
      out.ends.push_back(out.ids.size());
    }
    return out;
  };
  const auto write = [&](Encoded encoded) {
    size_t begin = 0;
    for (const size_t end : encoded.ends) {
      writer.add_document(std::span(encoded.ids).subspan(begin, end - begin));
      begin = end;
    }
    counts.empty_documents += encoded.empty;
  };
  ordered_map<Batch, Encoded>(context.threads.width(), [&] { return reader.next(); }, encode, write);
  writer.commit();
  counts.documents = writer.num_documents();
  counts.tokens = writer.num_tokens();
  return counts;
}

// Puts the datasets of a source's files together and removes them.
void merge_shards(const std::vector<std::string>& shards, TokenType type, const std::string& prefix) {
  TokenDatasetWriter writer(prefix, type);
  for (const std::string& shard : shards) {
    writer.append(TokenDataset(shard));
  }
  writer.commit();
}

class Builder {
 public:
  Builder(const Context& context, const TokensOptions& options, const Tokenizer& tokenizer, StageDir& out)
      : context_(context),
        options_(options),
        tokenizer_(tokenizer),
        out_(out),
        progress_(context.progress, "tokenize", 0, "bytes") {}

  TokenCounts source(const std::string& name, const std::vector<InputFile>& files) {
    const std::string merged = "source-" + name;
    if (out_.is_done(merged)) {
      return TokenCounts::from_json(out_.done_counts(merged));
    }
    TokenCounts total;
    std::vector<std::string> shards;
    for (size_t i = 0; i < files.size(); ++i) {
      const std::string shard = fmt::format("{}-{:05}", name, i);
      total.add(encode_shard(shard, files[i]));
      shards.push_back(out_.file(fmt::format("{}/{}", kShardFolder, shard)));
    }
    merge_shards(shards, token_type_for(tokenizer_.vocab_size()), out_.file(name));
    out_.mark_done(merged, {name + ".bin", name + ".idx"}, total.to_json());
    for (const std::string& shard : shards) {
      remove_all(shard + ".bin");
      remove_all(shard + ".idx");
    }
    return total;
  }

 private:
  TokenCounts encode_shard(const std::string& shard, const InputFile& file) {
    const std::string prefix = fmt::format("{}/{}", kShardFolder, shard);
    if (out_.is_done(shard)) {
      return TokenCounts::from_json(out_.done_counts(shard));
    }
    make_directories(out_.file(kShardFolder));
    const TokenCounts counts = encode_files(context_, options_, tokenizer_, {file}, out_.file(prefix), progress_);
    out_.mark_done(shard, {prefix + ".bin", prefix + ".idx"}, counts.to_json());
    return counts;
  }

  const Context& context_;
  const TokensOptions& options_;
  const Tokenizer& tokenizer_;
  StageDir& out_;
  Progress progress_;
};

std::string tokenizer_digest(const std::string& dir) {
  if (has_manifest(dir)) {
    return read_manifest(dir).digest();
  }
  Hasher hasher;
  for (const char* file :
       {"tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json"}) {
    const std::string path = dir + "/" + file;
    hasher.update(path_exists(path) ? fmt::format("{} {}\n", file, hash_file(path).hex()) : std::string());
  }
  return hasher.digest().hex();
}

}  // namespace

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

TokenCounts build_dataset(const Context& context, const TokensOptions& options, const Tokenizer& tokenizer,
                          const std::vector<InputFile>& files, const std::string& prefix) {
  Progress progress(context.progress, "tokenize", 0, "bytes");
  return encode_files(context, options, tokenizer, files, prefix, progress);
}

StageResult build_tokens(const Context& context, const TokensOptions& options, const std::string& tokenizer_dir,
                         const std::string& corpus_dir, const std::string& dir) {
  const StageSpec spec{"tokens",
                       1,
                       dir,
                       recipe_to_json(options),
                       {{"tokenizer", tokenizer_digest(tokenizer_dir)}, {"corpus", corpus_digest(corpus_dir)}}};
  return run_stage(context, spec, [&](StageDir& out) {
    const Tokenizer tokenizer = Tokenizer::load(tokenizer_dir);
    Builder builder(context, options, tokenizer, out);
    TokenCounts total;
    Json sources = Json::object();
    for (const CorpusSource& source : corpus_sources(corpus_dir)) {
      const TokenCounts counts = builder.source(source.name, source.files);
      sources[source.name] = counts.to_json();
      total.add(counts);
    }
    Json counts = total.to_json();
    counts["vocab_size"] = static_cast<int64_t>(tokenizer.vocab_size());
    counts["sources"] = std::move(sources);
    if (const std::vector<InputFile> heldout = heldout_files(corpus_dir); !heldout.empty()) {
      counts["heldout"] = builder.source("heldout", heldout).to_json();
    }
    remove_all(out.file(kShardFolder));
    return counts;
  });
}

}  // namespace smelt
