#include "kernels/linear.h"

#include <algorithm>

#include "base/error.h"
#include "kernels/infer_table.h"
#include "kernels/workspace.h"

namespace smelt::kernels {
namespace {

// Enough tasks that no thread waits long for the last one, rows in whole tiles.
int64_t rows_per_task(int64_t rows, int width) {
  if (width == 1) {
    return kLinearMaxRows;
  }
  const int64_t share = rows / (int64_t{8} * width);
  return std::clamp<int64_t>(share / 8 * 8, 8, kLinearMaxRows);
}

}  // namespace

void linear(Executor& executor, const LinearWeight& weight, const LinearArguments& arguments, Isa isa) {
  SMELT_CHECK(weight.rows >= 0 && weight.cols > 0 && arguments.tokens >= 0);
  LinearArguments a = arguments;
  a.x_stride = a.x_stride == 0 ? weight.cols : a.x_stride;
  a.y_stride = a.y_stride == 0 ? weight.rows : a.y_stride;
  if (a.tokens == 0) {
    return;
  }
  const InferTable& table = infer_table(isa);
  const int64_t grain = rows_per_task(weight.rows, executor.width());
  for_each_with_scratch(executor, (weight.rows + grain - 1) / grain, kLinearScratch, [&](int64_t item, float* scratch) {
    table.linear_rows(weight, a, item * grain, std::min(weight.rows, (item + 1) * grain), scratch);
  });
}

}  // namespace smelt::kernels
