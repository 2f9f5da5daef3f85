#include "corpus/dedup/key_file.h"

#include <cstring>
#include <span>

#include <fmt/format.h>

namespace smelt {

namespace {

constexpr std::string_view kMagic = "SMELTDUP";
constexpr uint64_t kVersion = 2;
constexpr uint64_t kHeaderBytes = 32;
constexpr uint64_t kBlockHeaderBytes = 16;
constexpr uint64_t kMaxBands = 1 << 16;

template <class T>
std::string_view bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

uint64_t padded(uint64_t bytes) {
  return (bytes + 7) / 8 * 8;
}

// Bytes of a block behind its header, without the ids.
uint64_t column_bytes(uint64_t documents, uint64_t bands) {
  return documents * (sizeof(Hash128) + sizeof(uint64_t) + (bands + 1) * sizeof(uint64_t));
}

}  // namespace

uint64_t shape_digest(const MinHashShape& shape) {
  return hash64(fmt::format("{} {} {} {} {} {}", kVersion, static_cast<int>(shape.unit), shape.shingle, shape.bands,
                            shape.rows, shape.seed));
}

KeyWriter::KeyWriter(const std::string& path, const MinHashShape& shape)
    : file_(path), bands_(static_cast<size_t>(shape.bands)), columns_(bands_) {
  const std::vector<uint64_t> header = {kVersion, shape_digest(shape), bands_};
  file_.write(kMagic);
  file_.write(bytes_of(header));
}

void KeyWriter::add(const DocumentKeys& keys) {
  SMELT_CHECK(keys.bands.empty() || keys.bands.size() == bands_);
  if (exact_.size() == KeyFile::kBlockDocuments) {
    write_block();
  }
  exact_.push_back(keys.exact);
  preferences_.push_back(keys.preference);
  for (size_t band = 0; band < bands_; ++band) {
    columns_[band].push_back(keys.bands.empty() ? 0 : keys.bands[band]);
  }
  ids_ += keys.id;
  id_ends_.push_back(ids_.size());
}

void KeyWriter::write_block() {
  const std::vector<uint64_t> header = {exact_.size(), ids_.size()};
  file_.write(bytes_of(header));
  file_.write(bytes_of(exact_));
  file_.write(bytes_of(preferences_));
  for (std::vector<uint64_t>& column : columns_) {
    file_.write(bytes_of(column));
    column.clear();
  }
  file_.write(bytes_of(id_ends_));
  file_.write(ids_);
  const uint64_t size = column_bytes(exact_.size(), bands_) + ids_.size();
  file_.write(std::string(padded(size) - size, '\0'));
  exact_.clear();
  preferences_.clear();
  id_ends_.clear();
  ids_.clear();
}

void KeyWriter::commit() {
  if (!exact_.empty()) {
    write_block();
  }
  file_.commit();
}

KeyFile::KeyFile(const std::string& path) : mapped_(std::make_shared<MappedFile>(path)), bytes_(mapped_->bytes()) {
  const Result<bool> found = find_blocks();
  if (!found.ok()) {
    throw input_error("this is no index of duplicates, or a damaged one (" + found.reject().reason + ")", path,
                      "remove the folder that it lies in, or curate that corpus again");
  }
}

Result<KeyFile> KeyFile::parse(std::string_view bytes) {
  KeyFile file;
  file.bytes_ = bytes;
  const Result<bool> found = file.find_blocks();
  if (!found.ok()) {
    return found.reject();
  }
  return file;
}

template <class T>
T KeyFile::value_at(uint64_t offset) const {
  T value{};
  std::memcpy(&value, bytes_.data() + offset, sizeof(T));
  return value;
}

uint64_t KeyFile::ids_offset(const Block& block) const {
  return block.offset + column_bytes(block.documents, bands_);
}

Result<bool> KeyFile::find_blocks() {
  if (bytes_.size() < kHeaderBytes || !bytes_.starts_with(kMagic) || value_at<uint64_t>(8) != kVersion ||
      value_at<uint64_t>(24) > kMaxBands) {
    return Reject{"not_a_key_file", ""};
  }
  shape_ = value_at<uint64_t>(16);
  bands_ = value_at<uint64_t>(24);
  for (uint64_t offset = kHeaderBytes; offset < bytes_.size();) {
    if (bytes_.size() - offset < kBlockHeaderBytes) {
      return Reject{"truncated", ""};
    }
    const Block block{offset + kBlockHeaderBytes, value_at<uint64_t>(offset), value_at<uint64_t>(offset + 8)};
    // Only the last block may be short, so that a document's block follows from its number.
    if (block.documents == 0 || block.documents > kBlockDocuments || documents_ % kBlockDocuments != 0) {
      return Reject{"bad_block", ""};
    }
    const uint64_t left = bytes_.size() - block.offset;
    if (block.id_bytes > left || column_bytes(block.documents, bands_) > left ||
        padded(column_bytes(block.documents, bands_) + block.id_bytes) > left) {
      return Reject{"truncated", ""};
    }
    uint64_t end = 0;
    for (uint64_t i = 0; i < block.documents; ++i) {
      const uint64_t next = value_at<uint64_t>(ids_offset(block) - (block.documents - i) * sizeof(uint64_t));
      if (next < end || next > block.id_bytes) {
        return Reject{"bad_block", ""};
      }
      end = next;
    }
    documents_ += block.documents;
    blocks_.push_back(block);
    offset = block.offset + padded(column_bytes(block.documents, bands_) + block.id_bytes);
  }
  return true;
}

Hash128 KeyFile::exact(uint64_t document) const {
  const uint64_t row = document % kBlockDocuments;
  const uint64_t at = block_of(document).offset + row * sizeof(Hash128);
  return {value_at<uint64_t>(at), value_at<uint64_t>(at + sizeof(uint64_t))};
}

uint64_t KeyFile::preference(uint64_t document) const {
  const Block& block = block_of(document);
  const uint64_t row = document % kBlockDocuments;
  return value_at<uint64_t>(block.offset + block.documents * sizeof(Hash128) + row * sizeof(uint64_t));
}

uint64_t KeyFile::band_key(uint64_t document, size_t band) const {
  const Block& block = block_of(document);
  const uint64_t columns = block.offset + block.documents * (sizeof(Hash128) + sizeof(uint64_t));
  return value_at<uint64_t>(columns + (band * block.documents + document % kBlockDocuments) * sizeof(uint64_t));
}

std::string_view KeyFile::id(uint64_t document) const {
  const Block& block = block_of(document);
  const uint64_t row = document % kBlockDocuments;
  const uint64_t ids = ids_offset(block);
  const uint64_t ends = ids - block.documents * sizeof(uint64_t);
  const uint64_t begin = row == 0 ? 0 : value_at<uint64_t>(ends + (row - 1) * sizeof(uint64_t));
  return bytes_.substr(ids + begin, value_at<uint64_t>(ends + row * sizeof(uint64_t)) - begin);
}

}  // namespace smelt
