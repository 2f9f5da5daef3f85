// Any bytes as PREFIX.idx, PREFIX.bin, PREFIX.pack and an index array: an error that names the file, or data that can
// be read to the last token.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <vector>

#include "base/error.h"
#include "bytes.h"
#include "tokens/npy.h"
#include "tokens/pack/packed_dataset.h"
#include "tokens/samples.h"
#include "tokens/token_dataset.h"

namespace {

struct Place {
  Place() {
    std::string name = (std::filesystem::temp_directory_path() / "smelt-fuzz-XXXXXX").string();
    SMELT_CHECK(mkdtemp(name.data()) != nullptr);
    prefix = name + "/x";
  }
  ~Place() {
    std::error_code error;
    std::filesystem::remove_all(std::filesystem::path(prefix).parent_path(), error);
  }
  void put(const char* ending, std::string_view bytes) const {  // plain: a fuzzer does not wait for fsync
    std::FILE* file = std::fopen((prefix + ending).c_str(), "wb");
    SMELT_CHECK(file != nullptr);
    std::fwrite(bytes.data(), 1, bytes.size(), file);
    std::fclose(file);
  }
  std::string prefix;
};

// The next piece: its length is a byte of the input, in units of 8 bytes.
std::string_view take(std::string_view& bytes) {
  if (bytes.empty()) {
    return {};
  }
  const size_t length = std::min<size_t>(static_cast<uint8_t>(bytes[0]) * size_t{8}, bytes.size() - 1);
  const std::string_view out = bytes.substr(1, length);
  bytes.remove_prefix(1 + length);
  return out;
}

template <class Read>
void allow_named_errors(const std::string& prefix, const Read& read) {
  try {
    read();
  } catch (const smelt::UserError& error) {
    SMELT_CHECK(error.where().starts_with(prefix) && !error.cure().empty());
  }
}

void read_dataset(const std::string& prefix) {
  const auto dataset = std::make_shared<const smelt::TokenDataset>(prefix);
  for (int64_t i = 0; i < dataset->num_sequences(); ++i) {
    SMELT_CHECK(static_cast<int64_t>(dataset->sequence(i).size()) == dataset->sequence_length(i));
  }
  for (int64_t i = 0; i <= dataset->num_documents(); ++i) {
    SMELT_CHECK(dataset->document_begin(i) <= dataset->num_sequences());
  }
  if (dataset->num_tokens() > 3) {
    const smelt::SampleStream stream({{"x", dataset}}, smelt::Blend{}, 3, 1, 8);
    std::vector<int32_t> sample(4);
    for (int64_t i = 0; i < stream.size(); ++i) {
      stream.read(i, sample);
    }
  }
}

void read_packed(const std::string& prefix) {
  const smelt::PackedDataset packed(prefix);
  std::vector<int32_t> tokens(static_cast<size_t>(packed.window()));
  std::vector<uint8_t> trained(tokens.size());
  for (int64_t w = 0; w < packed.num_windows(); ++w) {
    packed.read(w, tokens);
    packed.read_trained(w, trained);
    SMELT_CHECK(packed.boundaries(w).back() <= packed.window());
    SMELT_CHECK(packed.inputs(w).size() + 1 == packed.boundaries(w).size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Place place;
  std::string_view bytes = smelt::fuzz_bytes(data, size);
  // Magic numbers are given, or nothing would get past them.
  place.put(".idx", std::string("MMIDIDX\0\0\1\0\0\0\0\0\0\0", 17) + std::string(take(bytes)));
  place.put(".pack", "SMELTPK1" + std::string(take(bytes)));
  place.put(".npy", std::string("\x93NUMPY\x01\x00", 8) + std::string(take(bytes)));
  place.put(".bin", bytes);
  allow_named_errors(place.prefix, [] { read_dataset(place.prefix); });
  allow_named_errors(place.prefix, [] { read_packed(place.prefix); });
  allow_named_errors(place.prefix, [] {
    const smelt::NpyArray array(place.prefix + ".npy");
    for (int64_t i = 0; i < array.size(); ++i) {
      array.at(i);
    }
  });
  return 0;
}
