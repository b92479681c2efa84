#include "commands/path_regularization_report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

namespace thalweg::commands {
namespace {

std::string to_word(PathStatus status) {
  switch (status) {
    case PathStatus::kUnsolved:
      return "unsolved";
    case PathStatus::kSolved:
      return "solved";
    case PathStatus::kReducedAccuracy:
      return "reduced_accuracy";
    case PathStatus::kLimit:
      return "limit";
  }
  return "unsolved";
}

/// One value of every point as a JSON array.
template <class Items, class Value>
Json collect(const Items& items, Value value) {
  Json array = Json::array();
  for (const auto& item : items) array.push_back(value(item));
  return array;
}

/// The objective in words up to its beta, which is what varies.
std::string objective_in_words(const TrainingProblem& problem) {
  const std::string words = problem.describe();
  return words.substr(0, words.find(", beta ="));
}

Json describe_event(const PathEvent& event) {
  Json json;
  json["beta"] = event.beta;
  json["kind"] = thalweg::to_word(event.kind);
  json["neuron"] = event.neuron < 0 ? Json(nullptr) : Json(event.neuron);
  json["row"] = event.row < 0 ? Json(nullptr) : Json(event.row);
  json["resolution"] = event.resolution;
  return json;
}

Json describe_file_name(const std::string& path) {
  return path.empty() ? Json(nullptr) : Json(path);
}

void add_curves(Json& document, const RegularizationPath& path) {
  const std::vector<PathPoint>& points = path.points;
  document["betas"] = collect(points, [](const PathPoint& p) { return p.beta; });
  document["objectives"] = collect(points, [](const PathPoint& p) { return p.objective; });
  document["lower_bounds"] = collect(points, [](const PathPoint& p) { return p.lower_bound; });
  document["relative_gaps"] = collect(points, [](const PathPoint& p) { return p.relative_gap; });
  document["losses"] = collect(points, [](const PathPoint& p) { return p.loss; });
  document["penalties"] = collect(points, [](const PathPoint& p) { return p.beta * p.mass; });
  document["masses"] = collect(points, [](const PathPoint& p) { return p.mass; });
  document["neurons"] = collect(points, [](const PathPoint& p) { return p.network.width(); });
  document["at_event"] = collect(points, [](const PathPoint& p) { return p.event; });
  document["events"] = collect(path.events, describe_event);
}

void add_scan(Json& document, const std::vector<NetworkGap>& scan) {
  if (scan.empty()) {
    for (const char* key : {"network_objectives", "network_lower_bounds", "network_gaps"}) {
      document[key] = nullptr;
    }
    return;
  }
  document["network_objectives"] = collect(scan, [](const NetworkGap& g) { return g.objective; });
  document["network_lower_bounds"] =
      collect(scan, [](const NetworkGap& g) { return g.lower_bound; });
  document["network_gaps"] = collect(scan, [](const NetworkGap& g) { return g.relative_gap; });
}

double worst_gap(const RegularizationPath& path) {
  double worst = 0;
  for (const PathPoint& point : path.points) worst = std::max(worst, point.relative_gap);
  return worst;
}

/// Both bounds where the search for beta_max was cut.
std::string beta_max_in_words(const RegularizationPath& path) {
  constexpr double kClosed = 1e-9;
  if (std::isnan(path.beta_max)) return "unknown: the search was stopped";
  std::string words = exact_digits(path.beta_max) + ": from here on no neuron is needed";
  if (path.beta_max_lower < path.beta_max * (1 - kClosed)) {
    words += " (an upper bound; it is at least " + exact_digits(path.beta_max_lower) + ")";
  }
  return words;
}

/// "7: entry 4, exit 1, reach_wall 2".
std::string count_events(const RegularizationPath& path) {
  std::map<PathEventKind, int> counts;
  for (const PathEvent& event : path.events) ++counts[event.kind];
  std::string text = std::to_string(path.events.size());
  const char* separator = ": ";
  for (const auto& [kind, count] : counts) {
    text += separator + std::string(thalweg::to_word(kind)) + ' ' + std::to_string(count);
    separator = ", ";
  }
  return text;
}

/// At most ten points, evenly spread, as lines of the report.
void add_table(TextReport& text, const PathAnswer& answer) {
  constexpr std::size_t kRows = 10;
  const std::vector<PathPoint>& points = answer.path.points;
  const std::size_t rows = std::min(kRows, points.size());
  for (std::size_t r = 0; r < rows; ++r) {
    const std::size_t k = rows == 1 ? 0 : r * (points.size() - 1) / (rows - 1);
    const PathPoint& point = points[k];
    char line[160];
    std::snprintf(line, sizeof line, "objective %-12.8g loss %-10.5g mass %-9.5g neurons %-3lld",
                  point.objective, point.loss, point.mass,
                  static_cast<long long>(point.network.width()));
    std::string value = line;
    if (!answer.scan.empty()) {
      value += " gap " + rounded_up(answer.scan[k].relative_gap);
    }
    char label[32];
    std::snprintf(label, sizeof label, "beta %.4g", point.beta);
    text.add(label, value);
  }
}

}  // namespace

Json path_document(const PathOptions& options, const ProblemSetup& setup, const Inputs& inputs,
                   const PathAnswer& answer) {
  const RegularizationPath& path = answer.path;
  Json document = begin_document("path-regularization");
  document["inputs"] = describe_files(inputs);
  Json settings = describe_settings(options.run, setup, inputs);
  settings["objective"] = objective_in_words(setup.problem);
  settings["beta"] = nullptr;
  settings["torch_weight_decay"] = nullptr;
  settings["points"] = options.points;
  settings["gap"] = path_settings(options, {}).relative_gap;
  document["settings"] = std::move(settings);
  document["method"] = options.grid ? "grid" : "exact";
  document["status"] = to_word(path.status);
  document["level"] = to_string(Level::kEstimate);
  document["beta_max"] = path.beta_max;
  document["beta_max_lower"] = path.beta_max_lower;
  document["beta_max_upper"] = path.beta_max;
  add_curves(document, path);
  add_scan(document, answer.scan);
  document["worst_gap"] = worst_gap(path);
  document["defects"] = {{"concavity", answer.defects.concavity},
                         {"monotonicity", answer.defects.monotonicity},
                         {"mass", answer.defects.mass},
                         {"weak_duality", answer.defects.weak_duality}};
  document["solved_afresh"] = path.resolved;
  document["newton_steps"] = path.newton_steps;
  document["out"] = describe_file_name(options.out);
  document["csv"] = describe_file_name(options.csv);
  document["svg"] = describe_file_name(options.svg);
  return document;
}

TextReport path_text(const PathOptions& options, const ProblemSetup& setup, const Inputs& inputs,
                     const PathAnswer& answer) {
  const RegularizationPath& path = answer.path;
  TextReport text;
  add_inputs(text, inputs);
  text.add("objective", objective_in_words(setup.problem) + ", minimised for every beta");
  text.paragraph("Path: " + std::string(describe(path.status)) + ".");
  text.add("beta_max", beta_max_in_words(path));
  text.add("points", std::to_string(path.points.size()));
  if (!options.grid) text.add("events", count_events(path));
  text.add("worst gap", rounded_up(worst_gap(path)) + " (relative)");
  add_table(text, answer);
  for (const NamedFile& file : output_files(options)) {
    if (!file.path.empty()) text.add(file.option.substr(2), file.path);
  }
  return text;
}

}  // namespace thalweg::commands
