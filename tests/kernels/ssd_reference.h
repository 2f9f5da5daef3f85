// The SSD recurrence in double precision, token by token, and its gradient by the reverse recursion: what the kernels
// are held against.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/kernel_test_util.h"
#include "kernels/ssd.h"

namespace smelt::kernels {

struct SsdProblem {
  SsdShape shape;
  Doubles x, b, c, dt, a_log, dt_bias, d, initial_state;
  std::vector<int32_t> seq_idx;
  Doubles dy, d_final_state;
};

struct SsdAnswer {
  Doubles y, final_state;
  Doubles dx, db, dc, ddt, da_log, ddt_bias, dd, d_initial_state;
};

struct ReferenceStep {
  double dt;
  double slope;  // d dt / d raw
  double decay;
  bool reset;
};

inline ReferenceStep reference_step(const SsdProblem& p, int64_t b, int64_t t, int64_t h) {
  const SsdShape& s = p.shape;
  const auto row = static_cast<size_t>(b * s.length + t);
  const double raw =
      p.dt[row * static_cast<size_t>(s.heads) + static_cast<size_t>(h)] + p.dt_bias[static_cast<size_t>(h)];
  const double soft = raw > 0 ? raw + std::log1p(std::exp(-raw)) : std::log1p(std::exp(raw));
  const double low = s.dt_min;
  const double high = s.dt_max;
  ReferenceStep step{};
  step.dt = std::min(std::max(soft, low), high);
  step.slope = soft > low && soft < high ? 1.0 / (1.0 + std::exp(-raw)) : 0.0;
  step.decay = std::exp(-std::exp(p.a_log[static_cast<size_t>(h)]) * step.dt);
  step.reset = !p.seq_idx.empty() && t > 0 && p.seq_idx[row] != p.seq_idx[row - 1];
  return step;
}

// Forward and, where p.dy is set, backward. With `magnitudes` (and inputs without signs) every sum is of absolute
// values: what rounding errors are measured by.
inline SsdAnswer ssd_reference(const SsdProblem& p, bool magnitudes = false) {
  const SsdShape& s = p.shape;
  const int64_t P = s.head_dim;
  const int64_t N = s.state;
  const auto at = [](int64_t i) { return static_cast<size_t>(i); };
  SsdAnswer r;
  r.y.assign(p.x.size(), 0.0);
  r.final_state.assign(at(s.batch * s.heads * P * N), 0.0);
  const bool backward = !p.dy.empty();
  if (backward) {
    r.dx.assign(p.x.size(), 0.0);
    r.db.assign(p.b.size(), 0.0);
    r.dc.assign(p.c.size(), 0.0);
    r.ddt.assign(p.dt.size(), 0.0);
    r.da_log.assign(p.a_log.size(), 0.0);
    r.ddt_bias.assign(p.dt_bias.size(), 0.0);
    r.dd.assign(p.d.size(), 0.0);
    r.d_initial_state.assign(r.final_state.size(), 0.0);
  }
  for (int64_t b = 0; b < s.batch; ++b) {
    for (int64_t h = 0; h < s.heads; ++h) {
      const int64_t g = h / (s.heads / s.groups);
      const auto xi = [&](int64_t t, int64_t i) { return at(((b * s.length + t) * s.heads + h) * P + i); };
      const auto bi = [&](int64_t t, int64_t n) { return at(((b * s.length + t) * s.groups + g) * N + n); };
      const auto di = [&](int64_t t) { return at((b * s.length + t) * s.heads + h); };
      std::vector<Doubles> states(at(s.length + 1), Doubles(at(P * N), 0.0));
      const int64_t state_at = (b * s.heads + h) * P * N;
      for (int64_t i = 0; i < P * N && !p.initial_state.empty(); ++i) {
        states[0][at(i)] = p.initial_state[at(state_at + i)];
      }
      for (int64_t t = 0; t < s.length; ++t) {
        const ReferenceStep step = reference_step(p, b, t, h);
        for (int64_t i = 0; i < P; ++i) {
          double sum = p.d[at(h)] * p.x[xi(t, i)];
          for (int64_t n = 0; n < N; ++n) {
            const double before = step.reset ? 0.0 : states[at(t)][at(i * N + n)] * step.decay;
            const double now = before + step.dt * p.x[xi(t, i)] * p.b[bi(t, n)];
            states[at(t + 1)][at(i * N + n)] = now;
            sum += now * p.c[bi(t, n)];
          }
          r.y[xi(t, i)] = sum;
        }
      }
      for (int64_t i = 0; i < P * N; ++i) {
        r.final_state[at(state_at + i)] = states[at(s.length)][at(i)];
      }
      if (!backward) {
        continue;
      }
      Doubles ds(at(P * N), 0.0);
      for (int64_t i = 0; i < P * N && !p.d_final_state.empty(); ++i) {
        ds[at(i)] = p.d_final_state[at(state_at + i)];
      }
      const double a = (magnitudes ? 1.0 : -1.0) * std::exp(p.a_log[at(h)]);
      for (int64_t t = s.length - 1; t >= 0; --t) {
        const ReferenceStep step = reference_step(p, b, t, h);
        double ddt = 0;
        double dlog_decay = 0;
        for (int64_t i = 0; i < P; ++i) {
          const double dy = p.dy[xi(t, i)];
          const double x = p.x[xi(t, i)];
          double dx = p.d[at(h)] * dy;
          r.dd[at(h)] += dy * x;
          for (int64_t n = 0; n < N; ++n) {
            double& grad = ds[at(i * N + n)];
            grad += dy * p.c[bi(t, n)];
            r.dc[bi(t, n)] += dy * states[at(t + 1)][at(i * N + n)];
            dx += grad * step.dt * p.b[bi(t, n)];
            r.db[bi(t, n)] += grad * step.dt * x;
            ddt += grad * x * p.b[bi(t, n)];
            dlog_decay += step.reset ? 0.0 : grad * step.decay * states[at(t)][at(i * N + n)];
            grad *= step.reset ? 0.0 : step.decay;
          }
          r.dx[xi(t, i)] = dx;
        }
        ddt += dlog_decay * a;
        r.da_log[at(h)] += dlog_decay * step.dt * a;
        r.ddt[di(t)] = ddt * step.slope;
        r.ddt_bias[at(h)] += ddt * step.slope;
      }
      for (int64_t i = 0; i < P * N; ++i) {
        r.d_initial_state[at(state_at + i)] = ds[at(i)];
      }
    }
  }
  return r;
}

}  // namespace smelt::kernels
