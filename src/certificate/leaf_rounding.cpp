#include "certificate/leaf_rounding.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "certificate/leaf_multipliers.hpp"
#include "certificate/leaf_vector.hpp"

namespace thalweg::certificate {
namespace {

void append_integer(std::string& text, double value) { text += mpz_class(value).get_str(); }

std::string vector_text(const LeafVector& P) {
  std::string line = std::to_string(P.exponent);
  for (Index k = 0; k < P.integers.size(); ++k) {
    line += ' ';
    append_integer(line, P.integers[k]);
  }
  return line;
}

std::string rule_text(const Tangent& tangent) {
  std::string text = " ;";
  for (Index k = 0; k < tangent.weights.size(); ++k) {
    text += ' ';
    append_integer(text, tangent.weights[k]);
  }
  return text;
}

/// The search for the shortest line of one leaf.
class LineSearch {
 public:
  LineSearch(const LeafCone& cone, const Multipliers& chosen, double beta)
      : cone_(cone),
        problem_(cone.problem()),
        chosen_(chosen),
        vectors_(cone, beta),
        beta_(beta),
        limit_(2 * cone.rank() + 6) {}

  std::optional<std::string> run() {
    const std::optional<LeafVectors::Room> room = vectors_.room_around(chosen_.p);
    if (!room) return std::nullopt;
    points_.push_back(chosen_.p + 0.5 * room->inward);
    add_own_centres(room->inward);
    search(room->finest);
    if (!best_) {
      limit_ = cone_.crossing();
      for (const double share : {0.25, 0.75, 0.1, 0.03}) {
        points_.push_back(chosen_.p + share * room->inward);
      }
      search(room->finest);
    }
    return std::move(best_);
  }

 private:
  static constexpr int kCoarser = 9;
  static constexpr int kFiner = 6;

  /// A vector of the frame and the demand that the signs of a point near it make, which it meets.
  struct OwnCentre {
    ConeVector p;
    ConeVector demand;
  };

  /// Multipliers that follow from the vector's own signs need no words. Their demand has another
  /// shortest vector, with other signs, and so on.
  void add_own_centres(const ConeVector& inward) {
    const double length = inward.norm();
    ConeVector point = points_.front();
    for (int step = 0; step < 2; ++step) {
      const Vector slopes = problem_.values().transpose() * cone_.coordinates(point);
      const ConeVector demand = problem_.demand((slopes.array() > 0).cast<double>().matrix());
      own_.push_back({point, demand});
      const ConeVector p = problem_.shortest(demand);
      const double room = beta_ - p.norm();
      if (!(room > 0)) return;
      point = p + 0.5 * room / length * inward;
      own_.push_back({point, demand});
    }
  }

  /// Coarse grids first; a finer one makes the vector longer.
  void search(int finest) {
    for (int exponent = finest - kCoarser; exponent <= finest + kFiner; ++exponent) {
      shortest_vector_ = 0;
      for (const ConeVector& point : points_) {
        if (const auto P = vectors_.round(point, chosen_.demand, exponent)) try_rules(*P);
      }
      for (const OwnCentre& own : own_) {
        if (const auto P = vectors_.round(own.p, own.demand, exponent)) try_signs(*P);
      }
      if (best_ && shortest_vector_ >= best_->size()) return;
    }
  }

  /// The text of P, unless it is too long by itself already.
  [[nodiscard]] std::optional<std::string> text_if_short(const LeafVector& P) {
    std::string text = vector_text(P);
    shortest_vector_ =
        shortest_vector_ == 0 ? text.size() : std::min(shortest_vector_, text.size());
    if (best_ && text.size() >= best_->size()) return std::nullopt;
    return text;
  }

  void try_signs(const LeafVector& P) {
    std::optional<std::string> text = text_if_short(P);
    if (text && P.meets(problem_.demand(cone_.multipliers_by_sign(P.integers)))) {
      best_ = std::move(text);
    }
  }

  /// P meets the demand of the chosen multipliers; what is the shortest way to say so?
  void try_rules(const LeafVector& P) {
    const std::optional<std::string> text = text_if_short(P);
    if (!text) return;
    const Vector signs = cone_.multipliers_by_sign(P.integers);
    if (P.meets(problem_.demand(signs))) {
      best_ = text;
      return;
    }
    const auto consider = [&](const Vector& s, const std::string& rule) {
      if (best_ && text->size() + rule.size() >= best_->size()) return;
      const std::optional<std::vector<Index>> listed = exceptions(P, s);
      if (!listed) return;
      std::string line = *text + rule + exceptions_text(*listed);
      if (!best_ || line.size() < best_->size()) best_ = std::move(line);
    };
    for (const Tangent& tangent : chosen_.tangents) consider(tangent.s, rule_text(tangent));
    consider(signs, "");
  }

  /// Groups at which `s` must change to the chosen multipliers for the leaf to hold, picked
  /// greedily by what they gain on the rays that fail; empty when more than the limit are needed.
  [[nodiscard]] std::optional<std::vector<Index>> exceptions(const LeafVector& P, Vector s) const {
    std::vector<Index> listed;
    ConeVector demand = problem_.demand(s);
    while (!P.meets(demand)) {
      const Index best = most_helpful(demand - P.product, s);
      if (best < 0 || static_cast<Index>(listed.size()) == limit_) return std::nullopt;
      demand -= (chosen_.s[best] - s[best]) * problem_.values().col(best);
      s[best] = chosen_.s[best];
      // A group that does not cross has its exact value already, which no choice improves on.
      if (cone_.crosses(best)) listed.push_back(best);
    }
    // The updates of the demand have rounding errors of their own.
    if (!P.meets(problem_.demand(s))) return std::nullopt;
    std::sort(listed.begin(), listed.end());
    return listed;
  }

  /// The group whose change from s to the chosen multipliers lowers the positive entries of
  /// `missing` most, -1 when none differs.
  [[nodiscard]] Index most_helpful(const ConeVector& missing, const Vector& s) const {
    Index best = -1;
    double best_gain = 0;
    for (Index j = 0; j < s.size(); ++j) {
      if (s[j] == chosen_.s[j]) continue;
      double gain = 0;
      for (Index k = 0; k < missing.size(); ++k) {
        if (missing[k] <= 0) continue;
        const double change = (chosen_.s[j] - s[j]) * problem_.values()(k, j);
        gain += std::clamp(change, -missing[k], missing[k]);
      }
      if (best < 0 || gain > best_gain) {
        best = j;
        best_gain = gain;
      }
    }
    return best;
  }

  [[nodiscard]] std::string exceptions_text(const std::vector<Index>& listed) const {
    if (listed.empty()) return "";
    int bits = 0;
    for (const Index j : listed) {
      if (chosen_.s[j] != std::floor(chosen_.s[j])) bits = chosen_.bits;
    }
    std::string text = " / " + std::to_string(bits);
    for (const Index j : listed) {
      text += ' ' + std::to_string(cone_.row(j)) + ':';
      append_integer(text, std::ldexp(chosen_.s[j], bits));
    }
    return text;
  }

  const LeafCone& cone_;
  const ClosingProblem& problem_;
  const Multipliers& chosen_;
  LeafVectors vectors_;
  double beta_;
  Index limit_;                     ///< most exceptions of a line
  std::vector<ConeVector> points_;  ///< to round for the chosen multipliers
  std::vector<OwnCentre> own_;
  std::size_t shortest_vector_ = 0;  ///< text length at this exponent, 0: none
  std::optional<std::string> best_;
};

}  // namespace

std::optional<std::string> LeafRounder::round(const ConeView& view) const {
  if ((view.fixed.array() <= -view.margin.array()).all()) return "0";
  const LeafCone cone(frame_, view);
  if (!cone.is_finite()) return std::nullopt;
  const std::optional<Multipliers> chosen = choose_multipliers(cone, target_);
  if (!chosen) return std::nullopt;
  return LineSearch(cone, *chosen, beta_).run();
}

}  // namespace thalweg::certificate
