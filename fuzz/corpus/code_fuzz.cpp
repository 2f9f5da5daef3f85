// Any bytes as a file of code, a notebook, a licence and an archive: judged without a crash, and what is cut or read is
// part of what there was.
#include "bytes.h"
#include "corpus/code/code_document.h"
#include "corpus/code/encoded_data.h"
#include "corpus/code/license_header.h"
#include "corpus/code/tar_reader.h"

namespace {

void read_archive(std::string_view bytes) {
  smelt::TarReader reader(std::make_unique<smelt::ViewSource>(bytes, 997));
  smelt::TarReader::Entry entry;
  size_t total = 0;
  try {
    while (reader.next(entry, 1 << 20)) {
      total += entry.content.size();
      SMELT_CHECK(entry.size > (1 << 20) || entry.content.size() == static_cast<size_t>(entry.size));
    }
  } catch (const smelt::StreamError&) {
  }
  SMELT_CHECK(total <= bytes.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = smelt::fuzz_bytes(data, size);
  static const smelt::CodeInput kInput = [] {
    smelt::CodeInput input;
    input.licenses = "any";
    input.notebooks = "structured";
    return input;
  }();
  static const smelt::CodeJudge kJudge(kInput);
  for (const char* name : {"a.py", "a.h", "a.ipynb", "a.html", "a", "a.js"}) {
    smelt::CodeFile file;
    file.repository = "r";
    file.path = name;
    file.content = std::string(bytes);
    file.bytes = static_cast<int64_t>(bytes.size());
    const smelt::CodeJudge::Outcome outcome = kJudge.judge(std::move(file), {});
    SMELT_CHECK(outcome.rejected() || !outcome.document.text.empty());
  }
  for (const char* language : {"C", "Python", "HTML", "Haskell"}) {
    const smelt::CutHeader cut = smelt::cut_license_header(bytes, *smelt::find_code_language(language));
    SMELT_CHECK(cut.text.size() <= bytes.size() + 16);
    SMELT_CHECK(!cut.notice.empty() || cut.text == bytes);
  }
  (void)smelt::license_expression_class(bytes);
  for (const auto& runs : {smelt::published_encoded_runs(bytes), smelt::fixed_encoded_runs(bytes)}) {
    SMELT_CHECK(runs.longest <= static_cast<int64_t>(size) && runs.bytes <= 3 * static_cast<int64_t>(size));
  }
  read_archive(bytes);
  return 0;
}
