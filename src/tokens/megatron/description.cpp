#include "tokens/megatron/description.h"

#include <fmt/core.h>

#include "base/text.h"
#include "tokens/megatron/md5.h"

namespace smelt {
namespace {

// The shortest digits that read back equal, always with a point or an exponent.
std::string python_float(double value) {
  std::string out = fmt::format("{}", value);
  return out.find_first_of(".en") == std::string::npos ? out + ".0" : out;
}

// ASCII alone, as json.dumps writes by default.
std::string python_string(std::string_view text) {
  std::string out;
  const std::string quoted = json_quote(text);
  for (size_t at = 0; at < quoted.size();) {
    const uint32_t point = next_code_point(quoted, at);
    if (point <= 0x7F) {
      out += static_cast<char>(point);
    } else if (point < 0x10000) {
      out += fmt::format("\\u{:04x}", point);
    } else {
      out +=
          fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + ((point - 0x10000) >> 10), 0xDC00 + ((point - 0x10000) & 0x3FF));
    }
  }
  return out;
}

// A value as json.dumps(value, indent=4) writes it at a depth.
class PythonJson {
 public:
  std::string text() && { return std::move(out_); }
  void raw(const std::string& text) { out_ += text; }
  void begin(char bracket) {
    out_ += bracket;
    ++depth_;
    first_ = true;
  }
  void end(char bracket) {
    --depth_;
    if (!first_) {
      line();
    }
    first_ = false;
    out_ += bracket;
  }
  void item() {
    out_ += first_ ? "" : ",";
    first_ = false;
    line();
  }
  void key(std::string_view name) {
    item();
    out_ += python_string(name) + ": ";
  }
  void value(const Json& json) {
    if (json.is_object()) {
      begin('{');
      for (const auto& [name, member] : json.as_object()) {
        key(name);
        value(member);
      }
      end('}');
    } else if (json.is_array()) {
      begin('[');
      for (const Json& element : json.as_array()) {
        item();
        value(element);
      }
      end(']');
    } else if (json.is_string()) {
      out_ += python_string(json.as_string());
    } else {
      out_ += json.dump();
    }
  }

 private:
  void line() { out_ += "\n" + std::string(static_cast<size_t>(4 * depth_), ' '); }

  std::string out_;
  int depth_ = 0;
  bool first_ = true;
};

void write_split(PythonJson& out, const std::optional<MegatronSplit>& split) {
  out.key("split");
  out.raw(split ? python_string(split->text) : "null");
  out.key("split_matrix");
  if (!split) {
    out.raw("null");
    return;
  }
  out.begin('[');
  for (const auto& part : split->parts) {
    out.item();
    if (!part) {
      out.raw("null");
      continue;
    }
    out.begin('[');
    out.item();
    out.raw(part->first == 0 ? "0" : python_float(part->first));  // the sum begins with a whole number there
    out.item();
    out.raw(python_float(part->second));
    out.end(']');
  }
  out.end(']');
}

void write_gpt(PythonJson& out, const GptDescription& gpt) {
  out.begin('{');
  out.key("class");
  out.raw("\"GPTDataset\"");
  out.key("dataset_path");
  out.raw(python_string(gpt.dataset_path));
  out.key("num_samples");
  out.raw(gpt.num_samples ? std::to_string(*gpt.num_samples) : "null");
  out.key("index_split");
  out.raw(python_string(gpt.split_name));
  out.key("random_seed");
  out.raw(std::to_string(gpt.random_seed));
  out.key("sequence_length");
  out.raw(std::to_string(gpt.sequence_length));
  write_split(out, gpt.split);
  out.key("tokenizer");
  out.value(gpt.tokenizer);
  out.end('}');
}

std::string describe_any_blend(const std::vector<GptDescription>& datasets, const std::string& split_name,
                               const std::vector<std::string>& weights, std::optional<int64_t> size) {
  PythonJson out;
  out.begin('{');
  out.key("class");
  out.raw("\"BlendedDataset\"");
  out.key("datasets");
  out.begin('[');
  for (const GptDescription& dataset : datasets) {
    out.item();
    write_gpt(out, dataset);
  }
  out.end(']');
  out.key("split");
  out.raw(python_string(split_name));
  out.key("weights");
  out.begin('[');
  for (const std::string& weight : weights) {
    out.item();
    out.raw(weight);
  }
  out.end(']');
  out.key("size");
  out.raw(size ? std::to_string(*size) : "null");
  out.end('}');
  return std::move(out).text();
}

}  // namespace

std::string describe_gpt(const GptDescription& description) {
  PythonJson out;
  write_gpt(out, description);
  return std::move(out).text();
}

std::string describe_blend(const std::vector<GptDescription>& datasets, const std::string& split_name,
                           const std::vector<double>& normalized_weights, int64_t size) {
  std::vector<std::string> weights;
  weights.reserve(normalized_weights.size());
  for (const double weight : normalized_weights) {
    weights.push_back(python_float(weight));
  }
  return describe_any_blend(datasets, split_name, weights, size);
}

std::string describe_exhaustive(const std::vector<GptDescription>& datasets, const std::string& split_name,
                                const std::vector<int64_t>& sizes) {
  std::vector<std::string> weights;
  weights.reserve(sizes.size());
  for (const int64_t one : sizes) {
    weights.push_back(std::to_string(one));
  }
  return describe_any_blend(datasets, split_name, weights, std::nullopt);
}

std::string gpt_index_name(const std::string& description, const std::string& split_name) {
  return md5_hex(description) + "-GPTDataset-" + split_name;
}

std::string blend_index_name(const std::string& description, const std::string& split_name) {
  return md5_hex(description) + "-BlendedDataset-" + split_name;
}

}  // namespace smelt
