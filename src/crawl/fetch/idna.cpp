#include "crawl/fetch/idna.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <vector>

#include <utf8proc.h>

#include "base/text.h"

namespace smelt {
namespace {

constexpr size_t kLongestLabel = 63;

// RFC 3492, section 5.
constexpr uint32_t kBase = 36;
constexpr uint32_t kTmin = 1;
constexpr uint32_t kTmax = 26;
constexpr uint32_t kSkew = 38;
constexpr uint32_t kDamp = 700;
constexpr uint32_t kInitialBias = 72;
constexpr uint32_t kInitialN = 128;

char digit_of(uint32_t value) {
  return static_cast<char>(value < 26 ? 'a' + value : '0' + (value - 26));
}

// Section 6.1.
uint32_t adapted(uint32_t delta, uint32_t points, bool first) {
  delta = first ? delta / kDamp : delta / 2;
  delta += delta / points;
  uint32_t k = 0;
  for (; delta > (kBase - kTmin) * kTmax / 2; k += kBase) {
    delta /= kBase - kTmin;
  }
  return k + (kBase - kTmin + 1) * delta / (delta + kSkew);
}

void append_variable_length(std::string& out, uint32_t delta, uint32_t bias) {
  uint32_t q = delta;
  for (uint32_t k = kBase;; k += kBase) {
    const uint32_t t = k <= bias ? kTmin : std::min(std::max(k - bias, kTmin), kTmax);
    if (q < t) {
      break;
    }
    out += digit_of(t + (q - t) % (kBase - t));
    q = (q - t) / (kBase - t);
  }
  out += digit_of(q);
}

// Section 6.3. Labels are short, so nothing overflows: at most 63 code points below 0x110000.
std::string punycode(const std::vector<uint32_t>& points) {
  std::string out;
  for (const uint32_t point : points) {
    if (point < 0x80) {
      out += static_cast<char>(point);
    }
  }
  const auto basic = static_cast<uint32_t>(out.size());
  out += basic > 0 ? "-" : "";
  uint32_t n = kInitialN;
  uint32_t delta = 0;
  uint32_t bias = kInitialBias;
  uint32_t done = basic;
  while (done < points.size()) {
    uint32_t next = UINT32_MAX;
    for (const uint32_t point : points) {
      next = point >= n ? std::min(next, point) : next;
    }
    delta += (next - n) * (done + 1);
    n = next;
    for (const uint32_t point : points) {
      delta += point < n ? 1 : 0;
      if (point == n) {
        append_variable_length(out, delta, bias);
        bias = adapted(delta, done + 1, done == basic);
        delta = 0;
        ++done;
      }
    }
    ++delta;
    ++n;
  }
  return out;
}

utf8proc_int32_t lowered(utf8proc_int32_t point, void* /*unused*/) {
  return utf8proc_tolower(point);
}

std::optional<std::string> mapped(std::string_view text) {
  utf8proc_uint8_t* bytes = nullptr;
  const utf8proc_ssize_t size = utf8proc_map_custom(
      reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()), &bytes,
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_IGNORE), lowered,
      nullptr);
  if (size < 0) {
    return std::nullopt;
  }
  std::string out(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
  std::free(bytes);
  return out;
}

}  // namespace

std::string host_to_ascii(std::string_view host) {
  constexpr uint32_t kIdeographicStop = 0x3002;
  const std::optional<std::string> text = host.size() <= 1024 && is_valid_utf8(host) ? mapped(host) : std::nullopt;
  if (!text) {
    return {};
  }
  std::string out;
  std::vector<uint32_t> label;
  const auto finish = [&] {
    const bool plain = std::all_of(label.begin(), label.end(), [](uint32_t point) { return point < 0x80; });
    if (label.size() > kLongestLabel) {
      return false;
    }
    out += plain ? std::string(label.begin(), label.end()) : "xn--" + punycode(label);
    label.clear();
    return true;
  };
  for (size_t at = 0; at < text->size();) {
    const uint32_t point = next_code_point(*text, at);
    if (point != '.' && point != kIdeographicStop) {
      label.push_back(point);
    } else if (finish()) {
      out += '.';
    } else {
      return {};
    }
  }
  return finish() ? out : std::string();
}

}  // namespace smelt
