// JSON lines (metrics, timings, samples, logs, others), single JSON documents, TensorBoard events, chat templates.
#include <algorithm>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/files.h"
#include "base/stream.h"
#include "base/text.h"
#include "cli/inspect/explain.h"
#include "tokens/chat/chat_template.h"

namespace smelt::cli {
namespace {

constexpr size_t kExcerpt = 200;
constexpr size_t kMostRows = 60;

struct Lines {
  std::vector<Json> objects;
  int64_t bad = 0;
};

// A log holds a line a step, so the whole of it fits into memory many times over.
Lines read_lines(const std::string& path) {
  Lines out;
  LineReader reader(open_input(path));
  std::string_view line;
  while (reader.next(line)) {
    if (trim(line).empty()) {
      continue;
    }
    Result<Json> json = Json::parse(line);
    if (!json || !json.value().is_object()) {
      ++out.bad;
    } else {
      out.objects.push_back(std::move(json.value()));
    }
  }
  return out;
}

std::vector<double> column(const Lines& lines, const char* key) {
  std::vector<double> out;
  for (const auto& object : lines.objects) {
    if (const Json* value = object.find(key); value != nullptr && value->is_number()) {
      out.push_back(value->as_double());
    }
  }
  return out;
}

void first_and_last(Sheet& sheet, const char* name, const std::vector<double>& values) {
  if (!values.empty()) {
    sheet.row(name, fmt::format("{:.4g} at first, {:.4g} at last, {:.4g} at least", values.front(), values.back(),
                                *std::min_element(values.begin(), values.end())));
  }
}

std::string metrics_text(const Lines& lines) {
  const Json& last = lines.objects.back();
  Sheet sheet(fmt::format("training metrics: {}, {} tokens",
                          counted(static_cast<int64_t>(lines.objects.size()), "step"),
                          grouped(last.get("tokens", int64_t{0}))));
  sheet.row("steps", fmt::format("{} to {}", grouped(lines.objects.front().get("step", int64_t{0})),
                                 grouped(last.get("step", int64_t{0}))));
  first_and_last(sheet, "loss", column(lines, "loss"));
  first_and_last(sheet, "held-out loss", column(lines, "val_loss"));
  first_and_last(sheet, "gradient norm", column(lines, "grad_norm"));
  const auto skipped = std::count_if(lines.objects.begin(), lines.objects.end(),
                                     [](const Json& line) { return line.contains("skipped_sequences"); });
  sheet.row("skipped", skipped == 0 ? "no step" : counted(skipped, "step") + " (loss or gradient not finite)");
  sheet.row("last line", last.dump());
  return sheet.text();
}

std::string timing_text(const Lines& lines) {
  std::vector<double> speed = column(lines, "tokens_per_s");
  std::vector<double> gflops = column(lines, "gflops");
  double seconds = 0;
  for (const double value : column(lines, "seconds")) {
    seconds += value;
  }
  const auto median = [](std::vector<double>& values) {
    std::nth_element(values.begin(), values.begin() + static_cast<int64_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
  };
  Sheet sheet(fmt::format("times of {}, {} in all", counted(static_cast<int64_t>(lines.objects.size()), "step"),
                          human_duration(seconds)));
  if (!speed.empty() && !gflops.empty()) {
    sheet.row("median", fmt::format("{:.0f} tokens/s, {:.1f} GFLOP/s", median(speed), median(gflops)));
  }
  return sheet.text();
}

std::string samples_text(const Lines& lines) {
  std::map<int64_t, int64_t> steps;
  for (const auto& object : lines.objects) {
    ++steps[object.get("step", int64_t{0})];
  }
  std::vector<int64_t> keys;
  for (const auto& [step, count] : steps) {
    keys.push_back(step);
  }
  Sheet sheet(
      fmt::format("{} of the model along its training", counted(static_cast<int64_t>(lines.objects.size()), "sample")));
  sheet.row("after steps", fmt::format("{}", fmt::join(keys, ", ")));
  for (const Json* object : {&lines.objects.front(), &lines.objects.back()}) {
    sheet.heading(fmt::format("after step {}", grouped(object->get("step", int64_t{0}))));
    sheet.row("prompt", json_quote(object->get("prompt", "")));
    sheet.row("text", excerpt(object->get("text", ""), kExcerpt));
  }
  return sheet.text();
}

std::string log_text(const Lines& lines) {
  std::map<std::string, int64_t> levels;
  std::string worst;
  for (const auto& object : lines.objects) {
    const std::string level = object.get("level", "");
    ++levels[level];
    if (level == "error" || level == "warning") {
      worst = level + ": " + object.get("message", "");
    }
  }
  Sheet sheet(fmt::format("log of {}", counted(static_cast<int64_t>(lines.objects.size()), "line")));
  sheet.row("levels", counts_line(levels));
  sheet.row("from", lines.objects.front().get("time", ""));
  sheet.row("to", lines.objects.back().get("time", ""));
  sheet.row("last warning or error", worst.empty() ? "none" : excerpt(worst, kExcerpt));
  sheet.row("last line", excerpt(lines.objects.back().get("message", ""), kExcerpt));
  return sheet.text();
}

std::string other_text(const Lines& lines, const std::map<std::string, int64_t>& keys) {
  Sheet sheet(fmt::format("JSON lines: {}", counted(static_cast<int64_t>(lines.objects.size()), "object")));
  sheet.row("keys", counts_line(keys, 20));
  sheet.row("first", excerpt(lines.objects.front().dump(), kExcerpt));
  sheet.row("last", lines.objects.size() > 1 ? excerpt(lines.objects.back().dump(), kExcerpt) : "");
  return sheet.text();
}

// What the lines are, by the keys of the first.
std::pair<std::string, std::string> recognise(const Lines& lines, const std::map<std::string, int64_t>& keys) {
  const auto has = [&](std::initializer_list<const char*> wanted) {
    return std::all_of(wanted.begin(), wanted.end(),
                       [&](const char* key) { return lines.objects.front().contains(key); });
  };
  if (has({"step", "tokens", "loss", "lr"})) {
    return {"metrics", metrics_text(lines)};
  }
  if (has({"step", "seconds", "tokens_per_s"})) {
    return {"timing", timing_text(lines)};
  }
  if (has({"step", "sample", "prompt", "text"})) {
    return {"samples", samples_text(lines)};
  }
  if (has({"time", "level", "message"})) {
    return {"log", log_text(lines)};
  }
  return {"JSON lines", other_text(lines, keys)};
}

void add_tree(const Json& json, const std::string& indent, std::vector<std::pair<std::string, std::string>>& rows) {
  for (const auto& [key, value] : json.as_object()) {
    if (value.is_object() && value.size() > 0) {
      rows.emplace_back(indent + key, "");
      add_tree(value, indent + "  ", rows);
    } else {
      rows.emplace_back(indent + key, value.is_array() ? excerpt(value.dump(), kExcerpt / 2) : figure(value));
    }
  }
}

std::string document_name(const std::string& path) {
  static const std::map<std::string, std::string> kNames = {
      {"machine.json", "measured limits of the machine (GB/s, GFLOP/s, GOP/s)"},
      {"results.json", "evaluation: bits per byte and cloze, with 95 % intervals"},
      {"tokenizer_config.json", "settings of a tokenizer"},
      {"special_tokens_map.json", "special tokens of a tokenizer"},
      {"generation_config.json", "settings of generation"}};
  const auto found = kNames.find(std::filesystem::path(path).filename().string());
  return found == kNames.end() ? "JSON document" : found->second;
}

}  // namespace

Explanation explain_json_lines(const std::string& path) {
  const Lines lines = read_lines(path);
  if (lines.objects.empty()) {
    throw input_error("no line is a JSON object", path, "inspect takes one object a line");
  }
  std::map<std::string, int64_t> keys;
  for (const auto& object : lines.objects) {
    for (const auto& member : object.as_object()) {
      ++keys[member.first];
    }
  }
  auto [kind, text] = recognise(lines, keys);
  text += lines.bad == 0 ? "" : fmt::format("  {} not JSON\n", counted(lines.bad, "line"));
  Json data = Json::object();
  data["lines"] = static_cast<int64_t>(lines.objects.size());
  data["keys"] = counts_json(keys);
  data["unreadable"] = lines.bad;
  data["first"] = lines.objects.front();
  data["last"] = lines.objects.back();
  return {kind, text, std::move(data)};
}

Explanation explain_json(const std::string& path) {
  Json json = Json::load(path);
  if (!json.is_object()) {
    throw input_error(fmt::format("a JSON {}, where inspect knows objects", json.type_name()), path,
                      "look at it as text");
  }
  std::vector<std::pair<std::string, std::string>> rows;
  add_tree(json, "", rows);
  Sheet sheet(document_name(path));
  for (size_t i = 0; i < std::min(kMostRows, rows.size()); ++i) {
    rows[i].second.empty() ? sheet.line("  " + rows[i].first) : sheet.row(rows[i].first, rows[i].second);
  }
  if (rows.size() > kMostRows) {
    sheet.line(fmt::format("  ... and {} more; --json gives all", rows.size() - kMostRows));
  }
  Json data = Json::object();
  data["content"] = std::move(json);
  return {"JSON", sheet.text(), std::move(data)};
}

Explanation explain_events(const std::string& path) {
  // TFRecord framing: u64 length, u32 checksum of it, the event, u32 checksum of that.
  constexpr size_t kFrame = 16;
  const MappedFile file(path);
  std::string_view rest = file.bytes();
  int64_t events = 0;
  while (rest.size() >= kFrame) {
    uint64_t length = 0;
    std::memcpy(&length, rest.data(), sizeof(length));
    if (length > rest.size() - kFrame) {
      break;
    }
    rest.remove_prefix(kFrame + static_cast<size_t>(length));
    ++events;
  }
  if (events == 0) {
    throw input_error("no TensorBoard event can be read", path, "is it a file of TFRecords?");
  }
  Sheet sheet(fmt::format("TensorBoard events: {}", counted(events, "record")));
  sheet.row("cut off", rest.empty() ? "nothing" : fmt::format("{} bytes at the end", rest.size()));
  sheet.row("look at it", "tensorboard --logdir " + std::filesystem::path(path).parent_path().string());
  Json data = Json::object();
  data["records"] = events;
  data["cut_off_bytes"] = static_cast<int64_t>(rest.size());
  return {"events", sheet.text(), std::move(data)};
}

Explanation explain_chat_template(const std::string& path) {
  const std::string text = read_file(path);
  const Result<ChatTemplate> parsed = ChatTemplate::parse(text);
  if (!parsed.ok()) {
    throw input_error(parsed.reject().detail, path, "mend the template");
  }
  const auto turn = [](const char* role, const char* content) {
    Json json = Json::object();
    json["role"] = role;
    json["content"] = content;
    return json;
  };
  const Json talk(Json::Array{turn("user", "Hello!"), turn("assistant", "Hello.")});
  const Result<std::string> rendered = parsed.value().render(talk, false);
  Sheet sheet(fmt::format("chat template of {}", human_bytes(static_cast<double>(text.size()))));
  sheet.row("two turns become", rendered.ok() ? json_quote(rendered.value()) : rendered.reject().detail);
  Json data = Json::object();
  data["bytes"] = static_cast<int64_t>(text.size());
  data["example"] = rendered.ok() ? Json(rendered.value()) : Json();
  return {"chat template", sheet.text(), std::move(data)};
}

}  // namespace smelt::cli
