// What a page tells machines of itself in JSON-LD (https://www.w3.org/TR/json-ld11/) with the words of schema.org.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "crawl/html/tree.h"

namespace smelt {

class JsonLd {
 public:
  // Reads every script of the page; broken ones are left out. At most 2 MiB of them.
  explicit JsonLd(const HtmlTree& tree);

  // The object that the page is about: an article or posting, else a product, recipe, question and their likes, else
  // the page. Null where there is none.
  const Json* subject() const { return subject_; }
  const Json* find_type(std::string_view type) const;  // the first object of that type

  // A text member in plain text; of an object its name; of a list its members joined by ", ". References to other
  // objects by @id are followed.
  std::string text(const Json& object, std::string_view key) const;

 private:
  void visit(const Json& json, int depth);
  std::string text_of(const Json& value, int depth) const;

  std::vector<Json> documents_;
  std::vector<const Json*> objects_;  // those with a type, in the page's order
  std::unordered_map<std::string_view, const Json*> by_id_;
  const Json* subject_ = nullptr;
};

}  // namespace smelt
