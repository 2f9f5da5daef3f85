#include "corpus/code/code_ingest.h"

#include <cstring>
#include <map>

#include <gmock/gmock.h>

#include "corpus/code/code_document.h"
#include "corpus/code/notebook.h"
#include "corpus/code/tar_reader.h"
#include "corpus/curate_stage.h"
#include "corpus/document_io.h"
#include "corpus/ingest_stage.h"
#include "corpus/testing.h"

namespace smelt {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kMit =
    "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy of this software. The "
    "above copyright notice and this permission notice shall be included.\n";

std::string source_file(const std::string& name) {
  std::string out = "# Copyright 2021 The Authors\n# SPDX-License-Identifier: MIT\n\n";
  for (int i = 0; i < 8; ++i) {
    out += "def " + name + std::to_string(i) + "(value):\n    return " + name + "(value, factor=value)\n\n";
  }
  return out;
}

std::string json_lines(int count) {
  std::string out;
  for (int i = 0; i < count; ++i) {
    out += "\"words of a line\",\n";
  }
  return out;
}

std::string notebook() {
  return R"nb({"cells": [{"cell_type": "markdown", "source": ["# Title\n", "words"]},
    {"cell_type": "code", "source": "x = compute()\nprint(x)", "outputs": [{"output_type": "stream", "text": ["seven\n"]}]},
    {"cell_type": "raw", "source": "left out"}],
    "metadata": {"language_info": {"name": "python"}}, "nbformat": 4})nb";
}

std::string tar_entry(const std::string& name, const std::string& content, char type = '0') {
  std::string block(512, '\0');
  const auto put = [&](size_t at, const std::string& text) {
    std::memcpy(block.data() + at, text.data(), text.size());
  };
  put(0, name.substr(0, 100));
  put(100, "0000644");
  char size[12];
  std::snprintf(size, sizeof size, "%011zo", content.size());
  put(124, std::string(size, 11));
  block[156] = type;
  put(257, std::string("ustar\0"
                       "00",
                       8));
  put(148, "        ");
  unsigned sum = 0;
  for (const char c : block) {
    sum += static_cast<unsigned char>(c);
  }
  char check[8];
  std::snprintf(check, sizeof check, "%06o", sum);
  put(148, std::string(check, 6) + '\0' + ' ');
  return block + content + std::string((512 - content.size() % 512) % 512, '\0');
}

class CodeIngest : public testing::Test {
 protected:
  void SetUp() override {
    folder_.write("src/one/.git/HEAD", "ref: refs/heads/main\n");
    folder_.write("src/one/.git/objects/x.py", "never = read\n");
    folder_.write("src/one/LICENSE", kMit);
    folder_.write("src/one/a.py", source_file("alpha"));
    folder_.write("src/one/lib/b.py", source_file("beta"));
    folder_.write("src/one/data.json", json_lines(600));
    folder_.write("src/one/logo.png", std::string("\x89PNG\0\0", 6));
    folder_.write("src/one/odd.py", std::string("x = 1\0", 6));
    folder_.write("src/one/latin.py", "# -*- coding: latin-1 -*-\nname = 'caf\xE9, na\xEFve'\n");
    folder_.write("src/one/note.ipynb", notebook());
    folder_.write("src/two/COPYING", "GNU GENERAL PUBLIC LICENSE\nVersion 2, June 1991\n");
    folder_.write("src/two/c.c", "int main(void) {\n  return call(value);\n}\n");
    input_.name = "code";
    input_.inputs = {folder_.file("src")};
    input_.repository_depth = 1;
  }

  Json run(int threads, const std::string& out) {
    TestContext test(threads);
    IngestOptions options;
    options.code = {input_};
    options.pages_per_shard = 5;
    return ingest(test.context(), options, folder_.file(out)).manifest.counts;
  }
  std::map<std::string, Document> documents(const std::string& out) {
    std::map<std::string, Document> found;
    DocumentReader reader(folder_.file(out));
    while (auto item = reader.next()) {
      found.emplace(item->value().id, item->value());
    }
    return found;
  }
  std::map<std::string, std::string> rejects(const std::string& out) {
    std::map<std::string, std::string> found;
    for (const std::string& name : list_files(folder_.file(out + "/rejects"))) {
      LineReader lines(open_input(folder_.file(out + "/rejects/" + name)));
      std::string_view line;
      while (lines.next(line)) {
        const Json reject = Json::parse(line).value();
        found[reject.at("id").as_string()] = reject.at("reason").as_string();
      }
    }
    return found;
  }

  TemporaryFolder folder_;
  CodeInput input_;
};

TEST_F(CodeIngest, EveryFileIsADocumentOrARejectWithAReason) {
  const Json counts = run(2, "out");
  const auto kept = documents("out");
  const auto gone = rejects("out");
  EXPECT_EQ(counts.at("files").as_int(), 10);
  EXPECT_EQ(counts.at("documents").as_int(), static_cast<int64_t>(kept.size()));
  EXPECT_EQ(counts.at("rejected").as_int(), static_cast<int64_t>(gone.size()));
  EXPECT_EQ(kept.size() + gone.size(), 10u);
  EXPECT_EQ(gone.at("one/data.json"), "data_lines");
  EXPECT_EQ(gone.at("one/logo.png"), "unknown_language");
  EXPECT_EQ(gone.at("one/odd.py"), "binary");
  EXPECT_EQ(gone.at("two/c.c"), "license");
  EXPECT_EQ(gone.at("two/COPYING"), "text_name");
  EXPECT_EQ(counts.at("rejects").at("license").as_int(), 1);
  EXPECT_EQ(counts.at("programming_languages").at("Python").as_int(), 4);
  EXPECT_EQ(counts.at("sources").at("code").at("files").as_int(), 10);
}

TEST_F(CodeIngest, MetadataTellsLanguageLicenceAndPlace) {
  run(1, "out");
  const auto kept = documents("out");
  const Document& beta = kept.at("one/lib/b.py");
  EXPECT_EQ(beta.metadata.at("programming_language").as_string(), "Python");
  EXPECT_EQ(beta.metadata.at("repository").as_string(), "one");
  EXPECT_EQ(beta.metadata.at("path").as_string(), "lib/b.py");
  EXPECT_EQ(beta.metadata.at("license").as_string(), "MIT");
  EXPECT_EQ(beta.metadata.at("license_from").as_string(), "spdx");
  EXPECT_EQ(beta.metadata.at("license_notice").as_string(), "Copyright 2021 The Authors\nSPDX-License-Identifier: MIT");
  EXPECT_TRUE(beta.text.starts_with("def beta0"));
  const Document& latin = kept.at("one/latin.py");
  EXPECT_THAT(latin.text, HasSubstr("caf\xC3\xA9, na\xC3\xAFve"));
  EXPECT_EQ(latin.metadata.at("charset").as_string(), "windows-1252");
  EXPECT_EQ(latin.metadata.at("license_from").as_string(), "LICENSE");
  EXPECT_EQ(kept.at("one/note.ipynb").text, "# # Title\n# words\n\nx = compute()\nprint(x)\n");
}

TEST_F(CodeIngest, BytesDoNotDependOnThreadsAndPartsKeepRepositoriesWhole) {
  run(1, "one");
  run(3, "three");
  const std::vector<std::string> names = list_files(folder_.file("one"));
  EXPECT_GE(names.size(), 3u);
  for (const std::string& name : names) {
    if (name.find("part-") != std::string::npos && !name.starts_with(".")) {
      EXPECT_EQ(read_file(folder_.file("one/" + name)), read_file(folder_.file("three/" + name))) << name;
    }
  }
  DocumentReader second(folder_.file("one/part-00000.jsonl.zst"));
  while (auto item = second.next()) {
    EXPECT_EQ(item->value().metadata.at("repository").as_string(), "one");
  }
}

TEST_F(CodeIngest, RowsAndArchivesSayTheSame) {
  const std::string row_text = source_file("gamma");
  std::string rows;
  for (const auto& [path, text] : {std::pair{"LICENSE", std::string(kMit)}, std::pair{"x/g.py", row_text}}) {
    Json row = Json::object();
    row["repo"] = "owner/three";
    row["path"] = path;
    row["content"] = text;
    row["stars"] = 5;
    rows += row.dump() + "\n";
  }
  rows += "{broken\n";
  folder_.write("rows.jsonl", rows);
  const std::string long_path = std::string(120, 'd') + "/g.py";
  folder_.write("four.tar", tar_entry("LICENSE", kMit) + tar_entry("@LongLink", long_path + '\0', 'L') +
                                tar_entry("cut", row_text) + tar_entry("folder/", "", '5') + std::string(1024, '\0'));
  input_.inputs = {folder_.file("rows.jsonl"), folder_.file("four.tar")};
  input_.repository_depth = 0;
  const Json counts = run(2, "out");
  const auto kept = documents("out");
  const Document& row = kept.at("owner/three/x/g.py");
  EXPECT_EQ(row.metadata.at("stars").as_int(), 5);
  const Document& archived = kept.at("four/" + long_path);
  EXPECT_EQ(row.text, archived.text);
  EXPECT_EQ(counts.at("rejects").at("bad_json").as_int(), 1);
}

TEST_F(CodeIngest, ABrokenArchiveIsOneReject) {
  std::string bytes = tar_entry("a.py", source_file("a")) + tar_entry("b.py", source_file("b"));
  folder_.write("cut.tar", bytes.substr(0, bytes.size() - 300));
  bytes[700] = 'x';
  folder_.write("wrong.tar", bytes.substr(0, 512) + std::string(600, 'z'));
  input_.inputs = {folder_.file("cut.tar"), folder_.file("wrong.tar")};
  const Json counts = run(1, "out");
  EXPECT_EQ(counts.at("rejects").at("corrupt_archive").as_int(), 2);
  EXPECT_EQ(counts.at("documents").as_int(), 1);
}

TEST_F(CodeIngest, MistakesNameTheCure) {
  const auto error = [&] {
    try {
      run(1, "out");
    } catch (const UserError& problem) {
      return std::string(problem.what());
    }
    return std::string("no error");
  };
  input_.inputs = {folder_.file("nowhere")};
  EXPECT_THAT(error(), HasSubstr("nowhere"));
  input_.inputs = {folder_.file("*.zip")};
  EXPECT_THAT(error(), HasSubstr("nothing matches"));
  input_.inputs = {};
  EXPECT_THAT(error(), HasSubstr("documents.code.inputs"));
}

TEST_F(CodeIngest, CuratedFilesAreDeduplicatedAndJoined) {
  folder_.write("src/one/lib/copy.py", source_file("beta") + "# one more line of it\n");
  input_.licenses = "any";
  run(1, "documents");
  CurateOptions options;
  options.dedup.preset = "fineweb";
  options.dedup.verify = 0.7;
  options.split.heldout_fraction = 0;
  options.repositories.join = true;
  options.repositories.named = 1;
  options.repositories.order = "path";
  TestContext test(2);
  const Json counts =
      curate(test.context(), options, folder_.file("documents"), folder_.file("corpus")).manifest.counts;
  EXPECT_EQ(counts.at("rejects").at("near_duplicate").at("documents").as_int(), 1);
  const auto joined = documents("corpus/train");
  ASSERT_EQ(joined.size(), 2u);
  const Document& one = joined.at("one");
  EXPECT_TRUE(one.text.starts_with("<repo_name>one<file_sep>a.py\ndef alpha0"));
  EXPECT_THAT(one.text, HasSubstr("<file_sep>lib/b.py\ndef beta0"));
  EXPECT_THAT(one.text, testing::Not(HasSubstr("copy.py")));
  EXPECT_EQ(one.metadata.at("files").size(), 4u);
  EXPECT_TRUE(joined.at("two").text.starts_with("<repo_name>two<file_sep>c.c\nint main"));
}

TEST(RepositoryJoin, CutsAtTheLimitAndPassesProseThrough) {
  RepositoryOptions options;
  options.named = 0;
  options.order = "path";
  options.max_bytes = 40;
  RepositoryJoiner joiner(options);
  std::vector<std::string> lines;
  const auto add = [&](const std::string& id, const std::string& repository, const std::string& text) {
    Document document;
    document.id = id;
    document.text = text;
    if (!repository.empty()) {
      document.metadata["repository"] = repository;
      document.metadata["programming_language"] = "C";
      document.metadata["path"] = id;
    }
    std::string line;
    append_json_line(document, line);
    for (std::string& out : joiner.add(line)) {
      lines.push_back(std::move(out));
    }
  };
  add("p", "", "prose");
  add("a", "r", std::string(20, 'a'));
  add("b", "r", std::string(20, 'b'));
  add("c", "s", "c");
  add("q", "", "prose");
  for (std::string& out : joiner.finish()) {
    lines.push_back(std::move(out));
  }
  std::vector<std::string> texts;
  for (const std::string& line : lines) {
    texts.push_back(parse_document(line, "").value().text);
  }
  EXPECT_THAT(texts, ElementsAre("prose", "<file_sep>" + std::string(20, 'a'), "<file_sep>" + std::string(20, 'b'),
                                 "<file_sep>c", "prose"));
}

TEST(Notebooks, HaveThreeForms) {
  EXPECT_EQ(read_notebook(notebook(), NotebookForm::kMarkdown)->text,
            "# Title\nwords\n\n```python\nx = compute()\nprint(x)\n```\n");
  EXPECT_EQ(read_notebook(notebook(), NotebookForm::kStructured)->text,
            "<jupyter_start><jupyter_text># Title\nwords<jupyter_code>x = compute()\nprint(x)<jupyter_output>seven");
  for (const char* broken : {"", "{", "[]", "{\"cells\": 5}", "{}"}) {
    EXPECT_EQ(read_notebook(broken, NotebookForm::kScript).reject().reason, "bad_notebook") << broken;
  }
  EXPECT_EQ(read_notebook("{\"cells\": [1, {\"cell_type\": 3}]}", NotebookForm::kScript).reject().reason, "empty");
}

}  // namespace
}  // namespace smelt
