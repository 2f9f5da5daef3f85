#include "tokens/chat/chat_template.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/files.h"

namespace smelt {
namespace {

// Templates with what the reference implementation (jinja2 3.1, set up as chat templates are rendered) makes of them;
// "error" where it refuses.
Json cases() {
  return Json::load(std::string(SMELT_SOURCE_DIR) + "/tests/tokens/data/chat_cases.json");
}

Result<std::string> render_case(const Json& entry) {
  Result<ChatTemplate> parsed = ChatTemplate::parse(entry.at("template").as_string());
  if (!parsed) {
    return parsed.reject();
  }
  const Json& variables = entry.at("variables");
  const Json* messages = variables.find("messages");
  return parsed->render(messages != nullptr ? *messages : Json(), variables.get("add_generation_prompt", false),
                        variables);
}

std::string render(const std::string& text, const Json& messages = Json::array(), const Json& extra = {}) {
  Result<ChatTemplate> parsed = ChatTemplate::parse(text);
  if (!parsed) {
    return "PARSE " + parsed.reject().reason + ": " + parsed.reject().detail;
  }
  Result<std::string> rendered = parsed->render(messages, true, extra, 1'700'000'000);
  return rendered ? *rendered : rendered.reject().reason + ": " + rendered.reject().detail;
}

TEST(ChatTemplateTest, RendersAsTheReferenceDoes) {
  const Json all = cases();
  int rendered = 0;
  for (const Json& entry : all.as_array()) {
    SCOPED_TRACE(entry.at("name").as_string());
    const Result<std::string> text = render_case(entry);
    if (entry.contains("error")) {
      EXPECT_FALSE(text.ok()) << (text.ok() ? text.value() : "");
      continue;
    }
    ASSERT_TRUE(text.ok()) << text.reject().detail;
    EXPECT_EQ(text.value(), entry.at("expected").as_string());
    ++rendered;
  }
  EXPECT_GT(rendered, 60);
}

TEST(ChatTemplateTest, StoredExpectationsAreTheReferences) {
  const std::string python = std::string(SMELT_PEERS) + "/bin/python";
  if (std::error_code error; !std::filesystem::exists(python, error)) {
    GTEST_SKIP() << "no peers installed";
  }
  const std::string script = R"(
import json, sys
try:
    import jinja2
    from jinja2.ext import Extension, loopcontrols
    from jinja2.sandbox import ImmutableSandboxedEnvironment
except ImportError:
    sys.exit(77)
class Generation(Extension):
    tags = {'generation'}
    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(['name:endgeneration'], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method('_body'), [], [], body).set_lineno(line)
    def _body(self, caller):
        return caller()
def fail(message): raise jinja2.exceptions.TemplateError(message)
env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])
env.filters['tojson'] = lambda x, ensure_ascii=False, indent=None, separators=None, sort_keys=False: json.dumps(
    x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)
env.globals['raise_exception'] = fail
for case in json.load(open(sys.argv[1], encoding='utf-8')):
    try:
        text = env.from_string(case['template']).render(**case['variables'])
    except Exception as error:
        text = None
    if text != case.get('expected'):
        print(case['name'], repr(text))
        sys.exit(1)
)";
  const std::string path = testing::TempDir() + "smelt_chat_reference_" + std::to_string(getpid()) + ".py";
  std::ofstream(path) << script;
  const std::string data = std::string(SMELT_SOURCE_DIR) + "/tests/tokens/data/chat_cases.json";
  const int status = std::system((python + " " + path + " " + data).c_str());
  std::filesystem::remove(path);
  if (WEXITSTATUS(status) == 77) {
    GTEST_SKIP() << "no jinja2";
  }
  EXPECT_EQ(status, 0);
}

TEST(ChatTemplateTest, ErrorsNameTheLine) {
  EXPECT_EQ(render("a\nb\n{{ x.y }}\n"), "template_error: chat template, line 3: 'x' is undefined");
  EXPECT_EQ(render("{% if a %}\n\n"), "PARSE template_error: chat template, line 2: {% endif %} is missing");
  EXPECT_EQ(render("{% for a in b %}{% endif %}"),
            "PARSE template_error: chat template, line 1: unexpected {% endif %}: {% endfor %} is still open");
  EXPECT_EQ(render("{# c\n #}\n{% set s %}\n{{ 'a' +\n 1 }}{% endset %}"),
            "template_error: chat template, line 5: '+' does not work on str and int");
  EXPECT_EQ(render("{{ 1 ! 2 }}"), "PARSE template_error: chat template, line 1: unexpected character '!'");
  EXPECT_EQ(render("{% include 'x' %}"),
            "PARSE template_error: chat template, line 1: {% include %} is not supported here");
}

TEST(ChatTemplateTest, TheTemplatesOwnComplaintIsKeptApart) {
  EXPECT_EQ(render("{{ raise_exception('roles must alternate') }}"), "template_raised: roles must alternate");
}

TEST(ChatTemplateTest, TimeIsFormatted) {
  setenv("TZ", "UTC", 1);
  tzset();
  EXPECT_EQ(render("{{ strftime_now('%d %B %Y') }}"), "14 November 2023");
}

// Every one of these would run for ever, fill the memory or overflow the stack without limits.
TEST(ChatTemplateTest, HostileTemplatesEndSoon) {
  const auto limited = [](const std::string& text) {
    const std::string result = render(text);
    EXPECT_NE(result.find("template_limit"), std::string::npos)
        << text.substr(0, 100) << " -> " << result.substr(0, 200);
  };
  limited("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}");
  limited("{{ range(10 ** 12) }}");
  limited("{{ 'abcdefgh' * 10 ** 17 }}");
  limited("{{ [1] * 10 ** 15 }}");
  limited("{{ 10 ** 100 }}");
  limited("{% set ns = namespace(s='a') %}{% for i in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}");
  limited("{% set ns = namespace(l=[]) %}{% for i in range(90000) %}{% set ns.l = [ns.l] %}{% endfor %}");
  limited("{% macro f(n) %}{{ f(n) }}{% endmacro %}{{ f(1) }}");
  limited("{% macro f(n) %}{{ f(n - 1) if n }}{{ f(n - 1) if n }}{% endmacro %}{{ f(40) }}");
  limited("{{ " + std::string(100'000, '(') + "1" + std::string(100'000, ')') + " }}");
  limited("{{ " + std::string(100'000, '-') + "1 }}");
  std::string nots;
  std::string sum = "1";
  std::string blocks;
  for (int i = 0; i < 20'000; ++i) {
    nots += "not ";
    sum += "+1";
    blocks += "{% if 1 %}";
  }
  limited("{{ " + nots + "1 }}");
  limited("{{ " + sum + " }}");
  limited(blocks);
  limited("{{ 'a'.ljust(10 ** 12) }}");
  limited("{{ ('a' * 100000).replace('a', 'b' * 100000) }}");
  limited(std::string(2 << 20, 'a'));
}

TEST(ChatTemplateTest, NamespacesMayHoldEachOther) {
  EXPECT_EQ(render("{% set a = namespace() %}{% set a.a = a %}{% set a.l = [a] %}{{ a.a.l | length }}"), "1");
}

TEST(ChatTemplateTest, MacrosDoNotOutliveTheirBlock) {
  EXPECT_NE(render("{% set n = namespace() %}{% for i in [1] %}{% macro f() %}{{ i }}{% endmacro %}{% set n.f = f %}{% "
                   "endfor %}{{ n.f() }}")
                .find("outside the block"),
            std::string::npos);
}

TEST(ChatTemplateTest, BaseModelsGoOnWritingOneText) {
  const auto message = [](const char* role, Json content) {
    return Json(Json::Object{{"role", role}, {"content", std::move(content)}});
  };
  EXPECT_EQ(render(base_model_chat_template(), Json(Json::Array{message("user", "The capital of France is")})),
            "The capital of France is");
  EXPECT_EQ(render(base_model_chat_template(), Json(Json::Array{message("system", "A."), message("user", "B."),
                                                                message("assistant", "C."), message("user", "D")})),
            "A.\n\nB.C.\n\nD");
  const Json parts(Json::Array{Json(Json::Object{{"type", "text"}, {"text", "x"}}),
                               Json(Json::Object{{"type", "text"}, {"text", "y"}})});
  EXPECT_EQ(render(base_model_chat_template(), Json(Json::Array{message("user", parts)})), "x\ny");
}

class ModelDirectory {
 public:
  ModelDirectory() : path_(testing::TempDir() + "smelt_chat_model_" + std::to_string(getpid())) {
    std::filesystem::create_directories(path_);
  }
  ~ModelDirectory() { std::filesystem::remove_all(path_); }
  void write(const std::string& name, const std::string& text) const { write_file(path_ + "/" + name, text); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(ChatTemplateTest, LoadsFromAModelDirectory) {
  const ModelDirectory model;
  EXPECT_FALSE(ChatTemplate::load(model.path()).has_value());
  model.write(
      "tokenizer_config.json",
      R"({"bos_token": {"content": "<s>"}, "eos_token": "</s>", "chat_template": "{{ bos_token }}A{{ eos_token }}"})");
  EXPECT_EQ(*ChatTemplate::load(model.path())->render(Json::array(), false), "<s>A</s>");
  model.write("tokenizer_config.json",
              R"({"chat_template": [{"name": "tool_use", "template": "T"}, {"name": "default", "template": "D"}]})");
  EXPECT_EQ(*ChatTemplate::load(model.path())->render(Json::array(), false), "D");
  model.write("chat_template.jinja", "J\n");
  EXPECT_EQ(*ChatTemplate::load(model.path())->render(Json::array(), false), "J");
  model.write("chat_template.jinja", "{% if %}");
  try {
    ChatTemplate::load(model.path());
    FAIL();
  } catch (const UserError& error) {
    EXPECT_EQ(error.code(), ExitCode::kInput);
    EXPECT_NE(std::string(error.what()).find("chat_template.jinja"), std::string::npos);
  }
}

}  // namespace
}  // namespace smelt
