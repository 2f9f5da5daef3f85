// Files of models over hashed n-grams: one line of JSON, then rows of 2^bits float32 (docs/formats.md).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "corpus/quality/hashed_features.h"

namespace smelt {

struct WeightsFile {
  Json header;  // with what the kind of model keeps beside the features
  FeatureOptions features;
  std::vector<std::vector<float>> rows;
};

// True where the bytes start as such a file of `format` ("smelt-linear-1") does.
bool has_weights_format(std::string_view bytes, std::string_view format);
// Throws UserError(kInput), naming the file, where it is none, cut short or of impossible sizes.
WeightsFile parse_weights(std::string_view bytes, const std::string& name, std::string_view format);
// `header` has the members that follow format and features.
void save_weights(const std::string& path, std::string_view format, const Json& header, const FeatureOptions& features,
                  const std::vector<std::vector<float>>& rows);
UserError damaged_weights(const std::string& name);

}  // namespace smelt
