// Pages and code to documents: reads folders of HTML and WARC files, extracts the main text of every page and writes
// shards; then files of code (code/code_ingest.h).
//
// The folder holds part-00000.jsonl.zst (or .parquet), ... in the order of the inputs, and for what gave no document
// rejects/part-00000.jsonl.zst with lines {"id", "url", "source", "reason", "detail"}, of code "value" and "threshold"
// besides. Same inputs and options, same
// bytes, for any number of threads; after a kill, finished shards are not made again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/recipe.h"
#include "base/stage.h"
#include "corpus/code/code_ingest.h"
#include "corpus/code/code_options.h"
#include "crawl/extract.h"
#include "crawl/page_source.h"

namespace smelt {

// One source of pages: [[ingest.pages]].
struct PagesInput {
  std::string name;
  std::vector<std::string> inputs;
  std::vector<std::string> exclude;
  std::string base_url;
  std::string list_prefix = {};
  void fields(Fields& f) {
    f("name", name, "the documents' source; empty: each input's own name");
    f("inputs", inputs,
      "folders of HTML, WARC, ARC and WET files, globs; http(s), s3 and gs addresses of such files; .paths and "
      ".paths.gz "
      "lists of them");
    f("exclude", exclude,
      "globs of pages to leave out, matched against ids, paths and addresses, e.g. \"**/genindex*\"");
    f("base_url", base_url,
      "put before the id to make the url of pages that come without one, e.g. \"https://docs.python.org/3/\"");
    f("list_prefix", list_prefix,
      "put before the paths that .paths lists hold, e.g. \"s3://commoncrawl/\"; empty: the list's own server, or "
      "Common "
      "Crawl's for paths that start with crawl-data/");
  }
};

struct IngestOptions {
  std::vector<PagesInput> pages;
  std::vector<CodeInput> code = {};
  int64_t pages_per_shard = 1000;
  std::string format = "jsonl.zst";
  ExtractOptions extract;
  void fields(Fields& f) {
    f.tables("pages", pages, "where pages come from, in order");
    f.tables("code", code, "where code comes from, in order, after the pages");
    f("pages_per_shard", pages_per_shard,
      "HTML files, or files of code, that make one part; a WARC file, an archive or a file of rows is always one",
      {.min = 1});
    f.choice("format", format, {"jsonl.zst", "parquet"}, "of the documents");
    f.table("extract", extract, "from page to text");
  }
};

// What one source's inputs come to, by the names and sizes of its files alone.
struct PagesPlan {
  std::string name;
  int64_t pages = 0;     // HTML files
  int64_t archives = 0;  // WARC files on this machine
  int64_t bytes = 0;     // of both
  int64_t remote = 0;    // WARC files on servers
  int64_t lists = 0;     // lists on servers, whose WARC files are not counted
};

// Checks the inputs as ingest() would, but reads and fetches nothing. Throws UserError where one is missing.
std::vector<PagesPlan> plan_ingest(const IngestOptions& options);
std::vector<CodePlan> plan_code_ingest(const IngestOptions& options);

// What makes the stage's key: options and a hash of every input file, of one on a server its address. Throws UserError
// where an input is missing. `cache`, where not empty, is a file that remembers the hashes of files by their names,
// sizes and times of change, so that going on with a run reads none of them again.
StageSpec ingest_spec(const IngestOptions& options, const std::string& dir, const std::string& cache = {});

// The work itself, into a folder under construction. Counts: pages, html_bytes, documents, text_bytes, rejected,
// seconds, and by name rejects (reason), languages, charsets, sources (each with pages, html_bytes, documents,
// text_bytes, rejected), where paragraphs were dropped dropped_languages (each with paragraphs, text_bytes); of code
// those of make_code_part.
Json run_ingest(const Context& context, const IngestOptions& options, StageDir& stage);

// Both, skipped when the folder is up to date. DIR.inputs is the cache of hashes; of several workers one reads the
// inputs for it.
StageResult ingest(const Context& context, const IngestOptions& options, const std::string& dir);

}  // namespace smelt
