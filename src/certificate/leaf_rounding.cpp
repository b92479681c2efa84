#include "certificate/leaf_rounding.hpp"

#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "certificate/exact_number.hpp"

namespace thalweg::certificate {
namespace {

constexpr double kEps = std::numeric_limits<double>::epsilon();
constexpr double kLargestInteger = 9007199254740992.0;  // 2^53

/// The rule "; w" of a leaf and what it gives.
struct Tangent {
  ConeVector weights;  ///< (R) nonnegative integers
  Vector s;            ///< (crossing), 0 or 1
};

/// Multipliers with which the cone closes, and the tangents near them.
struct Multipliers {
  Vector s;           ///< (crossing)
  int bits = 0;       ///< s_j are multiples of 2^-bits
  ConeVector demand;  ///< c(s)
  ConeVector p;       ///< shortest closing vector, in the frame
  std::vector<Tangent> tangents;
};

/// A rounded leaf vector.
struct Candidate {
  int exponent = 0;
  ConeVector integers;  ///< P = integers * 2^-exponent, in coordinates
  ConeVector product;   ///< (Q P) . r_k / |r_k|, lowered by its error and the cone's margin
};

void append_integer(std::string& text, double value) { text += mpz_class(value).get_str(); }

}  // namespace

/// The search for one leaf.
class LeafSearch {
 public:
  LeafSearch(const LeafRounder& rounder, const ConeView& cone)
      : rounder_(rounder),
        cone_(cone),
        problem_(cone, rounder.frame_),
        margin_(cone.margin.cwiseQuotient(problem_.lengths())) {
    const double terms = static_cast<double>(cone.crossing_values.rows() + 8);
    const ConeVector sums = problem_.values().cwiseAbs().rowwise().sum();
    margin_ += terms * kEps * (problem_.demand_size() + sums);
  }

  std::optional<std::string> run() {
    if ((cone_.fixed.array() <= -cone_.margin.array()).all()) return "0";
    if (!(problem_.rays().allFinite() && problem_.values().allFinite())) return std::nullopt;
    collect_rows();
    const std::optional<Multipliers> chosen = choose_multipliers();
    if (!chosen) return std::nullopt;
    return round_vector(*chosen);
  }

 private:
  void collect_rows() {
    rows_.resize(problem_.crossing(), problem_.rank());
    row_sizes_.resize(problem_.crossing());
    for (Index j = 0; j < problem_.crossing(); ++j) {
      const Index first = cone_.crossing[static_cast<std::size_t>(j)];
      const auto group = rounder_.geometry_.group_of_row()[static_cast<std::size_t>(first)];
      rows_.row(j) = rounder_.geometry_.rows().row(group);
      row_sizes_[j] = rounder_.magnitudes_.row(group).norm();
    }
  }

  /// Small integers proportional to the direction sum_k lambda_k ray_k in the integer rays.
  [[nodiscard]] ConeVector integer_weights(const ConeVector& lambda, int bits) const {
    ConeVector w = lambda.cwiseMax(0.0).cwiseQuotient(problem_.lengths());
    double largest = 0;
    for (Index k = 0; k < w.size(); ++k) largest = std::max(largest, w[k]);
    if (!(largest > 0)) return ConeVector::Ones(problem_.rank());
    w *= std::ldexp(1.0, bits) / largest;
    return w.array().round().matrix();
  }

  [[nodiscard]] Tangent tangent_at(const ConeVector& lambda, int bits) const {
    Tangent tangent;
    tangent.weights = integer_weights(lambda, bits);
    tangent.s = multipliers_by_weights(tangent.weights);
    return tangent;
  }

  /// s_j = 1 where sum_k w_k v_j.r_k > 0.
  [[nodiscard]] Vector multipliers_by_weights(const ConeVector& w) const {
    const ConeVector scaled = w.cwiseProduct(problem_.lengths());
    const Vector t = problem_.values().transpose() * scaled;
    const double size = 1e-13 * scaled.sum();
    Vector s(t.size());
    for (Index j = 0; j < t.size(); ++j) {
      const auto vector = [&] { return ray_combination(w); };
      s[j] = is_positive(j, t[j], size * problem_.row_sizes()[j], vector) ? 1 : 0;
    }
    return s;
  }

  /// s_j = 1 where v_j . P > 0.
  [[nodiscard]] Vector multipliers_by_sign(const ConeVector& integers) const {
    const Vector t = rows_ * integers;
    const double size = integers.norm();
    Vector s(t.size());
    for (Index j = 0; j < t.size(); ++j) {
      const auto vector = [&] { return exact_vector(integers); };
      s[j] = is_positive(j, t[j], rounder_.rounding_ * row_sizes_[j] * size, vector) ? 1 : 0;
    }
    return s;
  }

  template <class ExactVector>
  [[nodiscard]] bool is_positive(Index j, double value, double error,
                                 const ExactVector& vector) const {
    if (std::abs(value) > error) return value > 0;
    return rounder_.exact_sign(cone_.crossing[static_cast<std::size_t>(j)], vector()) > 0;
  }

  [[nodiscard]] static std::vector<mpz_class> exact_vector(const ConeVector& integers) {
    std::vector<mpz_class> z;
    for (Index k = 0; k < integers.size(); ++k) z.emplace_back(integers[k]);
    return z;
  }

  [[nodiscard]] std::vector<mpz_class> ray_combination(const ConeVector& w) const {
    std::vector<mpz_class> z(static_cast<std::size_t>(problem_.rank()));
    for (Index k = 0; k < problem_.rank(); ++k) {
      for (Index i = 0; i < problem_.rank(); ++i) {
        z[static_cast<std::size_t>(i)] += mpz_class(cone_.rays(i, k)) * mpz_class(w[k]);
      }
    }
    return z;
  }

  /// Whether the group crosses the cone exactly.
  [[nodiscard]] bool crosses(Index j) const {
    bool positive = false;
    bool negative = false;
    const auto v = problem_.values().col(j);
    for (Index k = 0; k < problem_.rank() && !(positive && negative); ++k) {
      if (std::abs(v[k]) > margin_[k]) {
        (v[k] > 0 ? positive : negative) = true;
        continue;
      }
      const int sign = rounder_.exact_sign(cone_.crossing[static_cast<std::size_t>(j)],
                                           exact_vector(cone_.rays.col(k)));
      positive = positive || sign > 0;
      negative = negative || sign < 0;
    }
    return positive && negative;
  }

  /// Fills in demand and p; whether the cone closes with length `target`.
  [[nodiscard]] bool closes(Multipliers& multipliers) const {
    multipliers.demand = problem_.demand(multipliers.s);
    multipliers.p = problem_.shortest(multipliers.demand);
    return multipliers.p.norm() <= rounder_.target_;
  }

  /// Cone coordinates of a vector of the frame.
  [[nodiscard]] ConeVector coordinates(const ConeVector& p) const {
    return problem_.rays().partialPivLu().solve(p);
  }

  [[nodiscard]] std::optional<Multipliers> choose_multipliers() const {
    const ConeVector start = cone_.primal.cwiseMax(0.0).cwiseProduct(problem_.lengths());
    for (const int bits : {4, 10, 16}) {
      ConeVector lambda = start;
      for (int round = 0; round < 4; ++round) {
        Multipliers trial;
        trial.tangents.push_back(tangent_at(lambda, bits));
        trial.s = trial.tangents.back().s;
        if (closes(trial)) return trial;
        if (!(trial.p.norm() > 0)) break;
        const ConeVector next = coordinates(trial.p);
        if ((next - lambda).norm() <= 1e-14 * next.norm()) break;
        lambda = next;
      }
      if (problem_.crossing() == 0) return std::nullopt;
    }
    return fractional_multipliers();
  }

  /// The multipliers of the shortest closing vector, rounded to as few bits as still close.
  [[nodiscard]] std::optional<Multipliers> fractional_multipliers() const {
    Multipliers best;
    best.s = cone_.multipliers.size() == problem_.crossing()
                 ? cone_.multipliers
                 : Vector(Vector::Zero(problem_.crossing()));
    const ConeVector guess = problem_.shortest(problem_.demand(best.s));
    const Vector slopes = problem_.values().transpose() * coordinates(guess);
    best.s = (slopes.array() > 0).cast<double>();
    const ConeVector shortest = problem_.optimise(best.s);
    const ConeVector lambda = coordinates(shortest);
    for (const int bits : {5, 14, 24}) best.tangents.push_back(tangent_at(lambda, bits));
    const Vector exact = best.s;
    for (int bits = 0; bits <= 44; bits += bits < 10 ? 2 : 4) {
      const double scale = std::ldexp(1.0, bits);
      best.s = (exact * scale).array().round() / scale;
      best.bits = bits;
      if (closes(best)) return best;
    }
    return std::nullopt;
  }

  /// P rounded to the grid 2^-exponent, with the products the leaf has; empty when |P| > beta.
  [[nodiscard]] std::optional<Candidate> candidate(const ConeVector& p, int exponent) const {
    Candidate result;
    result.exponent = exponent;
    const ConeVector coordinates_of_p = rounder_.inverse_frame_ * p;
    result.integers = coordinates_of_p;
    for (Index k = 0; k < p.size(); ++k) {
      result.integers[k] = std::nearbyint(std::ldexp(coordinates_of_p[k], exponent));
    }
    if (result.integers.cwiseAbs().maxCoeff() >= kLargestInteger) return std::nullopt;
    ConeVector P = result.integers;
    for (Index k = 0; k < p.size(); ++k) P[k] = std::ldexp(P[k], -exponent);
    const ConeVector image = rounder_.geometry_.gram() * P;
    const double size = rounder_.axis_lengths_.dot(P.cwiseAbs());
    const double squared = P.dot(image) + rounder_.rounding_ * size * size;
    if (!(squared <= rounder_.beta_ * rounder_.beta_ * (1 - 4 * kEps))) return std::nullopt;
    result.product.resize(p.size());
    for (Index k = 0; k < p.size(); ++k) {
      const auto ray = cone_.rays.col(k);
      const double error = rounder_.rounding_ * size * rounder_.axis_lengths_.dot(ray.cwiseAbs());
      result.product[k] = (image.dot(ray) - error) / problem_.lengths()[k] - margin_[k];
    }
    return result;
  }

  [[nodiscard]] static bool holds(const Candidate& P, const ConeVector& demand) {
    return (P.product.array() >= demand.array()).all();
  }

  /// Tries coarse grids first, along the interior direction of the dual cone.
  [[nodiscard]] std::optional<std::string> round_vector(const Multipliers& chosen) const {
    const ConeVector inward = problem_.shortest(ConeVector::Ones(problem_.rank()));
    const double steepness = inward.norm();
    const double room = rounder_.beta_ - chosen.p.norm();
    if (!(room > 0) || !std::isfinite(steepness)) return std::nullopt;
    const double step = room / (0.5 * rounder_.axis_lengths_.sum() * (1 + steepness));
    const int finest = static_cast<int>(std::ceil(-std::log2(step)));
    constexpr std::array<double, 5> kShares = {0.5, 0.25, 0.75, 0.1, 0.03};
    const Index few = 2 * problem_.rank() + 6;
    for (const Index limit : {Index{0}, few, problem_.crossing()}) {
      for (int exponent = finest - 6; exponent <= finest + (limit > 0 ? 6 : 2); ++exponent) {
        for (const double share : kShares) {
          const ConeVector p = chosen.p + share * room / steepness * inward;
          const std::optional<Candidate> P = candidate(p, exponent);
          if (!P) continue;
          std::optional<std::string> line =
              limit > 0 ? with_exceptions(*P, chosen, limit) : without_exceptions(*P);
          if (line) return line;
        }
      }
      if (problem_.crossing() == 0) break;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<std::string> without_exceptions(const Candidate& P) const {
    if (!holds(P, problem_.demand(multipliers_by_sign(P.integers)))) return std::nullopt;
    return vector_text(P);
  }

  /// The shortest line over the rules, with at most `limit` exceptions.
  [[nodiscard]] std::optional<std::string> with_exceptions(const Candidate& P,
                                                           const Multipliers& chosen,
                                                           Index limit) const {
    if (!holds(P, chosen.demand)) return std::nullopt;
    std::optional<std::string> best;
    const auto consider = [&](const Vector& s, const std::string& rule) {
      const std::optional<std::vector<Index>> listed = exceptions(P, chosen.s, s, limit);
      if (!listed) return;
      std::string line = vector_text(P) + rule + exceptions_text(*listed, chosen);
      if (!best || line.size() < best->size()) best = std::move(line);
    };
    for (const Tangent& tangent : chosen.tangents) consider(tangent.s, rule_text(tangent));
    consider(multipliers_by_sign(P.integers), "");
    return best;
  }

  /// Rows at which `s` must change to `wanted` for the leaf to hold, chosen greedily by what they
  /// gain on the rays that fail; empty when more than `limit` are needed.
  [[nodiscard]] std::optional<std::vector<Index>> exceptions(const Candidate& P,
                                                             const Vector& wanted, Vector s,
                                                             Index limit) const {
    std::vector<Index> listed;
    ConeVector demand = problem_.demand(s);
    while (!holds(P, demand)) {
      const Index best = most_helpful(demand - P.product, wanted, s);
      if (best < 0 || static_cast<Index>(listed.size()) == limit) return std::nullopt;
      demand -= (wanted[best] - s[best]) * problem_.values().col(best);
      s[best] = wanted[best];
      // A group that does not cross has its exact value already, which no choice improves on.
      if (crosses(best)) listed.push_back(best);
    }
    // The updates of the demand have rounding errors of their own.
    if (!holds(P, problem_.demand(s))) return std::nullopt;
    std::sort(listed.begin(), listed.end());
    return listed;
  }

  /// The row whose change from s to `wanted` lowers the positive entries of `missing` most, -1 when
  /// none differs.
  [[nodiscard]] Index most_helpful(const ConeVector& missing, const Vector& wanted,
                                   const Vector& s) const {
    Index best = -1;
    double best_gain = 0;
    for (Index j = 0; j < s.size(); ++j) {
      if (s[j] == wanted[j]) continue;
      double gain = 0;
      for (Index k = 0; k < missing.size(); ++k) {
        if (missing[k] <= 0) continue;
        const double change = (wanted[j] - s[j]) * problem_.values()(k, j);
        gain += std::clamp(change, -missing[k], missing[k]);
      }
      if (best < 0 || gain > best_gain) {
        best = j;
        best_gain = gain;
      }
    }
    return best;
  }

  [[nodiscard]] static std::string rule_text(const Tangent& tangent) {
    std::string text = " ;";
    for (Index k = 0; k < tangent.weights.size(); ++k) {
      text += ' ';
      append_integer(text, tangent.weights[k]);
    }
    return text;
  }

  [[nodiscard]] static std::string vector_text(const Candidate& P) {
    std::string line = std::to_string(P.exponent);
    for (Index k = 0; k < P.integers.size(); ++k) {
      line += ' ';
      append_integer(line, P.integers[k]);
    }
    return line;
  }

  [[nodiscard]] std::string exceptions_text(const std::vector<Index>& listed,
                                            const Multipliers& chosen) const {
    if (listed.empty()) return "";
    int bits = 0;
    for (const Index j : listed) {
      if (chosen.s[j] != std::floor(chosen.s[j])) bits = chosen.bits;
    }
    std::string text = " / " + std::to_string(bits);
    for (const Index j : listed) {
      text += ' ' + std::to_string(cone_.crossing[static_cast<std::size_t>(j)]) + ':';
      append_integer(text, std::ldexp(chosen.s[j], bits));
    }
    return text;
  }

  const LeafRounder& rounder_;
  const ConeView& cone_;
  ClosingProblem problem_;
  ConeVector margin_;
  Matrix rows_;       ///< v_j in coordinates, (crossing x R)
  Vector row_sizes_;  ///< (crossing): lengths behind the rounding of rows_
};

LeafRounder::LeafRounder(const Matrix& X, const RowGeometry& geometry, double beta, double target)
    : X_(X), geometry_(geometry), beta_(beta), target_(target) {
  frame_ = geometry.gram().llt().matrixU();
  inverse_frame_ = frame_.inverse();
  axis_lengths_ = geometry.gram().diagonal().cwiseSqrt();
  rounding_ = static_cast<double>(X.cols() + 4 * geometry.coordinates() + 16) * kEps;
  magnitudes_ = geometry.row_magnitudes();
  exact_rows_ = scaled_integers(X);
}

std::optional<std::string> LeafRounder::round(const ConeView& cone) const {
  return LeafSearch(*this, cone).run();
}

int LeafRounder::exact_sign(Index row, const std::vector<mpz_class>& z) const {
  mpz_class sum;
  if (geometry_.basis().empty()) {
    for (Index k = 0; k < X_.cols(); ++k)
      sum += exact_rows_(row, k) * z[static_cast<std::size_t>(k)];
    return sgn(sum);
  }
  for (std::size_t i = 0; i < z.size(); ++i) {
    mpz_class product;
    for (Index k = 0; k < X_.cols(); ++k) {
      product += exact_rows_(geometry_.basis()[i], k) * exact_rows_(row, k);
    }
    sum += product * z[i];
  }
  return sgn(sum);
}

}  // namespace thalweg::certificate
