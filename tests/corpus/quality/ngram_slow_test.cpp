// KenLM's Python module reads our models in the ARPA format and gives the same probabilities.
#include <cmath>

#include <gtest/gtest.h>

#include "base/text.h"
#include "corpus/document_io.h"
#include "corpus/quality/ngram_text.h"
#include "corpus/quality/python.h"
#include "corpus/testing.h"

namespace smelt {
namespace {

TEST(NgramPeer, KenlmGivesTheSamePerplexities) {
  const std::string path = test_data("text/wikitext-2.valid.txt");
  if (path.empty()) {
    GTEST_SKIP() << "no text";
  }
  const TemporaryFolder folder;
  TestContext test(2);
  const std::string text = read_file(path);
  const size_t half = text.find('\n', text.size() / 2) + 1;
  DocumentWriter writer(folder.file("docs.jsonl"));
  Document document;
  document.id = "train";
  document.text = text.substr(0, half);
  writer.write(document);
  writer.commit();
  NgramTextOptions options;
  options.order = 4;
  options.min_count = 2;
  train_ngram_text(test.context(), {parse_labelled_input(folder.file("docs.jsonl"))}, options, folder.file("model"));
  const NgramText model = NgramText::load(folder.file("model"));
  model.write_arpa(folder.file("model.arpa"));
  // Plain words, so that KenLM's split at spaces is ours.
  std::vector<std::string> lines;
  std::string file;
  for (const std::string_view line : split(std::string_view(text).substr(half), '\n')) {
    std::string plain;
    for (const char c : line) {
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      plain += letter ? static_cast<char>(c | 0x20) : ' ';
    }
    if (!trim(plain).empty()) {
      lines.push_back(plain);
      file += plain + "\n";
    }
  }
  ASSERT_GT(lines.size(), 500u);
  folder.write("lines.txt", file);
  const int status = run_peer_script(folder, R"(
import sys
try:
    import kenlm
except ImportError:
    sys.exit(77)
model = kenlm.Model('model.arpa')
with open('scores.txt', 'w') as out:
    for line in open('lines.txt'):
        out.write('%.9g %d\n' % (model.score(line, bos=True, eos=True), len(line.split()) + 1))
)");
  if (status == 77 || status == -1) {
    GTEST_SKIP() << "no kenlm module";
  }
  ASSERT_EQ(status, 0) << read_file(folder.file("script.log"));
  const std::string scores = read_file(folder.file("scores.txt"));
  const std::vector<std::string_view> rows = split(scores, '\n');
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::vector<std::string_view> row = split(rows[i], ' ');
    const TextPerplexity found = model.measure(lines[i]);
    EXPECT_EQ(found.tokens, std::stoll(std::string(row[1])));
    // KenLM keeps logarithms of base 10 as floats, of some tens, and adds up to four a token.
    const double tolerance = static_cast<double>(found.tokens) * 4 * 4e-6;
    EXPECT_NEAR(found.log_prob / std::log(10.0), std::stod(std::string(row[0])), tolerance) << lines[i];
  }
}

}  // namespace
}  // namespace smelt
