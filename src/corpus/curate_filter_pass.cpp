#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "corpus/code/code_document.h"
#include "corpus/counts.h"
#include "corpus/curate_passes.h"
#include "corpus/dedup/sample.h"
#include "corpus/dedup/signer.h"
#include "corpus/dedup/text_store.h"
#include "corpus/document_io.h"

namespace smelt {

namespace {

constexpr size_t kBatchDocuments = 64;
constexpr size_t kBatchBytes = 1 << 20;

// A document with what the pass found: why it goes, or what the global passes need to know of it.
struct Judged {
  Document document;
  int64_t read_bytes = 0;
  std::string step;  // which step dropped it; empty: kept
  Verdict verdict;
  std::string detail;                  // of the verdict, for people
  std::vector<LanguageShare> dropped;  // paragraphs
  int64_t hits = 0;                    // texts of benchmarks
  int64_t cuts = 0;                    // places cut out for them
  std::string hit_lines;
  Json measured;  // by the filters: {rule: value}
  Json removed;   // lines that the filters removed, by reason
  RedactCounts redactions;
  std::string line;
  IndexedDocument index;
  SignedDocument marks;
  std::vector<uint32_t> shingles;  // where a sample is kept
};

using Batch = std::vector<Result<Document>>;

std::string reject_line(const Judged& judged) {
  Json extra = Json::object();
  extra["step"] = judged.step;
  extra["reason"] = judged.verdict.reason;
  extra["value"] = judged.verdict.value;
  extra["threshold"] = judged.verdict.threshold;
  if (!judged.detail.empty()) {
    extra["detail"] = judged.detail;
  }
  if (!judged.measured.is_null()) {
    extra["measured"] = judged.measured;
  }
  std::string line;
  append_json_line(judged.document, line, &extra);
  return line;
}

// The steps on single documents. One a thread at a time: the buffers are reused from document to document.
class Judge {
 public:
  Judge(const CurateOptions& options, const MinHasher& hasher, const FilterModels& models)
      : options_(options),
        filters_(options.filters),
        languages_(models.languages),
        decontaminator_(models.decontaminator),
        redactor_(options.redact),
        signer_(options.dedup, hasher) {
    if (models.quality != nullptr) {
      quality_.emplace(*models.quality);
    }
  }

  Judged judge(Result<Document>&& input) {
    Judged judged;
    if (!input.ok()) {
      judged.step = "read";
      judged.verdict = {false, input.reject().reason, 0, 0};
      Json line = Json::object();
      line["step"] = judged.step;
      line["reason"] = input.reject().reason;
      line["detail"] = input.reject().detail;
      judged.line = line.dump() + "\n";
      return judged;
    }
    judged.document = std::move(input).value();
    judged.read_bytes = static_cast<int64_t>(judged.document.text.size());
    if (!is_code(judged.document)) {  // rules for prose; code was judged by its own
      identify_language(judged);
      if (judged.step.empty()) {
        check_language(judged);
      }
      if (judged.step.empty()) {
        filter(judged);
      }
    }
    if (judged.step.empty() && decontaminator_ != nullptr) {
      decontaminate(judged);
    }
    if (judged.step.empty()) {
      redact(judged);
    }
    if (!judged.step.empty()) {
      judged.line = reject_line(judged);
      return judged;
    }
    if (quality_) {
      QualityMarks marks = quality_->mark(judged.document.text, judged.document.metadata);
      judged.index.scores = std::move(marks.scores);
      judged.index.perplexity = marks.perplexity;
    }
    append_json_line(judged.document, judged.line);
    fill_index(judged);
    return judged;
  }

 private:
  void identify_language(Judged& judged) const {
    Document& document = judged.document;
    const bool known = !document.language.empty() && document.language != LanguageGuess().code;
    if (languages_ == nullptr || (known && options_.language.identify == "unknown")) {
      return;
    }
    std::string text = document.text;
    TextLanguages told = languages_->identify(text);
    if (text.empty() && !told.dropped.empty()) {
      document.language = told.found[0].code;
      judged.step = "language";
      judged.verdict = {false, "other_language", 0, 0};
      return;
    }
    document.text = std::move(text);
    document.language = told.whole.code;
    told.describe(document.metadata);
    judged.dropped = std::move(told.dropped);
  }

  void check_language(Judged& judged) const {
    const auto& languages = options_.languages;
    if (!languages.empty() &&
        std::find(languages.begin(), languages.end(), judged.document.language) == languages.end()) {
      judged.step = "language";
      judged.verdict = {false, "language", 0, 0};
      return;
    }
    const Json* score = judged.document.metadata.find("language_score");
    if (score != nullptr && score->is_number() && score->as_double() < options_.min_language_score) {
      judged.step = "language";
      judged.verdict = {false, "language_score", score->as_double(), options_.min_language_score};
    }
  }

  void decontaminate(Judged& judged) {
    Document& document = judged.document;
    Decontaminator::Outcome outcome = decontaminator_->check(document.text, hits_scratch_);
    for (const ContaminationHit& hit : outcome.hits) {
      judged.hit_lines += decontaminator_->hit_line(hit, document);
    }
    judged.hits = static_cast<int64_t>(outcome.hits.size());
    if (outcome.drop) {
      const IndexedText& text = decontaminator_->index().texts()[outcome.hits[0].text];
      judged.step = "contamination";
      judged.verdict = {false, "contaminated", static_cast<double>(judged.hits), 0};
      judged.detail = text.benchmark + ", item " + text.item;
    } else if (outcome.cuts > 0) {
      judged.cuts = outcome.cuts;
      document.text = std::move(outcome.text);
      document.metadata["contamination_cuts"] = judged.cuts;
    }
  }

  void redact(Judged& judged) const {
    judged.redactions = redactor_.redact(judged.document.text);
    note_redactions(judged);
    if (judged.redactions.drops_document) {
      judged.step = "redaction";
      judged.verdict = {false, "personal_data", static_cast<double>(judged.redactions.total()), 0};
    }
  }

  // In the metadata, over what an earlier corpus had there.
  static void note_redactions(Judged& judged) {
    Json& metadata = judged.document.metadata;
    metadata.erase("redactions");
    for (size_t kind = 0; kind < kPersonalKinds; ++kind) {
      if (judged.redactions.by_kind[kind] > 0) {
        count_group(metadata, "redactions")[kPersonalKindNames[kind]] = judged.redactions.by_kind[kind];
      }
    }
  }

  // Drops the document, or notes for later why it would go: its label is not known before all scores are.
  void filter(Judged& judged) {
    Document& document = judged.document;
    Verdict verdict = filters_.filter(document.text, document.language);
    if (Json signals = filters_.signals(); !signals.is_null()) {
      document.metadata["quality_signals"] = std::move(signals);
    }
    if (options_.filters.enabled && options_.filters.record != "none") {
      if (!verdict.keep) {
        judged.measured = filters_.measured();
      } else if (options_.filters.record == "all") {
        document.metadata["measured"] = filters_.measured();
      }
    }
    if (verdict.keep) {
      judged.removed = filters_.removed();
      return;
    }
    if (options_.quality.filter_labels.empty()) {
      judged.verdict = std::move(verdict);
      judged.step = "filters";
      return;
    }
    judged.index.failed_rule = std::move(verdict.reason);
    judged.index.failed_value = verdict.value;
    judged.index.failed_threshold = verdict.threshold;
  }

  void fill_index(Judged& judged) {
    const Document& document = judged.document;
    IndexedDocument& index = judged.index;
    index.id = document.id;
    index.source = document.source;
    index.language = document.language;
    PagePlace place = place_of(document.source, document.id, document.url, options_.split.path_parts);
    index.section = std::move(place.section);
    index.rest = std::move(place.rest);
    index.text_bytes = static_cast<int64_t>(document.text.size());
    judged.marks = signer_.sign(document);
    if (options_.dedup.sample > 0) {
      judged.shingles = signer_.shingles();
    }
  }

  const CurateOptions& options_;
  FilterPipeline filters_;
  const LanguageIdentifier* languages_;
  const Decontaminator* decontaminator_;
  Decontaminator::Scratch hits_scratch_;
  Redactor redactor_;
  std::optional<QualityJudge> quality_;
  DocumentSigner signer_;
};

// Judges that wait for their next batch: what they hold (word splits, buffers) is worth keeping.
class Judges {
 public:
  explicit Judges(std::function<std::unique_ptr<Judge>()> make) : make_(std::move(make)) {}

  std::unique_ptr<Judge> take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) {
      return make_();
    }
    std::unique_ptr<Judge> judge = std::move(idle_.back());
    idle_.pop_back();
    return judge;
  }
  void give_back(std::unique_ptr<Judge> judge) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(judge));
  }

 private:
  std::function<std::unique_ptr<Judge>()> make_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Judge>> idle_;
};

void count_group_of(Json& counts, const char* group, const std::string& name, const char* what) {
  add_count(count_group(count_group(counts, group), name), what, 1);
}

// The steps of this pass that can drop documents by these options.
std::vector<const char*> dropping_steps(const CurateOptions& options) {
  std::vector<const char*> steps = {"read", "language", "filters"};
  if (options.decontaminate.enabled()) {
    steps.push_back("contamination");
  }
  if (options.redact.drops_documents()) {
    steps.push_back("redaction");
  }
  return steps;
}

void count_hits(const Judged& judged, Json& counts) {
  Json& contamination = count_group(counts, "contamination");
  add_count(contamination, "documents", judged.hits > 0 ? 1 : 0);
  add_count(contamination, "hits", judged.hits);
  add_count(contamination, "cut_documents", judged.cuts > 0 ? 1 : 0);
}

void count_judged(const Judged& judged, const std::vector<const char*>& steps, Json& counts, ExampleBook& examples) {
  if (judged.step != "read") {
    count_group_of(counts, "languages", judged.document.language, "read");
    count_group_of(counts, "sources", judged.document.source, "read");
  }
  for (const char* step : steps) {
    const bool passed = judged.step != step;
    Json& row = count_group(count_group(counts, "funnel"), step);
    add_count(row, "documents", passed ? 1 : 0);
    add_count(row, "text_bytes", passed ? judged.read_bytes : 0);
    if (!passed) {
      Json& reject = count_group(count_group(counts, "rejects"), judged.verdict.reason);
      add_count(reject, "documents", 1);
      add_count(reject, "text_bytes", judged.read_bytes);
      if (judged.step != "read") {
        const Document& d = judged.document;
        examples.add(judged.verdict.reason, d.id, d.url, d.source, judged.verdict.value, d.text);
      }
      return;
    }
  }
  count_dropped_languages(judged.dropped, counts);
  if (judged.removed.is_object()) {
    Json& removed = count_group(counts, "removed_lines");
    add_count(removed, "documents", 1);
    for (const auto& [reason, lines] : judged.removed.as_object()) {
      add_count(removed, reason.c_str(), lines.as_int());
    }
  }
  Json& redactions = count_group(counts, "redactions");
  add_count(redactions, "documents", judged.redactions.total() > 0 ? 1 : 0);
  for (size_t kind = 0; kind < kPersonalKinds; ++kind) {
    add_count(redactions, kPersonalKindNames[kind], judged.redactions.by_kind[kind]);
  }
}

// The files of one part and what is counted on the way.
class PartWriter {
 public:
  PartWriter(const StageDir& stage, const WorkFiles& files, const CurateOptions& options)
      : steps_(dropping_steps(options)),
        kept_(stage.file(files.kept)),
        rejects_(stage.file(files.rejects)),
        index_(stage.file(files.index)),
        signatures_(stage.file(files.signatures)),
        keys_(stage.file(files.keys), options.dedup.shape()),
        texts_(stage.file(files.texts)),
        with_texts_(options.dedup.verify > 0),
        sample_path_(stage.file(files.sample)),
        sample_(static_cast<size_t>(options.dedup.sample), static_cast<uint64_t>(options.dedup.seed)),
        examples_(static_cast<size_t>(options.examples)) {
    if (options.decontaminate.enabled()) {
      make_directories(stage.file("contamination"));
      hits_.emplace(stage.file(files.hits));
    }
  }

  void add(Judged& judged) {
    count_judged(judged, steps_, counts_, examples_);
    if (hits_) {
      count_hits(judged, counts_);
      hits_->write(judged.hit_lines);
    }
    if (!judged.step.empty()) {
      rejects_.write_line(judged.line);
      return;
    }
    kept_.write_line(judged.line);
    record_.clear();
    append_index_record(judged.index, record_);
    index_.write(record_);
    const SignedDocument& marks = judged.marks;
    signatures_.write(
        {reinterpret_cast<const char*>(marks.signature.data()), marks.signature.size() * sizeof(uint32_t)});
    keys_.add(marks.keys);
    if (with_texts_) {
      texts_.add(marks.normalized);
    }
    sample_.add(rows_++, std::move(judged.shingles));
  }

  Json commit() {
    kept_.commit();
    rejects_.commit();
    index_.commit();
    signatures_.commit();
    keys_.commit();
    texts_.commit();
    write_file(sample_path_, sample_.bytes());
    if (hits_) {
      hits_->commit();
    }
    counts_["examples"] = examples_.to_json();
    return std::move(counts_);
  }

 private:
  std::vector<const char*> steps_;
  DocumentWriter kept_;
  DocumentWriter rejects_;
  AtomicFile index_;
  AtomicFile signatures_;
  KeyWriter keys_;
  TextStoreWriter texts_;
  bool with_texts_;
  std::string sample_path_;
  SampleBook sample_;
  uint64_t rows_ = 0;  // written
  std::optional<AtomicFile> hits_;
  std::string record_;
  ExampleBook examples_;
  Json counts_ = Json::object();
};

std::optional<Batch> next_batch(const Context& context, DocumentReader& reader) {
  context.stop_if_asked();
  Batch batch;
  size_t bytes = 0;
  while (batch.size() < kBatchDocuments && bytes < kBatchBytes) {
    std::optional<Result<Document>> item = reader.next();
    if (!item) {
      break;
    }
    bytes += item->ok() ? item->value().text.size() : 0;
    batch.push_back(std::move(*item));
  }
  return batch.empty() ? std::nullopt : std::optional<Batch>(std::move(batch));
}

}  // namespace

WorkFiles work_files(const std::string& part) {
  return {"work/" + part + ".jsonl.zst",     "work/" + part + ".rejects.jsonl.zst",
          "work/" + part + ".index",         "work/" + part + ".signatures",
          "work/" + part + ".keys",          "work/" + part + ".texts",
          "work/" + part + ".sample",        "work/" + part + ".decisions",
          "contamination/" + part + ".jsonl"};
}

void run_filter_pass(const Context& context, const CurateOptions& options, const FilterModels& models,
                     const InputFile& input, const std::string& part, StageDir& stage, Progress& progress) {
  const WorkFiles files = work_files(part);
  const MinHasher hasher(options.dedup.shape());
  DocumentReader reader(std::vector<InputFile>{input});
  PartWriter writer(stage, files, options);
  Judges judges([&] { return std::make_unique<Judge>(options, hasher, models); });
  ordered_map<Batch, std::vector<Judged>>(
      context.threads.width(), [&] { return next_batch(context, reader); },
      [&](Batch batch) {
        std::unique_ptr<Judge> judge = judges.take();
        std::vector<Judged> out;
        for (Result<Document>& item : batch) {
          out.push_back(judge->judge(std::move(item)));
        }
        judges.give_back(std::move(judge));
        return out;
      },
      [&](std::vector<Judged> batch) {
        for (Judged& judged : batch) {
          writer.add(judged);
        }
        progress.add(batch.size());
      });
  std::vector<std::string> names = {files.kept, files.rejects, files.index, files.signatures,
                                    files.keys, files.texts,   files.sample};
  if (models.decontaminator != nullptr) {
    names.push_back(files.hits);
  }
  stage.mark_done("filter-" + part, names, writer.commit());
}

}  // namespace smelt
