#include "report/svg_contours.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <utility>
#include <vector>

#include "report/svg_colours.hpp"

namespace thalweg::report {
namespace {

/// Twice the area that path data of M, L, H, V, z enclose, pieces of one orientation added.
double twice_area(const std::string& path) {
  double area = 0;
  std::vector<std::pair<double, double>> piece;
  const char* at = path.c_str();
  char* rest = nullptr;
  while (*at != '\0') {
    const char command = *at++;
    if (command == 'z') {
      double twice = 0;
      for (std::size_t k = 0; k < piece.size(); ++k) {
        const auto& [x, y] = piece[k];
        const auto& [x2, y2] = piece[(k + 1) % piece.size()];
        twice += x * y2 - x2 * y;
      }
      area += std::abs(twice);
      piece.clear();
      continue;
    }
    auto [x, y] = piece.empty() ? std::pair<double, double>{} : piece.back();
    if (command != 'V') {
      x = std::strtod(at, &rest);
      at = rest;
    }
    if (command != 'H') {
      y = std::strtod(at, &rest);
      at = rest;
    }
    piece.emplace_back(x, y);
  }
  return area;
}

class Contours : public ::testing::Test {
 protected:
  Contours()
      : panel_({0, 0, 1000, 1000}, {0, 10, Ticks::kReal}, {0, 10, Ticks::kReal}),
        x_(Vector::LinSpaced(11, 0, 10)) {}

  template <class Function>
  [[nodiscard]] double share(Function function, double level) const {
    Matrix values(11, 11);
    for (Index row = 0; row < 11; ++row) {
      for (Index column = 0; column < 11; ++column)
        values(row, column) = function(x_[column], x_[row]);
    }
    return twice_area(region_above(panel_, x_, x_, values, level)) / 2e6;
  }

  SvgPanel panel_;
  Vector x_;
};

TEST_F(Contours, HalfPlanesAreExact) {
  for (const double level : {-1.0, 0.0, 2.5, 7.0, 9.75, 10.0, 11.0}) {
    const double expected = std::clamp(1 - level / 10, 0.0, 1.0);
    EXPECT_NEAR(share([](double x, double) { return x; }, level), expected, 1e-4);
    EXPECT_NEAR(share([](double, double y) { return y; }, level), expected, 1e-4);
  }
  EXPECT_NEAR(share([](double x, double y) { return x + y; }, 15), 0.125, 1e-4);
  EXPECT_NEAR(share([](double x, double y) { return x - y; }, 2.5), 0.5 * 0.75 * 0.75, 1e-4);
}

TEST_F(Contours, ADiscIsAlmostRound) {
  const auto height = [](double x, double y) { return -std::hypot(x - 5, y - 5); };
  EXPECT_NEAR(share(height, -3), std::acos(-1.0) * 9 / 100, 0.01);
}

TEST_F(Contours, UnknownCellsBelongToNoRegion) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto one_unknown = [nan](double x, double y) { return x == 3 && y == 4 ? nan : 1.0; };
  EXPECT_NEAR(share(one_unknown, 0), 0.96, 1e-4);
  EXPECT_EQ(share(one_unknown, 2), 0);
}

TEST(Colours, AreColours) {
  EXPECT_EQ(svg_scale_colour(0), "#30125c");
  EXPECT_EQ(svg_scale_colour(1), "#faeb5a");
  EXPECT_EQ(svg_scale_colour(-3), svg_scale_colour(0));
  for (long k = 0; k < 60; ++k) {
    EXPECT_EQ(svg_item_colour(k).size(), 7U);
    EXPECT_NE(svg_item_colour(k), svg_item_colour(k + 1));
  }
  EXPECT_EQ(svg_item_colour(0), "#e15f5f");
}

}  // namespace
}  // namespace thalweg::report
