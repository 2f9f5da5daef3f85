// The catalogue of runs: runs/catalogue.sqlite, an index over runs/*/run.json (which stay the truth and from which it
// can be rebuilt).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/json.h"

namespace smelt {

struct RunRow {
  std::string name;
  std::string status;   // running, done, failed, preempted
  std::string started;  // ISO 8601, UTC
  double seconds = 0;
  std::string recipe_hash;
  Json summary;  // headline figures: pages, documents, tokens, loss, bits_per_byte
};

class Catalogue {
 public:
  explicit Catalogue(const std::string& runs_dir);  // creates the file where absent
  ~Catalogue();
  void put(const RunRow& row);       // insert or replace by name
  std::vector<RunRow> list() const;  // newest first
  // Index again from every run.json below the folder; returns how many were found.
  int64_t rebuild();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace smelt
