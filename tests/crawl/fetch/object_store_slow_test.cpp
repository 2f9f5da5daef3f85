// Against moto, an S3 server on this machine (PyPI: moto[server]), where there is one.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "crawl/fetch/location.h"
#include "crawl/fetch/object_store.h"
#include "crawl/testing.h"
#include "support/run_program.h"

namespace smelt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class StoresEnd : public testing::Environment {
 public:
  void TearDown() override { close_object_stores(); }
};
const auto* const kStoresEnd = testing::AddGlobalTestEnvironment(new StoresEnd);

int free_port() {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof(address));
  socklen_t size = sizeof(address);
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  close(listener);
  return ntohs(address.sin_port);
}

class ObjectStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!path_exists(python_) || run_words({python_, "-c", "import moto.server, boto3, flask"}).exit_code != 0) {
      GTEST_SKIP() << "no moto[server] in " << SMELT_PEERS << "; `make peers` builds it";
    }
    const int port = free_port();
    const std::string url = "http://127.0.0.1:" + std::to_string(port);
    for (const auto& [name, value] :
         std::initializer_list<std::pair<const char*, std::string>>{{"AWS_ACCESS_KEY_ID", "test"},
                                                                    {"AWS_SECRET_ACCESS_KEY", "test"},
                                                                    {"AWS_REGION", "us-east-1"},
                                                                    {"AWS_DEFAULT_REGION", "us-east-1"},
                                                                    {"AWS_EC2_METADATA_DISABLED", "true"},
                                                                    {"AWS_ENDPOINT_URL", url}}) {
      setenv(name, value.c_str(), 1);
    }
    server_ = std::make_unique<ChildProgram>(std::vector<std::string>{
        python_, "-c", "import sys; from moto.server import main; main(['-H', '127.0.0.1', '-p', sys.argv[1]])",
        std::to_string(port)});
    const ProgramResult filled = run_words({python_, "-c", kFill, folder_.path(), url});
    ASSERT_EQ(filled.exit_code, 0) << filled.err << server_->err();
  }

  void put(const std::string& key, const std::string& bytes) {
    const std::string path = folder_.file("object");
    write_file(path, bytes);
    const ProgramResult result = run_words({python_, "-c", kPut, path, key});
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }

  static constexpr const char* kFill =
      "import sys, time, urllib.request\n"
      "for i in range(100):\n"
      "    try:\n"
      "        urllib.request.urlopen(sys.argv[2] + '/moto-api/').read()\n"
      "        break\n"
      "    except OSError:\n"
      "        time.sleep(0.1)\n"
      "import boto3\n"
      "boto3.client('s3').create_bucket(Bucket='crawl')\n";
  static constexpr const char* kPut =
      "import sys, boto3\n"
      "boto3.client('s3').put_object(Bucket='crawl', Key=sys.argv[2], Body=open(sys.argv[1], 'rb').read())\n";

  const std::string python_ = SMELT_PEERS "/bin/python";
  TemporaryDirectory folder_;
  std::unique_ptr<ChildProgram> server_;
};

TEST_F(ObjectStoreTest, ReadsObjectsFoldersPatternsAndLists) {
  for (const char* name : {"a", "b"}) {
    put("crawl-data/one/" + std::string(name) + ".warc.gz", gzip(warc_record(name, http_message("<p>page"))));
  }
  put("crawl-data/two/c.warc.gz", gzip(warc_record("c", http_message("<p>page"))));
  put("crawl-data/two/readme.txt", "no archive");
  put("crawl-data/warc.paths.gz", gzip("crawl-data/two/c.warc.gz\ncrawl-data/one/a.warc.gz\n"));
  EXPECT_THAT(read_pages({"s3://crawl/crawl-data/one/b.warc.gz"}).ids(), ElementsAre("urn:b"));
  EXPECT_THAT(read_pages({"s3://crawl/crawl-data/"}).ids(), ElementsAre("urn:a", "urn:b", "urn:c"));
  EXPECT_THAT(read_pages({"s3://crawl/crawl-data/one/*.warc.gz"}).ids(), ElementsAre("urn:a", "urn:b"));
  EXPECT_THAT(read_pages({"s3://crawl/crawl-data/*/c.warc.gz"}).ids(), ElementsAre("urn:c"));
  EXPECT_THAT(read_pages({"s3://crawl/crawl-data/warc.paths.gz"}).ids(), ElementsAre("urn:c", "urn:a"));
  write_file(folder_.file("mine.paths"), "crawl-data/two/c.warc.gz\n");
  SourceOptions options;
  options.list_prefix = "s3://crawl/";
  EXPECT_THAT(read_pages({folder_.file("mine.paths")}, options).ids(), ElementsAre("urn:c"));
}

TEST_F(ObjectStoreTest, ReadsObjectsOfManyRangesByteForByte) {
  std::string bytes(20 << 20, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(i * i >> 7);
  }
  put("big", bytes);
  const auto source = open_location("s3://crawl/big");
  std::string out;
  std::string buffer(1 << 20, '\0');
  while (const size_t count = source->read(buffer.data(), buffer.size())) {
    out.append(buffer, 0, count);
  }
  EXPECT_TRUE(out == bytes);
}

TEST_F(ObjectStoreTest, SaysWhatIsMissing) {
  const auto message = [](const std::string& address) -> std::string {
    try {
      open_location(address);
    } catch (const UserError& error) {
      EXPECT_EQ(error.code(), ExitCode::kInput) << error.what();
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(message("s3://crawl/nowhere.warc.gz"), HasSubstr("there is no such object"));
  EXPECT_THAT(message("s3://no-such-bucket/x.warc.gz"), HasSubstr("s3://no-such-bucket/x.warc.gz"));
}

}  // namespace
}  // namespace smelt
