#include "tokens/token_dataset.h"

#include <cstring>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "support/temporary_directory.h"

namespace smelt {
namespace {

using testing::HasSubstr;

std::string example(const TemporaryDirectory& dir, TokenType type = TokenType::kUint16) {
  const std::string prefix = dir.file("example");
  TokenDatasetWriter writer(prefix, type);
  writer.add_document(std::vector<uint32_t>{5, 6, 7});
  writer.add_document({});
  writer.add_document(std::vector<uint32_t>{1000});
  writer.commit();
  return prefix;
}

std::string little_endian(uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) {
    out += static_cast<char>(value >> (8 * i));
  }
  return out;
}

TEST(TokenDataset, WritesMegatronsBytes) {
  const TemporaryDirectory dir;
  const std::string prefix = example(dir);
  std::string index("MMIDIDX\0\0", 9);
  index += little_endian(1, 8) + little_endian(8, 1) + little_endian(2, 8) + little_endian(4, 8);
  index += little_endian(3, 4) + little_endian(1, 4);                                              // lengths
  index += little_endian(0, 8) + little_endian(6, 8);                                              // places
  index += little_endian(0, 8) + little_endian(1, 8) + little_endian(1, 8) + little_endian(2, 8);  // documents
  EXPECT_EQ(read_file(prefix + ".idx"), index);
  EXPECT_EQ(read_file(prefix + ".bin"),
            little_endian(5, 2) + little_endian(6, 2) + little_endian(7, 2) + little_endian(1000, 2));
}

TEST(TokenDataset, TypeFollowsMegatronsBuilder) {
  EXPECT_EQ(token_type_for(65499), TokenType::kUint16);
  EXPECT_EQ(token_type_for(65500), TokenType::kInt32);
}

TEST(TokenDataset, ReadsBackEveryType) {
  for (const TokenType type : {TokenType::kInt16, TokenType::kInt32, TokenType::kInt64, TokenType::kUint16}) {
    const TemporaryDirectory dir;
    const TokenDataset dataset(example(dir, type));
    EXPECT_EQ(dataset.num_sequences(), 2);
    EXPECT_EQ(dataset.num_documents(), 3);
    EXPECT_EQ(dataset.num_tokens(), 4);
    EXPECT_EQ(dataset.sequence(0), (std::vector<int32_t>{5, 6, 7}));
    EXPECT_EQ(dataset.sequence(1), (std::vector<int32_t>{1000}));
    EXPECT_EQ(dataset.document_begin(1), dataset.document_begin(2));
    int32_t last = 0;
    dataset.read(0, 2, {&last, 1});
    EXPECT_EQ(last, 7);
  }
}

TEST(TokenDataset, AppendEqualsWritingInOneGo) {
  const TemporaryDirectory dir;
  const std::string prefix = example(dir);
  TokenDatasetWriter twice(dir.file("twice"), TokenType::kUint16);
  twice.append(TokenDataset(prefix));
  twice.append(TokenDataset(prefix));
  twice.commit();
  TokenDatasetWriter direct(dir.file("direct"), TokenType::kUint16);
  for (int i = 0; i < 2; ++i) {
    direct.add_document(std::vector<uint32_t>{5, 6, 7});
    direct.add_document({});
    direct.add_document(std::vector<uint32_t>{1000});
  }
  direct.commit();
  EXPECT_EQ(read_file(dir.file("twice.idx")), read_file(dir.file("direct.idx")));
  EXPECT_EQ(read_file(dir.file("twice.bin")), read_file(dir.file("direct.bin")));
}

TEST(TokenDataset, ATokenThatDoesNotFitIsRefused) {
  const TemporaryDirectory dir;
  TokenDatasetWriter writer(dir.file("x"), TokenType::kUint16);
  EXPECT_THROW(writer.add_document(std::vector<uint32_t>{65536}), UserError);
}

class Damage : public testing::Test {
 protected:
  std::string error_after(const std::function<void(std::string& index, std::string& tokens)>& damage) {
    const TemporaryDirectory dir;
    const std::string prefix = example(dir);
    std::string index = read_file(prefix + ".idx");
    std::string tokens = read_file(prefix + ".bin");
    damage(index, tokens);
    write_file(prefix + ".idx", index);
    write_file(prefix + ".bin", tokens);
    try {
      const TokenDataset dataset(prefix);
    } catch (const UserError& error) {
      EXPECT_EQ(error.code(), ExitCode::kInput);
      EXPECT_THAT(error.what(), HasSubstr("example.idx"));
      EXPECT_FALSE(error.cure().empty());
      return error.what();
    }
    return "no error";
  }
  static void put(std::string& bytes, size_t at, uint64_t value, int width) {
    const std::string little = little_endian(value, width);
    bytes.replace(at, little.size(), little);
  }
};

TEST_F(Damage, EveryFieldIsChecked) {
  EXPECT_EQ(error_after([](std::string&, std::string&) {}), "no error");
  EXPECT_THAT(error_after([](std::string& i, std::string&) { i[0] = 'X'; }), HasSubstr("MMIDIDX"));
  EXPECT_THAT(error_after([](std::string& i, std::string&) { i.resize(20); }), HasSubstr("header"));
  EXPECT_THAT(error_after([](std::string& i, std::string&) { put(i, 9, 2, 8); }), HasSubstr("version 2"));
  EXPECT_THAT(error_after([](std::string& i, std::string&) { put(i, 17, 7, 1); }), HasSubstr("type code 7"));
  EXPECT_THAT(error_after([](std::string& i, std::string&) { put(i, 18, UINT64_MAX, 8); }), HasSubstr("do not fit"));
  EXPECT_THAT(error_after([](std::string& i, std::string&) { put(i, 26, 0, 8); }), HasSubstr("do not fit"));
  EXPECT_THAT(error_after([](std::string& i, std::string&) { put(i, 26, UINT64_MAX / 8, 8); }),
              HasSubstr("do not fit"));
  EXPECT_THAT(error_after([](std::string& i, std::string&) { put(i, 26, 3, 8); }), HasSubstr("need"));
  EXPECT_THAT(error_after([](std::string& i, std::string&) { i += 'x'; }), HasSubstr("need"));
  EXPECT_THAT(error_after([](std::string& i, std::string&) { put(i, 34, 0x80000000, 4); }), HasSubstr("sequence 0"));
  EXPECT_THAT(error_after([](std::string& i, std::string&) { put(i, 50, UINT64_MAX, 8); }), HasSubstr("sequence 1"));
  EXPECT_THAT(error_after([](std::string& i, std::string&) { put(i, 50, 7, 8); }), HasSubstr("sequence 1"));
  EXPECT_THAT(error_after([](std::string&, std::string& t) { t.resize(7); }), HasSubstr("sequence 1"));
  EXPECT_THAT(error_after([](std::string& i, std::string&) { put(i, 58, 1, 8); }), HasSubstr("document 0"));
  EXPECT_THAT(error_after([](std::string& i, std::string&) { put(i, 74, 0, 8); }), HasSubstr("document 2"));
  EXPECT_THAT(error_after([](std::string& i, std::string&) { put(i, 82, 1, 8); }), HasSubstr("end at sequence 1"));
}

TEST_F(Damage, ModesOfMultimodalSetsAreAccepted) {
  EXPECT_EQ(error_after([](std::string& i, std::string&) { i += "\1\1"; }), "no error");
}

TEST_F(Damage, AMissingFileIsNamed) {
  const TemporaryDirectory dir;
  try {
    const TokenDataset dataset(dir.file("none"));
    FAIL();
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("none.idx"));
  }
}

}  // namespace
}  // namespace smelt
