// Token files, raw ids and arrays.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/files.h"
#include "base/stream.h"
#include "base/text.h"
#include "cli/inspect/explain.h"
#include "tokens/pack/packed_dataset.h"
#include "tokens/token_dataset.h"
#include "tokens/tokenizer.h"

namespace smelt::cli {
namespace {

constexpr size_t kShownIds = 16;
constexpr size_t kShownText = 240;

std::string type_name(TokenType type) {
  switch (type) {
    case TokenType::kUint8:
      return "uint8";
    case TokenType::kInt8:
      return "int8";
    case TokenType::kInt16:
      return "int16";
    case TokenType::kInt32:
      return "int32";
    case TokenType::kInt64:
      return "int64";
    default:
      return "uint16";
  }
}

// The tokenizer of the run that the token file belongs to, where it lies beside it.
std::optional<Tokenizer> tokenizer_beside(const std::string& prefix) {
  const std::filesystem::path folder = std::filesystem::absolute(prefix).parent_path();
  for (const auto& place : {folder, folder / "tokenizer", folder.parent_path() / "tokenizer"}) {
    if (path_exists((place / "tokenizer.json").string())) {
      return Tokenizer::load(place.string());
    }
  }
  return std::nullopt;
}

std::string ids_text(const std::vector<int32_t>& ids) {
  const std::vector<int32_t> shown(ids.begin(), ids.begin() + static_cast<int64_t>(std::min(kShownIds, ids.size())));
  return fmt::format("{}{}", fmt::join(shown, " "), ids.size() > kShownIds ? " ..." : "");
}

void add_first(const TokenDataset& dataset, Sheet& sheet, Json& data) {
  if (dataset.num_sequences() == 0) {
    return;
  }
  const std::vector<int32_t> ids = dataset.sequence(0);
  sheet.heading("first sequence");
  sheet.row("tokens", grouped(static_cast<int64_t>(ids.size())));
  sheet.row("ids", ids_text(ids));
  data["first_ids"] = Json::list(
      std::vector<int64_t>(ids.begin(), ids.begin() + static_cast<int64_t>(std::min(kShownIds, ids.size()))));
  if (const auto tokenizer = tokenizer_beside(dataset.prefix())) {
    std::vector<uint32_t> some;
    for (size_t i = 0; i < std::min<size_t>(ids.size(), kShownText); ++i) {
      some.push_back(static_cast<uint32_t>(ids[i]));
    }
    const std::string text = excerpt(tokenizer->decode(some), kShownText);
    sheet.row("text", text);
    data["first_text"] = text;
  }
}

void add_packing(const std::string& prefix, Sheet& sheet, Json& data) {
  if (!PackedDataset::exists(prefix)) {
    return;
  }
  const PackedDataset packed(prefix);
  int64_t used = 0;
  for (int64_t w = 0; w < packed.num_windows(); ++w) {
    used += packed.boundaries(w).back();
  }
  const int64_t all = packed.num_windows() * packed.window();
  const double padding = all == 0 ? 0 : 1 - static_cast<double>(used) / static_cast<double>(all);
  sheet.heading("packed for fine-tuning");
  sheet.row("windows", fmt::format("{} of {} tokens", grouped(packed.num_windows()), grouped(packed.window())));
  sheet.row("conversations", grouped(packed.num_documents()));
  sheet.row("padding", fmt::format("{:.2f} %", 100 * padding));
  data["windows"] = packed.num_windows();
  data["window"] = packed.window();
  data["conversations"] = packed.num_documents();
  data["padding_share"] = padding;
}

}  // namespace

Explanation explain_tokens(const std::string& prefix) {
  const TokenDataset dataset(prefix);
  const double mean =
      static_cast<double>(dataset.num_tokens()) / static_cast<double>(std::max<int64_t>(1, dataset.num_sequences()));
  int64_t longest = 0;
  for (int64_t i = 0; i < dataset.num_sequences(); ++i) {
    longest = std::max<int64_t>(longest, dataset.sequence_length(i));
  }
  Sheet sheet(
      fmt::format("Megatron token file: {} tokens as {}", grouped(dataset.num_tokens()), type_name(dataset.type())));
  sheet.row("documents", grouped(dataset.num_documents()));
  sheet.row("sequences", fmt::format("{}, {:.0f} tokens on average, at most {}", grouped(dataset.num_sequences()), mean,
                                     grouped(longest)));
  sheet.row("files", fmt::format("{}.bin {}, {}.idx {}", std::filesystem::path(prefix).filename().string(),
                                 human_bytes(static_cast<double>(file_size(prefix + ".bin"))),
                                 std::filesystem::path(prefix).filename().string(),
                                 human_bytes(static_cast<double>(file_size(prefix + ".idx")))));
  Json data = Json::object();
  data["tokens"] = dataset.num_tokens();
  data["sequences"] = dataset.num_sequences();
  data["documents"] = dataset.num_documents();
  data["longest"] = longest;
  data["dtype"] = type_name(dataset.type());
  add_packing(prefix, sheet, data);
  add_first(dataset, sheet, data);
  return {"tokens", sheet.text(), std::move(data)};
}

Explanation explain_token_folder(const std::string& dir) {
  Json files = Json::array();
  int64_t total = 0;
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& name : list_files(dir)) {
    if (!name.ends_with(".idx")) {
      continue;
    }
    const std::string stem = name.substr(0, name.size() - 4);
    const TokenDataset dataset(dir + "/" + stem);
    total += dataset.num_tokens();
    rows.emplace_back(stem, fmt::format("{:>14} tokens  {:>10} documents", grouped(dataset.num_tokens()),
                                        grouped(dataset.num_documents())));
    Json row = Json::object();
    row["name"] = stem;
    row["tokens"] = dataset.num_tokens();
    row["documents"] = dataset.num_documents();
    files.push_back(std::move(row));
  }
  Sheet sheet(fmt::format("{}, {} tokens", counted(static_cast<int64_t>(rows.size()), "token file"), grouped(total)));
  for (auto& [name, value] : rows) {
    sheet.row(name, value);
  }
  Json data = Json::object();
  data["tokens"] = total;
  data["files"] = std::move(files);
  return {"tokens", sheet.text(), std::move(data)};
}

Explanation explain_ids(const std::string& path) {
  const std::string bytes = read_file(path);
  if (bytes.empty() || bytes.size() % sizeof(uint32_t) != 0) {
    throw input_error(
        fmt::format("neither a token file (there is no .idx beside it) nor uint32 ids: {} bytes", bytes.size()), path,
        "token files are PREFIX.bin with PREFIX.idx");
  }
  std::vector<uint32_t> ids(bytes.size() / sizeof(uint32_t));
  std::memcpy(ids.data(), bytes.data(), bytes.size());
  const uint32_t highest = *std::max_element(ids.begin(), ids.end());
  Sheet sheet(fmt::format("{} as raw uint32, what `smelt tokenizer encode` writes",
                          counted(static_cast<int64_t>(ids.size()), "id")));
  sheet.row("highest", grouped(highest));
  sheet.row("first", ids_text({ids.begin(), ids.end()}));
  Json data = Json::object();
  data["ids"] = static_cast<int64_t>(ids.size());
  data["highest"] = highest;
  return {"ids", sheet.text(), std::move(data)};
}

Explanation explain_array(const std::string& path) {
  const MappedFile file(path);
  const std::string_view bytes = file.bytes();
  const size_t size = bytes.size() < 10 ? 0 : static_cast<uint8_t>(bytes[8]) | static_cast<uint8_t>(bytes[9]) << 8;
  if (size == 0 || bytes[6] != 1 || bytes.size() < 10 + size) {
    throw input_error("a .npy array with a header that is cut short or of another version than 1.0", path,
                      "write it again");
  }
  const std::string header(trim(bytes.substr(10, size)));
  Sheet sheet(fmt::format("NumPy array, {}", human_bytes(static_cast<double>(bytes.size() - 10 - size))));
  sheet.row("header", excerpt(header, kShownText));
  if (header.find("'<i8'") != std::string::npos) {
    std::vector<int64_t> first(std::min(kShownIds, (bytes.size() - 10 - size) / sizeof(int64_t)));
    std::memcpy(first.data(), bytes.data() + 10 + size, first.size() * sizeof(int64_t));
    sheet.row("first", fmt::format("{} ...", fmt::join(first, " ")));
  }
  Json data = Json::object();
  data["header"] = header;
  data["bytes"] = static_cast<int64_t>(bytes.size() - 10 - size);
  return {"array", sheet.text(), std::move(data)};
}

}  // namespace smelt::cli
