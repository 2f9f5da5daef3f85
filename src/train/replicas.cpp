#include "train/replicas.h"

#include <algorithm>
#include <cmath>

#include <ATen/TensorOperators.h>
#include <c10/core/GradMode.h>

namespace smelt {
namespace {

constexpr int64_t kGrain = 1 << 14;  // gradients added by one task: 64 KiB of each replica, so that all stay in cache

int64_t passes_at_once(int threads, int64_t max_passes) {
  return std::max<int64_t>(1, std::min<int64_t>(threads, max_passes));
}

}  // namespace

int Replicas::intra_width(int threads, int64_t max_passes) {
  return static_cast<int>(std::max<int64_t>(1, threads / passes_at_once(threads, max_passes)));
}

Replicas::Replicas(NemotronH& model, ThreadPool& threads, int64_t max_passes) : model_(model), threads_(threads) {
  for (int64_t i = 0; i < passes_at_once(threads.width(), max_passes); ++i) {
    replicas_.push_back(model.replica());
  }
}

double Replicas::backward(int64_t passes, FunctionRef<Batch(int64_t)> read) {
  const auto at_once = static_cast<int64_t>(replicas_.size());
  double total = 0;
  model_.parameters().zero_grads();
  for (int64_t done = 0; done < passes; done += at_once) {
    const int64_t now = std::min(at_once, passes - done);
    std::vector<double> losses(static_cast<size_t>(now));
    threads_.run(now, [&](int64_t i) {
      const Batch batch = read(done + i);
      const at::Tensor loss =
          replicas_[static_cast<size_t>(i)]->loss(batch.inputs, batch.targets) / static_cast<double>(passes);
      losses[static_cast<size_t>(i)] = loss.item<double>();
      if (std::isfinite(losses[static_cast<size_t>(i)])) {
        loss.backward();
      }
    });
    for (const double loss : losses) {
      total += loss;
    }
    add_gradients(now);
  }
  return total;
}

void Replicas::add_gradients(int64_t replicas) {
  auto* sum = model_.parameters().grads().mutable_data_ptr<float>();
  std::vector<float*> parts;
  for (int64_t i = 0; i < replicas; ++i) {
    parts.push_back(replicas_[static_cast<size_t>(i)]->parameters().grads().mutable_data_ptr<float>());
  }
  parallel_for(threads_, model_.parameters().size(), kGrain, [&](int64_t begin, int64_t end) {
    for (float* part : parts) {
      for (int64_t i = begin; i < end; ++i) {
        sum[i] += part[i];
      }
      std::fill(part + begin, part + end, 0.0F);
    }
  });
}

std::vector<double> Replicas::losses(int64_t passes, FunctionRef<Batch(int64_t)> read) const {
  const auto at_once = static_cast<int64_t>(replicas_.size());  // more would crowd the threads that each pass has
  std::vector<double> out(static_cast<size_t>(passes));
  threads_.run(at_once, [&](int64_t first) {
    const at::NoGradGuard no_grad;
    for (int64_t i = first; i < passes; i += at_once) {
      const Batch batch = read(i);
      out[static_cast<size_t>(i)] = model_.loss(batch.inputs, batch.targets).item<double>();
    }
  });
  return out;
}

}  // namespace smelt
