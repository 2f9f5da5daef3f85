// The windows of a corpus in sorted order: all n-grams of the highest order, counted.
//
// Windows are kept in memory and sorted there; beyond a limit each full buffer is sorted, counted and written as a run,
// and the runs are merged while they are read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/function_ref.h"
#include "base/threads.h"

namespace smelt {

class NgramWindows {
 public:
  // A window of `order` tokens, the first in the highest bits, each id + 1; 0 stands behind the end of the document.
  using Key = unsigned __int128;

  // sort_bytes 0: no limit; else runs go to `folder`.
  NgramWindows(Executor& executor, uint64_t sort_bytes, std::string folder);
  ~NgramWindows();
  NgramWindows(const NgramWindows&) = delete;
  NgramWindows& operator=(const NgramWindows&) = delete;

  void add(Key key);
  // Ends the adding. Calls visit(key, count) in ascending order; a key may come more than once. May be repeated.
  void for_each(FunctionRef<void(Key, uint64_t)> visit);
  void clear();

 private:
  struct Run;
  void sort_buffer();
  void write_run();

  Executor& executor_;
  size_t capacity_;
  std::string folder_;
  std::vector<Key> buffer_;
  bool sorted_ = false;
  std::vector<int> runs_;  // descriptors of nameless files
};

}  // namespace smelt
