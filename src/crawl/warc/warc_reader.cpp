#include "crawl/warc/warc_reader.h"

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "crawl/fetch/location.h"

namespace smelt {
namespace {

constexpr size_t kMaxHeaderBytes = size_t{1} << 16;
constexpr uint64_t kMostSkipped = uint64_t{4} << 30;
constexpr std::string_view kVersion = "WARC/";
constexpr std::string_view kArcStart = "filedesc:";

// Offset of the first "WARC/" at the start of a line; npos where there is none.
size_t find_version_line(std::string_view text, size_t from) {
  while (true) {
    const size_t at = text.find(kVersion, from);
    if (at == std::string_view::npos || at == 0 || text[at - 1] == '\n') {
      return at;
    }
    from = at + 1;
  }
}

bool is_line_end(char c) {
  return c == '\r' || c == '\n';
}

}  // namespace

WarcReader::WarcReader(std::unique_ptr<ByteSource> input, int64_t max_record_bytes, WarcRejectSink rejects)
    : buffer_(std::move(input)),
      max_record_bytes_(static_cast<size_t>(max_record_bytes)),
      rejects_(std::move(rejects)) {}

void WarcReader::reject(const WarcRecord& record, const char* reason, const std::string& detail) {
  rejects_(record.id, record.offset, reason, detail);
}

// For a record that the end of the input cuts: damage to the compressed stream, where there is some, is why.
void WarcReader::reject_cut(const WarcRecord& record) {
  if (buffer_.damaged() && !buffer_.damage_reason().empty()) {
    rejects_(record.id, record.offset, buffer_.damage_reason(), buffer_.damage_detail());
    buffer_.forget_damage_reason();
  } else {
    reject(record, "truncated_record", "the input ends inside the record");
  }
}

bool WarcReader::next(WarcRecord& record) {
  while (true) {
    const Step result = step(record);
    if (result != Step::kSkip) {
      return result == Step::kRecord;
    }
  }
}

// Offset of the next record at or after `from` in the window, npos where there is none; then bytes before `keep` are of
// no further use.
size_t WarcReader::find_record(size_t from, size_t& keep) const {
  const std::string_view text = buffer_.rest();
  if (format_ != Format::kArc) {
    constexpr size_t kKeep = 6;  // a line break and a version line that the next bytes complete
    keep = std::max(from, text.size() > kKeep ? text.size() - kKeep : 0);
    return find_version_line(text, from);
  }
  WarcRecord ignored;
  size_t at = from;
  while ((at = text.find('\n', at)) != std::string_view::npos) {
    const size_t end = text.find('\n', at + 1);
    if (end == std::string_view::npos) {
      keep = text.size() - at > kMaxHeaderBytes ? text.size() : at;
      return std::string_view::npos;
    }
    if (read_arc_header(text.substr(at + 1, std::min(end - at - 1, kMaxHeaderBytes)), ignored)) {
      return at + 1;
    }
    at = end;
  }
  keep = text.size();
  return std::string_view::npos;
}

// Moves to the next record at or after `from`, dropping what lies before it; at a break in the stream, to the bytes
// after it.
void WarcReader::resynchronise(size_t from) {
  const uint64_t start = buffer_.position();
  while (true) {
    size_t keep = 0;
    const size_t at = find_record(from, keep);
    if (at != std::string_view::npos) {
      buffer_.consume(at);
      return;
    }
    buffer_.consume(std::min(keep, buffer_.rest().size()));
    from = 0;
    if (buffer_.position() > 0 && buffer_.rest().starts_with(kVersion)) {
      from = 1;  // the middle of a line
    }
    if (buffer_.position() - start > kMostSkipped && buffer_.skip_member()) {
      return;
    }
    if (!buffer_.fill()) {
      buffer_.consume(buffer_.rest().size());
      return;
    }
  }
}

// Size of the header block with its blank line, 0 where it has no end within bounds.
size_t WarcReader::header_end() {
  size_t from = 0;
  while (true) {
    const std::string_view text = buffer_.rest();
    for (size_t at = text.find('\n', from); at != std::string_view::npos; at = text.find('\n', at + 1)) {
      const std::string_view after = text.substr(at + 1, 2);
      if (after.starts_with('\n')) {
        return at + 2;
      }
      if (after == "\r\n") {
        return at + 3;
      }
      from = at;
      if (at > kMaxHeaderBytes || text.substr(at + 1).starts_with(kVersion)) {
        return 0;  // another record's header begins
      }
    }
    if (text.size() > kMaxHeaderBytes || !buffer_.fill()) {
      return 0;
    }
  }
}

// Size of the first line with its end, 0 where it has none within bounds.
size_t WarcReader::line_end() {
  while (true) {
    const size_t at = buffer_.rest().substr(0, kMaxHeaderBytes).find('\n');
    if (at != std::string_view::npos) {
      return at + 1;
    }
    if (buffer_.rest().size() >= kMaxHeaderBytes || !buffer_.fill()) {
      return 0;
    }
  }
}

// False where there are so many that they are an attack, and the member that holds them was left.
bool WarcReader::skip_line_ends() {
  const uint64_t start = buffer_.position();
  while (buffer_.ensure(1) && is_line_end(buffer_.rest()[0])) {
    const std::string_view text = buffer_.rest();
    buffer_.consume(std::min(text.find_first_not_of("\r\n"), text.size()));
    if (buffer_.position() - start > kMostSkipped && buffer_.skip_member()) {
      return false;
    }
  }
  return true;
}

WarcReader::Step WarcReader::step(WarcRecord& record) {
  record = WarcRecord{};
  record.offset = buffer_.position();
  if (!skip_line_ends()) {
    reject(record, "bad_record_header", "line breaks without end");
    return Step::kSkip;
  }
  record.offset = buffer_.position();
  if (buffer_.rest().empty()) {
    return at_break(record);
  }
  buffer_.ensure(kArcStart.size());
  if (format_ == Format::kUnknown) {
    format_ = buffer_.rest().starts_with(kArcStart) ? Format::kArc : Format::kWarc;
  }
  return format_ == Format::kArc ? arc_step(record) : warc_step(record);
}

// The window is empty: the end, or damage with bytes behind it.
WarcReader::Step WarcReader::at_break(WarcRecord& record) {
  if (!buffer_.damaged()) {
    return Step::kEnd;
  }
  if (!buffer_.damage_reason().empty()) {
    reject_cut(record);
  }
  return buffer_.resume() ? Step::kSkip : Step::kEnd;
}

WarcReader::Step WarcReader::bad_start(const WarcRecord& record) {
  reject(record, "bad_record_header", "a record does not start with its WARC version or ARC header");
  resynchronise(1);
  return Step::kSkip;
}

WarcReader::Step WarcReader::warc_step(WarcRecord& record) {
  if (buffer_.rest().size() < kVersion.size() && kVersion.starts_with(buffer_.rest())) {
    reject_cut(record);
    buffer_.consume(buffer_.rest().size());
    return Step::kSkip;
  }
  if (!buffer_.rest().starts_with(kVersion)) {
    return bad_start(record);
  }
  const size_t header_bytes = header_end();
  if (header_bytes == 0) {
    const bool is_last = find_version_line(buffer_.rest(), 1) == std::string_view::npos;
    if (is_last && buffer_.rest().size() <= kMaxHeaderBytes && (buffer_.at_end() || buffer_.damaged())) {
      reject_cut(record);
    } else {
      reject(record, "bad_record_header", "the record's header has no end");
    }
    resynchronise(kVersion.size());
    return Step::kSkip;
  }
  const std::optional<uint64_t> length = read_warc_header(buffer_.rest().substr(0, header_bytes), record);
  if (!length) {
    reject(record, "bad_content_length", "Content-Length is missing or no number");
    resynchronise(header_bytes);
    return Step::kSkip;
  }
  return read_block(record, header_bytes, *length);
}

WarcReader::Step WarcReader::arc_step(WarcRecord& record) {
  const size_t header_bytes = line_end();
  if (header_bytes == 0) {
    if (buffer_.rest().size() < kMaxHeaderBytes && (buffer_.at_end() || buffer_.damaged())) {
      reject_cut(record);
      buffer_.consume(buffer_.rest().size());
      return Step::kSkip;
    }
    return bad_start(record);
  }
  const std::optional<uint64_t> length = read_arc_header(buffer_.rest().substr(0, header_bytes), record);
  if (!length) {
    reject(record, "bad_record_header", "a line is no ARC header");
    resynchronise(header_bytes - 1);
    return Step::kSkip;
  }
  return read_block(record, header_bytes, *length);
}

// Line ends and then a record or the end must follow; a file's last line ends may be lost.
bool WarcReader::block_ends_well(size_t total) {
  buffer_.ensure(total + 4);
  const std::string_view after = buffer_.rest().substr(std::min(total, buffer_.rest().size()), 5);
  return after.empty() || is_line_end(after[0]) || (format_ == Format::kWarc && kVersion.starts_with(after));
}

WarcReader::Step WarcReader::read_block(WarcRecord& record, size_t header_bytes, uint64_t length) {
  if (length > max_record_bytes_) {
    skip_block(record, header_bytes, length);
    return Step::kSkip;
  }
  const size_t total = header_bytes + static_cast<size_t>(length);
  if (!buffer_.ensure(total)) {
    reject_cut(record);
    resynchronise(header_bytes - 1);
    return Step::kSkip;
  }
  if (!block_ends_well(total)) {
    reject(record, "bad_content_length", "no record follows where the length says that this one ends");
    resynchronise(header_bytes - 1);
    return Step::kSkip;
  }
  record.header = buffer_.rest().substr(0, header_bytes);
  record.block = buffer_.rest().substr(header_bytes, static_cast<size_t>(length));
  if (format_ == Format::kArc) {
    classify_arc_block(record);
  }
  buffer_.consume(total);
  return Step::kRecord;
}

// A record that is too large to hold is passed over; but where another record starts inside it within the limit, its
// length is what is wrong.
void WarcReader::skip_block(const WarcRecord& record, size_t header_bytes, uint64_t length) {
  buffer_.ensure(header_bytes + max_record_bytes_);
  const std::string_view text =
      buffer_.rest().substr(0, header_bytes + static_cast<size_t>(std::min<uint64_t>(length, max_record_bytes_)));
  const size_t inner = format_ == Format::kWarc ? text.find("\r\n\r\nWARC/1.", header_bytes) : std::string_view::npos;
  if (inner != std::string_view::npos) {
    reject(record, "bad_content_length", "another record starts inside this one");
    buffer_.consume(inner + 4);
    return;
  }
  reject(record, "record_too_large", "its length is " + std::to_string(length));
  buffer_.consume(header_bytes);
  uint64_t skipped = 0;
  while (skipped < length && (!buffer_.rest().empty() || buffer_.fill())) {
    const auto count = static_cast<size_t>(std::min<uint64_t>(length - skipped, buffer_.rest().size()));
    buffer_.consume(count);
    skipped += count;
    if (skipped > kMostSkipped && buffer_.skip_member()) {
      return;
    }
  }
}

std::unique_ptr<WarcReader> make_warc_reader(std::unique_ptr<ByteSource> input, int64_t max_record_bytes,
                                             WarcRejectSink rejects) {
  std::unique_ptr<ByteSource> members = make_member_source(input);
  return std::make_unique<WarcReader>(members != nullptr ? std::move(members) : std::move(input), max_record_bytes,
                                      std::move(rejects));
}

std::unique_ptr<WarcReader> open_warc(const std::string& path, int64_t max_record_bytes, WarcRejectSink rejects) {
  return make_warc_reader(open_location(path), max_record_bytes, std::move(rejects));
}

}  // namespace smelt
