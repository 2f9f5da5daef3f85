#include "tokens/samples.h"

#include <algorithm>
#include <deque>
#include <filesystem>

#include <fmt/core.h>

#include "base/error.h"
#include "base/text.h"
#include "tokens/order/share_schedule.h"
#include "tokens/order/source_windows.h"

namespace smelt {

NamedDataset open_dataset(const std::string& prefix) {
  return {std::filesystem::path(prefix).filename().string(), std::make_shared<const TokenDataset>(prefix)};
}

std::vector<NamedDataset> open_datasets(const std::string& dir, const std::vector<std::string>& except) {
  std::vector<NamedDataset> out;
  for (const std::string& file : list_files(dir)) {
    if (!file.ends_with(".idx")) {
      continue;
    }
    const std::string name = file.substr(0, file.size() - 4);
    if (std::find(except.begin(), except.end(), name) == except.end()) {
      out.push_back({name, std::make_shared<const TokenDataset>(dir + "/" + name)});
    }
  }
  if (out.empty()) {
    throw input_error("no token datasets (.bin and .idx)", dir, "make them with `smelt tokens build`");
  }
  return out;
}

struct SampleStream::State {
  struct Phase {
    int64_t begin;  // its first sample
    ShareSchedule schedule;
    std::vector<int64_t> taken;  // by source, before this phase
  };
  std::vector<NamedDataset> datasets;
  int64_t seq_length;
  int64_t num_samples;
  std::deque<SourceWindows> windows;
  std::vector<Phase> phases;
};

SampleStream::SampleStream(std::vector<NamedDataset> datasets, const Blend& blend, int64_t seq_length, uint64_t seed,
                           int64_t num_samples) {
  if (seq_length <= 0 || num_samples <= 0) {
    throw usage_error(fmt::format("{} samples of {} tokens are nothing to read", num_samples, seq_length), {},
                      "give a sequence length and a number of samples above 0");
  }
  auto state = std::make_unique<State>();
  state->datasets = std::move(datasets);
  state->seq_length = seq_length;
  state->num_samples = num_samples;
  std::vector<BlendSource> sources;
  for (const NamedDataset& named : state->datasets) {
    const auto& source = state->windows.emplace_back(named.name, named.dataset, seq_length, seed);
    sources.push_back({named.name, named.dataset->num_tokens(), source.windows_per_epoch()});
  }
  const BlendPlan plan = plan_blend(blend, sources, seq_length, num_samples);
  std::vector<int64_t> taken = plan.start;
  int64_t begin = 0;
  for (const BlendPlan::Phase& phase : plan.phases) {
    if (phase.samples > 0) {
      state->phases.push_back({begin, ShareSchedule(phase.weights, phase.samples), taken});
      for (size_t d = 0; d < taken.size(); ++d) {
        taken[d] += state->phases.back().schedule.total(d);
      }
      begin += phase.samples;
    }
  }
  state_ = std::move(state);
}

SampleStream::~SampleStream() = default;
SampleStream::SampleStream(SampleStream&&) noexcept = default;
SampleStream& SampleStream::operator=(SampleStream&&) noexcept = default;

int64_t SampleStream::size() const {
  return state_->num_samples;
}
int64_t SampleStream::seq_length() const {
  return state_->seq_length;
}

SampleStream::Origin SampleStream::origin(int64_t index) const {
  SMELT_CHECK(index >= 0 && index < size());
  const auto after = std::upper_bound(state_->phases.begin(), state_->phases.end(), index,
                                      [](int64_t i, const State::Phase& phase) { return i < phase.begin; });
  const State::Phase& phase = *(after - 1);
  const ShareSchedule::Turn turn = phase.schedule.at(index - phase.begin);
  return {static_cast<int32_t>(after - 1 - state_->phases.begin()), turn.source,
          phase.taken[static_cast<size_t>(turn.source)] + turn.count};
}

std::vector<int64_t> SampleStream::positions(int64_t index) const {
  SMELT_CHECK(index >= 0 && index <= size());
  const auto after = std::upper_bound(state_->phases.begin(), state_->phases.end(), index,
                                      [](int64_t i, const State::Phase& phase) { return i < phase.begin; });
  const State::Phase& phase = *(after - 1);
  std::vector<int64_t> out = phase.taken;
  const std::vector<int64_t> counts = phase.schedule.counts(index - phase.begin);
  for (size_t d = 0; d < out.size(); ++d) {
    out[d] += counts[d];
  }
  return out;
}

void SampleStream::read(int64_t index, std::span<int32_t> out) const {
  const Origin from = origin(index);
  state_->windows[static_cast<size_t>(from.source)].read(from.position, out);
}

std::vector<SampleStream::Use> SampleStream::usage() const {
  std::vector<Use> out;
  for (size_t d = 0; d < state_->datasets.size(); ++d) {
    Use use;
    use.name = state_->datasets[d].name;
    use.tokens = state_->datasets[d].dataset->num_tokens();
    use.samples_per_epoch = state_->windows[d].windows_per_epoch();
    for (const State::Phase& phase : state_->phases) {
      use.phase_samples.push_back(phase.schedule.total(d));
      use.samples += use.phase_samples.back();
    }
    if (use.samples_per_epoch > 0) {
      use.epochs = static_cast<double>(use.samples) / static_cast<double>(use.samples_per_epoch);
    }
    out.push_back(std::move(use));
  }
  return out;
}

Json SampleStream::usage_json() const {
  Json out = Json::array();
  for (const Use& use : usage()) {
    Json row = Json::object();
    row["source"] = use.name;
    row["tokens"] = use.tokens;
    row["samples"] = use.samples;
    row["phase_samples"] = Json::list(use.phase_samples);
    row["seen_tokens"] = use.samples * seq_length();
    row["epochs"] = use.epochs;
    out.push_back(std::move(row));
  }
  return out;
}

namespace {

// "62.50%  1.2 M   0.61x": what `samples` of `all` are.
std::string describe_share(const SampleStream::Use& use, int64_t samples, int64_t all, int64_t seq_length) {
  const double epochs = static_cast<double>(samples) / static_cast<double>(std::max<int64_t>(use.samples_per_epoch, 1));
  return fmt::format("  {:>6.2f}% {:>9} {:>7}",
                     100.0 * static_cast<double>(samples) / static_cast<double>(std::max<int64_t>(all, 1)),
                     human_count(static_cast<double>(samples * seq_length)), fmt::format("{:.2f}x", epochs));
}

}  // namespace

std::string SampleStream::describe() const {
  const std::vector<Use> uses = usage();
  size_t width = 6;
  for (const Use& use : uses) {
    width = std::max(width, use.name.size());
  }
  const auto columns = [](const std::string& what) {
    return fmt::format("  {:>7} {:>9} {:>7}", what, "tokens", "epochs");
  };
  std::string out = fmt::format("{:<{}}  {:>9}{}", "source", width, "tokens", columns("run"));
  for (size_t p = 0; p < state_->phases.size() && state_->phases.size() > 1; ++p) {
    out += columns(fmt::format("phase {}", p));
  }
  out += '\n';
  for (const Use& use : uses) {
    out += fmt::format("{:<{}}  {:>9}{}", use.name, width, human_count(static_cast<double>(use.tokens)),
                       describe_share(use, use.samples, size(), seq_length()));
    for (size_t p = 0; p < state_->phases.size() && state_->phases.size() > 1; ++p) {
      out += describe_share(use, use.phase_samples[p], state_->phases[p].schedule.samples(), seq_length());
    }
    out += '\n';
  }
  return out;
}

}  // namespace smelt
