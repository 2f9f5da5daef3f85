#include "corpus/quality/labelled_texts.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "corpus/quality/hash_sample.h"
#include "crawl/fasttext/fasttext_dictionary.h"

namespace smelt {
namespace {

std::optional<double> as_number(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

// Cuts "__label__NAME " off the front of a text.
std::string take_label(std::string& text) {
  if (!text.starts_with(kFasttextLabelPrefix)) {
    return {};
  }
  size_t pos = 0;
  const std::string label(next_fasttext_token(text, pos).substr(kFasttextLabelPrefix.size()));
  text.erase(0, std::min(pos + 1, text.size()));
  return label;
}

std::string own_label(Document& document, const std::string& label_key) {
  if (const Json* value = document.metadata.find(label_key); value != nullptr && !value->is_null()) {
    return value->is_string() ? value->as_string() : value->dump();
  }
  return take_label(document.text);
}

void read_input(const Context& context, const LabelledInput& input, const std::string& label_key, LabelledTexts& out,
                std::vector<std::string>& names) {
  DocumentReader reader(input.path);
  while (std::optional<Result<Document>> item = reader.next()) {
    context.stop_if_asked();
    if (!item->ok()) {
      context.log.warn("a line without a document is left out: {}", item->reject().detail);
      continue;
    }
    Document document = std::move(*item).value();
    std::optional<std::string> label = input.label_of(document);
    if (!label) {
      continue;
    }
    if (label->empty()) {
      label = own_label(document, label_key);
    }
    if (label->empty()) {
      throw input_error(fmt::format("the document {} has no label", document.id), input.path,
                        fmt::format("give the input as LABEL=PATH, or labels under metadata.{}", label_key));
    }
    out.bytes += static_cast<int64_t>(document.text.size());
    out.texts.push_back(std::move(document.text));
    names.push_back(*std::move(label));
  }
}

}  // namespace

LabelledInput parse_labelled_input(const std::string& input) {
  const size_t equals = input.find('=');
  const bool named = equals != std::string::npos && input.find('/') > equals;
  const std::string label = named ? input.substr(0, equals) : "";
  return {named ? input.substr(equals + 1) : input, [label](const Document&) { return std::optional(label); }};
}

LabelledTexts read_labelled(const Context& context, const std::vector<LabelledInput>& inputs,
                            const std::string& label_key) {
  LabelledTexts out;
  std::vector<std::string> names;
  for (const LabelledInput& input : inputs) {
    read_input(context, input, label_key, out, names);
  }
  out.labels = names;
  std::sort(out.labels.begin(), out.labels.end(), [](const std::string& a, const std::string& b) {
    const auto x = as_number(a);
    const auto y = as_number(b);
    if (x.has_value() != y.has_value()) {
      return x.has_value();
    }
    return x && *x != *y ? *x < *y : a < b;
  });
  out.labels.erase(std::unique(out.labels.begin(), out.labels.end()), out.labels.end());
  std::map<std::string_view, int32_t> index;
  for (size_t i = 0; i < out.labels.size(); ++i) {
    index[out.labels[i]] = static_cast<int32_t>(i);
  }
  for (const std::string& name : names) {
    out.label.push_back(index.at(name));
  }
  return out;
}

LabelledTexts split_off(LabelledTexts& from, double share, uint64_t seed) {
  LabelledTexts kept;
  LabelledTexts out;
  kept.labels = from.labels;
  out.labels = from.labels;
  for (size_t i = 0; i < from.texts.size(); ++i) {
    LabelledTexts& to = is_sampled(from.texts[i], share, seed) ? out : kept;
    to.bytes += static_cast<int64_t>(from.texts[i].size());
    to.texts.push_back(std::move(from.texts[i]));
    to.label.push_back(from.label[i]);
  }
  from = std::move(kept);
  return out;
}

}  // namespace smelt
