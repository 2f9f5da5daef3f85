#include "corpus/document_io.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <zlib.h>

#include "base/stream.h"
#include "corpus/testing.h"

namespace smelt {
namespace {

Document sample_document(int i) {
  Document document;
  document.id = "page-" + std::to_string(i);
  document.text = "Line one \"quoted\"\n\ttab, ünïcode \u2603 and a back\\slash " + std::to_string(i);
  document.url = "https://example.org/" + std::to_string(i);
  document.language = "en";
  document.source = "sample";
  document.metadata["score"] = Json(0.5);
  document.metadata["tags"] = Json(Json::Array{Json("a"), Json(2), Json(nullptr), Json(true)});
  return document;
}

struct ReadBack {
  std::vector<Document> documents;
  std::vector<Reject> rejects;
};

ReadBack read_back(const std::string& path, ReadOptions options = {}) {
  ReadBack out;
  DocumentReader reader(path, options);
  while (auto result = reader.next()) {
    if (result->ok()) {
      out.documents.push_back(result->value());
    } else {
      out.rejects.push_back(result->reject());
    }
  }
  return out;
}

std::string gzip(const std::string& bytes, const TemporaryFolder& folder) {
  const std::string path = folder.file("made.gz");
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
  return read_file(path);
}

class Formats : public testing::TestWithParam<const char*> {};

TEST_P(Formats, WhatIsWrittenIsReadBackEqualAndTheBytesRepeat) {
  const TemporaryFolder folder;
  std::vector<Document> documents;
  for (int i = 0; i < 300; ++i) {
    documents.push_back(sample_document(i));
  }
  documents.emplace_back();
  documents.back().id = "bare";
  std::string bytes[2];
  for (std::string& copy : bytes) {
    const std::string path = folder.file(std::string("part") + GetParam());
    DocumentWriter writer(path);
    for (const Document& document : documents) {
      writer.write(document);
    }
    EXPECT_EQ(writer.documents(), documents.size());
    writer.commit();
    const ReadBack back = read_back(path);
    EXPECT_TRUE(back.rejects.empty());
    EXPECT_EQ(back.documents, documents);
    copy = read_file(path);
    remove_all(path);
  }
  EXPECT_EQ(bytes[0], bytes[1]);
}

INSTANTIATE_TEST_SUITE_P(All, Formats, testing::Values(".jsonl", ".jsonl.zst", ".parquet"));

TEST(DocumentWriter, UncommittedFilesLeaveNothing) {
  const TemporaryFolder folder;
  for (const char* ending : {".jsonl", ".jsonl.zst", ".parquet"}) {
    {
      DocumentWriter(folder.file(std::string("x") + ending)).write(sample_document(1));
    }
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(DocumentWriter, InvalidUtf8BecomesReplacementCharacters) {
  const TemporaryFolder folder;
  Document document = sample_document(1);
  document.text = "a\xFF\xFE b";
  for (const char* ending : {".jsonl", ".parquet"}) {
    const std::string path = folder.file(std::string("x") + ending);
    DocumentWriter writer(path);
    writer.write(document);
    writer.commit();
    EXPECT_EQ(read_back(path).documents.at(0).text, "a\uFFFD\uFFFD b") << ending;
  }
}

TEST(DocumentReader, BadLinesAreRejectedWithFileAndLine) {
  const TemporaryFolder folder;
  const std::string path =
      folder.write("in.jsonl",
                   "\xEF\xBB\xBF{\"text\":\"first\"}\r\n"
                   "\n"
                   "{\"text\":\"broken\n"
                   "[1, 2]\n"
                   "{\"id\":\"x\"}\n"
                   "{\"text\":3}\n"
                   "{\"id\":7,\"text\":\"seven\",\"url\":null,\"extra\":{\"k\":[1]},\"metadata\":{\"m\":1}}\n"
                   "{\"text\":\"t\",\"metadata\":5}\n"
                   "{\"text\":\"nan\",\"score\":NaN}");
  const ReadBack back = read_back(path);
  ASSERT_EQ(back.documents.size(), 3u);
  EXPECT_EQ(back.documents[0].text, "first");
  EXPECT_EQ(back.documents[0].id, "in.jsonl:1");
  EXPECT_EQ(back.documents[1].id, "7");
  EXPECT_EQ(back.documents[1].metadata.dump(), R"({"m":1,"extra":{"k":[1]}})");
  EXPECT_EQ(back.documents[2].text, "nan");
  std::vector<std::string> reasons;
  for (const Reject& reject : back.rejects) {
    reasons.push_back(reject.reason);
  }
  EXPECT_EQ(reasons, (std::vector<std::string>{"bad_json", "not_an_object", "missing_text", "bad_field", "bad_field"}));
  EXPECT_EQ(back.rejects[0].detail.rfind(path + ":3: ", 0), 0u) << back.rejects[0].detail;
  EXPECT_EQ(back.rejects[4].detail.rfind(path + ":8: ", 0), 0u) << back.rejects[4].detail;
}

TEST(DocumentReader, LongLinesAreRejectedAndReadingGoesOn) {
  const TemporaryFolder folder;
  const std::string path = folder.write("in.jsonl", "{\"text\":\"" + std::string(5 << 20, 'x') + "\"}\n{\"text\":\"" +
                                                        std::string(3 << 20, 'y') + "\"}\n{\"text\":\"z\"}\n");
  const ReadBack back = read_back(path, {.max_line_bytes = 4 << 20});
  ASSERT_EQ(back.rejects.size(), 1u);
  EXPECT_EQ(back.rejects[0].reason, "line_too_long");
  ASSERT_EQ(back.documents.size(), 2u);
  EXPECT_EQ(back.documents[0].text.size(), size_t{3 << 20});
  EXPECT_EQ(back.documents[1].text, "z");
}

TEST(DocumentReader, DamagedStreamsAreOneRejectAndTheNextFileFollows) {
  const TemporaryFolder folder;
  std::string lines;
  for (int i = 0; i < 2000; ++i) {
    append_json_line(sample_document(i), lines);
  }
  const std::string zst = zstd_compress(lines, 3);
  const std::string gz = gzip(lines, folder);
  folder.write("in/a.jsonl.zst", zst.substr(0, zst.size() / 2));
  folder.write("in/b.jsonl.gz", gz.substr(0, gz.size() / 2));
  folder.write("in/c.jsonl.gz", gz);
  const ReadBack back = read_back(folder.file("in"));
  ASSERT_EQ(back.rejects.size(), 2u);
  EXPECT_EQ(back.rejects[0].reason, "truncated_zstd");
  EXPECT_EQ(back.rejects[1].reason, "truncated_gzip");
  EXPECT_GE(back.documents.size(), 2000u);
  EXPECT_EQ(back.documents.back(), sample_document(1999));
}

TEST(DocumentReader, FoldersAndGlobsAreReadInByteOrderWithoutWhatWasSetAside) {
  const TemporaryFolder folder;
  folder.write("d/part-00001.jsonl", "{\"text\":\"1\"}\n");
  folder.write("d/part-00000.jsonl", "{\"text\":\"0\"}\n");
  folder.write("d/rejects/part-00000.jsonl", "{\"text\":\"bad\"}\n");
  folder.write("d/.done/x.jsonl", "{\"text\":\"hidden\"}\n");
  folder.write("d/manifest.json", "{}");
  const ReadBack all = read_back(folder.file("d"));
  ASSERT_EQ(all.documents.size(), 2u);
  EXPECT_EQ(all.documents[0].text, "0");
  EXPECT_EQ(all.documents[1].text, "1");
  EXPECT_EQ(read_back(folder.file("d/part-*1.jsonl")).documents.size(), 1u);
  EXPECT_THROW(DocumentReader(folder.file("d/nothing-*")), UserError);
  EXPECT_THROW(DocumentReader(folder.file("absent")), UserError);
  EXPECT_EQ(list_document_files({folder.file("d")}, {"*0.jsonl"}).size(), 1u);
  const std::string before = files_digest(list_document_files({folder.file("d")}));
  folder.write("d/part-00000.jsonl", "{\"text\":\"2\"}\n");
  EXPECT_NE(files_digest(list_document_files({folder.file("d")})), before);
}

TEST(Glob, FollowsTheRulesOfPaths) {
  EXPECT_TRUE(matches_glob("*.html", "index.html"));
  EXPECT_FALSE(matches_glob("*.html", "a/index.html"));
  EXPECT_TRUE(matches_glob("**/*.html", "a/b/index.html"));
  EXPECT_TRUE(matches_glob("**/*.html", "index.html"));
  EXPECT_TRUE(matches_glob("a/**/z?.txt", "a/b/c/z1.txt"));
  EXPECT_TRUE(matches_glob("a/**/z?.txt", "a/z1.txt"));
  EXPECT_FALSE(matches_glob("a/*/z?.txt", "a/b/c/z1.txt"));
  EXPECT_TRUE(matches_glob("p[0-3]*[!x]", "p2abc"));
  EXPECT_FALSE(matches_glob("p[0-3]*[!x]", "p2abx"));
  EXPECT_FALSE(matches_glob("p[0-3]", "p4"));
  EXPECT_TRUE(matches_glob("a**b", "a/x/b"));
  EXPECT_FALSE(matches_glob("", "a"));
  EXPECT_TRUE(matches_glob("*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaab"));
}

TEST(DocumentReader, JsonConformanceCasesAsLinesNeverCrash) {
  const std::string cases = test_data("json/test_parsing");
  if (cases.empty()) {
    GTEST_SKIP();
  }
  int seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(cases)) {
    const std::string name = entry.path().filename().string();
    std::string bytes = read_file(entry.path().string());
    const bool one_line = bytes.find('\n') == std::string::npos;
    const Result<Document> whole = parse_document(bytes, "id");
    EXPECT_FALSE(whole.ok()) << name;  // none holds an object with a text
    const Result<Document> wrapped = parse_document("{\"text\":\"t\",\"v\":" + bytes + "}", "id");
    if (name.starts_with("y_")) {
      EXPECT_EQ(whole.reject().reason == "bad_json", false) << name;
      EXPECT_TRUE(wrapped.ok()) << name;
    } else if (name.starts_with("n_") && one_line && bytes.find("NaN") == std::string::npos &&
               bytes.find("nfinity") == std::string::npos && !bytes.empty() &&
               bytes.find_first_of(",}") == std::string::npos) {
      EXPECT_FALSE(wrapped.ok()) << name;
    }
    ++seen;
  }
  EXPECT_GT(seen, 300);
}

TEST(DocumentReader, ParquetConformanceFilesGiveRowsOrOneReject) {
  const std::string root = test_data("parquet");
  if (root.empty()) {
    GTEST_SKIP();
  }
  int files = 0;
  int rejected = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    const std::string path = entry.path().string();
    if (!path.ends_with(".parquet")) {
      continue;
    }
    DocumentReader reader(path, {.text_key = "string_col"});
    int damaged = 0;
    while (auto result = reader.next()) {
      damaged += !result->ok() && result->reject().reason == "corrupt_parquet" ? 1 : 0;
    }
    EXPECT_LE(damaged, 1) << path;
    rejected += damaged;
    ++files;
  }
  EXPECT_GT(files, 60);
  EXPECT_GT(rejected, 3);
  const ReadBack plain = read_back(root + "/data/alltypes_plain.parquet", {.text_key = "string_col"});
  ASSERT_EQ(plain.documents.size(), 8u);
  EXPECT_EQ(plain.documents[0].text, "0");
  EXPECT_EQ(plain.documents[0].id, "4");
  EXPECT_EQ(plain.documents[0].metadata.at("bool_col"), Json(true));
}

}  // namespace
}  // namespace smelt
