#include "thalweg/report/gallery_picture.hpp"

#include <algorithm>
#include <cmath>

#include "thalweg/report/svg_panel.hpp"

namespace thalweg::report {
namespace {

constexpr double kWidth = 860;
constexpr double kHeight = 400;
constexpr SvgPanel::Box kLeft = {64, 108, 340, 240};
constexpr SvgPanel::Box kRight = {502, 108, 340, 240};
constexpr double kKeys = 40;           ///< top of the keys
constexpr double kBesides = 1.35;      ///< factor of widths left and right of the runs
constexpr double kSpread = 0.36;       ///< of the runs of one width, in doublings
constexpr double kLeastExcess = 1e-9;  ///< above the bound, relatively, that is shown

double lowest(const WidthRuns& runs) {
  return *std::min_element(runs.objectives.begin(), runs.objectives.end());
}

double highest(const std::vector<WidthRuns>& runs) {
  double most = 0;
  for (const WidthRuns& some : runs) {
    for (const double objective : some.objectives) most = std::max(most, objective);
  }
  return most;
}

SvgPanel::Range widths(const GalleryFigure& figure) {
  const auto first = static_cast<double>(figure.runs.front().width);
  const auto last = static_cast<double>(figure.runs.back().width);
  return {first / kBesides, last * kBesides, Ticks::kDoubling};
}

/// A panel, and what it shows of an objective.
struct View {
  SvgPanel panel;
  double base;  ///< relative excess over it, or 0: the objective itself

  [[nodiscard]] double operator()(double objective) const {
    return base > 0 ? std::max(objective / base - 1, kLeastExcess) : objective;
  }
};

/// A point for each run, side by side in their order.
std::string draw_runs(const View& view, const WidthRuns& runs) {
  std::string svg;
  const auto count = static_cast<double>(runs.objectives.size());
  for (std::size_t s = 0; s < runs.objectives.size(); ++s) {
    const double place = (static_cast<double>(s) + 0.5) / count - 0.5;
    const double x = static_cast<double>(runs.width) * std::exp2(kSpread * place);
    svg += "<circle class=\"point\" cx=\"" + svg_number(view.panel.x(x)) + "\" cy=\"" +
           svg_number(view.panel.y(view(runs.objectives[s]))) + "\" r=\"2.2\"><title>" +
           svg_number(runs.objectives[s], "%.10g") + "</title></circle>\n";
  }
  return svg;
}

std::string level(const View& view, const SvgPanel::Box& box, const char* kind, double objective) {
  const std::string y = svg_number(view.panel.y(view(objective)));
  return std::string("<path class=\"") + kind + "\" d=\"M" + svg_number(box.left) + ' ' + y + "h" +
         svg_number(box.width) + "\"/>\n";
}

/// The runs, their lowest, and the certified network's objective and number of branches.
std::string draw(const View& view, const SvgPanel::Box& box, const GalleryFigure& figure) {
  std::string svg;
  std::vector<std::pair<double, double>> best;
  for (const WidthRuns& runs : figure.runs) {
    svg += draw_runs(view, runs);
    best.emplace_back(static_cast<double>(runs.width), view(lowest(runs)));
  }
  const std::string x = svg_number(view.panel.x(static_cast<double>(figure.width)));
  svg += "<path class=\"mark\" d=\"M" + x + ' ' + svg_number(box.top) + "V" +
         svg_number(view.panel.bottom()) + "\"/>\n";
  return svg + view.panel.line("network", best) + level(view, box, "optimum", figure.objective);
}

std::string key(double left, double top, const char* kind, const std::string& words) {
  const std::string x = svg_number(left);
  const std::string sign = *kind == '\0' ? "<circle class=\"point\" cx=\"" + svg_number(left + 14) +
                                               "\" cy=\"" + svg_number(top - 4) + "\" r=\"2.2\"/>\n"
                                         : std::string("<path class=\"") + kind + "\" d=\"M" + x +
                                               ' ' + svg_number(top - 4) + "h28\"/>\n";
  return sign + svg_label(left + 36, top, words);
}

std::string draw_keys(const GalleryFigure& figure) {
  const std::string starts = std::to_string(figure.runs.front().objectives.size());
  return key(kLeft.left, kKeys, "optimum",
             "certified optimum " + svg_number(figure.objective, "%.8g")) +
         key(kLeft.left, kKeys + 18, "bound",
             "no network is below " + svg_number(figure.lower_bound, "%.8g")) +
         key(kLeft.left, kKeys + 36, "mark",
             "the certified network has " + std::to_string(figure.width) + ' ' + figure.branches) +
         key(kRight.left, kKeys, "", "one of " + starts + " random starts") +
         key(kRight.left, kKeys + 18, "network", "the lowest of them");
}

std::string describe(const GalleryFigure& figure) {
  std::string words = "No network is below " + svg_number(figure.lower_bound, "%.10g") +
                      "; the certified one has " + svg_number(figure.objective, "%.10g") +
                      ". Lowest run: ";
  for (const WidthRuns& runs : figure.runs) {
    words += svg_number(lowest(runs), "%.10g") + " with " + std::to_string(runs.width) +
             (&runs == &figure.runs.back() ? '.' : ',') + ' ';
  }
  words.pop_back();
  return words;
}

}  // namespace

std::string draw_gallery(const GalleryFigure& figure) {
  const double top = highest(figure.runs);
  const double room = 0.06 * (top - figure.lower_bound);
  const std::string label = "number of " + figure.branches;
  const View objectives{
      SvgPanel(kLeft, widths(figure), {figure.lower_bound - room, top + room, Ticks::kReal}), 0};
  const double certified = std::max(figure.objective / figure.lower_bound - 1, kLeastExcess);
  const View excess{SvgPanel(kRight, widths(figure),
                             {certified / 2, 2 * (top / figure.lower_bound - 1), Ticks::kLog}),
                    figure.lower_bound};
  return svg_start(figure.title, describe(figure), kWidth, kHeight) +
         svg_label(kLeft.left, 20, figure.title) + draw_keys(figure) +
         objectives.panel.frame("objective", label) +
         excess.panel.frame("objective / lower bound - 1", label) +
         level(objectives, kLeft, "bound", figure.lower_bound) + draw(objectives, kLeft, figure) +
         draw(excess, kRight, figure) + "</svg>\n";
}

}  // namespace thalweg::report
