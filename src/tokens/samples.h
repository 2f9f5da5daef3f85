// The samples of a run in order: sample i is a pure function of (seed, blend, datasets, i). Nothing is stored on disk
// and any index can be read at any time, so a resumed run, another number of workers or a look at sample 10^6 all see
// the same.
//
// The phases decide how many samples come from which source; ShareSchedule says whose turn it is (at every prefix of a
// phase each source is within one sample of its share); SourceWindows says which tokens its n-th sample holds. A source
// goes on where it stopped when the phase changes; blend.start lets a run with another blend do so too.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "tokens/blend.h"
#include "tokens/token_dataset.h"

namespace smelt {

struct NamedDataset {
  std::string name;
  std::shared_ptr<const TokenDataset> dataset;
};

// The datasets of a folder by their prefixes' names, in byte order, those in `except` left out. UserError(kInput) where
// there are none.
std::vector<NamedDataset> open_datasets(const std::string& dir, const std::vector<std::string>& except = {"heldout"});
NamedDataset open_dataset(const std::string& prefix);

class SampleStream {
 public:
  // Errors as plan_blend.
  SampleStream(std::vector<NamedDataset> datasets, const Blend& blend, int64_t seq_length, uint64_t seed,
               int64_t num_samples);
  ~SampleStream();
  SampleStream(SampleStream&&) noexcept;
  SampleStream& operator=(SampleStream&&) noexcept;

  int64_t size() const;
  int64_t seq_length() const;
  // Sample `index` (below size()): seq_length + 1 tokens, of which the first seq_length are inputs and the last
  // seq_length targets. Thread-safe.
  void read(int64_t index, std::span<int32_t> out) const;

  struct Origin {
    int32_t phase;
    int32_t source;    // index into the datasets
    int64_t position;  // the source's how-many-th sample
    bool operator==(const Origin&) const = default;
  };
  Origin origin(int64_t index) const;
  // By source, the position that it has reached before sample `index` (at most size()): what a run that goes on from
  // there with another blend takes as blend.start.
  std::vector<int64_t> positions(int64_t index) const;

  // How often each source will be seen.
  struct Use {
    std::string name;
    int64_t tokens = 0;  // of the dataset
    int64_t samples_per_epoch = 0;
    std::vector<int64_t> phase_samples;
    int64_t samples = 0;
    double epochs = 0;
  };
  std::vector<Use> usage() const;
  // The same as rows with source, tokens, samples, phase_samples, seen_tokens, epochs.
  Json usage_json() const;
  // The same as a table of text: of the run and of each phase the share, the tokens and the epochs of every source.
  std::string describe() const;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

}  // namespace smelt
