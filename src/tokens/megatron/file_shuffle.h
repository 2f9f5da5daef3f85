// NumPy's shuffle of an array that may be larger than memory.
//
// Fisher-Yates from the end swaps place i with a place j <= i that the generator draws, for i from n - 1 down to 1. Cut
// into buckets that fit into memory and gone through from the last to the first, a swap within the bucket is done at
// once. One with a lower bucket is a message: "put my value at j, give me the one that stands there". Messages wait in
// a file of the lower bucket, in the order of their time, which is before anything that happens within it; the answers
// wait in a file of the asker's bucket. All files are read and written from front to back.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "base/context.h"
#include "tokens/megatron/numpy_random.h"

namespace smelt {

struct ShuffleRoom {
  int64_t memory_bytes = int64_t{1} << 30;
  std::string scratch;  // folder for temporary files: about 20 bytes a value, where the values do not fit into memory
};

// The array of initial(0), ..., initial(n - 1), shuffled as RandomState.shuffle does, handed to `emit` in pieces from
// front to back. The generator is left as NumPy leaves it. T is int32_t, uint32_t or int64_t. Memory: room.memory_bytes
// and 1 MiB.
template <class T>
void shuffled(const Context& context, NumpyRandomState& random, int64_t n, const std::function<T(int64_t)>& initial,
              const std::function<void(std::span<const T>)>& emit, const ShuffleRoom& room);

}  // namespace smelt
