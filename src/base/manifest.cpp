#include "base/manifest.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"

namespace smelt {

namespace {

constexpr const char* kTelemetryFolder = "telemetry/";  // wall times, which differ between equal runs

}  // namespace

std::string Manifest::digest() const {
  Hasher hasher;
  hasher.update(stage + "\n" + key + "\n");
  for (const auto& file : files) {
    if (file.path.starts_with(kTelemetryFolder)) {
      continue;
    }
    hasher.update(fmt::format("{} {} {}\n", file.path, file.size, file.xxh3));
  }
  return hasher.digest().hex();
}

std::vector<ManifestFile> hash_directory(const std::string& dir) {
  std::vector<ManifestFile> out;
  for (const auto& path : list_files(dir)) {
    if (path == kManifestName) {
      continue;
    }
    const std::string whole = dir + "/" + path;
    out.push_back({path, file_size(whole), hash_file(whole).hex()});
  }
  return out;
}

void write_manifest(const std::string& dir, const Manifest& manifest) {
  Json json = Json::object();
  json["stage"] = manifest.stage;
  json["key"] = manifest.key;
  json["digest"] = manifest.digest();
  json["settings"] = manifest.settings;
  json["inputs"] = manifest.inputs;
  json["counts"] = manifest.counts;
  json["seconds"] = manifest.seconds;
  Json files = Json::array();
  for (const auto& file : manifest.files) {
    Json entry = Json::object();
    entry["path"] = file.path;
    entry["size"] = file.size;
    entry["xxh3"] = file.xxh3;
    files.push_back(std::move(entry));
  }
  json["files"] = std::move(files);
  write_file(dir + "/" + kManifestName, json.dump(1) + "\n");
}

bool has_manifest(const std::string& dir) {
  return path_exists(dir + "/" + kManifestName);
}

Manifest read_manifest(const std::string& dir) {
  const std::string path = dir + "/" + kManifestName;
  const Json json = Json::load(path);
  try {
    Manifest manifest;
    manifest.stage = json.at("stage").as_string();
    manifest.key = json.at("key").as_string();
    manifest.settings = json.at("settings");
    manifest.inputs = json.at("inputs");
    manifest.counts = json.at("counts");
    manifest.seconds = json.get("seconds", 0.0);
    for (const auto& entry : json.at("files").as_array()) {
      const int64_t size = entry.at("size").as_int();
      manifest.files.push_back(
          {entry.at("path").as_string(), static_cast<uint64_t>(size < 0 ? 0 : size), entry.at("xxh3").as_string()});
    }
    return manifest;
  } catch (const UserError& error) {
    throw input_error(error.message(), path, "the manifest is damaged: remove the folder and run again");
  }
}

std::string folder_digest(const std::string& dir) {
  if (has_manifest(dir)) {
    return read_manifest(dir).digest();
  }
  Manifest manifest;
  manifest.files = hash_directory(dir);
  return manifest.digest();
}

std::string verify_manifest(const std::string& dir, const Manifest& manifest, bool deep) {
  for (const auto& file : manifest.files) {
    const std::string path = dir + "/" + file.path;
    if (!path_exists(path)) {
      return path + " is missing";
    }
    if (file_size(path) != file.size) {
      return fmt::format("{}: {} bytes, the manifest says {}", path, file_size(path), file.size);
    }
    if (deep && hash_file(path).hex() != file.xxh3) {
      return path + ": the content differs from the manifest's checksum";
    }
  }
  return {};
}

}  // namespace smelt
