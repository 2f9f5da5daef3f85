// Chat documents -> packed windows for fine-tuning.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/json.h"
#include "base/recipe.h"
#include "corpus/input_files.h"

namespace smelt {

struct PackOptions {
  int64_t window = 4096;
  std::string method = "best_fit_decreasing";
  std::string too_long = "truncate";
  bool control_tokens = false;
  int64_t time = 0;

  void fields(Fields& f);
};

struct PackCounts {
  int64_t conversations = 0;  // read
  int64_t packed = 0;
  int64_t truncated = 0;   // too long, cut to a window
  int64_t cut_tokens = 0;  // what was cut off them
  int64_t too_long = 0;    // left out: too long, or nothing to train on in the first window
  int64_t windows = 0;
  int64_t tokens = 0;                       // packed, without padding
  int64_t trained_tokens = 0;               // that the loss counts
  int64_t padding = 0;                      // tokens
  std::map<std::string, int64_t> rejected;  // by reason (conversation.h)

  double padding_share() const;  // of all tokens of the windows
  Json to_json() const;
};

// The conversations of JSONL files -> PREFIX.bin, PREFIX.idx, PREFIX.pack (packed_dataset.h). The same bytes for any
// number of threads. Memory: some 50 bytes a conversation and a bit for each token of the windows; the tokens lie in
// PREFIX.partial meanwhile.
PackCounts pack_conversations(const Context& context, const PackOptions& options, const std::string& tokenizer_path,
                              const std::vector<InputFile>& files, const std::string& prefix);

}  // namespace smelt
