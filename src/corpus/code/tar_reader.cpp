#include "corpus/code/tar_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "base/text.h"

namespace smelt {

namespace {

constexpr size_t kBlock = 512;
constexpr int64_t kMaxNameRecord = 1 << 20;
constexpr int64_t kMaxSize = int64_t{1} << 50;

[[noreturn]] void corrupt(const std::string& what) {
  throw StreamError("corrupt_archive", what);
}

std::string text_field(const char* block, size_t at, size_t size) {
  const char* begin = block + at;
  return {begin, std::find(begin, begin + size, '\0')};
}

// Octal digits, or base 256 where the first bit is set.
int64_t number_field(const char* block, size_t at, size_t size) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(block + at);
  int64_t value = 0;
  if ((bytes[0] & 0x80) != 0) {
    for (size_t i = 1; i < size; ++i) {
      if (value > kMaxSize) {
        corrupt("a file of more than 2^50 bytes");
      }
      value = value * 256 + bytes[i];
    }
    return value;
  }
  for (size_t i = 0; i < size; ++i) {
    if (bytes[i] >= '0' && bytes[i] <= '7') {
      value = value * 8 + (bytes[i] - '0');
    } else if (bytes[i] != ' ' || value > 0) {
      break;
    }
  }
  return value;
}

bool checksum_fits(const char* block) {
  int64_t sum = 0;
  for (size_t i = 0; i < kBlock; ++i) {
    sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(block[i]);
  }
  return sum == number_field(block, 148, 8);
}

// The value of `key` in a pax record of lines "LENGTH KEY=VALUE\n"; empty where it has none.
std::string pax_value(std::string_view record, std::string_view key) {
  while (!record.empty()) {
    size_t length = 0;
    const auto [end, error] = std::from_chars(record.data(), record.data() + record.size(), length);
    const auto digits = static_cast<size_t>(end - record.data());
    if (error != std::errc() || length > record.size() || length < digits + 2) {
      return "";
    }
    const std::string_view line = record.substr(digits + 1, length - digits - 2);
    if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == '=') {
      return std::string(line.substr(key.size() + 1));
    }
    record.remove_prefix(length);
  }
  return "";
}

}  // namespace

bool TarReader::read_block(char* block) {
  size_t filled = 0;
  while (filled < kBlock) {
    const size_t got = source_->read(block + filled, kBlock - filled);
    if (got == 0) {
      break;
    }
    filled += got;
  }
  if (filled != 0 && filled != kBlock) {
    corrupt("the archive ends within a block");
  }
  return filled == kBlock;
}

std::string TarReader::read_content(int64_t size, bool keep) {
  std::string content;
  std::array<char, kBlock> block{};
  for (int64_t left = size; left > 0; left -= static_cast<int64_t>(kBlock)) {
    if (!read_block(block.data())) {
      corrupt("the archive ends within a file");
    }
    if (keep) {
      content.append(block.data(), static_cast<size_t>(std::min<int64_t>(left, kBlock)));
    }
  }
  return content;
}

bool TarReader::next(Entry& entry, int64_t max_bytes) {
  std::array<char, kBlock> block{};
  std::string long_name;
  std::string long_size;
  while (read_block(block.data())) {
    if (std::all_of(block.begin(), block.end(), [](char c) { return c == 0; })) {
      continue;
    }
    if (!checksum_fits(block.data())) {
      corrupt("a header's checksum is wrong");
    }
    int64_t size = number_field(block.data(), 124, 12);
    const char type = block[156];
    if (type == 'x' || type == 'L') {
      if (size > kMaxNameRecord) {
        corrupt("a name of more than 1 MiB");
      }
      const std::string record = read_content(size, true);
      if (type == 'x') {
        long_name = pax_value(record, "path");
        long_size = pax_value(record, "size");
      } else {
        long_name = record.substr(0, record.find('\0'));
      }
      continue;
    }
    if (!long_size.empty()) {
      const auto [end, error] = std::from_chars(long_size.data(), long_size.data() + long_size.size(), size);
      if (error != std::errc() || size < 0 || size > kMaxSize) {
        corrupt("a size that is no number");
      }
    }
    const bool regular = type == '0' || type == '\0' || type == '7';
    const bool keep = regular && size <= max_bytes;
    std::string content = read_content(size, keep);
    if (regular) {
      const std::string prefix =
          std::memcmp(block.data() + 257, "ustar\0", 6) == 0 ? text_field(block.data(), 345, 155) : "";
      entry.path =
          !long_name.empty() ? long_name : (prefix.empty() ? "" : prefix + "/") + text_field(block.data(), 0, 100);
      while (entry.path.starts_with("./")) {
        entry.path.erase(0, 2);
      }
      entry.size = size;
      entry.content = std::move(content);
      if (!entry.path.empty() && !entry.path.ends_with('/')) {
        return true;
      }
    }
    long_name.clear();
    long_size.clear();
  }
  return false;
}

}  // namespace smelt
