#include "landscape/estimated_optimum.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "thalweg/convex/kink_newton.hpp"
#include "thalweg/oracle/outside_stars.hpp"

namespace thalweg::landscape {
namespace {

constexpr double kNear = 1e-7;  ///< directions within this share of beta count as optimal
constexpr double kSame = 1e-6;  ///< directions this close are one
constexpr double kTie = 1e-9;
constexpr Index kClimbs = 64;

OptimumAtom& atom_at(Optimum& optimum, const Vector& u, Sign sign, const std::vector<Index>& ties) {
  for (OptimumAtom& atom : optimum.atoms) {
    if (atom.sign == sign && (atom.star.u - u).norm() < kSame) return atom;
  }
  OptimumAtom atom;
  atom.sign = sign;
  atom.star.u = u;
  atom.star.ties = ties;
  atom.radius = std::numeric_limits<double>::infinity();
  optimum.atoms.push_back(std::move(atom));
  return optimum.atoms.back();
}

}  // namespace

std::vector<Index> near_kinks(const Matrix& X, const Vector& w) {
  std::vector<Index> rows;
  for (Index i = 0; i < X.rows(); ++i) {
    const double length = X.row(i).norm();
    if (length > 0 && std::abs(X.row(i).dot(w)) <= kTie * length * w.norm()) rows.push_back(i);
  }
  return rows;
}

Optimum estimate_optimum(const TrainingProblem& problem, const DualOracle& oracle,
                         const std::vector<Neuron>& neurons, const AffinePart& affine,
                         double lower_bound, const OptimumSettings& settings) {
  std::vector<Neuron> start = neurons;
  for (Neuron& neuron : start) neuron.kinks = near_kinks(problem.X(), neuron.w);
  SolverSettings tight;
  tight.stationarity = 1e-13;
  tight.control = settings.control;
  KinkNewtonResult solved;
  solved.bias = affine.bias;
  solved.skip = affine.skip;
  if (!start.empty()) solved = kink_newton(problem, start, affine, tight);
  Optimum optimum;
  optimum.point = polish_dual(problem, solved.neurons, solved.affine());
  const TwoLayerNetwork network =
      to_network(optimum.point.neurons, problem.dimension(), optimum.point.affine());
  optimum.fit = problem.fit(network);
  optimum.dual = problem.project_to_dual_domain(problem.dual_point(optimum.fit));
  optimum.upper = problem.objective(network);
  optimum.lower = lower_bound;
  optimum.radius = std::numeric_limits<double>::infinity();
  for (const Neuron& neuron : optimum.point.neurons) {
    atom_at(optimum, neuron.w.normalized(), neuron.sign, near_kinks(problem.X(), neuron.w)).mass +=
        neuron.w.norm();
  }
  const double beta = problem.beta();
  const double unit = std::ldexp(1.0, std::clamp(-std::ilogb(beta), -900, 900));
  for (const DualDirection& direction :
       oracle.climb(unit * optimum.dual, unit * beta * (1 - kNear), kClimbs, settings.seed,
                    settings.threads, {}, settings.control)) {
    atom_at(optimum, direction.u, direction.sign, direction.kinks);
  }
  std::vector<StarAtom> stars;
  for (const OptimumAtom& atom : optimum.atoms) {
    stars.push_back({atom.star.u, atom.sign, atom.star.ties});
  }
  OutsideSettings outside;
  outside.beta = unit * beta;
  outside.threads = settings.threads;
  outside.seed = settings.seed;
  outside.control = settings.control;
  const OutsideResult answer = oracle.maximise_outside(unit * optimum.dual, stars, outside);
  optimum.margin_lower = std::max(0.0, 1 - answer.upper / (unit * beta));
  optimum.margin_upper = std::min(1.0, 1 - answer.lower / (unit * beta));
  optimum.stopped = settings.control.should_stop();
  return optimum;
}

}  // namespace thalweg::landscape
