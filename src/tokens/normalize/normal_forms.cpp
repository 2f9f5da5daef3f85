#include "tokens/normalize/normal_forms.h"

#include <algorithm>
#include <unordered_map>

#include <utf8proc.h>

#include "tokens/unicode/properties.h"

namespace smelt {
namespace {

// Hangul syllables are composed by arithmetic (Unicode 3.12).
constexpr uint32_t kHangulBase = 0xAC00;
constexpr uint32_t kLeadBase = 0x1100;
constexpr uint32_t kVowelBase = 0x1161;
constexpr uint32_t kTailBase = 0x11A7;
constexpr uint32_t kLeads = 19;
constexpr uint32_t kVowels = 21;
constexpr uint32_t kTails = 28;
constexpr int kLongest = 32;  // above the longest decomposition, 18

uint8_t combining_class(uint32_t c) {
  return UnicodeProperties::get().is(c, kUnicodeReordered)
             ? static_cast<uint8_t>(utf8proc_get_property(static_cast<utf8proc_int32_t>(c))->combining_class)
             : 0;
}

int decompose(uint32_t c, bool compatible, int32_t (&out)[kLongest]) {
  if (c < 0x80 || !UnicodeProperties::get().is(c, kUnicodeDecomposed)) {
    out[0] = static_cast<int32_t>(c);
    return 1;
  }
  const int options = UTF8PROC_DECOMPOSE | (compatible ? UTF8PROC_COMPAT : 0);
  int last_boundclass = 0;
  const auto n = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), out, kLongest,
                                         static_cast<utf8proc_option_t>(options), &last_boundclass);
  if (n < 1 || n > kLongest) {
    out[0] = static_cast<int32_t>(c);
    return 1;
  }
  return static_cast<int>(n);
}

// Primary composites by their pair.
class Compositions {
 public:
  static const Compositions& get() {
    static const Compositions compositions;
    return compositions;
  }
  uint32_t find(uint32_t a, uint32_t b) const {  // 0: none
    if (a >= kLeadBase && a < kLeadBase + kLeads && b >= kVowelBase && b < kVowelBase + kVowels) {
      return kHangulBase + ((a - kLeadBase) * kVowels + (b - kVowelBase)) * kTails;
    }
    if (a >= kHangulBase && a < kHangulBase + kLeads * kVowels * kTails && (a - kHangulBase) % kTails == 0 &&
        b > kTailBase && b < kTailBase + kTails) {
      return a + (b - kTailBase);
    }
    const auto it = pairs_.find(static_cast<uint64_t>(a) << 32 | b);
    return it == pairs_.end() ? 0 : it->second;
  }

 private:
  Compositions() {
    const UnicodeProperties& properties = UnicodeProperties::get();
    for (uint32_t c = 0xC0; c < 0x30000; ++c) {
      if (properties.is(c, kUnicodeDecomposed) && (c < kHangulBase || c >= 0xD7A4)) {
        add(c);
      }
    }
  }
  void add(uint32_t c) {
    int32_t parts[kLongest];
    const int n = decompose(c, false, parts);
    if (n < 2) {
      return;
    }
    constexpr auto kCompose = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    const int32_t last = parts[n - 1];
    if (utf8proc_normalize_utf32(parts, n - 1, kCompose) != 1) {
      return;
    }
    int32_t pair[kLongest] = {parts[0], last};
    if (utf8proc_normalize_utf32(pair, 2, kCompose) == 1 && pair[0] == static_cast<int32_t>(c)) {
      pairs_[static_cast<uint64_t>(parts[0]) << 32 | static_cast<uint32_t>(last)] = c;
    }
  }
  std::unordered_map<uint64_t, uint32_t> pairs_;
};

struct Decomposed {
  uint32_t code_point;
  int change;
  uint8_t combining;
};

// The canonical or compatibility decomposition in canonical order. A character moved by the ordering keeps its change:
// 0 for the first of a decomposition, 1 for the others.
std::vector<Decomposed> decompose_all(std::string_view text, bool compatible) {
  std::vector<Decomposed> out;
  out.reserve(text.size());
  size_t pending = 0;  // from here characters wait to be sorted
  const auto sort_pending = [&] {
    if (out.size() - pending > 1) {
      std::stable_sort(out.begin() + static_cast<std::ptrdiff_t>(pending), out.end(),
                       [](const Decomposed& a, const Decomposed& b) { return a.combining < b.combining; });
    }
    pending = out.size();
  };
  for (size_t at = 0; at < text.size();) {
    const Character c = character_at(text, at);
    at += c.length;
    int32_t parts[kLongest];
    const int n = decompose(c.code_point, compatible, parts);
    for (int i = 0; i < n; ++i) {
      const auto code_point = static_cast<uint32_t>(parts[i]);
      const uint8_t combining = combining_class(code_point);
      if (combining == 0) {
        sort_pending();
      }
      out.push_back({code_point, i > 0 ? 1 : 0, combining});
      if (combining == 0) {
        pending = out.size() - 1;
      }
    }
  }
  sort_pending();
  return out;
}

// Composition: a starter takes what follows it unless something of the same or a higher class stands between.
void compose_all(const std::vector<Decomposed>& in, std::vector<ChangedCharacter>& out) {
  const Compositions& compositions = Compositions::get();
  size_t starter = SIZE_MAX;  // index in out
  int last_class = -1;        // of what stands between, -1: nothing
  for (const Decomposed& c : in) {
    if (starter == SIZE_MAX) {
      if (c.combining == 0) {
        starter = out.size();
      }
      out.push_back({c.code_point, c.change});
      continue;
    }
    const bool blocked = last_class >= 0 && last_class >= c.combining;
    const uint32_t composed = blocked ? 0 : compositions.find(out[starter].code_point, c.code_point);
    if (composed != 0) {
      out[starter].code_point = composed;
      out[starter].change += c.change - 1;
      continue;
    }
    if (c.combining == 0) {
      starter = out.size();
      last_class = -1;
    } else {
      last_class = c.combining;
    }
    out.push_back({c.code_point, c.change});
  }
}

}  // namespace

void normal_form(NormalForm form, std::string_view text, std::vector<ChangedCharacter>& out) {
  const bool compatible = form == NormalForm::kNfkc || form == NormalForm::kNfkd;
  const std::vector<Decomposed> decomposed = decompose_all(text, compatible);
  out.reserve(out.size() + decomposed.size());
  if (form == NormalForm::kNfc || form == NormalForm::kNfkc) {
    compose_all(decomposed, out);
    return;
  }
  for (const Decomposed& c : decomposed) {
    out.push_back({c.code_point, c.change});
  }
}

}  // namespace smelt
