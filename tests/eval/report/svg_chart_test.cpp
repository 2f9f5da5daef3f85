#include "eval/report/svg_chart.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace smelt {
namespace {

TEST(NiceTicks, are_the_multiples_one_would_write_by_hand) {
  EXPECT_EQ(nice_ticks(0, 10, 6).at, (std::vector<double>{0, 2, 4, 6, 8, 10}));
  EXPECT_EQ(nice_ticks(2.6, 9.1, 6).at, (std::vector<double>{2, 4, 6, 8, 10}));
  EXPECT_EQ(nice_ticks(0, 1, 11).at, (std::vector<double>{0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0}));
  EXPECT_EQ(nice_ticks(-3, 3, 4).at, (std::vector<double>{-5, 0, 5}));
  EXPECT_EQ(nice_ticks(0, 0.003, 4).at, (std::vector<double>{0, 0.001, 0.002, 0.003}));
  EXPECT_EQ(nice_ticks(1, 800, 6).at, (std::vector<double>{0, 200, 400, 600, 800}));
}

TEST(NiceTicks, cover_the_range_with_the_smallest_step_that_fits) {
  for (const auto& [low, high] :
       {std::pair{0.0, 1.0}, {-1e-9, 3e-9}, {1e12, 1.1e12}, {17.2, 17.9}, {-5000.0, -11.0}, {0.0, 1e300}}) {
    for (const int count : {3, 5, 9}) {
      const Ticks ticks = nice_ticks(low, high, count);
      ASSERT_LE(ticks.at.size(), static_cast<size_t>(count));
      EXPECT_LE(ticks.at.front(), low);
      EXPECT_GE(ticks.at.back(), high);
      EXPECT_GT(ticks.at.front() + 1.0000001 * ticks.step, low);
      EXPECT_LT(ticks.at.back() - 1.0000001 * ticks.step, high);
      const double mantissa = ticks.step / std::pow(10.0, std::floor(std::log10(ticks.step * 1.0000001)));
      EXPECT_TRUE(std::abs(mantissa - 1) < 1e-9 || std::abs(mantissa - 2) < 1e-9 || std::abs(mantissa - 5) < 1e-9)
          << mantissa;
    }
  }
}

TEST(NiceTicks, of_one_value_surround_it) {
  const Ticks at_seven = nice_ticks(7, 7, 5);
  EXPECT_LT(at_seven.at.front(), 7);
  EXPECT_GT(at_seven.at.back(), 7);
  EXPECT_LT(nice_ticks(0, 0, 5).at.front(), 0);
  EXPECT_LE(nice_ticks(1e15, 1e15 + 1, 5).at.size(), 5);
}

TEST(TickLabel, is_short_and_exact) {
  const auto label = [](double low, double high, double value) { return tick_label(value, nice_ticks(low, high, 6)); };
  EXPECT_EQ(label(0, 10, 4), "4");
  EXPECT_EQ(label(0, 1, 0.4), "0.4");
  EXPECT_EQ(label(0, 0.003, 0.001), "0.001");
  EXPECT_EQ(label(0, 1e6, 200'000), "0.2 M");
  EXPECT_EQ(label(0, 60e3, 20e3), "20 k");
  EXPECT_EQ(label(0, 25e6, 5e6), "5 M");
  EXPECT_EQ(label(0, 8000, 2000), "2000");
}

TEST(ThinPoints, keeps_the_ends_and_the_mean) {
  std::vector<ChartPoint> points;
  for (int i = 0; i <= 1000; ++i) {
    points.push_back({static_cast<double>(i), 3.0 * i});
  }
  const std::vector<ChartPoint> thin = thin_points(points, 50);
  ASSERT_EQ(thin.size(), 50);
  EXPECT_EQ(thin.front().x, 0);
  EXPECT_EQ(thin.back().x, 1000);
  for (size_t i = 0; i < thin.size(); ++i) {
    EXPECT_NEAR(thin[i].y, 3 * thin[i].x, 1e-9);  // means of points on a line are on the line
    EXPECT_TRUE(i == 0 || thin[i].x > thin[i - 1].x);
  }
  EXPECT_EQ(thin_points(points, 2000).size(), points.size());
}

TEST(LineChart, draws_points_where_the_axes_say) {
  Html html;
  draw(html, LineChart{"T", "step", "loss", {{"a", {{0, 0}, {5, 10}, {10, 5}}, false}}, false});
  // x 0 to 10 and y 0 to 10 fill the plot of 1,000 units; y points down.
  EXPECT_NE(html.str().find("d=\"M0.0 1000.0L500.0 0.0L1000.0 500.0\""), std::string::npos) << html.str();
  EXPECT_NE(html.str().find("from 0 at step 0 to 5 at step 10"), std::string::npos);
}

TEST(LineChart, leaves_a_gap_where_a_value_is_not_finite) {
  Html html;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  draw(html, LineChart{"T", "step", "", {{"a", {{0, 0}, {2, 5}, {5, nan}, {8, 10}, {10, 10}}, false}}, false});
  EXPECT_NE(html.str().find("d=\"M0.0 1000.0L200.0 500.0M800.0 0.0L1000.0 0.0\""), std::string::npos) << html.str();
  EXPECT_EQ(html.str().find("nan\""), std::string::npos);
}

TEST(LineChart, without_values_says_so) {
  Html html;
  draw(html, LineChart{"T", "step", "", {}, false});
  EXPECT_NE(html.str().find("No values"), std::string::npos);
}

TEST(BarChart, widths_are_shares_of_the_largest) {
  Html html;
  draw(html, BarChart{"T", "a", "b", {{"x", 1, "1", "", false}, {"<y>", 4, "4", "", true}}, {}});
  EXPECT_NE(html.str().find("width=\"25.00%\""), std::string::npos);
  EXPECT_NE(html.str().find("width=\"100.00%\""), std::string::npos);
  EXPECT_NE(html.str().find("&lt;y&gt;"), std::string::npos);
}

TEST(FunnelChart, narrows_to_the_next_step) {
  Html html;
  draw(html, Funnel{"T", {{"in", 100, "100", "", {{"bad", 50}}}, {"out", 50, "50", "", {}}}});
  EXPECT_NE(html.str().find("M0.000 0H100.000V45L75.000 100H25.000L0.000 45Z"), std::string::npos) << html.str();
  EXPECT_NE(html.str().find("−50"), std::string::npos);
}

TEST(FormatNumber, sets_thousands_apart) {
  EXPECT_EQ(format_number(0), "0");
  EXPECT_EQ(format_number(999), "999");
  EXPECT_EQ(format_number(1234567), "1\u202f234\u202f567");
  EXPECT_EQ(format_number(-1234.5, 2), "−1\u202f234.50");
  EXPECT_EQ(format_number(-0.0001, 2), "0.00");
  EXPECT_EQ(format_number(std::nan("")), "n/a");
}

TEST(EscapeHtml, makes_any_bytes_harmless) {
  EXPECT_EQ(escape_html("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
  EXPECT_EQ(escape_html(std::string_view("a\0b\tc\n", 6)), "a\uFFFDb\tc\n");
  EXPECT_EQ(escape_html("\xff"), "\uFFFD");
}

}  // namespace
}  // namespace smelt
