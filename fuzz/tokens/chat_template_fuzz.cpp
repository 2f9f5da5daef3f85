// Parses arbitrary bytes as a chat template and renders a small conversation with it.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tokens/chat/chat_template.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using smelt::Json;
  static const Json messages(Json::Array{
      Json(Json::Object{{"role", "system"}, {"content", " S "}}),
      Json(Json::Object{{"role", "user"},
                        {"content", Json(Json::Array{Json(Json::Object{{"type", "text"}, {"text", "\xC3\xA9"}})})}}),
      Json(Json::Object{{"role", "assistant"}, {"content", nullptr}, {"n", 1.5}})});
  auto parsed = smelt::ChatTemplate::parse(std::string_view(reinterpret_cast<const char*>(data), size));
  if (parsed) {
    const auto rendered = parsed->render(messages, true, Json(Json::Object{{"tools", Json::array()}}), 0);
    static_cast<void>(rendered.ok());
  }
  return 0;
}
