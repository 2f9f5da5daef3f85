// A manifest says what a folder must hold: every file with its size and XXH3-128, how it was made and from what.
//
// manifest.json is written last, so a folder that has one is complete.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace smelt {

struct ManifestFile {
  std::string path;  // relative to the folder, '/' between parts
  uint64_t size = 0;
  std::string xxh3;  // 32 hex digits
};

struct Manifest {
  std::string stage;   // which stage made the folder
  std::string key;     // hash of stage version, settings and inputs: equal key, equal bytes
  Json settings;       // resolved options
  Json inputs;         // name -> digest
  Json counts;         // what the stage counted
  double seconds = 0;  // wall time (not part of any hash)
  std::vector<ManifestFile> files;

  // Over stage, key and files but those in telemetry/: what a later stage names as its input.
  std::string digest() const;
};

constexpr const char* kManifestName = "manifest.json";

// Hashes every file below `dir` but the manifest itself.
std::vector<ManifestFile> hash_directory(const std::string& dir);
void write_manifest(const std::string& dir, const Manifest& manifest);
bool has_manifest(const std::string& dir);
Manifest read_manifest(const std::string& dir);  // throws UserError(kInput)
// A folder's identity: its manifest's digest, or that of its files where it has none.
std::string folder_digest(const std::string& dir);
// First problem found ("corpus/part-00003.jsonl.zst: 812 bytes, manifest says 1,024"), empty when all is well. `deep`
// compares hashes too.
std::string verify_manifest(const std::string& dir, const Manifest& manifest, bool deep);

}  // namespace smelt
