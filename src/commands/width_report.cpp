#include "commands/width_report.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "commands/optimal_set_report.hpp"

namespace thalweg::commands {
namespace {

/// A decimal number as a JSON number up to 2^53, above as the string it is.
Json count(const std::string& decimal) {
  constexpr std::uint64_t kLargestExact = std::uint64_t{1} << 53;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(decimal.data(), decimal.data() + decimal.size(), value);
  if (error != std::errc{} || end != decimal.data() + decimal.size() || value > kLargestExact) {
    return decimal;
  }
  return value;
}

Json describe_steps(const Widths& widths) {
  if (!widths.staircase) return nullptr;
  Json steps = Json::object();
  for (const WidthComponents& step : widths.staircase->steps) {
    steps[std::to_string(step.width)] = {
        {"components", step.components},
        {"isolated", step.isolated},
        {"components_with_permutations", count(step.components_with_permutations)},
        {"isolated_with_permutations", count(step.isolated_with_permutations)}};
  }
  return steps;
}

Json describe_file(const SpuriousValley& valley, const std::string& path) {
  const bool written = valley.evidence == ValleyEvidence::kSpurious && !path.empty();
  return written ? Json(path) : Json(nullptr);
}

/// Evidence by width: of those that were searched, and of the first at which there is a proof for
/// all.
Json describe_valleys(const WidthOptions& options, const Widths& widths) {
  Json valleys = Json::object();
  for (const SpuriousValley& valley : widths.valleys) {
    const WitnessFiles files = witness_files(options, valley.width);
    const bool found = valley.evidence == ValleyEvidence::kSpurious;
    Json json;
    json["evidence"] = to_string(valley.evidence);
    json["file"] = describe_file(valley, files.minimum);
    json["lower_file"] = describe_file(valley, files.better);
    json["objective"] =
        found ? Json::array({valley.minimum.lower, valley.minimum.upper}) : Json(nullptr);
    json["lower_objective"] = found ? Json(valley.better_upper) : Json(nullptr);
    json["separation"] = found ? Json(valley.separation) : Json(nullptr);
    json["starts"] = valley.starts;
    json["stopped_at_limit"] = valley.stopped;
    valleys[std::to_string(valley.width)] = std::move(json);
  }
  if (!widths.no_spurious_valleys_from) return valleys;
  Json& proved = valleys[std::to_string(*widths.no_spurious_valleys_from)];
  if (proved.is_null()) {
    proved = {{"evidence", to_string(ValleyEvidence::kNone)}, {"file", nullptr}};
  }
  return valleys;
}

/// How far each number is proved.
struct Levels {
  ClaimLevel m_star;
  ClaimLevel M_star;
  ClaimLevel components;
  ClaimLevel activation_rank;
  ClaimLevel no_valleys;  ///< from there on; maybe from earlier too
};

Levels levels_of(const Widths& widths) {
  const OptimalSet& set = widths.set;
  const auto of_bounds = [&](Index lower, Index upper) {
    const bool proved = set.level != ClaimLevel::kPossible;
    if (!proved) return ClaimLevel::kPossible;
    return lower == upper ? ClaimLevel::kExact : ClaimLevel::kCertifiedBound;
  };
  const bool exact = widths.staircase && set.level == ClaimLevel::kExact;
  return {of_bounds(set.m_star_lower, set.m_star_upper),
          of_bounds(set.M_star_lower, set.M_star_upper),
          exact ? ClaimLevel::kExact : ClaimLevel::kPossible,
          widths.activation_rank_proved ? ClaimLevel::kExact : ClaimLevel::kCertifiedBound,
          widths.no_spurious_valleys_from ? ClaimLevel::kCertifiedBound : ClaimLevel::kPossible};
}

std::string with_level(const std::string& words, ClaimLevel level) {
  return words + " (" + std::string(to_string(level)) + ")";
}

std::string valleys_in_words(const Widths& widths, ClaimLevel level) {
  if (!widths.no_spurious_valleys_from) {
    return "not known: the objective may fall for ever, without a minimum";
  }
  return with_level("from width " + std::to_string(*widths.no_spurious_valleys_from) +
                        " on, for any targets: a path of non-increasing objective leads from "
                        "every network to a global minimum",
                    level);
}

void add_steps(TextReport& text, const Widths& widths) {
  if (!widths.staircase) {
    text.add("components", widths.set.located()
                               ? "not counted: not all vertices of the optimal polytope are listed"
                               : "not known");
    return;
  }
  for (const WidthComponents& step : widths.staircase->steps) {
    std::string words = std::to_string(step.components) +
                        (step.components == 1 ? " component, " : " components, ") +
                        std::to_string(step.isolated) + " of them isolated";
    if (step.components_with_permutations != std::to_string(step.components)) {
      words += "; counting slot orders " + step.components_with_permutations + ", " +
               step.isolated_with_permutations + " isolated";
    }
    text.add("width " + std::to_string(step.width), words);
  }
  text.add("connected from", "width " + std::to_string(widths.staircase->connected_from) +
                                 " on: any two optimal networks are joined by a path of optimal "
                                 "networks, slot orders included");
}

void add_valleys(TextReport& text, const WidthOptions& options, const Widths& widths) {
  for (const SpuriousValley& valley : widths.valleys) {
    std::string words(to_string(valley.evidence));
    if (valley.evidence == ValleyEvidence::kSpurious) {
      char numbers[160];
      std::snprintf(numbers, sizeof numbers,
                    ": a strict local minimum at %.9g is certified; a network of the same width "
                    "is lower by at least %.3g",
                    valley.minimum.lower, valley.separation);
      words += numbers;
      const WitnessFiles files = witness_files(options, valley.width);
      if (!files.minimum.empty()) words += " (" + files.minimum + ", " + files.better + ")";
    } else if (valley.evidence == ValleyEvidence::kOpen) {
      words += ": no spurious valley was found in " + std::to_string(valley.starts) +
               " descents, which proves nothing";
    }
    text.add("valleys, width " + std::to_string(valley.width), words);
  }
}

bool stopped(const Widths& widths) {
  const auto& valleys = widths.valleys;
  return widths.set.stopped_at_limit ||
         std::any_of(valleys.begin(), valleys.end(),
                     [](const SpuriousValley& valley) { return valley.stopped; });
}

}  // namespace

Json width_document(const WidthOptions& options, const ProblemSetup& setup, const Inputs& inputs,
                    const Widths& widths) {
  const Levels levels = levels_of(widths);
  Json document = begin_document("width");
  document["inputs"] = describe_files(inputs);
  document["settings"] = describe_settings(options.run, setup, inputs);
  document["settings"]["starts"] = options.starts;
  add_optimal_set(document, widths.set);
  document["components_by_width"] = describe_steps(widths);
  document["connected_from"] =
      widths.staircase ? Json(widths.staircase->connected_from) : Json(nullptr);
  document["activation_rank"] = widths.activation_rank;
  const std::optional<Index> from = widths.no_spurious_valleys_from;
  document["no_spurious_valleys_from"] = from ? Json(*from) : Json(nullptr);
  document["spurious_valleys"] = describe_valleys(options, widths);
  document["levels"] = {{"m_star", to_string(levels.m_star)},
                        {"M_star", to_string(levels.M_star)},
                        {"components_by_width", to_string(levels.components)},
                        {"connected_from", to_string(levels.components)},
                        {"activation_rank", to_string(levels.activation_rank)},
                        {"no_spurious_valleys_from", to_string(levels.no_valleys)}};
  document["witness"] = options.witness.empty() ? Json(nullptr) : Json(options.witness);
  document["svg"] = options.svg.empty() ? Json(nullptr) : Json(options.svg);
  document["stopped_at_limit"] = stopped(widths);
  return document;
}

TextReport width_text(const WidthOptions& options, const ProblemSetup& setup, const Inputs& inputs,
                      const Widths& widths) {
  const OptimalSet& set = widths.set;
  const Levels levels = levels_of(widths);
  TextReport text;
  add_inputs(text, inputs);
  add_objective(text, setup);
  text.paragraph(optimal_set_in_words(set));
  const std::string m_star = bounds_in_words(set, set.m_star_lower, set.m_star_upper);
  const std::string M_star = bounds_in_words(set, set.M_star_lower, set.M_star_upper);
  text.add("m*", set.located() ? with_level(m_star + ": the fewest neurons of an optimal network",
                                            levels.m_star)
                               : m_star);
  text.add("M*", set.located()
                     ? with_level(M_star + ": the most neurons of one with independent activations",
                                  levels.M_star)
                     : M_star);
  add_steps(text, widths);
  if (set.located()) {
    text.add("level", level_in_words(levels.components));
    text.add("proof", describe(set.proof));
  }
  text.add("activation rank", with_level(std::to_string(widths.activation_rank) +
                                             ": the dimension that all activations (X u)_+ span",
                                         levels.activation_rank));
  text.add("no spurious valleys", valleys_in_words(widths, levels.no_valleys));
  add_valleys(text, options, widths);
  if (!options.svg.empty()) text.add("svg", options.svg);
  if (stopped(widths)) text.add("stopped", "at the limit; what is printed is valid");
  return text;
}

}  // namespace thalweg::commands
