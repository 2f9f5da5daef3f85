// The rooms keep to their table: reads every include of src/ and fails on an edge that cmake/rooms.txt does not allow.
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "base/files.h"
#include "base/text.h"

namespace smelt {
namespace {

const std::string kRoot = SMELT_SOURCE_DIR;

std::map<std::string, std::set<std::string>> allowed_edges() {
  std::map<std::string, std::set<std::string>> out;
  const std::string table = read_file(kRoot + "/cmake/rooms.txt");
  for (const auto line : split(table, '\n')) {
    const size_t colon = line.find(':');
    if (line.starts_with("#") || colon == std::string_view::npos) {
      continue;
    }
    const std::string room(line.substr(0, colon));
    out[room].insert(room);
    for (const auto word : split(line.substr(colon + 1), ' ')) {
      if (!trim(word).empty()) {
        out[room].insert(std::string(trim(word)));
      }
    }
  }
  return out;
}

// The included name of a line `#include "a/b.h"` or `#include <a/b.h>`, empty for any other line.
std::string included(std::string_view line) {
  line = trim(line);
  if (!line.starts_with("#")) {
    return {};
  }
  line = trim(line.substr(1));
  if (!line.starts_with("include")) {
    return {};
  }
  line = trim(line.substr(7));
  if (line.size() < 2 || (line[0] != '"' && line[0] != '<')) {
    return {};
  }
  const size_t end = line.find(line[0] == '"' ? '"' : '>', 1);
  return std::string(line.substr(1, end == std::string_view::npos ? 0 : end - 1));
}

TEST(IncludeGraph, rooms_only_include_rooms_of_their_row) {
  const auto allowed = allowed_edges();
  ASSERT_GE(allowed.size(), 11U);
  int edges = 0;
  for (const auto& path : list_files(kRoot + "/src")) {
    const std::string room = path.substr(0, path.find('/'));
    if (!allowed.contains(room)) {
      EXPECT_EQ(path, "main.cpp") << "a file outside of every room";
      continue;
    }
    const std::string text = read_file(kRoot + "/src/" + path);
    for (const auto line : split(text, '\n')) {
      const std::string name = included(line);
      const std::string target = name.substr(0, name.find('/'));
      if (name.find('/') != std::string::npos && allowed.contains(target)) {
        EXPECT_TRUE(allowed.at(room).contains(target)) << path << " includes " << name;
        ++edges;
      }
    }
  }
  EXPECT_GT(edges, 100) << "the test has lost sight of the tree";
}

TEST(IncludeGraph, the_table_has_no_cycle) {
  // Rooms are listed in the order of the flow; serve comes after train but may not use it, so only membership in an
  // earlier row counts.
  const auto allowed = allowed_edges();
  std::set<std::string> resolved;
  for (size_t round = 0; round < allowed.size(); ++round) {
    for (const auto& [room, uses] : allowed) {
      bool ready = true;
      for (const auto& used : uses) {
        ready = ready && (used == room || resolved.contains(used));
      }
      if (ready) {
        resolved.insert(room);
      }
    }
  }
  EXPECT_EQ(resolved.size(), allowed.size());
}

TEST(IncludeGraph, libtorch_and_slow_headers_stay_where_they_belong) {
  const std::set<std::string> torch_rooms = {"model", "train", "compress", "align"};
  std::map<std::string, int> users;
  for (const auto& path : list_files(kRoot + "/src")) {
    const std::string room = path.substr(0, path.find('/'));
    const std::string text = read_file(kRoot + "/src/" + path);
    for (const auto line : split(text, '\n')) {
      const std::string name = included(line);
      const bool torch = name.starts_with("torch/") || name.starts_with("ATen/") || name.starts_with("c10/");
      EXPECT_TRUE(!torch || torch_rooms.contains(room)) << path << " includes " << name;
      EXPECT_NE(name, "torch/torch.h") << path;
      EXPECT_NE(name, "regex") << path;
      EXPECT_FALSE(name.starts_with("nlohmann/")) << path;
      for (const char* slow : {"CLI/", "spdlog/", "toml++/", "httplib.h", "arrow/", "parquet/"}) {
        if (name.starts_with(slow)) {
          EXPECT_TRUE(path.ends_with(".cpp")) << path << " is a header and includes " << name;
        }
      }
      users["CLI"] += name == "CLI/CLI.hpp" ? 1 : 0;
      users["spdlog"] += name == "spdlog/spdlog.h" ? 1 : 0;
      users["httplib"] += name == "httplib.h" ? 1 : 0;
    }
  }
  for (const auto& [library, count] : users) {
    EXPECT_LE(count, 1) << library << " belongs in one file";
  }
}

// Debian's fmt has fmt::join in format.h, the one that LibTorch's headers bring only in ranges.h: both have it there.
TEST(IncludeGraph, who_joins_includes_where_it_is_in_every_version_of_fmt) {
  for (const auto& path : list_files(kRoot + "/src")) {
    const std::string text = read_file(kRoot + "/src/" + path);
    EXPECT_TRUE(text.find("fmt::join") == std::string::npos || text.find("<fmt/ranges.h>") != std::string::npos)
        << path << " uses fmt::join without <fmt/ranges.h>";
  }
}

}  // namespace
}  // namespace smelt
