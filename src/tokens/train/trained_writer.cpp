#include <algorithm>

#include "base/files.h"
#include "base/json.h"
#include "tokens/bpe_trainer.h"
#include "tokens/split/split_scanner.h"
#include "tokens/train/alphabet.h"
#include "tokens/train/word_splitter.h"

namespace smelt {
namespace {

Json part(const char* type, Json::Object members = {}) {
  Json::Object out = {{"type", type}};
  out.insert(out.end(), std::make_move_iterator(members.begin()), std::make_move_iterator(members.end()));
  return Json(std::move(out));
}

// The only part, or a sequence.
Json sequence(const char* key, Json::Array parts) {
  return parts.size() == 1 ? std::move(parts[0]) : part("Sequence", {{key, Json(std::move(parts))}});
}

Json byte_level(bool use_regex) {
  return part("ByteLevel", {{"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", use_regex}});
}

Json metaspace(bool split) {
  return part("Metaspace", {{"replacement", kSpaceMark}, {"prepend_scheme", "never"}, {"split", split}});
}

Json normalizer(const TokenizerOptions& options) {
  return options.model != "wordpiece" ? Json()
                                      : part("BertNormalizer", {{"clean_text", true},
                                                                {"handle_chinese_chars", true},
                                                                {"strip_accents", nullptr},
                                                                {"lowercase", options.lowercase}});
}

Json pre_tokenizer(const TokenizerOptions& options) {
  Json::Array parts;
  if (options.split_digits) {
    parts.push_back(part("Digits", {{"individual_digits", true}}));
  }
  if (options.model == "wordpiece") {
    parts.push_back(part("BertPreTokenizer"));
    return sequence("pretokenizers", std::move(parts));
  }
  const bool bytes = options.model == "byte_level";
  if (bytes && options.split == "gpt2") {
    parts.push_back(byte_level(true));
  } else if (options.split == "metaspace") {
    parts.push_back(metaspace(true));
  } else {
    const Json pattern(Json::Object{{"Regex", split_regex(split_rule(options.split))}});
    parts.push_back(part("Split", {{"pattern", pattern}, {"behavior", "Isolated"}, {"invert", false}}));
    parts.push_back(bytes ? byte_level(false) : metaspace(false));
  }
  return sequence("pretokenizers", std::move(parts));
}

Json decoder(const TokenizerOptions& options) {
  if (options.model == "byte_level") {
    return byte_level(true);
  }
  if (options.model == "wordpiece") {
    return part("WordPiece", {{"prefix", kContinuingPrefix}, {"cleanup", true}});
  }
  const Json pattern(Json::Object{{"String", kSpaceMark}});
  return sequence("decoders",
                  {part("Replace", {{"pattern", pattern}, {"content", " "}}), part("ByteFallback"), part("Fuse")});
}

// BERT's sentence marks, where the vocabulary has them.
Json post_processor(const TokenizerOptions& options) {
  const auto id = [&](const char* token) {
    const auto found = std::find(options.special_tokens.begin(), options.special_tokens.end(), token);
    return found == options.special_tokens.end() ? -1 : found - options.special_tokens.begin();
  };
  if (options.model != "wordpiece" || id("[CLS]") < 0 || id("[SEP]") < 0) {
    return {};
  }
  const auto item = [](const char* type, const char* name, int type_id) {
    return Json(Json::Object{{type, Json(Json::Object{{"id", name}, {"type_id", type_id}})}});
  };
  const auto special = [&](const char* token) {
    return Json(Json::Object{{"id", token},
                             {"ids", Json(Json::Array{Json(static_cast<int64_t>(id(token)))})},
                             {"tokens", Json(Json::Array{Json(token)})}});
  };
  const Json cls = item("SpecialToken", "[CLS]", 0);
  const Json first = item("Sequence", "A", 0);
  const Json sep = item("SpecialToken", "[SEP]", 0);
  return part("TemplateProcessing",
              {{"single", Json(Json::Array{cls, first, sep})},
               {"pair", Json(Json::Array{cls, first, sep, item("Sequence", "B", 1), item("SpecialToken", "[SEP]", 1)})},
               {"special_tokens", Json(Json::Object{{"[CLS]", special("[CLS]")}, {"[SEP]", special("[SEP]")}})}});
}

Json added_token(const std::string& content, bool special) {
  return Json(Json::Object{{"content", content},
                           {"single_word", false},
                           {"lstrip", false},
                           {"rstrip", false},
                           {"normalized", false},
                           {"special", special}});
}

Json vocabulary(const TrainedTokenizer& trained) {
  Json::Object vocab;
  vocab.reserve(trained.tokens.size());
  for (const std::string& token : trained.tokens) {
    vocab.emplace_back(token, static_cast<int64_t>(vocab.size()));
  }
  return Json(std::move(vocab));
}

Json model(const TrainedTokenizer& trained, const TokenizerOptions& options) {
  if (options.model == "wordpiece") {
    return part("WordPiece", {{"unk_token", kUnknownToken},
                              {"continuing_subword_prefix", kContinuingPrefix},
                              {"max_input_chars_per_word", 100},
                              {"vocab", vocabulary(trained)}});
  }
  Json::Array merges;
  for (const auto& [left, right] : trained.merges) {
    merges.emplace_back(trained.tokens[left] + " " + trained.tokens[right]);
  }
  return part("BPE", {{"dropout", nullptr},
                      {"unk_token", nullptr},
                      {"continuing_subword_prefix", nullptr},
                      {"end_of_word_suffix", nullptr},
                      {"fuse_unk", false},
                      {"byte_fallback", options.model == "byte_fallback"},
                      {"ignore_merges", false},
                      {"vocab", vocabulary(trained)},
                      {"merges", Json(std::move(merges))}});
}

bool is_special(const TokenizerOptions& options, const char* token) {
  return std::find(options.special_tokens.begin(), options.special_tokens.end(), token) != options.special_tokens.end();
}

void set_roles(const TokenizerOptions& options, Json& config) {
  if (!options.bos_token.empty()) {
    config["bos_token"] = options.bos_token;
  }
  if (!options.eos_token.empty()) {
    config["eos_token"] = options.eos_token;
    config["pad_token"] = options.eos_token;
  }
  if (options.model != "wordpiece") {
    return;
  }
  for (const auto& [key, token] : {std::pair{"unk_token", kUnknownToken},
                                   {"cls_token", "[CLS]"},
                                   {"sep_token", "[SEP]"},
                                   {"mask_token", "[MASK]"},
                                   {"pad_token", "[PAD]"}}) {
    if (is_special(options, token)) {
      config[key] = token;
    }
  }
}

}  // namespace

void write_tokenizer(const TrainedTokenizer& trained, const TokenizerOptions& options, const std::string& dir) {
  const size_t num_special = options.special_tokens.size();
  const size_t num_added = num_special + options.marker_tokens.size();
  Json list = Json::array();
  Json by_id = Json::object();
  for (size_t id = 0; id < num_added; ++id) {
    const Json token = added_token(trained.tokens[id], id < num_special);
    by_id[std::to_string(id)] = token;
    Json with_id = Json::object();
    with_id["id"] = static_cast<int64_t>(id);
    for (const auto& [key, value] : token.as_object()) {
      with_id[key] = value;
    }
    list.push_back(std::move(with_id));
  }
  const Json json(Json::Object{{"version", "1.0"},
                               {"truncation", nullptr},
                               {"padding", nullptr},
                               {"added_tokens", std::move(list)},
                               {"normalizer", normalizer(options)},
                               {"pre_tokenizer", pre_tokenizer(options)},
                               {"post_processor", post_processor(options)},
                               {"decoder", decoder(options)},
                               {"model", model(trained, options)}});
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
