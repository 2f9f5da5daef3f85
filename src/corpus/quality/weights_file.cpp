#include "corpus/quality/weights_file.h"

#include <cstring>

#include "base/files.h"

namespace smelt {
namespace {

constexpr size_t kMaxHeader = 1 << 20;

int64_t within(const Json& header, const char* key, int64_t low, int64_t high, const std::string& name) {
  const Json* value = header.find(key);
  if (value == nullptr || !value->is_int() || value->as_int() < low || value->as_int() > high) {
    throw damaged_weights(name);
  }
  return value->as_int();
}

}  // namespace

UserError damaged_weights(const std::string& name) {
  return input_error("the model is damaged", name, "train it anew with `smelt classifier train`");
}

bool has_weights_format(std::string_view bytes, std::string_view format) {
  constexpr std::string_view kStart = "{\"format\":\"";
  return bytes.starts_with(kStart) && bytes.substr(kStart.size()).starts_with(format) &&
         bytes.substr(kStart.size() + format.size()).starts_with('"');
}

WeightsFile parse_weights(std::string_view bytes, const std::string& name, std::string_view format) {
  const size_t end = bytes.substr(0, kMaxHeader).find('\n');
  if (!has_weights_format(bytes, format) || end == std::string_view::npos) {
    throw damaged_weights(name);
  }
  Result<Json> parsed = Json::parse(bytes.substr(0, end));
  if (!parsed || !parsed.value().is_object()) {
    throw damaged_weights(name);
  }
  WeightsFile file{std::move(parsed).value(), {}, {}};
  const Json* lower_case = file.header.find("lower_case");
  if (lower_case == nullptr || !lower_case->is_bool()) {
    throw damaged_weights(name);
  }
  file.features.bits = within(file.header, "bits", 8, 26, name);
  file.features.word_ngrams = within(file.header, "word_ngrams", 0, 5, name);
  file.features.min_characters = within(file.header, "min_characters", 0, 8, name);
  file.features.max_characters = within(file.header, "max_characters", 0, 8, name);
  file.features.lower_case = lower_case->as_bool();
  bytes.remove_prefix(end + 1);
  const size_t row_bytes = sizeof(float) << file.features.bits;
  if (bytes.empty() || bytes.size() % row_bytes != 0) {
    throw damaged_weights(name);
  }
  for (; !bytes.empty(); bytes.remove_prefix(row_bytes)) {
    std::vector<float>& row = file.rows.emplace_back(row_bytes / sizeof(float));
    std::memcpy(row.data(), bytes.data(), row_bytes);
  }
  return file;
}

void save_weights(const std::string& path, std::string_view format, const Json& header, const FeatureOptions& features,
                  const std::vector<std::vector<float>>& rows) {
  Json line = Json::object();
  line["format"] = format;
  line["bits"] = features.bits;
  line["word_ngrams"] = features.word_ngrams;
  line["min_characters"] = features.min_characters;
  line["max_characters"] = features.max_characters;
  line["lower_case"] = features.lower_case;
  for (const auto& [key, value] : header.as_object()) {
    line[key] = value;
  }
  AtomicFile file(path);
  file.write(line.dump() + "\n");
  for (const std::vector<float>& row : rows) {
    file.write({reinterpret_cast<const char*>(row.data()), row.size() * sizeof(float)});
  }
  file.commit();
}

}  // namespace smelt
