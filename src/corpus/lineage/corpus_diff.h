// What differs between two corpora: documents only in one, moved, dropped for another reason, or of another text.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/json.h"
#include "corpus/lineage/corpus_layout.h"
#include "corpus/scratch.h"

namespace smelt {

struct DiffOptions {
  int64_t examples = 3;  // a group
  ScratchSpace space;    // for sorting: 64 bytes a document, beyond the memory in files
};

// What became of a document on either side: "absent"; "train" or "heldout"; "rejects: REASON"; "documents" where the
// side is no corpus. Documents are the same where source and id are; of several of one id, the nth is compared with
// the nth. The text differs only where both sides keep the document.
struct DiffGroup {
  std::string a;
  std::string b;
  bool text_differs = false;
  int64_t documents = 0;
  int64_t bytes_a = 0;  // of their texts
  int64_t bytes_b = 0;
  struct Example {
    std::string id;
    std::string source;
    std::string text_a;  // at most 200 characters: from a little before where they begin to differ, else from the start
    std::string text_b;
  };
  std::vector<Example> examples;  // those with the lowest hashes of source and id
};

struct CorpusDiff {
  int64_t equal_documents = 0;  // kept on both sides, in the same place with the same text
  int64_t equal_bytes = 0;
  int64_t equally_dropped = 0;  // on both sides, for the same reason
  int64_t unreadable_a = 0;     // lines that are no documents
  int64_t unreadable_b = 0;
  std::vector<DiffGroup> groups;  // by a, b and text_differs, in byte order
  bool differs() const { return !groups.empty(); }
};

// Reads every file of both once, and those with examples to their lines again. The result does not depend on memory or
// threads.
CorpusDiff diff_corpora(const Context& context, const CorpusLayout& a, const CorpusLayout& b,
                        const DiffOptions& options);

}  // namespace smelt
