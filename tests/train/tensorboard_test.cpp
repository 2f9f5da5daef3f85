#include "train/tensorboard.h"

#include <cstring>

#include <gtest/gtest.h>

#include "base/files.h"
#include "train/helpers.h"

namespace smelt {
namespace {

// A reader of its own: CRC bit by bit, messages by walking over fields of any number.
uint32_t slow_crc32c(std::string_view bytes) {
  uint32_t crc = 0xFFFFFFFF;
  for (const char c : bytes) {
    crc ^= static_cast<uint8_t>(c);
    for (int i = 0; i < 8; ++i) {
      crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
    }
  }
  return crc ^ 0xFFFFFFFF;
}

uint32_t slow_mask(uint32_t crc) {
  return ((crc >> 15) | (crc << 17)) + 0xA282EAD8;
}

template <class T>
T take(std::string_view& bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  bytes.remove_prefix(sizeof(T));
  return value;
}

uint64_t take_varint(std::string_view& bytes) {
  uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = take<uint8_t>(bytes);
    value |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) {
      return value;
    }
  }
}

std::string_view take_bytes(std::string_view& bytes) {
  const uint64_t size = take_varint(bytes);
  const std::string_view out = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return out;
}

struct Event {
  double wall_time = 0;
  uint64_t step = 0;
  std::string version;
  std::vector<std::pair<std::string, float>> scalars;
};

std::pair<std::string, float> read_value(std::string_view bytes) {
  std::pair<std::string, float> out;
  while (!bytes.empty()) {
    const uint64_t key = take_varint(bytes);
    if (key == (1 << 3 | 2)) {
      out.first = take_bytes(bytes);
    } else if (key == (2 << 3 | 5)) {
      out.second = take<float>(bytes);
    }
  }
  return out;
}

Event read_event(std::string_view bytes) {
  Event event;
  while (!bytes.empty()) {
    switch (take_varint(bytes)) {
      case 1 << 3 | 1:
        event.wall_time = take<double>(bytes);
        break;
      case 2 << 3 | 0:
        event.step = take_varint(bytes);
        break;
      case 3 << 3 | 2:
        event.version = take_bytes(bytes);
        break;
      case 5 << 3 | 2: {
        std::string_view summary = take_bytes(bytes);
        while (!summary.empty()) {
          EXPECT_EQ(take_varint(summary), 1U << 3 | 2);
          event.scalars.push_back(read_value(take_bytes(summary)));
        }
        break;
      }
      default:
        ADD_FAILURE() << "unknown field";
        return event;
    }
  }
  return event;
}

std::vector<Event> read_events(const std::string& path) {
  const std::string file = read_file(path);
  std::string_view bytes = file;
  std::vector<Event> out;
  while (!bytes.empty()) {
    const std::string_view length_bytes = bytes.substr(0, 8);
    const auto length = take<uint64_t>(bytes);
    EXPECT_EQ(take<uint32_t>(bytes), slow_mask(slow_crc32c(length_bytes)));
    const std::string_view payload = bytes.substr(0, length);
    bytes.remove_prefix(length);
    EXPECT_EQ(take<uint32_t>(bytes), slow_mask(slow_crc32c(payload)));
    out.push_back(read_event(payload));
  }
  return out;
}

TEST(TensorBoard, ChecksumHasThePublishedValues) {
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);  // RFC 3720, B.4
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62A8AB43U);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
}

TEST(TensorBoard, EventsReadBack) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.path() + "/events.out.tfevents.test";
  {
    EventWriter writer(path, 1000.5);
    writer.scalars(1001.25, 1, {{"train/loss", 9.5}, {"train/lr", 0.001}});
    writer.scalars(1002.0, 300, {{"train/loss", -0.25}});
  }
  const std::vector<Event> events = read_events(path);
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].version, "brain.Event:2");
  EXPECT_EQ(events[0].wall_time, 1000.5);
  EXPECT_EQ(events[1].wall_time, 1001.25);
  EXPECT_EQ(events[1].step, 1U);
  ASSERT_EQ(events[1].scalars.size(), 2U);
  EXPECT_EQ(events[1].scalars[0], (std::pair<std::string, float>{"train/loss", 9.5F}));
  EXPECT_EQ(events[1].scalars[1], (std::pair<std::string, float>{"train/lr", 0.001F}));
  EXPECT_EQ(events[2].step, 300U);
  EXPECT_EQ(events[2].scalars[0].second, -0.25F);
}

}  // namespace
}  // namespace smelt
