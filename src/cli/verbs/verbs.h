// The rows of the verb table, one file each in this folder.
#pragma once

#include "cli/verb.h"

namespace smelt::cli {

Verb run_verb();
Verb slurm_verb();
Verb runs_ls_verb();
Verb runs_show_verb();
Verb runs_diff_verb();
Verb report_verb();
Verb crawl_verb();
Verb extract_verb();
Verb curate_verb();
Verb corpus_diff_verb();
Verb classifier_train_verb();
Verb classifier_score_verb();
Verb classifier_inspect_verb();
Verb tokenizer_train_verb();
Verb tokenizer_encode_verb();
Verb tokenizer_decode_verb();
Verb tokenizer_inspect_verb();
Verb tokenizer_compare_verb();
Verb tokens_build_verb();
Verb tokens_pack_verb();
Verb tokens_samples_verb();
Verb tokens_index_verb();
Verb tokens_blend_verb();
Verb tokens_inspect_verb();
Verb pretrain_verb();
Verb eval_verb();
Verb score_verb();
Verb generate_verb();
Verb chat_verb();
Verb serve_verb();
Verb inspect_verb();
Verb doctor_verb();
Verb help_verb();

// Headings of `smelt help`, in the order of the flow.
inline constexpr const char* kRunGroup = "Runs";
inline constexpr const char* kDataGroup = "Data";
inline constexpr const char* kTokenGroup = "Tokens";
inline constexpr const char* kModelGroup = "Models";
inline constexpr const char* kToolGroup = "Tools";

}  // namespace smelt::cli
