#include "arch/layer_pattern.h"

#include "base/error.h"

namespace smelt {
namespace {

constexpr size_t kMaxLayers = 4096;
constexpr const char* kCure = "use M (Mamba-2), * (attention), - (feed-forward) and E (experts)";

std::string refusal(char symbol) {
  switch (symbol) {
    case '|':
      return "pipeline boundaries ('|') are a matter of the run, not of the model";
    case '/':
      return "multi-token prediction parts ('/') belong in mtp_hybrid_override_pattern";
    case 'G':
    case 'D':
    case '+':
      return std::string("layers of kind '") + symbol + "' are not supported by this version";
    default:
      break;
  }
  const bool printable = symbol > 0x20 && symbol < 0x7F;
  return printable ? std::string("'") + symbol + "' is no layer symbol"
                   : "byte " + std::to_string(static_cast<unsigned char>(symbol)) + " is no layer symbol";
}

}  // namespace

char layer_symbol(LayerKind kind) {
  switch (kind) {
    case LayerKind::kMamba:
      return 'M';
    case LayerKind::kAttention:
      return '*';
    case LayerKind::kMlp:
      return '-';
    case LayerKind::kMoe:
      return 'E';
  }
  return '?';
}

std::vector<LayerKind> parse_layer_pattern(std::string_view pattern, const std::string& where) {
  if (pattern.empty()) {
    throw input_error("the layer pattern is empty", where, kCure);
  }
  if (pattern.size() > kMaxLayers) {
    throw input_error("the layer pattern has " + std::to_string(pattern.size()) + " symbols", where,
                      "at most " + std::to_string(kMaxLayers) + " layers are supported");
  }
  std::vector<LayerKind> layers;
  layers.reserve(pattern.size());
  for (size_t i = 0; i < pattern.size(); ++i) {
    switch (pattern[i]) {
      case 'M':
        layers.push_back(LayerKind::kMamba);
        break;
      case '*':
        layers.push_back(LayerKind::kAttention);
        break;
      case '-':
        layers.push_back(LayerKind::kMlp);
        break;
      case 'E':
        layers.push_back(LayerKind::kMoe);
        break;
      default:
        throw input_error("column " + std::to_string(i + 1) + ": " + refusal(pattern[i]), where, kCure);
    }
  }
  return layers;
}

std::string format_layer_pattern(const std::vector<LayerKind>& layers) {
  std::string pattern;
  pattern.reserve(layers.size());
  for (const LayerKind kind : layers) {
    pattern.push_back(layer_symbol(kind));
  }
  return pattern;
}

LayerKind parse_layer_word(std::string_view word, const std::string& where) {
  if (word == "mamba" || word == "mamba2" || word == "linear_attention") {
    return LayerKind::kMamba;
  }
  if (word == "attention" || word == "full_attention") {
    return LayerKind::kAttention;
  }
  if (word == "mlp") {
    return LayerKind::kMlp;
  }
  if (word == "moe") {
    return LayerKind::kMoe;
  }
  throw input_error("'" + std::string(word) + "' is no layer type", where,
                    "use mamba or linear_attention, attention or full_attention, mlp, moe");
}

}  // namespace smelt
