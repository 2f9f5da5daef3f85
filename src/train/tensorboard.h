// TensorBoard event files: TFRecord framing (length, masked CRC-32C) around hand-encoded Event messages with scalar
// values.
//
// Format: tensorflow/core/lib/io/record_writer and tensorflow/core/util/event.proto, version brain.Event:2.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace smelt {

uint32_t crc32c(std::string_view bytes);  // Castagnoli polynomial, as in RFC 3720
uint32_t masked_crc32c(std::string_view bytes);

// One record of a TFRecord file.
std::string tfrecord(std::string_view payload);

// Event messages. `wall_time` in seconds since 1970.
std::string event_version(double wall_time);
std::string event_scalars(double wall_time, int64_t step, const std::vector<std::pair<std::string, double>>& scalars);

// Appends events to one file. Opening one that exists replaces it. Events are on disk after flush().
class EventWriter {
 public:
  explicit EventWriter(const std::string& path, double wall_time);
  ~EventWriter();
  EventWriter(const EventWriter&) = delete;
  EventWriter& operator=(const EventWriter&) = delete;

  void scalars(double wall_time, int64_t step, const std::vector<std::pair<std::string, double>>& values);
  void flush();

 private:
  std::string path_;
  std::string buffer_;
  int fd_ = -1;
};

}  // namespace smelt
