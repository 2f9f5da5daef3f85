// The reader of tokenizer.json. The vocabulary and the merges, which are nearly all of it, are read straight from the
// text into their tables; the small rest becomes Json.
#include <fmt/core.h>
#include <simdjson.h>

#include "base/error.h"
#include "tokens/formats/json_node.h"
#include "tokens/formats/tokenizer_spec.h"

namespace smelt {
namespace {

namespace od = simdjson::ondemand;

constexpr size_t kBytesPerToken = 24;  // of the file: what a vocabulary may grow to before its size is known

class Reader {
 public:
  Reader(std::string_view text, const std::string& name) : text_(text) { spec_.name = name; }

  TokenizerSpec run() {
    try {
      read();
    } catch (const simdjson::simdjson_error& error) {
      fail(path_, std::string("not JSON as it should be: ") + error.what());
    }
    return std::move(spec_);
  }

 private:
  [[noreturn]] void fail(const std::string& path, const std::string& message) const {
    throw input_error(message, fmt::format("{}: {}", spec_.name, path.empty() ? "(top)" : path),
                      "give a tokenizer.json as Hugging Face's library writes it");
  }

  Json small(od::value value) const {
    const std::string_view text = simdjson::to_json_string(value);
    Result<Json> parsed = Json::parse(text);
    if (!parsed) {
      fail(path_, "not JSON: " + parsed.reject().detail);
    }
    return std::move(parsed).value();
  }

  void read() {
    const simdjson::padded_string padded(text_);
    od::parser parser;
    od::document document = parser.iterate(padded);
    bool has_model = false;
    for (auto field : document.get_object()) {
      const std::string key(std::string_view(field.unescaped_key()));
      path_ = key;
      od::value value = field.value();
      if (key == "model") {
        has_model = true;
        read_model(value);
      } else if (key == "added_tokens") {
        read_added_tokens(small(value));
      } else if (Json* part = small_part(key)) {
        *part = small(value);
      }
    }
    path_.clear();
    if (!has_model) {
      fail("", "has no \"model\"");
    }
    if (document.current_location().error() == simdjson::SUCCESS) {
      fail("", "something follows the end of the JSON");
    }
  }

  Json* small_part(std::string_view key) {
    return key == "normalizer"       ? &spec_.normalizer
           : key == "pre_tokenizer"  ? &spec_.pre_tokenizer
           : key == "post_processor" ? &spec_.post_processor
           : key == "decoder"        ? &spec_.decoder
           : key == "truncation"     ? &spec_.truncation
           : key == "padding"        ? &spec_.padding
                                     : nullptr;
  }

  void read_added_tokens(const Json& json) {
    const JsonNode list(json, spec_.name, "added_tokens");
    for (size_t i = 0; i < list.size(); ++i) {
      const JsonNode node = list.at(i);
      AddedToken token;
      token.id = node.at("id").number();
      token.content = node.at("content").string();
      token.special = node.flag("special", false);
      token.single_word = node.flag("single_word", false);
      token.lstrip = node.flag("lstrip", false);
      token.rstrip = node.flag("rstrip", false);
      token.normalized = node.flag("normalized", !token.special);
      if (token.content.empty()) {
        node.fail("an added token has no content");
      }
      if (token.id > Vocabulary::kHighestId) {
        node.fail(fmt::format("the id {} is above {}", token.id, Vocabulary::kHighestId));
      }
      spec_.added.push_back(std::move(token));
    }
  }

  void read_model(od::value value) {
    Json rest = Json::object();
    std::string merges;  // where they come before the vocabulary
    bool has_vocabulary = false;
    bool has_merges = false;
    for (auto field : value.get_object()) {
      const std::string key(std::string_view(field.unescaped_key()));
      path_ = "model." + key;
      od::value item = field.value();
      if (key == "vocab") {
        has_vocabulary = true;
        read_vocabulary(item);
      } else if (key == "merges") {
        has_merges = true;
        if (has_vocabulary) {
          read_merges(item.get_array());
        } else {
          merges = std::string_view(simdjson::to_json_string(item));
        }
      } else {
        rest[key] = small(item);
      }
    }
    path_ = "model";
    if (!has_vocabulary) {
      fail(path_, "has no \"vocab\"");
    }
    if (!merges.empty()) {
      path_ = "model.merges";
      const simdjson::padded_string padded(merges);
      od::parser parser;
      od::document document = parser.iterate(padded);
      read_merges(document.get_array());
    }
    read_settings(JsonNode(rest, spec_.name, "model"), has_merges);
  }

  void read_vocabulary(od::value value) {
    if (value.type() == od::json_type::array) {
      read_scored(value);
      return;
    }
    Vocabulary& vocabulary = spec_.model.vocabulary;
    vocabulary.reserve(text_.size() / (2 * kBytesPerToken), text_.size() / 4);
    for (auto field : value.get_object()) {
      const std::string_view token = field.unescaped_key();
      add_token(token, field.value().get_uint64());
    }
  }

  // [[token, score], ...]: the place is the id.
  void read_scored(od::value value) {
    uint64_t id = 0;
    for (auto item : value.get_array()) {
      int place = 0;
      for (auto part : item.get_array()) {
        if (place == 0) {
          add_token(std::string_view(part.get_string()), id);
        } else if (place == 1) {
          spec_.model.scores.push_back(part.get_double());
        }
        ++place;
      }
      if (place != 2) {
        fail(fmt::format("{}[{}]", path_, id), "is no pair of a token and its score");
      }
      ++id;
    }
  }

  void add_token(std::string_view token, uint64_t id) {
    Vocabulary& vocabulary = spec_.model.vocabulary;
    if (id > Vocabulary::kHighestId) {
      fail(path_, fmt::format("token \"{}\" has id {}, above {}", token, id, Vocabulary::kHighestId));
    }
    if (!vocabulary.add(token, static_cast<uint32_t>(id))) {
      fail(path_, fmt::format("two tokens have id {} (one is \"{}\")", id, token));
    }
  }

  uint32_t id_of(std::string_view token, size_t merge) const {
    const uint32_t id = spec_.model.vocabulary.find(token);
    if (id == Vocabulary::kNone) {
      fail(path_, fmt::format("merge {} needs the token \"{}\", which the vocabulary lacks", merge, token));
    }
    return id;
  }

  void read_merges(od::array list) {
    auto& merges = spec_.model.merges;
    merges.reserve(spec_.model.vocabulary.size());
    for (auto item : list) {
      const size_t index = merges.size();
      if (item.type() == od::json_type::array) {
        uint32_t ids[2] = {};
        int count = 0;
        for (auto part : item.get_array()) {
          if (count < 2) {
            ids[count] = id_of(std::string_view(part.get_string()), index);
          }
          ++count;
        }
        if (count != 2) {
          fail(fmt::format("{}[{}]", path_, index), "is no pair of tokens");
        }
        merges.emplace_back(ids[0], ids[1]);
        continue;
      }
      const std::string_view text = item.get_string();
      if (text.starts_with("#version")) {
        continue;
      }
      const size_t space = text.find(' ');
      if (space == std::string_view::npos) {
        fail(fmt::format("{}[{}]", path_, index), "is no pair of tokens");
      }
      merges.emplace_back(id_of(text.substr(0, space), index), id_of(text.substr(space + 1), index));
    }
  }

  static std::optional<std::string> optional_string(const JsonNode& node, const char* key) {
    return node.has(key) ? std::optional(node.at(key).string()) : std::nullopt;
  }

  ModelKind kind_of(const JsonNode& node, bool has_merges) const {
    if (!node.has("type")) {  // files of before 2020 do not say
      return has_merges                             ? ModelKind::kBpe
             : !spec_.model.scores.empty()          ? ModelKind::kUnigram
             : node.has("max_input_chars_per_word") ? ModelKind::kWordPiece
                                                    : ModelKind::kWordLevel;
    }
    const std::string& type = node.type();
    if (type == "BPE") {
      return ModelKind::kBpe;
    }
    if (type == "WordPiece") {
      return ModelKind::kWordPiece;
    }
    if (type == "Unigram") {
      return ModelKind::kUnigram;
    }
    if (type == "WordLevel") {
      return ModelKind::kWordLevel;
    }
    node.at("type").fail(fmt::format("unknown model \"{}\" (known: BPE, WordPiece, Unigram, WordLevel)", type));
  }

  void read_settings(const JsonNode& node, bool has_merges) {
    ModelSpec& model = spec_.model;
    model.kind = kind_of(node, has_merges);
    if (model.kind == ModelKind::kUnigram) {
      if (node.has("unk_id")) {
        model.unk_id = node.at("unk_id").number();
      }
      model.byte_fallback = node.flag("byte_fallback", false);
      if (model.scores.size() != model.vocabulary.end_id()) {
        node.fail("has no scores in \"vocab\"");
      }
      return;
    }
    model.unk_token = optional_string(node, "unk_token");
    model.continuing_prefix = optional_string(node, "continuing_subword_prefix");
    if (model.kind == ModelKind::kWordPiece) {
      model.max_characters = node.at("max_input_chars_per_word").number();
    }
    if (model.kind != ModelKind::kBpe) {
      static_cast<void>(node.at("unk_token").string());
      return;
    }
    if (!has_merges) {
      node.fail("has no \"merges\"");
    }
    if (node.has("dropout") && node.at("dropout").real() != 0) {
      node.at("dropout").fail("is above 0: such a tokenizer draws its tokens by chance, set it to null");
    }
    model.end_suffix = optional_string(node, "end_of_word_suffix");
    model.fuse_unk = node.flag("fuse_unk", false);
    model.byte_fallback = node.flag("byte_fallback", false);
    model.ignore_merges = node.flag("ignore_merges", false);
  }

  std::string_view text_;
  std::string path_;
  TokenizerSpec spec_;
};

}  // namespace

TokenizerSpec read_tokenizer_json(std::string_view text, const std::string& name) {
  return Reader(text, name).run();
}

}  // namespace smelt
