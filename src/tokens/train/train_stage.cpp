#include "base/files.h"
#include "tokens/bpe_trainer.h"
#include "tokens/corpus_files.h"

namespace smelt {
namespace {

constexpr int64_t kVersion = 2;

Json train_into(const Context& context, const TokenizerOptions& options, std::vector<TrainingFiles> sources,
                StageDir& out) {
  const std::string scratch = out.file(StageDir::kWorkFolder);
  make_directories(scratch);
  const TrainedTokenizer trained =
      train_tokenizer(context, options, text_source(context, options, std::move(sources)), scratch);
  write_tokenizer(trained, options, out.path());
  return Json(Json::Object{{"documents", trained.documents},
                           {"bytes", trained.bytes},
                           {"words", trained.words},
                           {"distinct_words", trained.distinct_words},
                           {"tokens", static_cast<int64_t>(trained.tokens.size())},
                           {"merges", static_cast<int64_t>(trained.merges.size())}});
}

}  // namespace

StageResult train_tokenizer_stage(const Context& context, const TokenizerOptions& options,
                                  const std::string& corpus_dir, const std::string& dir) {
  const StageSpec spec{"tokenizer", kVersion, dir, recipe_to_json(options), {{"corpus", corpus_digest(corpus_dir)}}};
  return run_stage(context, spec, [&](StageDir& out) {
    std::vector<TrainingFiles> sources;
    for (CorpusSource& source : corpus_sources(corpus_dir)) {
      sources.push_back({std::move(source.name), std::move(source.files)});
    }
    return train_into(context, options, std::move(sources), out);
  });
}

StageResult train_tokenizer_files(const Context& context, const TokenizerOptions& options,
                                  const std::vector<InputFile>& files, const std::string& dir, bool resume) {
  const StageSpec spec{"tokenizer", kVersion, dir, recipe_to_json(options), {{"texts", files_digest(files)}}};
  return run_single_stage(context, spec, resume,
                          [&](StageDir& out) { return train_into(context, options, {{{}, files}}, out); });
}

}  // namespace smelt
