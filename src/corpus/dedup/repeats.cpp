#include "corpus/dedup/repeats.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/error.h"
#include "base/rng.h"

namespace smelt {

namespace {

constexpr uint64_t kPrime = (uint64_t{1} << 61) - 1;
constexpr uint64_t kMinBase = uint64_t{1} << 33;  // above all symbols
constexpr uint64_t kMaxBase = uint64_t{1} << 60;
constexpr int kShiftBits = 4;  // of a window's position, for how it shrinks

// a b + c modulo the prime, but for two multiples of it: below 2^62 + 8 where a is, b is below 2^60 and c below 2^62.
// What is left to subtract is not on the way from one symbol to the next.
uint64_t multiply_add(uint64_t a, uint64_t b, uint64_t c) {
  const auto product = static_cast<unsigned __int128>(a) * b + c;
  return (static_cast<uint64_t>(product) & kPrime) + static_cast<uint64_t>(product >> 61);
}

uint64_t reduce(uint64_t a) {
  a = (a & kPrime) + (a >> 61);
  return a >= kPrime ? a - kPrime : a;
}

uint64_t power(uint64_t base, uint64_t exponent) {
  uint64_t out = 1;
  for (; exponent > 0; --exponent) {
    out = multiply_add(out, base, 0);
  }
  return reduce(out);
}

// The order in which anchors are chosen must not follow the text, as polynomials of small symbols do.
uint64_t scramble(uint64_t hash) {
  hash = (hash ^ (hash >> 32)) * 0xD6E8FEB86659FD93u;
  return hash ^ (hash >> 32);
}

// The hash of the last `length` symbols that were put in. Symbols count from 1, so that leading ones matter.
template <class Symbol>
class RollingHash {
 public:
  RollingHash(uint64_t base, size_t length) : base_(base), leaving_power_(power(base, length)) {
    if constexpr (sizeof(Symbol) == 1) {
      for (uint64_t out = 0; out < 256; ++out) {
        leaving_[out] = times_leaving_power(out);
      }
    }
  }
  void put(uint64_t in) { hash_ = multiply_add(hash_, base_, in + 1); }
  void put(uint64_t in, Symbol out) {
    if constexpr (sizeof(Symbol) == 1) {
      hash_ = multiply_add(hash_, base_, in + 1 + leaving_[out]);
    } else {
      hash_ = multiply_add(hash_, base_, in + 1 + times_leaving_power(out));
    }
  }
  uint64_t value() const { return reduce(hash_); }

 private:
  // What takes a symbol out again.
  uint64_t times_leaving_power(uint64_t out) const {
    const auto product = static_cast<unsigned __int128>(leaving_power_) * (out + 1);
    return kPrime - reduce((static_cast<uint64_t>(product) & kPrime) + static_cast<uint64_t>(product >> 61));
  }

  uint64_t base_;
  uint64_t leaving_power_;
  std::array<uint64_t, 256> leaving_;  // of bytes
  uint64_t hash_ = 0;
};

// How many symbols a range must shrink to have whole characters.
template <class Symbol>
uint64_t shrink_at_begin(std::span<const Symbol> text, size_t begin) {
  uint64_t shift = 0;
  if constexpr (sizeof(Symbol) == 1) {
    while (shift < 3 && begin + shift < text.size() && (text[begin + shift] & 0xC0) == 0x80) {
      ++shift;
    }
  }
  return shift;
}

template <class Symbol>
uint64_t shrink_at_end(std::span<const Symbol> text, size_t end) {
  uint64_t shift = 0;
  if constexpr (sizeof(Symbol) == 1) {
    while (shift < 3 && end < text.size() && (text[end - shift] & 0xC0) == 0x80) {
      ++shift;
    }
  }
  return shift;
}

}  // namespace

void RangeList::add(const TextRange& range) {
  if (any_ && range.begin <= open_.end) {
    open_.end = std::max(open_.end, range.end);
    return;
  }
  if (any_ && open_.begin < open_.end) {
    list_.push_back(open_);
  }
  open_ = range;
  any_ = true;
}

void RangeList::finish() {
  if (any_ && open_.begin < open_.end) {
    list_.push_back(open_);
  }
  list_.finish();
}

std::span<const TextRange> RangeList::within(uint64_t begin, uint64_t end) const {
  const std::span<const TextRange> ranges = list_.values();
  const auto before = [](const TextRange& range, uint64_t position) { return range.begin < position; };
  const auto first = std::lower_bound(ranges.begin(), ranges.end(), begin, before);
  const auto last = std::lower_bound(first, ranges.end(), end, before);
  return ranges.subspan(static_cast<size_t>(first - ranges.begin()), static_cast<size_t>(last - first));
}

template <class Symbol>
RepeatFinder<Symbol>::RepeatFinder(int64_t min_length, uint64_t seed, const ScratchSpace& space)
    : length_(static_cast<uint64_t>(min_length)),
      gram_((length_ + 1) / 2),
      base_(Rng(seed, "corpus/repeats").below(kMaxBase - kMinBase) + kMinBase),
      space_(space),
      anchors_(space.share(2)),
      windows_(space.share(2)),
      repeated_(space.share(4)) {
  SMELT_CHECK(min_length >= 2);
}

// Calls each(first symbol, hash of the window, position of the anchor, hash of the anchor) for every window.
template <class Symbol>
template <class Each>
void RepeatFinder<Symbol>::for_each_window(std::span<const Symbol> text, bool with_hash, Each each) const {
  if (text.size() < length_) {
    return;
  }
  const size_t grams = length_ - gram_ + 1;  // in a window
  std::vector<uint64_t> ring(grams);         // hashes of the last grams, by position modulo `grams`
  RollingHash<Symbol> gram(base_, gram_);
  RollingHash<Symbol> window(base_, length_);
  size_t anchor = 0;
  uint64_t lowest = 0;
  size_t slot = 0;  // of the gram that comes
  for (size_t i = 0; i < text.size(); ++i) {
    if (i < gram_) {
      gram.put(text[i]);
    } else {
      gram.put(text[i], text[i - gram_]);
    }
    if (with_hash) {
      if (i < length_) {
        window.put(text[i]);
      } else {
        window.put(text[i], text[i - length_]);
      }
    }
    if (i + 1 < gram_) {
      continue;
    }
    const size_t position = i + 1 - gram_;
    const uint64_t hash = scramble(gram.value());
    ring[slot] = hash;
    slot = slot + 1 == grams ? 0 : slot + 1;
    if (position == 0 || hash < lowest) {
      anchor = position;
      lowest = hash;
    } else if (position - anchor == grams) {  // the anchor left: the last of the lowest takes its place
      lowest = hash;
      anchor = position;
      for (size_t back = 1, at = slot == 0 ? grams - 1 : slot - 1; back < grams; ++back) {
        at = at == 0 ? grams - 1 : at - 1;
        if (ring[at] < lowest) {
          lowest = ring[at];
          anchor = position - back;
        }
      }
    }
    if (i + 1 >= length_) {
      each(i + 1 - length_, window.value(), anchor, lowest);
    }
  }
}

template <class Symbol>
void RepeatFinder<Symbol>::scan(uint64_t start, std::span<const Symbol> text) {
  SorterFeed feed(anchors_);
  size_t last = text.size();
  for_each_window(text, false, [&](size_t, uint64_t, size_t anchor, uint64_t hash) {
    if (anchor != last) {
      feed.add({hash, start + anchor});
      last = anchor;
    }
  });
  feed.flush();
}

template <class Symbol>
void RepeatFinder<Symbol>::select() {
  ExternalSorter<uint64_t> positions(space_.share(4));
  SorterFeed feed(positions);
  Anchor last{};
  bool any = false;
  bool noted = false;  // `last` is a repeated one already
  anchors_.drain([&](const Anchor& anchor) {
    const bool repeats = any && anchor.hash == last.hash;
    if (repeats && !noted) {
      feed.add(last.position);
    }
    if (repeats) {
      feed.add(anchor.position);
    }
    noted = repeats;
    last = anchor;
    any = true;
  });
  feed.flush();
  positions.drain([&](uint64_t position) { repeated_.push_back(position); });
  repeated_.finish();
}

template <class Symbol>
void RepeatFinder<Symbol>::collect(uint64_t start, std::span<const Symbol> text) {
  const std::span<const uint64_t> repeated = repeated_.values();
  const auto first = std::lower_bound(repeated.begin(), repeated.end(), start);
  const auto last = std::lower_bound(first, repeated.end(), start + text.size());
  if (first == last) {
    return;
  }
  SorterFeed feed(windows_);
  auto next = first;
  for_each_window(text, true, [&](size_t begin, uint64_t hash, size_t anchor, uint64_t anchor_hash) {
    while (next != last && *next < start + anchor) {
      ++next;
    }
    if (next == last || *next != start + anchor) {
      return;
    }
    const uint64_t shrink = shrink_at_begin(text, begin) << 2 | shrink_at_end(text, begin + length_);
    feed.add({anchor_hash, hash, (start + begin) << kShiftBits | shrink});
  });
  feed.flush();
}

template <class Symbol>
RangeList RepeatFinder<Symbol>::ranges() {
  repeated_ = ScratchList<uint64_t>(space_.share(4));
  ExternalSorter<uint64_t> positions(space_.share(4));
  SorterFeed feed(positions);
  Window first{};
  bool any = false;
  windows_.drain([&](const Window& window) {
    if (!any || window.anchor != first.anchor || window.hash != first.hash) {
      first = window;
      any = true;
    } else if ((window.position >> kShiftBits) >= (first.position >> kShiftBits) + length_) {
      feed.add(window.position);
    }
  });
  feed.flush();
  RangeList out(space_.share(4));
  positions.drain([&](uint64_t packed) {
    const uint64_t begin = packed >> kShiftBits;
    out.add({begin + ((packed >> 2) & 3), begin + length_ - (packed & 3)});
  });
  out.finish();
  return out;
}

template class RepeatFinder<uint8_t>;
template class RepeatFinder<uint16_t>;
template class RepeatFinder<uint32_t>;

}  // namespace smelt
