// What tests of the room share: temporary folders, the data folder, a silent context.
#pragma once

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "base/context.h"
#include "base/files.h"

namespace smelt {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "smelt-corpus-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::string write(const std::string& name, const std::string& bytes) const {
    make_directories(std::filesystem::path(file(name)).parent_path().string());
    write_file(file(name), bytes);
    return file(name);
  }

 private:
  std::string path_;
};

// Empty where the data is absent; the test is to skip then.
inline std::string test_data(const std::string& name) {
  const char* root = std::getenv("SMELT_TEST_DATA");
  const std::string path = std::string(root != nullptr ? root : SMELT_SOURCE_DIR "/../shared/data") + "/" + name;
  return std::filesystem::exists(path) ? path : "";
}

// A context with its own threads that logs nowhere.
class TestContext {
 public:
  explicit TestContext(int threads) : threads_(threads), progress_(ProgressMode::kNone, nullptr) {}
  Context context() { return Context{threads_, log_, progress_, 1, stop_}; }
  std::atomic<bool>& stop() { return stop_; }

 private:
  ThreadPool threads_;
  Logger log_;
  ProgressSink progress_;
  std::atomic<bool> stop_{false};
};

}  // namespace smelt
