#include "crawl/warc_reader.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "crawl/gzip_members.h"
#include "crawl/http_source.h"

namespace smelt {
namespace {

constexpr size_t kChunk = size_t{1} << 17;
constexpr size_t kMaxHeaderBytes = size_t{1} << 16;

std::string_view without_brackets(std::string_view value) {
  if (value.size() >= 2 && value.front() == '<' && value.back() == '>') {
    return value.substr(1, value.size() - 2);
  }
  return value;
}

std::string valid_text(std::string_view value) {
  return replace_invalid_utf8(value);
}

// Offset of the first "WARC/" at the start of a line; npos where there is none.
size_t find_version_line(std::string_view text, size_t from) {
  while (true) {
    const size_t at = text.find("WARC/", from);
    if (at == std::string_view::npos || at == 0 || text[at - 1] == '\n') {
      return at;
    }
    from = at + 1;
  }
}

// Fills the record from its header lines; gives Content-Length's value.
std::string_view read_header(std::string_view header, WarcRecord& record) {
  std::string_view length;
  for (std::string_view line : split(header, '\n')) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      continue;
    }
    const std::string name = lower_ascii(trim(line.substr(0, colon)));
    const std::string_view value = trim(line.substr(colon + 1));
    if (name == "content-length") {
      length = value;
    } else if (name == "warc-type") {
      record.type = lower_ascii(value);
    } else if (name == "warc-record-id") {
      record.id = valid_text(without_brackets(value));
    } else if (name == "warc-target-uri") {
      record.url = valid_text(without_brackets(value));
    } else if (name == "warc-date") {
      record.date = valid_text(value);
    } else if (name == "content-type") {
      record.content_type = valid_text(value);
    }
  }
  return length;
}

}  // namespace

WarcReader::WarcReader(std::unique_ptr<ByteSource> input, int64_t max_record_bytes, WarcRejectSink rejects)
    : input_(std::move(input)),
      max_record_bytes_(static_cast<size_t>(max_record_bytes)),
      rejects_(std::move(rejects)) {}

bool WarcReader::fill() {
  if (at_end_ || damaged_) {
    return false;
  }
  if (begin_ > kChunk && begin_ > buffer_.size() / 2) {
    buffer_.erase(0, begin_);
    base_ += begin_;
    begin_ = 0;
  }
  const size_t have = buffer_.size();
  buffer_.resize(have + kChunk);
  size_t count = 0;
  try {
    count = input_->read(buffer_.data() + have, kChunk);
  } catch (const StreamError& error) {
    buffer_.resize(have);
    damaged_ = true;
    at_end_ = !bytes_since_damage_;  // a source that cannot go on
    bytes_since_damage_ = false;
    damage_reason_ = error.reason();
    damage_detail_ = error.what();
    return false;
  }
  buffer_.resize(have + count);
  at_end_ = count == 0;
  bytes_since_damage_ = bytes_since_damage_ || count > 0;
  return count > 0;
}

bool WarcReader::ensure(size_t count) {
  while (buffer_.size() - begin_ < count) {
    if (!fill()) {
      return false;
    }
  }
  return true;
}

void WarcReader::reject(const WarcRecord& record, const char* reason, const std::string& detail) {
  rejects_(record.id, record.offset, reason, detail);
}

// For a record that the end of the input cuts: damage to the compressed stream, where there is some, is why.
void WarcReader::reject_cut(const WarcRecord& record) {
  if (damaged_ && !damage_reason_.empty()) {
    rejects_(record.id, record.offset, damage_reason_, damage_detail_);
    damage_reason_.clear();
  } else {
    rejects_(record.id, record.offset, "truncated_record", "the input ends inside the record");
  }
}

bool WarcReader::next(WarcRecord& record) {
  while (true) {
    const Step step_result = step(record);
    if (step_result != Step::kSkip) {
      return step_result == Step::kRecord;
    }
  }
}

// Moves to the next version line at or after begin_ + from, dropping what lies before it; at a break in the stream, to
// the bytes after it.
void WarcReader::resynchronise(size_t from) {
  while (true) {
    const std::string_view text = rest();
    const size_t at = find_version_line(text, from);
    if (at != std::string_view::npos) {
      consume(at);
      return;
    }
    // Keep enough to see a version line that the next bytes complete.
    constexpr size_t kKeep = 6;
    const size_t dropped = std::max(from, text.size() > kKeep ? text.size() - kKeep : 0);
    consume(std::min(dropped, text.size()));
    from = 0;
    if (begin_ > 0 && begin_ < buffer_.size() && find_version_line(rest(), 0) == 0) {
      consume(1);
    }
    if (!fill()) {
      consume(rest().size());
      return;
    }
  }
}

// Size of the header block with its blank line, 0 where it has no end within bounds.
size_t WarcReader::header_end() {
  size_t from = 0;
  while (true) {
    const std::string_view text = rest();
    for (size_t at = text.find('\n', from); at != std::string_view::npos; at = text.find('\n', at + 1)) {
      const std::string_view after = text.substr(at + 1, 2);
      if (after.starts_with('\n')) {
        return at + 2;
      }
      if (after == "\r\n") {
        return at + 3;
      }
      from = at;
    }
    if (text.size() > kMaxHeaderBytes || !fill()) {
      return 0;
    }
  }
}

WarcReader::Step WarcReader::step(WarcRecord& record) {
  record = WarcRecord{};
  while (ensure(1) && (rest()[0] == '\r' || rest()[0] == '\n')) {
    consume(1);
  }
  record.offset = position();
  if (rest().empty()) {
    if (!damaged_) {
      return Step::kEnd;
    }
    if (!damage_reason_.empty()) {
      reject_cut(record);
    }
    damaged_ = false;
    return fill() || damaged_ ? Step::kSkip : Step::kEnd;
  }
  ensure(5);
  if (rest().size() < 5 && std::string_view("WARC/").starts_with(rest())) {
    reject_cut(record);
    consume(rest().size());
    return Step::kSkip;
  }
  if (!rest().starts_with("WARC/")) {
    reject(record, "bad_record_header", "a record does not start with its WARC version");
    resynchronise(1);
    return Step::kSkip;
  }
  const size_t header_bytes = header_end();
  if (header_bytes == 0) {
    if (at_end_ || damaged_) {
      reject_cut(record);
    } else {
      reject(record, "bad_record_header", "the record's header has no end");
    }
    resynchronise(5);
    return Step::kSkip;
  }
  const std::string_view length_text = read_header(rest().substr(0, header_bytes), record);
  uint64_t length = 0;
  const auto [end, error] = std::from_chars(length_text.data(), length_text.data() + length_text.size(), length);
  if (length_text.empty() || error != std::errc() || end != length_text.data() + length_text.size()) {
    reject(record, "bad_content_length", "Content-Length is missing or no number");
    resynchronise(header_bytes);
    return Step::kSkip;
  }
  return read_block(record, header_bytes, length);
}

WarcReader::Step WarcReader::read_block(WarcRecord& record, size_t header_bytes, uint64_t length) {
  if (length > max_record_bytes_) {
    skip_block(record, header_bytes, length);
    return Step::kSkip;
  }
  const size_t total = header_bytes + static_cast<size_t>(length);
  if (!ensure(total)) {
    reject_cut(record);
    resynchronise(header_bytes);
    return Step::kSkip;
  }
  ensure(total + 4);
  // Two line ends and then a record or the end must follow; a file's last line ends may be lost.
  const std::string_view after = rest().substr(total, 5);
  if (!after.empty() && after[0] != '\r' && after[0] != '\n' && !std::string_view("WARC/").starts_with(after)) {
    reject(record, "bad_content_length", "no record follows where Content-Length says that this one ends");
    resynchronise(header_bytes);
    return Step::kSkip;
  }
  record.block.assign(buffer_, begin_ + header_bytes, static_cast<size_t>(length));
  consume(total);
  return Step::kRecord;
}

// A record that is too large to hold is passed over; but where another record starts inside it within the limit, its
// length is what is wrong.
void WarcReader::skip_block(const WarcRecord& record, size_t header_bytes, uint64_t length) {
  ensure(header_bytes + max_record_bytes_);
  const std::string_view text =
      rest().substr(0, header_bytes + static_cast<size_t>(std::min<uint64_t>(length, max_record_bytes_)));
  const size_t inner = text.find("\r\n\r\nWARC/1.", header_bytes);
  if (inner != std::string_view::npos) {
    reject(record, "bad_content_length", "another record starts inside this one");
    consume(inner + 4);
    return;
  }
  reject(record, "record_too_large", "Content-Length is " + std::to_string(length));
  consume(header_bytes);
  while (length > 0 && (!rest().empty() || fill())) {
    const size_t count = static_cast<size_t>(std::min<uint64_t>(length, rest().size()));
    consume(count);
    length -= count;
  }
}

std::unique_ptr<WarcReader> open_warc(const std::string& path, int64_t max_record_bytes, WarcRejectSink rejects) {
  std::unique_ptr<ByteSource> input = is_http_url(path) ? open_http(path) : open_plain(path);
  const bool is_gzip = peek(input, 2) == "\x1f\x8b";
  return std::make_unique<WarcReader>(
      is_gzip ? make_member_source(std::move(input)) : make_decompressed(std::move(input)), max_record_bytes,
      std::move(rejects));
}

}  // namespace smelt
