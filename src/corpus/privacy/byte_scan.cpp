#include "corpus/privacy/byte_scan.h"

#include "base/byte_block.h"

namespace smelt {

ByteMasks scan_block(const char* bytes) {
  const ByteBlock block(bytes);
  ByteMasks masks;
  masks.at = block.equal('@');
  masks.colon = block.equal(':');
  masks.hyphen = block.equal('-');
  masks.digit = block.in_range('0', 10);
  masks.run = block.letters() | masks.digit | masks.hyphen | block.equal('_');
  return masks;
}

}  // namespace smelt
