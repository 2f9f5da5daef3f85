#include "tokens/split/word_scanner.h"

namespace smelt {
namespace {

WordScanner::Scan scan_for(SplitFamily family, Isa isa) {
#if defined(__x86_64__)
  if (isa >= Isa::kAvx2 && __builtin_cpu_supports("bmi2") != 0) {
    return word_scan_avx2(family);
  }
#endif
  return word_scan_generic(family);
}

}  // namespace

WordScanner::WordScanner(const SplitRule& rule, Isa isa) : scanner_(rule), scan_(scan_for(rule.family, isa)) {}

}  // namespace smelt
