// The conformance suite html5lib-tests: what the HTML standard wants of a tokenizer and of tree construction.
#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "crawl/html/tokenizer.h"
#include "crawl/html/tree.h"
#include "crawl/testing.h"

namespace smelt {
namespace {

// Files of `folder` of the suite that end so, in order of their names.
std::vector<std::string> suite_files(const std::string& folder, const std::string& ending) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(test_data("html5lib/" + folder))) {
    if (entry.path().extension() == ending) {
      files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

// ---- tree construction

struct TreeCase {
  std::string data;
  std::string document;
  std::string fragment;  // "svg path"; empty: a whole page
  bool is_fragment = false;
  std::optional<bool> scripting;  // absent: the same either way
};

std::vector<TreeCase> read_tree_cases(const std::string& path) {
  std::vector<TreeCase> cases;
  std::string section;
  std::string* into = nullptr;
  const std::string text = read_file(path);
  for (std::string_view line : split(text, '\n')) {
    if (line == "#data" && (cases.empty() || section == "#document")) {
      if (!cases.empty() && cases.back().document.ends_with("\n\n")) {
        cases.back().document.pop_back();
      }
      cases.emplace_back();
      section = "#data";
      into = &cases.back().data;
      continue;
    }
    if (!line.empty() && line[0] == '#' && section != "#document" &&
        (line == "#errors" || line == "#new-errors" || line == "#document-fragment" || line == "#script-on" ||
         line == "#script-off" || line == "#document")) {
      section = line;
      into = nullptr;
      if (section == "#document") {
        into = &cases.back().document;
      } else if (section == "#script-on" || section == "#script-off") {
        cases.back().scripting = section == "#script-on";
      }
      continue;
    }
    if (section == "#document-fragment") {
      cases.back().fragment = line;
      cases.back().is_fragment = true;
    } else if (into != nullptr) {
      *into += std::string(line) + "\n";
    }
  }
  for (TreeCase& one : cases) {
    if (!one.data.empty()) {
      one.data.pop_back();
    }
    while (one.document.ends_with("\n\n")) {
      one.document.pop_back();
    }
  }
  return cases;
}

std::string name_in_suite(const HtmlNode& node) {
  const char* prefix = node.space == HtmlNamespace::kSvg ? "svg " : node.space == HtmlNamespace::kMathMl ? "math " : "";
  return prefix + std::string(node.text);
}

std::string attribute_in_suite(const HtmlNode& node, const HtmlAttribute& attribute) {
  static const std::vector<std::string_view> kPrefixed = {"xlink:actuate", "xlink:arcrole", "xlink:href", "xlink:role",
                                                          "xlink:show",    "xlink:title",   "xlink:type", "xml:lang",
                                                          "xml:space",     "xmlns:xlink"};
  std::string name(attribute.name);
  if (node.space != HtmlNamespace::kHtml && std::count(kPrefixed.begin(), kPrefixed.end(), attribute.name) > 0) {
    name[name.find(':')] = ' ';
  }
  return name + "=\"" + std::string(attribute.value) + "\"";
}

std::string dump(const HtmlTree& tree) {
  std::string out;
  std::vector<uint32_t> open = {0};
  for (uint32_t i = 1; i < tree.nodes().size(); ++i) {
    const HtmlNode& node = tree.nodes()[i];
    while (i >= tree.nodes()[open.back()].end) {
      open.pop_back();
    }
    EXPECT_EQ(node.parent, open.back());
    const std::string indent = "| " + std::string(2 * (open.size() - 1), ' ');
    switch (node.kind) {
      case HtmlNodeKind::kText:
        out += indent + "\"" + std::string(node.text) + "\"\n";
        break;
      case HtmlNodeKind::kComment:
        out += indent + "<!-- " + std::string(node.text) + " -->\n";
        break;
      case HtmlNodeKind::kContent:
        out += indent + "content\n";
        break;
      case HtmlNodeKind::kDoctype: {
        const HtmlDoctype& doctype = tree.doctype();
        out += indent + "<!DOCTYPE " + std::string(node.text);
        if (!doctype.public_id.empty() || !doctype.system_id.empty()) {
          out += fmt::format(" \"{}\" \"{}\"", doctype.public_id, doctype.system_id);
        }
        out += ">\n";
        break;
      }
      default: {
        out += indent + "<" + name_in_suite(node) + ">\n";
        std::vector<std::string> attributes;
        for (uint32_t a = 0; a < node.num_attributes; ++a) {
          attributes.push_back(attribute_in_suite(node, tree.attributes()[node.first_attribute + a]));
        }
        std::sort(attributes.begin(), attributes.end());
        for (const std::string& attribute : attributes) {
          out += indent + "  " + attribute + "\n";
        }
      }
    }
    open.push_back(i);
  }
  return out;
}

std::string parse_case(const TreeCase& one, bool scripting) {
  HtmlOptions options;
  options.scripting = scripting;
  if (!one.is_fragment) {
    return dump(parse_html(one.data, options));
  }
  HtmlNamespace space = HtmlNamespace::kHtml;
  std::string context = one.fragment;
  if (context.starts_with("svg ") || context.starts_with("math ")) {
    space = context[0] == 's' ? HtmlNamespace::kSvg : HtmlNamespace::kMathMl;
    context = context.substr(context.find(' ') + 1);
  }
  return dump(parse_html_fragment(one.data, context, space, options));
}

TEST(HtmlConformance, TreeConstruction) {
  SMELT_NEEDS_DATA(test_data("html5lib"));
  int passed = 0;
  int failed = 0;
  for (const std::string& file : suite_files("tree-construction", ".dat")) {
    for (const TreeCase& one : read_tree_cases(file)) {
      for (const bool scripting : {false, true}) {
        if (one.scripting.value_or(scripting) != scripting) {
          continue;
        }
        const std::string ours = parse_case(one, scripting);
        const bool equal = ours == one.document;
        passed += equal ? 1 : 0;
        failed += equal ? 0 : 1;
        if (!equal && failed <= 20) {
          ADD_FAILURE() << file << (scripting ? " with scripts" : "") << "\n#data\n"
                        << one.data << "\n"
                        << one.fragment << "\n#wanted\n"
                        << one.document << "#got\n"
                        << ours;
        }
      }
    }
  }
  EXPECT_EQ(failed, 0);
  // Each case of the suite, most of them with scripting and without; those of the folder "scripted" need a running
  // script.
  EXPECT_GT(passed, 3000);
}

// ---- tokenizer

// Tokens as the suite writes them.
class TokenList : public HtmlTokenSink {
 public:
  explicit TokenList(std::vector<HtmlAttribute>& attributes) : attributes_(attributes) {}
  Json tokens() {
    flush();
    return std::move(tokens_);
  }

  HtmlContent start_tag(const HtmlTagToken& token) override {
    flush();
    Json one = Json::array();
    one.push_back(Json("StartTag"));
    one.push_back(Json(token.name));
    Json object = Json::object();
    for (uint32_t i = 0; i < token.num_attributes; ++i) {
      const HtmlAttribute& attribute = attributes_[token.first_attribute + i];
      object[std::string(attribute.name)] = attribute.value;
    }
    one.push_back(std::move(object));
    if (token.self_closing) {
      one.push_back(Json(true));
    }
    tokens_.push_back(std::move(one));
    return HtmlContent::kData;
  }
  void end_tag(const HtmlTagToken& token) override { add({"EndTag", token.name}); }
  void comment(std::string_view text) override { add({"Comment", text}); }
  void characters(std::string_view text, bool) override { text_ += text; }
  void doctype(const HtmlDoctype& doctype) override {
    flush();
    Json one = Json::array();
    one.push_back(Json("DOCTYPE"));
    one.push_back(doctype.name.empty() ? Json() : Json(doctype.name));
    one.push_back(doctype.has_public_id ? Json(doctype.public_id) : Json());
    one.push_back(doctype.has_system_id ? Json(doctype.system_id) : Json());
    one.push_back(Json(!doctype.force_quirks));
    tokens_.push_back(std::move(one));
  }
  void end_of_file() override {}
  bool allows_cdata() const override { return false; }
  bool full() const override { return false; }

 private:
  void add(std::initializer_list<std::string_view> parts) {
    flush();
    Json one = Json::array();
    for (const std::string_view part : parts) {
      one.push_back(Json(part));
    }
    tokens_.push_back(std::move(one));
  }
  void flush() {
    if (!text_.empty()) {
      const std::string text = std::move(text_);
      text_.clear();
      add({"Character", text});
    }
  }

  std::vector<HtmlAttribute>& attributes_;
  Json tokens_ = Json::array();
  std::string text_;
};

// "\\u0041" once more; nothing where it is half of a surrogate pair, which UTF-8 does not have.
std::optional<std::string> unescape_again(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    if (text.compare(i, 2, "\\u") != 0) {
      out += text[i++];
      continue;
    }
    const auto code = static_cast<uint32_t>(std::stoul(text.substr(i + 2, 4), nullptr, 16));
    if (code >= 0xD800 && code <= 0xDFFF) {
      return std::nullopt;
    }
    append_utf8(out, code);
    i += 6;
  }
  return out;
}

std::optional<Json> unescape_again(const Json& json) {
  if (json.is_string()) {
    const auto text = unescape_again(json.as_string());
    return text ? std::optional(Json(*text)) : std::nullopt;
  }
  if (json.is_array()) {
    Json out = Json::array();
    for (const Json& item : json.as_array()) {
      const auto one = unescape_again(item);
      if (!one) {
        return std::nullopt;
      }
      out.push_back(*one);
    }
    return out;
  }
  if (json.is_object()) {
    Json out = Json::object();
    for (const auto& [key, value] : json.as_object()) {
      const auto name = unescape_again(key);
      const auto one = unescape_again(value);
      if (!name || !one) {
        return std::nullopt;
      }
      out[*name] = *one;
    }
    return out;
  }
  return json;
}

HtmlContent content_of(const std::string& state) {
  return state == "Data state"            ? HtmlContent::kData
         : state == "PLAINTEXT state"     ? HtmlContent::kPlaintext
         : state == "RCDATA state"        ? HtmlContent::kRcdata
         : state == "RAWTEXT state"       ? HtmlContent::kRawText
         : state == "CDATA section state" ? HtmlContent::kCdata
                                          : HtmlContent::kScript;
}

TEST(HtmlConformance, Tokenizer) {
  SMELT_NEEDS_DATA(test_data("html5lib"));
  int passed = 0;
  int failed = 0;
  int unpaired = 0;
  for (const std::string& file : suite_files("tokenizer", ".test")) {
    if (file.ends_with("xmlViolation.test")) {
      continue;  // expects the tree to be made fit for XML, which ours is not for
    }
    const Json suite = Json::load(file);
    for (const Json& one : suite.at("tests").as_array()) {
      Json input = one.at("input");
      Json wanted = one.at("output");
      if (one.find("doubleEscaped") != nullptr && one.at("doubleEscaped").as_bool()) {
        const auto again = unescape_again(input);
        const auto wanted_again = unescape_again(wanted);
        if (!again || !wanted_again) {
          ++unpaired;
          continue;
        }
        input = *again;
        wanted = *wanted_again;
      }
      Json states = Json::array();
      states.push_back(Json("Data state"));
      if (one.find("initialStates") != nullptr) {
        states = one.at("initialStates");
      }
      for (const Json& state : states.as_array()) {
        std::string page = input.as_string();
        std::vector<HtmlAttribute> attributes;
        std::deque<std::string> made;
        TokenList sink(attributes);
        HtmlTokenizer tokenizer(page, attributes, made, sink, 1000, false);
        tokenizer.run(content_of(state.as_string()),
                      one.find("lastStartTag") != nullptr ? one.at("lastStartTag").as_string() : "");
        const Json ours = sink.tokens();
        const bool equal = ours == wanted;
        passed += equal ? 1 : 0;
        failed += equal ? 0 : 1;
        if (!equal && failed <= 20) {
          ADD_FAILURE() << file << ": " << one.at("description").as_string() << " (" << state.as_string()
                        << ")\ninput  " << input.dump() << "\nwanted " << wanted.dump() << "\ngot    " << ours.dump();
        }
      }
    }
  }
  EXPECT_EQ(failed, 0);
  EXPECT_GT(passed, 6500);
  EXPECT_LT(unpaired, 20);
}

}  // namespace
}  // namespace smelt
