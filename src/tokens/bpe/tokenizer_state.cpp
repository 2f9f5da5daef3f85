#include "tokens/bpe/tokenizer_state.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/files.h"
#include "base/json.h"
#include "tokens/bpe/byte_alphabet.h"

namespace smelt {
namespace {

constexpr uint32_t kHighestId = (1u << 24) - 1;
constexpr const char* kCure = "use a complete byte-level BPE tokenizer, as Hugging Face's library saves it";

std::string bytes_of(const std::string& spelling) {
  return ByteAlphabet::get().to_bytes(spelling).value_or(spelling);
}

// Tokens by id, from the vocabulary and the added tokens. The first owner of an id must be its only one, but an added
// token may repeat a vocabulary entry.
std::vector<std::string> tokens_by_id(const TokenizerParts& parts) {
  std::vector<std::string> tokens;
  std::vector<bool> taken;
  const auto place = [&](uint32_t id, std::string bytes, const std::string& shown, bool may_repeat) {
    if (id > kHighestId) {
      throw input_error(fmt::format("token \"{}\" has id {}, above {}", shown, id, kHighestId), parts.name, kCure);
    }
    if (id >= tokens.size()) {
      tokens.resize(id + 1);
      taken.resize(id + 1);
    }
    if (taken[id] && !may_repeat) {
      throw input_error(fmt::format("two tokens have id {} (one is \"{}\")", id, shown), parts.name, kCure);
    }
    taken[id] = true;
    tokens[id] = std::move(bytes);
  };
  for (const auto& [spelling, id] : parts.vocab) {
    place(id, bytes_of(spelling), spelling, false);
  }
  for (const AddedToken& token : parts.added) {
    place(token.id, token.content, token.content, true);
  }
  return tokens;
}

class Builder {
 public:
  explicit Builder(const TokenizerParts& parts) : parts_(parts) {
    ids_.reserve(parts.vocab.size());
    for (const auto& [spelling, id] : parts.vocab) {
      ids_.emplace(spelling, id);
    }
  }

  MergeTable merges() const {
    const ByteAlphabet& alphabet = ByteAlphabet::get();
    std::vector<uint32_t> byte_ids(256);
    for (int byte = 0; byte < 256; ++byte) {
      const char c = static_cast<char>(byte);
      byte_ids[static_cast<size_t>(byte)] = id_of(alphabet.to_chars({&c, 1}), fmt::format("byte {}", byte));
    }
    MergeTable table(byte_ids);
    table.reserve(parts_.merges.size());
    uint32_t rank = 0;
    for (const auto& [left, right] : parts_.merges) {
      const std::string what = fmt::format("merge {}", rank);
      table.add(id_of(left, what), id_of(right, what), rank, id_of(left + right, what));
      ++rank;
    }
    table.finish();
    return table;
  }

 private:
  uint32_t id_of(const std::string& spelling, const std::string& what) const {
    const auto it = ids_.find(spelling);
    if (it == ids_.end()) {
      throw input_error(fmt::format("{} needs the token \"{}\", which the vocabulary lacks", what, spelling),
                        parts_.name, kCure);
    }
    return it->second;
  }

  const TokenizerParts& parts_;
  std::unordered_map<std::string_view, uint32_t> ids_;
};

std::optional<std::string> token_name(const Json& config, const char* key) {
  const Json* value = config.find(key);
  if (value != nullptr && value->is_object()) {
    value = value->find("content");
  }
  return value != nullptr && value->is_string() ? std::optional(value->as_string()) : std::nullopt;
}

}  // namespace

std::unique_ptr<EncodeScratch> ScratchPool::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<EncodeScratch> scratch = std::move(idle_.back());
      idle_.pop_back();
      return scratch;
    }
  }
  return std::make_unique<EncodeScratch>();
}

void ScratchPool::give_back(std::unique_ptr<EncodeScratch> scratch) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(scratch));
}

void TokenBytes::assign(const std::vector<std::string>& tokens) {
  starts_.reserve(tokens.size() + 1);
  for (const std::string& token : tokens) {
    starts_.push_back(bytes_.size());
    bytes_ += token;
  }
  starts_.push_back(bytes_.size());
}

std::shared_ptr<TokenizerState> build_state(TokenizerParts parts) {
  auto state = std::make_shared<TokenizerState>();
  state->merges = Builder(parts).merges();
  state->tokens.assign(tokens_by_id(parts));
  for (const auto& entry : parts.vocab) {
    state->words.emplace(state->tokens[entry.second], entry.second);
  }
  state->ignore_merges = parts.ignore_merges;
  state->nfc = parts.nfc;
  state->pre_tokenizer = std::move(parts.pre_tokenizer);
  if (const SplitRule* rule = state->pre_tokenizer.only_rule()) {
    state->byte_bpe = std::make_unique<ByteBpe>(*rule, *state->merges, state->words, state->ignore_merges);
  }
  state->special.resize(state->tokens.size());
  std::vector<AddedToken> not_special;
  for (const AddedToken& token : parts.added) {
    state->special[token.id] = token.special;
    if (!token.special) {
      not_special.push_back(token);
    }
  }
  state->added = AddedTokens(std::move(parts.added));
  state->added_not_special = AddedTokens(std::move(not_special));
  return state;
}

void read_special_roles(const std::string& dir, TokenizerState& state) {
  const auto id_of = [&](const std::string& content) -> std::optional<uint32_t> {
    if (const AddedToken* token = state.added.find_content(content)) {
      return token->id;
    }
    const auto it = state.words.find(content);
    return it == state.words.end() ? std::nullopt : std::optional(it->second);
  };
  for (const char* file : {"tokenizer_config.json", "special_tokens_map.json"}) {
    const std::string path = dir + "/" + file;
    if (!path_exists(path)) {
      continue;
    }
    const Json config = Json::load(path);
    for (auto [key, role] : {std::pair{"eos_token", &state.eos}, std::pair{"bos_token", &state.bos}}) {
      if (const auto name = token_name(config, key); name && !*role) {
        *role = id_of(*name);
        if (!*role) {
          throw input_error(fmt::format("{} \"{}\" is not in the vocabulary", key, *name), path,
                            "name a token of tokenizer.json there");
        }
      }
    }
  }
  if (!state.eos) {
    state.eos = id_of("<|endoftext|>");
  }
}

}  // namespace smelt
