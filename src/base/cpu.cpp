#include "base/cpu.h"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "base/threads.h"

namespace smelt {
namespace {

constexpr std::array<const char*, 6> kIsaNames = {"generic", "avx2", "avx512", "avx512vnni", "avx512bf16", "amx"};

bool bit(uint32_t word, int index) {
  return ((word >> index) & 1U) != 0;
}

uint64_t read_xcr0() {
  uint32_t low = 0;
  uint32_t high = 0;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (static_cast<uint64_t>(high) << 32) | low;
}

// Linux grants the 8 KiB of tile registers on request (arch_prctl ARCH_REQ_XCOMP_PERM, state component 18).
bool request_amx() {
  constexpr long kRequestPermission = 0x1023;
  constexpr long kTileData = 18;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

std::string brand() {
  std::array<uint32_t, 12> words{};
  if (__get_cpuid_max(0x80000000, nullptr) < 0x80000004) {
    return "unknown";
  }
  for (uint32_t i = 0; i < 3; ++i) {
    __get_cpuid(0x80000002 + i, &words[4 * i], &words[4 * i + 1], &words[4 * i + 2], &words[4 * i + 3]);
  }
  std::array<char, 49> text{};
  std::memcpy(text.data(), words.data(), 48);
  return std::string(trim(text.data()));
}

CpuInfo detect() {
  CpuInfo info;
  info.model = brand();
  info.threads = available_threads();
  uint32_t a = 0;
  uint32_t b = 0;
  uint32_t c = 0;
  uint32_t d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || !bit(c, 27)) {
    return info;
  }
  const bool fma = bit(c, 12);
  const bool f16c = bit(c, 29);
  const uint64_t xcr0 = read_xcr0();
  const bool ymm = (xcr0 & 0x6) == 0x6;
  const bool zmm = (xcr0 & 0xE6) == 0xE6;
  const bool tiles = (xcr0 & 0x60000) == 0x60000;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) {
    return info;
  }
  info.avx2 = ymm && fma && f16c && bit(b, 5);
  info.avx512 = info.avx2 && zmm && bit(b, 16) && bit(b, 17) && bit(b, 30) && bit(b, 31);
  info.vnni = info.avx512 && bit(c, 11);
  const bool amx_flags = tiles && bit(d, 22) && bit(d, 24) && bit(d, 25);
  uint32_t a1 = 0;
  if (__get_cpuid_count(7, 1, &a1, &b, &c, &d) != 0) {
    info.bf16 = info.vnni && bit(a1, 5);
  }
  if (amx_flags) {
    uint32_t palette = 0;
    info.amx_leaf_hidden = __get_cpuid_count(0x1D, 0, &palette, &b, &c, &d) == 0 || palette == 0;
    info.amx = info.bf16 && request_amx();
  }
  return info;
}

Isa best_isa() {
  const CpuInfo& info = cpu_info();
  if (info.amx) {
    return Isa::kAmx;
  }
  if (info.bf16) {
    return Isa::kAvx512Bf16;
  }
  if (info.vnni) {
    return Isa::kAvx512Vnni;
  }
  if (info.avx512) {
    return Isa::kAvx512;
  }
  return info.avx2 ? Isa::kAvx2 : Isa::kGeneric;
}

Isa choose_isa() {
  const char* forced = std::getenv("SMELT_ISA");
  if (forced == nullptr || *forced == '\0') {
    return best_isa();
  }
  for (size_t i = 0; i < kIsaNames.size(); ++i) {
    if (std::strcmp(forced, kIsaNames[i]) == 0) {
      const Isa isa = static_cast<Isa>(i);
      if (isa > best_isa()) {
        throw usage_error(std::string("this machine has no ") + forced, "SMELT_ISA",
                          std::string("its best is ") + isa_name(best_isa()));
      }
      return isa;
    }
  }
  throw usage_error(std::string("unknown instruction set '") + forced + "'", "SMELT_ISA",
                    "use one of generic, avx2, avx512, avx512vnni, avx512bf16, amx");
}

}  // namespace

const char* isa_name(Isa isa) {
  return kIsaNames[static_cast<size_t>(isa)];
}

const CpuInfo& cpu_info() {
  static const CpuInfo info = detect();
  return info;
}

Isa active_isa() {
  static const Isa isa = choose_isa();
  return isa;
}

std::vector<Isa> available_isas() {
  std::vector<Isa> out;
  for (int i = 0; i <= static_cast<int>(best_isa()); ++i) {
    out.push_back(static_cast<Isa>(i));
  }
  return out;
}

}  // namespace smelt
