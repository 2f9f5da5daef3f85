#include "corpus/dedup/options.h"

namespace smelt {

MinHashShape DedupOptions::shape() const {
  MinHashShape shape;
  if (preset == "fineweb") {
    shape = {.unit = ShingleUnit::kWords, .shingle = 5, .bands = 14, .rows = 8};
  }
  if (unit != "preset") {
    shape.unit = unit == "words" ? ShingleUnit::kWords : ShingleUnit::kCharacters;
  }
  shape.shingle = shingle > 0 ? shingle : shape.shingle;
  shape.bands = bands > 0 ? bands : shape.bands;
  shape.rows = rows > 0 ? rows : shape.rows;
  shape.seed = static_cast<uint64_t>(seed);
  return shape;
}

double DedupOptions::threshold() const {
  const MinHashShape used = shape();
  return verify > 0 ? verify : std::pow(1.0 / static_cast<double>(used.bands), 1.0 / static_cast<double>(used.rows));
}

}  // namespace smelt
