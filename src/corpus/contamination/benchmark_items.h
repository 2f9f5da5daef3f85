// Reading the texts of benchmarks, for decontamination.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/input_files.h"

namespace smelt {

// One text of one item: its question, its answer, one of its choices.
struct BenchmarkText {
  std::string benchmark;  // folder and name of the file: "gsm8k/test"
  std::string item;       // its id, task_id, question_id or idx; else the number of its line, row or element
  std::string field;      // "question", "choices.text"; empty in plain text
  std::string text;
};

// Every text of the files, in order. Formats: Parquet by its magic bytes; JSONL (plain, gzip, zstd), a JSON array, one
// JSON object; anything else is plain text whose items are paragraphs (apart by a blank line). `fields` names the keys
// or columns to take, with dots for nested ones; all strings below a key are taken. Empty: every string of an item.
// Nested columns of Parquet are not read. Throws UserError(kInput) where a file cannot be read, is no such format, or
// has none of the fields.
void read_benchmarks(const std::vector<InputFile>& files, const std::vector<std::string>& fields,
                     const std::function<void(const BenchmarkText&)>& take);

}  // namespace smelt
