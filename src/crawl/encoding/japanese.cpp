// Shift_JIS, EUC-JP and ISO-2022-JP.
#include "crawl/encoding/decoders.h"
#include "crawl/encoding/multi_byte.h"
#include "crawl/encoding/tables.h"

namespace smelt {
namespace {

constexpr uint32_t kHalfwidthKatakana = 0xFF61;

uint32_t shift_jis_code_point(Byte lead, Byte trail, const EncodingIndex& jis0208) {
  if (!is_between(trail, 0x40, 0x7E) && !is_between(trail, 0x80, 0xFC)) {
    return 0;
  }
  const uint32_t pointer = (lead - (lead < 0xA0 ? 0x81U : 0xC1U)) * 188 + trail - (trail < 0x7F ? 0x40U : 0x41U);
  // Characters of the user's own, in the private use area.
  constexpr uint32_t kFirstOwn = 8836;
  constexpr uint32_t kLastOwn = 10715;
  return pointer >= kFirstOwn && pointer <= kLastOwn ? 0xE000 + pointer - kFirstOwn : jis0208[pointer];
}

}  // namespace

std::string decode_shift_jis(std::string_view bytes) {
  const EncodingIndex& jis0208 = jis0208_index();
  return decode_runs(bytes, [&jis0208](const Byte*& in, const Byte* end, Utf8Writer& out) {
    if (*in == 0x80) {
      out.put(0x80);
      ++in;
    } else if (is_between(*in, 0xA1, 0xDF)) {
      out.put(kHalfwidthKatakana + *in - 0xA1U);
      ++in;
    } else if (*in == 0xA0 || *in > 0xFC || end - in < 2) {
      take_stray(in, out);
    } else {
      take_pair(in, shift_jis_code_point(in[0], in[1], jis0208), out);
    }
  });
}

std::string decode_euc_jp(std::string_view bytes) {
  const EncodingIndex& jis0208 = jis0208_index();
  return decode_runs(bytes, [&jis0208](const Byte*& in, const Byte* end, Utf8Writer& out) {
    if (*in == 0x8E && end - in > 1 && is_between(in[1], 0xA1, 0xDF)) {
      out.put(kHalfwidthKatakana + in[1] - 0xA1U);
      in += 2;
      return;
    }
    const bool is_jis0212 = *in == 0x8F && end - in > 1 && is_between(in[1], 0xA1, 0xFE);
    in += is_jis0212 ? 1 : 0;
    if (end - in < 2 || (*in != 0x8E && *in != 0x8F && !is_between(*in, 0xA1, 0xFE))) {
      take_stray(in, out);
      return;
    }
    const bool is_pair = is_between(in[0], 0xA1, 0xFE) && is_between(in[1], 0xA1, 0xFE);
    const EncodingIndex& index = is_jis0212 ? jis0212_index() : jis0208;
    take_pair(in, is_pair ? index[(in[0] - 0xA1U) * 94 + in[1] - 0xA1U] : 0, out);
  });
}

namespace {

// The state machine of the standard's ISO-2022-JP decoder.
class Iso2022JpDecoder {
 public:
  explicit Iso2022JpDecoder(std::string_view bytes)
      : out_(bytes.size()),
        in_(reinterpret_cast<const Byte*>(bytes.data())),
        end_(reinterpret_cast<const Byte*>(bytes.data()) + bytes.size()) {}

  std::string run() {
    while (in_ < end_) {
      out_.ensure(8);
      if (*in_ == kEscape) {
        escape();
        continue;
      }
      const Byte byte = *in_++;
      switch (set_) {
        case Set::kAscii:
          put(is_plain(byte) ? byte : 0, byte);
          break;
        case Set::kRoman:
          put(roman(byte), byte);
          break;
        case Set::kKatakana:
          put(is_between(byte, 0x21, 0x5F) ? kHalfwidthKatakana + byte - 0x21U : 0, byte);
          break;
        case Set::kJis0208:
          pair(byte);
          break;
      }
    }
    return out_.take();
  }

 private:
  enum class Set { kAscii, kRoman, kKatakana, kJis0208 };
  static constexpr Byte kEscape = 0x1B;

  static bool is_plain(Byte byte) { return byte < 0x80 && byte != 0x0E && byte != 0x0F; }

  static uint32_t roman(Byte byte) {
    if (byte == 0x5C) {
      return 0xA5;
    }
    if (byte == 0x7E) {
      return 0x203E;
    }
    return is_plain(byte) ? byte : 0;
  }

  // U+0000 is a character here, so the byte tells it from none.
  void put(uint32_t code, Byte byte) {
    after_escape_ = false;
    if (code == 0 && byte == 0) {
      out_.put(0);
    } else {
      out_.put_or_error(code);
    }
  }

  void pair(Byte lead) {
    after_escape_ = false;
    if (!is_between(lead, 0x21, 0x7E)) {
      out_.error();
      return;
    }
    // An escape in the place of the second byte is an error that leaves it to be read.
    if (in_ == end_ || *in_ == kEscape) {
      out_.error();
      return;
    }
    const Byte trail = *in_++;
    const bool valid = is_between(trail, 0x21, 0x7E);
    out_.put_or_error(valid ? jis0208_index()[(lead - 0x21U) * 94 + trail - 0x21U] : 0);
  }

  // Two escape sequences without a character between them are an error, as is an unknown one, whose bytes after the
  // escape are then read as text.
  void escape() {
    ++in_;
    const size_t left = static_cast<size_t>(end_ - in_);
    Set set = Set::kAscii;
    bool known = left >= 2;
    if (known && in_[0] == '(' && (in_[1] == 'B' || in_[1] == 'J' || in_[1] == 'I')) {
      set = in_[1] == 'B' ? Set::kAscii : (in_[1] == 'J' ? Set::kRoman : Set::kKatakana);
    } else if (known && in_[0] == '$' && (in_[1] == '@' || in_[1] == 'B')) {
      set = Set::kJis0208;
    } else {
      known = false;
    }
    if (!known) {
      after_escape_ = false;
      out_.error();
      return;
    }
    in_ += 2;
    set_ = set;
    if (after_escape_) {
      out_.error();
    }
    after_escape_ = true;
  }

  Utf8Writer out_;
  const Byte* in_;
  const Byte* end_;
  Set set_ = Set::kAscii;
  bool after_escape_ = false;
};

}  // namespace

std::string decode_iso_2022_jp(std::string_view bytes) {
  return Iso2022JpDecoder(bytes).run();
}

}  // namespace smelt
