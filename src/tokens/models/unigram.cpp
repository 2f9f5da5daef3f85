// Unigram (Kudo, arXiv 1804.10959): the segmentation of highest likelihood, by dynamic programming over a trie.
#include <algorithm>
#include <limits>
#include <unordered_map>

#include <fmt/core.h>

#include "base/error.h"
#include "tokens/models/token_model.h"
#include "tokens/unicode/properties.h"

namespace smelt {
namespace {

constexpr double kUnkPenalty = 10;

// A trie over bytes; children of a node lie in a hash map keyed by node << 8 | byte.
class Trie {
 public:
  void add(std::string_view token, uint32_t id) {
    uint32_t node = 0;
    for (const char c : token) {
      const auto [it, is_new] = next_.try_emplace(key(node, c), static_cast<uint32_t>(ids_.size()));
      if (is_new) {
        ids_.push_back(Vocabulary::kNone);
      }
      node = it->second;
    }
    ids_[node] = id;
  }
  void finish() {
    for (int byte = 0; byte < 256; ++byte) {
      const auto it = next_.find(key(0, static_cast<char>(byte)));
      first_[byte] = it == next_.end() ? 0 : it->second;
    }
  }
  // found(length, id) for every token that the text begins with, shortest first.
  template <class F>
  void prefixes(std::string_view text, F&& found) const {
    uint32_t node = text.empty() ? 0 : first_[static_cast<uint8_t>(text[0])];
    for (size_t i = 1; node != 0; ++i) {
      if (ids_[node] != Vocabulary::kNone) {
        found(i, ids_[node]);
      }
      if (i == text.size()) {
        return;
      }
      const auto it = next_.find(key(node, text[i]));
      node = it == next_.end() ? 0 : it->second;
    }
  }

 private:
  static uint64_t key(uint32_t node, char c) { return static_cast<uint64_t>(node) << 8 | static_cast<uint8_t>(c); }
  std::unordered_map<uint64_t, uint32_t> next_;
  std::vector<uint32_t> ids_{Vocabulary::kNone};
  uint32_t first_[256] = {};
};

class Unigram : public TokenModel {
 public:
  Unigram(const ModelSpec& spec, std::string name) : spec_(spec), name_(std::move(name)) {
    double lowest = std::numeric_limits<double>::infinity();
    for (uint32_t id = 0; id < spec.vocabulary.end_id(); ++id) {
      if (spec.vocabulary.has(id) && (spec.hidden.empty() || !spec.hidden[id])) {
        trie_.add(spec.vocabulary[id], spec.vocabulary.find(spec.vocabulary[id]));
        lowest = std::min(lowest, spec.scores[id]);
      }
    }
    trie_.finish();
    unk_score_ = lowest - kUnkPenalty;
    for (uint32_t byte = 0; byte < 256; ++byte) {
      byte_ids_[byte] = spec.vocabulary.find(fmt::format("<0x{:02X}>", byte));
    }
  }

  void tokenize(std::string_view piece, std::vector<PieceToken>& out) const override {
    if (spec_.single_precision) {
      search<float>(piece, out);
    } else {
      search<double>(piece, out);
    }
  }

 private:
  template <class Score>
  void search(std::string_view piece, std::vector<PieceToken>& out) const {
    struct Node {
      Score score = 0;
      uint32_t start = UINT32_MAX;
      uint32_t id = 0;
    };
    std::vector<Node> nodes(piece.size() + 1);
    for (size_t at = 0; at < piece.size();) {
      const Score here = nodes[at].score;
      const auto offer = [&](size_t end, Score score, uint32_t id) {
        Node& node = nodes[end];
        if (node.start == UINT32_MAX || score > node.score) {
          node = {score, static_cast<uint32_t>(at), id};
        }
      };
      const uint32_t length = character_at(piece, at).length;
      bool has_single = false;
      trie_.prefixes(piece.substr(at), [&](size_t n, uint32_t id) {
        offer(at + n, static_cast<Score>(spec_.scores[id]) + here, id);
        has_single = has_single || n == length;
      });
      if (!has_single) {
        offer(at + length, static_cast<Score>(unk_score_) + here, unknown());
      }
      at += length;
    }
    const size_t before = out.size();
    for (size_t end = piece.size(); end > 0; end = nodes[end].start) {
      const Node& node = nodes[end];
      const bool is_unknown = spec_.unk_id && node.id == *spec_.unk_id;
      if (is_unknown && out.size() > before && out.back().id == *spec_.unk_id && out.back().begin == end) {
        out.back().begin = node.start;
      } else {
        out.push_back({node.id, node.start, static_cast<uint32_t>(end), true});
      }
    }
    std::reverse(out.begin() + static_cast<std::ptrdiff_t>(before), out.end());
    resolve_unknown(piece, before, out);
  }

  // What was joined as unknown may be a token after all; else it falls back to bytes where those exist.
  void resolve_unknown(std::string_view piece, size_t before, std::vector<PieceToken>& out) const {
    if (!spec_.unk_id) {
      return;
    }
    std::vector<PieceToken> tokens(out.begin() + static_cast<std::ptrdiff_t>(before), out.end());
    out.resize(before);
    for (const PieceToken& token : tokens) {
      if (token.id != *spec_.unk_id) {
        out.push_back(token);
        continue;
      }
      const std::string_view text = piece.substr(token.begin, token.end - token.begin);
      if (const uint32_t id = spec_.vocabulary.find(text); id != Vocabulary::kNone && !spec_.single_precision) {
        out.push_back({id, token.begin, token.end, true});
      } else if (spec_.byte_fallback && std::all_of(text.begin(), text.end(), [&](char c) {
                   return byte_ids_[static_cast<uint8_t>(c)] != Vocabulary::kNone;
                 })) {
        for (const char c : text) {
          out.push_back({byte_ids_[static_cast<uint8_t>(c)], token.begin, token.end, false});
        }
      } else {
        out.push_back(token);
      }
    }
  }

  uint32_t unknown() const {
    if (!spec_.unk_id) {
      throw input_error("a text holds an unknown character, and the model names no unknown token", name_,
                        "give model.unk_id");
    }
    return *spec_.unk_id;
  }

  const ModelSpec& spec_;
  std::string name_;
  Trie trie_;
  double unk_score_ = 0;
  uint32_t byte_ids_[256] = {};
};

}  // namespace

std::unique_ptr<TokenModel> make_unigram(const ModelSpec& spec, const std::string& name) {
  if (spec.unk_id && *spec.unk_id >= spec.vocabulary.end_id()) {
    throw input_error(fmt::format("unk_id is {}, but there are {} tokens", *spec.unk_id, spec.vocabulary.end_id()),
                      name + ": model.unk_id", "name a token of the vocabulary");
  }
  return std::make_unique<Unigram>(spec, name);
}

}  // namespace smelt
