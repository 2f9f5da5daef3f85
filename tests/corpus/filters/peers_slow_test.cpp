// Mode "published" beside the code that it follows: NeMo Curator 1.4's filters and datatrove 0.10.1's, value by value
// and decision by decision, on real and on odd texts.
#include <set>

#include <gtest/gtest.h>

#include "base/json.h"
#include "corpus/filters.h"
#include "corpus/filters/english_tokenizer.h"
#include "corpus/filters/redpajama.h"
#include "corpus/filters/texts.h"
#include "support/run_program.h"

namespace smelt {
namespace {

std::vector<std::string> texts() {
  std::vector<std::string> all = real_texts();
  const std::vector<std::string> odd = odd_texts(400);
  all.insert(all.end(), odd.begin(), odd.end());
  return all;
}

// A line of JSON a text; empty where the peer is absent.
std::vector<Json> ask_peer(const std::string& tool, const std::vector<std::string>& all) {
  const std::string python = SMELT_PEERS "/bin/python";
  if (!path_exists(python)) {
    return {};
  }
  const TemporaryFolder folder;
  folder.write("texts.json", Json::list(all).dump());
  const ProgramResult result = run_words({python, SMELT_SOURCE_DIR "/tests/corpus/filters/peer.py", tool,
                                          folder.file("texts.json"), folder.file("out.jsonl")});
  if (result.exit_code == 77) {
    return {};
  }
  EXPECT_EQ(result.exit_code, 0) << result.err;
  std::vector<Json> lines;
  const std::string out = read_file(folder.file("out.jsonl"));
  for (const std::string_view line : split(out, '\n')) {
    if (!line.empty()) {
      lines.push_back(Json::parse(line).value());
    }
  }
  EXPECT_EQ(lines.size(), all.size());
  return lines;
}

// Both comparisons below need the same.
const std::vector<Json>& datatrove_lines() {
  static const std::vector<Json> kLines = ask_peer("datatrove", texts());
  return kLines;
}

FilterOptions published(std::vector<std::string> sets) {
  FilterOptions options;
  options.mode = "published";
  options.sets = std::move(sets);
  return options;
}

std::string shown(const std::string& text) {
  return Json(text.substr(0, 1500)).dump();
}

void expect_values(const Json& theirs, const std::vector<RuleResult>& ours, const std::string& text) {
  for (const RuleResult& result : ours) {
    const Json* value = theirs.find(result.reason);
    if (value != nullptr && value->is_number()) {
      EXPECT_NEAR(result.value, value->as_double(), 1e-12) << result.reason << " of " << shown(text);
    }
  }
}

// "error" where the peer dies: it divides by zero where there is no word or line.
void expect_reason(const Json& theirs, const Verdict& ours, const std::string& text) {
  if (theirs.is_string() && theirs.as_string() == "error") {
    EXPECT_FALSE(ours.keep) << shown(text);
  } else {
    EXPECT_EQ(ours.reason, theirs.is_null() ? "" : theirs.as_string()) << shown(text);
  }
}

TEST(FilterPeers, NemotronCcMeasuresWhatCuratorMeasures) {
  const std::vector<std::string> all = texts();
  const std::vector<Json> lines = ask_peer("curator", all);
  if (lines.empty()) {
    GTEST_SKIP() << "no nemo-curator in " << SMELT_PEERS << "; `make peers` builds it";
  }
  FilterPipeline pipeline(published({"nemotron-cc"}));
  int kept = 0;
  for (size_t i = 0; i < all.size(); ++i) {
    expect_values(lines[i].at("values"), pipeline.measure(all[i], "en"), all[i]);
    const Verdict verdict = pipeline.check(all[i], "en");
    expect_reason(lines[i].at("reason"), verdict, all[i]);
    kept += verdict.keep ? 1 : 0;
  }
  EXPECT_GT(kept, 5);
}

TEST(FilterPeers, SignalsFollowTheirDefinitions) {
  const std::vector<std::string> all = texts();
  const std::vector<Json> lines = ask_peer("signals", all);
  if (lines.empty()) {
    GTEST_SKIP() << "no Python in " << SMELT_PEERS << "; `make peers` builds it";
  }
  SignalMeter meter;
  for (size_t i = 0; i < all.size(); ++i) {
    const SignalMeter::Values values = meter.measure(all[i], "en");
    for (size_t k = 0; k < kNumSignals; ++k) {
      const Json* theirs = lines[i].at("values").find(kSignalNames[k]);
      if (theirs != nullptr) {
        EXPECT_NEAR(values[k], theirs->as_double(), 1e-9) << kSignalNames[k] << " of " << shown(all[i]);
      }
    }
  }
}

TEST(FilterPeers, EnglishWordsAreSpacys) {
  const std::vector<std::string> all = texts();
  const std::vector<Json>& lines = datatrove_lines();
  if (lines.empty()) {
    GTEST_SKIP() << "no datatrove with spacy in " << SMELT_PEERS << "; `make peers` builds it";
  }
  EnglishTokenizer tokenizer;
  std::vector<EnglishToken> tokens;
  for (size_t i = 0; i < all.size(); ++i) {
    tokenizer.tokenize(all[i], tokens);
    std::vector<std::string> words;
    for (const EnglishToken& token : tokens) {
      if ((token.kind & EnglishToken::kSpace) == 0) {
        words.push_back(all[i].substr(token.begin, token.end - token.begin));
        EXPECT_EQ(token.characters, count_code_points(words.back()));
      }
    }
    const Json::Array& theirs = lines[i].at("words").as_array();
    for (size_t k = 0; k < std::max(words.size(), theirs.size()); ++k) {
      const std::string their_word = k < theirs.size() ? theirs[k].as_string() : "nothing";
      const std::string our_word = k < words.size() ? words[k] : "nothing";
      if (our_word != their_word) {
        std::string before;
        for (size_t b = k > 4 ? k - 4 : 0; b < std::min(k + 5, words.size()); ++b) {
          before += words[b] + " ";
        }
        ADD_FAILURE() << "word " << k << " of text " << i << " is " << our_word << ", theirs " << their_word
                      << "; around it: " << before;
        break;
      }
    }
  }
}

TEST(FilterPeers, GopherC4AndFinewebDecideAsDatatrove) {
  const std::vector<std::string> all = texts();
  const std::vector<Json>& lines = datatrove_lines();
  if (lines.empty()) {
    GTEST_SKIP() << "no datatrove with spacy in " << SMELT_PEERS << "; `make peers` builds it";
  }
  const auto alone = [](const std::string& prefix, std::vector<std::string> sets) {
    FilterOptions options = published(std::move(sets));
    for (const std::string& rule : filter_rules()) {
      if (!rule.starts_with(prefix)) {
        options.off.push_back(rule);
      }
    }
    return options;
  };
  FilterPipeline gopher(published({"gopher"}));
  FilterPipeline c4(published({"c4"}));
  FilterPipeline c4_open(alone("c4_", {"fineweb"}));
  FilterPipeline fineweb(published({"fineweb"}));
  std::set<std::string> reasons;
  for (size_t i = 0; i < all.size(); ++i) {
    expect_values(lines[i].at("values"), gopher.measure(all[i], "en"), all[i]);
    const std::vector<std::pair<const char*, FilterPipeline*>> chains = {
        {"gopher", &gopher}, {"c4", &c4}, {"c4_open", &c4_open}, {"fineweb", &fineweb}};
    for (const auto& [name, pipeline] : chains) {
      const Json& theirs = lines[i].at(name);
      std::string text = all[i];
      const Verdict verdict = pipeline->filter(text, "en");
      expect_reason(theirs.at("reason"), verdict, all[i]);
      if (verdict.keep && theirs.at("reason").is_null()) {
        EXPECT_EQ(text, theirs.at("text").as_string()) << name;
      }
      reasons.insert(verdict.reason);
    }
  }
  EXPECT_GT(reasons.size(), 12U);
}

}  // namespace
}  // namespace smelt
