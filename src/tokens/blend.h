// What a run is to read: phases, each a list of sources with weights, and how often a source may be repeated.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/recipe.h"

namespace smelt {

struct BlendWeight {
  std::string source;
  double weight = 1;
  int64_t tokens = 0;

  void fields(Fields& f) {
    f("source", source, "name of the source: its dataset's file name without .bin");
    f("weight", weight, "share of the phase's samples, relative to the other weights", {.min = 0});
    f("tokens", tokens, "sized: how many tokens of the source the phase takes", {.min = 0});
  }
};

struct BlendPhase {
  double until = 1;
  int64_t until_tokens = 0;
  std::string method = "explicit";
  double max_epochs = 4;
  double alpha = 0.3;
  std::vector<BlendWeight> sources;

  void fields(Fields& f) {
    f("until", until, "the phase ends at this fraction of the run", {.min = 0, .max = 1});
    f("until_tokens", until_tokens, "the phase ends after this many tokens of the run instead; 0: `until` counts",
      {.min = 0});
    f.choice(
        "method", method, {"explicit", "unimax", "temperature", "exhaustive", "sized"},
        "explicit: by the sources' weights; unimax: as evenly as max_epochs lets, whatever the sizes (Chung et al. "
        "2023); temperature: by size ^ alpha; exhaustive: every window of the sources once; sized: as many tokens of "
        "each source as it says. The last two end when their sources are through, or with the run, whatever `until` "
        "says");
    f("max_epochs", max_epochs,
      "unimax: how often the phase may see a source; the blend's own limits hold as well. 0: they alone", {.min = 0});
    f("alpha", alpha, "temperature: 1 is by size, 0 the same for all", {.min = 0, .max = 10});
    f.tables("sources", sources,
             "the sources of the phase; none: all, by their sizes. Weights count with the method explicit alone");
  }
};

struct EpochCap {
  std::string source;
  double epochs = 4;

  void fields(Fields& f) {
    f("source", source, "name of the source");
    f("epochs", epochs, "how often it may be seen over the whole run", {.min = 0});
  }
};

struct BlendStart {
  std::string source;
  int64_t samples = 0;

  void fields(Fields& f) {
    f("source", source, "name of the source");
    f("samples", samples, "how many of its samples an earlier run has taken: this one goes on behind them", {.min = 0});
  }
};

struct Blend {
  std::vector<BlendPhase> phases;
  double max_epochs = 0;
  std::vector<EpochCap> caps;
  std::string over_cap = "error";
  std::vector<BlendStart> start;

  void fields(Fields& f) {
    f.tables("phases", phases, "the phases of the run in order; none: one of all sources, by their sizes");
    f("max_epochs", max_epochs, "how often any source may be seen over the run (4 costs little); 0: no limit",
      {.min = 0});
    f.tables("caps", caps, "limits of single sources, instead of max_epochs");
    f.choice("over_cap", over_cap, {"error", "redistribute"},
             "what becomes of a blend that repeats a source too often: refuse it, or give the surplus to the phase's "
             "other sources by their weights");
    f.tables("start", start,
             "where sources begin, for a run that continues another one with the same seed and sequence length; "
             "`smelt tokens blend --at-step` prints it");
  }
};

// A blend as numbers: for every phase its samples and one weight a source (sum 1), limits of epochs applied.
struct BlendPlan {
  struct Phase {
    int64_t samples;
    std::vector<double> weights;
  };
  std::vector<Phase> phases;
  std::vector<int64_t> start;  // one a source: its first sample
};

struct BlendSource {
  std::string name;
  int64_t tokens;
  int64_t samples_per_epoch;
};

// UserError(kUsage) that names the key: unknown or repeated sources, phases out of order, weights that sum to nothing
// or that the method has no use for, sources too short for one sample, caps that cannot be kept. The phases of the
// method unimax share out what the caps and the phases before them have left of each source. Phases of the methods
// exhaustive and sized have exact numbers of samples and are cut where the run ends.
BlendPlan plan_blend(const Blend& blend, const std::vector<BlendSource>& sources, int64_t seq_length,
                     int64_t num_samples);

}  // namespace smelt
