#include "kernels/ssd.h"

#include <cmath>

#include "base/error.h"
#include "kernels/train_table.h"
#include "kernels/workspace.h"

namespace smelt::kernels {

namespace {

int64_t round_up_16(int64_t n) {
  return (n + 15) / 16 * 16;
}

int64_t or_dense(int64_t stride, int64_t dense) {
  return stride == 0 ? dense : stride;
}

float soft_plus(float x) {
  return x > 20.0F ? x : std::log1p(std::exp(x));
}

float time_step(const SsdShape& shape, const SsdInputs& in, int64_t h, float raw) {
  const float dt = soft_plus(raw + (in.dt_bias == nullptr ? 0.0F : in.dt_bias[h]));
  // Written so that NaN passes.
  return dt < shape.dt_min ? shape.dt_min : dt > shape.dt_max ? shape.dt_max : dt;
}

void check(const SsdShape& shape) {
  SMELT_CHECK(shape.batch >= 0 && shape.length >= 0 && shape.heads > 0 && shape.head_dim > 0 && shape.state > 0);
  SMELT_CHECK(shape.groups > 0 && shape.heads % shape.groups == 0);
  SMELT_CHECK(shape.chunk >= 1 && shape.chunk <= 512);
}

// The plan with the memory it points to.
struct Prepared {
  SsdPlan plan;
  Workspace<float> dt;
  Workspace<double> decay_sum;
  Workspace<int32_t> doc_first;
  Workspace<int32_t> doc_end;

  Prepared(const SsdShape& shape, const SsdInputs& in)
      : dt(shape.batch * shape.heads * shape.length),
        decay_sum(dt.size()),
        doc_first(in.seq_idx == nullptr ? 0 : shape.batch * shape.length),
        doc_end(doc_first.size()) {
    check(shape);
    plan.shape = shape;
    plan.in = in;
    plan.in.x_stride = or_dense(in.x_stride, shape.heads * shape.head_dim);
    plan.in.b_stride = or_dense(in.b_stride, shape.groups * shape.state);
    plan.in.c_stride = or_dense(in.c_stride, shape.groups * shape.state);
    plan.in.dt_stride = or_dense(in.dt_stride, shape.heads);
    plan.chunks = (shape.length + shape.chunk - 1) / shape.chunk;
    plan.q_pad = round_up_16(shape.chunk);
    plan.p_pad = round_up_16(shape.head_dim);
    plan.n_pad = round_up_16(shape.state);
    plan.dt = dt.data();
    plan.decay_sum = decay_sum.data();
    if (in.seq_idx != nullptr) {
      plan.doc_first = doc_first.data();
      plan.doc_end = doc_end.data();
    }
  }
};

void prepare_documents(Prepared& prepared, int64_t b, int64_t chunk) {
  const SsdPlan& plan = prepared.plan;
  const int64_t t0 = plan.begin(chunk);
  const int64_t at = b * plan.shape.length + t0;
  const int64_t tokens = plan.tokens(chunk);
  const int32_t* seq = plan.in.seq_idx + at;
  int32_t first = t0 > 0 && seq[0] != seq[-1] ? 0 : -1;
  for (int64_t l = 0; l < tokens; ++l) {
    if (l > 0 && seq[l] != seq[l - 1]) {
      first = static_cast<int32_t>(l);
    }
    prepared.doc_first[at + l] = first;
  }
  auto end = static_cast<int32_t>(tokens);
  for (int64_t l = tokens - 1; l >= 0; --l) {
    prepared.doc_end[at + l] = end;
    if (l > 0 && seq[l] != seq[l - 1]) {
      end = static_cast<int32_t>(l);
    }
  }
}

void prepare_chunk(Prepared& prepared, int64_t b, int64_t chunk) {
  const SsdPlan& plan = prepared.plan;
  const SsdShape& shape = plan.shape;
  for (int64_t h = 0; h < shape.heads; ++h) {
    const double a = -std::exp(static_cast<double>(plan.in.a_log[h]));
    double sum = 0;
    for (int64_t t = plan.begin(chunk); t < plan.begin(chunk) + plan.tokens(chunk); ++t) {
      const float dt = time_step(shape, plan.in, h, plan.in.dt[(b * shape.length + t) * plan.in.dt_stride + h]);
      sum += static_cast<double>(dt) * a;
      prepared.dt[(b * shape.heads + h) * shape.length + t] = dt;
      prepared.decay_sum[(b * shape.heads + h) * shape.length + t] = sum;
    }
  }
  if (plan.in.seq_idx != nullptr) {
    prepare_documents(prepared, b, chunk);
  }
}

void prepare(Executor& executor, Prepared& prepared) {
  const int64_t chunks = prepared.plan.chunks;
  executor.run(prepared.plan.shape.batch * chunks,
               [&](int64_t item) { prepare_chunk(prepared, item / chunks, item % chunks); });
}

void make_states(Executor& executor, const SsdPlan& plan, const SsdKernels& kernels, float* states,
                 float* final_state) {
  const SsdShape& shape = plan.shape;
  const int64_t per_sequence = plan.chunks * shape.heads;
  const int64_t scratch = kernels.forward_scratch(plan);
  for_each_with_scratch(executor, shape.batch * per_sequence, scratch, [&](int64_t item, float* area) {
    const int64_t rest = item % per_sequence;
    kernels.local_state(plan, item / per_sequence, rest / shape.heads, rest % shape.heads, states, area);
  });
  for_each_with_scratch(executor, shape.batch * shape.heads, scratch, [&](int64_t item, float* area) {
    kernels.scan_states(plan, item / shape.heads, item % shape.heads, states, final_state, area);
  });
}

void make_gradients(Executor& executor, const SsdPlan& plan, const SsdKernels& kernels, const SsdGradients& grad,
                    float* d_states) {
  const SsdShape& shape = plan.shape;
  const int64_t per_sequence = plan.chunks * shape.heads;
  const int64_t scratch = kernels.forward_scratch(plan);
  for_each_with_scratch(executor, shape.batch * per_sequence, scratch, [&](int64_t item, float* area) {
    const int64_t rest = item % per_sequence;
    kernels.local_gradient(plan, grad, item / per_sequence, rest / shape.heads, rest % shape.heads, d_states, area);
  });
  for_each_with_scratch(executor, shape.batch * shape.heads, scratch, [&](int64_t item, float* area) {
    kernels.scan_gradients(plan, grad, item / shape.heads, item % shape.heads, d_states, area);
  });
}

void reduce_partials(const SsdPlan& plan, const SsdGradients& grad, Workspace<SsdPartial>& partials) {
  const int64_t heads = plan.shape.heads;
  for (int64_t h = 0; h < heads; ++h) {
    SsdPartial sum;
    for (int64_t i = 0; i < plan.shape.batch * plan.chunks; ++i) {
      const SsdPartial& part = partials[i * heads + h];
      sum.da += part.da;
      sum.ddt_bias += part.ddt_bias;
      sum.dd += part.dd;
    }
    // dA / da_log = A.
    grad.da_log[h] = static_cast<float>(sum.da * -std::exp(static_cast<double>(plan.in.a_log[h])));
    if (grad.ddt_bias != nullptr) {
      grad.ddt_bias[h] = static_cast<float>(sum.ddt_bias);
    }
    if (grad.dd != nullptr) {
      grad.dd[h] = static_cast<float>(sum.dd);
    }
  }
}

}  // namespace

int64_t ssd_saved_floats(const SsdShape& shape) {
  const int64_t chunks = (shape.length + shape.chunk - 1) / shape.chunk;
  return shape.batch * chunks * shape.heads * shape.state * round_up_16(shape.head_dim);
}

void ssd_forward(Executor& executor, const SsdShape& shape, const SsdInputs& in, const SsdOutputs& out, Isa isa) {
  const SsdKernels& kernels = train_table(isa).ssd;
  Prepared prepared(shape, in);
  const SsdPlan& plan = prepared.plan;
  SsdOutputs to = out;
  to.y_stride = or_dense(out.y_stride, shape.heads * shape.head_dim);
  prepare(executor, prepared);
  Workspace<float> own(out.saved_states == nullptr ? ssd_saved_floats(shape) : 0);
  float* states = out.saved_states == nullptr ? own.data() : out.saved_states;
  make_states(executor, plan, kernels, states, out.final_state);
  const int64_t per_sequence = plan.chunks * shape.groups;
  for_each_with_scratch(
      executor, shape.batch * per_sequence, kernels.forward_scratch(plan), [&](int64_t item, float* area) {
        const int64_t rest = item % per_sequence;
        kernels.forward_chunk(plan, to, states, item / per_sequence, rest / shape.groups, rest % shape.groups, area);
      });
}

void ssd_backward(Executor& executor, const SsdShape& shape, const SsdInputs& in, const SsdGradients& grad, Isa isa) {
  const SsdKernels& kernels = train_table(isa).ssd;
  Prepared prepared(shape, in);
  const SsdPlan& plan = prepared.plan;
  SsdGradients to = grad;
  to.dy_stride = or_dense(grad.dy_stride, shape.heads * shape.head_dim);
  to.dx_stride = or_dense(grad.dx_stride, shape.heads * shape.head_dim);
  to.db_stride = or_dense(grad.db_stride, shape.groups * shape.state);
  to.dc_stride = or_dense(grad.dc_stride, shape.groups * shape.state);
  to.ddt_stride = or_dense(grad.ddt_stride, shape.heads);
  prepare(executor, prepared);
  Workspace<float> own(grad.saved_states == nullptr ? ssd_saved_floats(shape) : 0);
  const float* states = grad.saved_states;
  if (states == nullptr) {
    make_states(executor, plan, kernels, own.data(), nullptr);
    states = own.data();
  }
  Workspace<float> d_states(ssd_saved_floats(shape));
  make_gradients(executor, plan, kernels, to, d_states.data());
  Workspace<SsdPartial> partials(shape.batch * plan.chunks * shape.heads);
  const int64_t per_sequence = plan.chunks * shape.groups;
  for_each_with_scratch(executor, shape.batch * per_sequence, kernels.backward_scratch(plan),
                        [&](int64_t item, float* area) {
                          const int64_t rest = item % per_sequence;
                          kernels.backward_chunk(plan, to, states, d_states.data(), item / per_sequence,
                                                 rest / shape.groups, rest % shape.groups, partials.data(), area);
                        });
  reduce_partials(plan, to, partials);
}

void ssd_step(Executor& executor, const SsdShape& shape, const SsdInputs& in, float* state, float* y, Isa isa) {
  check(shape);
  const SsdKernels& kernels = train_table(isa).ssd;
  SsdInputs rows = in;
  rows.x_stride = or_dense(in.x_stride, shape.heads * shape.head_dim);
  rows.b_stride = or_dense(in.b_stride, shape.groups * shape.state);
  rows.c_stride = or_dense(in.c_stride, shape.groups * shape.state);
  rows.dt_stride = or_dense(in.dt_stride, shape.heads);
  executor.run(shape.batch * shape.heads, [&](int64_t item) {
    const int64_t b = item / shape.heads;
    const int64_t h = item % shape.heads;
    const float dt = time_step(shape, in, h, rows.dt[b * rows.dt_stride + h]);
    const float decay = std::exp(-std::exp(in.a_log[h]) * dt);
    kernels.step(shape, rows, b, h, dt, decay, state + item * shape.head_dim * shape.state, y + item * shape.head_dim);
  });
}

double ssd_forward_flops(const SsdShape& shape) {
  const auto tokens = static_cast<double>(shape.batch * shape.length);
  const auto q = static_cast<double>(shape.chunk);
  const auto p = static_cast<double>(shape.head_dim);
  const auto n = static_cast<double>(shape.state);
  return tokens * (static_cast<double>(shape.heads) * (4 * p * n + q * p) + static_cast<double>(shape.groups) * q * n);
}

double ssd_backward_flops(const SsdShape& shape) {
  const auto tokens = static_cast<double>(shape.batch * shape.length);
  const auto q = static_cast<double>(shape.chunk);
  const auto p = static_cast<double>(shape.head_dim);
  const auto n = static_cast<double>(shape.state);
  return tokens *
         (static_cast<double>(shape.heads) * (8 * p * n + 2 * q * p) + static_cast<double>(shape.groups) * 3 * q * n);
}

}  // namespace smelt::kernels
