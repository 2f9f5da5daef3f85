// Files that are either whole or absent.
//
// Writers put their bytes beside the target and rename after fsync of file and folder, so a kill at any instant leaves
// the old file or the new one. All errors are UserError: a full disk or quota is kResource, the rest kInput, each with
// the path.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace smelt {

std::string read_file(const std::string& path);
void write_file(const std::string& path, std::string_view bytes);  // atomic: tmp, fsync, rename, fsync of the folder
void make_directories(const std::string& path);
bool path_exists(const std::string& path);
uint64_t file_size(const std::string& path);
void sync_directory(const std::string& path);
void rename_durably(const std::string& from, const std::string& to);  // rename + fsync of both folders
void remove_all(const std::string& path);
// All regular files below `root`, as paths relative to it with '/', in byte order; not following links.
std::vector<std::string> list_files(const std::string& root);

// A buffered file that appears under its name only at commit(); a destroyed uncommitted one leaves nothing.
class AtomicFile {
 public:
  explicit AtomicFile(std::string path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::string_view bytes);
  void write_at(uint64_t offset,
                std::string_view bytes);  // flushes, then overwrites earlier bytes (headers written last)
  uint64_t size() const { return size_; }
  const std::string& path() const { return path_; }
  void commit();

 private:
  void flush();

  std::string path_;
  std::string temporary_;
  std::string buffer_;
  uint64_t size_ = 0;
  int fd_ = -1;
};

// A read-only memory map of a whole file. Empty files map to an empty view.
class MappedFile {
 public:
  MappedFile() = default;
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::string_view bytes() const { return {static_cast<const char*>(data_), size_}; }

 private:
  void* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace smelt
