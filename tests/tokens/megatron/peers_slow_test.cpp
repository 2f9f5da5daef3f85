// Token datasets and their index files beside Megatron-core 0.16.1's: the same files with the same bytes.
#include <filesystem>

#include <gtest/gtest.h>

#include "base/files.h"
#include "base/json.h"
#include "base/rng.h"
#include "support/run_program.h"
#include "support/test_context.h"
#include "tokens/megatron/index_set.h"
#include "tokens/token_dataset.h"

namespace smelt {
namespace {

std::vector<std::vector<uint32_t>> random_documents(uint64_t seed, int count, uint64_t longest) {
  Rng rng(seed, "test/megatron");
  std::vector<std::vector<uint32_t>> out(static_cast<size_t>(count));
  for (auto& tokens : out) {
    tokens.resize(rng.below(8) == 0 ? 0 : 1 + rng.below(longest));
    for (uint32_t& token : tokens) {
      token = static_cast<uint32_t>(rng.below(60000));
    }
  }
  return out;
}

void write_dataset(const std::string& prefix, const std::vector<std::vector<uint32_t>>& documents, TokenType type) {
  TokenDatasetWriter writer(prefix, type);
  for (const auto& tokens : documents) {
    writer.add_document(tokens);
  }
  writer.commit();
}

struct Case {
  std::vector<std::string> prefixes;
  std::vector<double> weights;
  int64_t seq_length;
  uint32_t seed;
  std::string split;
  std::array<std::optional<int64_t>, 3> samples;
};

std::vector<Case> cases() {
  std::vector<Case> out;
  // One dataset: epochs below and above the 80 % of the last one, splits that fall on halves.
  for (const int64_t samples : {1, 300, 1000, 1300, 1333, 1334, 1400, 2600, 5000}) {
    out.push_back({{"a"}, {}, 16, 1234, "1", {samples, 0, 0}});
  }
  out.push_back({{"a"}, {}, 7, 1, "900,90,10", {4000, 200, 9}});
  out.push_back({{"b"}, {}, 33, 4294967295, "98.5,1.25,0.25", {std::nullopt, std::nullopt, 3}});
  out.push_back({{"b"}, {}, 2, 0, "1,1,1", {std::nullopt, 5000, std::nullopt}});
  // Blends by weights, with and without splits; by sizes; exhaustive.
  out.push_back({{"a", "b"}, {0.3, 0.7}, 16, 1234, "1", {3000, 0, 0}});
  out.push_back({{"a", "b", "c"}, {30, 50, 21.5}, 12, 99, "90,7,3", {2500, 333, 50}});
  out.push_back({{"a", "b", "c"}, {}, 16, 5, "9,1", {700, std::nullopt, 0}});
  out.push_back({{"a", "b", "c"}, {}, 16, 5, "1", {std::nullopt, 0, 0}});
  out.push_back({{"c", "a"}, {}, 16, 5, "1", {1000000, 0, 0}});
  std::vector<std::string> many;
  std::vector<double> weights;
  for (int i = 0; i < 17; ++i) {
    many.emplace_back(i % 3 == 0 ? "a" : i % 3 == 1 ? "b" : "c");
    weights.push_back(0.1 + 0.37 * i);
  }
  out.push_back({many, weights, 20, 3, "1", {9000, 0, 0}});
  return out;
}

Json to_json(const std::vector<Case>& all) {
  Json out = Json::array();
  for (const Case& one : all) {
    Json json = Json::object();
    json["prefixes"] = Json::list(one.prefixes);
    json["weights"] = one.weights.empty() ? Json() : Json::list(one.weights);
    json["seq_length"] = one.seq_length;
    json["seed"] = static_cast<int64_t>(one.seed);
    json["split"] = one.split;
    json["samples"] = Json::array();
    for (const auto& samples : one.samples) {
      json["samples"].push_back(samples ? Json(*samples) : Json());
    }
    out.push_back(std::move(json));
  }
  return out;
}

TEST(Megatron, FilesAreTheSameByteForByte) {
  const std::string python = SMELT_PEERS "/bin/python";
  if (!path_exists(python)) {
    GTEST_SKIP() << "no peers";
  }
  const TemporaryDirectory dir;
  const auto documents = random_documents(1, 500, 90);
  write_dataset(dir.file("a"), documents, TokenType::kUint16);
  write_dataset(dir.file("b"), random_documents(2, 800, 30), TokenType::kInt32);
  write_dataset(dir.file("c"), random_documents(3, 37, 600), TokenType::kUint16);
  Json ids = Json::array();
  for (const auto& tokens : documents) {
    ids.push_back(Json::list(std::vector<int64_t>(tokens.begin(), tokens.end())));
  }
  write_file(dir.file("documents.json"), ids.dump());
  const std::vector<Case> all = cases();
  write_file(dir.file("cases.json"), to_json(all).dump());
  const ProgramResult peer = run_words({python, SMELT_SOURCE_DIR "/tests/tokens/megatron/peer.py", dir.path()});
  if (peer.exit_code == 77) {
    GTEST_SKIP() << peer.err;
  }
  ASSERT_EQ(peer.exit_code, 0) << peer.err;

  write_dataset(dir.file("own-int32"), documents, TokenType::kInt32);
  for (const char* ending : {".bin", ".idx"}) {
    EXPECT_EQ(read_file(dir.file(std::string("a") + ending)), read_file(dir.file(std::string("peer-uint16") + ending)));
    EXPECT_EQ(read_file(dir.file(std::string("own-int32") + ending)),
              read_file(dir.file(std::string("peer-int32") + ending)));
  }

  // Megatron names the datasets as it was told; relative names make both the same.
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(dir.path());
  const TestContext context(1);
  for (size_t i = 0; i < all.size(); ++i) {
    IndexRequest request{.prefixes = all[i].prefixes,
                         .weights = all[i].weights,
                         .seq_length = all[i].seq_length,
                         .seed = all[i].seed,
                         .split = all[i].split,
                         .samples = all[i].samples,
                         .tokenizer = Json::parse(R"({"class": "Test", "paths": ["a", "ä"], "options": {}})").value(),
                         .memory_bytes = i % 2 == 0 ? 8 << 10 : 1 << 30};
    const std::string own = "own-" + std::to_string(i);
    const std::string theirs = "peer-" + std::to_string(i);
    write_index_set(context.get(), request, own);
    EXPECT_EQ(list_files(own), list_files(theirs)) << "case " << i;
    for (const std::string& file : list_files(theirs)) {
      if (path_exists(own + "/" + file)) {
        EXPECT_TRUE(read_file(own + "/" + file) == read_file(theirs + "/" + file)) << "case " << i << ", " << file;
      }
    }
  }
  std::filesystem::current_path(before);
}

}  // namespace
}  // namespace smelt
