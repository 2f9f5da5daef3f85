// Any bytes as a text: decode(encode(x)) is x, with the split rules of every family.
#include "base/json.h"
#include "bytes.h"
#include "tokens/tokenizer.h"

namespace {

// The 256 bytes and a few merges, with one of the split rules.
std::string tokenizer_json(bool split) {
  const auto spelled = [](int byte) {
    static const auto kChars = [] {
      std::vector<std::string> chars;
      int extra = 0;
      for (int b = 0; b < 256; ++b) {
        const bool plain = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
        const int code = plain ? b : 256 + extra++;
        chars.push_back(
            code < 128 ? std::string(1, static_cast<char>(code))
                       : std::string{static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 0x3F))});
      }
      return chars;
    }();
    return kChars[static_cast<size_t>(byte)];
  };
  smelt::Json json = smelt::Json::object();
  smelt::Json vocab = smelt::Json::object();
  for (int b = 0; b < 256; ++b) {
    vocab[spelled(b)] = b;
  }
  smelt::Json merges = smelt::Json::array();
  int next = 256;
  for (const char* pair : {"a a", "a b", "e r", "aa ab"}) {
    std::string both(pair);
    merges.push_back(both);
    both.erase(both.find(' '), 1);
    vocab[both] = next++;
  }
  json["model"]["type"] = "BPE";
  json["model"]["vocab"] = std::move(vocab);
  json["model"]["merges"] = std::move(merges);
  smelt::Json level = smelt::Json::object();
  level["type"] = "ByteLevel";
  level["add_prefix_space"] = false;
  level["trim_offsets"] = true;
  level["use_regex"] = split;
  json["pre_tokenizer"] = level;
  json["decoder"] = level;
  return json.dump();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto kWhole = smelt::Tokenizer::parse(tokenizer_json(false), "whole");
  static const auto kSplit = smelt::Tokenizer::parse(tokenizer_json(true), "split");
  const std::string_view text = smelt::fuzz_bytes(data, size);
  for (const smelt::Tokenizer* tokenizer : {&kWhole, &kSplit}) {
    const auto ids = tokenizer->encode(text);
    SMELT_CHECK(tokenizer->decode(ids) == text);
    smelt::StreamDecoder stream(*tokenizer);
    size_t shown = 0;
    for (const uint32_t id : ids) {
      shown += stream.push(id).size();
    }
    shown += stream.finish().size();
    SMELT_CHECK(text.empty() == (shown == 0));
  }
  return 0;
}
