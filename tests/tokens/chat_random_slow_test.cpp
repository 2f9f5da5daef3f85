// Thousands of random template programs, rendered here and by jinja2 set up as chat templates are rendered.
#include <gtest/gtest.h>

#include "base/files.h"
#include "base/json.h"
#include "support/run_program.h"
#include "support/temporary_directory.h"
#include "tokens/chat/chat_template.h"

namespace smelt {
namespace {

Result<std::string> render(const Json& entry) {
  Result<ChatTemplate> parsed = ChatTemplate::parse(entry.at("template").as_string());
  if (!parsed) {
    return parsed.reject();
  }
  const Json& variables = entry.at("variables");
  return parsed->render(variables.at("messages"), variables.at("add_generation_prompt").as_bool(), variables);
}

TEST(RandomTemplates, RenderAsTheReferenceDoes) {
  const std::string python = SMELT_PEERS "/bin/python";
  if (!path_exists(python)) {
    GTEST_SKIP() << "no peers installed";
  }
  const TemporaryDirectory dir;
  const ProgramResult result =
      run_words({python, SMELT_SOURCE_DIR "/tests/tokens/chat_random.py", "1", "4000", dir.file("cases.json")});
  if (result.exit_code == 77) {
    GTEST_SKIP() << "no jinja2";
  }
  ASSERT_EQ(result.exit_code, 0) << result.err;
  int rendered = 0;
  int refused = 0;
  std::string differences;
  int different = 0;
  const Json cases = Json::load(dir.file("cases.json"));
  for (const Json& entry : cases.as_array()) {
    const Result<std::string> text = render(entry);
    const bool expects_error = entry.contains("error");
    const bool equal = expects_error ? !text.ok() : text.ok() && text.value() == entry.at("expected").as_string();
    if (!equal) {
      ++different;
      differences += entry.at("template").as_string() + "\nwith " + entry.at("variables").dump() + "\nexpected " +
                     (expects_error ? entry.at("error").dump() : entry.at("expected").dump()) + "\ngot      " +
                     (text.ok() ? Json(text.value()).dump() : text.reject().detail) + "\n\n";
    }
    rendered += expects_error ? 0 : 1;
    refused += expects_error ? 1 : 0;
  }
  // What is left has no use in a chat template: the text of iterators, titlecase letters, names that a block reads
  // before a later {% set %} of the same name around it.
  EXPECT_LE(different, (rendered + refused) / 100) << differences;
  EXPECT_GT(rendered, 1000);
  EXPECT_GT(refused, 300);
}

}  // namespace
}  // namespace smelt
