#include "train/tensorboard.h"

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/write_all.h"

namespace smelt {
namespace {

constexpr std::array<uint32_t, 256> make_crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value >> 1) ^ ((value & 1) != 0 ? 0x82F63B78U : 0U);
    }
    table[i] = value;
  }
  return table;
}

constexpr std::array<uint32_t, 256> kCrcTable = make_crc_table();

template <class T>
void append_little(std::string& out, T value) {
  static_assert(std::endian::native == std::endian::little);
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}

void append_varint(std::string& out, uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

// Protocol-buffer keys: field number << 3 | wire type (0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes).
void append_bytes_field(std::string& out, int field, std::string_view bytes) {
  append_varint(out, static_cast<uint64_t>(field) << 3 | 2);
  append_varint(out, bytes.size());
  out.append(bytes);
}

std::string event_head(double wall_time) {
  std::string out;
  append_varint(out, 1 << 3 | 1);
  append_little(out, wall_time);
  return out;
}

}  // namespace

uint32_t crc32c(std::string_view bytes) {
  uint32_t crc = ~0U;
  for (const char c : bytes) {
    crc = (crc >> 8) ^ kCrcTable[(crc ^ static_cast<uint8_t>(c)) & 0xFF];
  }
  return ~crc;
}

uint32_t masked_crc32c(std::string_view bytes) {
  return std::rotr(crc32c(bytes), 15) + 0xA282EAD8U;
}

std::string tfrecord(std::string_view payload) {
  std::string out;
  append_little(out, static_cast<uint64_t>(payload.size()));
  append_little(out, masked_crc32c(out));
  out.append(payload);
  append_little(out, masked_crc32c(payload));
  return out;
}

std::string event_version(double wall_time) {
  std::string out = event_head(wall_time);
  append_bytes_field(out, 3, "brain.Event:2");
  return out;
}

std::string event_scalars(double wall_time, int64_t step, const std::vector<std::pair<std::string, double>>& scalars) {
  std::string summary;
  for (const auto& [tag, value] : scalars) {
    std::string item;
    append_bytes_field(item, 1, tag);
    append_varint(item, 2 << 3 | 5);
    append_little(item, static_cast<float>(value));
    append_bytes_field(summary, 1, item);
  }
  std::string out = event_head(wall_time);
  append_varint(out, 2 << 3 | 0);
  append_varint(out, static_cast<uint64_t>(step));
  append_bytes_field(out, 5, summary);
  return out;
}

EventWriter::EventWriter(const std::string& path, double wall_time) : path_(path) {
  fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd_ < 0) {
    throw system_error("create", path, errno);
  }
  buffer_ = tfrecord(event_version(wall_time));
}

EventWriter::~EventWriter() {
  try {
    flush();
  } catch (const UserError&) {  // a full disk: what is lost is a curve that metrics.jsonl holds as well
  }
  ::close(fd_);
}

void EventWriter::scalars(double wall_time, int64_t step, const std::vector<std::pair<std::string, double>>& values) {
  buffer_ += tfrecord(event_scalars(wall_time, step, values));
}

void EventWriter::flush() {
  write_out(fd_, buffer_, path_);
}

}  // namespace smelt
