#include "tokens/dataset/document_blocks.h"

#include <algorithm>
#include <cstring>

#include <fmt/core.h>

#include "base/stream.h"
#include "corpus/document_io.h"
#include "corpus/parquet_io.h"
#include "tokens/dataset/line_parser.h"

namespace smelt {
namespace {

constexpr size_t kBlockBytes = 1 << 20;

bool is_parquet(const std::string& path) {
  char magic[4] = {};
  return open_plain(path)->read(magic, 4) == 4 && std::memcmp(magic, "PAR1", 4) == 0;
}

Reject located(const InputFile& file, uint64_t number, const Reject& reject) {
  return {reject.reason, fmt::format("{}:{}: {}", file.path, number, reject.detail)};
}

}  // namespace

struct DocumentBlocks::State {
  const std::vector<InputFile>& files;
  size_t max_line_bytes;
  size_t next_file = 0;
  std::unique_ptr<ByteSource> source;
  std::unique_ptr<ParquetReader> parquet;
  std::string rest;  // of the last read: the beginning of a line
  uint64_t line = 1;
  bool at_end = false;
  bool skipping = false;  // inside a line that is too long

  const InputFile& file() const { return files[next_file - 1]; }

  void open_next() {
    const std::string& path = files[next_file++].path;
    if (is_parquet(path)) {
      parquet = std::make_unique<ParquetReader>(path, "text");
      return;
    }
    source = open_input(path);
    rest.clear();
    line = 1;
    at_end = false;
    skipping = false;
  }

  // Appends up to `count` bytes; the end of a damaged stream is its last good byte.
  void read(std::vector<char>& bytes, size_t& size, size_t count, std::vector<Reject>& rejects) {
    if (bytes.size() < size + count) {
      bytes.resize(size + count);
    }
    try {
      for (const size_t stop = size + count; size < stop;) {
        const size_t got = source->read(bytes.data() + size, stop - size);
        if (got == 0) {
          at_end = true;
          return;
        }
        size += got;
      }
    } catch (const StreamError& error) {
      at_end = true;
      // The line that the damage cuts is lost with it.
      const auto last =
          std::find(std::make_reverse_iterator(bytes.begin() + static_cast<int64_t>(size)), bytes.rend(), '\n');
      size = static_cast<size_t>(bytes.rend() - last);
      const auto lines =
          static_cast<uint64_t>(std::count(bytes.begin(), bytes.begin() + static_cast<int64_t>(size), '\n'));
      rejects.push_back(located(file(), line + lines, {error.reason(), error.what()}));
    }
  }

  DocumentBlock next_lines() {
    DocumentBlock block;
    block.file = &file();
    block.first_line = line;
    std::vector<char>& bytes = block.lines;
    bytes.resize(kBlockBytes + LineParser::kPadding);
    std::copy(rest.begin(), rest.end(), bytes.begin());
    size_t size = rest.size();
    rest.clear();
    size_t whole = 0;  // up to the last line break
    while (!at_end && whole == 0) {
      const size_t before = size;
      read(bytes, size, kBlockBytes - std::min(size, kBlockBytes / 2), block.rejects);
      if (skipping) {
        skip_line(bytes, size);
        block.first_line = line;
      }
      whole = end_of_lines(bytes, std::min(before, size), size);
      if (whole == 0 && size > max_line_bytes) {
        block.rejects.push_back(
            located(file(), line, {"line_too_long", fmt::format("more than {} bytes", max_line_bytes)}));
        skipping = true;
        size = 0;
      }
    }
    if (at_end) {
      whole = skipping ? 0 : size;
      source.reset();
    }
    rest.assign(bytes.data() + whole, size - whole);
    block.size = whole;
    bytes.resize(whole + LineParser::kPadding);
    line += static_cast<uint64_t>(std::count(bytes.begin(), bytes.begin() + static_cast<int64_t>(whole), '\n'));
    return block;
  }

  // The bytes up to the end of a line that is too long are dropped.
  void skip_line(std::vector<char>& bytes, size_t& size) {
    const auto* newline = static_cast<const char*>(std::memchr(bytes.data(), '\n', size));
    const size_t gone = newline == nullptr ? size : static_cast<size_t>(newline - bytes.data()) + 1;
    std::memmove(bytes.data(), bytes.data() + gone, size - gone);
    size -= gone;
    if (newline != nullptr) {
      skipping = false;
      ++line;
    }
  }

  static size_t end_of_lines(const std::vector<char>& bytes, size_t from, size_t size) {
    const void* last = size == from ? nullptr : memrchr(bytes.data() + from, '\n', size - from);
    return last == nullptr ? 0 : static_cast<size_t>(static_cast<const char*>(last) - bytes.data()) + 1;
  }

  DocumentBlock next_rows() {
    DocumentBlock block;
    block.file = &file();
    for (size_t bytes = 0; bytes < kBlockBytes;) {
      int64_t row = 0;
      std::optional<Result<Document>> result = parquet->next(row);
      if (!result) {
        parquet.reset();
        break;
      }
      if (!result->ok()) {
        block.rejects.push_back(located(file(), static_cast<uint64_t>(row), result->reject()));
        continue;
      }
      Document& document = result->value();
      if (document.id.empty()) {
        document.id = fmt::format("{}:{}", file().name, row);
      }
      bytes += document.text.size() + 1;
      block.rows.push_back(std::move(document));
    }
    return block;
  }
};

DocumentBlocks::DocumentBlocks(const std::vector<InputFile>& files, int64_t max_line_bytes)
    : state_(std::make_unique<State>(State{.files = files,
                                           .max_line_bytes = static_cast<size_t>(max_line_bytes),
                                           .source = nullptr,
                                           .parquet = nullptr,
                                           .rest = {}})) {}

DocumentBlocks::~DocumentBlocks() = default;

std::optional<DocumentBlock> DocumentBlocks::next() {
  while (true) {
    if (state_->parquet != nullptr) {
      return state_->next_rows();
    }
    if (state_->source != nullptr) {
      return state_->next_lines();
    }
    if (state_->next_file == state_->files.size()) {
      return std::nullopt;
    }
    state_->open_next();
  }
}

void for_each_line(const DocumentBlock& block, FunctionRef<void(std::string_view, uint64_t)> take) {
  uint64_t number = block.first_line;
  const char* at = block.lines.data();
  for (const char* const end = at + block.size; at < end; ++number) {
    const auto* newline = static_cast<const char*>(std::memchr(at, '\n', static_cast<size_t>(end - at)));
    const char* const stop = newline == nullptr ? end : newline;
    std::string_view line(at, static_cast<size_t>(stop - at));
    at = stop + 1;
    if (number == 1 && line.starts_with("\xEF\xBB\xBF")) {
      line.remove_prefix(3);
    }
    if (line.find_first_not_of(" \t\r\n\v\f") != std::string_view::npos) {
      take(line, number);
    }
  }
}

Reject located_reject(const DocumentBlock& block, uint64_t number, const Reject& reject) {
  return located(*block.file, number, reject);
}

void parse_block(const DocumentBlock& block, FunctionRef<void(const DocumentView&)> take,
                 FunctionRef<void(const Reject&)> refuse) {
  for (const Reject& reject : block.rejects) {
    refuse(reject);
  }
  for (const Document& row : block.rows) {
    take({row.id, row.url, row.source, row.text});
  }
  LineParser parser;
  for_each_line(block, [&](std::string_view line, uint64_t number) {
    if (const std::optional<Reject> reject = parser.parse(line, *block.file, number, take)) {
      refuse(located(*block.file, number, *reject));
    }
  });
}

}  // namespace smelt
