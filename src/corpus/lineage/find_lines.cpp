#include "corpus/lineage/find_lines.h"

#include <algorithm>
#include <functional>
#include <iterator>

#include "base/files.h"
#include "base/stream.h"
#include "corpus/document_io.h"

namespace smelt {
namespace {

bool names(const Json& json, const std::string& key, const std::string& id) {
  const Json* value = json.is_object() ? json.find(key) : nullptr;
  if (value == nullptr) {
    return false;
  }
  if (value->is_array()) {
    const Json::Array& items = value->as_array();
    return std::any_of(items.begin(), items.end(),
                       [&](const Json& item) { return item.is_string() && item.as_string() == id; });
  }
  return value->is_string() && value->as_string() == id;
}

// Looks for the id as this program writes it before any line is parsed.
void scan_lines(const Context& context, const InputFile& file, const std::string& key, const std::string& id,
                std::vector<FoundLine>& out) {
  const std::string quoted = json_quote(id);
  const std::boyer_moore_horspool_searcher searcher(quoted.begin(), quoted.end());
  LineReader lines(open_input(file.path));
  std::string_view line;
  while (lines.next(line)) {
    if (lines.line_number() % 1024 == 0) {
      context.stop_if_asked();
    }
    if (std::search(line.begin(), line.end(), searcher) == line.end()) {
      continue;
    }
    Result<Json> json = Json::parse(line);
    if (json.ok() && names(json.value(), key, id)) {
      out.push_back({file.name, lines.line_number(), std::move(json).value()});
    }
  }
}

void scan_documents(const Context& context, const InputFile& file, const std::string& id, std::vector<FoundLine>& out) {
  DocumentReader reader(std::vector<InputFile>{file});
  for (uint64_t row = 1;; ++row) {
    context.stop_if_asked();
    const std::optional<Result<Document>> document = reader.next();
    if (!document) {
      return;
    }
    if (document->ok() && document->value().id == id) {
      std::string line;
      append_json_line(document->value(), line);
      out.push_back({file.name, row, Json::parse(line).value()});
    }
  }
}

template <class Scan>
std::vector<FoundLine> scan_all(const Context& context, const std::vector<InputFile>& files, Scan scan) {
  std::vector<std::vector<FoundLine>> found(files.size());
  context.threads.run(static_cast<int64_t>(files.size()),
                      [&](int64_t i) { scan(files[static_cast<size_t>(i)], found[static_cast<size_t>(i)]); });
  std::vector<FoundLine> out;
  for (std::vector<FoundLine>& of_file : found) {
    std::move(of_file.begin(), of_file.end(), std::back_inserter(out));
  }
  return out;
}

}  // namespace

std::vector<FoundLine> find_lines(const Context& context, const std::vector<InputFile>& files, const std::string& key,
                                  const std::string& id) {
  return scan_all(context, files, [&](const InputFile& file, std::vector<FoundLine>& out) {
    try {
      scan_lines(context, file, key, id, out);
    } catch (const StreamError& error) {
      throw input_error(error.what(), file.path);
    }
  });
}

std::vector<FoundLine> find_documents(const Context& context, const std::vector<InputFile>& files,
                                      const std::string& id) {
  return scan_all(context, files,
                  [&](const InputFile& file, std::vector<FoundLine>& out) { scan_documents(context, file, id, out); });
}

}  // namespace smelt
