#include "cli/verbs/verbs.h"

namespace smelt::cli {

const std::vector<Verb>& verbs() {
  static const std::vector<Verb> kVerbs = [] {
    std::vector<Verb> out = {run_verb(),
                             slurm_verb(),
                             runs_ls_verb(),
                             runs_show_verb(),
                             runs_diff_verb(),
                             report_verb(),
                             crawl_verb(),
                             extract_verb(),
                             curate_verb(),
                             corpus_diff_verb(),
                             classifier_train_verb(),
                             classifier_score_verb(),
                             classifier_inspect_verb(),
                             tokenizer_train_verb(),
                             tokenizer_encode_verb(),
                             tokenizer_decode_verb(),
                             tokenizer_inspect_verb(),
                             tokenizer_compare_verb(),
                             tokens_build_verb(),
                             tokens_pack_verb(),
                             tokens_samples_verb(),
                             tokens_index_verb(),
                             tokens_blend_verb(),
                             tokens_inspect_verb()};
    for (const Verb& verb : {pretrain_verb(), eval_verb(), score_verb(), generate_verb(), chat_verb(), serve_verb(),
                             inspect_verb(), doctor_verb(), help_verb()}) {
      out.push_back(verb);
    }
    return out;
  }();
  return kVerbs;
}

const Verb* find_verb(const std::string& name) {
  for (const auto& verb : verbs()) {
    if (verb.name == name) {
      return &verb;
    }
  }
  return nullptr;
}

}  // namespace smelt::cli
