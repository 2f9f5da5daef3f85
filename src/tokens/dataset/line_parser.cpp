#include "tokens/dataset/line_parser.h"

#include <fmt/core.h>
#include <simdjson.h>

#include "corpus/document_io.h"
#include "tokens/dataset/document_blocks.h"

namespace smelt {
namespace {

static_assert(LineParser::kPadding >= simdjson::SIMDJSON_PADDING);

// The members of a document that is as most are: every known key a string, no key twice. False for any other, which
// parse_document is to judge.
bool read_members(const simdjson::dom::object& object, DocumentView& view, bool& has_id) {
  struct Field {
    std::string_view key;
    std::string_view* value;
    bool seen = false;
  };
  std::string_view language;
  Field fields[] = {
      {"id", &view.id}, {"text", &view.text}, {"url", &view.url}, {"source", &view.source}, {"language", &language}};
  for (const simdjson::dom::key_value_pair member : object) {
    if (member.key == "metadata") {
      if (!member.value.is_object() && !member.value.is_null()) {
        return false;
      }
      continue;
    }
    for (Field& field : fields) {
      if (member.key == field.key) {
        if (field.seen || member.value.get(*field.value) != simdjson::SUCCESS) {
          return false;
        }
        field.seen = true;
      }
    }
  }
  has_id = !view.id.empty();
  return fields[1].seen;
}

}  // namespace

struct LineParser::State {
  simdjson::dom::parser parser;
};

LineParser::LineParser() : state_(std::make_unique<State>()) {}
LineParser::~LineParser() = default;

std::optional<Reject> LineParser::parse(std::string_view line, const InputFile& file, uint64_t number,
                                        FunctionRef<void(const DocumentView&)> take) {
  simdjson::dom::object object;
  DocumentView view;
  bool has_id = false;
  const bool simple = state_->parser.parse(line.data(), line.size(), false).get(object) == simdjson::SUCCESS &&
                      read_members(object, view, has_id);
  if (simple && has_id) {
    take(view);
    return std::nullopt;
  }
  const std::string own_id = fmt::format("{}:{}", file.name, number);
  if (simple) {
    view.id = own_id;
    take(view);
    return std::nullopt;
  }
  const Result<Document> document = parse_document(line, own_id);
  if (!document.ok()) {
    return document.reject();
  }
  take({document.value().id, document.value().url, document.value().source, document.value().text});
  return std::nullopt;
}

}  // namespace smelt
