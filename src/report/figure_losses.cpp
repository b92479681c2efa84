#include <algorithm>
#include <cmath>

#include "report/figure.hpp"
#include "report/html.hpp"
#include "thalweg/report/path_picture.hpp"

namespace thalweg::report {
namespace {

/// Numbers of an array of at least two.
std::optional<std::vector<double>> numbers(const Item& array) {
  if (array.size() < 2) return std::nullopt;
  std::vector<double> values;
  for (std::size_t k = 0; k < array.size(); ++k) values.push_back(array[k].number());
  return values;
}

std::optional<BaselineCurve> baseline_of(const Item& item) {
  const auto t = numbers(item["t"]);
  const auto objectives = numbers(item["objectives"]);
  if (!t || !objectives || t->size() != objectives->size()) return std::nullopt;
  BaselineCurve curve;
  curve.t = *t;
  curve.objectives = *objectives;
  return curve;
}

std::optional<PathBaselines> baselines_of(const Item& item) {
  const auto line = baseline_of(item["straight_line"]);
  const auto bezier = baseline_of(item["bezier"]);
  if (!line || !bezier) return std::nullopt;
  PathBaselines baselines;
  baselines.line = *line;
  baselines.bezier = *bezier;
  baselines.aligned = baseline_of(item["aligned_line"]);
  return baselines;
}

std::optional<std::vector<PathSample>> samples_of(const Item& curve) {
  const auto positions = numbers(curve["position"]);
  const auto lengths = numbers(curve["length"]);
  const auto objectives = numbers(curve["objective"]);
  if (!positions || !lengths || !objectives) return std::nullopt;
  if (positions->size() != lengths->size() || positions->size() != objectives->size()) {
    return std::nullopt;
  }
  std::vector<PathSample> samples;
  for (std::size_t k = 0; k < positions->size(); ++k) {
    samples.push_back({(*positions)[k], (*lengths)[k], (*objectives)[k], {}});
  }
  return samples;
}

std::string tabulate(const Item& document) {
  FactTable table("Highest objectives on the ways");
  table.add("The path", exact(document["maximum"]), "at most, anywhere on it");
  const Item baselines = document["baselines"];
  const auto add = [&](const char* label, const char* key) {
    if (baselines[key].known()) {
      table.add(label, exact(baselines[key]["maximum"]),
                "rises above its higher end by " + exact(baselines[key]["barrier"]));
    }
  };
  add("Straight line", "straight_line");
  add("Straight line after matching neurons", "aligned_line");
  add("Trained B\u00e9zier curve", "bezier");
  return table.html();
}

}  // namespace

std::optional<Figure> draw_losses(const Item& document) {
  const auto samples = samples_of(document["curve"]);
  if (!samples) return std::nullopt;
  const Item bound = document["lower_bound"];
  const std::optional<double> lower_bound =
      bound.is_number() ? std::optional(bound.number()) : std::nullopt;
  return Figure{draw_path_losses(*samples, baselines_of(document["baselines"]), lower_bound),
                "The objective on the way from one network to the other. The straight line, and "
                "curves that were trained to stay low, are what one would try without a theory; "
                "they are sampled, and floating point.",
                tabulate(document)};
}

}  // namespace thalweg::report
