// The cloze test: the last word of a held-out sentence, guessed from the words before it.
//
// An item is a sentence's last word (letters only, at least two), written behind a single space, with the
// `context_words` words before it in the same document. A guess is right when greedy decoding of " word" gives exactly
// that word and then something that is no letter. After Paperno et al., "The LAMBADA dataset", ACL 2016, without its
// choice of passages by people.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/function_ref.h"
#include "eval/heldout.h"
#include "tokens/tokenizer.h"

namespace smelt {

struct ClozeItem {
  int64_t document = 0;  // index in the held-out set
  std::string prompt;    // ends before the space
  std::string word;
};

// At most `count` items: of all there are, those drawn first by (seed, document, place); in the order of the documents.
std::vector<ClozeItem> choose_cloze_items(const HeldoutSet& heldout, int64_t count, int64_t context_words,
                                          uint64_t seed);

// Calls on_token with the most likely next token after `prompt`, and then after each token given, until it returns
// false.
using OnToken = FunctionRef<bool(uint32_t)>;
using DecodeGreedily = FunctionRef<void(std::span<const uint32_t> prompt, OnToken on_token)>;

// Whether greedy decoding gives the item's word. `start_id` is put before the prompt.
bool guesses_word(const ClozeItem& item, const Tokenizer& tokenizer, uint32_t start_id, DecodeGreedily decode);

struct Accuracy {
  int64_t items = 0;
  int64_t correct = 0;
  double accuracy = 0;
  double low = 0;  // 95 % interval of Wilson (1927)
  double high = 0;
};
Accuracy summarize_guesses(int64_t correct, int64_t items);

}  // namespace smelt
