#pragma once

#include <gmpxx.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "certificate/exact_loss.hpp"
#include "certificate/exact_number.hpp"
#include "thalweg/model/network_path.hpp"

namespace thalweg::certificate {

/// A direction of a path and what the data make of it.
struct ExactDirection {
  ScaledIntegers v;                    ///< (d)
  std::vector<mpz_class> projections;  ///< X v at the exponents of X and v together, (n)
  mpq_class norm_below;                ///< |v|, enclosed on the grid 2^-(exponent of v + 192)
  mpq_class norm_above;
};

/// Exact arithmetic on the states of a path; square roots are enclosed so that every result is an
/// upper bound.
///
/// States are given with directions (q x d), of which `extend` has seen all. Objectives and slopes
/// are grouped by directions first, so that permuting and splitting slots cancels exactly.
class ExactPath {
 public:
  explicit ExactPath(const TrainingProblem& problem);

  /// Takes the rows beyond those known. Throws InvalidArgument when known ones are different, or
  /// one is zero.
  void extend(const Matrix& directions);
  /// Throws InvalidArgument unless the state has masses >= 0, each with a known direction.
  void check(const PathState& state) const;

  /// Why the products of the state are not those of the network, if they are not.
  [[nodiscard]] std::optional<std::string> find_fault(const PathState& state,
                                                      const TwoLayerNetwork& network) const;
  /// Why these are not the ends of a segment of this kind, if they are not.
  [[nodiscard]] std::optional<std::string> find_fault(const PathState& from, const PathState& to,
                                                      SegmentKind kind) const;

  /// l(fit) + gamma/2 b^2.
  [[nodiscard]] mpq_class unregularised(const PathState& state) const;
  /// beta sum z |v| from below or above.
  [[nodiscard]] mpq_class penalty(const PathState& state, Rounding rounding) const;
  /// At least the derivative of L at the end of the segment between the states.
  [[nodiscard]] mpq_class slope(const PathState& from, const PathState& to) const;

 private:
  using Coefficients = std::map<Index, mpq_class>;  ///< of directions

  /// sum_j s_j z_j (X v_j)_+ + b + X skip of `to` minus that of `from`; `from` may be absent.
  [[nodiscard]] ExactVector fit_change(const PathState* from, const PathState& to) const;
  void add_affine(ExactVector& fit, const PathState& state, int sign) const;
  [[nodiscard]] mpq_class weighted_norms(const Coefficients& coefficients, Rounding rounding) const;
  [[nodiscard]] mpq_class dot(Index a, Index b) const;
  [[nodiscard]] bool crosses(Index a, Index b) const;

  TrainingProblem problem_;
  ScaledIntegers X_;
  mpq_class beta_;
  Matrix known_;
  std::vector<ExactDirection> directions_;
};

/// What a path's claims are about: upper bounds.
struct ExactPathValue {
  mpq_class increase, maximum, end;
  std::vector<mpq_class> objectives, slopes;
};

/// The arithmetic of a path's states. Throws InvalidArgument when shapes or values do not fit.
[[nodiscard]] ExactPath exact_path(const TrainingProblem& problem, const NetworkPath& path);
/// Why this is no path, if it is not.
[[nodiscard]] std::optional<std::string> find_path_fault(const ExactPath& arithmetic,
                                                         const NetworkPath& path);
/// Precondition: find_path_fault finds none.
[[nodiscard]] ExactPathValue exact_path_value(const ExactPath& arithmetic,
                                              const TrainingProblem& problem,
                                              const NetworkPath& path);

}  // namespace thalweg::certificate
