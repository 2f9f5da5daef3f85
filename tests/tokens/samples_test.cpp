#include "tokens/samples.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/recipe.h"
#include "base/rng.h"
#include "support/temporary_directory.h"

namespace smelt {
namespace {

using testing::HasSubstr;

constexpr int64_t kSeq = 8;

// A dataset of documents of random lengths whose tokens are all different, so that a window tells where it comes from.
NamedDataset make(const TemporaryDirectory& dir, const std::string& name, int documents, uint32_t first) {
  Rng rng(1, "test/" + name);
  TokenDatasetWriter writer(dir.file(name), TokenType::kInt32);
  for (int d = 0; d < documents; ++d) {
    std::vector<uint32_t> tokens(rng.below(40));
    for (uint32_t& token : tokens) {
      token = first++;
    }
    writer.add_document(tokens);
  }
  writer.commit();
  return open_dataset(dir.file(name));
}

class Samples : public testing::Test {
 protected:
  Samples() : datasets_{make(dir_, "web", 300, 0), make(dir_, "code", 90, 1000000), make(dir_, "math", 30, 2000000)} {}

  static Blend blend(const std::string& toml) {
    Blend out;
    read_recipe_text("blend.toml", toml, {}, out);
    return out;
  }
  static std::vector<int32_t> sample(const SampleStream& stream, int64_t index) {
    std::vector<int32_t> out(kSeq + 1);
    stream.read(index, out);
    return out;
  }
  static std::string error_of(const std::function<void()>& work) {
    try {
      work();
    } catch (const UserError& error) {
      return error.what();
    }
    return "no error";
  }

  TemporaryDirectory dir_;
  std::vector<NamedDataset> datasets_;
};

TEST_F(Samples, AnEpochShowsEveryTokenOnceAndTheNextOneInAnotherOrder) {
  const int64_t tokens = datasets_[0].dataset->num_tokens();
  const int64_t windows = (tokens - 1) / kSeq;
  const SampleStream stream({datasets_[0]}, Blend(), kSeq, 3, 2 * windows);
  std::set<int32_t> inputs[2];
  std::vector<std::vector<int32_t>> order[2];
  for (int64_t i = 0; i < 2 * windows; ++i) {
    const std::vector<int32_t> one = sample(stream, i);
    const size_t epoch = i < windows ? 0 : 1;
    order[epoch].push_back(one);
    for (int64_t t = 0; t < kSeq; ++t) {
      EXPECT_TRUE(inputs[epoch].insert(one[static_cast<size_t>(t)]).second) << "a token twice in an epoch";
    }
  }
  EXPECT_EQ(static_cast<int64_t>(inputs[0].size()), windows * kSeq);
  EXPECT_NE(order[0], order[1]);
}

TEST_F(Samples, WindowsAreRunsOfTheSequencesOfTheDataset) {
  const SampleStream stream({datasets_[0]}, Blend(), kSeq, 3, 200);
  const TokenDataset& dataset = *datasets_[0].dataset;
  std::map<int32_t, bool> begins;  // token -> begins a sequence
  for (int64_t s = 0; s < dataset.num_sequences(); ++s) {
    const std::vector<int32_t> sequence = dataset.sequence(s);
    for (size_t i = 0; i < sequence.size(); ++i) {
      begins[sequence[i]] = i == 0;
    }
  }
  for (int64_t i = 0; i < stream.size(); ++i) {
    const std::vector<int32_t> one = sample(stream, i);
    for (size_t t = 1; t < one.size(); ++t) {
      EXPECT_TRUE(one[t] == one[t - 1] + 1 || begins.at(one[t]));
    }
  }
}

TEST_F(Samples, AnyIndexAloneEqualsReadingInOrder) {
  const Blend two = blend(R"(
[[phases]]
until = 0.6
sources = [{source = "web", weight = 3}, {source = "code", weight = 1}]
[[phases]]
sources = [{source = "code", weight = 1}, {source = "math", weight = 1}]
)");
  const SampleStream stream(datasets_, two, kSeq, 3, 1000);
  std::vector<std::vector<int32_t>> all;
  for (int64_t i = 0; i < 1000; ++i) {
    all.push_back(sample(stream, i));
  }
  for (const int64_t start : {0, 1, 599, 600, 601, 999}) {
    const SampleStream resumed(datasets_, two, kSeq, 3, 1000);
    EXPECT_EQ(sample(resumed, start), all[static_cast<size_t>(start)]);
  }
  const SampleStream shared(datasets_, two, kSeq, 3, 1000);
  std::vector<std::vector<int32_t>> by_threads(1000);
  {
    std::vector<std::jthread> threads;
    for (int64_t t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int64_t i = t; i < 1000; i += 4) {
          by_threads[static_cast<size_t>(i)] = sample(shared, i);
        }
      });
    }
  }
  EXPECT_EQ(by_threads, all);
  EXPECT_NE(sample(SampleStream(datasets_, two, kSeq, 4, 1000), 0), all[0]) << "another seed";
}

TEST_F(Samples, ASourceGoesOnWhereThePhaseBeforeLeftIt) {
  const Blend two = blend(R"(
[[phases]]
until = 0.5
sources = [{source = "web", weight = 1}, {source = "code", weight = 1}]
[[phases]]
sources = [{source = "code", weight = 1}]
)");
  const SampleStream stream(datasets_, two, kSeq, 3, 100);
  std::map<int32_t, int64_t> next;
  for (int64_t i = 0; i < 100; ++i) {
    const SampleStream::Origin origin = stream.origin(i);
    EXPECT_EQ(origin.phase, i < 50 ? 0 : 1);
    EXPECT_EQ(origin.position, next[origin.source]++);
  }
  EXPECT_EQ(next[0], 25);
  EXPECT_EQ(next[1], 75);
  EXPECT_THAT(stream.describe(), HasSubstr("phase 1"));
  EXPECT_EQ(stream.usage()[1].samples, 75);
}

TEST_F(Samples, EverySourceIsWithinOneSampleOfItsShareAtAnyMoment) {
  const SampleStream stream(datasets_, blend(R"(
phases = [{sources = [{source = "web", weight = 5}, {source = "code", weight = 2.5}, {source = "math", weight = 0.7}]}]
)"),
                            kSeq, 3, 3000);
  const std::vector<double> shares = {5 / 8.2, 2.5 / 8.2, 0.7 / 8.2};
  std::vector<int64_t> counts(3);
  for (int64_t i = 0; i < stream.size(); ++i) {
    EXPECT_EQ(stream.positions(i), counts);
    ++counts[static_cast<size_t>(stream.origin(i).source)];
    for (size_t d = 0; d < counts.size(); ++d) {
      ASSERT_LT(std::abs(static_cast<double>(counts[d]) - shares[d] * static_cast<double>(i + 1)), 1.0) << i;
    }
  }
}

TEST_F(Samples, AnExhaustivePhaseShowsEveryWindowOnce) {
  int64_t windows = 0;
  for (const NamedDataset& named : datasets_) {
    windows += (named.dataset->num_tokens() - 1) / kSeq;
  }
  const SampleStream stream(datasets_, blend("phases = [{method = \"exhaustive\"}]"), kSeq, 3, windows);
  std::set<int32_t> inputs;
  for (int64_t i = 0; i < windows; ++i) {
    const std::vector<int32_t> one = sample(stream, i);
    for (int64_t t = 0; t < kSeq; ++t) {
      ASSERT_TRUE(inputs.insert(one[static_cast<size_t>(t)]).second) << "a token twice";
    }
  }
  for (const SampleStream::Use& use : stream.usage()) {
    EXPECT_EQ(use.samples, use.samples_per_epoch) << use.name;
  }
}

TEST_F(Samples, ARunWithAnotherBlendGoesOnWhereSourcesWere) {
  const Blend before =
      blend("phases = [{sources = [{source = \"web\", weight = 3}, {source = \"code\", weight = 1}]}]");
  const SampleStream first(datasets_, before, kSeq, 3, 400);
  const std::vector<int64_t> reached = first.positions(250);
  Blend after = blend("phases = [{sources = [{source = \"code\", weight = 1}, {source = \"math\", weight = 1}]}]");
  for (size_t d = 0; d < datasets_.size(); ++d) {
    after.start.push_back({datasets_[d].name, reached[d]});
  }
  const SampleStream second(datasets_, after, kSeq, 3, 60);
  // As if the phase had changed within one run.
  const SampleStream whole(datasets_, blend(R"(
[[phases]]
until_tokens = 2000
sources = [{source = "web", weight = 3}, {source = "code", weight = 1}]
[[phases]]
sources = [{source = "code", weight = 1}, {source = "math", weight = 1}]
)"),
                           kSeq, 3, 310);
  for (int64_t i = 0; i < 60; ++i) {
    EXPECT_EQ(second.origin(i).position, whole.origin(250 + i).position);
    EXPECT_EQ(sample(second, i), sample(whole, 250 + i));
  }
}

TEST_F(Samples, CapsRefuseOrRedistribute) {
  const int64_t math_epoch = (datasets_[2].dataset->num_tokens() - 1) / kSeq;
  const std::string toml = R"(
caps = [{source = "math", epochs = 2}]
[[phases]]
sources = [{source = "math", weight = 1}, {source = "web", weight = 2}, {source = "code", weight = 1}]
)";
  const int64_t samples = math_epoch * 12;  // 3 epochs of math
  const std::string refused = error_of([&] { SampleStream(datasets_, blend(toml), kSeq, 1, samples); });
  EXPECT_THAT(refused, HasSubstr("3.00 epochs of \"math\""));
  EXPECT_THAT(refused, HasSubstr("redistribute"));
  const SampleStream stream(datasets_, blend("over_cap = \"redistribute\"\n" + toml), kSeq, 1, samples);
  const auto usage = stream.usage();
  EXPECT_LE(usage[2].epochs, 2.0);
  EXPECT_GT(usage[2].epochs, 1.9);
  EXPECT_NEAR(static_cast<double>(usage[0].samples), 2.0 * static_cast<double>(usage[1].samples), 3.0);
  EXPECT_EQ(usage[0].samples + usage[1].samples + usage[2].samples, samples);
  const std::string all = "max_epochs = 1\nover_cap = \"redistribute\"\n";
  EXPECT_THAT(error_of([&] { SampleStream(datasets_, blend(all), kSeq, 1, 100000); }), HasSubstr("too little data"));
}

TEST_F(Samples, MistakesNameTheKey) {
  const auto error = [&](const std::string& toml) {
    return error_of([&] { SampleStream(datasets_, blend(toml), kSeq, 1, 100); });
  };
  EXPECT_THAT(error("phases = [{sources = [{source = \"wab\"}]}]"),
              testing::AllOf(HasSubstr("phases[0].sources[0].source"), HasSubstr("did you mean \"web\"")));
  EXPECT_THAT(error("phases = [{sources = [{source = \"web\"}, {source = \"web\"}]}]"), HasSubstr("listed twice"));
  EXPECT_THAT(error("phases = [{until = 0.5}]"), HasSubstr("end at sample 50 of 100"));
  EXPECT_THAT(error("phases = [{until = 0.5}, {until = 0.4}]"), HasSubstr("phases[1].until"));
  EXPECT_THAT(error("phases = [{sources = [{source = \"web\", weight = 0}]}]"), HasSubstr("weight above 0"));
  EXPECT_THAT(error_of([&] { SampleStream({datasets_[2]}, Blend(), 100000, 1, 10); }), HasSubstr("tokens"));
  EXPECT_THAT(error_of([&] { SampleStream(datasets_, Blend(), 0, 1, 10); }), HasSubstr("sequence length"));
}

TEST_F(Samples, OpensAFolderWithoutTheHeldOutPart) {
  make(dir_, "heldout", 5, 0);
  const std::vector<NamedDataset> found = open_datasets(dir_.path());
  std::vector<std::string> names;
  for (const NamedDataset& named : found) {
    names.push_back(named.name);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"code", "math", "web"}));
}

}  // namespace
}  // namespace smelt
