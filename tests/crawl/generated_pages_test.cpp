// Pages made up with formulas, code, tables and lists: what the main text keeps of them.
#include "crawl/generated_pages.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crawl/extract.h"
#include "crawl/math/tex.h"

namespace smelt {
namespace {

std::string main_text(const std::string& html, const std::string& output = "text") {
  RawPage page;
  page.id = "x.html";
  page.content_type = "text/html";
  page.body = html;
  ExtractOptions options;
  options.output = output;
  Result<ExtractedPage> out = extract_page(page, options);
  return out.ok() ? out->text : "reject " + out.reject().reason;
}

// Plain TeX of all that stands between dollars.
std::multiset<std::string> formulas_of(const std::string& text) {
  std::multiset<std::string> out;
  for (const MathSpan& span : find_math_spans(text)) {
    out.insert(plain_tex(span.source.tex));
  }
  return out;
}

struct Recovery {
  int formulas = 0;
  int recovered = 0;
  int codes = 0;
  int whole_codes = 0;
  int languages = 0;
  int unwanted = 0;
};

Recovery recover(MathEncoding encoding, int first, int count, const std::string& output, std::string& example) {
  Recovery out;
  for (int number = first; number < first + count; ++number) {
    PageGenerator generator(static_cast<uint64_t>(number));
    std::string body;
    for (int part = 0; part < 4; ++part) {
      body += "<p>" + generator.sentence() + "Here we have " + generator.formula(encoding, false) +
              " and, if nothing else is said, also " + generator.formula(encoding, false) + ". " +
              generator.paragraph() + "</p>\n<p>" + generator.formula(encoding, true) + "</p>\n<p>" +
              generator.paragraph() + "</p>\n";
      if (generator.below(2) == 0) {
        body += generator.code() + "\n<p>" + generator.paragraph() + "</p>\n";
      }
    }
    const std::string html = generator.page(body, "On numbers and curves, part " + std::to_string(number));
    const std::string text = main_text(html, output);
    std::multiset<std::string> found = formulas_of(text);
    for (const std::string& tex : generator.formulas) {
      ++out.formulas;
      if (const auto at = found.find(plain_tex(tex)); at != found.end()) {
        found.erase(at);
        ++out.recovered;
      } else if (example.empty()) {
        example = tex + "\nis not in\n" + text;
      }
    }
    for (const std::string& code : generator.codes) {
      ++out.codes;
      const size_t at = text.find("```python\n" + code + "```");
      out.whole_codes += text.find("\n" + code + "```") != std::string::npos ? 1 : 0;
      out.languages += at != std::string::npos ? 1 : 0;
      if (at == std::string::npos && example.empty()) {
        example = code + "\nis not in\n" + text;
      }
    }
    for (const std::string& sentence : generator.unwanted) {
      out.unwanted += text.find(sentence) != std::string::npos ? 1 : 0;
    }
  }
  return out;
}

TEST(GeneratedPages, FormulasAndCodeAreRecoveredInEveryEncoding) {
  constexpr int kPages = 50;
  for (int encoding = 0; encoding < kMathEncodings; ++encoding) {
    for (const char* output : {"text", "markdown"}) {
      std::string example;
      const Recovery got = recover(static_cast<MathEncoding>(encoding), encoding * kPages, kPages, output, example);
      SCOPED_TRACE("encoding " + std::to_string(encoding) + " as " + output);
      EXPECT_GE(got.recovered, 0.95 * got.formulas) << got.recovered << " of " << got.formulas << "\n" << example;
      EXPECT_EQ(got.whole_codes, got.codes) << example;
      EXPECT_EQ(got.languages, got.codes) << example;
      EXPECT_EQ(got.unwanted, 0);
      RecordProperty("encoding_" + std::to_string(encoding) + "_" + output,
                     std::to_string(got.recovered) + "/" + std::to_string(got.formulas));
      std::printf("encoding %d %-8s formulas %d/%d code %d/%d languages %d\n", encoding, output, got.recovered,
                  got.formulas, got.whole_codes, got.codes, got.languages);
    }
  }
}

}  // namespace
}  // namespace smelt
