#include "corpus/heldout.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/hash.h"
#include "corpus/dedup/minhash.h"

namespace smelt {

namespace {

constexpr size_t kRows = 5;

uint64_t band_key(std::span<const uint32_t> signature, size_t band) {
  return hash64({reinterpret_cast<const char*>(&signature[band * kRows]), kRows * sizeof(uint32_t)}, band);
}

// A page on the way from its section down to itself.
struct Descent {
  std::string name;  // of the section that it is in so far
  std::string_view rest;
  int64_t text_bytes = 0;
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

HeldoutSections::HeldoutSections(const std::vector<Page>& pages, const SplitOptions& options) {
  double total = 0;
  std::vector<Descent> open;
  for (const Page& page : pages) {
    total += static_cast<double>(page.text_bytes);
    open.push_back({.name = std::string(page.section), .rest = page.rest, .text_bytes = page.text_bytes});
  }
  const double cap = std::min(options.max_heldout_fraction * total, static_cast<double>(options.max_heldout_bytes));
  const double target = std::min(options.heldout_fraction * total, cap);

  std::map<std::string, int64_t> sections;
  while (!open.empty()) {
    std::map<std::string, int64_t> sizes;
    for (const Descent& page : open) {
      sizes[page.name] += page.text_bytes;
    }
    std::vector<Descent> finer;
    for (Descent& page : open) {
      const int64_t size = sizes.at(page.name);
      if (static_cast<double>(size) <= options.max_heldout_fraction * total || page.at_end) {
        sections[page.name] = size;
      } else {
        split_.insert(page.name);
        page.descend();
        finer.push_back(std::move(page));
      }
    }
    open = std::move(finer);
  }

  std::vector<std::pair<uint64_t, std::string>> order;
  for (const auto& [name, size] : sections) {
    order.emplace_back(hash64(name, static_cast<uint64_t>(options.seed)), name);
  }
  std::sort(order.begin(), order.end());
  double bytes = 0;
  for (const auto& [hash, name] : order) {
    const auto size = static_cast<double>(sections.at(name));
    if (bytes < target && bytes + size <= cap) {
      chosen_.insert(name);
      bytes += size;
    }
  }
}

bool HeldoutSections::contains(std::string_view section, std::string_view rest) const {
  Descent page = {.name = std::string(section), .rest = rest};
  while (split_.contains(page.name)) {
    page.descend();
  }
  return chosen_.contains(page.name);
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
