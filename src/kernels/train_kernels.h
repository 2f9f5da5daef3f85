// All training kernels, gathered for the files that compile them for one instruction set. Internal.
#pragma once

#include "kernels/conv_kernel.h"
#include "kernels/element_kernel.h"
#include "kernels/norm_kernel.h"
#include "kernels/probe_kernel.h"
#include "kernels/ssd_backward_kernel.h"
#include "kernels/ssd_forward_kernel.h"
#include "kernels/train_table.h"

namespace smelt::kernels {
namespace SMELT_SIMD {

static constexpr TrainTable kTrainTable = {
    .ssd = {.forward_scratch = ssd_forward_scratch,
            .backward_scratch = ssd_backward_scratch,
            .local_state = ssd_local_state,
            .scan_states = ssd_scan_states,
            .forward_chunk = ssd_forward_chunk,
            .local_gradient = ssd_local_gradient,
            .scan_gradients = ssd_scan_gradients,
            .backward_chunk = ssd_backward_chunk,
            .step = ssd_step_head},
    .conv = {.forward = conv_forward, .backward = conv_backward},
    .norm = {.rms_norm_row = rms_norm_row,
             .rms_norm_row_backward = rms_norm_row_backward,
             .gated_norm_group = gated_norm_group,
             .gated_norm_group_backward = gated_norm_group_backward},
    .element = {.squared_relu = squared_relu,
                .squared_relu_backward = squared_relu_backward,
                .adamw = adamw,
                .squared_norm = squared_norm,
                .row_max = row_max,
                .sum_of_exps = sum_of_exps,
                .scale = scale_all},
    .probe = {.fma_peak = probe_fma_peak, .bf16_emulated = probe_bf16_emulated, .read = probe_read, .gemm = probe_gemm},
};

}  // namespace SMELT_SIMD
}  // namespace smelt::kernels
