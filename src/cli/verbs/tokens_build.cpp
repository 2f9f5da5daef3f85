// `smelt tokens build | pack`: what makes token files.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/text.h"
#include "cli/session.h"
#include "cli/verbs/lines.h"
#include "cli/verbs/verbs.h"
#include "tokens/build_stage.h"
#include "tokens/pack/bin_packing.h"
#include "tokens/pack/pack_stage.h"

namespace smelt::cli {
namespace {

int build(Session& session, const Arguments& arguments) {
  if (arguments.has("--no-eod") && arguments.has("--append-eod")) {
    throw usage_error("--append-eod and --no-eod say the opposite of each other", "", "give one of them");
  }
  TokensOptions options;
  options.append_eod = !arguments.has("--no-eod");
  options.documents = arguments.has("--documents");
  if (arguments.has("--markers")) {
    options.markers = arguments.texts("--markers");
  }
  options.fim.rate = arguments.number("--fim", 0);
  options.fim.spm = arguments.number("--fim-spm", options.fim.spm);
  for (const auto& [flag, share] : {std::pair("--fim", options.fim.rate), std::pair("--fim-spm", options.fim.spm)}) {
    if (!(share >= 0 && share <= 1)) {
      throw usage_error(fmt::format("{} is no share", share), flag, "give a number from 0 to 1");
    }
  }
  const std::string prefix = arguments.text("--output");
  refuse_to_overwrite(prefix + ".idx");
  const TokenCounts counts = build_dataset(session.context(), options, arguments.text("--tokenizer"),
                                           list_document_files(arguments.texts("--input")), prefix);
  session.print(
      fmt::format("{0}.bin and {0}.idx: {1} tokens of {2} documents\n", prefix, counts.tokens, counts.documents),
      counts.to_json());
  return 0;
}

int pack(Session& session, const Arguments& arguments) {
  PackOptions options;
  options.window = arguments.integer("--window", options.window);
  options.method = arguments.text("--method", options.method);
  options.too_long = arguments.text("--too-long", options.too_long);
  options.control_tokens = arguments.has("--control-tokens");
  if (options.window < 2 || options.window > 1 << 30) {
    throw usage_error(fmt::format("{} tokens are no window", options.window), "--window", "give a number of 2 or more");
  }
  const auto& methods = pack_method_names();
  if (std::find(methods.begin(), methods.end(), options.method) == methods.end()) {
    throw usage_error(fmt::format("no method is called '{}'", options.method), "--method",
                      fmt::format("one of {}", fmt::join(methods, ", ")));
  }
  if (options.too_long != "truncate" && options.too_long != "drop") {
    throw usage_error(fmt::format("'{}' is neither truncate nor drop", options.too_long), "--too-long");
  }
  const std::string prefix = arguments.text("--output");
  refuse_to_overwrite(prefix + ".idx");
  refuse_to_overwrite(prefix + ".pack");
  const PackCounts counts = pack_conversations(session.context(), options, arguments.text("--tokenizer"),
                                               list_document_files(arguments.texts("--input")), prefix);
  std::string text = fmt::format(
      "{}: {} windows of {} tokens from {} of {} conversations\n"
      "padding {:.2f} % of the tokens; trained on {:.1f} % of the others\n",
      prefix, counts.windows, options.window, counts.packed, counts.conversations, 100 * counts.padding_share(),
      100.0 * static_cast<double>(counts.trained_tokens) / static_cast<double>(std::max<int64_t>(1, counts.tokens)));
  if (counts.truncated > 0) {
    text += fmt::format("cut to a window: {}, by {} tokens\n", counts.truncated, counts.cut_tokens);
  }
  if (counts.too_long > 0) {
    text += fmt::format("left out, too long: {}\n", counts.too_long);
  }
  for (const auto& [reason, count] : counts.rejected) {
    text += fmt::format("left out, {}: {}\n", reason, count);
  }
  session.print(text, counts.to_json());
  return 0;
}

}  // namespace

Verb tokens_build_verb() {
  return {
      "tokens build",
      kTokenGroup,
      "documents -> token file PREFIX.bin, PREFIX.idx (Megatron's format)",
      "The tokenizer's eos_token ends every document. A document without text is kept as a document without tokens. "
      "After a kill the same command goes on where it stopped; the bytes are the same for any number of threads.",
      {},
      {{"--tokenizer", FlagKind::kText, "T", "tokenizer.json or its folder", true},
       {"--input", FlagKind::kTexts, "DOCS...", "documents: .jsonl, .jsonl.zst, .parquet, or folders of them", true},
       {"--output", FlagKind::kText, "PREFIX", "name of the token file without its ending", true},
       {"--append-eod", FlagKind::kSwitch, "", "end documents with eos_token (the default)"},
       {"--no-eod", FlagKind::kSwitch, "", "do not end documents with eos_token"},
       {"--documents", FlagKind::kSwitch, "", "keep id, url, source and length in PREFIX.documents.jsonl.zst"},
       {"--markers", FlagKind::kTexts, "TOKEN...",
        "special tokens to read as such in texts; all others are plain text"},
       {"--fim", FlagKind::kNumber, "SHARE", "fill-in-the-middle: share of the documents (default: 0)"},
       {"--fim-spm", FlagKind::kNumber, "SHARE", "share of these in the order suffix, prefix, middle (default: 0.5)"}},
      {{"smelt tokens build --tokenizer tok --input corpus --output tokens/corpus", "a folder of documents"},
       {"smelt tokens build --tokenizer tok --input a.jsonl.zst --output a --no-eod", "without end-of-document tokens"},
       {"smelt tokens build --tokenizer gpt2 --input docs.parquet --output docs", "Parquet, any tokenizer.json"}},
      build};
}

Verb tokens_pack_verb() {
  return {
      "tokens pack",
      kTokenGroup,
      "chat documents -> packed windows for fine-tuning: PREFIX.bin, PREFIX.idx, PREFIX.pack",
      "Each line of JSONL holds \"messages\" (and maybe \"tools\"); the tokenizer's chat template makes text of them. "
      "Conversations stay whole and share windows; the loss counts what the assistant wrote alone, found by the "
      "template's generation tags or by rendering the turns before it.",
      {},
      {{"--tokenizer", FlagKind::kText, "T", "a tokenizer's folder with its chat template", true},
       {"--input", FlagKind::kTexts, "CHATS...", "conversations: .jsonl, .jsonl.zst or folders of them", true},
       {"--output", FlagKind::kText, "PREFIX", "name of the files without their endings", true},
       {"--window", FlagKind::kInteger, "N", "tokens of a window (default: 4096)"},
       {"--method", FlagKind::kText, "METHOD",
        "first_fit, best_fit, first_fit_decreasing or best_fit_decreasing (default: the last)"},
       {"--too-long", FlagKind::kText, "WHAT", "truncate or drop longer conversations (default: truncate)"},
       {"--control-tokens", FlagKind::kSwitch, "", "take messages that hold the texts of special tokens, too"}},
      {{"smelt tokens pack --tokenizer tok --input chats.jsonl --output sft", "windows of 4,096 tokens"},
       {"smelt tokens pack --tokenizer tok --input chats --output sft --window 16384 --too-long drop", "long ones"},
       {"smelt tokens pack --tokenizer tok --input chats.jsonl --output sft --method first_fit --json",
        "in the order of the input"}},
      pack};
}

}  // namespace smelt::cli
