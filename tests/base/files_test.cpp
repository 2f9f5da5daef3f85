// Files, streams, manifests and stages: whole or absent, damage named.
#include "base/files.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "base/catalogue.h"
#include "base/context.h"
#include "base/hash.h"
#include "base/manifest.h"
#include "base/rng.h"
#include "base/stage.h"
#include "base/stream.h"
#include "support/temporary_directory.h"
#include "support/test_context.h"

namespace smelt {
namespace {

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(bytes.size() + 1000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string noise(size_t size) {
  Rng rng(3, "noise");
  std::string out;
  while (out.size() < size) {
    out += static_cast<char>(rng.below(200));
  }
  return out;
}

std::string read_all(ByteSource& source, size_t step) {
  std::string out;
  std::string buffer(step, '\0');
  while (const size_t count = source.read(buffer.data(), buffer.size())) {
    out.append(buffer, 0, count);
  }
  return out;
}

TEST(AtomicFile, appears_at_commit_and_leaves_nothing_without) {
  const TemporaryDirectory dir;
  {
    AtomicFile file(dir.file("a/b.txt"));
    file.write("hello");
    EXPECT_FALSE(path_exists(dir.file("a/b.txt")));
  }
  EXPECT_TRUE(list_files(dir.path()).empty());
  AtomicFile file(dir.file("a/b.txt"));
  file.write("hello world");
  file.write_at(0, "J");
  file.commit();
  EXPECT_EQ(read_file(dir.file("a/b.txt")), "Jello world");
  EXPECT_EQ(list_files(dir.path()), std::vector<std::string>{"a/b.txt"});
}

TEST(Files, missing_and_full_are_different_errors) {
  EXPECT_THAT([] { read_file("/nonexistent/x"); },
              testing::Throws<UserError>(testing::Property(&UserError::code, ExitCode::kInput)));
  if (path_exists("/dev/full")) {
    EXPECT_EQ(system_error("cannot write", "x", ENOSPC).code(), ExitCode::kResource);
  }
}

TEST(Streams, gzip_members_zstd_frames_and_plain_read_alike) {
  const TemporaryDirectory dir;
  const std::string a = noise(300000);
  const std::string b = "second part\n";
  write_file(dir.file("x.gz"), gzip(a) + gzip("") + gzip(b) + std::string(512, '\0'));
  write_file(dir.file("x.zst"), zstd_compress(a, 3) + zstd_compress(b, 19));
  write_file(dir.file("x"), a + b);
  for (const char* name : {"x.gz", "x.zst", "x"}) {
    for (const size_t step : {size_t{1000}, size_t{1} << 20}) {
      EXPECT_EQ(read_all(*open_input(dir.file(name)), step), a + b) << name;
    }
  }
}

TEST(Streams, damage_is_named_and_what_came_before_is_delivered) {
  const TemporaryDirectory dir;
  const std::string a = noise(300000);
  const auto outcome = [&](const std::string& bytes) {
    write_file(dir.file("x"), bytes);
    const auto source = open_input(dir.file("x"));
    std::string out;
    std::string buffer(10000, '\0');
    try {
      while (const size_t count = source->read(buffer.data(), buffer.size())) {
        out.append(buffer, 0, count);
      }
    } catch (const StreamError& error) {
      // A flipped bit may decode to other bytes before the checksum tells; a cut never does.
      EXPECT_TRUE(a.starts_with(out) || error.reason() == "corrupt_gzip");
      EXPECT_EQ(source->read(buffer.data(), buffer.size()), 0U);
      return error.reason();
    }
    return std::string("fine");
  };
  const std::string gz = gzip(a);
  const std::string zst = zstd_compress(a, 3);
  EXPECT_EQ(outcome(gz.substr(0, gz.size() / 2)), "truncated_gzip");
  EXPECT_EQ(outcome(zst.substr(0, zst.size() / 2)), "truncated_zstd");
  std::string broken = gz;
  broken[gz.size() / 2] ^= 0x55;
  EXPECT_EQ(outcome(broken), "corrupt_gzip");
  EXPECT_EQ(outcome(gz), "fine");
}

TEST(Streams, lines_of_any_length_and_ending) {
  const TemporaryDirectory dir;
  const std::string longest(1000000, 'y');
  write_file(dir.file("x"), "a\r\n\n" + longest + "\nlast");
  LineReader reader(open_input(dir.file("x")));
  std::string_view line;
  std::vector<std::string> lines;
  while (reader.next(line)) {
    lines.emplace_back(line);
  }
  EXPECT_EQ(lines, (std::vector<std::string>{"a", "", longest, "last"}));
  EXPECT_EQ(reader.line_number(), 4U);
}

TEST(Streams, zstd_writer_reads_back) {
  const TemporaryDirectory dir;
  ZstdWriter writer(dir.file("x.zst"), 5);
  const std::string a = noise(500000);
  writer.write(a);
  writer.write("tail");
  writer.commit();
  EXPECT_EQ(read_all(*open_input(dir.file("x.zst")), 4096), a + "tail");
}

TEST(Manifest, verifies_presence_size_and_content) {
  const TemporaryDirectory dir;
  write_file(dir.file("a"), "12345");
  Manifest manifest;
  manifest.stage = "s";
  manifest.key = "k";
  manifest.files = hash_directory(dir.path());
  write_manifest(dir.path(), manifest);
  const Manifest back = read_manifest(dir.path());
  EXPECT_EQ(back.digest(), manifest.digest());
  EXPECT_EQ(verify_manifest(dir.path(), back, true), "");
  write_file(dir.file("a"), "12346");
  EXPECT_EQ(verify_manifest(dir.path(), back, false), "");
  EXPECT_THAT(verify_manifest(dir.path(), back, true), testing::HasSubstr("checksum"));
  write_file(dir.file("a"), "1");
  EXPECT_THAT(verify_manifest(dir.path(), back, false), testing::HasSubstr("1 bytes, the manifest says 5"));
}

TEST(Manifest, wall_times_are_kept_apart_from_the_digest) {
  const auto digest_with = [](const std::string& model, const std::string& times) {
    const TemporaryDirectory dir;
    make_directories(dir.file("telemetry"));
    write_file(dir.file("model"), model);
    write_file(dir.file("telemetry/timing.jsonl"), times);
    Manifest manifest;
    manifest.files = hash_directory(dir.path());
    EXPECT_EQ(manifest.files.size(), 2U);
    return manifest.digest();
  };
  EXPECT_EQ(digest_with("weights", "1 s"), digest_with("weights", "2 s"));
  EXPECT_NE(digest_with("weights", "1 s"), digest_with("others", "1 s"));
}

TEST(Stage, runs_once_per_key_and_resumes_finished_shards) {
  const TemporaryDirectory dir;
  TestContext context;
  StageSpec spec{"demo", 1, dir.file("out"), Json::object(), {{"in", "d1"}}};
  int shards_made = 0;
  bool fail = true;
  const auto body = [&](StageDir& stage) {
    int64_t total = 0;
    for (const char* shard : {"one", "two"}) {
      if (!stage.is_done(shard)) {
        if (fail && std::string(shard) == "two") {
          throw std::runtime_error("killed");
        }
        ++shards_made;
        write_file(stage.file(std::string(shard) + ".txt"), shard);
        Json counts = Json::object();
        counts["n"] = 1;
        stage.mark_done(shard, {std::string(shard) + ".txt"}, std::move(counts));
      }
      total += stage.done_counts(shard).at("n").as_int();
    }
    Json counts = Json::object();
    counts["total"] = total;
    return counts;
  };
  EXPECT_THROW(run_stage(context.get(), spec, body), std::runtime_error);
  EXPECT_FALSE(path_exists(dir.file("out")));
  fail = false;
  const StageResult first = run_stage(context.get(), spec, body);
  EXPECT_EQ(shards_made, 2);
  EXPECT_EQ(first.manifest.counts.at("total").as_int(), 2);
  EXPECT_THAT(list_files(dir.file("out")), testing::ElementsAre("manifest.json", "one.txt", "two.txt"));
  EXPECT_TRUE(run_stage(context.get(), spec, body).skipped);
  spec.inputs[0].second = "d2";
  EXPECT_FALSE(run_stage(context.get(), spec, body).skipped);
  EXPECT_EQ(shards_made, 4);
}

TEST(Stage, a_kill_between_the_renames_loses_nothing) {
  const TemporaryDirectory dir;
  TestContext context;
  const StageSpec spec{"demo", 1, dir.file("out"), Json::object(), {}};
  const auto body = [](StageDir& stage) {
    write_file(stage.file("x"), "x");
    return Json::object();
  };
  run_stage(context.get(), spec, body);
  std::filesystem::rename(dir.file("out"), dir.file("out.old"));
  EXPECT_TRUE(run_stage(context.get(), spec, body).skipped);
}

TEST(SingleStage, refuses_to_overwrite_and_to_go_on_unasked) {
  const TemporaryDirectory dir;
  TestContext context;
  const StageSpec spec{"demo", 1, dir.file("out"), Json::object(), {}};
  const auto body = [](StageDir&) { return Json::object(); };
  make_directories(dir.file("out"));
  EXPECT_THROW(run_single_stage(context.get(), spec, true, body), UserError);
  remove_all(dir.file("out"));
  make_directories(dir.file("out.partial"));
  EXPECT_THROW(run_single_stage(context.get(), spec, false, body), UserError);
  EXPECT_FALSE(run_single_stage(context.get(), spec, true, body).skipped);
}

TEST(CatalogueFile, lists_newest_first_and_rebuilds_from_the_runs) {
  const TemporaryDirectory dir;
  Catalogue catalogue(dir.path());
  catalogue.put({"old", "done", "2026-01-01T00:00:00Z", 5, "h", Json::object()});
  catalogue.put({"new", "running", "2026-02-01T00:00:00Z", 5, "h", Json::object()});
  catalogue.put({"new", "done", "2026-02-01T00:00:00Z", 6, "h", Json::object()});
  const auto rows = catalogue.list();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].name, "new");
  EXPECT_EQ(rows[0].status, "done");
  write_file(dir.file("third/run.json"), R"({"status":"failed","started":"2026-03-01T00:00:00Z"})");
  EXPECT_EQ(catalogue.rebuild(), 1);
  EXPECT_EQ(catalogue.list()[0].status, "failed");
}

}  // namespace
}  // namespace smelt
