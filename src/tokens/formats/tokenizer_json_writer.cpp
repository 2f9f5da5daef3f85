#include <algorithm>

#include "tokens/formats/tokenizer_spec.h"

namespace smelt {
namespace {

Json optional_string(const std::optional<std::string>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json added_tokens(const TokenizerSpec& spec) {
  Json list = Json::array();
  for (const AddedToken& token : spec.added) {
    Json item = Json::object();
    item["id"] = static_cast<int64_t>(token.id);
    item["content"] = token.content;
    item["single_word"] = token.single_word;
    item["lstrip"] = token.lstrip;
    item["rstrip"] = token.rstrip;
    item["normalized"] = token.normalized;
    item["special"] = token.special;
    list.push_back(std::move(item));
  }
  return list;
}

Json scored_vocabulary(const ModelSpec& model) {
  Json list = Json::array();
  for (uint32_t id = 0; id < model.vocabulary.end_id(); ++id) {
    Json item = Json::array();
    item.push_back(Json(model.vocabulary[id]));
    item.push_back(Json(model.scores[id]));
    list.push_back(std::move(item));
  }
  return list;
}

Json vocabulary(const ModelSpec& model) {
  Json::Object out;
  out.reserve(model.vocabulary.size());
  for (uint32_t id = 0; id < model.vocabulary.end_id(); ++id) {
    if (model.vocabulary.has(id)) {
      out.emplace_back(std::string(model.vocabulary[id]), static_cast<int64_t>(id));
    }
  }
  return Json(std::move(out));
}

Json merges(const ModelSpec& model) {
  Json list = Json::array();
  for (const auto& [left, right] : model.merges) {
    Json item = Json::array();
    item.push_back(Json(model.vocabulary[left]));
    item.push_back(Json(model.vocabulary[right]));
    list.push_back(std::move(item));
  }
  return list;
}

Json model_json(const ModelSpec& model) {
  Json out = Json::object();
  switch (model.kind) {
    case ModelKind::kUnigram:
      out["type"] = "Unigram";
      out["unk_id"] = model.unk_id ? Json(static_cast<int64_t>(*model.unk_id)) : Json(nullptr);
      out["vocab"] = scored_vocabulary(model);
      out["byte_fallback"] = model.byte_fallback;
      return out;
    case ModelKind::kWordPiece:
      out["type"] = "WordPiece";
      out["unk_token"] = model.unk_token.value_or("");
      out["continuing_subword_prefix"] = model.continuing_prefix.value_or("");
      out["max_input_chars_per_word"] = static_cast<int64_t>(model.max_characters);
      out["vocab"] = vocabulary(model);
      return out;
    case ModelKind::kWordLevel:
      out["type"] = "WordLevel";
      out["vocab"] = vocabulary(model);
      out["unk_token"] = model.unk_token.value_or("");
      return out;
    case ModelKind::kBpe:
      break;
  }
  out["type"] = "BPE";
  out["dropout"] = nullptr;
  out["unk_token"] = optional_string(model.unk_token);
  out["continuing_subword_prefix"] = optional_string(model.continuing_prefix);
  out["end_of_word_suffix"] = optional_string(model.end_suffix);
  out["fuse_unk"] = model.fuse_unk;
  out["byte_fallback"] = model.byte_fallback;
  out["ignore_merges"] = model.ignore_merges;
  out["vocab"] = vocabulary(model);
  out["merges"] = merges(model);
  return out;
}

}  // namespace

std::string write_tokenizer_json(const TokenizerSpec& spec) {
  Json out = Json::object();
  out["version"] = "1.0";
  out["truncation"] = spec.truncation;
  out["padding"] = spec.padding;
  out["added_tokens"] = added_tokens(spec);
  out["normalizer"] = spec.normalizer;
  out["pre_tokenizer"] = spec.pre_tokenizer;
  out["post_processor"] = spec.post_processor;
  out["decoder"] = spec.decoder;
  out["model"] = model_json(spec.model);
  return out.dump(2) + "\n";
}

}  // namespace smelt
