#include "corpus/ingest_part.h"

namespace smelt {

IngestPart::IngestPart(StageDir& stage, const std::string& part, const std::string& format)
    : stage_(stage),
      part_(part),
      files_{part + format_ending(document_format(format))},
      documents_(stage.file(files_[0]), document_format(format)) {}

void IngestPart::reject(std::string_view line) {
  if (!rejects_) {
    files_.push_back("rejects/" + part_ + ".jsonl.zst");
    rejects_.emplace(stage_.file(files_[1]));
  }
  rejects_->write_line(line);
}

void IngestPart::finish() {
  documents_.commit();
  if (rejects_) {
    rejects_->commit();
  }
  counts_["seconds"] = Json(std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count());
  stage_.mark_done(part_, files_, counts_);
}

}  // namespace smelt
