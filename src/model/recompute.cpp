#include "model/recompute.h"

#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

namespace smelt {
namespace {

using Layer = std::function<at::Tensor(const at::Tensor&)>;

class RecomputeFunction : public torch::autograd::Function<RecomputeFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& input, const Layer* layer) {
    context->save_for_backward({input});
    context->saved_data["layer"] = reinterpret_cast<int64_t>(layer);
    const at::NoGradGuard no_grad;
    return (*layer)(input);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list grads) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): a context saves numbers, not pointers
    const auto* layer = reinterpret_cast<const Layer*>(context->saved_data["layer"].toInt());
    const at::AutoGradMode with_grad(true);
    const at::Tensor input = context->get_saved_variables()[0].detach().requires_grad_(true);
    const at::Tensor output = (*layer)(input);
    torch::autograd::backward({output}, {grads[0]});
    return {input.grad(), at::Tensor()};
  }
};

}  // namespace

at::Tensor recompute(const Layer& layer, const at::Tensor& input) {
  return RecomputeFunction::apply(input, &layer);
}

}  // namespace smelt
