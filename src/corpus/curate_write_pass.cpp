#include <map>
#include <optional>

#include <fmt/format.h>

#include "base/stream.h"
#include "corpus/counts.h"
#include "corpus/curate_corpus.h"
#include "corpus/dedup/cuts.h"
#include "corpus/dedup/key_file.h"
#include "corpus/document_io.h"
#include "corpus/quality/buckets.h"

namespace smelt {

namespace {

using Place = DocumentPlace;

// A source's name as a folder's.
std::string folder_name(std::string_view source) {
  std::string name;
  for (const char c : source) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
    name += plain ? c : '_';
  }
  return name.empty() || name.front() == '.' ? "_" + name : name;
}

// Writers that come into being with their first line, in files that are all committed together.
class PartFiles {
 public:
  PartFiles(StageDir& stage, std::string part) : stage_(stage), part_(std::move(part)) {}

  DocumentWriter& in(const std::string& folder) {
    auto found = writers_.find(folder);
    if (found == writers_.end()) {
      make_directories(stage_.file(folder));
      found = writers_.emplace(folder, DocumentWriter(stage_.file(name(folder)))).first;
    }
    return found->second;
  }

  std::vector<std::string> commit() {
    std::vector<std::string> names;
    for (auto& [folder, writer] : writers_) {
      writer.commit();
      names.push_back(name(folder));
    }
    return names;
  }

 private:
  std::string name(const std::string& folder) const { return folder + "/" + part_ + ".jsonl.zst"; }

  StageDir& stage_;
  std::string part_;
  std::map<std::string, DocumentWriter> writers_;
};

// A line with more members before its closing brace.
std::string extended_line(std::string_view line, const DecidedDocument& decision) {
  Json extra = Json::object();
  extra["step"] = decision.step;
  extra["reason"] = decision.reason;
  extra["value"] = decision.value;
  extra["threshold"] = decision.threshold;
  if (!decision.duplicate_of.empty()) {
    extra["duplicate_of"] = decision.duplicate_of;
  }
  const std::string members = extra.dump();
  std::string out(line.substr(0, line.size() - 1));
  out += ',';
  out += std::string_view(members).substr(1);
  out += '\n';
  return out;
}

// The line of a document that stays: cut, with how many it stands for and what it is about.
std::string changed_line(std::string_view line, const DecidedDocument& decision) {
  if (decision.duplicates == 0 && decision.cut_bytes() == 0 && decision.cluster < 0) {
    return std::string(line) + "\n";
  }
  Result<Document> document = parse_document(line, "");
  SMELT_CHECK(document.ok());
  if (decision.duplicates > 0) {
    document->metadata["duplicates"] = Json(decision.duplicates);
  }
  if (decision.cluster >= 0) {
    document->metadata["cluster"] = decision.cluster;
    document->metadata["topic"] = decision.topic;
  }
  if (decision.cut_bytes() > 0) {
    const auto size = static_cast<int64_t>(document->text.size());
    document->text = cut_text(document->text, decision.paragraphs, 0);
    document->text = cut_text(document->text, decision.substrings, 0);
    SMELT_CHECK(size - static_cast<int64_t>(document->text.size()) == decision.cut_bytes());
    document->metadata["cut_bytes"] = Json(decision.cut_bytes());
  }
  std::string out;
  append_json_line(*document, out);
  return out;
}

// The keys of the documents that stay, for corpora to come.
std::string write_index(const CurateOptions& options, const std::string& part, const std::vector<bool>& stays,
                        StageDir& stage) {
  const std::string name = "duplicates/index/" + part + ".keys";
  make_directories(stage.file("duplicates/index"));
  const MinHashShape shape = options.dedup.shape();
  const KeyFile keys(stage.file(work_files(part).keys));
  KeyWriter writer(stage.file(name), shape);
  for (size_t row = 0; row < stays.size(); ++row) {
    if (!stays[row]) {
      continue;
    }
    DocumentKeys document{std::string(keys.id(row)), keys.exact(row), keys.preference(row), {}};
    for (size_t band = 0; band < keys.bands() && keys.band_key(row, 0) != 0; ++band) {
      document.bands.push_back(keys.band_key(row, band));
    }
    writer.add(document);
  }
  writer.commit();
  return name;
}

// The bucket and its label behind the members of the document's metadata, which is the line's last one and has none of
// the two (QualityJudge::mark takes them out).
std::string line_with_bucket(std::string_view line, int bucket) {
  SMELT_CHECK(line.ends_with("}}"));
  std::string out(line.substr(0, line.size() - 2));
  out += out.ends_with('{') ? "" : ",";
  out += fmt::format("\"quality_bucket\":{},\"quality_label\":\"{}\"}}}}", bucket,
                     kQualityLabels[static_cast<size_t>(label_of_bucket(bucket))]);
  return out;
}

// The name by which a blend weighs the document.
std::string blend_source(const CurateOptions& options, const IndexedView& document, const DecidedDocument& decision) {
  if (options.clusters.as_sources && decision.cluster >= 0) {
    return fmt::format("cluster-{:03}", decision.cluster);
  }
  if (options.quality.as_sources && decision.bucket >= 0) {
    return kQualityLabels[static_cast<size_t>(label_of_bucket(decision.bucket))];
  }
  return folder_name(document.source);
}

void count_decision(const IndexedView& document, const DecidedDocument& decision, Json& counts) {
  if (decision.place == Place::kReject) {
    Json& reject = count_group(count_group(counts, "rejects"), decision.reason);
    add_count(reject, "documents", 1);
    add_count(reject, "text_bytes", document.text_bytes);
    return;
  }
  const std::string place = decision.place == Place::kTrain ? "train" : "heldout";
  const int64_t text_bytes = document.text_bytes - decision.cut_bytes();
  Json& total = count_group(counts, place);
  add_count(total, "documents", 1);
  add_count(total, "text_bytes", text_bytes);
  for (const auto& [group, name] : {std::pair{"languages", document.language}, std::pair{"sources", document.source}}) {
    Json& row = count_group(count_group(counts, group), name);
    add_count(row, place, 1);
    add_count(row, place + "_bytes", text_bytes);
  }
}

void add_example(const std::string& line, const DecidedDocument& decision, ExampleBook& examples) {
  const Result<Document> document = parse_document(line, "");
  SMELT_CHECK(document.ok());
  const Document& d = document.value();
  examples.add(decision.place == Place::kReject ? decision.reason : "kept", d.id, d.url, d.source, decision.value,
               d.text);
}

}  // namespace

void run_write_pass(const Context& context, const CurateOptions& options, const std::string& part, StageDir& stage) {
  const WorkFiles work = work_files(part);
  PartFiles files(stage, part);
  Json counts = Json::object();
  ExampleBook examples(static_cast<size_t>(options.examples));
  std::string_view line;
  LineReader rejected(open_input(stage.file(work.rejects)));
  while (rejected.next(line)) {
    files.in("rejects").write_line(std::string(line) + "\n");
  }
  LineReader kept(open_input(stage.file(work.kept)));
  std::map<std::string, RepositoryJoiner> joiners;
  DecisionReader decisions(stage.file(work.decisions));
  std::vector<bool> stays;
  const PartIndex index(stage.file(work.index));
  for (uint64_t offset = 0; offset < index.end(); offset = index.next(offset)) {
    context.stop_if_asked();
    SMELT_CHECK(kept.next(line));
    const IndexedView document = index.at(offset);
    const DecidedDocument decision = decisions.next();
    std::string with_bucket;
    if (decision.bucket >= 0) {
      with_bucket = line_with_bucket(line, decision.bucket);
      line = with_bucket;
    }
    const std::string out =
        decision.place == Place::kReject ? extended_line(line, decision) : changed_line(line, decision);
    const std::string folder = decision.place == Place::kTrain ? "train/" + blend_source(options, document, decision)
                               : decision.place == Place::kHeldout ? "heldout"
                                                                   : "rejects";
    if (options.repositories.join && decision.place != Place::kReject) {
      for (const std::string& joined : joiners.try_emplace(folder, options.repositories).first->second.add(out)) {
        files.in(folder).write_line(joined);
      }
    } else {
      files.in(folder).write_line(out);
    }
    stays.push_back(decision.place != Place::kReject);
    count_decision(document, decision, counts);
    if (options.examples > 0) {
      add_example(out, decision, examples);
    }
  }
  for (auto& [folder, joiner] : joiners) {
    for (const std::string& joined : joiner.finish()) {
      files.in(folder).write_line(joined);
    }
  }
  counts["examples"] = examples.to_json();
  std::vector<std::string> names = files.commit();
  if (options.dedup.index) {
    names.push_back(write_index(options, part, stays, stage));
  }
  stage.mark_done(part, names, std::move(counts));
}

}  // namespace smelt
