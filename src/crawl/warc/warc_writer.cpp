#include "crawl/warc/warc_writer.h"

#include <cerrno>
#include <optional>

#include <fcntl.h>
#include <libdeflate.h>
#include <unistd.h>
#include <zstd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/stream.h"
#include "base/write_all.h"
#include "crawl/warc/member_source.h"
#include "crawl/warc/sha1.h"
#include "crawl/warc/warc_record.h"

namespace smelt {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 20;
constexpr int kGzipLevel = 6;
constexpr int kZstdLevel = 9;

void add_field(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) {
    return;
  }
  out.append(name).append(": ");
  for (const char c : value) {
    out += c == '\r' || c == '\n' ? ' ' : c;
  }
  out += "\r\n";
}

std::string bracketed(const std::string& id) {
  return id.empty() ? id : "<" + id + ">";
}

// Where the payload begins in an HTTP message.
size_t payload_begin(std::string_view block) {
  for (const std::string_view blank : {"\r\n\r\n", "\n\n"}) {
    if (const size_t at = block.find(blank); at != std::string_view::npos) {
      return at + blank.size();
    }
  }
  return block.size();
}

}  // namespace

std::string warc_record_text(const WarcFields& fields, std::string_view block) {
  std::string out = "WARC/1.1\r\n";
  add_field(out, "WARC-Type", fields.type);
  add_field(out, "WARC-Record-ID", bracketed(fields.id));
  add_field(out, "WARC-Date", fields.date);
  add_field(out, "WARC-Target-URI", fields.url);
  bool has_payload_digest = false;
  for (const auto& [name, value] : fields.more) {
    add_field(out, name, value);
    has_payload_digest = has_payload_digest || name == "WARC-Payload-Digest";
  }
  add_field(out, "Content-Type", fields.content_type);
  add_field(out, "WARC-Block-Digest", warc_digest(block));
  if (fields.content_type.starts_with("application/http") && !has_payload_digest && fields.type != "revisit") {
    add_field(out, "WARC-Payload-Digest", warc_digest(block.substr(payload_begin(block))));
  }
  add_field(out, "Content-Length", std::to_string(block.size()));
  out.append("\r\n").append(block).append("\r\n\r\n");
  return out;
}

struct WarcWriter::Packer {
  virtual ~Packer() = default;
  virtual void pack(std::string_view record, std::string& out) { out.append(record); }
};

namespace {

// Makes room behind `out` for `bound` bytes, calls fill(place) and keeps as many as that says.
template <class Fill>
void append_packed(std::string& out, size_t bound, Fill fill) {
  const size_t before = out.size();
  out.resize(before + bound);
  out.resize(before + fill(out.data() + before));
}

struct GzipState {
  libdeflate_compressor* compressor = libdeflate_alloc_compressor(kGzipLevel);
  GzipState() = default;
  ~GzipState() { libdeflate_free_compressor(compressor); }
  GzipState(const GzipState&) = delete;
  GzipState& operator=(const GzipState&) = delete;
};

}  // namespace

WarcWriter::WarcWriter(std::string path, Mode mode, uint64_t keep) : path_(std::move(path)), size_(keep) {
  struct GzipPacker : Packer {
    GzipState state;
    void pack(std::string_view record, std::string& out) override {
      const size_t bound = libdeflate_gzip_compress_bound(state.compressor, record.size());
      append_packed(out, bound, [&](char* place) {
        return libdeflate_gzip_compress(state.compressor, record.data(), record.size(), place, bound);
      });
    }
  };
  struct ZstdPacker : Packer {
    void pack(std::string_view record, std::string& out) override { out += zstd_compress(record, kZstdLevel); }
  };
  if (path_.ends_with(".gz")) {
    packer_ = std::make_unique<GzipPacker>();
  } else if (path_.ends_with(".zst")) {
    packer_ = std::make_unique<ZstdPacker>();
  } else {
    packer_ = std::make_unique<Packer>();
  }
  const std::string partial = partial_path(path_);
  const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (mode == Mode::kNew ? O_TRUNC : 0);
  fd_ = ::open(partial.c_str(), flags, 0644);
  if (fd_ < 0) {
    throw system_error("cannot write", partial, errno);
  }
  if (::ftruncate(fd_, static_cast<off_t>(keep)) != 0 || ::lseek(fd_, 0, SEEK_END) < 0) {
    const int error = errno;
    ::close(fd_);
    throw system_error("cannot cut", partial, error);
  }
}

WarcWriter::~WarcWriter() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

void WarcWriter::write(const WarcFields& fields, std::string_view block) {
  const size_t before = buffer_.size();
  packer_->pack(warc_record_text(fields, block), buffer_);
  size_ += buffer_.size() - before;
  if (buffer_.size() > kBufferBytes) {
    flush();
  }
}

void WarcWriter::flush() {
  write_out(fd_, buffer_, partial_path(path_));
}

void WarcWriter::commit() {
  flush();
  if (::fsync(fd_) != 0) {
    throw system_error("cannot save", partial_path(path_), errno);
  }
  ::close(fd_);
  fd_ = -1;
  rename_durably(partial_path(path_), path_);
}

namespace {

// A plain file's records by their own lengths.
void for_each_plain_record(std::string_view bytes, const std::function<void(std::string_view, uint64_t)>& take) {
  size_t at = 0;
  while (at < bytes.size()) {
    const std::string_view rest = bytes.substr(at);
    const size_t blank = rest.find("\r\n\r\n");
    if (!rest.starts_with("WARC/") || blank == std::string_view::npos) {
      return;
    }
    WarcRecord ignored;
    const std::optional<uint64_t> length = read_warc_header(rest.substr(0, blank + 2), ignored);
    if (!length || *length > rest.size() || blank + 8 + *length > rest.size()) {
      return;
    }
    const size_t size = blank + 8 + static_cast<size_t>(*length);
    at += size;
    take(rest.substr(0, size), at);
  }
}

}  // namespace

void for_each_member(const std::string& path, const std::function<void(std::string_view, uint64_t)>& take) {
  std::unique_ptr<ByteSource> input = open_plain(path);
  const std::unique_ptr<MemberSource> members = make_member_source(input);
  if (members == nullptr) {
    const MappedFile file(path);
    for_each_plain_record(file.bytes(), take);
    return;
  }
  std::string member;
  std::string buffer(kBufferBytes, '\0');
  try {
    while (const size_t count = members->read(buffer.data(), buffer.size())) {
      member.append(buffer, 0, count);
      if (members->member_end() != 0) {
        take(member, members->member_end());
        member.clear();
      }
    }
  } catch (const StreamError&) {
    return;  // what a kill cut
  }
}

}  // namespace smelt
