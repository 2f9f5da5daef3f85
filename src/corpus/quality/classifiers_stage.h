// The models of quality that a run trains itself, [[classifiers]]: from its own documents or others, before the corpus
// is made with them. Each is a task and a file NAME.model in the stage's folder; [corpus.quality] names it by
// `classifier`.
#pragma once

#include <string>
#include <vector>

#include "base/context.h"
#include "base/stage.h"
#include "corpus/quality/train_classifier.h"

namespace smelt {

struct ClassifierOptions {
  std::string name;
  std::vector<std::string> sources;
  std::vector<std::string> inputs;
  std::vector<std::string> languages;
  double share = 1;
  int64_t sample_bytes = 64 << 20;
  ClassifierTraining training;
  void fields(Fields& f) {
    f("name", name, "by which corpus.quality names it");
    f("sources", sources,
      "whose documents of this run it learns from, as LABEL=SOURCE, e.g. [\"hq=handbooks\", \"lq=crawl\"]; a language "
      "model needs no labels");
    f("inputs", inputs,
      "other documents, as LABEL=PATH, or as PATH where they have a `label` in their metadata: files, folders, globs");
    f("languages", languages, "ISO 639-1 codes of the documents to learn from; empty: all");
    f("share", share, "share of the documents to learn from, chosen by a hash of their text", {.min = 0, .max = 1});
    f("sample_bytes", sample_bytes,
      "text of each of `sources` to learn from, about: of larger ones a smaller share is taken; 0: no limit",
      {.min = 0});
    training.fields(f);
  }
};

// [[classifiers]], as one value with settings of its own.
struct ClassifiersOptions {
  std::vector<ClassifierOptions> classifiers;
  void fields(Fields& f) { f.tables("classifiers", classifiers, "Models of quality that the run trains."); }
};

// Throws UserError(kUsage) where a name is missing, used twice or no file's name, nothing is said to learn from, or a
// source has two labels.
// `sources`: those that the documents have; empty where they are not known yet.
void check_classifiers(const ClassifiersOptions& options, const std::vector<std::string>& sources);

// Where the stage's folder `dir` has the model.
std::string classifier_file(const std::string& dir, const std::string& name);

// Same inputs and options, same bytes, for any number of threads. Memory: the texts of one classifier.
StageResult train_classifiers(const Context& context, const ClassifiersOptions& options,
                              const std::string& documents_dir, const std::string& dir);

}  // namespace smelt
