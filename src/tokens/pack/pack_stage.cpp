#include "tokens/pack/pack_stage.h"

#include <algorithm>
#include <filesystem>
#include <numeric>

#include "base/files.h"
#include "tokens/dataset/document_blocks.h"
#include "tokens/pack/bin_packing.h"
#include "tokens/pack/conversation.h"
#include "tokens/pack/packed_dataset.h"

namespace smelt {
namespace {

struct Encoded {
  std::vector<uint32_t> ids;
  std::vector<uint32_t> trained;
  std::vector<int64_t> lengths;
  std::vector<int64_t> lines;  // of the block: which of its conversations these are
  std::vector<Reject> rejects;
  PackCounts counts;
};

// Encodes blocks of lines and cuts what is too long.
class BlockPacker {
 public:
  BlockPacker(const PackOptions& options, const ConversationEncoder& encoder, Progress& progress)
      : window_(static_cast<size_t>(options.window)),
        truncate_(options.too_long == "truncate"),
        encoder_(encoder),
        progress_(progress) {}

  Encoded operator()(const DocumentBlock& block) const {
    Encoded out;
    for (const Reject& reject : block.rejects) {
      refuse(out, reject);
    }
    for_each_line(block, [&](std::string_view line, uint64_t number) {
      const int64_t own = out.counts.conversations++;
      Result<Conversation> conversation = encoder_.encode(line);
      if (conversation.ok()) {
        take(out, conversation.value(), own);
      } else {
        refuse(out, located_reject(block, number, conversation.reject()));
      }
      progress_.add(1);
    });
    return out;
  }

 private:
  static void refuse(Encoded& out, const Reject& reject) {
    ++out.counts.rejected[reject.reason];
    out.rejects.push_back(reject);
  }

  void take(Encoded& out, Conversation& conversation, int64_t own) const {
    if (conversation.ids.size() > window_) {
      const bool trains =
          std::any_of(conversation.trained.begin() + 1, conversation.trained.begin() + static_cast<int64_t>(window_),
                      [](uint8_t trained) { return trained != 0; });
      if (!truncate_ || !trains) {
        ++out.counts.too_long;
        return;
      }
      ++out.counts.truncated;
      out.counts.cut_tokens += static_cast<int64_t>(conversation.ids.size() - window_);
      conversation.ids.resize(window_);
      conversation.trained.resize(window_);
    }
    conversation.trained[0] = 0;
    out.ids.insert(out.ids.end(), conversation.ids.begin(), conversation.ids.end());
    out.trained.insert(out.trained.end(), conversation.trained.begin(), conversation.trained.end());
    out.lengths.push_back(static_cast<int64_t>(conversation.ids.size()));
    out.lines.push_back(own);
    ++out.counts.packed;
    out.counts.tokens += out.lengths.back();
    out.counts.trained_tokens += std::count(conversation.trained.begin(), conversation.trained.end(), 1);
  }

  size_t window_;
  bool truncate_;
  const ConversationEncoder& encoder_;
  Progress& progress_;
};

// The conversations by themselves: their tokens, their marks as a dataset of the same shape, and which line each was.
struct Unpacked {
  std::string tokens;
  std::string trained;
  std::vector<int64_t> inputs;
  PackCounts counts;
};

Unpacked encode_all(const Context& context, const PackOptions& options, const ConversationEncoder& encoder,
                    TokenType type, const std::vector<InputFile>& files, const std::string& folder) {
  Unpacked out{folder + "/tokens", folder + "/trained", {}, {}};
  Progress progress(context.progress, "pack", 0, "conversations");
  TokenDatasetWriter tokens(out.tokens, type);
  TokenDatasetWriter trained(out.trained, TokenType::kUint8);
  DocumentBlocks blocks(files);
  const auto next = [&] {
    context.stop_if_asked();
    return blocks.next();
  };
  std::string raw;
  const auto write = [&](const Encoded& block) {
    raw.clear();
    append_raw_tokens(block.ids, type, raw, out.tokens);
    tokens.add_documents(raw, block.lengths);
    raw.clear();
    append_raw_tokens(block.trained, TokenType::kUint8, raw, out.trained);
    trained.add_documents(raw, block.lengths);
    for (const int64_t line : block.lines) {
      out.inputs.push_back(out.counts.conversations + line);
    }
    for (const Reject& reject : block.rejects) {
      context.log.warn("left out: {} ({})", reject.detail, reject.reason);
    }
    out.counts.conversations += block.counts.conversations;
    out.counts.packed += block.counts.packed;
    out.counts.truncated += block.counts.truncated;
    out.counts.cut_tokens += block.counts.cut_tokens;
    out.counts.too_long += block.counts.too_long;
    out.counts.tokens += block.counts.tokens;
    out.counts.trained_tokens += block.counts.trained_tokens;
    for (const auto& [reason, count] : block.counts.rejected) {
      out.counts.rejected[reason] += count;
    }
  };
  ordered_map<DocumentBlock, Encoded>(context.threads.width(), next, BlockPacker(options, encoder, progress), write);
  tokens.commit();
  trained.commit();
  return out;
}

void write_windows(const Context& context, const Unpacked& unpacked, const Packing& packing,
                   PackedDatasetWriter& writer) {
  const TokenDataset tokens(unpacked.tokens);
  const TokenDataset trained(unpacked.trained);
  std::vector<int32_t> ids;
  std::vector<int32_t> wide;
  std::vector<uint8_t> marks;
  for (int64_t w = 0; w < packing.windows(); ++w) {
    context.stop_if_asked();
    writer.begin_window();
    for (int64_t i = packing.begins[static_cast<size_t>(w)]; i < packing.begins[static_cast<size_t>(w) + 1]; ++i) {
      const int64_t document = packing.documents[static_cast<size_t>(i)];
      const auto length = static_cast<size_t>(tokens.sequence_length(document));
      ids.resize(length);
      wide.resize(length);
      tokens.read(document, 0, ids);
      trained.read(document, 0, wide);
      marks.assign(wide.begin(), wide.end());
      writer.add_document(unpacked.inputs[static_cast<size_t>(document)], ids, marks);
    }
  }
}

}  // namespace

void PackOptions::fields(Fields& f) {
  f("window", window, "tokens of a window", {.min = 2, .max = 1 << 30});
  f.choice("method", method, pack_method_names(), "which window a conversation goes to");
  f.choice("too_long", too_long, {"truncate", "drop"}, "what becomes of a conversation longer than a window");
  f("control_tokens", control_tokens,
    "take conversations whose messages hold the text of special tokens, which become control tokens");
  f("time", time, "what strftime_now of the template shows, in seconds since 1970", {.min = 0});
}

double PackCounts::padding_share() const {
  const int64_t all = tokens + padding;
  return all == 0 ? 0 : static_cast<double>(padding) / static_cast<double>(all);
}

Json PackCounts::to_json() const {
  Json out = Json::object();
  out["conversations"] = conversations;
  out["packed"] = packed;
  out["truncated"] = truncated;
  out["cut_tokens"] = cut_tokens;
  out["too_long"] = too_long;
  out["windows"] = windows;
  out["tokens"] = tokens;
  out["trained_tokens"] = trained_tokens;
  out["padding"] = padding;
  out["padding_share"] = padding_share();
  out["rejected"] = Json::object();
  for (const auto& [reason, count] : rejected) {
    out["rejected"][reason] = count;
  }
  return out;
}

PackCounts pack_conversations(const Context& context, const PackOptions& options, const std::string& tokenizer_path,
                              const std::vector<InputFile>& files, const std::string& prefix) {
  namespace fs = std::filesystem;
  const Tokenizer tokenizer = Tokenizer::load(tokenizer_path);
  const std::string dir =
      fs::is_directory(tokenizer_path) ? tokenizer_path : fs::absolute(tokenizer_path).parent_path().string();
  const ConversationEncoder encoder(tokenizer, dir, {.control_tokens = options.control_tokens, .time = options.time});
  const TokenType type = token_type_for(tokenizer.vocab_size());
  const std::string folder = prefix + ".partial";
  remove_all(folder);
  make_directories(folder);
  Unpacked unpacked = encode_all(context, options, encoder, type, files, folder);
  std::vector<int32_t> lengths;
  {
    const TokenDataset tokens(unpacked.tokens);
    for (int64_t i = 0; i < tokens.num_sequences(); ++i) {
      lengths.push_back(tokens.sequence_length(i));
    }
  }
  const Packing packing = pack_lengths(lengths, static_cast<int32_t>(options.window), pack_method(options.method));
  PackedDatasetWriter writer(prefix, type, options.window, tokenizer.eos_id().value_or(0));
  write_windows(context, unpacked, packing, writer);
  writer.commit();
  remove_all(folder);
  PackCounts counts = std::move(unpacked.counts);
  counts.windows = packing.windows();
  counts.padding = counts.windows * options.window - counts.tokens;
  return counts;
}

}  // namespace smelt
