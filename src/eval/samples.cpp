#include "eval/samples.h"

#include "base/rng.h"
#include "serve/engine/generator.h"
#include "serve/engine/model.h"

namespace smelt {

std::vector<Json> sample_milestone(const Context& context, const Milestone& milestone, const Tokenizer& tokenizer,
                                   const std::vector<std::string>& prompts, const SampleOptions& options) {
  const serve::Generator generator(serve::Model::load(milestone.dir, context.threads), tokenizer);
  std::vector<Json> out;
  for (size_t i = 0; i < prompts.size(); ++i) {
    context.stop_if_asked();
    serve::GenerateOptions generate;
    generate.max_tokens = options.max_tokens;
    generate.sampling.temperature = options.temperature;
    generate.sampling.top_p = options.top_p;
    // The same for every milestone, so that what differs is the model.
    generate.sampling.seed = static_cast<int64_t>(Rng(context.seed, "eval/samples", i).u64() >> 1);
    std::vector<uint32_t> ids{tokenizer.eos_id().value()};
    tokenizer.encode_plain(prompts[i], ids);
    const serve::Generation generation = generator.generate(ids, generate);
    Json line = Json::object();
    line["step"] = milestone.step;
    line["sample"] = static_cast<int64_t>(i);
    line["prompt"] = prompts[i];
    line["text"] = generation.text;
    line["tokens"] = static_cast<int64_t>(generation.ids.size());
    line["finish"] = serve::finish_reason_name(generation.reason);
    out.push_back(std::move(line));
  }
  return out;
}

}  // namespace smelt
