#include "crawl/html/tag.h"

#include <array>
#include <cstring>

namespace smelt {
namespace {

using enum HtmlTag;

constexpr std::array<std::string_view, kNumHtmlTags - 1> kNames = {
#define SMELT_HTML_TAG(tag, name) name,
    SMELT_HTML_TAGS(SMELT_HTML_TAG)
#undef SMELT_HTML_TAG
};

constexpr HtmlTagSet kBlock = {
    kAddress,   kArticle, kAside,  kBlockquote, kBody,   kButton,  kCaption,  kCenter,     kCol,      kColgroup, kDd,
    kDetails,   kDialog,  kDir,    kDiv,        kDl,     kDt,      kFieldset, kFigcaption, kFigure,   kFooter,   kForm,
    kFrameset,  kH1,      kH2,     kH3,         kH4,     kH5,      kH6,       kHead,       kHeader,   kHgroup,   kHr,
    kHtml,      kLegend,  kLi,     kListing,    kMain,   kMenu,    kNav,      kOl,         kOptgroup, kOption,   kP,
    kPlaintext, kPre,     kSearch, kSection,    kSelect, kSummary, kTable,    kTbody,      kTd,       kTextarea, kTfoot,
    kTh,        kThead,   kTitle,  kTr,         kUl,     kXmp};

// An open-addressing table over the first eight letters and the length: one probe for nearly every name.
constexpr size_t kSlots = 1024;
constexpr size_t kLongestName = 14;

constexpr size_t slot_of(uint64_t letters, size_t size) {
  return static_cast<size_t>(((letters ^ size) * 0x9E3779B97F4A7C15ULL) >> 54);
}

constexpr uint64_t first_letters(std::string_view name) {
  uint64_t out = 0;
  for (size_t i = 0; i < name.size() && i < 8; ++i) {
    out |= static_cast<uint64_t>(static_cast<unsigned char>(name[i])) << (8 * i);
  }
  return out;
}

constexpr std::array<uint8_t, kSlots> make_slots() {
  std::array<uint8_t, kSlots> slots{};
  for (uint8_t& slot : slots) {
    slot = static_cast<uint8_t>(kUnknown);
  }
  for (size_t tag = 0; tag < kNames.size(); ++tag) {
    size_t slot = slot_of(first_letters(kNames[tag]), kNames[tag].size());
    while (slots[slot] != static_cast<uint8_t>(kUnknown)) {
      slot = (slot + 1) % kSlots;
    }
    slots[slot] = static_cast<uint8_t>(tag);
  }
  return slots;
}
constexpr std::array<uint8_t, kSlots> kSlotTags = make_slots();

}  // namespace

HtmlTag html_tag_of(std::string_view lower_case_name) {
  if (lower_case_name.size() > kLongestName) {
    return kUnknown;
  }
  for (size_t slot = slot_of(first_letters(lower_case_name), lower_case_name.size());; slot = (slot + 1) % kSlots) {
    const uint8_t tag = kSlotTags[slot];
    if (tag == static_cast<uint8_t>(kUnknown) || kNames[tag] == lower_case_name) {
      return static_cast<HtmlTag>(tag);
    }
  }
}

std::string_view html_tag_name(HtmlTag tag) {
  return tag == kUnknown ? std::string_view{} : kNames[static_cast<size_t>(tag)];
}
bool is_block_tag(HtmlTag tag) {
  return kBlock.has(tag);
}
bool is_heading_tag(HtmlTag tag) {
  return tag >= kH1 && tag <= kH6;
}
int heading_level(HtmlTag tag) {
  return is_heading_tag(tag) ? static_cast<int>(tag) - static_cast<int>(kH1) + 1 : 0;
}

}  // namespace smelt
