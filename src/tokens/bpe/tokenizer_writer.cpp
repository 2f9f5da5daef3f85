#include "base/files.h"
#include "base/json.h"
#include "tokens/bpe/byte_alphabet.h"
#include "tokens/bpe_trainer.h"
#include "tokens/split/split_scanner.h"

namespace smelt {
namespace {

Json byte_level(bool use_regex) {
  Json out = Json::object();
  out["type"] = "ByteLevel";
  out["add_prefix_space"] = false;
  out["trim_offsets"] = true;
  out["use_regex"] = use_regex;
  return out;
}

Json pre_tokenizer(const std::string& split) {
  if (split == "gpt2") {
    return byte_level(true);
  }
  Json step = Json::object();
  step["type"] = "Split";
  step["pattern"] = Json::object();
  step["pattern"]["Regex"] =
      split_regex(split == "llama3" ? SplitRule{SplitFamily::kCl100k, 3} : SplitRule{SplitFamily::kTekken, 1});
  step["behavior"] = "Isolated";
  step["invert"] = false;
  Json out = Json::object();
  out["type"] = "Sequence";
  out["pretokenizers"] = Json::array();
  out["pretokenizers"].push_back(std::move(step));
  out["pretokenizers"].push_back(byte_level(false));
  return out;
}

Json added_token(const std::string& content, bool special) {
  Json out = Json::object();
  out["content"] = content;
  out["single_word"] = false;
  out["lstrip"] = false;
  out["rstrip"] = false;
  out["normalized"] = false;
  out["special"] = special;
  return out;
}

Json model(const TrainedTokenizer& trained, size_t first_bytes) {
  Json out = Json::object();
  out["type"] = "BPE";
  for (const char* key : {"dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix"}) {
    out[key] = nullptr;
  }
  for (const char* key : {"fuse_unk", "byte_fallback", "ignore_merges"}) {
    out[key] = false;
  }
  const ByteAlphabet& alphabet = ByteAlphabet::get();
  std::vector<std::string> spelled;
  Json::Object vocab;
  for (size_t id = 0; id < trained.tokens.size(); ++id) {
    // Special tokens are spelled as they are.
    spelled.push_back(id < first_bytes ? trained.tokens[id] : alphabet.to_chars(trained.tokens[id]));
    vocab.emplace_back(spelled.back(), static_cast<int64_t>(id));
  }
  Json::Array merges;
  for (const auto& [left, right] : trained.merges) {
    merges.emplace_back(spelled[left] + " " + spelled[right]);
  }
  out["vocab"] = Json(std::move(vocab));
  out["merges"] = Json(std::move(merges));
  return out;
}

void set_roles(const TokenizerOptions& options, Json& config) {
  if (!options.bos_token.empty()) {
    config["bos_token"] = options.bos_token;
  }
  if (!options.eos_token.empty()) {
    config["eos_token"] = options.eos_token;
    config["pad_token"] = options.eos_token;
  }
}

}  // namespace

void write_tokenizer(const TrainedTokenizer& trained, const TokenizerOptions& options, const std::string& dir) {
  const size_t num_special = options.special_tokens.size();
  const size_t first_bytes = num_special + options.marker_tokens.size();
  Json list = Json::array();
  Json by_id = Json::object();
  for (size_t id = 0; id < first_bytes; ++id) {
    const Json token = added_token(trained.tokens[id], id < num_special);
    by_id[std::to_string(id)] = token;
    Json with_id = Json::object();
    with_id["id"] = static_cast<int64_t>(id);
    for (const auto& [key, value] : token.as_object()) {
      with_id[key] = value;
    }
    list.push_back(std::move(with_id));
  }
  Json json = Json::object();
  json["version"] = "1.0";
  json["truncation"] = nullptr;
  json["padding"] = nullptr;
  json["added_tokens"] = std::move(list);
  json["normalizer"] = nullptr;
  json["pre_tokenizer"] = pre_tokenizer(options.split);
  json["post_processor"] = nullptr;
  json["decoder"] = byte_level(true);
  json["model"] = model(trained, first_bytes);
  write_file(dir + "/tokenizer.json", json.dump(2) + "\n");

  Json config = Json::object();
  config["added_tokens_decoder"] = std::move(by_id);
  set_roles(options, config);
  config["clean_up_tokenization_spaces"] = false;
  config["tokenizer_class"] = "PreTrainedTokenizerFast";
  write_file(dir + "/tokenizer_config.json", config.dump(2) + "\n");

  Json map = Json::object();
  set_roles(options, map);
  map["additional_special_tokens"] = Json::array();
  for (const std::string& token : options.special_tokens) {
    if (token != options.eos_token && token != options.bos_token) {
      map["additional_special_tokens"].push_back(token);
    }
  }
  write_file(dir + "/special_tokens_map.json", map.dump(2) + "\n");
}

}  // namespace smelt
