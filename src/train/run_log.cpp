#include "train/run_log.h"

#include <utility>
#include <vector>

#include "base/files.h"
#include "base/stream.h"

namespace smelt {
namespace {

uint64_t metrics_bytes(const Json& position) {
  return position.is_null() ? 0 : static_cast<uint64_t>(position.at("metrics_bytes").as_int());
}

// Bytes of the first lines of a file, as many as `position` counts. Times differ from run to run, so their place in the
// file is not part of a checkpoint, which must not.
uint64_t timing_bytes(const Json& position, const std::string& path) {
  if (position.is_null() || !path_exists(path)) {
    return 0;
  }
  const std::string content = read_file(path);
  size_t end = 0;
  for (int64_t line = position.at("lines").as_int(); line > 0; --line) {
    const size_t newline = content.find('\n', end);
    if (newline == std::string::npos) {
      break;
    }
    end = newline + 1;
  }
  return end;
}

std::string in_telemetry(const std::string& directory, const char* name) {
  make_directories(directory + "/telemetry");
  return directory + "/telemetry/" + name;
}

}  // namespace

RunLog::RunLog(const std::string& directory, const Json& position)
    : events_path_(in_telemetry(directory, "events.out.tfevents.smelt")),
      metrics_(directory + "/metrics.jsonl", metrics_bytes(position)),
      timing_(in_telemetry(directory, "timing.jsonl"), timing_bytes(position, directory + "/telemetry/timing.jsonl")),
      lines_(position.is_null() ? 0 : position.at("lines").as_int()) {
  replay(directory + "/metrics.jsonl", directory + "/telemetry/timing.jsonl");
}

void RunLog::replay(const std::string& metrics_path, const std::string& timing_path) {
  LineReader metrics(open_plain(metrics_path));
  LineReader timing(open_plain(timing_path));
  std::string_view metrics_line;
  std::string_view timing_line;
  while (metrics.next(metrics_line) && timing.next(timing_line)) {
    const Result<Json> one = Json::parse(metrics_line);
    const Result<Json> other = Json::parse(timing_line);
    if (one && other) {
      add_events(one.value(), other.value());
    }
  }
}

void RunLog::add_events(const Json& metrics, const Json& timing) {
  const double time = timing.get("time", 0.0);
  if (!events_) {
    events_ = std::make_unique<EventWriter>(events_path_, time);
  }
  std::vector<std::pair<std::string, double>> scalars;
  for (const auto& [key, tag] : {std::pair{"loss", "train/loss"},
                                 {"lr", "train/lr"},
                                 {"grad_norm", "train/grad_norm"},
                                 {"val_loss", "validation/loss"}}) {
    const Json* value = metrics.find(key);
    if (value != nullptr && value->is_number()) {
      scalars.emplace_back(tag, value->as_double());
    }
  }
  for (const auto& [key, tag] : {std::pair{"tokens_per_s", "speed/tokens_per_s"}, {"gflops", "speed/gflops"}}) {
    scalars.emplace_back(tag, timing.get(key, 0.0));
  }
  events_->scalars(time, metrics.get("step", 0), scalars);
}

void RunLog::add(const StepReport& report, int64_t tokens, int64_t first_sequence, int64_t last_sequence,
                 std::optional<double> val_loss, const StepTiming& timing) {
  Json line = Json::object();
  line["step"] = report.step;
  line["tokens"] = tokens;
  line["loss"] = report.skipped ? Json() : Json(report.loss);
  line["lr"] = report.lr;
  line["grad_norm"] = report.skipped ? Json() : Json(report.grad_norm);
  if (report.skipped) {
    line["skipped_sequences"] = Json::list(std::vector<int64_t>{first_sequence, last_sequence});
  }
  if (val_loss) {
    line["val_loss"] = *val_loss;
  }
  Json times = Json::object();
  times["step"] = report.step;
  times["time"] = timing.time;
  times["seconds"] = timing.seconds;
  times["tokens_per_s"] = timing.tokens_per_s;
  times["gflops"] = timing.gflops;
  metrics_.append(line);
  timing_.append(times);
  ++lines_;
  add_events(line, times);
}

void RunLog::flush() {
  metrics_.flush();
  timing_.flush();
  if (events_) {
    events_->flush();
  }
}

Json RunLog::sync() {
  flush();
  metrics_.sync();
  timing_.sync();
  Json position = Json::object();
  position["metrics_bytes"] = metrics_.size();
  position["lines"] = lines_;
  return position;
}

}  // namespace smelt
