#include "tokens/token_dataset.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include <fmt/core.h>

#include "base/error.h"

namespace smelt {
namespace {

static_assert(std::endian::native == std::endian::little, "token datasets are read in place");

constexpr std::string_view kMagic("MMIDIDX\0\0", 9);
constexpr size_t kHeaderBytes = 34;

template <class T>
T load_at(std::string_view bytes, size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

template <class T>
void append_value(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

bool is_known(uint8_t type) {
  return (type >= 1 && type <= 5) || type == 8;
}

template <class T>
void append_narrow(std::span<const uint32_t> tokens, std::string& out) {
  const size_t at = out.size();
  out.resize(at + tokens.size() * sizeof(T));
  char* to = out.data() + at;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const auto value = static_cast<T>(tokens[i]);
    std::memcpy(to + i * sizeof(T), &value, sizeof(T));
  }
}

// A plain loop over restricted pointers of known types is what compilers turn into vector code.
template <class T>
void widen(const char* from, std::span<int32_t> out) {
  int32_t* __restrict to = out.data();
  const char* __restrict bytes = from;
  const size_t count = out.size();
  for (size_t i = 0; i < count; ++i) {
    T value;
    std::memcpy(&value, bytes + i * sizeof(T), sizeof(T));
    to[i] = static_cast<int32_t>(value);  // NOLINT(bugprone-signed-char-misuse): int8 is a type of tokens
  }
}

uint32_t highest_token(TokenType type) {
  switch (type) {
    case TokenType::kUint8:
      return UINT8_MAX;
    case TokenType::kInt8:
      return INT8_MAX;
    case TokenType::kInt16:
      return INT16_MAX;
    case TokenType::kUint16:
      return UINT16_MAX;
    case TokenType::kInt32:
    case TokenType::kInt64:
      return INT32_MAX;
  }
  return 0;
}

}  // namespace

int token_bytes(TokenType type) {
  switch (type) {
    case TokenType::kUint8:
    case TokenType::kInt8:
      return 1;
    case TokenType::kInt16:
    case TokenType::kUint16:
      return 2;
    case TokenType::kInt32:
      return 4;
    case TokenType::kInt64:
      return 8;
  }
  return 0;
}

TokenType token_type_for(uint32_t vocab_size) {
  constexpr uint32_t kUint16Below = 65500;  // Megatron's builder
  return vocab_size < kUint16Below ? TokenType::kUint16 : TokenType::kInt32;
}

void append_raw_tokens(std::span<const uint32_t> tokens, TokenType type, std::string& out, const std::string& where) {
  uint32_t highest = 0;
  for (const uint32_t token : tokens) {
    highest = std::max(highest, token);
  }
  if (const uint32_t limit = highest_token(type); highest > limit) {
    throw input_error(fmt::format("token {} does not fit the type of the dataset, which ends at {}", highest, limit),
                      where, "build it with the vocabulary size of the tokenizer");
  }
  switch (token_bytes(type)) {
    case 1:
      return append_narrow<uint8_t>(tokens, out);
    case 2:
      return append_narrow<uint16_t>(tokens, out);
    case 4:
      return append_narrow<uint32_t>(tokens, out);
    default:
      return append_narrow<uint64_t>(tokens, out);
  }
}

TokenDataset::TokenDataset(const std::string& prefix) : prefix_(prefix) {
  for (const char* ending : {".idx", ".bin"}) {
    if (!path_exists(prefix + ending)) {
      throw input_error("no such file", prefix + ending, "name the dataset without .bin or .idx, as PREFIX");
    }
  }
  index_ = MappedFile(prefix + ".idx");
  tokens_ = MappedFile(prefix + ".bin");
  check_header();
  check_sequences();
  check_documents();
}

void TokenDataset::damaged(const std::string& what) const {
  throw input_error(what, prefix_ + ".idx", "build the dataset again with `smelt tokens build`");
}

void TokenDataset::check_header() {
  const std::string_view bytes = index_.bytes();
  if (bytes.size() < kHeaderBytes) {
    damaged(fmt::format("{} bytes are too few for a header of {}", bytes.size(), kHeaderBytes));
  }
  if (bytes.substr(0, kMagic.size()) != kMagic) {
    damaged("does not begin with MMIDIDX: no Megatron index");
  }
  if (const auto version = load_at<uint64_t>(bytes, 9); version != 1) {
    damaged(fmt::format("version {} is not supported, only 1", version));
  }
  const auto type = load_at<uint8_t>(bytes, 17);
  if (!is_known(type)) {
    damaged(fmt::format("type code {} is not an integer type", type));
  }
  type_ = static_cast<TokenType>(type);
  const auto sequences = load_at<uint64_t>(bytes, 18);
  const auto boundaries = load_at<uint64_t>(bytes, 26);
  const uint64_t rest = bytes.size() - kHeaderBytes;
  if (boundaries == 0 || sequences > rest / 12 || boundaries > rest / 8) {
    damaged(fmt::format("{} sequences and {} document boundaries do not fit into {} bytes", sequences, boundaries,
                        bytes.size()));
  }
  const uint64_t needed = sequences * 12 + boundaries * 8;
  if (rest != needed && rest != needed + sequences) {  // the latter: with modes
    damaged(fmt::format("is {} bytes long, {} sequences and {} documents need {}", bytes.size(), sequences,
                        boundaries - 1, kHeaderBytes + needed));
  }
  num_sequences_ = static_cast<int64_t>(sequences);
  num_documents_ = static_cast<int64_t>(boundaries) - 1;
}

void TokenDataset::check_sequences() {
  const auto size = static_cast<uint64_t>(tokens_.bytes().size());
  const auto width = static_cast<uint64_t>(token_bytes(type_));
  for (int64_t i = 0; i < num_sequences_; ++i) {
    const int64_t length = sequence_length(i);
    const int64_t at = place(i);
    if (length < 0 || at < 0 || static_cast<uint64_t>(at) > size ||
        static_cast<uint64_t>(length) > (size - static_cast<uint64_t>(at)) / width) {
      damaged(fmt::format("sequence {} ({} tokens at byte {}) lies outside the .bin file of {} bytes", i, length, at,
                          size));
    }
    num_tokens_ += length;
  }
}

void TokenDataset::check_documents() const {
  int64_t previous = 0;
  for (int64_t d = 0; d <= num_documents_; ++d) {
    const int64_t begin = document_begin(d);
    if (begin < previous || begin > num_sequences_ || (d == 0 && begin != 0)) {
      damaged(fmt::format("document {} begins at sequence {}, after {} of {}", d, begin, previous, num_sequences_));
    }
    previous = begin;
  }
  if (previous != num_sequences_) {
    damaged(fmt::format("the documents end at sequence {} of {}", previous, num_sequences_));
  }
}

int32_t TokenDataset::sequence_length(int64_t sequence) const {
  return load_at<int32_t>(index_.bytes(), kHeaderBytes + static_cast<size_t>(sequence) * 4);
}

int64_t TokenDataset::place(int64_t sequence) const {
  return load_at<int64_t>(index_.bytes(), kHeaderBytes + static_cast<size_t>(num_sequences_ * 4 + sequence * 8));
}

int64_t TokenDataset::document_begin(int64_t document) const {
  return load_at<int64_t>(index_.bytes(), kHeaderBytes + static_cast<size_t>(num_sequences_ * 12 + document * 8));
}

std::string_view TokenDataset::raw_tokens(int64_t sequence) const {
  const auto bytes = static_cast<size_t>(sequence_length(sequence)) * static_cast<size_t>(token_bytes(type_));
  return tokens_.bytes().substr(static_cast<size_t>(place(sequence)), bytes);
}

void TokenDataset::read(int64_t sequence, int64_t offset, std::span<int32_t> out) const {
  SMELT_CHECK(offset >= 0 && static_cast<int64_t>(out.size()) <= sequence_length(sequence) - offset);
  const char* from = tokens_.bytes().data() + place(sequence) + offset * token_bytes(type_);
  switch (type_) {
    case TokenType::kUint8:
      return widen<uint8_t>(from, out);
    case TokenType::kInt8:
      return widen<int8_t>(from, out);
    case TokenType::kInt16:
      return widen<int16_t>(from, out);
    case TokenType::kUint16:
      return widen<uint16_t>(from, out);
    case TokenType::kInt32:
      std::memcpy(out.data(), from, out.size_bytes());
      return;
    case TokenType::kInt64:
      break;
  }
  for (size_t i = 0; i < out.size(); ++i) {
    int64_t value = 0;
    std::memcpy(&value, from + i * 8, 8);
    if (value < INT32_MIN || value > INT32_MAX) {
      throw input_error(fmt::format("sequence {} holds the token {}, beyond 32 bits", sequence, value),
                        prefix_ + ".bin", "build the dataset again with `smelt tokens build`");
    }
    out[i] = static_cast<int32_t>(value);  // NOLINT(bugprone-signed-char-misuse): int8 is a type of tokens
  }
}

std::vector<int32_t> TokenDataset::sequence(int64_t sequence) const {
  std::vector<int32_t> out(static_cast<size_t>(sequence_length(sequence)));
  read(sequence, 0, out);
  return out;
}

TokenDatasetWriter::TokenDatasetWriter(const std::string& prefix, TokenType type)
    : prefix_(prefix), type_(type), tokens_(prefix + ".bin") {}

void TokenDatasetWriter::add_document(std::span<const uint32_t> tokens) {
  buffer_.clear();
  append_raw_tokens(tokens, type_, buffer_, prefix_ + ".bin");
  const auto length = static_cast<int64_t>(tokens.size());
  add_documents(buffer_, {&length, 1});
}

void TokenDatasetWriter::add_documents(std::string_view raw, std::span<const int64_t> lengths) {
  for (const int64_t length : lengths) {
    if (length > INT32_MAX) {
      throw input_error(fmt::format("a document of {} tokens is too long for the format", length), prefix_ + ".bin",
                        "split the document");
    }
    if (length > 0) {
      lengths_.push_back(static_cast<int32_t>(length));
      num_tokens_ += length;
    }
    documents_.push_back(static_cast<int64_t>(lengths_.size()));
  }
  tokens_.write(raw);
}

void TokenDatasetWriter::append(const TokenDataset& dataset) {
  SMELT_CHECK(dataset.type() == type_);
  const auto before = static_cast<int64_t>(lengths_.size());
  for (int64_t i = 0; i < dataset.num_sequences(); ++i) {
    tokens_.write(dataset.raw_tokens(i));
    lengths_.push_back(dataset.sequence_length(i));
  }
  for (int64_t d = 1; d <= dataset.num_documents(); ++d) {
    documents_.push_back(before + dataset.document_begin(d));
  }
  num_tokens_ += dataset.num_tokens();
}

void TokenDatasetWriter::commit() {
  AtomicFile index(prefix_ + ".idx");
  std::string header(kMagic);
  append_value<uint64_t>(header, 1);
  append_value<uint8_t>(header, static_cast<uint8_t>(type_));
  append_value<uint64_t>(header, lengths_.size());
  append_value<uint64_t>(header, documents_.size());
  index.write(header);
  index.write({reinterpret_cast<const char*>(lengths_.data()), lengths_.size() * sizeof(int32_t)});
  int64_t at = 0;
  for (const int32_t length : lengths_) {
    index.write({reinterpret_cast<const char*>(&at), sizeof(at)});
    at += static_cast<int64_t>(length) * token_bytes(type_);
  }
  index.write({reinterpret_cast<const char*>(documents_.data()), documents_.size() * sizeof(int64_t)});
  tokens_.commit();
  index.commit();
}

}  // namespace smelt
