#include "corpus/lineage/corpus_diff.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <tuple>

#include "base/hash.h"
#include "corpus/dedup/external_sort.h"
#include "corpus/document_io.h"

namespace smelt {
namespace {

constexpr size_t kExcerpt = 200;  // characters
constexpr size_t kBefore = 60;    // bytes shown before the first difference

// A document of one side. `occurrence` counts those of the same identity on that side.
struct Seen {
  Hash128 identity;
  uint32_t occurrence;
  uint32_t status;  // number of its StatusTable entry
  uint32_t side;
  uint32_t file;
  uint64_t row;  // of the file
  uint64_t text;
  int64_t bytes;
};

struct ByPlace : Seen {
  bool operator<(const ByPlace& other) const {
    return std::tie(identity, side, file, row) < std::tie(other.identity, other.side, other.file, other.row);
  }
};
struct ByPair : Seen {
  bool operator<(const ByPair& other) const {
    return std::tie(identity, occurrence, side) < std::tie(other.identity, other.occurrence, other.side);
  }
};

// Names of what may become of a document, numbered as they come. Thread-safe.
class StatusTable {
 public:
  uint32_t number(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto [found, fresh] = numbers_.emplace(name, static_cast<uint32_t>(names_.size()));
    if (fresh) {
      names_.push_back(name);
    }
    return found->second;
  }
  const std::string& name(uint32_t number) const { return names_[number]; }
  bool is_kept(uint32_t number) const { return !names_[number].starts_with("rejects"); }

 private:
  std::mutex mutex_;
  std::map<std::string, uint32_t> numbers_;
  std::vector<std::string> names_;
};

std::string status_of(const std::string& place, const Document& document) {
  // Keys that are none of a document's own, such as a reject's reason, are read into its metadata.
  return place == "rejects" ? "rejects: " + document.metadata.get("reason", "?") : place;
}

// A document that an example is to show.
struct Wanted {
  size_t group;
  size_t example;
  uint32_t side;
  uint32_t file;
  uint64_t row;
};

class Differ {
 public:
  Differ(const Context& context, const CorpusLayout& a, const CorpusLayout& b, const DiffOptions& options)
      : context_(context), options_(options), files_{placed_files(a), placed_files(b)} {}

  CorpusDiff diff() {
    ExternalSorter<ByPair> pairs(options_.space.share(2));
    number_occurrences(pairs);
    std::optional<ByPair> first;  // of side a, waiting for its twin
    pairs.drain([&](const ByPair& seen) {
      if (first && seen.side == 1 && seen.identity == first->identity && seen.occurrence == first->occurrence) {
        compare(&*first, &seen);
        first.reset();
        return;
      }
      if (first) {
        compare(&*first, nullptr);
        first.reset();
      }
      if (seen.side == 0) {
        first = seen;
      } else {
        compare(nullptr, &seen);
      }
    });
    if (first) {
      compare(&*first, nullptr);
    }
    finish();
    return std::move(out_);
  }

 private:
  void number_occurrences(ExternalSorter<ByPair>& pairs) {
    ExternalSorter<ByPlace> all(options_.space.share(2));
    std::atomic<int64_t> unreadable[2] = {0, 0};
    const size_t of_a = files_[0].size();
    context_.threads.run(static_cast<int64_t>(of_a + files_[1].size()), [&](int64_t task) {
      const auto i = static_cast<size_t>(task);
      const uint32_t side = i < of_a ? 0 : 1;
      unreadable[side] += read(side, static_cast<uint32_t>(side == 0 ? i : i - of_a), all);
    });
    out_.unreadable_a = unreadable[0];
    out_.unreadable_b = unreadable[1];
    SorterFeed feed(pairs);
    Seen last{};
    bool any = false;
    all.drain([&](const ByPlace& seen) {
      ByPair numbered{seen};
      const bool again = any && seen.identity == last.identity && seen.side == last.side;
      numbered.occurrence = again ? last.occurrence + 1 : 0;
      last = numbered;
      any = true;
      feed.add(numbered);
    });
    feed.flush();
  }

  // Returns the number of lines that are no documents.
  int64_t read(uint32_t side, uint32_t file, ExternalSorter<ByPlace>& all) {
    const PlacedFile& placed = files_[side][file];
    DocumentReader reader(std::vector<InputFile>{placed.file});
    SorterFeed feed(all);
    int64_t unreadable = 0;
    uint64_t row = 0;
    while (const std::optional<Result<Document>> item = reader.next()) {
      context_.stop_if_asked();
      ++row;
      if (!item->ok()) {
        ++unreadable;
        continue;
      }
      const Document& document = item->value();
      feed.add({{hash128(document.source + '\n' + document.id), 0, statuses_.number(status_of(placed.place, document)),
                 side, file, row, hash64(document.text), static_cast<int64_t>(document.text.size())}});
    }
    feed.flush();
    return unreadable;
  }

  void compare(const Seen* a, const Seen* b) {
    const std::string status_a = a == nullptr ? "absent" : statuses_.name(a->status);
    const std::string status_b = b == nullptr ? "absent" : statuses_.name(b->status);
    const bool kept = a != nullptr && b != nullptr && statuses_.is_kept(a->status) && statuses_.is_kept(b->status);
    const bool text_differs = kept && (a->text != b->text || a->bytes != b->bytes);
    if (status_a == status_b && !text_differs) {
      out_.equal_documents += kept ? 1 : 0;
      out_.equal_bytes += kept ? a->bytes : 0;
      out_.equally_dropped += kept ? 0 : 1;
      return;
    }
    const auto [found, fresh] = groups_.emplace(std::tuple(status_a, status_b, text_differs), groups_.size());
    if (fresh) {
      out_.groups.push_back({status_a, status_b, text_differs, 0, 0, 0, {}});
    }
    const size_t number = found->second;
    DiffGroup& group = out_.groups[number];
    ++group.documents;
    group.bytes_a += a == nullptr ? 0 : a->bytes;
    group.bytes_b += b == nullptr ? 0 : b->bytes;
    if (group.examples.size() < static_cast<size_t>(options_.examples)) {
      for (const Seen* seen : {a, b}) {
        if (seen != nullptr) {
          wanted_.push_back({number, group.examples.size(), seen->side, seen->file, seen->row});
        }
      }
      group.examples.emplace_back();
    }
  }

  // Reads the texts of the examples, which then stand for what differs.
  void finish() {
    std::sort(wanted_.begin(), wanted_.end(), [](const Wanted& x, const Wanted& y) {
      return std::tie(x.side, x.file, x.row) < std::tie(y.side, y.file, y.row);
    });
    for (size_t begin = 0; begin < wanted_.size();) {
      size_t end = begin;
      while (end < wanted_.size() && wanted_[end].side == wanted_[begin].side &&
             wanted_[end].file == wanted_[begin].file) {
        ++end;
      }
      read_examples(begin, end);
      begin = end;
    }
    for (DiffGroup& group : out_.groups) {
      for (DiffGroup::Example& example : group.examples) {
        shorten(example);
      }
    }
    std::sort(out_.groups.begin(), out_.groups.end(), [](const DiffGroup& x, const DiffGroup& y) {
      return std::tie(x.a, x.b, x.text_differs) < std::tie(y.a, y.b, y.text_differs);
    });
  }

  void read_examples(size_t begin, size_t end) {
    DocumentReader reader(std::vector<InputFile>{files_[wanted_[begin].side][wanted_[begin].file].file});
    uint64_t row = 0;
    for (size_t i = begin; i < end;) {
      const std::optional<Result<Document>> item = reader.next();
      if (!item) {
        return;  // the file was changed meanwhile
      }
      ++row;
      if (row != wanted_[i].row || !item->ok()) {
        continue;
      }
      const Document& document = item->value();
      DiffGroup::Example& example = out_.groups[wanted_[i].group].examples[wanted_[i].example];
      example.id = document.id;
      example.source = document.source;
      (wanted_[i].side == 0 ? example.text_a : example.text_b) = document.text;
      ++i;
    }
  }

  static void shorten(DiffGroup::Example& example) {
    const std::string& a = example.text_a;
    const std::string& b = example.text_b;
    size_t same = 0;
    if (!a.empty() && !b.empty() && a != b) {
      same = static_cast<size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
      same -= std::min(same, kBefore);
      while (same > 0 && same < a.size() && (static_cast<unsigned char>(a[same]) & 0xC0) == 0x80) {
        --same;  // not within a character
      }
    }
    example.text_a = prefix_characters(std::string_view(a).substr(std::min(same, a.size())), kExcerpt);
    example.text_b = prefix_characters(std::string_view(b).substr(std::min(same, b.size())), kExcerpt);
  }

  const Context& context_;
  const DiffOptions& options_;
  std::vector<PlacedFile> files_[2];
  StatusTable statuses_;
  std::map<std::tuple<std::string, std::string, bool>, size_t> groups_;  // place in out_.groups
  std::vector<Wanted> wanted_;
  CorpusDiff out_;
};

}  // namespace

CorpusDiff diff_corpora(const Context& context, const CorpusLayout& a, const CorpusLayout& b,
                        const DiffOptions& options) {
  return Differ(context, a, b, options).diff();
}

}  // namespace smelt
