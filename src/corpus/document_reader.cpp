#include <cstring>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/stream.h"
#include "base/text.h"
#include "corpus/document_io.h"
#include "corpus/parquet_io.h"

namespace smelt {

namespace {

Json to_json(const simdjson::dom::element& element) {
  using simdjson::dom::element_type;
  switch (element.type()) {
    case element_type::ARRAY: {
      Json::Array array;
      for (const simdjson::dom::element child : simdjson::dom::array(element)) {
        array.push_back(to_json(child));
      }
      return Json(std::move(array));
    }
    case element_type::OBJECT: {
      Json::Object object;
      for (const simdjson::dom::key_value_pair member : simdjson::dom::object(element)) {
        object.emplace_back(std::string(member.key), to_json(member.value));
      }
      return Json(std::move(object));
    }
    case element_type::INT64:
      return Json(int64_t(element));
    case element_type::UINT64:
      return Json(uint64_t(element));
    case element_type::DOUBLE:
      return Json(double(element));
    case element_type::STRING:
      return Json(std::string_view(element));
    case element_type::BOOL:
      return Json(bool(element));
    default:
      return Json(nullptr);
  }
}

// Sets one of the document's own keys; false where the value has the wrong type.
bool set_string(std::string& field, const Json& value, bool takes_numbers) {
  if (value.is_string()) {
    field = value.as_string();
    return true;
  }
  if (takes_numbers && value.is_number()) {
    field = value.dump();
    return true;
  }
  return value.is_null();
}

Reject bad_field(const std::string& key, const char* expected, const Json& value) {
  return {"bad_field", fmt::format("key \"{}\" must be {}, not {}", key, expected, value.type_name())};
}

Result<Document> document_from_members(Json::Object members, const std::string& fallback_id,
                                       const ReadOptions& options) {
  Document document;
  bool has_text = false;
  Json::Object others;
  for (auto& [key, value] : members) {
    bool good = true;
    if (key == options.text_key) {
      has_text = has_text || value.is_string();
      good = set_string(document.text, value, false);
    } else if (key == "id") {
      good = set_string(document.id, value, true);
    } else if (key == "url") {
      good = set_string(document.url, value, false);
    } else if (key == "language") {
      good = set_string(document.language, value, false);
    } else if (key == "source") {
      good = set_string(document.source, value, false);
    } else if (key == "metadata") {
      if (!value.is_object() && !value.is_null()) {
        return bad_field(key, "an object", value);
      }
      document.metadata = value.is_object() ? std::move(value) : Json::object();
      continue;
    } else {
      others.emplace_back(std::move(key), std::move(value));
      continue;
    }
    if (!good) {
      return bad_field(key, "a string", value);
    }
  }
  if (!has_text) {
    return Reject{"missing_text", fmt::format("no string under the key \"{}\"", options.text_key)};
  }
  if (document.id.empty()) {
    document.id = fallback_id;
  }
  for (auto& [key, value] : others) {
    document.metadata[key] = std::move(value);
  }
  return document;
}

// `line` has SIMDJSON_PADDING readable bytes behind it.
Result<Document> parse_padded(simdjson::dom::parser& parser, std::string_view line, const std::string& fallback_id,
                              const ReadOptions& options) {
  simdjson::dom::element root;
  const simdjson::error_code error = parser.parse(line.data(), line.size(), false).get(root);
  Json value;
  if (error == simdjson::SUCCESS) {
    if (!root.is_object()) {
      return Reject{"not_an_object", "the line is JSON, but not an object"};
    }
    value = to_json(root);
  } else {
    // What simdjson refuses may still hold the bare NaN and Infinity that Python writes.
    Result<Json> lenient = Json::parse(line);
    if (!lenient.ok()) {
      return Reject{"bad_json", simdjson::error_message(error)};
    }
    value = std::move(*lenient);
    if (!value.is_object()) {
      return Reject{"not_an_object", "the line is JSON, but not an object"};
    }
  }
  return document_from_members(std::move(value.as_object()), fallback_id, options);
}

enum class LineStatus { kLine, kTooLong, kEnd };

// Lines of bounded length, in place, with the padding that simdjson reads past the end.
class PaddedLines {
 public:
  PaddedLines(std::unique_ptr<ByteSource> source, size_t max_line_bytes)
      : source_(std::move(source)), max_line_bytes_(max_line_bytes), buffer_(kChunk + simdjson::SIMDJSON_PADDING) {}

  LineStatus next(std::string_view& line) {
    bool too_long = false;
    size_t searched = begin_;
    while (true) {
      const auto* newline = static_cast<const char*>(std::memchr(buffer_.data() + searched, '\n', end_ - searched));
      if (newline != nullptr || at_end_) {
        const size_t stop = newline != nullptr ? static_cast<size_t>(newline - buffer_.data()) : end_;
        if (newline == nullptr && stop == begin_ && !too_long) {
          return LineStatus::kEnd;
        }
        line = std::string_view(buffer_.data() + begin_, stop - begin_);
        begin_ = newline != nullptr ? stop + 1 : stop;
        ++number_;
        return too_long ? LineStatus::kTooLong : LineStatus::kLine;
      }
      if (end_ - begin_ > max_line_bytes_) {
        too_long = true;
        begin_ = end_;
      }
      searched = refill();
    }
  }
  uint64_t number() const { return number_; }

 private:
  static constexpr size_t kChunk = 1 << 20;

  // Moves the unread bytes to the front, reads more behind them and gives the place of the first new byte.
  size_t refill() {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    if (end_ + kChunk / 2 + simdjson::SIMDJSON_PADDING > buffer_.size()) {
      buffer_.resize(buffer_.size() * 2);
    }
    const size_t got = source_->read(buffer_.data() + end_, buffer_.size() - simdjson::SIMDJSON_PADDING - end_);
    at_end_ = got == 0;
    const size_t first_new = end_;
    end_ += got;
    return first_new;
  }

  std::unique_ptr<ByteSource> source_;
  size_t max_line_bytes_;
  std::vector<char> buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
  bool at_end_ = false;
  uint64_t number_ = 0;
};

bool is_parquet(const std::string& path) {
  char magic[4] = {};
  return open_plain(path)->read(magic, 4) == 4 && std::memcmp(magic, "PAR1", 4) == 0;
}

}  // namespace

Result<Document> parse_document(std::string_view line, const std::string& fallback_id, const ReadOptions& options) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded(line);
  return parse_padded(parser, {padded.data(), padded.size()}, fallback_id, options);
}

struct DocumentReader::State {
  std::vector<InputFile> files;
  ReadOptions options;
  size_t next_file = 0;
  std::unique_ptr<PaddedLines> lines;
  std::unique_ptr<ParquetReader> parquet;
  simdjson::dom::parser parser;

  const InputFile& file() const { return files[next_file - 1]; }

  void open_next() {
    const std::string& path = files[next_file++].path;
    if (is_parquet(path)) {
      parquet = std::make_unique<ParquetReader>(path, options.text_key);
    } else {
      lines = std::make_unique<PaddedLines>(open_input(path), static_cast<size_t>(options.max_line_bytes));
    }
  }

  Result<Document> located(Result<Document> result, uint64_t number) const {
    if (result.ok()) {
      return result;
    }
    return Reject{result.reject().reason, fmt::format("{}:{}: {}", file().path, number, result.reject().detail)};
  }

  std::optional<Result<Document>> next_row() {
    int64_t row = 0;
    std::optional<Result<Document>> result = parquet->next(row);
    if (!result) {
      parquet.reset();
      return std::nullopt;
    }
    if (result->ok() && result->value().id.empty()) {
      result->value().id = fmt::format("{}:{}", file().name, row);
    }
    return located(std::move(*result), static_cast<uint64_t>(row));
  }

  std::optional<Result<Document>> next_line() {
    try {
      std::string_view line;
      for (LineStatus status = lines->next(line); status != LineStatus::kEnd; status = lines->next(line)) {
        const uint64_t number = lines->number();
        if (status == LineStatus::kTooLong) {
          return located(Reject{"line_too_long", fmt::format("more than {} bytes", options.max_line_bytes)}, number);
        }
        if (number == 1 && line.starts_with("\xEF\xBB\xBF")) {
          line.remove_prefix(3);
        }
        if (trim(line).empty()) {
          continue;
        }
        return located(parse_padded(parser, line, fmt::format("{}:{}", file().name, number), options), number);
      }
      lines.reset();
      return std::nullopt;
    } catch (const StreamError& error) {
      const uint64_t number = lines->number() + 1;
      lines.reset();
      return located(Reject{error.reason(), error.what()}, number);
    }
  }
};

DocumentReader::DocumentReader(std::vector<InputFile> files, ReadOptions options) : state_(std::make_unique<State>()) {
  state_->files = std::move(files);
  state_->options = std::move(options);
}

DocumentReader::DocumentReader(const std::string& path, ReadOptions options)
    : DocumentReader(list_document_files({path}), std::move(options)) {}

DocumentReader::~DocumentReader() = default;
DocumentReader::DocumentReader(DocumentReader&&) noexcept = default;
DocumentReader& DocumentReader::operator=(DocumentReader&&) noexcept = default;

std::optional<Result<Document>> DocumentReader::next() {
  while (true) {
    if (state_->lines || state_->parquet) {
      std::optional<Result<Document>> result = state_->lines ? state_->next_line() : state_->next_row();
      if (result) {
        return result;
      }
    } else if (state_->next_file < state_->files.size()) {
      state_->open_next();
    } else {
      return std::nullopt;
    }
  }
}

}  // namespace smelt
