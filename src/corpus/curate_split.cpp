#include <cstring>
#include <unordered_map>

#include "corpus/curate_corpus.h"

namespace smelt {

namespace {

using Place = Decision::Place;

// The documents that are left, source by source.
class BySource {
 public:
  BySource(Corpus& corpus, const ScratchSpace& space) {
    ScratchArray<uint32_t> sources(corpus.size(), kNone, space.share(4));
    for (uint64_t i = 0; i < corpus.size(); ++i) {
      if (corpus.is_left(i)) {
        const auto [found, fresh] =
            numbers_.emplace(std::string(corpus.document(i).source), static_cast<uint32_t>(numbers_.size()));
        if (fresh) {
          begins_.push_back(0);
        }
        sources[i] = found->second;
        ++begins_[found->second];
      }
    }
    uint64_t total = 0;
    for (uint64_t& begin : begins_) {
      total += std::exchange(begin, total);
    }
    begins_.push_back(total);
    order_ = ScratchArray<uint64_t>(total, 0, space.share(4));
    std::vector<uint64_t> next = begins_;
    for (uint64_t i = 0; i < corpus.size(); ++i) {
      if (sources[i] != kNone) {
        order_[next[sources[i]]++] = i;
      }
    }
  }

  size_t sources() const { return begins_.size() - 1; }
  std::span<const uint64_t> documents(size_t source) const {
    return {order_.begin() + begins_[source], begins_[source + 1] - begins_[source]};
  }

 private:
  static constexpr uint32_t kNone = ~uint32_t{0};
  std::unordered_map<std::string, uint32_t> numbers_;
  std::vector<uint64_t> begins_;
  ScratchArray<uint64_t> order_;
};

std::vector<uint32_t> read_signatures(const StageDir& stage, size_t part) {
  const std::string bytes = read_file(stage.file(work_files(part_name(part)).signatures));
  std::vector<uint32_t> signatures(bytes.size() / sizeof(uint32_t));
  std::memcpy(signatures.data(), bytes.data(), signatures.size() * sizeof(uint32_t));
  return signatures;
}

}  // namespace

void decide_split(const CurateOptions& options, const StageDir& stage, Corpus& corpus) {
  const ScratchSpace space = scratch_space(options, stage);
  double total = 0;
  for (uint64_t i = 0; i < corpus.size(); ++i) {
    total += corpus.is_left(i) ? static_cast<double>(corpus.text_bytes(i)) : 0;
  }
  const BySource by_source(corpus, space);
  for (size_t source = 0; source < by_source.sources(); ++source) {
    const std::span<const uint64_t> documents = by_source.documents(source);
    double bytes = 0;
    for (const uint64_t i : documents) {
      bytes += static_cast<double>(corpus.text_bytes(i));
    }
    SplitOptions split = options.split;
    split.max_heldout_bytes = static_cast<int64_t>(static_cast<double>(split.max_heldout_bytes) * bytes / total);
    const auto page = [&](uint64_t i) {
      const IndexedView document = corpus.document(documents[i]);
      return HeldoutSections::Page{document.section, document.rest, corpus.text_bytes(documents[i])};
    };
    const HeldoutSections sections(documents.size(), page, split, space.share(4));
    for (const uint64_t i : sections.names().empty() ? std::span<const uint64_t>() : documents) {
      const IndexedView document = corpus.document(i);
      if (sections.contains(document.section, document.rest)) {
        corpus.decision(i).place = Place::kHeldout;
      }
    }
    corpus.heldout_sections.insert(sections.names().begin(), sections.names().end());
  }
}

// Sections of a site quote each other, and MinHash at the threshold of deduplication lets moderate overlap through.
void drop_overlap(const Context& context, const CurateOptions& options, const StageDir& stage, Corpus& corpus) {
  const auto size = static_cast<size_t>(MinHasher(options.dedup.shape()).size());
  if (corpus.heldout_sections.empty() || options.split.max_similarity >= 1) {
    return;
  }
  std::vector<uint32_t> heldout;
  std::vector<Decision*> of_heldout;
  const auto each_signature = [&](Place place, auto&& action) {
    for (size_t part = 0; part < corpus.parts.size(); ++part) {
      context.stop_if_asked();
      const std::vector<uint32_t> signatures = read_signatures(stage, part);
      SMELT_CHECK(signatures.size() == corpus.rows(part) * size);
      for (size_t row = 0; row < corpus.rows(part); ++row) {
        if (corpus.decision(part, row).place == place) {
          action(corpus.decision(part, row), std::span(signatures).subspan(row * size, size));
        }
      }
    }
  };
  each_signature(Place::kHeldout, [&](Decision& decision, std::span<const uint32_t> signature) {
    heldout.insert(heldout.end(), signature.begin(), signature.end());
    of_heldout.push_back(&decision);
  });
  OverlapFinder finder(std::move(heldout), size);
  each_signature(Place::kTrain, [&](Decision&, std::span<const uint32_t> signature) { finder.look_up(signature); });
  for (size_t i = 0; i < of_heldout.size(); ++i) {
    if (finder.similarities()[i] >= options.split.max_similarity) {
      of_heldout[i]->reject("heldout_overlap", "heldout_overlap", finder.similarities()[i],
                            options.split.max_similarity);
    }
  }
}

}  // namespace smelt
