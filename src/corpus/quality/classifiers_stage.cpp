#include "corpus/quality/classifiers_stage.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/did_you_mean.h"
#include "base/error.h"
#include "base/manifest.h"
#include "base/text.h"
#include "corpus/quality/hash_sample.h"

namespace smelt {
namespace {

constexpr const char* kLabelKey = "label";

struct NamedSource {
  std::string label;
  std::string source;
};

NamedSource parse_source(const std::string& text) {
  const size_t equals = text.find('=');
  return equals == std::string::npos ? NamedSource{"", text}
                                     : NamedSource{text.substr(0, equals), text.substr(equals + 1)};
}

bool is_file_name(const std::string& name) {
  return !name.empty() && name.front() != '.' && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  });
}

void check_sources(const ClassifierOptions& classifier, const std::vector<std::string>& sources) {
  std::set<std::string> seen;
  for (const std::string& text : classifier.sources) {
    const NamedSource named = parse_source(text);
    if (!seen.insert(named.source).second) {
      throw usage_error(fmt::format("'{}' is named twice", named.source),
                        fmt::format("classifiers.{}.sources", classifier.name), "give every source one label");
    }
    if (named.label.empty() && classifier.training.kind != "ngram") {
      throw usage_error(fmt::format("'{}' has no label", text), fmt::format("classifiers.{}.sources", classifier.name),
                        "write LABEL=SOURCE");
    }
    if (!sources.empty() && std::find(sources.begin(), sources.end(), named.source) == sources.end()) {
      throw usage_error(fmt::format("no pages or code are named '{}'", named.source),
                        fmt::format("classifiers.{}.sources", classifier.name),
                        did_you_mean(named.source, sources, "name one of documents.pages or documents.code"));
    }
  }
}

bool has_wanted_language(const ClassifierOptions& options, const Document& document) {
  return options.languages.empty() ||
         std::find(options.languages.begin(), options.languages.end(), document.language) != options.languages.end();
}

struct SourceSample {
  std::string label;
  double share;
};

// By the name of the source. `counts`: of the documents' manifest.
std::map<std::string, SourceSample> source_samples(const ClassifierOptions& options, const Json& counts) {
  std::map<std::string, SourceSample> out;
  const Json* sources = counts.find("sources");
  for (const std::string& text : options.sources) {
    const NamedSource named = parse_source(text);
    double share = options.share;
    const Json* source = sources == nullptr ? nullptr : sources->find(named.source);
    if (source != nullptr && options.sample_bytes > 0) {
      const double bytes = std::max(1.0, source->at("text_bytes").as_double());
      share = std::min(share, static_cast<double>(options.sample_bytes) / bytes);
    }
    out[named.source] = {named.label, share};
  }
  return out;
}

std::vector<LabelledInput> inputs_of(const ClassifierOptions& options, uint64_t seed,
                                     const std::string& documents_dir) {
  const uint64_t draw = seed + 1;
  std::vector<LabelledInput> out;
  if (!options.sources.empty()) {
    out.push_back({documents_dir,
                   [&options, draw, samples = source_samples(options, read_manifest(documents_dir).counts)](
                       const Document& document) -> std::optional<std::string> {
                     const auto sample = samples.find(document.source);
                     if (sample == samples.end() || !has_wanted_language(options, document) ||
                         !is_sampled(document.text, sample->second.share, draw)) {
                       return std::nullopt;
                     }
                     return sample->second.label;
                   }});
  }
  for (const std::string& text : options.inputs) {
    LabelledInput input = parse_labelled_input(text);
    input.label_of = [&options, draw, label_of = std::move(input.label_of)](const Document& document) {
      const bool wanted = has_wanted_language(options, document) && is_sampled(document.text, options.share, draw);
      return wanted ? label_of(document) : std::nullopt;
    };
    out.push_back(std::move(input));
  }
  return out;
}

StageSpec classifiers_spec(const ClassifiersOptions& options, const std::string& documents_dir,
                           const std::string& dir) {
  StageSpec spec{.name = "classifiers",
                 .version = 2,
                 .dir = dir,
                 .settings = recipe_to_json(options),
                 .inputs = {{"documents", read_manifest(documents_dir).digest()}},
                 .shared = true};
  for (const ClassifierOptions& classifier : options.classifiers) {
    for (const std::string& input : classifier.inputs) {
      spec.inputs.emplace_back("input " + input, files_digest(list_document_files({parse_labelled_input(input).path})));
    }
  }
  return spec;
}

}  // namespace

void check_classifiers(const ClassifiersOptions& options, const std::vector<std::string>& sources) {
  std::set<std::string> names;
  for (const ClassifierOptions& classifier : options.classifiers) {
    if (!is_file_name(classifier.name) || !names.insert(classifier.name).second) {
      throw usage_error(fmt::format("'{}' is no name for a model, or named twice", classifier.name), "classifiers.name",
                        "use letters, digits, - and _");
    }
    if (classifier.sources.empty() && classifier.inputs.empty()) {
      throw usage_error("there is nothing to learn from", "classifiers." + classifier.name, "set sources or inputs");
    }
    check_sources(classifier, sources);
  }
}

std::string classifier_file(const std::string& dir, const std::string& name) {
  return dir + "/" + name + ".model";
}

StageResult train_classifiers(const Context& context, const ClassifiersOptions& options,
                              const std::string& documents_dir, const std::string& dir) {
  check_classifiers(options, {});
  return run_stage(context, classifiers_spec(options, documents_dir, dir), [&](StageDir& stage) {
    std::vector<std::string> names;
    for (const ClassifierOptions& classifier : options.classifiers) {
      names.push_back(classifier.name);
    }
    run_tasks(context, stage, "classifiers", names, [&](size_t i) {
      const ClassifierOptions& classifier = options.classifiers[i];
      Json counts = train_classifier(context, classifier.training, inputs_of(classifier, context.seed, documents_dir),
                                     kLabelKey, classifier_file(stage.path(), classifier.name));
      stage.mark_done(classifier.name, {classifier.name + ".model"}, std::move(counts));
    });
    Json counts = Json::object();
    counts["classifiers"] = static_cast<int64_t>(names.size());
    counts["models"] = Json::object();
    for (const std::string& name : names) {
      counts["models"][name] = stage.done_counts(name);
    }
    return counts;
  });
}

}  // namespace smelt
