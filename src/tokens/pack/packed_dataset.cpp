#include "tokens/pack/packed_dataset.h"

#include <cstring>

#include <fmt/core.h>

#include "base/error.h"

namespace smelt {
namespace {

constexpr std::string_view kMagic = "SMELTPK1";
constexpr size_t kHeaderBytes = 32;

template <class T>
T load_at(std::string_view bytes, size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

uint64_t mask_bytes(uint64_t window) {
  return (window + 7) / 8;
}

template <class T>
std::string_view bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

}  // namespace

PackedDataset::PackedDataset(const std::string& prefix) : prefix_(prefix), tokens_(prefix), file_(prefix + ".pack") {
  const std::string_view bytes = file_.bytes();
  if (bytes.size() < kHeaderBytes || bytes.substr(0, kMagic.size()) != kMagic) {
    damaged("does not begin with SMELTPK1: no packed dataset");
  }
  const auto window = load_at<uint64_t>(bytes, 8);
  const auto windows = load_at<uint64_t>(bytes, 16);
  const auto documents = load_at<uint64_t>(bytes, 24);
  const uint64_t rest = bytes.size() - kHeaderBytes;
  if (window == 0 || window > INT32_MAX || windows >= rest / 8 || documents > rest / 12 ||
      (windows > 0 && mask_bytes(window) > rest / windows) ||
      rest != (windows + 1) * 8 + documents * 12 + windows * mask_bytes(window)) {
    damaged(fmt::format("{} windows of {} tokens with {} documents do not fit into {} bytes", windows, window,
                        documents, bytes.size()));
  }
  window_ = static_cast<int64_t>(window);
  windows_ = static_cast<int64_t>(windows);
  documents_ = static_cast<int64_t>(documents);
  check();
}

void PackedDataset::damaged(const std::string& what) const {
  throw input_error(what, prefix_ + ".pack", "pack the documents again with `smelt tokens pack`");
}

void PackedDataset::check() const {
  if (tokens_.num_sequences() != windows_) {
    damaged(fmt::format("{} windows, but {}.idx has {} sequences", windows_, prefix_, tokens_.num_sequences()));
  }
  if (first_document(0) != 0 || first_document(windows_) != documents_) {
    damaged("the documents of the windows do not begin at the first or end at the last");
  }
  for (int64_t w = 0; w < windows_; ++w) {
    if (tokens_.sequence_length(w) != window_) {
      damaged(
          fmt::format("sequence {} of {}.idx has {} tokens, not {}", w, prefix_, tokens_.sequence_length(w), window_));
    }
    if (first_document(w) < 0 || first_document(w) > first_document(w + 1) || first_document(w + 1) > documents_) {
      damaged(fmt::format("window {} begins with document {} of {}", w, first_document(w), documents_));
    }
    int64_t before = 0;
    for (int64_t d = first_document(w); d < first_document(w + 1); ++d) {
      if (end(d) < before || end(d) > window_) {
        damaged(fmt::format("document {} ends at token {} of window {}", d, end(d), w));
      }
      before = end(d);
    }
  }
}

int64_t PackedDataset::first_document(int64_t window) const {
  return load_at<int64_t>(file_.bytes(), kHeaderBytes + static_cast<size_t>(window) * 8);
}

int64_t PackedDataset::end(int64_t document) const {
  return load_at<uint32_t>(file_.bytes(),
                           kHeaderBytes + static_cast<size_t>((windows_ + 1 + documents_) * 8 + document * 4));
}

void PackedDataset::read_trained(int64_t window, std::span<uint8_t> out) const {
  SMELT_CHECK(window >= 0 && window < windows_ && static_cast<int64_t>(out.size()) == window_);
  const size_t row = mask_bytes(static_cast<uint64_t>(window_));
  const size_t begin = kHeaderBytes + static_cast<size_t>((windows_ + 1) * 8 + documents_ * 12);
  const std::string_view bits = file_.bytes().substr(begin + static_cast<size_t>(window) * row, row);
  for (size_t t = 0; t < out.size(); ++t) {
    out[t] = static_cast<uint8_t>(bits[t / 8]) >> t % 8 & 1;
  }
}

std::vector<int32_t> PackedDataset::boundaries(int64_t window) const {
  SMELT_CHECK(window >= 0 && window < windows_);
  std::vector<int32_t> out = {0};
  for (int64_t d = first_document(window); d < first_document(window + 1); ++d) {
    out.push_back(static_cast<int32_t>(end(d)));
  }
  return out;
}

std::vector<int64_t> PackedDataset::inputs(int64_t window) const {
  SMELT_CHECK(window >= 0 && window < windows_);
  std::vector<int64_t> out;
  for (int64_t d = first_document(window); d < first_document(window + 1); ++d) {
    out.push_back(load_at<int64_t>(file_.bytes(), kHeaderBytes + static_cast<size_t>(windows_ + 1 + d) * 8));
  }
  return out;
}

PackedDatasetWriter::PackedDatasetWriter(const std::string& prefix, TokenType type, int64_t window, uint32_t pad_id)
    : prefix_(prefix), tokens_(prefix, type), window_(window), pad_id_(pad_id) {
  SMELT_CHECK(window > 0 && window <= INT32_MAX);
}

void PackedDatasetWriter::begin_window() {
  end_window();
  open_ = true;
  first_.push_back(ends_.size());
  trained_.resize(trained_.size() + mask_bytes(static_cast<uint64_t>(window_)));
}

void PackedDatasetWriter::end_window() {
  if (open_) {
    current_.resize(static_cast<size_t>(window_), pad_id_);
    tokens_.add_document(current_);
    current_.clear();
  }
}

void PackedDatasetWriter::add_document(int64_t input, std::span<const int32_t> tokens,
                                       std::span<const uint8_t> trained) {
  SMELT_CHECK(open_ && tokens.size() == trained.size() && !tokens.empty() &&
              current_.size() + tokens.size() <= static_cast<size_t>(window_));
  const size_t begin = current_.size();
  char* const bits = trained_.data() + trained_.size() - mask_bytes(static_cast<uint64_t>(window_));
  for (size_t i = 0; i < tokens.size(); ++i) {
    current_.push_back(static_cast<uint32_t>(tokens[i]));
    if (i > 0 && trained[i] != 0) {
      bits[(begin + i) / 8] = static_cast<char>(bits[(begin + i) / 8] | 1 << (begin + i) % 8);
    }
  }
  inputs_.push_back(static_cast<uint64_t>(input));
  ends_.push_back(static_cast<uint32_t>(current_.size()));
}

void PackedDatasetWriter::commit() {
  end_window();
  open_ = false;
  AtomicFile file(prefix_ + ".pack");
  const std::vector<uint64_t> header = {static_cast<uint64_t>(window_), first_.size(), ends_.size()};
  file.write(kMagic);
  file.write(bytes_of(header));
  first_.push_back(ends_.size());
  file.write(bytes_of(first_));
  file.write(bytes_of(inputs_));
  file.write(bytes_of(ends_));
  file.write(trained_);
  tokens_.commit();
  file.commit();
}

}  // namespace smelt
