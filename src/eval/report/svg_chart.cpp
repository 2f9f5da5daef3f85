#include "eval/report/svg_chart.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/core.h>

#include "base/error.h"

namespace smelt {

namespace {

constexpr int kMaxPowers = 640;      // between the smallest and the largest double
constexpr double kSameValue = 1e-9;  // relative: a narrower range is one value
constexpr double kLargest = 1e300;   // so that differences of values stay finite
constexpr size_t kMaxHovers = 80;    // bands that show a title
constexpr size_t kMaxPoints = 400;   // of one line
constexpr double kPlot = 1000;       // the plot's own units, both ways

std::string percent(double share) {
  return fmt::format("{:.2f}%", 100 * share);
}

bool is_finite(const ChartPoint& point) {
  return std::abs(point.x) <= kLargest && std::abs(point.y) <= kLargest;  // false for NaN
}

double power_of_ten(int exponent) {
  return std::pow(10.0, exponent);
}

struct Frame {
  Ticks x;
  Ticks y;
  double at_x(double value) const { return (value - x.at.front()) / (x.at.back() - x.at.front()); }
  double at_y(double value) const { return 1 - (value - y.at.front()) / (y.at.back() - y.at.front()); }
};

bool find_frame(const LineChart& chart, Frame& frame) {
  double x_low = std::numeric_limits<double>::infinity();
  double x_high = -x_low;
  double y_low = x_low;
  double y_high = -x_low;
  for (const ChartSeries& series : chart.series) {
    for (const ChartPoint& point : series.points) {
      if (is_finite(point)) {
        x_low = std::min(x_low, point.x);
        x_high = std::max(x_high, point.x);
        y_low = std::min(y_low, point.y);
        y_high = std::max(y_high, point.y);
      }
    }
  }
  if (x_low > x_high) {
    return false;
  }
  frame.x = nice_ticks(x_low, x_high, 7);
  frame.y = nice_ticks(chart.y_from_zero ? std::min(0.0, y_low) : y_low, y_high, 6);
  return true;
}

void draw_grid(Html& html, const Frame& frame) {
  std::string path;
  for (const double tick : frame.y.at) {
    path += fmt::format("M0 {0:.1f}H{1}", kPlot * frame.at_y(tick), kPlot);
  }
  for (const double tick : frame.x.at) {
    path += fmt::format("M{0:.1f} 0V{1}", kPlot * frame.at_x(tick), kPlot);
  }
  html.empty("path", {{"class", "grid"}, {"d", path}});
}

void draw_series(Html& html, const ChartSeries& series, const std::vector<ChartPoint>& points, size_t index,
                 const Frame& frame) {
  std::string line;
  std::string dots;
  bool pen_down = false;
  for (const ChartPoint& point : points) {
    if (!is_finite(point)) {
      pen_down = false;
      continue;
    }
    const std::string at = fmt::format("{:.1f} {:.1f}", kPlot * frame.at_x(point.x), kPlot * frame.at_y(point.y));
    line += (pen_down ? "L" : "M") + at;
    dots += "M" + at + "h0";
    pen_down = true;
  }
  const std::string number = std::to_string(index + 1);
  html.empty("path", {{"class", "line s" + number}, {"d", line}});
  if (series.dots || points.size() == 1) {
    html.empty("path", {{"class", "dots s" + number}, {"d", dots}});
  }
}

double nearest_y(const std::vector<ChartPoint>& points, double x) {
  double best = std::numeric_limits<double>::infinity();
  double y = std::numeric_limits<double>::quiet_NaN();
  for (const ChartPoint& point : points) {
    if (is_finite(point) && std::abs(point.x - x) < best) {
      best = std::abs(point.x - x);
      y = point.y;
    }
  }
  return y;
}

std::string precise(double value) {
  return fmt::format("{:.5g}", value);
}

// Bands over the plot, one a point of the longest series, whose titles give all values there.
void draw_hovers(Html& html, const LineChart& chart, const std::vector<std::vector<ChartPoint>>& lines,
                 const Frame& frame) {
  const auto longest =
      std::max_element(lines.begin(), lines.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
  const std::vector<ChartPoint> stops = thin_points(*longest, kMaxHovers);
  for (size_t i = 0; i < stops.size(); ++i) {
    const double here = frame.at_x(stops[i].x);
    const double left = i == 0 ? 0 : (here + frame.at_x(stops[i - 1].x)) / 2;
    const double right = i + 1 == stops.size() ? 1 : (here + frame.at_x(stops[i + 1].x)) / 2;
    std::string title = fmt::format("{} {}", chart.x_label, precise(stops[i].x));
    for (size_t s = 0; s < lines.size(); ++s) {
      title += fmt::format("\n{}: {}", chart.series[s].name, precise(nearest_y(lines[s], stops[i].x)));
    }
    const auto band = html.in("rect", {{"class", "hover"},
                                       {"x", fmt::format("{:.1f}", kPlot * left)},
                                       {"width", fmt::format("{:.1f}", std::max(0.0, kPlot * (right - left)))},
                                       {"height", "1000"}});
    html.leaf("title", title);
  }
}

std::string summary(const LineChart& chart) {
  std::string text = chart.title + ".";
  for (const ChartSeries& series : chart.series) {
    std::vector<ChartPoint> points;
    std::copy_if(series.points.begin(), series.points.end(), std::back_inserter(points), is_finite);
    if (!points.empty()) {
      text +=
          fmt::format(" {}: from {} at {} {} to {} at {} {}.", series.name, precise(points.front().y), chart.x_label,
                      precise(points.front().x), precise(points.back().y), chart.x_label, precise(points.back().x));
    }
  }
  return text;
}

void draw_axis_labels(Html& html, const Frame& frame) {
  {
    const auto axis = html.in("div", {{"class", "y-axis"}, {"aria-hidden", "true"}});
    for (const double tick : frame.y.at) {
      html.leaf("span", tick_label(tick, frame.y), {{"style", "top:" + percent(frame.at_y(tick))}});
    }
  }
  const auto axis = html.in("div", {{"class", "x-axis"}, {"aria-hidden", "true"}});
  for (const double tick : frame.x.at) {
    html.leaf("span", tick_label(tick, frame.x), {{"style", "left:" + percent(frame.at_x(tick))}});
  }
}

void draw_legend(Html& html, const LineChart& chart) {
  const auto legend = html.in("div", {{"class", "legend"}});
  for (size_t i = 0; i < chart.series.size(); ++i) {
    const auto item = html.in("span");
    const auto key = "key s" + std::to_string(i + 1);
    html.leaf("i", "", {{"class", key}});
    html.text(chart.series[i].name);
  }
}

}  // namespace

Ticks nice_ticks(double low, double high, int max_count) {
  SMELT_CHECK(max_count >= 3 && low >= -kLargest && high <= kLargest && low <= high);
  const double size = std::max(std::abs(low), std::abs(high));
  if (high - low <= kSameValue * size) {
    low -= size == 0 ? 1 : size;
    high += size == 0 ? 1 : size;
  }
  Ticks ticks;
  const int first_power = static_cast<int>(std::floor(std::log10((high - low) / max_count))) - 1;
  for (int power = first_power; power < first_power + kMaxPowers; ++power) {
    for (const double mantissa : {1.0, 2.0, 5.0}) {
      const double step = mantissa * power_of_ten(power);
      const double first = std::floor(low / step);
      const double last = std::ceil(high / step);
      if (last - first + 1 > max_count) {
        continue;
      }
      ticks.step = step;
      ticks.decimals = std::max(0, -power);
      for (int n = 0; n <= static_cast<int>(last - first); ++n) {
        const double i = first + n;
        // Dividing by an exact power of ten rounds once; multiplying by 0.1 would round twice (3 x 0.1 is not 0.3).
        ticks.at.push_back(power < 0 ? i * mantissa / power_of_ten(-power) : i * step);
      }
      return ticks;
    }
  }
  throw usage_error("a chart's range is not a number");
}

std::string tick_label(double value, const Ticks& ticks) {
  const double largest = std::max(std::abs(ticks.at.front()), std::abs(ticks.at.back()));
  if (value == 0) {
    return "0";
  }
  if (largest < 1e-2 || largest >= 1e13) {
    return fmt::format("{:.3g}", value);
  }
  struct Unit {
    double size;
    const char* name;
  };
  for (const Unit& unit : {Unit{1e9, " G"}, Unit{1e6, " M"}, Unit{1e3, " k"}}) {
    if (largest >= 10 * unit.size || (largest >= unit.size && ticks.step >= unit.size / 10 && unit.size > 1e3)) {
      return fmt::format("{:.4g}{}", value / unit.size, unit.name);
    }
  }
  return fmt::format("{:.{}f}", value, ticks.decimals);
}

std::vector<ChartPoint> thin_points(const std::vector<ChartPoint>& points, size_t max_points) {
  if (points.size() <= max_points || max_points < 3) {
    return points;
  }
  std::vector<ChartPoint> out{points.front()};
  const size_t inner = points.size() - 2;
  const size_t buckets = max_points - 2;
  for (size_t b = 0; b < buckets; ++b) {
    const size_t begin = 1 + b * inner / buckets;
    const size_t end = 1 + (b + 1) * inner / buckets;
    ChartPoint sum;
    double count = 0;
    for (size_t i = begin; i < end; ++i) {
      if (is_finite(points[i])) {
        sum.x += points[i].x;
        sum.y += points[i].y;
        count += 1;
      }
    }
    out.push_back(count > 0 ? ChartPoint{sum.x / count, sum.y / count} : points[begin]);
  }
  out.push_back(points.back());
  return out;
}

void draw(Html& html, const LineChart& chart) {
  SMELT_CHECK(chart.series.size() <= 4);
  Frame frame;
  const auto figure = html.in("figure", {{"class", "chart"}});
  html.leaf("figcaption", chart.title);
  if (!find_frame(chart, frame)) {
    html.leaf("p", "No values to draw.", {{"class", "missing"}});
    return;
  }
  std::vector<std::vector<ChartPoint>> lines;
  for (const ChartSeries& series : chart.series) {
    lines.push_back(thin_points(series.points, kMaxPoints));
  }
  draw_legend(html, chart);
  html.leaf("div", chart.y_label, {{"class", "axis-name"}});
  {
    const auto plot = html.in("div", {{"class", "plot"}});
    draw_axis_labels(html, frame);
    const auto svg = html.in("svg", {{"viewBox", "0 0 1000 1000"},
                                     {"preserveAspectRatio", "none"},
                                     {"role", "img"},
                                     {"aria-label", summary(chart)}});
    draw_grid(html, frame);
    for (size_t i = 0; i < lines.size(); ++i) {
      draw_series(html, chart.series[i], lines[i], i, frame);
    }
    draw_hovers(html, chart, lines, frame);
  }
  html.leaf("div", chart.x_label, {{"class", "axis-name end"}});
}

void draw(Html& html, const BarChart& chart) {
  double full = chart.full.value_or(0);
  if (!chart.full) {
    for (const Bar& bar : chart.bars) {
      full = std::isfinite(bar.value) ? std::max(full, bar.value) : full;
    }
  }
  const auto figure = html.in("figure", {{"class", "chart"}});
  html.leaf("figcaption", chart.title);
  const auto table = html.in("table", {{"class", "bars"}});
  {
    const auto head = html.in("thead");
    const auto row = html.in("tr");
    html.leaf("th", chart.label_header, {{"scope", "col"}});
    html.leaf("th", chart.value_header, {{"scope", "col"}, {"colspan", "2"}});
  }
  const auto body = html.in("tbody");
  for (const Bar& bar : chart.bars) {
    const auto row = html.in("tr");
    {
      const auto label = html.in("th", {{"scope", "row"}});
      html.text(bar.label);
      if (!bar.note.empty()) {
        html.leaf("small", bar.note);
      }
    }
    {
      const double share = full > 0 && std::isfinite(bar.value) ? std::clamp(bar.value / full, 0.0, 1.0) : 0;
      const auto cell = html.in("td", {{"class", "bar"}});
      const auto svg = html.in("svg", {{"width", "100%"}, {"height", "16"}, {"aria-hidden", "true"}});
      html.empty("rect", {{"class", "track"}, {"width", "100%"}, {"height", "16"}, {"rx", "4"}});
      const auto rect = html.in(
          "rect",
          {{"class", bar.highlight ? "fill high" : "fill"}, {"width", percent(share)}, {"height", "16"}, {"rx", "4"}});
      html.leaf("title", bar.label + ": " + bar.value_text);
    }
    html.leaf("td", bar.value_text, {{"class", "num"}});
  }
}

void draw(Html& html, const Funnel& funnel) {
  double widest = 0;
  for (const FunnelStep& step : funnel.steps) {
    widest = std::max(widest, step.count);
  }
  const auto width_of = [&](const FunnelStep& step) {
    return widest > 0 ? std::clamp(step.count / widest, 0.004, 1.0) : 0.004;
  };
  const auto figure = html.in("figure", {{"class", "chart funnel"}});
  html.leaf("figcaption", funnel.title);
  const auto list = html.in("ol");
  for (size_t i = 0; i < funnel.steps.size(); ++i) {
    const FunnelStep& step = funnel.steps[i];
    const double top = width_of(step);
    const double bottom = i + 1 < funnel.steps.size() ? width_of(funnel.steps[i + 1]) : top;
    const auto item = html.in("li");
    {
      const auto line = html.in("div", {{"class", "step"}});
      html.leaf("span", step.label, {{"class", "what"}});
      html.leaf("b", step.count_text);
      if (!step.note.empty()) {
        html.leaf("small", step.note);
      }
    }
    {
      const auto svg = html.in("svg", {{"viewBox", "0 0 100 100"},
                                       {"preserveAspectRatio", "none"},
                                       {"role", "img"},
                                       {"aria-label", step.label + ": " + step.count_text}});
      const auto shape =
          html.in("path", {{"class", "band"},
                           {"d", fmt::format("M{:.3f} 0H{:.3f}V45L{:.3f} 100H{:.3f}L{:.3f} 45Z", 50 - 50 * top,
                                             50 + 50 * top, 50 + 50 * bottom, 50 - 50 * bottom, 50 - 50 * top)}});
      html.leaf("title", step.label + ": " + step.count_text);
    }
    if (!step.losses.empty()) {
      const auto losses = html.in("ul", {{"class", "losses"}});
      for (const FunnelLoss& loss : step.losses) {
        const auto chip = html.in("li");
        html.leaf("span", loss.reason);
        html.text(" ");
        html.leaf("b", "−" + format_number(loss.count));
      }
    }
  }
}

}  // namespace smelt
