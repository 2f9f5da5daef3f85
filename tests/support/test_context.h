// A silent Context with its own threads, for tests.
#pragma once

#include <cstdlib>
#include <string>

#include "base/context.h"

namespace smelt {

class TestContext {
 public:
  explicit TestContext(int threads = 2, uint64_t seed = 1)
      : threads_(threads), progress_(ProgressMode::kNone, nullptr), context_{threads_, log_, progress_, seed, stop_} {}

  const Context& get() const { return context_; }
  std::atomic<bool>& stop() { return stop_; }

 private:
  ThreadPool threads_;
  Logger log_;
  ProgressSink progress_;
  std::atomic<bool> stop_{false};
  Context context_;
};

// Where the test data lies; tests that use it are skipped where it is absent.
inline std::string test_data() {
  const char* root = std::getenv("SMELT_TEST_DATA");
  return root != nullptr ? root : SMELT_SOURCE_DIR "/../shared/data";
}

}  // namespace smelt
