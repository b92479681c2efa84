#include "commands/path_report.hpp"

#include <algorithm>

namespace thalweg::commands {
namespace {

/// Rises up to this share of the start's objective are rounding's (the contract of paths).
constexpr double kRounding = 1e-12;

bool half_empty(const TwoLayerNetwork& network) {
  for (Index j = 0; j < network.width(); ++j) {
    const bool w = (network.W.row(j).array() != 0).any();
    if (w != (network.alpha(j, 0) != 0)) return true;
  }
  return false;
}

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

/// With its samples when they were asked for.
Json describe_curve(const BaselineCurve& curve, bool samples) {
  Json json = {{"maximum", curve.maximum}, {"at", curve.maximum_at}, {"barrier", curve.barrier}};
  if (!samples) return json;
  json["t"] = curve.t;
  json["objectives"] = curve.objectives;
  return json;
}

/// The objective where the path was sampled.
Json describe_samples(const std::vector<report::PathSample>& samples) {
  if (samples.empty()) return nullptr;
  Json json = {{"level", "estimate"}};
  for (const report::PathSample& sample : samples) {
    json["position"].push_back(sample.position);
    json["length"].push_back(sample.length);
    json["objective"].push_back(sample.objective);
  }
  return json;
}

Json describe_baselines(const std::optional<PathBaselines>& baselines, bool samples) {
  if (!baselines) return nullptr;
  Json json;
  json["level"] = "estimate";
  json["straight_line"] = describe_curve(baselines->line, samples);
  json["aligned_line"] =
      baselines->aligned ? describe_curve(*baselines->aligned, samples) : Json(nullptr);
  json["bezier"] = describe_curve(baselines->bezier, samples);
  return json;
}

Json describe_stuck(const PathAnswer& answer) {
  if (answer.status != PathStatus::kBlocked || answer.blocked_at < 0) return nullptr;
  const bool certified = answer.stuck.status == StrictMinimumStatus::kCertified;
  Json json;
  json["waypoint"] = answer.blocked_at;
  json["strict_local_minimum"] = certified;
  json["why_not"] = certified ? Json(nullptr) : Json(describe(answer.stuck.status));
  json["objective"] = certified ? Json::array({answer.stuck.lower, answer.stuck.upper}) : Json();
  json["distance"] = certified ? Json(answer.stuck.distance) : Json(nullptr);
  json["radius"] = certified ? Json(answer.stuck.radius) : Json(nullptr);
  return json;
}

void add_checked(Json& document, const NetworkPath& path, const CheckedPath& checked) {
  document["max_increase"] = checked.increase;
  document["start_objective"] = checked.start;
  document["end_objective"] = checked.end;
  document["maximum"] = checked.maximum;
  document["segments"] = segment_count(path);
  document["width"] = path.width();
  document["level"] = to_string(checked.level);
}

void begin(Json& document, const NetworkPathOptions& options, const ProblemSetup& setup,
           const Inputs& inputs) {
  document = begin_document("path");
  document["inputs"] = describe_files(inputs);
  document["settings"] = describe_settings(options.run, setup, inputs);
  document["settings"]["tolerance"] = options.accepted_gap();
  document["settings"]["widen"] = options.widen;
}

/// How far the objective rises: with two given ends only above the higher one counts.
std::string rise_in_words(const NetworkPath& path, const CheckedPath& checked) {
  if (path.end) {
    const double above = checked.maximum - std::max(checked.start, checked.end);
    return above <= 0 ? "nothing above the higher end"
                      : "at most " + rounded_up(above) + " above the higher end";
  }
  if (checked.increase == 0) return "nothing, on no piece of the way";
  return "at most " + rounded_up(checked.increase) +
         ", summed over the pieces at whose end it rises";
}

void add_checked(TextReport& text, const NetworkPath& path, const CheckedPath& checked) {
  text.add("objective", exact_digits(checked.start) + " at the start, " +
                            exact_digits(checked.end) + " at the end, at most " +
                            exact_digits(checked.maximum) + " on the way");
  text.add("rises by", rise_in_words(path, checked));
  text.add("path", std::to_string(segment_count(path)) + " segments through networks of width " +
                       std::to_string(path.width()));
}

std::string level_words(const CheckedPath& checked) {
  switch (checked.level) {
    case Level::kVerified:
      return "verified: ends, rise, maximum and the bound over all widths were recomputed by the "
             "independent checker in exact arithmetic";
    case Level::kValue:
      return "value: ends, rise and maximum were recomputed by the independent checker in exact "
             "arithmetic; the bound was not";
    default:
      return "estimate: floating point, not proved";
  }
}

std::string headline(const PathAnswer& answer) {
  switch (answer.status) {
    case PathStatus::kConnected:
      return "CONNECTED: ";
    case PathStatus::kBlocked:
      return "BLOCKED: ";
    case PathStatus::kDisconnected:
      return "DISCONNECTED: ";
  }
  return "";
}

void add_baselines(TextReport& text, const PathFindings& findings) {
  if (!findings.baselines) return;
  const PathBaselines& baselines = *findings.baselines;
  text.add("for comparison", "straight line at most about " + exact_digits(baselines.line.maximum) +
                                 ", trained Bezier curve " +
                                 exact_digits(baselines.bezier.maximum) + " (estimates)");
}

void add_outputs(TextReport& text, const NetworkPathOptions& options) {
  const std::pair<const char*, const std::string*> files[] = {{"written to", &options.out},
                                                              {"certificate", &options.certificate},
                                                              {"svg", &options.svg_loss},
                                                              {"svg", &options.svg_masses},
                                                              {"svg", &options.svg_slice}};
  for (const auto& [label, path] : files) {
    if (!path->empty()) text.add(label, *path);
  }
}

std::string next_step(const PathAnswer& answer) {
  if (answer.status == PathStatus::kConnected || answer.stopped_at_limit) return "";
  const Index more = answer.width_needed - answer.path.width();
  if (more <= 0) return "";
  return "--widen " + std::to_string(more) +
         (answer.status == PathStatus::kDisconnected
              ? " joins all global minima."
              : " opens a way from here (fewer empty neurons often do).");
}

}  // namespace

Index segment_count(const NetworkPath& path) {
  auto count = static_cast<Index>(path.kinds.size()) + 1 + (half_empty(path.start) ? 1 : 0);
  if (path.end) count += 1 + (half_empty(*path.end) ? 1 : 0);
  return count;
}

PathStatus status_of(const NetworkPath& path, const CheckedPath& checked) {
  const double highest_end = std::max(checked.start, checked.end);
  const bool holds = path.end ? checked.maximum <= (1 + kRounding) * highest_end
                              : checked.increase <= kRounding * checked.start;
  return holds ? PathStatus::kConnected : PathStatus::kBlocked;
}

Json network_path_document(const NetworkPathOptions& options, const ProblemSetup& setup,
                           const Inputs& inputs, const PathFindings& findings) {
  const PathAnswer& answer = findings.answer;
  Json document;
  begin(document, options, setup, inputs);
  document["status"] = to_string(answer.status);
  document["reason"] = answer.reason;
  add_checked(document, answer.path, answer.checked);
  document["width_needed"] = answer.width_needed;
  document["barrier"] = answer.barrier ? Json(*answer.barrier) : Json(nullptr);
  document["lower_bound"] = answer.lower_bound;
  document["optimum_upper_bound"] = answer.optimum_upper_bound;
  document["target"] = {{"width", answer.target.width()},
                        {"objective", setup.problem.objective(answer.target)},
                        {"is_optimal", answer.target_is_optimal}};
  document["lowest_waypoint"] = answer.lowest;
  document["stuck"] = describe_stuck(answer);
  document["disconnected_level"] = answer.status == PathStatus::kDisconnected
                                       ? Json(to_string(answer.disconnected))
                                       : Json(nullptr);
  document["curve"] = describe_samples(findings.samples);
  document["baselines"] = describe_baselines(findings.baselines, options.curves);
  document["out"] = text_or_null(options.out);
  document["certificate"] =
      describe_certificate(options.certificate, answer.checked.certificate_bytes, 0);
  document["stopped_at_limit"] = answer.stopped_at_limit;
  return document;
}

TextReport network_path_text(const NetworkPathOptions& options, const ProblemSetup& setup,
                             const Inputs& inputs, const PathFindings& findings) {
  const PathAnswer& answer = findings.answer;
  TextReport text;
  add_inputs(text, inputs);
  add_objective(text, setup);
  text.paragraph(headline(answer) + answer.reason + ".");
  add_checked(text, answer.path, answer.checked);
  text.add("bound", "no network of any width is below " + exact_digits(answer.lower_bound));
  if (!answer.target_is_optimal) {
    text.add("target", "the best network of at most this width that was found, objective " +
                           exact_digits(setup.problem.objective(answer.target)));
  }
  if (answer.barrier) {
    text.add("barrier", "a path need not go above " + exact_digits(*answer.barrier));
  }
  if (answer.stuck.status == StrictMinimumStatus::kCertified) {
    text.add("stuck", "at waypoint " + std::to_string(answer.blocked_at) + ", within " +
                          rounded_up(answer.stuck.distance) +
                          " of a strict local minimum of objective " +
                          exact_digits(answer.stuck.lower) + " (proved)");
  }
  add_baselines(text, findings);
  text.add("level", answer.status == PathStatus::kDisconnected
                        ? std::string(to_string(answer.disconnected))
                        : level_words(answer.checked));
  add_outputs(text, options);
  if (answer.stopped_at_limit) text.add("stopped", "at the limit; what is printed is valid");
  if (const std::string advice = next_step(answer); !advice.empty()) text.paragraph(advice);
  return text;
}

Json checked_path_document(const NetworkPathOptions& options, const ProblemSetup& setup,
                           const Inputs& inputs, const NetworkPath& path,
                           const CheckedPath& checked) {
  Json document;
  begin(document, options, setup, inputs);
  document["status"] = to_string(status_of(path, checked));
  add_checked(document, path, checked);
  document["certificate"] = describe_certificate(options.certificate, checked.certificate_bytes, 0);
  document["stopped_at_limit"] = checked.stopped_at_limit;
  return document;
}

TextReport checked_path_text(const NetworkPathOptions& options, const ProblemSetup& setup,
                             const Inputs& inputs, const NetworkPath& path,
                             const CheckedPath& checked) {
  TextReport text;
  add_inputs(text, inputs);
  add_objective(text, setup);
  text.paragraph(status_of(path, checked) == PathStatus::kConnected
                     ? path.end ? "CONNECTED: the stored path is one, and the objective is nowhere "
                                  "above that of its higher end."
                                : "CONNECTED: the stored path is one, and the objective does not "
                                  "rise on it."
                     : "BLOCKED: the stored path is one, and the objective rises on it.");
  add_checked(text, path, checked);
  text.add("level", level_words(checked));
  add_outputs(text, options);
  return text;
}

}  // namespace thalweg::commands
