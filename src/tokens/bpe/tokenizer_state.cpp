#include "tokens/bpe/tokenizer_state.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/files.h"
#include "base/json.h"
#include "tokens/bpe/byte_alphabet.h"
#include "tokens/bpe/byte_level_plan.h"

namespace smelt {
namespace {

// The bytes of the tokens by id, from the vocabulary and the added tokens.
std::vector<std::string> tokens_by_id(const TokenizerState& state) {
  const Vocabulary& vocabulary = state.spec.model.vocabulary;
  uint32_t count = vocabulary.end_id();
  for (const AddedToken& token : state.spec.added) {
    count = std::max(count, token.id + 1);
  }
  std::vector<std::string> tokens(count);
  const ByteAlphabet& alphabet = ByteAlphabet::get();
  const bool bytewise = state.pipeline->decodes_bytewise();
  for (uint32_t id = 0; id < vocabulary.end_id(); ++id) {
    if (bytewise) {
      const std::string_view spelling = vocabulary[id];
      tokens[id] = alphabet.to_bytes(spelling).value_or(std::string(spelling));
    } else {
      tokens[id] = state.pipeline->token_bytes(id);
    }
  }
  for (const AddedToken& token : state.spec.added) {
    tokens[token.id] = state.pipeline->token_bytes(token.id);
  }
  return tokens;
}

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

std::shared_ptr<TokenizerState> build_state(TokenizerSpec spec) {
  auto state = std::make_shared<TokenizerState>();
  state->spec = std::move(spec);
  const TokenizerSpec& parts = state->spec;
  const std::vector<uint32_t> byte_ids = byte_ids_of(parts.model.vocabulary);
  if (parts.model.kind == ModelKind::kBpe) {
    const bool has_bytes = !byte_ids.empty();
    state->merges = make_merges(parts.model, has_bytes ? byte_ids : std::vector<uint32_t>(256), parts.name);
    if (has_bytes) {
      state->merges->finish();
    }
  }
  state->pipeline = std::make_unique<const Pipeline>(parts, state->merges ? &*state->merges : nullptr);
  state->tokens.assign(tokens_by_id(*state));
  const Vocabulary& vocabulary = parts.model.vocabulary;
  state->words.reserve(vocabulary.size());
  for (const bool fallback : {false, true}) {  // "<0x41>" stands for A only where A is no token
    for (uint32_t id = 0; id < vocabulary.end_id(); ++id) {
      const bool is_fallback = parts.model.byte_fallback && vocabulary[id].size() == 6 && state->tokens[id].size() == 1;
      if (vocabulary.has(id) && is_fallback == fallback) {
        state->words.emplace(state->tokens[id], id);
      }
    }
  }
  state->ignore_merges = parts.model.ignore_merges;
  if (std::optional<ByteLevelPlan> plan = byte_level_plan(parts)) {
    state->is_byte_level = state->pipeline->decodes_bytewise();
    state->nfc = plan->nfc;
    state->pre_tokenizer = std::move(plan->pre_tokenizer);
    const SplitRule* rule = state->pre_tokenizer.only_rule();
    if (state->is_byte_level && rule != nullptr) {
      state->byte_bpe = std::make_unique<ByteBpe>(*rule, *state->merges, state->words, state->ignore_merges);
    }
  }
  state->special.resize(state->tokens.size());
  std::vector<AddedToken> not_special;
  for (const AddedToken& token : parts.added) {
    state->special[token.id] = token.special;
    if (!token.special) {
      not_special.push_back(token);
    }
  }
  state->added = AddedTokens(parts.added);
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
