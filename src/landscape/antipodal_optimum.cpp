#include "landscape/antipodal_optimum.hpp"

#include <Eigen/QR>
#include <cmath>
#include <limits>
#include <utility>

#include "landscape/independent_atoms.hpp"
#include "thalweg/exact/rank.hpp"

namespace thalweg::landscape {
namespace {

constexpr double kParallel = 1e-6;  ///< directions this close are meant to be opposite

Vector activation(const Matrix& X, const Vector& u, Sign sign) {
  const Vector t = (X * u).cwiseMax(0);
  return sign == Sign::kPlus ? t : Vector(-t);
}

/// The problem with the skip connection that Lemma A compares with.
TrainingProblem with_skip(const TrainingProblem& problem) {
  return {problem.X(),    problem.y(),           problem.beta(),
          problem.loss(), problem.output_bias(), SkipConnection::kFree};
}

/// One neuron a pair with the pair's mass; the skip connection takes what tells the two apart.
std::pair<std::vector<Neuron>, Vector> merged(const TrainingProblem& problem,
                                              const Optimum& optimum,
                                              const std::vector<AntipodalPair>& pairs) {
  std::vector<Neuron> neurons;
  Vector skip = Vector::Zero(problem.dimension());
  for (const AntipodalPair& pair : pairs) {
    const OptimumAtom& plus = optimum.atoms[pair.plus];
    const OptimumAtom& minus = optimum.atoms[pair.minus];
    const double mass = plus.mass + minus.mass;
    if (!(mass > 0)) continue;
    neurons.push_back({mass * plus.star.u, plus.sign, plus.star.ties, -1});
    skip -= (plus.sign == Sign::kPlus ? minus.mass : -minus.mass) * plus.star.u;
  }
  return {std::move(neurons), std::move(skip)};
}

/// Lemma A's polytope over z = (z+_1, z-_1, z+_2, ...): masses of the pairs, then the equations of
/// v in the coordinates B of a row basis unless v is free.
class Polytope {
 public:
  /// `problem` has a skip connection; `free` says whether it is the user's own.
  Polytope(const TrainingProblem& problem, const Optimum& optimum, bool free)
      : optimum_(optimum), free_(free) {
    const Matrix& X = problem.X();
    const RowBasis basis = row_basis(X);
    B_.resize(basis.rank(), X.cols());
    for (Index k = 0; k < basis.rank(); ++k) {
      const auto row = X.row(basis.rows[static_cast<std::size_t>(k)]);
      B_.row(k) = row / std::ldexp(1.0, std::ilogb(row.norm()));
    }
    pairs_ = static_cast<Index>(optimum.atoms.size()) / 2;
    solve(problem);
  }

  [[nodiscard]] bool solved() const { return solution_.independent; }

  [[nodiscard]] EnclosedSystem system() const {
    const Index k = pairs_;
    const Index r = free_ ? 0 : B_.rows();
    EnclosedSystem system;
    system.A = Matrix::Zero(k + r, 2 * k);
    system.A_radius = Matrix::Zero(k + r, 2 * k);
    system.b.resize(k + r);
    system.b_radius.resize(k + r);
    const double lengths = B_.norm() * (1 + 1e-12);
    // Of dot products of length d + r, unit roundoff and a half to spare.
    const double rounding =
        static_cast<double>(B_.cols() + B_.rows() + 8) * std::numeric_limits<double>::epsilon();
    for (Index q = 0; q < k; ++q) {
      system.A(q, 2 * q) = system.A(q, 2 * q + 1) = 1;
      system.b[q] = solution_.z[q];
      system.b_radius[q] = solution_.error;
      if (free_) continue;
      const OptimumAtom& atom = optimum_.atoms[static_cast<std::size_t>(2 * q)];
      const double s = atom.sign == Sign::kPlus ? 1 : -1;
      system.A.col(2 * q + 1).tail(r) = s * (B_ * atom.star.u);
      system.A_radius.col(2 * q + 1).tail(r).setConstant(lengths * (atom.radius + rounding));
    }
    if (free_) return system;
    // v = B^T c, so B v = B B^T c.
    const Matrix gram = B_ * B_.transpose();
    const Vector c = solution_.z.tail(r);
    system.b.tail(r) = -gram * c;
    system.b_radius.tail(r).setConstant(lengths * lengths *
                                        (solution_.error + 4 * rounding * solution_.z.norm()));
    return system;
  }

 private:
  /// Masses and the coordinates c of v from the fit of the skip problem.
  void solve(const TrainingProblem& problem) {
    const Matrix& X = problem.X();
    const Index k = pairs_;
    const Index ones = problem.output_bias() == OutputBias::kNone ? 0 : 1;
    NearColumns columns;
    columns.A.resize(X.rows(), k + ones + B_.rows());
    for (Index q = 0; q < k; ++q) {
      const OptimumAtom& atom = optimum_.atoms[static_cast<std::size_t>(2 * q)];
      columns.A.col(q) = activation(X, atom.star.u, atom.sign);
    }
    if (ones > 0) columns.A.col(k).setOnes();
    columns.A.rightCols(B_.rows()) = X * B_.transpose();
    const double products = 1e-15 * static_cast<double>(X.cols() + 4) * X.norm() * B_.norm();
    columns.radius = activation_error(X, optimum_.atoms) + products;
    solution_ = independent_solution(columns, optimum_.fit, optimum_.fit_radius);
  }

  const Optimum& optimum_;
  bool free_;
  Matrix B_;  ///< (r x d) independent rows of X, scaled
  Index pairs_ = 0;
  IndependentSolution solution_;
};

/// Atoms of the skip problem reordered: the pairs of directions next to each other, each pair once.
bool pair_up(const TrainingProblem& problem, Optimum& optimum) {
  const std::vector<AntipodalPair> pairs = antipodal_pairs(problem, optimum);
  if (pairs.empty()) return false;
  std::vector<OptimumAtom> ordered;
  for (const AntipodalPair& pair : pairs) {
    ordered.push_back(optimum.atoms[pair.plus]);
    ordered.push_back(optimum.atoms[pair.minus]);
    // The skip problem has no use for both: the mass counts as that of the first direction.
    OptimumAtom& plus = ordered[ordered.size() - 2];
    OptimumAtom& minus = ordered.back();
    plus.radius = minus.radius = std::max(plus.radius, minus.radius);
    minus.star.u = -plus.star.u;
  }
  optimum.atoms = std::move(ordered);
  return true;
}

}  // namespace

std::vector<AntipodalPair> antipodal_pairs(const TrainingProblem& problem, const Optimum& optimum) {
  const std::vector<OptimumAtom>& atoms = optimum.atoms;
  const double pull = (problem.X().transpose() * optimum.dual).norm();
  if (atoms.empty() || pull > kParallel * problem.beta()) return {};
  std::vector<bool> taken(atoms.size(), false);
  std::vector<AntipodalPair> pairs;
  for (std::size_t p = 0; p < atoms.size(); ++p) {
    if (taken[p]) continue;
    bool found = false;
    for (std::size_t q = p + 1; q < atoms.size() && !found; ++q) {
      if (taken[q] || atoms[q].sign != atoms[p].sign || atoms[q].star.ties != atoms[p].star.ties ||
          (atoms[q].star.u + atoms[p].star.u).norm() > kParallel) {
        continue;
      }
      taken[q] = found = true;
      pairs.push_back({p, q});
    }
    if (!found) return {};
  }
  return pairs;
}

std::optional<AntipodalOptimum> antipodal_optimum(const TrainingProblem& problem,
                                                  const DualOracle& oracle, const Optimum& optimum,
                                                  const std::vector<AntipodalPair>& pairs,
                                                  const OptimumSettings& settings,
                                                  const PolytopeLimits& limits) {
  if (problem.loss().kind() != LossKind::kSquared) return std::nullopt;
  const bool own = problem.skip() == SkipConnection::kFree;
  const TrainingProblem relaxed = own ? problem : with_skip(problem);
  AntipodalOptimum result;
  if (own) {
    result.optimum = optimum;
  } else {
    auto [neurons, skip] = merged(problem, optimum, pairs);
    const AffinePart affine(optimum.point.bias, std::move(skip));
    result.optimum = enclose_optimum(relaxed, oracle, neurons, affine, settings);
  }
  if (!result.optimum.enclosed || !pair_up(relaxed, result.optimum)) return std::nullopt;
  const Polytope polytope(relaxed, result.optimum, own);
  if (!polytope.solved()) return std::nullopt;
  result.vertices = enclosed_vertices(polytope.system(), limits);
  const PolytopeStatus status = result.vertices.status;
  const bool proved = status == PolytopeStatus::kComplete || status == PolytopeStatus::kLimit ||
                      status == PolytopeStatus::kStopped;
  if (!proved || result.vertices.graph.supports.empty()) return std::nullopt;
  return result;
}

}  // namespace thalweg::landscape
