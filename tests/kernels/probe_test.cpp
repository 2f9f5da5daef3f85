#include "kernels/probe.h"

#include <chrono>

#include <gtest/gtest.h>

#include "base/cpu.h"
#include "kernels/kernel_test_util.h"
#include "kernels/probe_plan.h"
#include "kernels/train_table.h"

namespace smelt::kernels {
namespace {

TEST(Probe, LimitsAreConsistentWithEachOther) {
  ThreadPool pool(2);
  const auto start = std::chrono::steady_clock::now();
  const MachineLimits limits = measure_limits(pool, 0.3);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  EXPECT_LT(seconds, 5.0);
  // Slower than any machine of the last twenty years or faster than any vector unit would be a fault of the probe.
  for (const MeasuredRate* rate : {&limits.read, &limits.fp32_peak, &limits.fp32_gemm}) {
    EXPECT_GT(rate->one_thread, 0.2);
    EXPECT_LT(rate->one_thread, 1000);
  }
  // A product cannot beat the multiply-adds that it is made of; the rest is for a clock that changes between the two.
  EXPECT_LT(limits.fp32_gemm.one_thread, 1.3 * limits.fp32_peak.one_thread);
  ASSERT_FALSE(limits.bf16.empty());
  EXPECT_TRUE(limits.bf16.front().emulated);
  EXPECT_EQ(limits.int8.empty(), active_isa() == Isa::kGeneric);
  const Json json = limits.to_json();
  EXPECT_EQ(json.at("read_gb_per_s").at("one_thread").as_double(), limits.read.one_thread);
  EXPECT_EQ(json.at("int8_gops").size(), limits.int8.size());
}

// The loops must do the work that they claim: the sums can be known.
TEST(Probe, LoopsComputeWhatTheyClaim) {
  for (const Isa isa : available_isas()) {
    const ProbeKernels& kernels = train_table(isa).probe;
    Floats data(4096, 1.0F);
    Floats sink(64, 0.25F);
    const double bytes = kernels.read(data.data(), 4096, sink.data());
    EXPECT_EQ(bytes, 4096 * 4);
    double sum = 0;
    for (size_t i = 0; i < 64; ++i) {
      sum += sink[i] == 0.25F ? 0.0 : static_cast<double>(sink[i]);
    }
    EXPECT_EQ(sum, 4096);
    const int64_t size = 48;
    const Floats a = to_floats(random_doubles(size * size, "a")), b = to_floats(random_doubles(size * size, "b"));
    Floats c(a.size());
    kernels.gemm(size, a.data(), b.data(), c.data());
    Doubles want(a.size()), magnitude(a.size());
    for (size_t i = 0; i < size; ++i) {
      for (size_t k = 0; k < size; ++k) {
        for (size_t j = 0; j < size; ++j) {
          const double product = static_cast<double>(a[i * size + k]) * static_cast<double>(b[k * size + j]);
          want[i * size + j] += product;
          magnitude[i * size + j] += std::fabs(product);
        }
      }
    }
    expect_close(c, want, magnitude, 48, "c");
  }
}

}  // namespace
}  // namespace smelt::kernels
