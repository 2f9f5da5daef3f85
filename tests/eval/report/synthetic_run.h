// A run folder made up for the tests of the report, with hostile text wherever text can come in.
#pragma once

#include <cmath>
#include <string>

#include <fmt/core.h>

#include "base/files.h"
#include "base/json.h"
#include "base/stream.h"
#include "eval/byte_tokenizer.h"
#include "tokens/token_dataset.h"

namespace smelt {

inline const std::string kHostile =
    "</pre></section><script>alert(1)</script><img src=\"https://evil.example/x.png\" onerror='alert(2)'> & \x01 "
    "\xff\xfe end";

inline Json synthetic_manifest(const std::string& stage, double seconds, Json counts) {
  Json out = Json::object();
  out["stage"] = stage;
  out["key"] = "0123456789abcdef0123456789abcdef";
  out["settings"] = Json::object();
  out["inputs"] = Json::object();
  out["counts"] = std::move(counts);
  out["seconds"] = seconds;
  out["files"] = Json::array();
  return out;
}

inline Json parsed(const std::string& text) {
  return Json::parse(text).value();
}

inline void write_synthetic_run(const std::string& dir) {
  for (const char* sub :
       {"", "/documents", "/documents/rejects", "/corpus", "/tokenizer", "/tokens", "/train/telemetry", "/eval"}) {
    make_directories(dir + sub);
  }
  write_file(dir + "/run.json",
             R"({"stages": [{"name": "documents", "seconds": 31.2}], "name": "quickstart", "status": "done",
      "started": "2026-01-02T03:04:05Z", "recipe_hash": "00ff", "about": {"version": "0.1.0", "commit": "abcdef012345"},
      "recipe": {"train": {"steps": 800}}, "seconds": 564.4})");
  write_file(dir + "/recipe.resolved.toml", "[train]\nsteps = 800 # <b>&\n");
  write_file(
      dir + "/machine.json",
      R"({"cpu": "Example 9000", "isa": "avx2", "threads": 2, "read_gb_per_s": {"one_thread": 11.2, "all_threads": 21.4},
      "fp32_peak_gflops": {"instructions": "avx2", "one_thread": 90.1, "all_threads": 180.5},
      "fp32_gemm_gflops": {"instructions": "avx2", "one_thread": 70.2, "all_threads": 140.9},
      "bf16_gflops": [{"instructions": "avx2", "all_threads": 100.5, "emulated": true}], "int8_gops": []})");
  write_file(
      dir + "/documents/manifest.json",
      synthetic_manifest("documents", 31.2,
                         parsed(R"({"pages": 12875, "html_bytes": 412000000, "documents": 9120, "text_bytes": 51000123,
      "rejected": 3755, "rejects": {"not_html": 1480, "too_short": 1690, "bad_gzip": 12, "<script>x</script>": 573},
      "languages": {"en": 7910, "de": 800, "fr": 410}, "charsets": {"utf-8": 9001, "iso-8859-1": 87, "windows-1252": 32}})"))
          .dump(2));
  Json corpus = parsed(
      R"({"funnel": {"read": {"documents": 9120, "text_bytes": 51000123}, "language": {"documents": 7910, "text_bytes": 44000000},
      "filters": {"documents": 7510, "text_bytes": 42000000}, "exact_duplicates": {"documents": 5810, "text_bytes": 30000000},
      "near_duplicates": {"documents": 5210, "text_bytes": 27000000}, "heldout_overlap": {"documents": 5180, "text_bytes": 26900000}},
      "rejects": {"language": {"documents": 1210, "text_bytes": 7000123}, "too_many_symbols": {"documents": 400, "text_bytes": 2000000},
      "exact_duplicate": {"documents": 1700, "text_bytes": 12000000}, "near_duplicate": {"documents": 600, "text_bytes": 3000000},
      "heldout_overlap": {"documents": 30, "text_bytes": 100000}},
      "languages": {"en": {"read": 7910, "train": 4968, "heldout": 212}}, "clusters": {"2": 300, "3": 81, "4-7": 20, "16+": 2},
      "sources": {"manuals<b>": {"read": 9120, "train": 4968, "heldout": 212, "train_bytes": 25700111, "heldout_bytes": 1200000}},
      "train": {"documents": 4968, "text_bytes": 25700111}, "heldout": {"documents": 212, "text_bytes": 1200000, "sections": ["a/b", "c"]}})");
  Json example = Json::object();
  example["id"] = "a/b.html";
  example["url"] = "https://evil.example/\"><script>";
  example["value"] = 0.31;
  example["text"] = kHostile;
  Json examples = Json::array();
  examples.push_back(example);
  corpus["examples"] = Json::object();
  corpus["examples"]["kept"] = examples;
  corpus["examples"]["too_many_symbols"] = std::move(examples);
  write_file(dir + "/corpus/manifest.json", synthetic_manifest("corpus", 12.4, std::move(corpus)).dump(2));
  write_byte_tokenizer(dir + "/tokenizer");
  write_file(
      dir + "/tokenizer/manifest.json",
      synthetic_manifest("tokenizer", 9.7, parsed(R"({"documents": 4968, "tokens": 257, "merges": 0})")).dump(2));
  TokenDatasetWriter dataset(dir + "/tokens/manuals", TokenType::kUint16);
  dataset.add_document(std::vector<uint32_t>{'<', 'b', '>', '<', kTestEos});
  dataset.commit();
  write_file(dir + "/tokens/manifest.json",
             synthetic_manifest("tokens", 4.1, parsed(R"({"documents": 4968, "bytes": 25700111,
      "tokens": 6123456, "bytes_per_token": 4.197, "rejected": {}, "vocab_size": 257,
      "sources": {"manuals": {"documents": 4968, "bytes": 25700111, "tokens": 6123456, "bytes_per_token": 4.197}}})"))
                 .dump(2));
  write_file(dir + "/train/manifest.json",
             synthetic_manifest("train", 412.0, parsed(R"({"parameters": 4812345, "steps": 800, "tokens": 3276800,
      "loss": 2.61, "val_loss": 2.69, "skipped_steps": 0, "flops_per_token": 28000000.0, "flops": 9.175e13})"))
                 .dump(2));
  std::string metrics;
  std::string timing;
  for (int step = 1; step <= 800; ++step) {
    const double loss = 2.6 + 6.4 * std::exp(-step / 90.0) + 0.05 * std::sin(step * 1.7);
    metrics += fmt::format(R"({{"step": {}, "loss": {:.4f}, "lr": {:.6f}, "grad_norm": {:.3f}}})", step, loss,
                           0.003 * std::min(1.0, step / 40.0), 0.4 + 1.0 / step) +
               "\n";
    if (step % 100 == 0) {
      metrics += fmt::format(R"({{"step": {}, "val_loss": {:.4f}}})", step, loss + 0.08) + "\n";
    }
    timing += fmt::format(R"({{"step": {}, "seconds": 0.51, "tokens_per_s": {}, "gflops": 91.5}})", step,
                          8000 + 40 * (step % 7)) +
              "\n";
  }
  write_file(dir + "/train/metrics.jsonl", metrics);
  write_file(dir + "/train/telemetry/timing.jsonl", timing);
  write_file(dir + "/eval/manifest.json", synthetic_manifest("eval", 95.0, Json::object()).dump(2));
  write_file(dir + "/eval/results.json",
             R"({"heldout": {"documents": 212, "bytes": 1000210, "tokens": 250100, "rule": "Every token is paid for."},
    "bits_per_byte": {"model": {"bits_per_byte": 1.512, "low": 1.48, "high": 1.55}, "ngram": {"bits_per_byte": 1.803, "low": 1.77, "high": 1.84, "order": 5},
    "compressor": {"bits_per_byte": 1.96}, "compressor_alone": {"bits_per_byte": 2.44}, "untrained": {"bits_per_byte": 3.25},
    "uniform": {"bits_per_byte": 3.24}}, "cloze": {"items": 500, "model": {"accuracy": 0.212, "low": 0.18, "high": 0.25},
    "ngram": {"accuracy": 0.146, "low": 0.117, "high": 0.18}}})");
  std::string samples;
  for (const int step : {0, 50, 100, 400, 800}) {
    for (int i = 0; i < 3; ++i) {
      Json line = Json::object();
      line["step"] = step;
      line["prompt"] = i == 0 ? "" : "The first words of a page";
      line["text"] = " went on as follows, " + kHostile;
      samples += line.dump() + "\n";
    }
  }
  write_file(dir + "/eval/samples.jsonl", samples);
  Json page = Json::object();
  page["id"] = "x.html";
  page["reason"] = "too_short";
  page["detail"] = kHostile;
  ZstdWriter writer(dir + "/documents/rejects/part-00000.jsonl.zst");
  writer.write(page.dump() + "\nnot json\n");
  writer.commit();
}

}  // namespace smelt
