// Earlier corpora that a new one is deduplicated against.
#pragma once

#include <string>
#include <vector>

#include "base/context.h"
#include "base/stage.h"
#include "corpus/dedup/key_file.h"
#include "corpus/dedup/options.h"
#include "corpus/dedup/text_store.h"

namespace smelt {

// Digest of an earlier corpus: its manifest's, or of its files.
std::string earlier_digest(const std::string& folder);

struct EarlierKeys {
  std::vector<KeyFile> keys;
  std::vector<TextStore> texts;  // only where documents are to be verified, then as many as keys
};

// Keys of the documents of the folders `options.against`, in their order: out of duplicates/index where a folder has
// one of the same shape and no texts are needed; else its documents are read and signed into work/against-*.keys of the
// stage, a shard a file. Documents that cannot be read are left out. Throws UserError(kInput) where a folder is none.
EarlierKeys read_earlier(const Context& context, const DedupOptions& options, StageDir& stage);

}  // namespace smelt
