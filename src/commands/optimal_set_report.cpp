#include "commands/optimal_set_report.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "thalweg/landscape/invariances.hpp"

namespace thalweg::commands {
namespace {

Json describe_range(const OptimalRange& range) { return Json::array({range.lower, range.upper}); }

Json describe_atoms(const OptimalSetAnswer& answer) {
  const std::vector<OptimalRange> masses = mass_ranges(answer.set);
  Json atoms = Json::array();
  for (std::size_t q = 0; q < answer.set.atoms.size(); ++q) {
    const OptimalAtom& atom = answer.set.atoms[q];
    Json json;
    json["sign"] = atom.sign == Sign::kPlus ? 1 : -1;
    json["u"] = to_json(atom.u);
    json["kinks"] = atom.kinks;
    json["radius"] = atom.radius;
    json["mass"] = describe_range(masses[q]);
    json["centre_mass"] = answer.set.centre.size() > 0
                              ? Json(answer.set.centre[static_cast<Index>(q)])
                              : Json(nullptr);
    if (!answer.cells.empty()) json["cells"] = answer.cells[q];
    atoms.push_back(std::move(json));
  }
  return atoms;
}

void add_membership(Json& document, const OptimalSetOptions& options,
                    const std::optional<Membership>& membership) {
  if (!membership) {
    document["member"] = nullptr;
    document["reason"] = nullptr;
    document["excess"] = nullptr;
    return;
  }
  document["member"] = membership->member;
  document["reason"] = membership->reason;
  document["excess"] = {
      {"total", membership->excess},
      {"balance", membership->balance},
      {"direction", membership->direction},
      {"fit", membership->fit},
      {"neuron", membership->neuron < 0 ? Json(nullptr) : Json(membership->neuron)},
      {"tolerance", options.membership_tolerance()}};
}

void add_predictions(Json& document, const std::optional<PredictionAnswer>& predictions) {
  if (!predictions) {
    document["prediction_range"] = nullptr;
    document["prediction_centre"] = nullptr;
    document["prediction_complete"] = nullptr;
    document["test_loss_range"] = nullptr;
    return;
  }
  Json ranges = Json::array();
  for (const OptimalRange& range : predictions->ranges.predictions) {
    ranges.push_back(describe_range(range));
  }
  document["prediction_range"] = std::move(ranges);
  document["prediction_centre"] = to_json(predictions->centre);
  document["prediction_complete"] = predictions->ranges.complete;
  document["test_loss_range"] =
      predictions->loss ? describe_range(*predictions->loss) : Json(nullptr);
}

/// "+0.6 -0.8": at most six coordinates.
std::string coordinates(const Vector& u) {
  constexpr Index kMost = 6;
  std::string text;
  for (Index k = 0; k < std::min(kMost, u.size()); ++k) {
    char number[32];
    std::snprintf(number, sizeof number, "%s%+.5f", k > 0 ? " " : "", u[k]);
    text += number;
  }
  return text + (u.size() > kMost ? " ..." : "");
}

/// ", kink at row 3", ", kinks at rows 3 5 8", at most five of them.
std::string kinks_in_words(const std::vector<Index>& rows) {
  constexpr std::size_t kMost = 5;
  std::string text = rows.size() == 1 ? ", kink at row" : ", kinks at rows";
  for (std::size_t k = 0; k < std::min(kMost, rows.size()); ++k) {
    text += ' ' + std::to_string(rows[k]);
  }
  const std::size_t more = rows.size() > kMost ? rows.size() - kMost : 0;
  return more == 0 ? text : text + " and " + std::to_string(more) + " more";
}

void add_atom_table(TextReport& text, const OptimalSet& set) {
  constexpr std::size_t kMost = 40;
  const std::vector<OptimalRange> masses = mass_ranges(set);
  for (std::size_t q = 0; q < std::min(kMost, set.atoms.size()); ++q) {
    const OptimalAtom& atom = set.atoms[q];
    char range[80];
    const bool one = masses[q].upper - masses[q].lower <= 1e-12 * masses[q].upper;
    std::snprintf(range, sizeof range, one ? "mass %.5g" : "mass %.5g to %.5g", masses[q].lower,
                  masses[q].upper);
    std::string line = coordinates(atom.u) + "  " + range;
    if (!atom.kinks.empty()) line += kinks_in_words(atom.kinks);
    text.add("direction " + std::to_string(q) + (atom.sign == Sign::kPlus ? " (+)" : " (-)"), line);
  }
  if (set.atoms.size() > kMost) {
    text.add("",
             std::to_string(set.atoms.size() - kMost) + " more directions: see --json or --out");
  }
}

void add_membership(TextReport& text, const std::optional<Membership>& membership) {
  if (!membership) return;
  text.add("network", membership->member ? "a global minimum" : "not a global minimum");
  text.add("", membership->reason);
  char terms[160];
  std::snprintf(terms, sizeof terms, "%.4g = %.3g (balance) + %.3g (directions) + %.3g (fit)",
                membership->excess, membership->balance, membership->direction, membership->fit);
  text.add("excess", terms);
}

void add_predictions(TextReport& text, const std::optional<PredictionAnswer>& predictions) {
  if (!predictions) return;
  double widest = 0;
  std::size_t where = 0;
  const std::vector<OptimalRange>& ranges = predictions->ranges.predictions;
  for (std::size_t k = 0; k < ranges.size(); ++k) {
    if (ranges[k].upper - ranges[k].lower <= widest) continue;
    widest = ranges[k].upper - ranges[k].lower;
    where = k;
  }
  char words[200];
  if (widest > 0) {
    std::snprintf(words, sizeof words,
                  "equally optimal networks differ by at most %.5g, at sample %zu: %.6g to %.6g",
                  widest, where, ranges[where].lower, ranges[where].upper);
  } else {
    std::snprintf(words, sizeof words, "all optimal networks agree on the %zu samples",
                  ranges.size());
  }
  text.add("predictions", words);
  if (predictions->loss) {
    std::snprintf(words, sizeof words, "from %.6g to %.6g a sample", predictions->loss->lower,
                  predictions->loss->upper);
    text.add("loss there", words);
  }
  if (!predictions->ranges.complete) {
    text.add("", "over the listed vertices only; the ranges may be wider");
  }
}

}  // namespace

std::string bounds_in_words(const OptimalSet& set, Index lower, Index upper) {
  if (!set.located()) return "not known";
  if (lower == upper) return std::to_string(lower);
  return "between " + std::to_string(lower) + " and " + std::to_string(upper);
}

std::string level_in_words(ClaimLevel level) {
  const std::string word(to_string(level));
  switch (level) {
    case ClaimLevel::kExact:
      return word +
             ": the shape of the set (dimension, vertices, m*, M*) is proved for the stored "
             "doubles";
    case ClaimLevel::kCertifiedBound:
      return word + ": bounds are proved, not the numbers themselves";
    case ClaimLevel::kPossible:
      return word +
             ": what floating point suggests; problems within rounding of this one have other "
             "answers, and no proof here tells which holds for the stored doubles";
  }
  return word;
}

std::string optimal_set_in_words(const OptimalSet& set) {
  if (!set.located()) {
    return set.stopped_at_limit ? "Stopped before the optimal set was found."
                                : "The optimal set is not known: no network near enough to the "
                                  "optimum was found.";
  }
  const std::string m_star = bounds_in_words(set, set.m_star_lower, set.m_star_upper);
  const std::string guess = set.level == ClaimLevel::kPossible ? "Possibly " : "";
  const auto start = [&](std::string words) {
    if (guess.empty()) words.front() = static_cast<char>(std::toupper(words.front()));
    return guess + words;
  };
  const bool point =
      set.unique == Uniqueness::kYes || (set.unique == Uniqueness::kPossible && set.dimension == 0);
  if (point && set.m_star_upper == 0) {
    return start("one global minimum: the network without neurons.");
  }
  if (point) {
    return start("one global minimum, up to the order of its neurons and splitting them: " +
                 m_star + (set.m_star_upper == 1 ? " neuron." : " neurons."));
  }
  const std::string vertices = set.complete
                                   ? std::to_string(set.polytope.supports.size()) + " vertices"
                                   : "more vertices than were listed";
  const std::string neurons = set.m_star_upper == 1 ? " neuron" : " neurons";
  const std::string at_least = set.m_star_lower == set.m_star_upper ? "at least " : "";
  const bool same = set.m_star_lower == set.M_star_upper;
  return start("infinitely many global minima: the masses of " + std::to_string(set.atoms.size()) +
               " directions range over a polytope of dimension " + std::to_string(set.dimension) +
               " with " + vertices + "; optimal networks need " + at_least + m_star + neurons +
               (same ? ", as many as each with independent activations has."
                     : "; with independent activations they have up to " +
                           bounds_in_words(set, set.M_star_lower, set.M_star_upper) + "."));
}

void add_optimal_set(Json& document, const OptimalSet& set) {
  document["optimum"] = set.optimum;
  document["lower_bound"] = set.lower_bound;
  document["relative_gap"] = set.relative_gap;
  document["unique"] = to_string(set.unique);
  const auto known = [&](bool is_known, Json value) {
    return set.located() && is_known ? std::move(value) : Json(nullptr);
  };
  document["polytope_dimension"] = known(true, set.dimension);
  document["vertices"] = known(set.complete, set.polytope.supports.size());
  document["m_star"] = known(set.m_star_lower == set.m_star_upper, set.m_star_upper);
  document["m_star_bounds"] = known(true, Json::array({set.m_star_lower, set.m_star_upper}));
  document["M_star"] = known(set.M_star_lower == set.M_star_upper, set.M_star_upper);
  document["M_star_bounds"] = known(true, Json::array({set.M_star_lower, set.M_star_upper}));
  document["level"] = to_string(set.level);
  document["proof"] = describe(set.proof);
  document["margin"] = set.margin;
  document["margin_upper"] = set.margin_upper;
  document["dual_radius"] = set.radius;
}

void add_optimal_set(TextReport& text, const OptimalSet& set) {
  text.paragraph(optimal_set_in_words(set));
  if (set.located()) {
    text.add("level", level_in_words(set.level));
    text.add("proof", describe(set.proof));
  }
  if (set.proof == PolytopeProof::kAntipodal) {
    text.add("why",
             "The dual nu is orthogonal to every column of the data, so wherever a direction "
             "u is optimal, -u is too, and neurons at u and -u differ by a linear function.");
    text.add("",
             "So mass can move between the two sides of several pairs at once: as long as the "
             "linear functions cancel, penalty and function stay the same.");
  }
  text.add("optimum", exact_digits(set.optimum));
  text.add("relative gap", rounded_up(set.relative_gap));
  char margin[96];
  std::snprintf(margin, sizeof margin,
                "%.4g to %.4g of beta: the next direction's distance from "
                "being optimal",
                set.margin, set.margin_upper);
  text.add("margin", margin);
}

Json optimal_set_document(const OptimalSetOptions& options, const ProblemSetup& setup,
                          const Inputs& inputs, const OptimalSetAnswer& answer) {
  const OptimalSet& set = answer.set;
  Json document = begin_document("optimal-set");
  document["inputs"] = describe_files(inputs);
  document["settings"] = describe_settings(options.run, setup, inputs);
  add_optimal_set(document, set);
  document["fit"] = to_json(set.fit);
  document["dual"] = to_json(set.dual);
  document["atoms"] = describe_atoms(answer);
  document["invariances"] = describe_invariances(set);
  add_membership(document, options, answer.membership);
  add_predictions(document, answer.predictions);
  document["out"] = options.out.empty() ? Json(nullptr) : Json(options.out);
  document["svg"] = options.svg.empty() ? Json(nullptr) : Json(options.svg);
  document["stopped_at_limit"] = set.stopped_at_limit;
  return document;
}

TextReport optimal_set_text(const OptimalSetOptions& options, const ProblemSetup& setup,
                            const Inputs& inputs, const OptimalSetAnswer& answer) {
  TextReport text;
  add_inputs(text, inputs);
  add_objective(text, setup);
  add_optimal_set(text, answer.set);
  add_atom_table(text, answer.set);
  add_membership(text, answer.membership);
  add_predictions(text, answer.predictions);
  if (!options.out.empty()) text.add("out", options.out);
  if (!options.svg.empty()) text.add("svg", options.svg);
  if (answer.set.stopped_at_limit) text.add("stopped", "at the limit; what is printed is valid");
  return text;
}

}  // namespace thalweg::commands
