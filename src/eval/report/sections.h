// The parts of the report, in the order of the page. Each reads what it needs of the folder and says what is missing.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "eval/report/html.h"
#include "eval/report/run_folder.h"

namespace smelt {

constexpr size_t kMaxExcerpt = 600;   // bytes of a document or sample that are shown
constexpr size_t kMaxTableRows = 40;  // of a generic table

void add_headline(Html& html, const RunFolder& run);
void add_evaluation(Html& html, const RunFolder& run);
void add_samples(Html& html, const RunFolder& run);
void add_training(Html& html, const RunFolder& run);
void add_throughput(Html& html, const RunFolder& run);
void add_funnel(Html& html, const RunFolder& run);
void add_examples(Html& html, const RunFolder& run);
void add_languages(Html& html, const RunFolder& run);
void add_duplicates(Html& html, const RunFolder& run);
void add_tokens(Html& html, const RunFolder& run);
void add_stages(Html& html, const RunFolder& run);
void add_machine(Html& html, const RunFolder& run);
void add_recipe(Html& html, const RunFolder& run);
void add_provenance(Html& html, const RunFolder& run);

// Shared pieces.
Json counts_of(const RunFolder& run,
               const std::string& stage);             // of the stage's manifest; an empty object where there are none
void add_missing(Html& html, std::string_view what);  // a note in place of a part
void add_note(Html& html, std::string_view text);     // explanation in small print
void add_text_block(Html& html, std::string_view text, size_t max_bytes = kMaxExcerpt);  // escaped, cut at a character
// Objects become rows of key and value; inner objects become tables of their own, headed by their key. `skip`: keys
// left out at the top.
void add_table(Html& html, const Json& object, std::string_view caption);
std::string words_of_key(std::string_view key);                      // "exact_duplicates" -> "exact duplicates"
std::string show_value(const Json& value);                           // a scalar for people
std::string_view cut_text(std::string_view text, size_t max_bytes);  // at a character's start

}  // namespace smelt
