// One document's way through the steps: `smelt inspect CORPUS --doc ID`.
#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "cli/inspect/explain.h"
#include "corpus/lineage/trace.h"

namespace smelt::cli {
namespace {

constexpr size_t kWidth = 160;
constexpr size_t kRulesShown = 6;

struct Limits {
  double min = 0;
  double max = std::numeric_limits<double>::infinity();
};

// A share is never above 1, so that this is no limit of one that has another.
Limits limits_of(const Json& rule) {
  Limits limits{rule.get("min", 0.0), rule.get("max", std::numeric_limits<double>::infinity())};
  if (limits.min > 0 && limits.max == 1) {
    limits.max = std::numeric_limits<double>::infinity();
  }
  return limits;
}

// "word_count 412 (50 to 100,000)".
std::string rule_line(const Json& rule) {
  const Limits limits = limits_of(rule);
  const std::string text = limits.min <= 0          ? fmt::format("at most {}", figure(limits.max))
                           : std::isinf(limits.max) ? fmt::format("at least {}", figure(limits.min))
                                                    : fmt::format("{} to {}", figure(limits.min), figure(limits.max));
  return fmt::format("{} {} ({})", rule.get("rule", ""), figure(rule.at("value")), text);
}

// How near a rule came to dropping the document: 1 at its limit, above where it fails.
double strain(const Json& rule) {
  const double value = rule.at("value").as_double();
  const Limits limits = limits_of(rule);
  const double above = limits.max > 0 ? value / limits.max : value > limits.max ? 2 : 0;
  const double below = value > 0 ? limits.min / value : limits.min > 0 ? 1e9 : 0;
  return std::max(above, below);
}

// The rules that fail, then those that came nearest.
void add_rules(const Json& rules, Sheet& sheet) {
  std::vector<const Json*> judged;
  for (const Json& rule : rules.as_array()) {
    if (rule.contains("passes")) {
      judged.push_back(&rule);
    }
  }
  std::stable_sort(judged.begin(), judged.end(), [](const Json* a, const Json* b) {
    return std::pair(a->at("passes").as_bool() ? 1 : 0, -strain(*a)) <
           std::pair(b->at("passes").as_bool() ? 1 : 0, -strain(*b));
  });
  std::string failing;
  std::string nearest;
  for (size_t i = 0; i < judged.size(); ++i) {
    const bool passes = judged[i]->at("passes").as_bool();
    if (!passes || i < kRulesShown) {
      std::string& line = passes ? nearest : failing;
      line += (line.empty() ? "" : ", ") + rule_line(*judged[i]);
    }
  }
  sheet.row("    fails", failing);
  sheet.row("    nearest to their limits", nearest);
}

void add_facts(const TraceStep& step, Sheet& sheet) {
  for (const auto& [name, value] : step.facts.as_object()) {
    if (name == "rules") {
      add_rules(value, sheet);
    } else if (name == "hits") {
      for (const Json& hit : value.as_array()) {
        sheet.row("    " + hit.get("benchmark", ""),
                  excerpt(fmt::format("item {}: {}", hit.get("item", ""), hit.get("text", "")), kWidth));
      }
    } else if (value.is_string() || value.is_number()) {
      sheet.row("    " + name, excerpt(figure(value), kWidth));
    } else if (value.size() > 0) {
      sheet.row("    " + name, excerpt(value.dump(), kWidth));
    }
  }
}

Json to_json(const DocumentTrace& trace) {
  Json out = Json::object();
  out["id"] = trace.id;
  out["source"] = trace.source;
  out["url"] = trace.url;
  out["language"] = trace.language;
  out["place"] = trace.place;
  out["file"] = trace.file;
  out["line"] = trace.line;
  out["text_bytes"] = trace.text_bytes;
  Json steps = Json::array();
  for (const TraceStep& step : trace.steps) {
    Json entry = Json::object();
    entry["step"] = step.step;
    entry["outcome"] = step.outcome;
    for (const auto& [name, value] : step.facts.as_object()) {
      entry[name] = value;
    }
    steps.push_back(std::move(entry));
  }
  out["steps"] = std::move(steps);
  return out;
}

}  // namespace

Explanation explain_document(const Context& context, const std::string& path, const std::string& id) {
  std::string text;
  Json documents = Json::array();
  for (const DocumentTrace& trace : trace_document(context, corpus_layout(path), id)) {
    Sheet sheet(fmt::format("document {}: {}", trace.id, trace.place));
    sheet.row("source", trace.source);
    sheet.row("url", trace.url);
    sheet.row("language", trace.language);
    sheet.row("lies in", fmt::format("{}, line {}", trace.file, grouped(static_cast<int64_t>(trace.line))));
    sheet.row("text", counted(trace.text_bytes, "byte"));
    sheet.heading("steps");
    for (const TraceStep& step : trace.steps) {
      sheet.row(step.step, step.outcome);
      add_facts(step, sheet);
    }
    text += (text.empty() ? "" : "\n") + sheet.text();
    documents.push_back(to_json(trace));
  }
  Json data = Json::object();
  data["documents"] = std::move(documents);
  return {"lineage", text, std::move(data)};
}

}  // namespace smelt::cli
