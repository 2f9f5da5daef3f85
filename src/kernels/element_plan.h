// What the element-wise kernels and the loss of every instruction set provide. Internal.
#pragma once

#include <cstdint>

namespace smelt::kernels {

// AdamW's settings, folded into the constants of its inner loop.
struct AdamWFactors {
  float grad_scale;
  float beta1;
  float one_minus_beta1;
  float beta2;
  float one_minus_beta2;
  float keep;          // 1 - lr * weight_decay
  float rate;          // lr / (1 - beta1^step)
  float inverse_root;  // 1 / sqrt(1 - beta2^step)
  float eps;
};

struct ElementKernels {
  void (*squared_relu)(int64_t n, const float* x, float* y);
  void (*squared_relu_backward)(int64_t n, const float* x, const float* dy, float* dx);
  void (*adamw)(int64_t n, const AdamWFactors& factors, const float* grad, float* param, float* m, float* v);
  double (*squared_norm)(int64_t n, const float* x);
  float (*row_max)(int64_t n, const float* x);
  // Sum of exp(x - shift); the exponentials go to `out` where it is not null (it may be x).
  double (*sum_of_exps)(int64_t n, const float* x, float shift, float* out);
  void (*scale)(int64_t n, float by, float* x);
};

}  // namespace smelt::kernels
