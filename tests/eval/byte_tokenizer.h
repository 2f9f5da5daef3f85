// A tokenizer for tests: every byte is a token (id = byte), 256 is the end of a document, and a few merges of letters.
#pragma once

#include <string>

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "tokens/tokenizer.h"

namespace smelt {

constexpr uint32_t kTestEos = 256;

inline std::string byte_symbol(int byte) {
  const auto printable = [](int b) { return (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174; };
  int shifted = 256;
  for (int b = 0; b < byte; ++b) {
    shifted += printable(b) ? 0 : 1;
  }
  std::string out;
  append_utf8(out, static_cast<uint32_t>(printable(byte) ? byte : shifted));
  return out;
}

inline std::string byte_tokenizer_json() {
  Json vocab = Json::object();
  for (int byte = 0; byte < 256; ++byte) {
    vocab[byte_symbol(byte)] = byte;
  }
  Json eos = Json::object();
  eos["id"] = static_cast<int64_t>(kTestEos);
  eos["content"] = "<|end|>";
  for (const char* flag : {"single_word", "lstrip", "rstrip", "normalized"}) {
    eos[flag] = false;
  }
  eos["special"] = true;
  Json split = Json::object();
  split["type"] = "ByteLevel";
  split["add_prefix_space"] = false;
  split["trim_offsets"] = true;
  split["use_regex"] = true;
  Json model = Json::object();
  model["type"] = "BPE";
  model["vocab"] = vocab;
  model["merges"] = Json::array();
  Json out = Json::object();
  out["version"] = "1.0";
  out["added_tokens"] = Json::array();
  out["added_tokens"].push_back(eos);
  out["pre_tokenizer"] = split;
  out["decoder"] = split;
  out["model"] = model;
  return out.dump();
}

inline Tokenizer write_byte_tokenizer(const std::string& dir) {
  make_directories(dir);
  write_file(dir + "/tokenizer.json", byte_tokenizer_json());
  write_file(dir + "/tokenizer_config.json", R"({"eos_token": "<|end|>"})");
  return Tokenizer::load(dir);
}

}  // namespace smelt
