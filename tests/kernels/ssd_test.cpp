#include "kernels/ssd.h"

#include <functional>

#include <gtest/gtest.h>

#include "kernels/kernel_test_util.h"
#include "kernels/ssd_reference.h"

namespace smelt::kernels {
namespace {

SsdProblem make_problem(SsdShape shape, bool documents, double a_log = 0.0) {
  SsdProblem p;
  p.shape = shape;
  const int64_t rows = shape.batch * shape.length;
  p.x = random_doubles(rows * shape.heads * shape.head_dim, "x");
  p.b = random_doubles(rows * shape.groups * shape.state, "b");
  p.c = random_doubles(rows * shape.groups * shape.state, "c");
  p.dt = random_doubles(rows * shape.heads, "dt");
  p.a_log = random_doubles(shape.heads, "a_log", 0.7, a_log);
  p.dt_bias = random_doubles(shape.heads, "dt_bias", 0.5, -2.0);
  p.d = random_doubles(shape.heads, "d");
  const int64_t state = shape.batch * shape.heads * shape.head_dim * shape.state;
  p.initial_state = random_doubles(state, "initial");
  p.dy = random_doubles(rows * shape.heads * shape.head_dim, "dy");
  p.d_final_state = random_doubles(state, "d_final");
  if (documents) {
    Rng rng(3, "documents");
    int32_t document = 0;
    for (int64_t i = 0; i < rows; ++i) {
      document += rng.below(9) == 0 ? 1 : 0;
      p.seq_idx.push_back(document);
    }
  }
  return p;
}

SsdAnswer magnitudes_of(const SsdProblem& p) {
  SsdProblem m = p;
  for (Doubles* v : {&m.x, &m.b, &m.c, &m.d, &m.initial_state, &m.dy, &m.d_final_state}) {
    *v = absolute(*v);
  }
  return ssd_reference(m, true);
}

struct KernelAnswer {
  Floats y, final_state, saved;
  Floats dx, db, dc, ddt, da_log, ddt_bias, dd, d_initial_state;
};

struct RunOptions {
  Isa isa = Isa::kGeneric;
  Executor* executor = nullptr;
  bool save = true;
};

KernelAnswer run_kernels(const SsdProblem& p, const RunOptions& options) {
  const Floats x = to_floats(p.x), b = to_floats(p.b), c = to_floats(p.c), dt = to_floats(p.dt);
  const Floats a_log = to_floats(p.a_log), dt_bias = to_floats(p.dt_bias), d = to_floats(p.d);
  const Floats initial = to_floats(p.initial_state), dy = to_floats(p.dy), d_final = to_floats(p.d_final_state);
  SsdInputs in;
  in.x = x.data();
  in.b = b.data();
  in.c = c.data();
  in.dt = dt.data();
  in.a_log = a_log.data();
  in.dt_bias = dt_bias.data();
  in.d = d.data();
  in.initial_state = initial.data();
  in.seq_idx = p.seq_idx.empty() ? nullptr : p.seq_idx.data();
  KernelAnswer r;
  r.y.resize(x.size());
  r.final_state.resize(initial.size());
  r.saved.resize(static_cast<size_t>(ssd_saved_floats(p.shape)));
  SerialExecutor serial;
  Executor& executor = options.executor == nullptr ? serial : *options.executor;
  SsdOutputs out;
  out.y = r.y.data();
  out.final_state = r.final_state.data();
  out.saved_states = options.save ? r.saved.data() : nullptr;
  ssd_forward(executor, p.shape, in, out, options.isa);
  r.dx.resize(x.size());
  r.db.resize(b.size());
  r.dc.resize(c.size());
  r.ddt.resize(dt.size());
  r.da_log.resize(a_log.size());
  r.ddt_bias.resize(a_log.size());
  r.dd.resize(a_log.size());
  r.d_initial_state.resize(initial.size());
  SsdGradients grad;
  grad.dy = dy.data();
  grad.d_final_state = d_final.data();
  grad.saved_states = out.saved_states;
  grad.dx = r.dx.data();
  grad.db = r.db.data();
  grad.dc = r.dc.data();
  grad.ddt = r.ddt.data();
  grad.da_log = r.da_log.data();
  grad.ddt_bias = r.ddt_bias.data();
  grad.dd = r.dd.data();
  grad.d_initial_state = r.d_initial_state.data();
  ssd_backward(executor, p.shape, in, grad, options.isa);
  return r;
}

// A path through the kernel rounds in dt, two decays, three products and sums whose depth (chunk, state, head_dim,
// chunks) grows by its square root.
constexpr double kUnits = 40;

void expect_matches(const SsdProblem& p, const KernelAnswer& got, double units = kUnits) {
  const SsdAnswer want = ssd_reference(p);
  const SsdAnswer size = magnitudes_of(p);
  expect_close(got.y, want.y, size.y, units, "y");
  expect_close(got.final_state, want.final_state, size.final_state, units, "final_state");
  expect_close(got.dx, want.dx, size.dx, units, "dx");
  expect_close(got.db, want.db, size.db, units, "db");
  expect_close(got.dc, want.dc, size.dc, units, "dc");
  expect_close(got.ddt, want.ddt, size.ddt, units, "ddt");
  expect_close(got.da_log, want.da_log, size.da_log, units, "da_log");
  expect_close(got.ddt_bias, want.ddt_bias, size.ddt_bias, units, "ddt_bias");
  expect_close(got.dd, want.dd, size.dd, units, "dd");
  expect_close(got.d_initial_state, want.d_initial_state, size.d_initial_state, units, "d_initial_state");
}

// The loss whose gradient the reference claims to give.
double loss(const SsdProblem& p) {
  SsdProblem forward = p;
  forward.dy.clear();
  const SsdAnswer r = ssd_reference(forward);
  double sum = 0;
  for (size_t i = 0; i < r.y.size(); ++i) {
    sum += r.y[i] * p.dy[i];
  }
  for (size_t i = 0; i < r.final_state.size(); ++i) {
    sum += r.final_state[i] * p.d_final_state[i];
  }
  return sum;
}

TEST(SsdReference, GradientAgreesWithFiniteDifferences) {
  SsdShape shape{.batch = 2, .length = 7, .heads = 4, .head_dim = 3, .groups = 2, .state = 5};
  shape.dt_min = 0.05F;
  shape.dt_max = 0.4F;
  SsdProblem p = make_problem(shape, true);
  const SsdAnswer want = ssd_reference(p);
  const auto check = [&](Doubles& input, const Doubles& gradient, const char* name) {
    for (size_t i = 0; i < input.size(); i += 1 + input.size() / 11) {
      const double kept = input[i];
      const double step = 1e-5;
      input[i] = kept + step;
      const double above = loss(p);
      input[i] = kept - step;
      const double below = loss(p);
      input[i] = kept;
      // Central differences: error step^2 of the third derivative plus cancellation 1e-16 * |loss| / step.
      EXPECT_NEAR((above - below) / (2 * step), gradient[i], 1e-7 * (1 + std::fabs(gradient[i]))) << name << i;
    }
  };
  check(p.x, want.dx, "x");
  check(p.b, want.db, "b");
  check(p.c, want.dc, "c");
  check(p.dt, want.ddt, "dt");
  check(p.a_log, want.da_log, "a_log");
  check(p.dt_bias, want.ddt_bias, "dt_bias");
  check(p.d, want.dd, "d");
  check(p.initial_state, want.d_initial_state, "initial_state");
}

struct Case {
  SsdShape shape;
  bool documents;
};

std::vector<Case> odd_cases() {
  return {
      {{.batch = 2, .length = 70, .heads = 4, .head_dim = 16, .groups = 2, .state = 16, .chunk = 32}, false},
      {{.batch = 1, .length = 65, .heads = 3, .head_dim = 1, .groups = 1, .state = 7, .chunk = 16}, true},
      {{.batch = 1, .length = 100, .heads = 2, .head_dim = 80, .groups = 2, .state = 33, .chunk = 64}, false},
      {{.batch = 2, .length = 37, .heads = 6, .head_dim = 13, .groups = 3, .state = 1, .chunk = 10}, true},
      {{.batch = 1, .length = 1, .heads = 1, .head_dim = 5, .groups = 1, .state = 3, .chunk = 64}, false},
      {{.batch = 1, .length = 131, .heads = 2, .head_dim = 64, .groups = 1, .state = 48, .chunk = 128}, true},
      {{.batch = 1, .length = 23, .heads = 2, .head_dim = 9, .groups = 1, .state = 20, .chunk = 1}, true},
      {{.batch = 1,
        .length = 49,
        .heads = 2,
        .head_dim = 31,
        .groups = 1,
        .state = 17,
        .chunk = 48,
        .dt_min = 0.08F,
        .dt_max = 0.2F},
       false},
  };
}

TEST(Ssd, AgreesWithTheRecurrenceAndItsGradientOnOddSizes) {
  for (const Isa isa : available_isas()) {
    for (const Case& test : odd_cases()) {
      SCOPED_TRACE(std::string(isa_name(isa)) + " chunk " + std::to_string(test.shape.chunk) + " head_dim " +
                   std::to_string(test.shape.head_dim));
      const SsdProblem p = make_problem(test.shape, test.documents);
      expect_matches(p, run_kernels(p, {.isa = isa}));
    }
  }
}

TEST(Ssd, StrongAndWeakDecayKeepTheirDigits) {
  for (const double a_log : {-6.0, 3.0, 6.0}) {
    SCOPED_TRACE(a_log);
    const SsdProblem p = make_problem(
        {.batch = 1, .length = 150, .heads = 2, .head_dim = 20, .groups = 1, .state = 16, .chunk = 64}, false, a_log);
    // Three roundings of dt times the exponent, up to e^-30, come on top.
    expect_matches(p, run_kernels(p, {.isa = active_isa()}), kUnits + 3 * 30);
  }
}

TEST(Ssd, BytesDoNotDependOnThreadsOrSavedStates) {
  const SsdProblem p = make_problem(
      {.batch = 2, .length = 150, .heads = 4, .head_dim = 24, .groups = 2, .state = 32, .chunk = 32}, true);
  ThreadPool pool(3);
  for (const Isa isa : available_isas()) {
    const KernelAnswer one = run_kernels(p, {.isa = isa});
    const KernelAnswer three = run_kernels(p, {.isa = isa, .executor = &pool, .save = false});
    EXPECT_EQ(one.y, three.y);
    EXPECT_EQ(one.final_state, three.final_state);
    EXPECT_EQ(one.dx, three.dx);
    EXPECT_EQ(one.db, three.db);
    EXPECT_EQ(one.dc, three.dc);
    EXPECT_EQ(one.ddt, three.ddt);
    EXPECT_EQ(one.da_log, three.da_log);
    EXPECT_EQ(one.ddt_bias, three.ddt_bias);
    EXPECT_EQ(one.dd, three.dd);
    EXPECT_EQ(one.d_initial_state, three.d_initial_state);
  }
}

TEST(Ssd, StepsGiveWhatTheChunksGive) {
  const SsdShape shape{.batch = 2, .length = 40, .heads = 4, .head_dim = 12, .groups = 2, .state = 19, .chunk = 16};
  const SsdProblem p = make_problem(shape, false);
  const SsdAnswer want = ssd_reference(p);
  const SsdAnswer size = magnitudes_of(p);
  const Floats x = to_floats(p.x), b = to_floats(p.b), c = to_floats(p.c), dt = to_floats(p.dt);
  const Floats a_log = to_floats(p.a_log), dt_bias = to_floats(p.dt_bias), d = to_floats(p.d);
  SerialExecutor serial;
  for (const Isa isa : available_isas()) {
    Floats state = to_floats(p.initial_state);
    Floats all(x.size());
    const int64_t width = shape.heads * shape.head_dim;
    Floats y(static_cast<size_t>(shape.batch * width));
    for (int64_t t = 0; t < shape.length; ++t) {
      SsdInputs in;
      in.x = x.data() + t * width;
      in.b = b.data() + t * shape.groups * shape.state;
      in.c = c.data() + t * shape.groups * shape.state;
      in.dt = dt.data() + t * shape.heads;
      in.x_stride = shape.length * width;
      in.b_stride = shape.length * shape.groups * shape.state;
      in.c_stride = in.b_stride;
      in.dt_stride = shape.length * shape.heads;
      in.a_log = a_log.data();
      in.dt_bias = dt_bias.data();
      in.d = d.data();
      ssd_step(serial, shape, in, state.data(), y.data(), isa);
      for (int64_t i = 0; i < shape.batch * width; ++i) {
        all[static_cast<size_t>((i / width * shape.length + t) * width + i % width)] = y[static_cast<size_t>(i)];
      }
    }
    expect_close(all, want.y, size.y, kUnits, "y");
    expect_close(state, want.final_state, size.final_state, kUnits, "state");
  }
}

TEST(Ssd, NanReachesTheRestOfItsDocumentAndNoLaterOne) {
  SsdShape shape{.batch = 1, .length = 96, .heads = 2, .head_dim = 8, .groups = 1, .state = 8, .chunk = 16};
  for (const Isa isa : available_isas()) {
    SsdProblem p = make_problem(shape, false);
    for (int64_t t = 0; t < shape.length; ++t) {
      p.seq_idx.push_back(t < 60 ? 0 : 1);
    }
    p.x[20 * 16] = std::nan("");
    const KernelAnswer got = run_kernels(p, {.isa = isa});
    for (size_t t = 0; t < 96; ++t) {
      const bool nan = std::isnan(got.y[t * 16]);
      if (t < 16 || t >= 64) {
        EXPECT_FALSE(nan) << t;
      } else if (t >= 20 && t < 60) {
        EXPECT_TRUE(nan) << t;
      }
    }
  }
}

}  // namespace
}  // namespace smelt::kernels
