#include "corpus/document.h"

#include "base/text.h"

namespace smelt {

namespace {

void append_member(std::string& out, const char* key, const std::string& value) {
  out += key;
  out += json_quote(value);
}

}  // namespace

void append_json_line(const Document& document, std::string& out, const Json* extra) {
  append_member(out, "{\"id\":", document.id);
  append_member(out, ",\"text\":", document.text);
  append_member(out, ",\"url\":", document.url);
  append_member(out, ",\"language\":", document.language);
  append_member(out, ",\"source\":", document.source);
  out += ",\"metadata\":";
  out += document.metadata.dump();
  if (extra != nullptr) {
    for (const auto& [key, value] : extra->as_object()) {
      out += ',';
      out += json_quote(key);
      out += ':';
      out += value.dump();
    }
  }
  out += "}\n";
}

std::string_view prefix_characters(std::string_view text, size_t max_characters) {
  size_t pos = 0;
  for (size_t i = 0; i < max_characters && pos < text.size(); ++i) {
    next_code_point(text, pos);
  }
  return text.substr(0, pos);
}

}  // namespace smelt
