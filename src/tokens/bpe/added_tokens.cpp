#include "tokens/bpe/added_tokens.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>

#include "tokens/split/unicode_classes.h"

namespace smelt {
namespace {

constexpr size_t kNone = std::string_view::npos;

size_t last_char_start(std::string_view text) {
  size_t at = text.size() - 1;
  for (int i = 0; i < 3 && at > 0 && (static_cast<uint8_t>(text[at]) & 0xC0) == 0x80; ++i) {
    --at;
  }
  return at;
}

uint8_t class_at(std::string_view text, size_t at) {
  return classify(UnicodeClasses::get(), text.data() + at, text.data() + text.size()).bits;
}

bool ends_with_class(std::string_view text, uint8_t bits) {
  return !text.empty() && (class_at(text, last_char_start(text)) & bits) != 0;
}

size_t without_trailing_space(std::string_view text) {
  while (ends_with_class(text, kClassSpace)) {
    text = text.substr(0, last_char_start(text));
  }
  return text.size();
}

size_t leading_space(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const ClassedChar c = classify(UnicodeClasses::get(), text.data() + at, text.data() + text.size());
    if ((c.bits & kClassSpace) == 0) {
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
    if (token.single_word && (ends_with_class(text.substr(0, start), kClassWord) ||
                              (stop < text.size() && (class_at(text, stop) & kClassWord) != 0))) {
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
