#include "tokens/bpe/added_tokens.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>

#include "base/white_space.h"
#include "tokens/unicode/properties.h"

namespace smelt {
namespace {

constexpr size_t kNone = std::string_view::npos;

bool ends_with_word(std::string_view text) {
  return !text.empty() && UnicodeProperties::get().is(character_before(text, text.size()).code_point, kUnicodeWord);
}

bool starts_with_word(std::string_view text) {
  return !text.empty() && UnicodeProperties::get().is(character_at(text, 0).code_point, kUnicodeWord);
}

size_t without_trailing_space(std::string_view text) {
  size_t end = text.size();
  while (end > 0) {
    const Character c = character_before(text, end);
    if (!is_white_space(c.code_point)) {
      break;
    }
    end -= c.length;
  }
  return end;
}

size_t leading_space(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const Character c = character_at(text, at);
    if (!is_white_space(c.code_point)) {
      break;
    }
    at += c.length;
  }
  return at;
}

}  // namespace

AddedTokens::AddedTokens(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)) {
  for (size_t i = 0; i < tokens_.size(); ++i) {
    const std::string& content = tokens_[i].content;
    Finder& finder = passes_[tokens_[i].normalized ? 1 : 0];
    finder.by_content.insert_or_assign(content, i);
    std::vector<size_t>& lengths = finder.lengths[static_cast<uint8_t>(content[0])];
    if (lengths.empty()) {
      finder.first_bytes += content[0];
    }
    if (std::find(lengths.begin(), lengths.end(), content.size()) == lengths.end()) {
      lengths.push_back(content.size());
      std::sort(lengths.begin(), lengths.end(), std::greater<>());
    }
  }
}

const AddedToken* AddedTokens::find_content(std::string_view content) const {
  for (const Finder& finder : passes_) {
    if (const auto it = finder.by_content.find(content); it != finder.by_content.end()) {
      return &tokens_[it->second];
    }
  }
  return nullptr;
}

size_t AddedTokens::Finder::next(std::string_view text, size_t& from) const {
  const auto match_at = [&](size_t at) {
    for (const size_t length : lengths[static_cast<uint8_t>(text[at])]) {
      if (length <= text.size() - at) {
        if (const auto it = by_content.find(text.substr(at, length)); it != by_content.end()) {
          return it->second;
        }
      }
    }
    return kNone;
  };
  while (from < text.size()) {
    if (first_bytes.size() == 1) {
      const void* hit = std::memchr(text.data() + from, first_bytes[0], text.size() - from);
      if (hit == nullptr) {
        return kNone;
      }
      from = static_cast<size_t>(static_cast<const char*>(hit) - text.data());
    }
    if (const size_t token = match_at(from); token != kNone) {
      return token;
    }
    ++from;
  }
  return kNone;
}

void AddedTokens::split(std::string_view text, std::vector<TextPart>& parts) const {
  if (passes_[1].by_content.empty()) {
    split_pass(passes_[0], text, parts);
    return;
  }
  std::vector<TextPart> raw;
  split_pass(passes_[0], text, raw);
  for (const TextPart& part : raw) {
    if (part.token != nullptr) {
      parts.push_back(part);
    } else {
      split_pass(passes_[1], part.text, parts);
    }
  }
}

void AddedTokens::split_pass(const Finder& finder, std::string_view text, std::vector<TextPart>& parts) const {
  size_t done = 0;
  size_t from = 0;
  while (!finder.by_content.empty()) {
    const size_t index = finder.next(text, from);
    if (index == kNone) {
      break;
    }
    const AddedToken& token = tokens_[index];
    size_t start = from;
    size_t stop = from + token.content.size();
    from = stop;
    if (start < done) {
      continue;
    }
    if (token.single_word && (ends_with_word(text.substr(0, start)) || starts_with_word(text.substr(stop)))) {
      continue;
    }
    if (token.lstrip) {
      start = std::max(done, without_trailing_space(text.substr(0, start)));
    }
    if (token.rstrip) {
      stop += leading_space(text.substr(stop));
    }
    if (start > done) {
      parts.push_back({text.substr(done, start - done), nullptr});
    }
    parts.push_back({text.substr(start, stop - start), &token});
    done = stop;
  }
  if (done < text.size()) {
    parts.push_back({text.substr(done), nullptr});
  }
}

}  // namespace smelt
