// train_extractor GOLD.jsonl PAGES SNIPPETS.json PAGES MODEL.cpp [FOLDS [SEED]]: fits the ensemble of
// crawl/main/main_text.h to pages whose text people marked, and to snippets of others, prints the F1 of both on sites
// that were left out, and writes the coefficients. Another SEED deals the sites out to other folds and draws other
// rows.
#include <algorithm>
#include <cstdio>
#include <map>
#include <string>

#include <fmt/format.h>

#include "base/files.h"
#include "base/hash.h"
#include "base/threads.h"
#include "boosting.h"
#include "crawl/main/features.h"
#include "crawl/main/main_text.h"
#include "gold.h"

namespace smelt {
namespace {

constexpr BoostingOptions kOptions{.trees = 240, .rate = 0.10, .seed = 1};
constexpr double kSnippetWeight = 0.6;  // of a snippet's block, where the blocks of a marked page together weigh 1
constexpr double kBlockWeight = 0.002;  // of each block of a marked page, beside the share of its words

// The blocks of all pages as rows; `pages[i]` owns rows [begin[i], begin[i + 1]).
struct Rows {
  TrainingRows rows;
  std::vector<FeatureTable> tables;  // by page
  std::vector<size_t> begin;
  std::vector<size_t> page_of;
  std::vector<uint8_t> known;
};

Rows make_rows(const std::vector<GoldPage>& pages, Executor& threads) {
  Rows all;
  all.begin.push_back(0);
  for (size_t i = 0; i < pages.size(); ++i) {
    const GoldPage& page = pages[i];
    for (size_t block = 0; block < page.blocks.size(); ++block) {
      // Every page counts alike, and in it every word.
      const double share = static_cast<double>(page.words[block].size()) / std::max(page.gold_words, 30.0);
      const double weight = page.kind == "snippets" ? kSnippetWeight : std::min(share, 1.0) + kBlockWeight;
      all.rows.weights.push_back(static_cast<float>(weight));
      all.known.push_back(page.inside[block] >= 0 ? 1 : 0);
      all.rows.answers.push_back(page.inside[block] >= 0.5F ? 1 : 0);
      all.page_of.push_back(i);
    }
    all.begin.push_back(all.rows.weights.size());
  }
  all.tables.resize(pages.size(), FeatureTable(0, 0));
  threads.run(static_cast<int64_t>(pages.size()), [&](int64_t i) {
    const GoldPage& page = pages[static_cast<size_t>(i)];
    all.tables[static_cast<size_t>(i)] = block_features(page.tree, page.blocks, {page.url, page.title});
  });
  const size_t features = block_feature_names().size();
  std::vector<float> columns(features * all.rows.rows());
  for (size_t page = 0; page < pages.size(); ++page) {
    for (size_t f = 0; f < features; ++f) {
      float* column = columns.data() + f * all.rows.rows() + all.begin[page];
      for (size_t row = 0; row < all.tables[page].rows(); ++row) {
        column[row] = all.tables[page].at(row, f);
      }
    }
  }
  all.rows.columns = bin_columns(columns, features, threads);
  return all;
}

void predict_pages(const Rows& all, const TrainedTrees& trees, const std::vector<uint8_t>& wanted,
                   std::vector<float>& scores) {
  for (size_t page = 0; page < all.tables.size(); ++page) {
    const std::vector<float> found = predict(trees.view(), all.tables[page]);
    for (size_t i = 0; i < found.size(); ++i) {
      const size_t row = all.begin[page] + i;
      scores[row] = wanted[row] != 0 ? found[i] : scores[row];
    }
  }
}

// Probabilities of each row by an ensemble that has not seen its site.
std::vector<float> cross_validate(const Rows& all, const std::vector<int>& fold, int folds,
                                  const BoostingOptions& options, Executor& threads) {
  std::vector<float> scores(all.rows.rows(), 0);
  for (int left_out = 0; left_out < folds; ++left_out) {
    std::vector<uint8_t> used(all.rows.rows());
    std::vector<uint8_t> rest(all.rows.rows());
    for (size_t r = 0; r < used.size(); ++r) {
      rest[r] = fold[all.page_of[r]] == left_out ? 1 : 0;
      used[r] = rest[r] == 0 && all.known[r] != 0 ? 1 : 0;
    }
    predict_pages(all, boost(all.rows, used, options, threads), rest, scores);
    std::printf("fold %d of %d\n", left_out + 1, folds);
    std::fflush(stdout);
  }
  return scores;
}

void report(const char* name, const std::vector<GoldPage>& pages, const Rows& all, const std::vector<float>& scores) {
  std::map<std::string, std::pair<double, int>> kinds;
  double with = 0;
  double without = 0;
  double wanted = 0;
  for (size_t i = 0; i < pages.size(); ++i) {
    const std::vector<float> own(scores.begin() + static_cast<ptrdiff_t>(all.begin[i]),
                                 scores.begin() + static_cast<ptrdiff_t>(all.begin[i + 1]));
    const std::vector<uint8_t> keep = choose_blocks(pages[i].blocks, own);
    if (pages[i].kind == "snippets") {
      const auto [right, wrong] = count_snippets(pages[i], keep);
      with += right;
      without += wrong;
      wanted += static_cast<double>(pages[i].with.size());
      continue;
    }
    const double f1 = word_f1(pages[i], keep);
    for (const std::string& kind : {pages[i].kind, std::string("all")}) {
      kinds[kind].first += f1;
      ++kinds[kind].second;
    }
  }
  std::printf("%s", name);
  for (const auto& [kind, sum] : kinds) {
    std::printf("  %s %.4f", kind.c_str(), sum.first / sum.second);
  }
  std::printf("  snippets: precision %.4f recall %.4f F1 %.4f\n", with / (with + without), with / wanted,
              2 * with / (with + without + wanted));
  std::fflush(stdout);
}

std::string write_trees(const char* name, const TrainedTrees& trees) {
  std::string out;
  const auto list = [&](const char* type, const char* what, size_t size, auto&& value) {
    out += fmt::format("constexpr std::array<{}, {}> k{}{} = {{", type, size, name, what);
    for (size_t i = 0; i < size; ++i) {
      out += fmt::format("{}{}", i % 24 == 0 ? "\n    " : "", value(i));
      out += i + 1 < size ? "," : "";
    }
    out += "};\n";
  };
  list("uint16_t", "Features", trees.features.size(), [&](size_t i) { return fmt::format("{}", trees.features[i]); });
  list("float", "Thresholds", trees.thresholds.size(), [&](size_t i) {
    return fmt::format("{:.9g}{}F", trees.thresholds[i],
                       fmt::format("{:.9g}", trees.thresholds[i]).find_first_of(".e") == std::string::npos ? "." : "");
  });
  list("int16_t", "Leaves", trees.leaves.size(), [&](size_t i) { return fmt::format("{}", trees.leaves[i]); });
  return out;
}

std::string write_model(const TrainedTrees& trees) {
  return "// Written by tools/extractor/train_extractor.cpp.\n#include \"crawl/main/main_text_model.h\"\n\n#include "
         "<array>\n\nnamespace smelt {\nnamespace {\n\n// clang-format off\n" +
         write_trees("", trees) + "// clang-format on\n\n}  // namespace\n\n" +
         fmt::format(
             "BoostedTrees main_text_model() {{\n  return {{{:.9g}F, {:.9g}F, kFeatures, kThresholds, kLeaves}};\n}}\n",
             trees.bias, trees.scale) +
         "\n}  // namespace smelt\n";
}

struct Arguments {
  std::string gold;
  std::string pages;
  std::string snippets;
  std::string snippet_pages;
  std::string model;
  int folds = 3;
  uint64_t seed = 1;
};

int run(const Arguments& arguments) {
  ThreadPool threads(2);
  BoostingOptions options = kOptions;
  options.seed = arguments.seed;
  std::vector<GoldPage> pages = read_gold(arguments.gold, arguments.pages);
  for (GoldPage& page : read_snippets(arguments.snippets, arguments.snippet_pages)) {
    pages.push_back(std::move(page));
  }
  const Rows all = make_rows(pages, threads);
  std::vector<int> fold;
  for (const GoldPage& page : pages) {
    fold.push_back(static_cast<int>(hash64(page.site, arguments.seed - 1) % static_cast<uint64_t>(arguments.folds)));
  }
  const std::vector<float> marked(all.rows.answers.begin(), all.rows.answers.end());
  std::printf("%zu pages, %zu blocks, %zu features\n", pages.size(), all.rows.rows(), block_feature_names().size());
  report("as marked", pages, all, marked);
  report("sites left out", pages, all, cross_validate(all, fold, arguments.folds, options, threads));
  write_file(arguments.model, write_model(boost(all.rows, all.known, options, threads)));
  return 0;
}

}  // namespace
}  // namespace smelt

int main(int argc, char** argv) {
  if (argc < 6) {
    std::fprintf(stderr, "usage: train_extractor GOLD.jsonl PAGES SNIPPETS.json PAGES MODEL.cpp [FOLDS [SEED]]\n");
    return 2;
  }
  try {
    return smelt::run({argv[1], argv[2], argv[3], argv[4], argv[5], argc > 6 ? std::stoi(argv[6]) : 3,
                       argc > 7 ? std::stoull(argv[7]) : 1});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
