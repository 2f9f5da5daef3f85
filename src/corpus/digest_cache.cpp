#include "corpus/digest_cache.h"

#include <chrono>
#include <filesystem>

#include <fmt/format.h>

#include "base/files.h"
#include "base/hash.h"
#include "base/json.h"
#include "crawl/fetch/location.h"

namespace smelt {

namespace {

std::map<std::string, std::string> load(const std::string& path) {
  std::map<std::string, std::string> known;
  if (!path.empty() && path_exists(path)) {
    const Result<Json> json = Json::parse(read_file(path));
    for (const auto& [stamp, digest] :
         json.ok() && json.value().is_object() ? json.value().as_object() : Json::Object()) {
      known[stamp] = digest.is_string() ? digest.as_string() : "";
    }
  }
  return known;
}

// Names, sizes and times of a shard's files.
class Stamp {
 public:
  void add(const std::string& path, const std::string& name) {
    std::error_code error;
    const auto time = std::filesystem::last_write_time(path, error);
    // The time of a file that was changed just now would not tell another change from that one.
    certain_ = certain_ && !error && now_ - time >= std::chrono::seconds(2);
    if (certain_) {
      hasher_.update(fmt::format("{}\n{}\n{}\n{}\n", path, name, file_size(path), time.time_since_epoch().count()));
    }
  }
  std::string text() const { return certain_ ? hasher_.digest().hex() : std::string(); }

 private:
  std::filesystem::file_time_type now_ = std::filesystem::file_time_type::clock::now();
  Hasher hasher_;
  bool certain_ = true;
};

}  // namespace

DigestCache::DigestCache(std::string path) : path_(std::move(path)), known_(load(path_)) {}

std::string DigestCache::digest(const PageShard& shard, bool only_known) {
  if (is_remote(shard.files[0].path)) {
    return shard_digest(shard);
  }
  Stamp stamp;
  for (const PageShard::File& file : shard.files) {
    stamp.add(file.path, file.id);
  }
  return digest(shard, stamp.text(), only_known);
}

std::string DigestCache::digest(const CodeShard& shard, bool only_known) {
  Stamp stamp;
  for (const auto* files : {&shard.files, &shard.licenses}) {
    for (const CodeShard::File& file : *files) {
      stamp.add(file.place, file.repository + "\n" + file.path);
    }
  }
  return digest(shard, stamp.text(), only_known);
}

void DigestCache::save() const {
  if (!changed_) {
    return;
  }
  Json::Object members;
  for (const auto& [stamp, digest] : known_) {
    members.emplace_back(stamp, digest);
  }
  write_file(path_, Json(std::move(members)).dump() + "\n");
}

template <class Shard>
std::string DigestCache::digest(const Shard& shard, const std::string& stamp, bool only_known) {
  const std::string key = path_.empty() ? std::string() : stamp;
  if (const auto found = known_.find(key); found != known_.end()) {
    return found->second;
  }
  missing_ = true;
  if (only_known) {
    return {};
  }
  std::string digest = shard_digest(shard);
  if (!key.empty()) {
    known_[key] = digest;
    changed_ = true;
  }
  return digest;
}

}  // namespace smelt
