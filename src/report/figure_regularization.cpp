#include <algorithm>
#include <cmath>

#include "report/figure.hpp"
#include "report/html.hpp"
#include "thalweg/report/svg_panel.hpp"

namespace thalweg::report {
namespace {

constexpr double kLeft = 76;
constexpr double kLength = 764;

using Curve = std::vector<std::pair<double, double>>;  ///< (beta, value) by falling beta

Curve curve_of(const Item& document, const char* key) {
  Curve curve;
  const Item betas = document["betas"];
  const Item values = document[key];
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (values[k].is_number()) curve.emplace_back(betas[k].number(), values[k].number());
  }
  return curve;
}

/// A range of a logarithmic axis with room around all positive values.
SvgPanel::Range log_range(const std::vector<Curve>& curves) {
  double low = 0;
  double high = 0;
  for (const Curve& curve : curves) {
    for (const auto& [beta, value] : curve) {
      if (!(value > 0)) continue;
      low = low > 0 ? std::min(low, value) : value;
      high = std::max(high, value);
    }
  }
  return high > 0 ? SvgPanel::Range{0.8 * low, 1.25 * high, Ticks::kLog}
                  : SvgPanel::Range{0.1, 1, Ticks::kLog};
}

std::string key(double left, const char* kind, const std::string& words) {
  return std::string("<path class=\"") + kind + "\" d=\"M" + svg_number(left) + " 16h24\"/>\n" +
         svg_label(left + 32, 20, words);
}

std::string draw_objectives(const Item& document, double high, double low) {
  const Curve objective = curve_of(document, "objectives");
  const Curve bound = curve_of(document, "lower_bounds");
  const Curve loss = curve_of(document, "losses");
  const Curve penalty = curve_of(document, "penalties");
  const Curve network = curve_of(document, "network_objectives");
  const SvgPanel panel({kLeft, 36, kLength, 230}, {high, low, Ticks::kLog},
                       log_range({objective, bound, loss, penalty, network}));
  std::string svg = panel.frame("") + panel.line("plus", loss) + panel.line("minus", penalty) +
                    panel.line("optimum", objective) + panel.line("bound", bound) +
                    panel.line("network", network) + key(kLeft, "optimum", "optimum") +
                    key(kLeft + 120, "bound", "lower bound") + key(kLeft + 260, "plus", "loss") +
                    key(kLeft + 360, "minus", "penalty");
  if (!network.empty()) svg += key(kLeft + 480, "network", "the given network");
  const Item events = document["events"];
  for (std::size_t k = 0; k < std::min(events.size(), kMostShown); ++k) {
    const double beta = events[k]["beta"].number();
    if (beta > 0) svg += panel.event(beta);
  }
  const Item betas = document["betas"];
  for (std::size_t k = 0; k < std::min(betas.size(), kMostShown); ++k) {
    svg += svg_hit(panel.x(betas[k].number()), panel.y(document["objectives"][k].number()),
                   "beta " + betas[k].text() + ": optimum " + document["objectives"][k].text() +
                       ", neurons " + document["neurons"][k].text());
  }
  return svg;
}

std::string draw_neurons(const Item& document, double high, double low) {
  const Curve counts = curve_of(document, "neurons");
  double most = 1;
  for (const auto& [beta, count] : counts) most = std::max(most, count);
  const SvgPanel panel({kLeft, 310, kLength, 120}, {high, low, Ticks::kLog},
                       {0, 1.1 * most, Ticks::kWhole});
  // What lies between two points belongs to the later one: an event changes what follows.
  return panel.frame("neurons of the optimum", "beta, falling to the right (log scale)") +
         panel.line("count", counts, Joints::kSteps);
}

std::string tabulate(const Item& document) {
  constexpr std::size_t kMostRows = 100;
  DataTable table("Optima by penalty",
                  {"beta", "objective", "lower bound", "loss", "penalty", "neurons"});
  for (std::size_t k = 0; k < std::min(kMostRows, document["betas"].size()); ++k) {
    table.add({exact(document["betas"][k]), exact(document["objectives"][k]),
               exact(document["lower_bounds"][k]), exact(document["losses"][k]),
               exact(document["penalties"][k]), exact(document["neurons"][k])});
  }
  return table.html();
}

}  // namespace

std::optional<Figure> draw_regularization(const Item& document) {
  const Item betas = document["betas"];
  if (betas.size() < 2) return std::nullopt;
  const double high = betas[0].number();
  const double low = betas[betas.size() - 1].number();
  for (std::size_t k = 0; k < betas.size(); ++k) {
    if (!(betas[k].number() > 0)) return std::nullopt;
  }
  std::string svg =
      svg_start("Optimum over the penalty",
                std::to_string(betas.size()) + " optima from beta = " + betas[0].text() +
                    " down to " + betas[betas.size() - 1].text() + ".",
                860, 480);
  svg += draw_objectives(document, high, low) + draw_neurons(document, high, low) + "</svg>\n";
  return Figure{
      svg,
      "The best possible objective for every strength of weight decay, from strong at the "
      "left to weak at the right, and how many neurons it needs. Ticks above the axis: "
      "where neurons come, go, or meet a sample.",
      tabulate(document)};
}

}  // namespace thalweg::report
