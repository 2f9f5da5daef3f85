#include "corpus/heldout.h"

#include <algorithm>

#include "base/hash.h"
#include "corpus/dedup/external_sort.h"
#include "corpus/dedup/minhash.h"

namespace smelt {

namespace {

constexpr size_t kRows = 5;
constexpr size_t kAllInMemory = size_t{1} << 40;

uint64_t band_key(std::span<const uint32_t> signature, size_t band) {
  return hash64({reinterpret_cast<const char*>(&signature[band * kRows]), kRows * sizeof(uint32_t)}, band);
}

// A page on the way from its section down to itself.
struct Descent {
  std::string name;  // of the section that it is in so far
  std::string_view rest;
  bool at_end = false;  // the name is the page's own, which a folder cannot have

  void descend() {
    const size_t slash = rest.find('/');
    name += name.ends_with('/') ? "" : "/";
    name += rest.substr(0, slash);
    at_end = slash == std::string_view::npos;
    name += at_end ? "" : "/";
    rest.remove_prefix(at_end ? rest.size() : slash + 1);
  }
};

// The section of a page below those that are split.
Descent section_of(std::string_view section, std::string_view rest, const std::set<std::string, std::less<>>& split) {
  Descent page = {.name = std::string(section), .rest = rest};
  while (!page.at_end && split.contains(page.name)) {
    page.descend();
  }
  return page;
}

// A page as sections are summed up: those of one section come together, sections in the order of their hashes.
struct SectionRecord {
  uint64_t order;
  Hash128 name;
  uint64_t page;
  int64_t text_bytes;
  uint64_t at_end;
  auto operator<=>(const SectionRecord&) const = default;
};

}  // namespace

PagePlace place_of(std::string_view source, std::string_view id, std::string_view url, int64_t path_parts) {
  std::string_view path = url.empty() ? id : url;
  PagePlace place = {.section = std::string(source), .rest = {}};
  if (const size_t scheme = path.find("://"); scheme != std::string_view::npos) {
    path.remove_prefix(scheme + 3);
    const size_t host = std::min(path.find_first_of("/?#"), path.size());
    place.section += '/';
    place.section += path.substr(0, host);
    path.remove_prefix(host);
  }
  path = path.substr(0, path.find_first_of("?#"));
  while (path.starts_with('/')) {
    path.remove_prefix(1);
  }
  for (int64_t part = 0; part < path_parts; ++part) {
    const size_t slash = path.find('/');
    if (slash == std::string_view::npos) {
      break;
    }
    place.section += '/';
    place.section += path.substr(0, slash);
    path.remove_prefix(slash + 1);
  }
  place.rest = path;
  return place;
}

HeldoutSections::HeldoutSections(const std::vector<Page>& pages, const SplitOptions& options)
    : HeldoutSections(pages.size(), [&](uint64_t i) { return pages[i]; }, options, ScratchSpace{"", kAllInMemory}) {}

HeldoutSections::HeldoutSections(uint64_t count, const std::function<Page(uint64_t)>& page, const SplitOptions& options,
                                 const ScratchSpace& space) {
  double total = 0;
  for (uint64_t i = 0; i < count; ++i) {
    total += static_cast<double>(page(i).text_bytes);
  }
  const double cap = std::min(options.max_heldout_fraction * total, static_cast<double>(options.max_heldout_bytes));
  const double target = std::min(options.heldout_fraction * total, cap);
  bool again = true;
  while (again) {
    ExternalSorter<SectionRecord> sorter(space);
    SorterFeed feed(sorter);
    for (uint64_t i = 0; i < count; ++i) {
      const Page each = page(i);
      const Descent place = section_of(each.section, each.rest, split_);
      feed.add({hash64(place.name, static_cast<uint64_t>(options.seed)), hash128(place.name), i, each.text_bytes,
                place.at_end ? uint64_t{1} : 0});
    }
    feed.flush();
    std::vector<uint64_t> too_large;  // a page of each
    std::vector<uint64_t> chosen;
    double bytes = 0;
    const auto take = [&](const SectionRecord& first, int64_t size) {
      if (static_cast<double>(size) > options.max_heldout_fraction * total && first.at_end == 0) {
        too_large.push_back(first.page);
      } else if (bytes < target && bytes + static_cast<double>(size) <= cap) {
        chosen.push_back(first.page);
        bytes += static_cast<double>(size);
      }
    };
    SectionRecord first{};
    int64_t size = 0;
    bool any = false;
    sorter.drain([&](const SectionRecord& record) {
      if (any && record.name != first.name) {
        take(first, size);
        size = 0;
      }
      if (!any || record.name != first.name) {
        first = record;
        any = true;
      }
      size += record.text_bytes;
    });
    if (any) {
      take(first, size);
    }
    again = !too_large.empty();
    for (const uint64_t i : again ? too_large : chosen) {
      const Page each = page(i);
      (again ? split_ : chosen_).insert(section_of(each.section, each.rest, split_).name);
    }
  }
}

bool HeldoutSections::contains(std::string_view section, std::string_view rest) const {
  return chosen_.contains(section_of(section, rest, split_).name);
}

OverlapFinder::OverlapFinder(std::vector<uint32_t> signatures, size_t signature_size)
    : signatures_(std::move(signatures)),
      signature_size_(signature_size),
      similarities_(signatures_.size() / signature_size) {
  for (size_t document = 0; document < similarities_.size(); ++document) {
    const auto signature = std::span(signatures_).subspan(document * signature_size_, signature_size_);
    for (size_t band = 0; band < signature_size_ / kRows; ++band) {
      bands_.emplace(band_key(signature, band), static_cast<uint32_t>(document));
    }
  }
}

void OverlapFinder::look_up(std::span<const uint32_t> signature) {
  std::vector<uint32_t> candidates;
  for (size_t band = 0; band < signature_size_ / kRows; ++band) {
    const auto [begin, end] = bands_.equal_range(band_key(signature, band));
    for (auto it = begin; it != end; ++it) {
      candidates.push_back(it->second);
    }
  }
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  for (const uint32_t document : candidates) {
    const auto held = std::span(signatures_).subspan(document * signature_size_, signature_size_);
    similarities_[document] = std::max(similarities_[document], estimated_similarity(held, signature));
  }
}

}  // namespace smelt
