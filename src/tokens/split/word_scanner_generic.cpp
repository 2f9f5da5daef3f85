#include "tokens/split/word_scanner_kernel.h"

namespace smelt {

WordScanner::Scan word_scan_generic(SplitFamily family) {
  switch (family) {
    case SplitFamily::kGpt2:
      return scan_words<SplitFamily::kGpt2>;
    case SplitFamily::kCl100k:
      return scan_words<SplitFamily::kCl100k>;
    case SplitFamily::kTekken:
      break;
  }
  return scan_words<SplitFamily::kTekken>;
}

}  // namespace smelt
