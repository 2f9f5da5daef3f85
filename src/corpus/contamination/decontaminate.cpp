#include "corpus/contamination/decontaminate.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/stream.h"
#include "base/text.h"
#include "corpus/counts.h"

namespace smelt {

namespace {

constexpr size_t kShownCharacters = 400;

ContaminationRules rules_of(const DecontaminateOptions& options) {
  return {options.ngram, options.substring != "off", options.substring == "all", options.min_characters};
}

// `count` characters before or after a byte of the text.
size_t step_back(std::string_view text, size_t pos, int64_t count) {
  while (pos > 0 && count > 0) {
    --pos;
    count -= (static_cast<unsigned char>(text[pos]) & 0xC0u) != 0x80u ? 1 : 0;
  }
  return pos;
}
size_t step_forward(std::string_view text, size_t pos, int64_t count) {
  while (pos < text.size() && count > 0) {
    ++pos;
    count -= pos == text.size() || (static_cast<unsigned char>(text[pos]) & 0xC0u) != 0x80u ? 1 : 0;
  }
  return pos;
}

struct Cut {
  size_t begin = 0;
  size_t end = 0;
};

// The hits with their windows, those that touch as one.
std::vector<Cut> cuts_of(std::string_view text, const std::vector<ContaminationHit>& hits, int64_t window) {
  std::vector<Cut> places;
  for (const ContaminationHit& hit : hits) {
    places.push_back({step_back(text, hit.begin, window), step_forward(text, hit.end, window)});
  }
  std::sort(places.begin(), places.end(), [](const Cut& a, const Cut& b) { return a.begin < b.begin; });
  std::vector<Cut> cuts;
  for (const Cut& place : places) {
    if (!cuts.empty() && place.begin <= cuts.back().end) {
      cuts.back().end = std::max(cuts.back().end, place.end);
    } else {
      cuts.push_back(place);
    }
  }
  return cuts;
}

// What stands between the cuts, pieces that are too short left out, apart by a blank line.
std::string without(std::string_view text, const std::vector<Cut>& cuts, int64_t min_piece) {
  std::string out;
  size_t begin = 0;
  const auto add = [&](size_t end) {
    const std::string_view piece = trim(text.substr(begin, end - begin));
    if (!piece.empty() && count_code_points(piece) >= min_piece) {
      out += out.empty() ? "" : "\n\n";
      out += piece;
    }
  };
  for (const Cut& cut : cuts) {
    add(cut.begin);
    begin = cut.end;
  }
  add(text.size());
  return out;
}

}  // namespace

void DecontaminateOptions::fields(Fields& f) {
  f("inputs", inputs,
    "benchmarks whose texts no document may hold: files, folders, globs of JSONL, JSON, Parquet or plain text; empty: "
    "none");
  f("fields", fields_read,
    "keys or columns of the benchmarks that hold text, with dots for nested ones; empty: every string of an item");
  f("ngram", ngram, "words in common that make a hit", {.min = 5, .max = 50});
  f.choice(
      "substring", substring, {"off", "short", "all"},
      "which texts are also looked for whole, white space and case left out: none, those too short for n-grams, all");
  f("min_characters", min_characters, "length of a text, without white space, from which it is looked for whole",
    {.min = 8, .max = 512});
  f.choice("action", action, {"drop", "cut"}, "drop the document, or cut the place out of it");
  f("window", window, "characters cut on either side of a hit", {.min = 0, .max = 100000});
  f("min_piece", min_piece, "characters from which a piece between cuts is kept", {.min = 0, .max = 1000000});
  f("max_cuts", max_cuts, "a document with more cuts is dropped", {.min = 1, .max = 1000000});
}

std::vector<InputFile> benchmark_files(const DecontaminateOptions& options) {
  return list_document_files(options.inputs);
}

Decontaminator::Decontaminator(const Context& context, const DecontaminateOptions& options)
    : options_(options), index_(rules_of(options)) {
  read_benchmarks(benchmark_files(options), options.fields_read, [&](const BenchmarkText& text) { index_.add(text); });
  index_.finish();
  if (index_.texts().empty()) {
    throw input_error("no text of the benchmarks is long enough to look for", "corpus.decontaminate",
                      fmt::format("{} texts are shorter than {} words and {} characters", index_.num_too_short(),
                                  options.ngram, options.min_characters));
  }
  context.log.info("decontamination: {} texts of benchmarks, {} n-grams, {} looked for whole, {} too short",
                   index_.texts().size(), index_.num_ngrams(), index_.num_substrings(), index_.num_too_short());
}

Decontaminator::Outcome Decontaminator::check(std::string_view text, Scratch& scratch) const {
  Outcome outcome;
  outcome.hits = index_.find(text, scratch);
  if (outcome.hits.empty()) {
    return outcome;
  }
  outcome.drop = options_.action == "drop";
  if (!outcome.drop) {
    const std::vector<Cut> cuts = cuts_of(text, outcome.hits, options_.window);
    outcome.cuts = static_cast<int64_t>(cuts.size());
    outcome.text = without(text, cuts, options_.min_piece);
    outcome.drop = outcome.cuts > options_.max_cuts || outcome.text.empty();
  }
  return outcome;
}

std::string Decontaminator::hit_line(const ContaminationHit& hit, const Document& document) const {
  const IndexedText& text = index_.texts()[hit.text];
  Json line = Json::object();
  line["benchmark"] = text.benchmark;
  line["item"] = text.item;
  line["field"] = text.field;
  line["source"] = document.source;
  line["document"] = document.id;
  line["url"] = document.url;
  line["match"] = hit.ngrams > 0 ? "ngram" : "substring";
  line["ngrams"] = hit.ngrams;
  line["begin"] = static_cast<int64_t>(hit.begin);
  line["end"] = static_cast<int64_t>(hit.end);
  line["text"] =
      prefix_characters(std::string_view(document.text).substr(hit.begin, hit.end - hit.begin), kShownCharacters);
  return line.dump() + "\n";
}

Json Decontaminator::counts() const {
  Json counts = Json::object();
  for (const IndexedText& text : index_.texts()) {
    add_count(count_group(counts, text.benchmark), "texts", 1);
  }
  return counts;
}

Json summarize_hits(const std::vector<std::string>& report_files) {
  std::map<std::string, std::set<std::string>> items;
  std::map<std::string, std::set<std::string>> documents;
  for (const std::string& file : report_files) {
    LineReader reader(open_input(file));
    std::string_view line;
    while (reader.next(line)) {
      const Result<Json> hit = Json::parse(line);
      SMELT_CHECK(hit.ok());
      const std::string& benchmark = hit.value().at("benchmark").as_string();
      items[benchmark].insert(hit.value().at("item").as_string());
      documents[benchmark].insert(file + "\n" + hit.value().at("source").as_string() + "\n" +
                                  hit.value().at("document").as_string());
    }
  }
  Json counts = Json::object();
  for (const auto& [benchmark, hit_items] : items) {
    Json& row = count_group(counts, benchmark);
    add_count(row, "items_hit", static_cast<int64_t>(hit_items.size()));
    add_count(row, "documents", static_cast<int64_t>(documents[benchmark].size()));
  }
  return counts;
}

}  // namespace smelt
