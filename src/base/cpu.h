// Which instruction sets this machine grants, and which one kernels are to use.
#pragma once

#include <string>
#include <vector>

namespace smelt {

// A ladder: each level implies the ones below it.
enum class Isa { kGeneric, kAvx2, kAvx512, kAvx512Vnni, kAvx512Bf16, kAmx };

const char* isa_name(Isa isa);  // generic, avx2, avx512, avx512vnni, avx512bf16, amx

struct CpuInfo {
  std::string model;
  int threads = 1;
  bool avx2 = false;    // AVX2, FMA and F16C
  bool avx512 = false;  // F, BW, DQ, VL
  bool vnni = false;    // AVX512-VNNI
  bool bf16 = false;    // AVX512-BF16
  bool amx = false;     // AMX-TILE, INT8 and BF16, and the kernel grants the tile state to this process
  bool amx_leaf_hidden =
      false;  // the flags are set but CPUID leaf 0x1D reads zero (some hypervisors): libraries must be told
};

const CpuInfo& cpu_info();

// The best level of this machine, or what SMELT_ISA says. A level that the machine lacks, or an unknown word, is a
// UserError(kUsage).
Isa active_isa();
std::vector<Isa> available_isas();  // from generic up to the best

}  // namespace smelt
