// `smelt score MODEL --input in.jsonl --output out.jsonl`.
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "base/files.h"
#include "base/stream.h"
#include "cli/session.h"
#include "cli/verbs/lines.h"
#include "cli/verbs/verbs.h"
#include "serve/engine/generator.h"

namespace smelt::cli {
namespace {

Json score_line(const serve::Model& model, const std::vector<uint32_t>& ids) {
  Json logprobs = Json::array();
  const std::vector<double> scores = model.score(ids);
  for (size_t i = 0; i < scores.size(); ++i) {
    logprobs.push_back(i == 0 ? Json() : Json(scores[i]));
  }
  Json out = Json::object();
  Json::Array id_list;
  for (const uint32_t id : ids) {
    id_list.emplace_back(static_cast<int64_t>(id));
  }
  out["ids"] = Json(std::move(id_list));
  out["logprobs"] = std::move(logprobs);
  return out;
}

int score(Session& session, const Arguments& arguments) {
  const std::string output = arguments.text("--output");
  refuse_to_overwrite(output);
  const auto model = serve::Model::load(arguments.text("MODEL"), session.context().threads);
  const serve::Generator generator(model);
  LineReader lines(open_input(arguments.text("--input")));
  AtomicFile file(output);
  Progress progress(session.context().progress, "score", 0, "tokens");
  double total = 0;
  int64_t tokens = 0;
  std::string_view line;
  while (lines.next(line)) {
    session.context().stop_if_asked();
    const std::vector<uint32_t> ids =
        ids_of_line(line, fmt::format("{}:{}", arguments.text("--input"), lines.line_number()), generator.tokenizer(),
                    model->vocab_size());
    const Json scored = score_line(*model, ids);
    for (const auto& value : scored.at("logprobs").as_array()) {
      if (!value.is_null()) {
        total += value.as_double();
        ++tokens;
      }
    }
    file.write(scored.dump() + "\n");
    progress.add(ids.size());
  }
  file.commit();
  Json json = Json::object();
  json["lines"] = static_cast<int64_t>(lines.line_number());
  json["tokens_scored"] = tokens;
  json["mean_logprob"] = tokens > 0 ? Json(total / static_cast<double>(tokens)) : Json();
  session.print(fmt::format("{} lines, {} tokens scored, perplexity {:.3f} -> {}\n", lines.line_number(), tokens,
                            tokens > 0 ? std::exp(-total / static_cast<double>(tokens)) : std::nan(""), output),
                json);
  return 0;
}

}  // namespace

Verb score_verb() {
  return {"score",
          kModelGroup,
          "model + lines of text or ids -> log-probability of every token",
          "Each line is {\"ids\": [..]} or {\"text\": \"..\"}; the answer is {\"ids\": [..], \"logprobs\": [null, ..]} "
          "with the natural logarithm of\n"
          "p(ids[i] given ids[:i]) at position i. Nothing comes before the first token, so its entry is null.",
          {{"MODEL", "a model's folder"}},
          {{"--input", FlagKind::kText, "FILE", "JSON lines, also .gz or .zst", true},
           {"--output", FlagKind::kText, "FILE", "JSON lines to write", true}},
          {{"smelt score runs/quickstart/model --input in.jsonl --output out.jsonl", "score texts"},
           {"smelt score model --input in.jsonl.zst --output out.jsonl --threads 1", "on one thread"},
           {"smelt score model --input in.jsonl --output out.jsonl --json", "totals for a script"}},
          score};
}

}  // namespace smelt::cli
