// Charts as inline SVG inside HTML figures: lines, bars and a funnel, without scripts.
//
// Labels are HTML text beside SVG that stretches, so that they keep their size on a phone. Colours are the CSS
// variables --c1 to --c4 of the page. Every figure has a caption, a text alternative, and titles that show when the
// pointer rests on a value.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "eval/report/html.h"

namespace smelt {

// Multiples of step = {1, 2, 5} x 10^k: the smallest step for which at most `max_count` of them span [low, high], the
// first at or below low, the last at or above high. A range of one value is widened by its size, or by 1. max_count >=
// 3, both ends within 1e300.
struct Ticks {
  std::vector<double> at;
  double step = 1;
  int decimals = 0;  // digits behind the point that a tick needs
};
Ticks nice_ticks(double low, double high, int max_count);

// "0.5", "20 k", "3 M", "6e-04": short labels for ticks.
std::string tick_label(double value, const Ticks& ticks);

struct ChartPoint {
  double x = 0;
  double y = 0;
};

struct ChartSeries {
  std::string name;
  std::vector<ChartPoint> points;  // by rising x; points that are not finite interrupt the line
  bool dots = false;               // mark each point (few points)
};

struct LineChart {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<ChartSeries> series;  // at most 4
  bool y_from_zero = false;
};

// Keeps at most `max_points`: the mean of each run of neighbours, the first and last as they are.
std::vector<ChartPoint> thin_points(const std::vector<ChartPoint>& points, size_t max_points);

void draw(Html& html, const LineChart& chart);

struct Bar {
  std::string label;
  double value = 0;
  std::string value_text;  // what stands beside the bar
  std::string note;        // small print below the label; may be empty
  bool highlight = false;
};

struct BarChart {
  std::string title;
  std::string label_header;  // of the table's first column: "yardstick"
  std::string value_header;  // "bits per byte"
  std::vector<Bar> bars;
  std::optional<double> full;  // the value that fills the width; without it the largest
};
void draw(Html& html, const BarChart& chart);

struct FunnelLoss {
  std::string reason;
  double count = 0;
};

struct FunnelStep {
  std::string label;  // "pages fetched"
  double count = 0;
  std::string count_text;
  std::string note;
  std::vector<FunnelLoss> losses;  // what was set aside between this step and the next
};

struct Funnel {
  std::string title;
  std::vector<FunnelStep> steps;
};
void draw(Html& html, const Funnel& funnel);

}  // namespace smelt
