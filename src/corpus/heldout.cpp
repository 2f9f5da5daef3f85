#include "corpus/heldout.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/hash.h"
#include "corpus/minhash.h"

namespace smelt {

namespace {

constexpr size_t kRows = 5;

uint64_t band_key(std::span<const uint32_t> signature, size_t band) {
  return hash64({reinterpret_cast<const char*>(&signature[band * kRows]), kRows * sizeof(uint32_t)}, band);
}

}  // namespace

std::string section_of(std::string_view source, std::string_view id, std::string_view url, int64_t path_parts) {
  std::string_view path = url.empty() ? id : url;
  std::string section(source);
  if (const size_t scheme = path.find("://"); scheme != std::string_view::npos) {
    path.remove_prefix(scheme + 3);
    const size_t host = std::min(path.find_first_of("/?#"), path.size());
    section += '/';
    section += path.substr(0, host);
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
    section += '/';
    section += path.substr(0, slash);
    path.remove_prefix(slash + 1);
  }
  return section;
}

std::string heldout_unit(std::string_view source, std::string_view id, std::string_view url,
                         const SplitOptions& options) {
  if (options.unit == "section") {
    return section_of(source, id, url, options.path_parts);
  }
  std::string page(source);
  page += '/';
  page += url.empty() ? id : url.substr(0, url.find_first_of("?#"));
  return page;
}

std::set<std::string> choose_heldout(const std::unordered_map<std::string, int64_t>& section_bytes,
                                     const SplitOptions& options) {
  std::vector<std::pair<uint64_t, std::string>> order;
  double total = 0;
  for (const auto& [section, bytes] : section_bytes) {
    order.emplace_back(hash64(section, static_cast<uint64_t>(options.seed)), section);
    total += static_cast<double>(bytes);
  }
  std::sort(order.begin(), order.end());
  const double cap = std::min(options.max_heldout_fraction * total, static_cast<double>(options.max_heldout_bytes));
  const double target = std::min(options.heldout_fraction * total, cap);
  std::set<std::string> chosen;
  double bytes = 0;
  for (const auto& [hash, section] : order) {
    if (bytes >= target) {
      break;
    }
    const auto size = static_cast<double>(section_bytes.at(section));
    if (bytes + size <= cap) {
      chosen.insert(section);
      bytes += size;
    }
  }
  return chosen;
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
