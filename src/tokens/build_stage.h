// Documents to token datasets: one dataset of any files, or a corpus folder as a stage of a run.
#pragma once

#include <string>
#include <vector>

#include "base/context.h"
#include "base/stage.h"
#include "corpus/input_files.h"
#include "tokens/dataset/options.h"
#include "tokens/dataset/part_builder.h"

namespace smelt {

// The documents of files, in order -> PREFIX.bin and PREFIX.idx, and PREFIX.documents.jsonl.zst where options.documents
// says so. Encodes on context.threads.width() threads, one file as fast as many; the bytes are the same for any number.
// An empty text is a document without a sequence.
//
// The work is cut into parts of `part_bytes` of input at most (rounded up to megabytes; Parquet: of text), which lie in
// PREFIX.partial until they are put together: after a kill the next call with the same settings, tokenizer and files
// (name, size, time of change) reads over finished parts and goes on. Where anything differs it begins anew.
// UserError(kUsage) where tokens are asked for that the tokenizer does not have.
TokenCounts build_dataset(const Context& context, const TokensOptions& options, const std::string& tokenizer_path,
                          const std::vector<InputFile>& files, const std::string& prefix,
                          int64_t part_bytes = 256 << 20);

// A corpus folder -> one dataset a source (corpus_files.h) and heldout.bin/.idx. Each input file is encoded by itself
// and not again after a kill; with workers the files are shared among them. Counts of the manifest: per source and in
// sum, documents, bytes, tokens, bytes_per_token.
StageResult build_tokens(const Context& context, const TokensOptions& options, const std::string& tokenizer_dir,
                         const std::string& corpus_dir, const std::string& dir);

}  // namespace smelt
