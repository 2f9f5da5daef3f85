#include "tokens/build_stage.h"

#include <algorithm>
#include <filesystem>

#include <fmt/core.h>

#include "base/files.h"
#include "base/hash.h"
#include "base/manifest.h"
#include "base/text.h"
#include "base/threads.h"
#include "tokens/corpus_files.h"
#include "tokens/token_dataset.h"

namespace smelt {
namespace {

constexpr const char* kDocumentsEnding = ".documents.jsonl.zst";

std::string tokenizer_digest(const std::string& path) {
  namespace fs = std::filesystem;
  const std::string dir = fs::is_directory(path) ? path : fs::path(path).parent_path().string();
  if (fs::is_directory(path) && has_manifest(dir)) {
    return read_manifest(dir).digest();
  }
  Hasher hasher;
  const auto add = [&](const std::string& name, const std::string& file) {
    hasher.update(path_exists(file) ? fmt::format("{} {}\n", name, hash_file(file).hex()) : std::string());
  };
  for (const char* file :
       {"tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json"}) {
    add(file, dir.empty() ? file : dir + "/" + file);
  }
  if (!fs::is_directory(path)) {
    add("named", path);
  }
  return hasher.digest().hex();
}

// Puts parts together as one dataset. The parts stay: another worker may be at it too.
void merge_parts(const std::vector<std::string>& parts, TokenType type, bool documents, const std::string& prefix) {
  if (documents) {
    AtomicFile merged(prefix + kDocumentsEnding);
    for (const std::string& part : parts) {
      merged.write(MappedFile(part + kDocumentsEnding).bytes());  // frames of zstd make a stream again
    }
    merged.commit();
  }
  if (parts.size() == 1) {
    std::error_code error;
    std::filesystem::create_hard_link(parts[0] + ".bin", prefix + ".bin", error);
    if (!error) {
      std::filesystem::create_hard_link(parts[0] + ".idx", prefix + ".idx", error);
    }
    if (!error) {
      sync_directory(std::filesystem::absolute(prefix).parent_path().string());
      return;
    }
  }
  TokenDatasetWriter writer(prefix, type);
  for (const std::string& part : parts) {
    writer.append(TokenDataset(part));
  }
  writer.commit();
}

Json dataset_settings(const TokensOptions& options, uint64_t seed) {
  Json settings = recipe_to_json(options);
  if (options.fim.rate > 0) {
    settings["seed"] = seed;
  }
  return settings;
}

// What the documents of one build go through.
struct Pipeline {
  Pipeline(const Context& the_context, const TokensOptions& the_options, const std::string& tokenizer_path)
      : context(the_context),
        options(the_options),
        tokenizer(Tokenizer::load(tokenizer_path)),
        encoder(tokenizer, options, context.seed),
        type(token_type_for(tokenizer.vocab_size())),
        progress(context.progress, "tokenize", 0, "bytes") {}

  PartResult build(DocumentBlocks& blocks, const std::string& prefix, int64_t max_blocks) {
    const PartPlan plan{encoder, type, prefix, options.documents ? prefix + kDocumentsEnding : std::string(),
                        max_blocks};
    PartResult result = build_part(context, plan, blocks, progress);
    tokens += result.counts.tokens;
    progress.set_note(human_count(static_cast<double>(tokens)) + " tokens");
    return result;
  }
  std::vector<std::string> files(const std::string& prefix) const {
    std::vector<std::string> out = {prefix + ".bin", prefix + ".idx"};
    if (options.documents) {
      out.push_back(prefix + kDocumentsEnding);
    }
    return out;
  }

  const Context& context;
  const TokensOptions& options;
  Tokenizer tokenizer;
  DocumentEncoder encoder;
  TokenType type;
  Progress progress;
  int64_t tokens = 0;
};

// The folder of parts of one build_dataset call: that of an earlier call with the same key, or a fresh one.
StageDir open_parts(const Context& context, const std::string& folder, const std::string& key) {
  const std::string key_file = folder + "/key";
  if (path_exists(key_file) && trim(read_file(key_file)) == key) {
    context.log.info("tokens: going on where an earlier attempt stopped");
  } else {
    remove_all(folder);
    make_directories(folder);
    write_file(key_file, key + "\n");
  }
  return {folder};
}

std::string dataset_key(const TokensOptions& options, uint64_t seed, const std::string& tokenizer_path,
                        const std::vector<InputFile>& files, int64_t part_bytes) {
  Json key = Json::object();
  key["settings"] = dataset_settings(options, seed);
  key["tokenizer"] = tokenizer_digest(tokenizer_path);
  key["part_bytes"] = part_bytes;
  key["files"] = Json::array();
  for (const InputFile& file : files) {
    std::error_code error;
    const auto changed = std::filesystem::last_write_time(file.path, error).time_since_epoch().count();
    key["files"].push_back(fmt::format("{} {} {}", file.name, file_size(file.path), static_cast<int64_t>(changed)));
  }
  return hash128(key.dump()).hex();
}

struct Source {
  std::string name;
  std::vector<InputFile> files;
  size_t first_shard;
};

// A corpus folder as the tasks of a stage: a shard a file, then a merge a source.
class CorpusBuild {
 public:
  CorpusBuild(const Context& context, const TokensOptions& options, const std::string& tokenizer_dir,
              const std::string& corpus_dir, StageDir& out)
      : pipeline_(context, options, tokenizer_dir), out_(out) {
    for (CorpusSource& source : corpus_sources(corpus_dir)) {
      add(std::move(source.name), std::move(source.files));
    }
    if (std::vector<InputFile> heldout = heldout_files(corpus_dir); !heldout.empty()) {
      add("heldout", std::move(heldout));
    }
  }

  Json run() {
    make_directories(out_.file(StageDir::kWorkFolder));
    run_tasks(pipeline_.context, out_, "encode", shards_, [&](size_t i) { encode(i); });
    std::vector<std::string> merges;
    for (const Source& source : sources_) {
      merges.push_back("source-" + source.name);
    }
    run_tasks(pipeline_.context, out_, "merge", merges, [&](size_t i) { merge(sources_[i], merges[i]); });
    TokenCounts total;
    Json by_source = Json::object();
    Json heldout;
    for (size_t i = 0; i < sources_.size(); ++i) {
      Json counts = out_.done_counts(merges[i]);
      if (sources_[i].name == "heldout") {
        heldout = std::move(counts);
      } else {
        total.add(TokenCounts::from_json(counts));
        by_source[sources_[i].name] = std::move(counts);
      }
    }
    Json counts = total.to_json();
    counts["vocab_size"] = static_cast<int64_t>(pipeline_.tokenizer.vocab_size());
    counts["sources"] = std::move(by_source);
    if (!heldout.is_null()) {
      counts["heldout"] = std::move(heldout);
    }
    return counts;
  }

 private:
  void add(std::string name, std::vector<InputFile> files) {
    const size_t first = shards_.size();
    for (size_t i = 0; i < files.size(); ++i) {
      shards_.push_back(fmt::format("{}-{:05}", name, i));
      inputs_.push_back({files[i]});
    }
    sources_.push_back({std::move(name), std::move(files), first});
  }

  static std::string work_prefix(const std::string& shard) {
    return fmt::format("{}/{}", StageDir::kWorkFolder, shard);
  }

  void encode(size_t i) {
    const std::string prefix = work_prefix(shards_[i]);
    DocumentBlocks blocks(inputs_[i]);
    const TokenCounts counts = pipeline_.build(blocks, out_.file(prefix), INT64_MAX).counts;
    out_.mark_done(shards_[i], pipeline_.files(prefix), counts.to_json());
  }

  void merge(const Source& source, const std::string& task) {
    TokenCounts total;
    std::vector<std::string> parts;
    for (size_t i = 0; i < source.files.size(); ++i) {
      const std::string& shard = shards_[source.first_shard + i];
      total.add(TokenCounts::from_json(out_.done_counts(shard)));
      parts.push_back(out_.file(work_prefix(shard)));
    }
    merge_parts(parts, pipeline_.type, pipeline_.options.documents, out_.file(source.name));
    out_.mark_done(task, pipeline_.files(source.name), total.to_json());
  }

  Pipeline pipeline_;
  StageDir& out_;
  std::vector<std::string> shards_;
  std::vector<std::vector<InputFile>> inputs_;  // of each shard
  std::vector<Source> sources_;
};

}  // namespace

TokenCounts build_dataset(const Context& context, const TokensOptions& options, const std::string& tokenizer_path,
                          const std::vector<InputFile>& files, const std::string& prefix, int64_t part_bytes) {
  Pipeline pipeline(context, options, tokenizer_path);
  StageDir parts =
      open_parts(context, prefix + ".partial", dataset_key(options, context.seed, tokenizer_path, files, part_bytes));
  const int64_t blocks_a_part = std::max<int64_t>(1, part_bytes >> 20);
  DocumentBlocks blocks(files);
  TokenCounts total;
  std::vector<std::string> prefixes;
  for (bool more = true; more;) {
    const std::string part = fmt::format("part-{:05}", prefixes.size());
    const std::string name = fmt::format("{}/{}", StageDir::kWorkFolder, part);
    prefixes.push_back(parts.file(name));
    if (parts.is_done(part)) {
      for (int64_t i = 0; i < blocks_a_part && more; ++i) {
        context.stop_if_asked();
        more = blocks.next().has_value();
      }
    } else {
      const PartResult made = pipeline.build(blocks, prefixes.back(), blocks_a_part);
      parts.mark_done(part, pipeline.files(name), made.counts.to_json());
      more = !made.at_end;
    }
    total.add(TokenCounts::from_json(parts.done_counts(part)));
  }
  merge_parts(prefixes, pipeline.type, options.documents, prefix);
  remove_all(parts.path());
  return total;
}

StageResult build_tokens(const Context& context, const TokensOptions& options, const std::string& tokenizer_dir,
                         const std::string& corpus_dir, const std::string& dir) {
  const StageSpec spec{
      .name = "tokens",
      .version = 2,
      .dir = dir,
      .settings = dataset_settings(options, context.seed),
      .inputs = {{"tokenizer", tokenizer_digest(tokenizer_dir)}, {"corpus", corpus_digest(corpus_dir)}},
      .shared = true};
  return run_stage(context, spec,
                   [&](StageDir& out) { return CorpusBuild(context, options, tokenizer_dir, corpus_dir, out).run(); });
}

}  // namespace smelt
