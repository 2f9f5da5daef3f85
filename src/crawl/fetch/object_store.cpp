#include "crawl/fetch/object_store.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <mutex>
#include <thread>

#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>
#include <arrow/result.h>
#include <fnmatch.h>

#include "base/error.h"
#include "base/text.h"

namespace smelt {
namespace {

constexpr int64_t kRange = int64_t{8} << 20;
constexpr int kAttempts = 5;
constexpr std::chrono::milliseconds kFirstPause{200};

struct Opened {
  std::shared_ptr<arrow::fs::FileSystem> files;
  std::string path;  // bucket and key
};

[[noreturn]] void fail(const arrow::Status& status, const std::string& address) {
  std::string message = status.message();
  message = message.substr(0, message.find('\n'));
  const std::vector<const char*> signs = {"NOT_FOUND", "not exist", "404", "NO_SUCH_BUCKET", "not found"};
  const bool missing = status.IsInvalid() || std::any_of(signs.begin(), signs.end(), [&](const char* sign) {
                         return message.find(sign) != std::string::npos;
                       });
  if (missing) {
    throw input_error(message, address, "check the address");
  }
  throw resource_error(message, address, "check the credentials in the environment and the network, and run again");
}

template <class T>
T value_of(arrow::Result<T> result, const std::string& address) {
  if (!result.ok()) {
    fail(result.status(), address);
  }
  return std::move(result).ValueUnsafe();
}

// The library of s3:// is large and starts threads: it is loaded by the first address that wants it.
void load_s3() {
  static std::once_flag once;
  std::call_once(once, [] {
    const arrow::Status status = arrow::fs::LoadFileSystemFactories(SMELT_ARROW_S3);
    if (!status.ok()) {
      throw resource_error("the library for s3:// cannot be loaded: " + status.message(), SMELT_ARROW_S3,
                           "run `make setup`");
    }
  });
}

Opened open_store(const std::string& address) {
  if (starts_with_ignoring_case(address, "s3:")) {
    load_s3();
  }
  Opened opened;
  auto files = arrow::fs::FileSystemFromUri(address, &opened.path);
  opened.files = value_of(std::move(files), address);
  return opened;
}

std::string without_query(const std::string& address) {
  return address.substr(0, address.find('?'));
}

class ObjectSource : public ByteSource {
 public:
  explicit ObjectSource(std::string address) : address_(std::move(address)), store_(open_store(address_)) {
    info_ = value_of(store_.files->GetFileInfo(store_.path), address_);
    if (info_.type() != arrow::fs::FileType::File) {
      throw input_error("there is no such object", address_, "check the address");
    }
    file_ = value_of(store_.files->OpenInputFile(info_), address_);
  }

  size_t read(char* out, size_t capacity) override {
    if (buffer_ == nullptr || begin_ == buffer_->size()) {
      fetch();
    }
    const size_t count = std::min(capacity, static_cast<size_t>(buffer_->size() - begin_));
    std::memcpy(out, buffer_->data() + begin_, count);
    begin_ += static_cast<int64_t>(count);
    return count;
  }

 private:
  void fetch() {
    begin_ = 0;
    const int64_t wanted = std::min(kRange, info_.size() - next_);
    for (int attempt = 1;; ++attempt) {
      auto part = file_->ReadAt(next_, wanted);
      if (part.ok()) {
        buffer_ = std::move(part).ValueUnsafe();
        break;
      }
      if (attempt == kAttempts) {
        fail(part.status(), address_);
      }
      std::this_thread::sleep_for(kFirstPause * (1 << attempt));
    }
    next_ += buffer_->size();
    if (buffer_->size() < wanted || wanted == 0) {
      check_unchanged();
    }
  }

  // At the end, or at an end that came too early.
  void check_unchanged() const {
    const arrow::fs::FileInfo now = value_of(store_.files->GetFileInfo(store_.path), address_);
    if (now.size() != info_.size() || now.mtime() != info_.mtime() || next_ != info_.size()) {
      throw input_error("the object changed while it was read", address_, "run the same command again");
    }
  }

  std::string address_;
  Opened store_;
  arrow::fs::FileInfo info_;
  std::shared_ptr<arrow::io::RandomAccessFile> file_;
  std::shared_ptr<arrow::Buffer> buffer_;
  int64_t begin_ = 0;
  int64_t next_ = 0;
};

}  // namespace

bool is_object_url(const std::string& path) {
  return starts_with_ignoring_case(path, "s3://") || starts_with_ignoring_case(path, "gs://");
}

std::unique_ptr<ByteSource> open_object(const std::string& address) {
  return std::make_unique<ObjectSource>(address);
}

std::vector<std::string> list_objects(const std::string& address) {
  const std::string plain = without_query(address);
  const std::string query = address.substr(plain.size());
  const size_t star = plain.find_first_of("*[");
  const std::string folder = star == std::string::npos ? plain : plain.substr(0, plain.rfind('/', star) + 1);
  const Opened store = open_store(folder + query);
  const Opened pattern{store.files, store.path + (store.path.ends_with('/') ? "" : "/") + plain.substr(folder.size())};
  arrow::fs::FileSelector selector;
  selector.base_dir = store.path;
  selector.recursive = true;
  std::vector<std::string> out;
  const std::string scheme_and_user = plain.substr(0, plain.find(store.path.substr(0, store.path.find('/'))));
  for (const arrow::fs::FileInfo& info : value_of(store.files->GetFileInfo(selector), address)) {
    const bool matches =
        star == std::string::npos || fnmatch(pattern.path.c_str(), info.path().c_str(), FNM_PATHNAME) == 0;
    if (info.type() == arrow::fs::FileType::File && matches) {
      out.push_back(scheme_and_user + info.path() + query);
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

void close_object_stores() {
  arrow::fs::EnsureFinalized();
}

}  // namespace smelt
