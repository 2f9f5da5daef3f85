// The training kernels of each instruction set as tables of functions. Internal.
#pragma once

#include "base/cpu.h"
#include "kernels/conv_plan.h"
#include "kernels/element_plan.h"
#include "kernels/norm_plan.h"
#include "kernels/probe_plan.h"
#include "kernels/ssd_plan.h"

namespace smelt::kernels {

struct TrainTable {
  SsdKernels ssd;
  ConvKernels conv;
  NormKernels norm;
  ElementKernels element;
  ProbeKernels probe;
};

const TrainTable& train_table_generic();
const TrainTable& train_table_avx2();
const TrainTable& train_table_avx512();

// The table for `isa`; levels above AVX-512 add nothing to fp32 kernels.
const TrainTable& train_table(Isa isa);

}  // namespace smelt::kernels
