#include "corpus/dedup/earlier.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/manifest.h"
#include "corpus/dedup/signer.h"
#include "corpus/document_io.h"
#include "corpus/input_files.h"

namespace smelt {

namespace {

constexpr size_t kBatchDocuments = 64;
using Batch = std::vector<Document>;

// Empty where the folder has no index of this shape.
std::vector<KeyFile> read_index_of(const std::string& folder, uint64_t shape) {
  const std::string index = folder + "/duplicates/index";
  std::vector<KeyFile> files;
  if (!path_exists(index)) {
    return files;
  }
  for (const std::string& name : list_files(index)) {
    if (name.ends_with(".keys")) {
      files.emplace_back(index + "/" + name);
    }
  }
  const bool fits = std::all_of(files.begin(), files.end(), [&](const KeyFile& file) { return file.shape() == shape; });
  return fits ? std::move(files) : std::vector<KeyFile>();
}

std::optional<Batch> next_batch(const Context& context, DocumentReader& reader) {
  context.stop_if_asked();
  Batch batch;
  while (batch.size() < kBatchDocuments) {
    std::optional<Result<Document>> item = reader.next();
    if (!item) {
      break;
    }
    if (item->ok()) {
      batch.push_back(std::move(*item).value());
    }
  }
  return batch.empty() ? std::nullopt : std::optional<Batch>(std::move(batch));
}

// Signs the documents of one file.
void sign_file(const Context& context, const DedupOptions& options, const InputFile& input, const std::string& shard,
               StageDir& stage) {
  const MinHasher hasher(options.shape());
  DocumentReader reader(std::vector<InputFile>{input});
  const std::string keys_name = "work/" + shard + ".keys";
  const std::string texts_name = "work/" + shard + ".texts";
  KeyWriter keys(stage.file(keys_name), options.shape());
  TextStoreWriter texts(stage.file(texts_name));
  ordered_map<Batch, std::vector<SignedDocument>>(
      context.threads.width(), [&] { return next_batch(context, reader); },
      [&](const Batch& batch) {
        DocumentSigner signer(options, hasher);
        std::vector<SignedDocument> out;
        for (const Document& document : batch) {
          out.push_back(signer.sign(document));
        }
        return out;
      },
      [&](const std::vector<SignedDocument>& batch) {
        for (const SignedDocument& document : batch) {
          keys.add(document.keys);
          if (options.verify > 0) {
            texts.add(document.normalized);
          }
        }
      });
  keys.commit();
  texts.commit();
  stage.mark_done(shard, {keys_name, texts_name}, Json::object());
}

}  // namespace

std::string earlier_digest(const std::string& folder) {
  return has_manifest(folder) ? read_manifest(folder).digest() : files_digest(list_document_files({folder}));
}

EarlierKeys read_earlier(const Context& context, const DedupOptions& options, StageDir& stage) {
  EarlierKeys out;
  size_t number = 0;
  for (const std::string& folder : options.against) {
    const bool verify = options.verify > 0;
    std::vector<KeyFile> index = verify ? std::vector<KeyFile>() : read_index_of(folder, shape_digest(options.shape()));
    std::move(index.begin(), index.end(), std::back_inserter(out.keys));
    if (!index.empty()) {
      continue;
    }
    for (const InputFile& input : list_document_files({folder})) {
      const std::string shard = fmt::format("against-{:05}", number++);
      if (!stage.is_done(shard)) {
        sign_file(context, options, input, shard, stage);
      }
      out.keys.emplace_back(stage.file("work/" + shard + ".keys"));
      if (verify) {
        out.texts.emplace_back(stage.file("work/" + shard + ".texts"));
      }
    }
  }
  return out;
}

}  // namespace smelt
