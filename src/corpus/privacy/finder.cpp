#include "corpus/privacy/finder.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "corpus/privacy/byte_scan.h"
#include "corpus/privacy/characters.h"
#include "corpus/privacy/name.h"
#include "corpus/privacy/national_id.h"
#include "corpus/privacy/number_run.h"
#include "corpus/privacy/payment_card.h"
#include "corpus/privacy/phone.h"
#include "corpus/privacy/secret.h"

namespace smelt {

namespace {

constexpr size_t kBlock = 64;
constexpr size_t kMinNumberDigits = 7;    // the shortest number without letters is a local phone number
constexpr size_t kMinLetteredDigits = 6;  // before the first letter of a number that starts with a digit

// Bit i: the 2^levels bytes up to byte i are all in the class. `earlier` holds what the block before left.
class RunDetector {
 public:
  static_assert(kMinSecretRun == 16);
  // Ends of the 16th byte of runs that are at least as long, one bit a run.
  uint64_t sixteenth_bytes(uint64_t run) {
    uint64_t mask = run;
    for (size_t level = 0; level < earlier_.size(); ++level) {
      const int shift = 1 << level;
      const uint64_t shifted = mask << shift | earlier_[level] >> (64 - shift);
      earlier_[level] = mask;
      mask &= shifted;
    }
    const uint64_t firsts = mask & ~(mask << 1 | last_ >> 63);
    last_ = mask;
    return firsts;
  }

 private:
  std::array<uint64_t, 4> earlier_{};
  uint64_t last_ = 0;
};

class Finder {
 public:
  Finder(std::string_view text, const FinderRules& rules)
      : text_(text),
        rules_(rules),
        numbers_(wants(PersonalKind::kCard) || wants(PersonalKind::kNationalId) || wants(PersonalKind::kPhone)),
        lettered_(wants(PersonalKind::kIban) || wants(PersonalKind::kNationalId)),
        ip_(wants(PersonalKind::kIpv4) || wants(PersonalKind::kIpv6)),
        wanted_{mask_of(wants(PersonalKind::kEmail)), mask_of(ip_), mask_of(wants(PersonalKind::kSecret)),
                mask_of(numbers_ || lettered_ || ip_), mask_of(wants(PersonalKind::kSecret))} {}

  std::vector<PersonalSpan> find() {
    std::array<char, kBlock> tail{};
    for (size_t base = 0; base < text_.size(); base += kBlock) {
      const char* bytes = text_.data() + base;
      if (text_.size() - base < kBlock) {
        std::memcpy(tail.data(), bytes, text_.size() - base);
        bytes = tail.data();
      }
      scan(base, scan_block(bytes));
    }
    if (wants(PersonalKind::kName)) {
      find_names(text_, spans_);
    }
    return merged();
  }

 private:
  static uint64_t mask_of(bool wanted) { return wanted ? ~uint64_t{0} : 0; }
  bool wants(PersonalKind kind) const { return rules_.wanted[static_cast<size_t>(kind)]; }

  void scan(size_t base, const ByteMasks& masks) {
    const uint64_t digit_starts = masks.digit & ~(masks.digit << 1 | last_digit_);
    last_digit_ = masks.digit >> 63;
    const uint64_t double_hyphens = masks.hyphen & (masks.hyphen >> 1 | uint64_t{1} << 63) & ~(masks.hyphen << 1);
    const uint64_t long_runs = runs_.sixteenth_bytes(masks.run) & wanted_.run;
    uint64_t events = (masks.at & wanted_.at) | (masks.colon & wanted_.colon) | (double_hyphens & wanted_.hyphen) |
                      (digit_starts & wanted_.digit) | long_runs;
    for (; events != 0; events &= events - 1) {
      const int bit = std::countr_zero(events);
      const size_t at = base + static_cast<size_t>(bit);
      if ((long_runs >> bit & 1u) != 0) {
        look_at_run(at + 1 - kMinSecretRun);
      }
      switch (text_[at]) {
        case '@':
          look_at_email(at);
          break;
        case ':':
          look_at_colon(at);
          break;
        case '-':
          look_at_hyphens(at);
          break;
        default:
          if ((digit_starts >> bit & 1u) != 0) {
            look_at_digit(at);
          }
      }
    }
  }

  void add(const std::optional<PersonalSpan>& span) {
    if (span) {
      spans_.push_back(*span);
    }
  }

  void look_at_email(size_t at) {
    if (wanted_.at != 0) {
      add(find_email(text_, at, rules_.email));
    }
  }

  void look_at_colon(size_t at) {
    const char next = byte_at(text_, at + 1);
    if (wanted_.colon == 0 || at < hex_done_ || !(is_hex(next) || next == ':')) {
      return;
    }
    const auto address = find_ipv6(text_, at, hex_done_, rules_.ip, hex_done_);
    if (address) {
      number_done_ = std::max(number_done_, address->span.end);
      if (address->personal && wants(PersonalKind::kIpv6)) {
        spans_.push_back(address->span);
      }
    }
  }

  void look_at_hyphens(size_t at) {
    if (wanted_.hyphen != 0 && at >= key_done_) {
      if (const auto key = find_private_key(text_, at)) {
        key_done_ = key->end;
        spans_.push_back(*key);
      }
    }
  }

  void look_at_run(size_t begin) {
    size_t end = begin + kMinSecretRun;
    while (end < text_.size() && (is_alphanumeric(text_[end]) || text_[end] == '_' || text_[end] == '-')) {
      ++end;
    }
    if (begin < key_done_) {
      return;
    }
    if (const auto secret = find_secret(text_, begin, end)) {
      key_done_ = secret->end;
      spans_.push_back(*secret);
    }
  }

  void look_at_digit(size_t at) {
    if (at < number_done_) {
      return;
    }
    if (ip_ || numbers_) {
      if (const auto address = find_ipv4(text_, at, rules_.ip)) {
        number_done_ = address->span.end;
        if (address->personal && wants(PersonalKind::kIpv4)) {
          spans_.push_back(address->span);
        }
        return;
      }
    }
    if (lettered_ && may_be_lettered(at) && look_at_lettered(at)) {
      return;
    }
    if (numbers_) {
      look_at_number(at);
    }
  }

  // Letters right before the digit, or two capitals and a mark before it, or a long number that a letter may end.
  bool may_be_lettered(size_t at) const {
    const char before = at > 0 ? text_[at - 1] : '\0';
    return is_letter(before) || ((before == ' ' || before == '-') && at > 1 && is_upper(text_[at - 2])) ||
           may_be_long(at, kMinLetteredDigits);
  }

  bool look_at_lettered(size_t at) {
    std::optional<PersonalSpan> span = wants(PersonalKind::kIban) ? find_iban(text_, at) : std::nullopt;
    if (!span && wants(PersonalKind::kNationalId)) {
      span = find_lettered_id(text_, at);
    }
    if (span) {
      number_done_ = span->end;
      spans_.push_back(*span);
    }
    return span.has_value();
  }

  // False for the short numbers that make up most of a text: fewer digits before anything but a separator.
  bool may_be_long(size_t at, size_t min_digits) const {
    constexpr size_t kMaxGap = 9;  // bytes of the longest separator
    size_t digits = 0;
    size_t gap = 0;
    for (size_t i = at; i < text_.size() && gap <= kMaxGap; ++i) {
      const char c = text_[i];
      if (is_digit(c)) {
        gap = 0;
        if (++digits >= min_digits) {
          return true;
        }
      } else if (is_non_ascii(c) || std::string_view(" -.()/").find(c) != std::string_view::npos) {
        ++gap;
      } else {
        return false;
      }
    }
    return false;
  }

  void look_at_number(size_t at) {
    if (!may_be_long(at, kMinNumberDigits)) {
      return;
    }
    const NumberRun run(text_, at);
    number_done_ = run.end();
    search(run);
  }

  // What is left on either side of a match is read anew, as it would be in the text with the match replaced.
  void search(const NumberRun& run) {
    if (run.is_table()) {
      return;
    }
    const size_t begin = run.digits_begin(0);
    for (size_t group = is_word_before(text_, begin) ? next_start(run, 1) : 0; group < run.groups();
         group = next_start(run, group + 1)) {
      const auto match = find_number(run, group);
      if (!match) {
        continue;
      }
      spans_.push_back(match->span);
      if (group > 0) {
        search(NumberRun(run.text().substr(0, match->span.begin), begin));
      }
      if (match->last_group + 1 < run.groups()) {
        search(NumberRun(run.text(), run.digits_begin(match->last_group + 1)));
      }
      return;
    }
  }

  // Inside of a number joined by anything but spaces, no other number starts.
  static size_t next_start(const NumberRun& run, size_t group) {
    while (group < run.groups() && !starts_freely(run.separator(group - 1))) {
      ++group;
    }
    return group;
  }

  static bool starts_freely(std::string_view separator) {
    return separator.starts_with(' ') || separator == "/" || separator == ")";
  }

  std::optional<NumberMatch> find_number(const NumberRun& run, size_t group) const {
    std::optional<NumberMatch> match;
    if (wants(PersonalKind::kCard)) {
      match = find_card(run, group);
    }
    if (!match && wants(PersonalKind::kNationalId)) {
      match = find_national_id(run, group);
    }
    if (!match && wants(PersonalKind::kPhone)) {
      match = find_phone(run, group);
    }
    return match;
  }

  std::vector<PersonalSpan> merged() {
    std::stable_sort(spans_.begin(), spans_.end(),
                     [](const PersonalSpan& a, const PersonalSpan& b) { return a.begin < b.begin; });
    std::vector<PersonalSpan> out;
    for (const PersonalSpan& span : spans_) {
      if (out.empty() || span.begin >= out.back().end) {
        out.push_back(span);
        continue;
      }
      PersonalSpan& last = out.back();
      last.end = std::max(last.end, span.end);
      if (span.kind < last.kind) {
        last.kind = span.kind;
        last.form = span.form;
      }
    }
    return out;
  }

  std::string_view text_;
  const FinderRules& rules_;
  bool numbers_;
  bool lettered_;
  bool ip_;
  struct Wanted {
    uint64_t at, colon, hyphen, digit, run;
  } wanted_;
  std::vector<PersonalSpan> spans_;
  RunDetector runs_;
  uint64_t last_digit_ = 0;
  size_t hex_done_ = 0;     // before here no run of hexadecimal digits is read again
  size_t number_done_ = 0;  // nor a number
  size_t key_done_ = 0;     // nor a key
};

}  // namespace

std::vector<PersonalSpan> find_personal_data(std::string_view text, const FinderRules& rules) {
  return Finder(text, rules).find();
}

}  // namespace smelt
