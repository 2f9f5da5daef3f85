#include <algorithm>

#include "base/stream.h"
#include "corpus/counts.h"
#include "corpus/curate_corpus.h"
#include "corpus/dedup/earlier.h"
#include "corpus/dedup/paragraphs.h"
#include "corpus/dedup/sample.h"
#include "corpus/document_io.h"

namespace smelt {

namespace {

using Place = Decision::Place;

constexpr uint64_t kMiB = 1 << 20;

KeySet load_keys(const Context& context, const CurateOptions& options, StageDir& stage, const Corpus& corpus) {
  EarlierKeys earlier = read_earlier(context, options.dedup, stage);
  std::vector<KeyFile> keys;
  std::vector<TextStore> texts = std::move(earlier.texts);
  for (size_t part = 0; part < corpus.parts.size(); ++part) {
    const WorkFiles files = work_files(part_name(part));
    keys.emplace_back(stage.file(files.keys));
    SMELT_CHECK(keys.back().documents() == corpus.rows(part));
    if (options.dedup.verify > 0) {
      texts.emplace_back(stage.file(files.texts));
    }
  }
  return {std::move(earlier.keys), std::move(keys), std::move(texts)};
}

Json measure(const CurateOptions& options, const StageDir& stage, const KeySet& keys, const DuplicateClusters& clusters,
             size_t num_parts) {
  std::vector<SampledDocument> sample;
  for (size_t part = 0; part < num_parts; ++part) {
    for (SampledDocument& document : SampleBook::parse(read_file(stage.file(work_files(part_name(part)).sample)))) {
      document.row += keys.first_of(part);
      sample.push_back(std::move(document));
    }
  }
  return measure_sample(std::move(sample), static_cast<size_t>(options.dedup.sample), clusters, options.dedup);
}

// Calls each(decision, start, text) for the documents that are left and wanted; on several threads, a part each.
template <class Wanted, class Each>
void for_each_text(const Context& context, const StageDir& stage, Corpus& corpus, Wanted wanted, Each each) {
  context.threads.run(static_cast<int64_t>(corpus.parts.size()), [&](int64_t i) {
    const auto part = static_cast<size_t>(i);
    LineReader lines(open_input(stage.file(work_files(part_name(part)).kept)));
    std::string_view line;
    uint64_t start = corpus.starts[part];
    for (size_t row = 0; row < corpus.rows(part); ++row) {
      context.stop_if_asked();
      SMELT_CHECK(lines.next(line));
      Decision& decision = corpus.decision(part, row);
      const auto size = static_cast<uint64_t>(corpus.document(part, row).text_bytes);
      if (decision.place != Place::kReject && wanted(start, size)) {
        const Result<Document> document = parse_document(line, "");
        SMELT_CHECK(document.ok() && document.value().text.size() == size);
        each(decision, start, document.value().text);
      }
      start += size + 1;
    }
  });
}

struct Removal {
  const char* step;
  const char* reason;
  double max_share;
};

// Bytes that cutting `before` to `after` takes; the document goes where it takes too many.
int64_t judge_cut(const Removal& removal, size_t before, size_t after, Decision& decision) {
  const double share = static_cast<double>(before - after) / static_cast<double>(std::max<size_t>(before, 1));
  if (share > removal.max_share || after == 0) {
    decision.reject(removal.step, removal.reason, share, removal.max_share);
    return 0;
  }
  return static_cast<int64_t>(before - after);
}

void decide_paragraphs(const Context& context, const CurateOptions& options, const StageDir& stage, Corpus& corpus) {
  const ParagraphOptions& settings = options.dedup.paragraphs;
  ParagraphFinder finder(settings, scratch_space(options, stage));
  const auto all = [](uint64_t, uint64_t) { return true; };
  for_each_text(context, stage, corpus, all,
                [&](const Decision&, uint64_t start, std::string_view text) { finder.scan(start, text); });
  corpus.cuts.paragraphs = finder.ranges();
  const auto& ranges = corpus.cuts.paragraphs;
  const auto touched = [&](uint64_t start, uint64_t size) { return TextCuts::touch(ranges, start, size); };
  const Removal removal{"paragraphs", "paragraph_duplicates", settings.max_share};
  for_each_text(context, stage, corpus, touched, [&](Decision& decision, uint64_t start, std::string_view text) {
    const std::string left = TextCuts::apply(ranges, text, start);
    decision.paragraph_cut = judge_cut(removal, text.size(), left.size(), decision);
  });
}

void decide_substrings(const Context& context, const CurateOptions& options, const StageDir& stage, Corpus& corpus) {
  const SubstringOptions& settings = options.dedup.substring;
  RepeatFinder<uint8_t> finder(settings.min_length, static_cast<uint64_t>(options.dedup.seed),
                               scratch_space(options, stage));
  const auto all = [](uint64_t, uint64_t) { return true; };
  const auto symbols = [](const std::string& text) {
    return std::span(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  };
  for_each_text(context, stage, corpus, all, [&](const Decision&, uint64_t start, std::string_view text) {
    finder.scan(start, symbols(TextCuts::apply(corpus.cuts.paragraphs, text, start)));
  });
  finder.select();
  for_each_text(context, stage, corpus, all, [&](const Decision&, uint64_t start, std::string_view text) {
    finder.collect(start, symbols(TextCuts::apply(corpus.cuts.paragraphs, text, start)));
  });
  std::optional<RangeList> ranges = finder.ranges();
  const auto touched = [&](uint64_t start, uint64_t size) { return TextCuts::touch(ranges, start, size); };
  const Removal removal{"substrings", "substring_duplicates", settings.max_share};
  for_each_text(context, stage, corpus, touched, [&](Decision& decision, uint64_t start, std::string_view text) {
    const std::string before = TextCuts::apply(corpus.cuts.paragraphs, text, start);
    const std::string left = TextCuts::apply(ranges, before, start);
    const int64_t cut = judge_cut(removal, before.size(), left.size(), decision);
    decision.substring_cut = settings.action == "cut" ? cut : 0;
  });
  if (settings.action == "cut") {
    corpus.cuts.substrings = std::move(ranges);
  }
}

}  // namespace

ScratchSpace scratch_space(const CurateOptions& options, const StageDir& stage) {
  return {stage.file(StageDir::kWorkFolder), static_cast<size_t>(options.dedup.memory) * kMiB / 8 * 7};
}

void decide_duplicates(const Context& context, const CurateOptions& options, StageDir& stage, Corpus& corpus,
                       Json& counts) {
  const ScratchSpace space = scratch_space(options, stage);
  corpus.keys.emplace(load_keys(context, options, stage, corpus));
  const KeySet& keys = *corpus.keys;
  const DuplicateClusters clusters = find_duplicates(context, keys, options.dedup, space);
  for (uint64_t i = 0; i < corpus.size(); ++i) {
    const uint64_t number = keys.num_earlier() + i;
    const uint64_t size = clusters.cluster_size(number);
    Decision& decision = corpus.decision(i);
    const Fate fate = clusters.fate(number);
    if (fate == Fate::kKept) {
      decision.duplicates = static_cast<uint32_t>(size - 1);
      continue;
    }
    const bool exact = fate == Fate::kExactDuplicate;
    decision.reject(exact ? "exact_duplicates" : "near_duplicates", exact ? "exact_duplicate" : "near_duplicate",
                    static_cast<double>(size), 1);
    decision.survivor = clusters.survivor(number);
  }
  make_directories(stage.file("duplicates"));
  counts["clusters"] = write_clusters(keys, clusters, space, stage.file("duplicates/clusters.jsonl"));
  if (options.dedup.sample > 0) {
    counts["dedup_sample"] = measure(options, stage, keys, clusters, corpus.parts.size());
  }
}

void decide_repeats(const Context& context, const CurateOptions& options, const StageDir& stage, Corpus& corpus) {
  if (options.dedup.paragraphs.enabled) {
    decide_paragraphs(context, options, stage, corpus);
  }
  if (options.dedup.substring.enabled) {
    decide_substrings(context, options, stage, corpus);
  }
}

}  // namespace smelt
