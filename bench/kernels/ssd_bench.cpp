// SSD forward and backward at training shapes: GFLOP/s of the algorithm's own operations (triangles as halves).
#include <vector>

#include <benchmark/benchmark.h>

#include "kernels/share.h"
#include "kernels/ssd.h"

namespace smelt::kernels {
namespace {

struct Problem {
  SsdShape shape;
  std::vector<float> x, b, c, dt, a_log, d, y, saved, dx, db, dc, ddt, da_log, ddt_bias, dd;
  SsdInputs in;
  SsdOutputs out;
  SsdGradients grad;

  explicit Problem(const SsdShape& s) : shape(s) {
    const int64_t rows = s.batch * s.length;
    x = random_floats(rows * s.heads * s.head_dim, "x");
    b = random_floats(rows * s.groups * s.state, "b");
    c = random_floats(rows * s.groups * s.state, "c");
    dt = random_floats(rows * s.heads, "dt");
    a_log = random_floats(s.heads, "a_log");
    d = random_floats(s.heads, "d");
    y = x;
    dx = x;
    db = b;
    dc = c;
    ddt = dt;
    da_log = ddt_bias = dd = d;
    saved.resize(static_cast<size_t>(ssd_saved_floats(s)));
    in.x = x.data();
    in.b = b.data();
    in.c = c.data();
    in.dt = dt.data();
    in.a_log = a_log.data();
    in.d = d.data();
    out.y = y.data();
    out.saved_states = saved.data();
    grad.dy = y.data();
    grad.saved_states = saved.data();
    grad.dx = dx.data();
    grad.db = db.data();
    grad.dc = dc.data();
    grad.ddt = ddt.data();
    grad.da_log = da_log.data();
    grad.ddt_bias = ddt_bias.data();
    grad.dd = dd.data();
  }
};

SsdShape sheet_shape(const benchmark::State& state) {
  return {.batch = 1, .length = 2048, .heads = 16, .head_dim = 64, .groups = 1, .state = 128, .chunk = state.range(0)};
}

void ssd_forward_at(benchmark::State& state) {
  Problem p(sheet_shape(state));
  ThreadPool pool(static_cast<int>(state.range(1)));
  for (auto _ : state) {
    ssd_forward(pool, p.shape, p.in, p.out);
  }
  report_flops(state, ssd_forward_flops(p.shape), state.range(1));
}

void ssd_backward_at(benchmark::State& state) {
  Problem p(sheet_shape(state));
  ThreadPool pool(static_cast<int>(state.range(1)));
  ssd_forward(pool, p.shape, p.in, p.out);
  for (auto _ : state) {
    ssd_backward(pool, p.shape, p.in, p.grad);
  }
  report_flops(state, ssd_backward_flops(p.shape), state.range(1));
}

BENCHMARK(ssd_forward_at)->ArgsProduct({{32, 64, 128}, {1, 2}})->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(ssd_backward_at)->ArgsProduct({{32, 64, 128}, {1, 2}})->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace smelt::kernels

int main(int argc, char** argv) {
  return smelt::kernels::run_benchmarks(argc, argv);
}
