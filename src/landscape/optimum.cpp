#include "landscape/optimum.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>

#include "landscape/dyadic.hpp"
#include "landscape/estimated_optimum.hpp"
#include "thalweg/convex/kink_newton.hpp"
#include "thalweg/oracle/outside_stars.hpp"

namespace thalweg::landscape {
namespace {

constexpr double kEnough = 1e-30;  ///< stationarity at which refinement ends
/// Directions within this share of beta are kept as atoms until they are proved inactive.
constexpr double kNear = 1e-9;
constexpr double kTight = 1e-10;  ///< radii above this share of beta call for more digits
constexpr int kSearches = 12;
constexpr Index kClimbs = 64;
constexpr double kUp = 1 + 1e-12;

double oracle_unit(double beta) {
  return std::ldexp(1.0, std::clamp(-std::ilogb(beta), -900, 900));
}

class Enclosing {
 public:
  Enclosing(const TrainingProblem& problem, const DualOracle& oracle, PolishedPoint point,
            const OptimumSettings& settings)
      : problem_(problem),
        oracle_(oracle),
        settings_(settings),
        X_(problem.X()),
        exact_(problem, X_, point),
        groups_(group_parallel_rows(problem.X())),
        norm_(spectral_norm_above(problem.X())) {
    result_.point = std::move(point);
  }

  Optimum run() {
    result_.fit = exact_.fit();
    result_.dual = exact_.dual().rounded();
    const PolishedPoint& point = result_.point;
    for (std::size_t j = 0; j < point.neurons.size(); ++j) {
      const Neuron& neuron = point.neurons[j];
      if (OptimumAtom* atom = add(neuron.w.normalized(), neuron.sign, neuron.kinks)) {
        atom->mass += neuron.w.norm();
      } else {
        unresolved_ = true;
      }
    }
    climb();
    const OutsideResult outside = search();
    close(outside);
    return std::move(result_);
  }

 private:
  /// The atom of the star around u; made when it is new. None where the star has no maximum inside
  /// or one clearly below beta.
  OptimumAtom* add(const Vector& u, Sign sign, const std::vector<Index>& ties) {
    std::optional<StarMaximum> star = star_maximum(exact_.dual(), groups_, u, sign, ties);
    if (!star) return nullptr;
    if (relative_value(*star) < 1 - kNear) return nullptr;
    for (OptimumAtom& atom : result_.atoms) {
      if (atom.sign == sign && atom.star.ties == star->ties &&
          atom.star.u.dot(star->u) > 1 - 1e-10) {
        return &atom;
      }
    }
    OptimumAtom atom;
    atom.sign = sign;
    atom.star = std::move(*star);
    result_.atoms.push_back(std::move(atom));
    return &result_.atoms.back();
  }

  [[nodiscard]] double relative_value(const StarMaximum& star) const {
    const mpq_class beta(problem_.beta());
    return std::sqrt(mpq_class(star.value_square / (beta * beta)).get_d());
  }

  /// Optimal directions that carry no mass.
  void climb() {
    const double unit = oracle_unit(problem_.beta());
    for (int attempt = 0; attempt < 3; ++attempt) {
      const std::size_t before = result_.atoms.size();
      const auto found =
          oracle_.climb(unit * exact_.dual().rounded(), unit * problem_.beta() * (1 - kNear),
                        kClimbs, settings_.seed + static_cast<std::uint64_t>(attempt),
                        settings_.threads, {}, settings_.control);
      for (const DualDirection& direction : found)
        add(direction.u, direction.sign, direction.kinks);
      if (result_.atoms.size() == before) break;
    }
  }

  /// Searches outside the stars until nothing there reaches beta.
  OutsideResult search() {
    const double unit = oracle_unit(problem_.beta());
    OutsideSettings outside;
    outside.beta = unit * problem_.beta();
    outside.threads = settings_.threads;
    outside.seed = settings_.seed;
    outside.control = settings_.control;
    for (int round = 0;; ++round) {
      std::vector<StarAtom> stars;
      for (const OptimumAtom& atom : result_.atoms) {
        stars.push_back({atom.star.u, atom.sign, atom.star.ties});
      }
      OutsideResult answer =
          oracle_.maximise_outside(unit * exact_.dual().rounded(), stars, outside);
      answer.lower /= unit;
      answer.upper /= unit;
      const std::size_t before = result_.atoms.size();
      for (const DualDirection& direction : answer.directions) {
        if (direction.value / unit >= problem_.beta() * (1 - kNear)) {
          add(direction.u, direction.sign, direction.kinks);
        }
      }
      result_.stopped = settings_.control.should_stop();
      if (result_.atoms.size() == before || round >= kSearches || result_.stopped) return answer;
    }
  }

  void close(const OutsideResult& outside) {
    const double beta = problem_.beta();
    const double beyond = (outside.upper + exact_.dual().error() * norm_) * kUp;
    mpq_class square = mpq_class(beyond) * mpq_class(beyond);
    for (const OptimumAtom& atom : result_.atoms) {
      square = std::max<mpq_class>(square, atom.star.value_square);
    }
    const mpq_class lower = exact_.lower_bound(square);
    const mpq_class gap = std::max<mpq_class>(0, exact_.objective() - lower);
    result_.upper = rounded_up(exact_.objective());
    result_.lower = rounded_down(lower);
    // |nu - tau nu| for a nu that is not feasible itself.
    const double excess =
        std::max(0.0, rounded_up(mpq_class(square / (mpq_class(beta) * mpq_class(beta)) - 1)));
    const double rescaled = excess * exact_.dual().rounded().norm();
    const double radius = (rounded_up(root_above(2 * gap)) + rescaled) * kUp;
    result_.fit_radius =
        (radius + std::numeric_limits<double>::epsilon() * result_.fit.norm()) * kUp;
    result_.radius = radius + exact_.dual().error();
    result_.margin_lower = std::max(0.0, 1 - (beyond + radius * norm_ * kUp) / beta - 1e-15);
    result_.margin_upper =
        std::min(1.0, 1 - (outside.lower - (radius + exact_.dual().error()) * norm_ * kUp) / beta);
    settle_atoms(radius);
    result_.enclosed =
        !unresolved_ && !result_.stopped && beyond + radius * norm_ * kUp < beta && concave(radius);
  }

  /// Drops atoms that are proved inactive by more than the data's rounding; puts the others' radii.
  void settle_atoms(double radius) {
    const double beta = problem_.beta();
    std::vector<OptimumAtom> kept;
    for (OptimumAtom& atom : result_.atoms) {
      const double value = relative_value(atom.star);
      const double reach = radius * norm_ * kUp / beta;
      if (atom.mass == 0 && value + reach < 1 - kDataRounding) {
        result_.margin_upper = std::min(result_.margin_upper, 1 - value + reach);
        result_.margin_lower = std::min(result_.margin_lower, 1 - value - reach);
        continue;
      }
      // Projections of points at most radius |X| apart are no further apart; p / beta against
      // p / |p|; rounding of u.
      atom.radius = reach + std::abs(value - 1) + 1e-15;
      kept.push_back(std::move(atom));
    }
    result_.atoms = std::move(kept);
  }

  /// The ties keep their negative weights at nu*: one maximiser a star.
  [[nodiscard]] bool concave(double radius) const {
    const double move = radius * problem_.X().norm() * kUp;
    return std::all_of(result_.atoms.begin(), result_.atoms.end(), [&](const OptimumAtom& atom) {
      return atom.star.ties.empty() || atom.star.concavity > move;
    });
  }

  const TrainingProblem& problem_;
  const DualOracle& oracle_;
  const OptimumSettings& settings_;
  DyadicMatrix X_;
  ExactPoint exact_;
  RowGroups groups_;
  double norm_;
  bool unresolved_ = false;  ///< a neuron is at no maximum of its star
  Optimum result_;
};

}  // namespace

double activation_error(const Matrix& X, const std::vector<OptimumAtom>& atoms) {
  double square = 0;
  for (const OptimumAtom& atom : atoms) square += atom.radius * atom.radius;
  const double products = static_cast<double>(X.cols() + 4) *
                          std::numeric_limits<double>::epsilon() * X.norm() *
                          std::sqrt(static_cast<double>(atoms.size()));
  return (spectral_norm_above(X) * std::sqrt(square) + products) * kUp;
}

double spectral_norm_above(const Matrix& X) {
  const bool tall = X.rows() >= X.cols();
  const Matrix gram = tall ? Matrix(X.transpose() * X) : Matrix(X * X.transpose());
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(gram, Eigen::EigenvaluesOnly);
  const double largest = solver.eigenvalues().maxCoeff();
  const double terms = static_cast<double>(X.rows() + X.cols() + 8);
  const double error =
      8 * terms * std::numeric_limits<double>::epsilon() * gram.trace();  // rounding and Weyl
  return std::sqrt(std::max(0.0, largest) + error) * kUp;
}

Optimum enclose_optimum(const TrainingProblem& problem, const DualOracle& oracle,
                        const std::vector<Neuron>& neurons, const AffinePart& affine,
                        const OptimumSettings& settings) {
  if (neurons.empty()) {
    PolishedPoint point;
    point.bias = affine.bias;
    point.skip = affine.skip;
    point.affine_words = problem.stack(affine);
    return Enclosing(problem, oracle, std::move(point), settings).run();
  }
  SolverSettings tight;
  tight.stationarity = 1e-13;
  tight.control = settings.control;
  std::vector<Neuron> start = neurons;
  for (Neuron& neuron : start) neuron.kinks = near_kinks(problem.X(), neuron.w);
  const KinkNewtonResult solved = kink_newton(problem, start, affine, tight);
  PolishedPoint point = polish_dual(problem, solved.neurons, solved.affine(), kEnough);
  Optimum optimum = Enclosing(problem, oracle, std::move(point), settings).run();
  // At small beta the dual is lost in the digits of the fit.
  if (optimum.enclosed && optimum.radius <= kTight * problem.beta()) return optimum;
  point = polish_dual(problem, solved.neurons, solved.affine(), kEnough * kEnough,
                      PolishPrecision::kWide);
  Optimum finer = Enclosing(problem, oracle, std::move(point), settings).run();
  return finer.radius < optimum.radius ? finer : optimum;
}

}  // namespace thalweg::landscape
