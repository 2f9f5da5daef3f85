#include "corpus/contamination/benchmark_items.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/json.h"
#include "base/stream.h"
#include "base/text.h"
#include "corpus/parquet_io.h"

namespace smelt {

namespace {

using Take = std::function<void(const BenchmarkText&)>;

std::string benchmark_name(const std::string& path) {
  const std::filesystem::path file(path);
  std::string name = file.filename().string();
  name = name.substr(0, name.find('.', 1));
  const std::string folder = std::filesystem::absolute(file).parent_path().filename().string();
  return folder.empty() ? name : folder + "/" + name;
}

std::string item_id(const Json& item, int64_t number) {
  for (const char* key : {"id", "task_id", "question_id", "idx"}) {
    const Json* id = item.is_object() ? item.find(key) : nullptr;
    if (id != nullptr && id->is_string()) {
      return id->as_string();
    }
    if (id != nullptr && id->is_int()) {
      return std::to_string(id->as_int());
    }
  }
  return std::to_string(number);
}

// Takes the texts of items one after the other, and notes whether a field was ever there.
class ItemReader {
 public:
  ItemReader(const InputFile& file, const std::vector<std::string>& fields, const Take& take)
      : path_(file.path), fields_(fields), take_(take) {
    text_.benchmark = benchmark_name(file.path);
  }

  void add(const Json& item, int64_t number) {
    text_.item = item_id(item, number);
    if (fields_.empty()) {
      add_strings(item, "");
    }
    for (const std::string& field : fields_) {
      add_field(item, field, field);
    }
    for (const std::string& key : keys_of(item)) {
      if (seen_.size() < 20 && std::find(seen_.begin(), seen_.end(), key) == seen_.end()) {
        seen_.push_back(key);
      }
    }
  }

  void add_text(std::string_view text, int64_t number) {
    found_ = true;
    text_.item = std::to_string(number);
    text_.text = std::string(text);
    take_(text_);
  }

  void check() const {
    if (!found_) {
      throw input_error("no text to compare with in this benchmark", path_,
                        seen_.empty() ? "is the file empty?"
                                      : fmt::format("name some of its keys in fields: {}", fmt::join(seen_, ", ")));
    }
  }

  [[noreturn]] void fail(int64_t line, const std::string& what) const {
    throw input_error(what, fmt::format("{}:{}", path_, line), "benchmarks are JSONL, JSON, Parquet or plain text");
  }

 private:
  static std::vector<std::string> keys_of(const Json& item) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : item.is_object() ? item.as_object() : Json::Object{}) {
      keys.push_back(key);
    }
    return keys;
  }

  void add_strings(const Json& value, const std::string& field) {
    if (value.is_string()) {
      found_ = true;
      text_.field = field;
      text_.text = value.as_string();
      take_(text_);
    } else if (value.is_array()) {
      for (const Json& element : value.as_array()) {
        add_strings(element, field);
      }
    } else if (value.is_object()) {
      for (const auto& [key, inner] : value.as_object()) {
        add_strings(inner, field.empty() ? key : field + "." + key);
      }
    }
  }

  // `rest` is what of `field` is still to be followed.
  void add_field(const Json& value, std::string_view rest, const std::string& field) {
    if (value.is_array()) {
      for (const Json& element : value.as_array()) {
        add_field(element, rest, field);
      }
      return;
    }
    if (!value.is_object()) {
      return;
    }
    if (const Json* whole = value.find(rest)) {
      add_strings(*whole, field);
      return;
    }
    const size_t dot = rest.find('.');
    const Json* inner = dot == std::string_view::npos ? nullptr : value.find(rest.substr(0, dot));
    if (inner != nullptr) {
      add_field(*inner, rest.substr(dot + 1), field);
    }
  }

  std::string path_;
  const std::vector<std::string>& fields_;
  const Take& take_;
  BenchmarkText text_;
  std::vector<std::string> seen_;
  bool found_ = false;
};

std::string read_all(const std::string& path) {
  const auto source = open_input(path);
  std::string bytes;
  std::array<char, 65536> buffer{};
  while (const size_t size = source->read(buffer.data(), buffer.size())) {
    bytes.append(buffer.data(), size);
  }
  return bytes;
}

void read_plain(std::string_view bytes, ItemReader& reader) {
  int64_t line = 1;
  int64_t first_line = 1;
  std::string paragraph;
  const auto finish = [&] {
    if (!paragraph.empty()) {
      reader.add_text(paragraph, first_line);
    }
    paragraph.clear();
  };
  for (const std::string_view row : split(bytes, '\n')) {
    if (trim(row).empty()) {
      finish();
    } else {
      first_line = paragraph.empty() ? line : first_line;
      paragraph += row;
      paragraph += '\n';
    }
    ++line;
  }
  finish();
}

bool read_json_lines(std::string_view bytes, ItemReader& reader) {
  int64_t line = 0;
  int64_t items = 0;
  for (const std::string_view row : split(bytes, '\n')) {
    ++line;
    if (trim(row).empty()) {
      continue;
    }
    const Result<Json> item = Json::parse(trim(row));
    if (!item.ok() || !(item.value().is_object() || item.value().is_string())) {
      if (items == 0) {
        return false;
      }
      reader.fail(line, "not a line of JSON");
    }
    reader.add(item.value(), line);
    ++items;
  }
  return items > 0;
}

void read_json(std::string_view bytes, ItemReader& reader) {
  const Result<Json> whole = Json::parse(bytes);
  if (!whole.ok()) {
    reader.fail(1, "neither lines of JSON nor one JSON value: " + whole.reject().detail);
  }
  if (!whole.value().is_array()) {
    reader.add(whole.value(), 1);
    return;
  }
  int64_t number = 0;
  for (const Json& item : whole.value().as_array()) {
    reader.add(item, ++number);
  }
}

// A row as one object: the text column and the others.
Json row_object(const Document& document, const std::string& text_key) {
  Json row = document.metadata;
  row[text_key] = document.text;
  if (!document.id.empty()) {
    row["id"] = document.id;
  }
  return row;
}

// The reader of Parquet wants one column that is text: the first of the named ones, or of the usual ones, that is
// there.
void read_parquet(const std::string& path, const std::vector<std::string>& fields, ItemReader& reader) {
  std::vector<std::string> candidates = fields;
  if (candidates.empty()) {
    candidates = {"text",     "question", "problem", "prompt", "query",    "input",  "content", "instruction",
                  "sentence", "passage",  "context", "goal",   "solution", "answer", "code"};
  }
  std::string problem;
  for (const std::string& key : candidates) {
    ParquetReader rows(path, key);
    int64_t row = 0;
    bool any = false;
    while (const auto item = rows.next(row)) {
      if (item->ok()) {
        any = true;
        reader.add(row_object(item->value(), key), row);
      } else if (problem = item->reject().detail; item->reject().reason != "missing_text") {
        reader.fail(row, problem);
      }
    }
    if (any) {
      return;
    }
  }
  throw input_error("no column of this benchmark is among the fields: " + problem, path,
                    "name its text columns in fields");
}

}  // namespace

void read_benchmarks(const std::vector<InputFile>& files, const std::vector<std::string>& fields, const Take& take) {
  for (const InputFile& file : files) {
    ItemReader reader(file, fields, take);
    auto source = open_input(file.path);
    if (peek(source, 4) == "PAR1") {
      read_parquet(file.path, fields, reader);
      reader.check();
      continue;
    }
    const std::string bytes = read_all(file.path);
    if (!is_valid_utf8(bytes)) {
      reader.fail(1, "not UTF-8");
    }
    const std::string_view start = trim(std::string_view(bytes).substr(0, 4096));
    const bool is_json = start.starts_with('{') || start.starts_with('[');
    if (!is_json) {
      read_plain(bytes, reader);
    } else if (start.starts_with('[') || !read_json_lines(bytes, reader)) {
      read_json(bytes, reader);
    }
    reader.check();
  }
}

}  // namespace smelt
