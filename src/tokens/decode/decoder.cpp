#include "tokens/decode/decoder.h"

#include <algorithm>
#include <optional>

#include <fmt/core.h>

#include "base/text.h"
#include "tokens/bpe/byte_alphabet.h"
#include "tokens/text/text_pattern.h"

namespace smelt {
namespace {

using Tokens = std::vector<std::string>;

std::string replace_all(std::string_view text, std::string_view what, std::string_view with) {
  if (what.empty()) {  // between all characters, as Rust does
    std::string out(with);
    for (size_t at = 0; at < text.size();) {
      const uint32_t length = character_at(text, at).length;
      out.append(text.substr(at, length)).append(with);
      at += length;
    }
    return out;
  }
  std::string out;
  size_t done = 0;
  for (size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, done)) {
    out.append(text.substr(done, at - done)).append(with);
    done = at + what.size();
  }
  return out.append(text.substr(done));
}

// What English tokenization tore apart, joined again.
std::string clean_up(std::string text) {
  constexpr std::pair<std::string_view, std::string_view> kRules[] = {
      {" .", "."},   {" ?", "?"},           {" !", "!"},   {" ,", ","},     {" ' ", "'"},   {" n't", "n't"},
      {" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
  for (const auto& [what, with] : kRules) {
    if (text.find(what) != std::string::npos) {
      text = replace_all(text, what, with);
    }
  }
  return text;
}

std::optional<char> byte_of(std::string_view token) {
  if (token.size() != 6 || !token.starts_with("<0x") || token[5] != '>') {
    return std::nullopt;
  }
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
  };
  if (token[3] == '+' && digit(token[4]) >= 0) {  // Rust's numbers may have a sign
    return static_cast<char>(digit(token[4]));
  }
  return digit(token[3]) < 0 || digit(token[4]) < 0
             ? std::nullopt
             : std::optional(static_cast<char>(digit(token[3]) * 16 + digit(token[4])));
}

void join_bytes(Tokens& tokens) {
  Tokens out;
  std::string bytes;
  const auto flush = [&] {
    if (bytes.empty()) {
      return;
    }
    if (is_valid_utf8(bytes)) {
      out.push_back(bytes);
    } else {
      out.insert(out.end(), bytes.size(), "\xEF\xBF\xBD");
    }
    bytes.clear();
  };
  for (std::string& token : tokens) {
    if (const std::optional<char> byte = byte_of(token)) {
      bytes += *byte;
    } else {
      flush();
      out.push_back(std::move(token));
    }
  }
  flush();
  tokens.swap(out);
}

void byte_level(Tokens& tokens) {
  const ByteAlphabet& alphabet = ByteAlphabet::get();
  std::string out;
  for (const std::string& token : tokens) {
    const std::optional<std::string> bytes = alphabet.to_bytes(token);
    out += bytes ? *bytes : token;
  }
  tokens.assign(1, std::move(out));
}

void fuse(Tokens& tokens) {
  std::string out;
  for (const std::string& token : tokens) {
    out += token;
  }
  tokens.assign(1, std::move(out));
}

void strip(Tokens& tokens, uint32_t content, uint32_t start, uint32_t stop) {
  for (std::string& token : tokens) {
    size_t begin = 0;
    for (uint32_t i = 0; i < start && begin < token.size(); ++i) {
      const Character c = character_at(token, begin);
      if (c.code_point != content) {
        break;
      }
      begin += c.length;
    }
    size_t end = token.size();
    for (uint32_t i = 0; i < stop && end > begin; ++i) {
      const Character c = character_before(token, end);
      if (c.code_point != content) {
        break;
      }
      end -= c.length;
    }
    token = token.substr(begin, end - begin);
  }
}

void metaspace(Tokens& tokens, const std::string& mark, bool drops_first) {
  for (size_t i = 0; i < tokens.size(); ++i) {
    tokens[i] = replace_all(tokens[i], mark, i == 0 && drops_first ? "" : " ");
  }
}

void word_piece(Tokens& tokens, const std::string& prefix, bool cleanup) {
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (i > 0) {
      tokens[i] = tokens[i].starts_with(prefix) ? tokens[i].substr(prefix.size()) : " " + tokens[i];
    }
    if (cleanup) {
      tokens[i] = clean_up(std::move(tokens[i]));
    }
  }
}

void ctc(Tokens& tokens, const std::string& pad, const std::string& delimiter, bool cleanup) {
  tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
  for (std::string& token : tokens) {
    token = replace_all(token, pad, "");
    if (cleanup) {
      token = replace_all(clean_up(std::move(token)), delimiter, " ");
    }
  }
  std::erase_if(tokens, [](const std::string& token) { return token.empty(); });
}

}  // namespace

Decoder::Decoder(const JsonNode& node) : joins_with_spaces_(false) {
  read(node);
  byte_level_ = steps_.size() == 1 && byte_level_;
}

std::string Decoder::decode(std::vector<std::string> tokens) const {
  for (const Step& step : steps_) {
    step(tokens);
  }
  std::string out;
  for (size_t i = 0; i < tokens.size(); ++i) {
    out += i > 0 && joins_with_spaces_ ? " " : "";
    out += tokens[i];
  }
  return out;
}

void Decoder::read(const JsonNode& node) {
  const std::string& type = node.type();
  if (type == "Sequence") {
    const JsonNode list = node.at("decoders");
    for (size_t i = 0; i < list.size(); ++i) {
      read(list.at(i));
    }
  } else if (type == "ByteLevel") {
    byte_level_ = true;
    steps_.emplace_back(byte_level);
  } else if (type == "ByteFallback") {
    steps_.emplace_back(join_bytes);
  } else if (type == "Fuse") {
    steps_.emplace_back(fuse);
  } else if (type == "Strip") {
    const uint32_t content = node.at("content").character();
    const uint32_t start = node.at("start").number();
    const uint32_t stop = node.at("stop").number();
    steps_.emplace_back([=](Tokens& tokens) { strip(tokens, content, start, stop); });
  } else if (type == "Replace") {
    steps_.emplace_back(
        [regex = read_pattern(node.at("pattern")), content = node.at("content").string()](Tokens& tokens) {
          for (std::string& token : tokens) {
            token = replace_matches(token, regex, content);
          }
        });
  } else if (type == "Metaspace") {
    static_cast<void>(node.at("replacement").character());
    const bool drops_first = node.has("prepend_scheme") ? node.at("prepend_scheme").string() != "never"
                                                        : node.flag("add_prefix_space", true);
    steps_.emplace_back(
        [=, mark = node.at("replacement").string()](Tokens& tokens) { metaspace(tokens, mark, drops_first); });
  } else if (type == "WordPiece") {
    steps_.emplace_back([prefix = node.at("prefix").string(), cleanup = node.flag("cleanup")](Tokens& tokens) {
      word_piece(tokens, prefix, cleanup);
    });
  } else if (type == "BPEDecoder") {
    steps_.emplace_back([suffix = node.at("suffix").string()](Tokens& tokens) {
      for (size_t i = 0; i < tokens.size(); ++i) {
        tokens[i] = replace_all(tokens[i], suffix, i + 1 == tokens.size() ? "" : " ");
      }
    });
  } else if (type == "CTC") {
    steps_.emplace_back([pad = node.at("pad_token").string(), delimiter = node.at("word_delimiter_token").string(),
                         cleanup = node.flag("cleanup")](Tokens& tokens) { ctc(tokens, pad, delimiter, cleanup); });
  } else {
    node.fail(
        fmt::format("unknown decoder \"{}\" (known: ByteLevel, Metaspace, WordPiece, BPEDecoder, ByteFallback, "
                    "Fuse, Strip, Replace, CTC, Sequence)",
                    type));
  }
}

}  // namespace smelt
