#include "tokens/blend.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/core.h>

#include "base/error.h"
#include "base/text.h"
#include "tokens/blend_weights.h"

namespace smelt {
namespace {

size_t find_source(const std::vector<BlendSource>& sources, const std::string& name, const std::string& where) {
  std::vector<std::string> names;
  for (size_t i = 0; i < sources.size(); ++i) {
    if (sources[i].name == name) {
      return i;
    }
    names.push_back(sources[i].name);
  }
  const std::string near = nearest_name(name, names);
  throw usage_error(fmt::format("no source \"{}\"", name), where,
                    near.empty() ? "name a source that has a dataset" : fmt::format("did you mean \"{}\"?", near));
}

// The phase's own weights as they are listed, 0 for sources that take no part; without a list, sizes.
std::vector<double> listed_weights(const BlendPhase& phase, const std::vector<BlendSource>& sources,
                                   const std::string& where) {
  std::vector<double> weights(sources.size());
  if (phase.sources.empty()) {
    for (size_t i = 0; i < sources.size(); ++i) {
      weights[i] = sources[i].samples_per_epoch > 0 ? static_cast<double>(sources[i].tokens) : 0;
    }
  }
  for (size_t i = 0; i < phase.sources.size(); ++i) {
    const std::string key = fmt::format("{}.sources[{}]", where, i);
    const size_t source = find_source(sources, phase.sources[i].source, key + ".source");
    const double weight = phase.sources[i].weight;
    if (!(weight >= 0) || !std::isfinite(weight)) {
      throw usage_error(fmt::format("{} is no weight", weight), key + ".weight", "give a number of 0 or more");
    }
    if ((phase.method == "sized") != (phase.sources[i].tokens > 0)) {
      throw usage_error(phase.method == "sized" ? "the method sized needs a number of tokens"
                                                : fmt::format("the method {} takes no number of tokens", phase.method),
                        key + ".tokens", "say how many tokens of the source the phase takes with the method sized");
    }
    if (phase.method != "explicit" && weight != 1) {
      throw usage_error(fmt::format("the method {} makes its own weights", phase.method), key + ".weight",
                        "leave the weight out, or choose method = \"explicit\"");
    }
    if (weights[source] != 0) {
      throw usage_error(fmt::format("\"{}\" is listed twice", sources[source].name), key, "add the weights up");
    }
    if (weight > 0 && sources[source].samples_per_epoch == 0) {
      throw usage_error(
          fmt::format("\"{}\" has {} tokens, too few for one sample", sources[source].name, sources[source].tokens),
          key, "shorten the sequence length or leave the source out");
    }
    weights[source] = weight;
  }
  return weights;
}

// Even shares of the phase's samples, none above its limit: `left` (samples that the source may still give) and the
// phase's own. Zero weights stay zero.
std::vector<double> unimax_weights(const BlendPhase& phase, const std::vector<BlendSource>& sources,
                                   const std::vector<double>& left, int64_t samples, const std::string& where,
                                   const std::vector<double>& listed) {
  std::vector<double> limits(sources.size());
  for (size_t d = 0; d < sources.size(); ++d) {
    const double own =
        phase.max_epochs > 0 ? phase.max_epochs * static_cast<double>(sources[d].samples_per_epoch) : INFINITY;
    limits[d] = listed[d] > 0 ? std::max(0.0, std::min(own, left[d])) : 0;
  }
  const auto budget = static_cast<double>(samples);
  std::vector<double> shares = unimax_shares(limits, budget);
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  if (sum < budget * (1 - 1e-9)) {
    throw usage_error(fmt::format("the phase has {} samples, its sources may give {:.0f}", samples, sum),
                      where + ".max_epochs", "shorten the run, raise the limits of epochs or add sources");
  }
  return shares;
}

// One weight a source, sum 1. `left`: samples that each source may still give.
std::vector<double> phase_weights(const BlendPhase& phase, const std::vector<BlendSource>& sources,
                                  const std::vector<double>& left, int64_t samples, const std::string& where) {
  std::vector<double> weights = listed_weights(phase, sources, where);
  if (phase.method == "unimax" && samples > 0) {
    weights = unimax_weights(phase, sources, left, samples, where, weights);
  } else if (phase.method == "temperature") {
    std::vector<double> sizes(sources.size());
    for (size_t d = 0; d < sources.size(); ++d) {
      sizes[d] = weights[d] > 0 ? static_cast<double>(sources[d].tokens) : 0;
    }
    weights = temperature_shares(sizes, phase.alpha);
  }
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (!(sum > 0) || !std::isfinite(sum)) {
    throw usage_error("no source with a weight above 0 and enough tokens for a sample", where,
                      "give weights, more data or a shorter sequence length");
  }
  for (double& weight : weights) {
    weight /= sum;
  }
  return weights;
}

bool has_own_size(const BlendPhase& phase) {
  return phase.method == "exhaustive" || phase.method == "sized";
}

// Samples of each source in a phase that has a size of its own.
std::vector<int64_t> exact_samples(const BlendPhase& phase, const std::vector<BlendSource>& sources, int64_t seq_length,
                                   const std::string& where) {
  const std::vector<double> listed = listed_weights(phase, sources, where);
  if (phase.method == "sized" && phase.sources.empty()) {
    throw usage_error("the method sized needs its sources", where + ".sources", "list them with their tokens");
  }
  std::vector<int64_t> samples(sources.size());
  for (size_t d = 0; d < sources.size(); ++d) {
    samples[d] = listed[d] > 0 && phase.method == "exhaustive" ? sources[d].samples_per_epoch : 0;
  }
  for (const BlendWeight& source : phase.sources) {
    if (phase.method == "sized") {
      samples[find_source(sources, source.source, where)] = source.tokens / seq_length;
    }
  }
  return samples;
}

// A phase with a size of its own, as far as the run goes.
BlendPlan::Phase exact_phase(const BlendPhase& phase, const std::vector<BlendSource>& sources, int64_t seq_length,
                             int64_t left, const std::string& where) {
  const std::vector<int64_t> samples = exact_samples(phase, sources, seq_length, where);
  const int64_t all = std::accumulate(samples.begin(), samples.end(), int64_t{0});
  if (all == 0) {
    throw usage_error("the phase has not a single sample", where, "give it more tokens or a shorter sequence length");
  }
  BlendPlan::Phase out{std::min(all, left), {}};
  for (const int64_t own : samples) {
    out.weights.push_back(static_cast<double>(own) / static_cast<double>(all));
  }
  return out;
}

std::vector<int64_t> starts(const Blend& blend, const std::vector<BlendSource>& sources) {
  std::vector<int64_t> out(sources.size());
  for (size_t i = 0; i < blend.start.size(); ++i) {
    out[find_source(sources, blend.start[i].source, fmt::format("start[{}].source", i))] = blend.start[i].samples;
  }
  return out;
}

int64_t phase_end(const BlendPhase& phase, int64_t seq_length, int64_t num_samples) {
  if (phase.until_tokens > 0) {
    return std::min(num_samples, phase.until_tokens / seq_length);
  }
  return std::llround(std::clamp(phase.until, 0.0, 1.0) * static_cast<double>(num_samples));
}

// Samples that each source may give over the run.
std::vector<double> capacities(const Blend& blend, const std::vector<BlendSource>& sources) {
  std::vector<double> epochs(sources.size(), blend.max_epochs > 0 ? blend.max_epochs : INFINITY);
  for (size_t i = 0; i < blend.caps.size(); ++i) {
    epochs[find_source(sources, blend.caps[i].source, fmt::format("caps[{}].source", i))] = blend.caps[i].epochs;
  }
  std::vector<double> out;
  for (size_t d = 0; d < sources.size(); ++d) {
    // The comparison keeps infinity x 0 out.
    out.push_back(std::isinf(epochs[d]) ? INFINITY : epochs[d] * static_cast<double>(sources[d].samples_per_epoch));
  }
  return out;
}

double expected_samples(const BlendPlan& plan, size_t source) {
  double sum = 0;
  for (const BlendPlan::Phase& phase : plan.phases) {
    sum += phase.weights[source] * static_cast<double>(phase.samples);
  }
  return sum;
}

[[noreturn]] void over_cap(const BlendSource& source, double wanted, double capacity) {
  const auto per_epoch = static_cast<double>(source.samples_per_epoch);
  throw usage_error(fmt::format("the blend takes {:.2f} epochs of \"{}\", its limit is {:.2f}", wanted / per_epoch,
                                source.name, capacity / per_epoch),
                    "blend", "lower its weight, raise its cap, shorten the run, or set over_cap = \"redistribute\"");
}

// Holds sources at their capacity and gives what is left of each phase to the others by their weights, until nothing is
// over.
void redistribute(const BlendPlan& original, const std::vector<BlendSource>& sources,
                  const std::vector<double>& capacity, BlendPlan& plan) {
  // Each phase may round a source up by one sample.
  const auto slack = static_cast<double>(plan.phases.size());
  std::vector<double> kept(sources.size(), -1);  // factor on the original weight of a held source
  for (size_t round = 0; round <= sources.size(); ++round) {
    bool changed = false;
    for (size_t d = 0; d < sources.size(); ++d) {
      if (kept[d] < 0 && expected_samples(plan, d) > std::max(capacity[d] - slack, 0.0)) {
        kept[d] = std::min(1.0, std::max(capacity[d] - slack, 0.0) / expected_samples(original, d));
        changed = true;
      }
    }
    if (!changed) {
      return;
    }
    for (size_t p = 0; p < plan.phases.size(); ++p) {
      double held = 0;
      double open = 0;
      for (size_t d = 0; d < sources.size(); ++d) {
        (kept[d] >= 0 ? held : open) += original.phases[p].weights[d] * (kept[d] >= 0 ? kept[d] : 1);
      }
      if (open == 0 && held < 1 && plan.phases[p].samples > 0) {
        throw usage_error(fmt::format("phase {} has too little data: all its sources reach their caps", p), "blend",
                          "shorten the run, raise the caps or add sources");
      }
      for (size_t d = 0; d < sources.size(); ++d) {
        plan.phases[p].weights[d] = original.phases[p].weights[d] * (kept[d] >= 0 ? kept[d]
                                                                     : open > 0   ? (1 - held) / open
                                                                                  : 0);
      }
    }
  }
}

}  // namespace

BlendPlan plan_blend(const Blend& blend, const std::vector<BlendSource>& sources, int64_t seq_length,
                     int64_t num_samples) {
  BlendPlan plan;
  plan.start = starts(blend, sources);
  const std::vector<double> capacity = capacities(blend, sources);
  std::vector<double> left = capacity;
  const std::vector<BlendPhase> whole_run(1);
  int64_t done = 0;
  for (const BlendPhase& phase : blend.phases.empty() ? whole_run : blend.phases) {
    const std::string where = fmt::format("phases[{}]", plan.phases.size());
    const int64_t end = has_own_size(phase) ? done : phase_end(phase, seq_length, num_samples);
    if (end < done) {
      throw usage_error("ends before the phase before it", where + ".until", "put the phases in order");
    }
    plan.phases.push_back(has_own_size(phase)
                              ? exact_phase(phase, sources, seq_length, num_samples - done, where)
                              : BlendPlan::Phase{end - done, phase_weights(phase, sources, left, end - done, where)});
    const int64_t samples = plan.phases.back().samples;
    for (size_t d = 0; d < sources.size(); ++d) {
      left[d] -= plan.phases.back().weights[d] * static_cast<double>(samples);
    }
    done += samples;
  }
  if (done != num_samples) {
    const bool exact = !blend.phases.empty() && has_own_size(blend.phases.back());
    throw usage_error(
        fmt::format("the phases end at sample {} of {}", done, num_samples), "phases",
        exact ? "shorten the run to them, or add a phase for the rest" : "let the last phase end at until = 1.0");
  }
  if (blend.over_cap == "redistribute") {
    redistribute(BlendPlan(plan), sources, capacity, plan);
    return plan;
  }
  // A source may round up by one sample a phase: that is no excess.
  for (size_t d = 0; d < sources.size(); ++d) {
    if (const double wanted = expected_samples(plan, d);
        wanted > capacity[d] + 1e-9 * static_cast<double>(num_samples)) {
      over_cap(sources[d], wanted, capacity[d]);
    }
  }
  return plan;
}

}  // namespace smelt
