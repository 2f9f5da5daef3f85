#include "tokens/dataset/document_blocks.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "base/rng.h"
#include "base/stream.h"
#include "corpus/document_io.h"
#include "support/temporary_directory.h"

namespace smelt {
namespace {

struct Read {
  std::vector<std::string> documents;
  std::vector<std::string> rejects;
  bool operator==(const Read&) const = default;
};

std::string line_of(std::string_view id, std::string_view url, std::string_view source, std::string_view text) {
  return std::string(id) + "|" + std::string(url) + "|" + std::string(source) + "|" + std::string(text);
}

Read by_blocks(const std::vector<InputFile>& files, int64_t max_line_bytes = 256 << 20) {
  Read out;
  DocumentBlocks blocks(files, max_line_bytes);
  while (const std::optional<DocumentBlock> block = blocks.next()) {
    parse_block(
        *block, [&](const DocumentView& d) { out.documents.push_back(line_of(d.id, d.url, d.source, d.text)); },
        [&](const Reject& reject) { out.rejects.push_back(reject.reason + " " + reject.detail); });
  }
  return out;
}

// What the corpus room's reader makes of the same files.
Read by_reader(const std::vector<InputFile>& files, int64_t max_line_bytes = 256 << 20) {
  Read out;
  ReadOptions options;
  options.max_line_bytes = max_line_bytes;
  DocumentReader reader(files, options);
  while (const auto item = reader.next()) {
    if (item->ok()) {
      const Document& d = item->value();
      out.documents.push_back(line_of(d.id, d.url, d.source, d.text));
    } else {
      out.rejects.push_back(item->reject().reason + " " + item->reject().detail);
    }
  }
  return out;
}

// Lines of every kind, good and bad.
std::string random_lines(Rng& rng, int count) {
  static const char* const kLines[] = {R"({"text":"plain"})",
                                       R"({"id":"7","text":"with id","url":"http:\/\/x","source":"s"})",
                                       R"({"id":7,"text":"number \u00e9 \n as id"})",
                                       R"({"id":null,"text":"null id"})",
                                       R"({"text":"","metadata":{"a":[1,2]}})",
                                       R"({"text":"twice","text":"again"})",
                                       R"({"text":"nan","score":NaN})",
                                       R"({"text":5})",
                                       R"({"text":"t","url":5})",
                                       R"({"text":"t","language":[]})",
                                       R"({"text":"t","metadata":3})",
                                       R"({"other":"t"})",
                                       R"([1,2])",
                                       R"("text")",
                                       "{broken",
                                       "",
                                       "  \t",
                                       "{\"text\":\"bad \xFF utf8\"}",
                                       "{\"text\":\"carriage\"}\r",
                                       R"({"te\u0078t":"escaped key"})"};
  std::string out;
  for (int i = 0; i < count; ++i) {
    out += kLines[rng.below(std::size(kLines))];
    out += '\n';
    if (rng.below(50) == 0) {
      out += "{\"text\":\"" + std::string(rng.below(200000), 'x') + "\"}\n";
    }
  }
  return out;
}

TEST(DocumentBlocks, GiveWhatTheCorpusReaderGives) {
  for (uint64_t trial = 0; trial < 6; ++trial) {
    const TemporaryDirectory dir;
    Rng rng(5, "test/blocks", trial);
    std::string text = (trial % 2 == 0 ? "\xEF\xBB\xBF" : "") + random_lines(rng, 800);
    if (trial % 3 == 0) {
      text.pop_back();  // no line break at the end
    }
    write_file(dir.file("a.jsonl"), text);
    write_file(dir.file("b.jsonl.zst"), zstd_compress(random_lines(rng, 300), 1));
    write_file(dir.file("empty.jsonl"), "");
    {
      DocumentWriter rows(dir.file("c.parquet"));
      for (int i = 0; i < 500; ++i) {
        Document document;
        document.id = i % 3 == 0 ? "" : std::to_string(i);
        document.text = std::string(rng.below(5000), 'y');
        rows.write(document);
      }
      rows.commit();
    }
    const std::vector<InputFile> files = list_document_files({dir.path()});
    const Read blocks = by_blocks(files);
    const Read reader = by_reader(files);
    EXPECT_EQ(blocks.documents, reader.documents);
    EXPECT_EQ(blocks.rejects, reader.rejects);
  }
}

TEST(DocumentBlocks, LongLinesAreRejectedWhereverTheyBegin) {
  const TemporaryDirectory dir;
  std::string text;
  for (int i = 0; i < 40; ++i) {
    text += R"({"text":"short"})"
            "\n";
    text += "{\"text\":\"" + std::string(i % 5 == 0 ? 4000000 : 90000, 'l') + "\"}\n";
  }
  write_file(dir.file("a.jsonl"), text);
  const std::vector<InputFile> files = list_document_files({dir.file("a.jsonl")});
  const Read blocks = by_blocks(files, 1000000);
  EXPECT_EQ(blocks.documents.size(), 72u);
  EXPECT_EQ(blocks.rejects, by_reader(files, 1000000).rejects);
  EXPECT_EQ(blocks.documents, by_reader(files, 1000000).documents);
}

TEST(DocumentBlocks, DamageInAStreamIsOneReject) {
  const TemporaryDirectory dir;
  Rng rng(5, "test/damage");
  std::string text;
  for (int i = 0; i < 30000; ++i) {
    text += "{\"text\":\"" + std::to_string(rng.u64()) + "\"}\n";
  }
  const std::string whole = zstd_compress(text, 1);
  write_file(dir.file("a.jsonl.zst"), whole.substr(0, whole.size() * 2 / 3));
  write_file(dir.file("b.jsonl"), R"({"text":"next"})");
  const std::vector<InputFile> files = list_document_files({dir.path()});
  const Read blocks = by_blocks(files);
  const Read reader = by_reader(files);
  ASSERT_EQ(blocks.rejects.size(), 1u);
  EXPECT_TRUE(blocks.rejects[0].starts_with("truncated_zstd")) << blocks.rejects[0];
  // How far the good bytes reach depends on the sizes of reads; they are a prefix.
  ASSERT_GT(blocks.documents.size(), 1000u);
  EXPECT_EQ(blocks.documents.back(), "b.jsonl:1|||next");
  for (size_t i = 0; i + 1 < std::min(blocks.documents.size(), reader.documents.size()); ++i) {
    ASSERT_EQ(blocks.documents[i], reader.documents[i]);
  }
}

}  // namespace
}  // namespace smelt
