#include "tokens/normalize/sentencepiece.h"

#include <optional>

#include "tokens/normalize/precompiled.h"

namespace smelt {
namespace {

constexpr uint32_t kSpaceMark = 0x2581;

struct Settings {
  std::optional<PrecompiledMap> map;
  bool add_dummy_prefix = true;
  bool remove_extra_spaces = true;
  bool escape_spaces = true;
  bool space_as_suffix = false;
};

// A character of the new text: the first of a replacement takes the place of `length` old bytes, the others are new.
struct NewCharacter {
  uint32_t code_point;
  size_t old_end;  // where its old bytes end
};

std::vector<NewCharacter> mapped(std::string_view piece, const Settings& settings) {
  std::vector<NewCharacter> out;
  out.reserve(piece.size());
  for (size_t at = 0; at < piece.size();) {
    const auto match = settings.map ? settings.map->longest(piece.substr(at)) : std::nullopt;
    if (!match) {
      const Character c = character_at(piece, at);
      at += c.length;
      out.push_back({c.code_point, at});
      continue;
    }
    at += match->length;
    for (size_t i = 0; i < match->replacement.size();) {
      const Character c = character_at(match->replacement, i);
      i += c.length;
      out.push_back({c.code_point, at});
    }
  }
  return out;
}

void write(std::string_view piece, const Settings& settings, AlignedText::Writer& writer) {
  const uint32_t space = settings.escape_spaces ? kSpaceMark : ' ';
  std::vector<NewCharacter> characters = mapped(piece, settings);
  if (settings.remove_extra_spaces) {
    std::vector<NewCharacter> joined;
    for (const NewCharacter& c : characters) {
      if (c.code_point != ' ' || (!joined.empty() && joined.back().code_point != ' ')) {
        joined.push_back(c);
      }
    }
    // At the end a mark that stood in the text counts as a space, at the start it does not.
    while (!joined.empty() && (joined.back().code_point == ' ' || joined.back().code_point == space)) {
      joined.pop_back();
    }
    characters.swap(joined);
  }
  if (characters.empty()) {
    return;
  }
  std::string bytes;
  const auto put = [&](uint32_t code_point, size_t old_end) {
    bytes.clear();
    append_character(bytes, code_point);
    writer.insert_behind(old_end, bytes);
  };
  if (settings.add_dummy_prefix && !settings.space_as_suffix) {
    put(space, characters.front().old_end);
  }
  for (const NewCharacter& c : characters) {
    put(c.code_point == ' ' ? space : c.code_point, c.old_end);
  }
  if (settings.add_dummy_prefix && settings.space_as_suffix) {
    put(space, characters.back().old_end);
  }
}

}  // namespace

TextStep sentencepiece_step(const JsonNode& node) {
  Settings settings;
  settings.add_dummy_prefix = node.flag("add_dummy_prefix", true);
  settings.remove_extra_spaces = node.flag("remove_extra_whitespaces", true);
  settings.escape_spaces = node.flag("escape_whitespaces", true);
  settings.space_as_suffix = node.flag("treat_whitespace_as_suffix", false);
  if (node.has("precompiled_charsmap") && !node.at("precompiled_charsmap").string().empty()) {
    settings.map = read_character_map(node.at("precompiled_charsmap"));
  }
  return [settings = std::move(settings)](AlignedText& text) {
    text.rewrite([&](std::string_view piece, AlignedText::Writer& writer) { write(piece, settings, writer); });
  };
}

}  // namespace smelt
