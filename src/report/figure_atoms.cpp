#include <algorithm>
#include <cmath>

#include "report/figure.hpp"
#include "report/html.hpp"
#include "thalweg/report/svg_panel.hpp"

namespace thalweg::report {
namespace {

/// The range of an atom's mass; one number where it has no choice.
struct Mass {
  double low = 0;
  double high = 0;
  std::string words;
};

std::optional<Mass> mass_of(const Item& atom) {
  const Item mass = atom["mass"];
  if (mass.is_number()) return Mass{mass.number(), mass.number(), mass.text()};
  if (mass.size() != 2 || !mass[0].is_number() || !mass[1].is_number()) return std::nullopt;
  return Mass{mass[0].number(), mass[1].number(), mass[0].text() + " to " + mass[1].text()};
}

const char* kind_of(const Item& atom) { return atom["sign"].number() < 0 ? "minus" : "plus"; }

std::string hover_of(const Item& atom, std::size_t q, const Mass& mass) {
  std::string words = "direction " + std::to_string(q) + ": mass " + mass.words + "; u =";
  constexpr std::size_t kMost = 6;
  const Item u = atom["u"];
  for (std::size_t k = 0; k < std::min(kMost, u.size()); ++k) words += ' ' + u[k].text();
  return words + (u.size() > kMost ? " ..." : "");
}

double largest_mass(const Item& atoms) {
  double most = 0;
  for (std::size_t q = 0; q < atoms.size(); ++q) {
    if (const auto mass = mass_of(atoms[q])) most = std::max(most, mass->high);
  }
  return most;
}

std::string ray(const char* kind, double width, const std::string& from, const std::string& to) {
  return std::string("<path class=\"") + kind + "\" style=\"stroke-width:" + svg_number(width) +
         ";stroke-linecap:round\" d=\"M" + from + "L" + to + "\"/>\n";
}

}  // namespace

std::optional<Figure> draw_directions(const Item& atoms) {
  const double most = largest_mass(atoms);
  if (atoms.size() == 0 || atoms.size() > kMostShown || !(most > 0)) return std::nullopt;
  constexpr double kSize = 420;
  constexpr double kRadius = 180;
  std::string svg = svg_start("Directions of the optimal neurons",
                              std::to_string(atoms.size()) +
                                  " directions in the plane of weights, each as long as its mass "
                                  "may be; full: what it has at least.",
                              kSize, kSize);
  svg +=
      "<circle class=\"grid\" cx=\"210\" cy=\"210\" r=\"180\"/>\n<path class=\"grid\" "
      "d=\"M30 210h360M210 30v360\"/>\n";
  for (std::size_t q = 0; q < atoms.size(); ++q) {
    const Item u = atoms[q]["u"];
    const auto mass = mass_of(atoms[q]);
    if (!mass || u.size() != 2 || !u[0].is_number() || !u[1].is_number()) return std::nullopt;
    const double norm = std::hypot(u[0].number(), u[1].number());
    if (!(norm > 0)) return std::nullopt;
    const auto place = [&](double length) {
      const double share = kRadius * length / most / norm;
      return std::pair(kSize / 2 + share * u[0].number(), kSize / 2 - share * u[1].number());
    };
    const auto text = [&](double length) {
      const auto [x, y] = place(length);
      return svg_number(x) + ' ' + svg_number(y);
    };
    svg += ray(kind_of(atoms[q]), 1.5, text(0), text(mass->high));
    if (mass->low > 0) svg += ray(kind_of(atoms[q]), 5, text(0), text(mass->low));
    const auto [x, y] = place(mass->high);
    svg += svg_hit(x, y, hover_of(atoms[q], q, *mass));
  }
  return Figure{svg + "</svg>\n",
                "Every optimal neuron points in one of these directions of the plane of weights. "
                "Thin: the mass |w| |alpha| that it has at most among all optimal networks; thick: "
                "at least. Blue: positive output weight, orange: negative. The circle is the "
                "largest mass.",
                ""};
}

std::optional<Figure> draw_mass_ranges(const Item& atoms) {
  constexpr std::size_t kMostBars = 60;
  const double most = largest_mass(atoms);
  if (atoms.size() == 0 || !(most > 0)) return std::nullopt;
  const std::size_t bars = std::min(kMostBars, atoms.size());
  const double height = 16 * static_cast<double>(bars);
  const SvgPanel panel({70, 30, 770, height}, {0, 1.03 * most, Ticks::kReal},
                       {static_cast<double>(bars) - 0.5, -0.5, Ticks::kWhole});
  std::string svg = svg_start("Masses of the optimal directions",
                              std::to_string(bars) +
                                  " bars from the least to the greatest mass that a direction "
                                  "has in an optimal network.",
                              860, height + 80) +
                    panel.frame("direction", "mass |w| |alpha|");
  for (std::size_t q = 0; q < bars; ++q) {
    const auto mass = mass_of(atoms[q]);
    if (!mass) continue;
    const double y = panel.y(static_cast<double>(q));
    const std::string at = ' ' + svg_number(y);
    svg += ray(kind_of(atoms[q]), 5, svg_number(panel.x(mass->low)) + at,
               svg_number(panel.x(mass->high)) + at) +
           svg_hit(panel.x(mass->low), y, hover_of(atoms[q], q, *mass)) +
           svg_hit(panel.x(mass->high), y, hover_of(atoms[q], q, *mass));
  }
  svg += "</svg>\n";
  return Figure{svg,
                "How much mass each direction has among all optimal networks, from least to most; "
                "a dot where there is no choice. Blue: positive output weight, orange: negative.",
                ""};
}

}  // namespace thalweg::report
