// Byte-pair encoding over characters (Sennrich et al., arXiv 1508.07909), with all that tokenizer.json may ask of it.
#include <algorithm>
#include <array>
#include <functional>
#include <queue>

#include <fmt/core.h>

#include "base/error.h"
#include "tokens/bpe/merge_table.h"
#include "tokens/models/token_model.h"
#include "tokens/unicode/properties.h"

namespace smelt {
namespace {

constexpr uint32_t kEnd = UINT32_MAX;

struct Symbol {
  uint32_t id;
  uint32_t length;  // bytes of the piece; 0: merged into its left neighbour
  uint32_t previous;
  uint32_t next;
};

class Bpe : public TokenModel {
 public:
  Bpe(const ModelSpec& spec, const MergeTable& merges, std::string name)
      : spec_(spec), merges_(merges), name_(std::move(name)) {
    if (spec.unk_token) {
      unk_ = spec.vocabulary.find(*spec.unk_token);
    }
    for (uint32_t byte = 0; byte < 256; ++byte) {
      byte_ids_[byte] = spec.vocabulary.find(fmt::format("<0x{:02X}>", byte));
    }
  }

  void tokenize(std::string_view piece, std::vector<PieceToken>& out) const override {
    if (spec_.ignore_merges) {
      if (const uint32_t id = spec_.vocabulary.find(piece); id != Vocabulary::kNone) {
        out.push_back({id, 0, static_cast<uint32_t>(piece.size())});
        return;
      }
    }
    std::vector<Symbol> symbols;
    symbols.reserve(piece.size());
    add_symbols(piece, symbols);
    if (symbols.empty()) {
      return;
    }
    merge(symbols);
    uint32_t at = 0;
    for (uint32_t i = 0; i != kEnd; i = symbols[i].next) {
      out.push_back({symbols[i].id, at, at + symbols[i].length});
      at += symbols[i].length;
    }
  }

 private:
  static void add(std::vector<Symbol>& symbols, uint32_t id, uint32_t length) {
    const auto index = static_cast<uint32_t>(symbols.size());
    if (index > 0) {
      symbols.back().next = index;
    }
    symbols.push_back({id, length, index == 0 ? kEnd : index - 1, kEnd});
  }

  void add_symbols(std::string_view piece, std::vector<Symbol>& symbols) const {
    uint32_t unknown_length = 0;  // of an unknown token that is not added yet
    const auto flush = [&] {
      if (unknown_length > 0) {
        add(symbols, unk_, unknown_length);
        unknown_length = 0;
      }
    };
    std::string spelled;
    for (size_t at = 0; at < piece.size();) {
      const uint32_t length = character_at(piece, at).length;
      std::string_view text = piece.substr(at, length);
      const bool is_first = at == 0;
      at += length;
      const bool is_last = at == piece.size();
      if ((!is_first && spec_.continuing_prefix) || (is_last && spec_.end_suffix)) {
        spelled = !is_first && spec_.continuing_prefix ? *spec_.continuing_prefix : std::string();
        spelled += text;
        spelled += is_last && spec_.end_suffix ? *spec_.end_suffix : std::string();
        text = spelled;
      }
      if (const uint32_t id = spec_.vocabulary.find(text); id != Vocabulary::kNone) {
        flush();
        add(symbols, id, length);
      } else if (!add_bytes(text, symbols)) {
        if (!spec_.unk_token) {
          continue;
        }
        if (unk_ == Vocabulary::kNone) {
          throw input_error(fmt::format("the vocabulary lacks the unknown token \"{}\"", *spec_.unk_token), name_,
                            "add it to the vocabulary");
        }
        if (!spec_.fuse_unk) {
          flush();
        }
        unknown_length += length;
      }
    }
    flush();
  }

  bool add_bytes(std::string_view text, std::vector<Symbol>& symbols) const {
    if (!spec_.byte_fallback || !std::all_of(text.begin(), text.end(), [&](char c) {
          return byte_ids_[static_cast<uint8_t>(c)] != Vocabulary::kNone;
        })) {
      return false;
    }
    for (const char c : text) {
      add(symbols, byte_ids_[static_cast<uint8_t>(c)], 1);
    }
    return true;
  }

  void merge(std::vector<Symbol>& symbols) const {
    struct Candidate {
      uint64_t merge;  // rank << 32 | new id
      uint32_t left;
      bool operator>(const Candidate& o) const {
        return (merge >> 32) != (o.merge >> 32) ? (merge >> 32) > (o.merge >> 32) : left > o.left;
      }
    };
    std::vector<Candidate> first;
    for (uint32_t i = 0; i + 1 < symbols.size(); ++i) {
      if (const uint64_t m = merges_.find(symbols[i].id, symbols[i + 1].id); m != MergeTable::kNone) {
        first.push_back({m, i});
      }
    }
    std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue(std::greater<>(), std::move(first));
    const auto offer = [&](uint32_t left) {
      const uint64_t m = merges_.find(symbols[left].id, symbols[symbols[left].next].id);
      if (m != MergeTable::kNone) {
        queue.push({m, left});
      }
    };
    while (!queue.empty()) {
      const Candidate top = queue.top();
      queue.pop();
      Symbol& left = symbols[top.left];
      if (left.length == 0 || left.next == kEnd) {
        continue;
      }
      Symbol& right = symbols[left.next];
      // Stale candidates: as in the library only the new token must still be the one offered.
      const uint64_t now = merges_.find(left.id, right.id);
      if (now == MergeTable::kNone || static_cast<uint32_t>(now) != static_cast<uint32_t>(top.merge)) {
        continue;
      }
      left.id = static_cast<uint32_t>(top.merge);
      left.length += right.length;
      right.length = 0;
      left.next = right.next;
      if (left.next != kEnd) {
        symbols[left.next].previous = top.left;
      }
      if (left.previous != kEnd) {
        offer(left.previous);
      }
      if (left.next != kEnd) {
        offer(top.left);
      }
    }
  }

  const ModelSpec& spec_;
  const MergeTable& merges_;
  std::string name_;
  uint32_t unk_ = Vocabulary::kNone;
  std::array<uint32_t, 256> byte_ids_{};
};

}  // namespace

MergeTable make_merges(const ModelSpec& spec, const std::vector<uint32_t>& byte_ids, const std::string& name) {
  MergeTable merges(byte_ids);
  merges.reserve(spec.merges.size());
  const size_t prefix = spec.continuing_prefix ? spec.continuing_prefix->size() : 0;
  std::string merged;
  for (size_t i = 0; i < spec.merges.size(); ++i) {
    const auto [left, right] = spec.merges[i];
    const std::string_view tail = spec.vocabulary[right];
    merged = spec.vocabulary[left];
    merged += tail.substr(std::min(prefix, tail.size()));
    const uint32_t id = spec.vocabulary.find(merged);
    if (id == Vocabulary::kNone) {
      throw input_error(fmt::format("merge {} needs the token \"{}\", which the vocabulary lacks", i, merged), name,
                        "use a complete BPE tokenizer");
    }
    merges.add(left, right, spec.merge_ranks.empty() ? static_cast<uint32_t>(i) : spec.merge_ranks[i], id);
  }
  return merges;
}

std::unique_ptr<TokenModel> make_bpe(const ModelSpec& spec, const MergeTable& merges, const std::string& name) {
  return std::make_unique<Bpe>(spec, merges, name);
}

}  // namespace smelt
