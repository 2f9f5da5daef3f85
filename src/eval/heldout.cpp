#include "eval/heldout.h"

#include <algorithm>
#include <numeric>

#include <fmt/core.h>

#include "base/rng.h"
#include "base/text.h"
#include "corpus/document_io.h"

namespace smelt {

const char* const kPaymentRule =
    "Every token of every document is paid for, the end-of-document token included; a document starts in the context "
    "of the "
    "end-of-document token alone. The bits are divided by the bytes of the texts.";

namespace {

// Calls visit(index, document) for every document with text.
template <class Visit>
void for_each_document(const Context& context, const std::string& path, const Visit& visit) {
  DocumentReader reader(path);
  int64_t index = 0;
  while (auto next = reader.next()) {
    context.stop_if_asked();
    if (next->ok() && !(*next)->text.empty()) {
      visit(index++, **next);
    }
  }
}

std::vector<int64_t> document_sizes(const Context& context, const std::string& path) {
  std::vector<int64_t> sizes;
  for_each_document(context, path, [&](int64_t, const Document& document) {
    sizes.push_back(static_cast<int64_t>(document.text.size()));
  });
  if (sizes.empty()) {
    throw input_error("there are no documents", path, "let the corpus stage hold out more (corpus.split)");
  }
  return sizes;
}

// How many bytes of each document are taken: all of those drawn first, a part of the last, nothing of the others.
std::vector<int64_t> draw_documents(const std::vector<int64_t>& sizes, int64_t max_bytes, uint64_t seed,
                                    const char* use) {
  if (std::accumulate(sizes.begin(), sizes.end(), int64_t{0}) <= max_bytes) {
    return sizes;
  }
  std::vector<std::pair<uint64_t, size_t>> order;
  for (size_t i = 0; i < sizes.size(); ++i) {
    order.emplace_back(Rng(seed, use, i).u64(), i);
  }
  std::sort(order.begin(), order.end());
  std::vector<int64_t> taken(sizes.size(), 0);
  int64_t left = max_bytes;
  for (const auto& [key, i] : order) {
    taken[i] = std::min(left, sizes[i]);
    left -= taken[i];
  }
  return taken;
}

std::string_view whole_characters(std::string_view text, size_t bytes) {
  size_t end = std::min(bytes, text.size());
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
    --end;
  }
  return text.substr(0, end);
}

}  // namespace

std::string HeldoutSet::joined_text() const {
  std::string out;
  out.reserve(static_cast<size_t>(bytes) + documents.size());
  for (const HeldoutDocument& document : documents) {
    out += document.text;
    out += '\0';
  }
  return out;
}

HeldoutSet load_heldout(const Context& context, const std::string& documents_path, const Tokenizer& tokenizer,
                        int64_t max_bytes) {
  const auto eos = tokenizer.eos_id();
  if (!eos) {
    throw input_error("the tokenizer has no end-of-document token", documents_path,
                      "name one as eos_token in tokenizer_config.json");
  }
  const std::vector<int64_t> sizes = document_sizes(context, documents_path);
  const std::vector<int64_t> taken = draw_documents(sizes, max_bytes, context.seed, "eval/heldout");
  HeldoutSet set;
  set.eos_id = *eos;
  set.available_documents = static_cast<int64_t>(sizes.size());
  set.available_bytes = std::accumulate(sizes.begin(), sizes.end(), int64_t{0});
  for_each_document(context, documents_path, [&](int64_t index, const Document& document) {
    const std::string_view text =
        whole_characters(document.text, static_cast<size_t>(taken[static_cast<size_t>(index)]));
    if (!text.empty()) {
      set.documents.push_back({document.id, std::string(text), {}});
    }
  });
  parallel_for(context.threads, static_cast<int64_t>(set.documents.size()), 8, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      HeldoutDocument& document = set.documents[static_cast<size_t>(i)];
      tokenizer.encode_plain(document.text, document.ids);
      document.ids.push_back(*eos);
    }
  });
  for (const HeldoutDocument& document : set.documents) {
    set.bytes += static_cast<int64_t>(document.text.size());
    set.tokens += static_cast<int64_t>(document.ids.size());
  }
  return set;
}

TrainingText load_training_text(const Context& context, const std::string& documents_path, int64_t max_bytes) {
  const std::vector<int64_t> sizes = document_sizes(context, documents_path);
  const std::vector<int64_t> taken = draw_documents(sizes, max_bytes, context.seed, "eval/training_text");
  TrainingText out;
  out.available_documents = static_cast<int64_t>(sizes.size());
  out.available_bytes = std::accumulate(sizes.begin(), sizes.end(), int64_t{0});
  for_each_document(context, documents_path, [&](int64_t index, const Document& document) {
    const std::string_view text =
        whole_characters(document.text, static_cast<size_t>(taken[static_cast<size_t>(index)]));
    if (!text.empty()) {
      out.text += text;
      out.text += '\0';
      ++out.documents;
    }
  });
  return out;
}

}  // namespace smelt
