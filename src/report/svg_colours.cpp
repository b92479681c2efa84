#include "report/svg_colours.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace thalweg::report {
namespace {

using Colour = std::array<double, 3>;  ///< red, green, blue, 0 to 255

std::string hexadecimal(const Colour& colour) {
  char text[8];
  std::snprintf(text, sizeof text, "#%02lx%02lx%02lx", std::lround(colour[0]),
                std::lround(colour[1]), std::lround(colour[2]));
  return text;
}

}  // namespace

std::string svg_item_colour(long k) {
  constexpr double kGoldenAngle = 137.50776405003785;  // degrees
  constexpr double kMiddle = 160;
  constexpr double kReach = 65;
  const double hue = std::fmod(static_cast<double>(k) * kGoldenAngle, 360.0) / 60;
  Colour colour{};
  for (std::size_t c = 0; c < 3; ++c) {
    // The hexagon of hues: a channel is full within 60 degrees of its own hue, empty beyond 120.
    const double away = std::abs(std::remainder(hue - 2 * static_cast<double>(c), 6.0));
    colour[c] = kMiddle + kReach * std::clamp(3 - 2 * away, -1.0, 1.0);
  }
  return hexadecimal(colour);
}

std::string svg_scale_colour(double share) {
  constexpr std::array<Colour, 7> kStops = {{{48, 18, 92},
                                             {59, 70, 140},
                                             {45, 113, 142},
                                             {33, 150, 136},
                                             {82, 190, 104},
                                             {170, 218, 64},
                                             {250, 235, 90}}};
  const double at = std::clamp(share, 0.0, 1.0) * (kStops.size() - 1);
  const std::size_t below = std::min(static_cast<std::size_t>(at), kStops.size() - 2);
  const double rest = at - static_cast<double>(below);
  Colour colour{};
  for (std::size_t c = 0; c < 3; ++c) {
    colour[c] = (1 - rest) * kStops[below][c] + rest * kStops[below + 1][c];
  }
  return hexadecimal(colour);
}

}  // namespace thalweg::report
