#include "tokens/npy.h"

#include <charconv>
#include <cstring>

#include <fmt/core.h>

#include "base/error.h"

namespace smelt {
namespace {

constexpr std::string_view kMagic("\x93NUMPY\x01\x00", 8);
constexpr size_t kBeforeHeader = 10;  // magic, version, length

template <class T>
int64_t load(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return static_cast<int64_t>(value);
}

template <class To, class From>
void append(std::span<const From> values, std::string& out) {
  out.resize(values.size() * sizeof(To));
  for (size_t i = 0; i < values.size(); ++i) {
    const auto value = static_cast<To>(values[i]);
    std::memcpy(out.data() + i * sizeof(To), &value, sizeof(To));
  }
}

// What stands between `open` and `close` behind a key of the header.
std::string_view value_of(std::string_view header, std::string_view key, char open, char close) {
  const size_t at = header.find(key);
  const size_t begin = at == std::string_view::npos ? at : header.find(open, at + key.size());
  const size_t end = begin == std::string_view::npos ? begin : header.find(close, begin + 1);
  return end == std::string_view::npos ? std::string_view() : header.substr(begin + 1, end - begin - 1);
}

}  // namespace

int npy_bytes(NpyType type) {
  switch (type) {
    case NpyType::kInt16:
      return 2;
    case NpyType::kInt32:
    case NpyType::kUint32:
      return 4;
    case NpyType::kInt64:
      return 8;
  }
  return 0;
}

const char* npy_descr(NpyType type) {
  switch (type) {
    case NpyType::kInt16:
      return "<i2";
    case NpyType::kInt32:
      return "<i4";
    case NpyType::kUint32:
      return "<u4";
    case NpyType::kInt64:
      return "<i8";
  }
  return "";
}

NpyWriter::NpyWriter(const std::string& path, const std::vector<int64_t>& shape, NpyType type)
    : file_(path), type_(type) {
  std::string dimensions;
  for (size_t i = 0; i < shape.size(); ++i) {
    dimensions += fmt::format("{}{}", i == 0 ? "" : ", ", shape[i]);
    left_ *= shape[i];
  }
  if (shape.size() == 1) {
    dimensions += ",";
  }
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", npy_descr(type), dimensions);
  // NumPy leaves room for the first dimension to grow to 21 digits, so that arrays can be appended to in place.
  if (!shape.empty()) {
    header.append(21 - std::min<size_t>(21, std::to_string(shape[0]).size()), ' ');
  }
  // Magic, version, length and header together fill a multiple of 64 bytes and end with a line break.
  header.append((64 - (kBeforeHeader + header.size() + 1) % 64) % 64, ' ');
  header += '\n';
  std::string start(kMagic);
  start += static_cast<char>(header.size() & 255);
  start += static_cast<char>(header.size() >> 8);
  file_.write(start + header);
}

template <class T>
void NpyWriter::convert(std::span<const T> values) {
  left_ -= static_cast<int64_t>(values.size());
  switch (type_) {
    case NpyType::kInt16:
      append<int16_t>(values, buffer_);
      break;
    case NpyType::kInt32:
      append<int32_t>(values, buffer_);
      break;
    case NpyType::kUint32:
      append<uint32_t>(values, buffer_);
      break;
    case NpyType::kInt64:
      append<int64_t>(values, buffer_);
      break;
  }
  file_.write(buffer_);
}

template void NpyWriter::convert(std::span<const int64_t>);
template void NpyWriter::convert(std::span<const int32_t>);
template void NpyWriter::convert(std::span<const uint32_t>);
template void NpyWriter::convert(std::span<const int16_t>);

void NpyWriter::commit() {
  SMELT_CHECK(left_ == 0);
  file_.commit();
}

NpyArray::NpyArray(const std::string& path) : file_(path) {
  const auto damaged = [&](const std::string& what) { throw input_error(what, path, "write it again"); };
  const std::string_view bytes = file_.bytes();
  if (bytes.size() < kBeforeHeader || bytes.substr(0, kMagic.size()) != kMagic) {
    damaged("no NumPy array of format 1.0");
  }
  begin_ = kBeforeHeader + (static_cast<uint8_t>(bytes[8]) | static_cast<size_t>(static_cast<uint8_t>(bytes[9])) << 8);
  if (begin_ > bytes.size()) {
    damaged("the header of the array is cut short");
  }
  const std::string_view header = bytes.substr(kBeforeHeader, begin_ - kBeforeHeader);
  const std::string_view descr = value_of(header, "'descr':", '\'', '\'');
  bool known = false;
  for (const NpyType type : {NpyType::kInt16, NpyType::kInt32, NpyType::kUint32, NpyType::kInt64}) {
    if (descr == npy_descr(type)) {
      type_ = type;
      known = true;
    }
  }
  if (!known || header.find("'fortran_order': False") == std::string_view::npos) {
    damaged(fmt::format("an array of '{}', not of whole numbers in C order", descr));
  }
  const std::string_view shape = value_of(header, "'shape':", '(', ')');
  const uint64_t most = (bytes.size() - begin_) / static_cast<uint64_t>(npy_bytes(type_));
  size_ = 1;
  for (size_t at = shape.find_first_of("0123456789"); at != std::string_view::npos;) {
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(shape.data() + at, shape.data() + shape.size(), value);
    if (error != std::errc() || value > most || (size_ > 0 && value > most / static_cast<uint64_t>(size_))) {
      damaged("the array is shorter than its header says");
    }
    size_ *= static_cast<int64_t>(value);
    shape_.push_back(static_cast<int64_t>(value));
    at = shape.find_first_of("0123456789", static_cast<size_t>(end - shape.data()));
  }
  if (bytes.size() - begin_ != static_cast<uint64_t>(size_) * static_cast<uint64_t>(npy_bytes(type_))) {
    damaged("the size of the array is not what its header says");
  }
}

int64_t NpyArray::at(int64_t i) const {
  SMELT_CHECK(i >= 0 && i < size_);
  const char* from = file_.bytes().data() + begin_ + static_cast<size_t>(i) * static_cast<size_t>(npy_bytes(type_));
  switch (type_) {
    case NpyType::kInt16:
      return load<int16_t>(from);
    case NpyType::kInt32:
      return load<int32_t>(from);
    case NpyType::kUint32:
      return load<uint32_t>(from);
    case NpyType::kInt64:
      return load<int64_t>(from);
  }
  return 0;
}

}  // namespace smelt
