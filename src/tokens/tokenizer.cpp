#include "tokens/tokenizer.h"

#include <algorithm>
#include <filesystem>

#include "base/files.h"
#include "base/text.h"
#include "tokens/bpe/tokenizer_state.h"
#include "tokens/formats/model_files.h"
#include "tokens/normalize/normal_forms.h"

namespace smelt {
namespace {

std::string to_nfc(std::string_view text) {
  std::vector<ChangedCharacter> characters;
  normal_form(NormalForm::kNfc, text, characters);
  std::string out;
  out.reserve(text.size());
  for (const ChangedCharacter& c : characters) {
    append_character(out, c.code_point);
  }
  return out;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<uint8_t>(c) < 0x80; });
}

constexpr size_t kPieceBytes = size_t{1} << 20;  // of a text that several threads share

// One call of encode on the short way: a state, a scratch and the output.
class ByteLevelCall {
 public:
  ByteLevelCall(const TokenizerState& state, EncodeScratch& scratch, std::vector<uint32_t>& out,
                Executor* executor = nullptr)
      : state_(state), scratch_(scratch), out_(out), executor_(executor) {}

  void run(std::string_view text, const AddedTokens& added) {
    std::vector<TextPart>& parts = scratch_.parts;
    parts.clear();
    added.split(text, parts);
    for (const TextPart& part : parts) {
      if (part.token != nullptr) {
        out_.push_back(part.token->id);
      } else if (state_.nfc && !is_ascii(part.text)) {
        plain(to_nfc(part.text));
      } else {
        plain(part.text);
      }
    }
  }

 private:
  void plain(std::string_view text) {
    if (state_.pre_tokenizer.add_prefix_space() && !text.starts_with(' ')) {
      const std::string spaced = " " + std::string(text);
      words_of(spaced);
    } else {
      words_of(text);
    }
  }

  void words_of(std::string_view text) {
    if (state_.byte_bpe != nullptr) {
      if (executor_ != nullptr && executor_->width() > 1 && text.size() >= 2 * kPieceBytes) {
        encode_pieces(text);
      } else {
        encode_known(text, scratch_, out_);
      }
      return;
    }
    scratch_.words.clear();
    state_.pre_tokenizer.split(text, scratch_.words);
    for (const std::string_view w : scratch_.words) {
      word(w);
    }
  }

  void encode_known(std::string_view text, EncodeScratch& scratch, std::vector<uint32_t>& out) const {
    if (scratch.byte_bpe == nullptr) {
      scratch.byte_bpe = std::make_unique<ByteBpe::Scratch>(*state_.byte_bpe);
    }
    state_.byte_bpe->encode(text, *scratch.byte_bpe, out);
  }

  // Each piece by one thread; then the ids of all are put into their places, by all threads again.
  void encode_pieces(std::string_view text) {
    std::vector<std::string_view> pieces;
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = next_safe_cut(text, begin + kPieceBytes);
      pieces.push_back(text.substr(begin, end - begin));
      begin = end;
    }
    std::vector<std::vector<uint32_t>> ids(pieces.size());
    executor_->run(static_cast<int64_t>(pieces.size()), [&](int64_t i) {
      std::unique_ptr<EncodeScratch> scratch = state_.scratch.take();
      const auto piece = static_cast<size_t>(i);
      encode_known(pieces[piece], *scratch, ids[piece]);
      state_.scratch.give_back(std::move(scratch));
    });
    std::vector<size_t> begins = {out_.size()};
    for (const std::vector<uint32_t>& part : ids) {
      begins.push_back(begins.back() + part.size());
    }
    out_.resize(begins.back());
    executor_->run(static_cast<int64_t>(pieces.size()), [&](int64_t i) {
      const auto piece = static_cast<size_t>(i);
      std::copy(ids[piece].begin(), ids[piece].end(), out_.begin() + static_cast<std::ptrdiff_t>(begins[piece]));
    });
  }

  void word(std::string_view word) {
    if (state_.ignore_merges) {
      if (const auto it = state_.words.find(word); it != state_.words.end()) {
        out_.push_back(it->second);
        return;
      }
    }
    state_.merges->encode(word, out_);
  }

  const TokenizerState& state_;
  EncodeScratch& scratch_;
  std::vector<uint32_t>& out_;
  Executor* executor_;
};

void encode_with(const TokenizerState& state, const AddedTokens& added, std::string_view text,
                 std::vector<uint32_t>& out, Executor* executor = nullptr) {
  std::unique_ptr<EncodeScratch> scratch = state.scratch.take();
  ByteLevelCall(state, *scratch, out, executor).run(text, added);
  state.scratch.give_back(std::move(scratch));
}

}  // namespace

Tokenizer Tokenizer::load(const std::string& dir_or_json) {
  namespace fs = std::filesystem;
  const fs::path path(dir_or_json);
  const bool is_dir = fs::is_directory(path);
  const fs::path dir = is_dir ? path : path.parent_path().empty() ? fs::path(".") : path.parent_path();
  const fs::path json = is_dir ? path / "tokenizer.json" : path;
  TokenizerSpec spec;
  if (!is_dir || path_exists(json.string())) {
    spec = read_any_tokenizer(read_file(json.string()), json.string());
  } else if (path_exists((dir / "vocab.json").string()) && path_exists((dir / "merges.txt").string())) {
    spec = read_gpt2_files((dir / "vocab.json").string(), (dir / "merges.txt").string());
  } else if (const std::string model = (dir / "tokenizer.model").string(); path_exists(model)) {
    spec = read_any_tokenizer(read_file(model), model);
  } else {
    throw input_error("no tokenizer.json, nor vocab.json with merges.txt, nor tokenizer.model", dir_or_json,
                      "name a tokenizer's folder");
  }
  const std::shared_ptr<TokenizerState> state = build_state(std::move(spec));
  read_special_roles(dir.string(), *state);
  return Tokenizer(state);
}

Tokenizer Tokenizer::parse(std::string_view json, const std::string& name) {
  return Tokenizer(build_state(read_tokenizer_json(json, name)));
}

Tokenizer Tokenizer::from_spec(TokenizerSpec spec) {
  return Tokenizer(build_state(std::move(spec)));
}

std::string Tokenizer::to_json() const {
  return write_tokenizer_json(library_spec(state_->spec));
}

Encoding Tokenizer::encode(std::string_view text, const EncodeOptions& options) const {
  return state_->pipeline->encode(text, options);
}

bool Tokenizer::decodes_bytewise() const {
  return state_->pipeline->decodes_bytewise();
}

std::vector<uint32_t> Tokenizer::encode(std::string_view text) const {
  std::vector<uint32_t> out;
  out.reserve(text.size() / 4 + 4);
  encode(text, out);
  return out;
}

void Tokenizer::encode(std::string_view text, std::vector<uint32_t>& out) const {
  if (state_->is_byte_level) {
    encode_with(*state_, state_->added, text, out);
  } else {
    state_->pipeline->encode_ids(text, false, out);
  }
}

void Tokenizer::encode(std::string_view text, Executor& executor, std::vector<uint32_t>& out) const {
  if (state_->is_byte_level) {
    encode_with(*state_, state_->added, text, out, &executor);
  } else {
    encode(text, out);
  }
}

void Tokenizer::encode_plain(std::string_view text, std::vector<uint32_t>& out) const {
  if (state_->is_byte_level) {
    encode_with(*state_, state_->added_not_special, text, out);
  } else {
    state_->pipeline->encode_ids(text, true, out);
  }
}

std::string Tokenizer::decode(std::span<const uint32_t> ids, bool skip_special) const {
  if (!decodes_bytewise()) {
    return state_->pipeline->decode(ids, skip_special);
  }
  std::string out;
  out.reserve(ids.size() * 4);
  for (const uint32_t id : ids) {
    if (!skip_special || !is_special(id)) {
      out += state_->tokens[id];
    }
  }
  return out;
}

std::string_view Tokenizer::token_view(uint32_t id) const {
  return state_->tokens[id];
}

std::optional<uint32_t> Tokenizer::token_id(std::string_view bytes) const {
  if (const AddedToken* token = state_->added.find_content(bytes)) {
    return token->id;
  }
  const auto it = state_->words.find(bytes);
  return it == state_->words.end() ? std::nullopt : std::optional(it->second);
}

uint32_t Tokenizer::vocab_size() const {
  return state_->tokens.size();
}
std::optional<uint32_t> Tokenizer::eos_id() const {
  return state_->eos;
}
std::optional<uint32_t> Tokenizer::bos_id() const {
  return state_->bos;
}
bool Tokenizer::is_special(uint32_t id) const {
  return id < state_->special.size() && state_->special[id];
}

}  // namespace smelt
