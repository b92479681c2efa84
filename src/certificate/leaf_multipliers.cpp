#include "certificate/leaf_multipliers.hpp"

#include <algorithm>
#include <cmath>

namespace thalweg::certificate {
namespace {

/// Small integers proportional to the direction sum_k lambda_k ray_k in the integer rays.
ConeVector integer_weights(const LeafCone& cone, const ConeVector& lambda, int bits) {
  ConeVector w = lambda.cwiseMax(0.0).cwiseQuotient(cone.problem().lengths());
  const double largest = w.maxCoeff();
  if (!(largest > 0)) return ConeVector::Ones(cone.rank());
  w *= std::ldexp(1.0, bits) / largest;
  return w.array().round().matrix();
}

Tangent tangent_at(const LeafCone& cone, const ConeVector& lambda, int bits) {
  Tangent tangent;
  tangent.weights = integer_weights(cone, lambda, bits);
  tangent.s = cone.multipliers_by_weights(tangent.weights);
  return tangent;
}

/// Fills in demand and p; whether the cone closes with length `target`.
bool closes(const LeafCone& cone, double target, Multipliers& multipliers) {
  multipliers.demand = cone.problem().demand(multipliers.s);
  multipliers.p = cone.problem().shortest(multipliers.demand);
  return multipliers.p.norm() <= target;
}

/// The multipliers of the shortest closing vector, rounded to as few bits as still close.
std::optional<Multipliers> fractional_multipliers(const LeafCone& cone, double target) {
  const ClosingProblem& problem = cone.problem();
  Multipliers best;
  best.s = cone.view().multipliers.size() == cone.crossing()
               ? cone.view().multipliers
               : Vector(Vector::Zero(cone.crossing()));
  const ConeVector guess = problem.shortest(problem.demand(best.s));
  const Vector slopes = problem.values().transpose() * cone.coordinates(guess);
  best.s = (slopes.array() > 0).cast<double>();
  const ConeVector shortest = problem.optimise(best.s);
  const ConeVector lambda = cone.coordinates(shortest);
  for (const int bits : {5, 14, 24}) best.tangents.push_back(tangent_at(cone, lambda, bits));
  const Vector exact = best.s;
  for (int bits = 0; bits <= 44; bits += bits < 10 ? 2 : 4) {
    const double scale = std::ldexp(1.0, bits);
    best.s = (exact * scale).array().round() / scale;
    best.bits = bits;
    if (closes(cone, target, best)) return best;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Multipliers> choose_multipliers(const LeafCone& cone, double target) {
  const ConeVector start = cone.view().primal.cwiseMax(0.0).cwiseProduct(cone.problem().lengths());
  // Weights of three bits are single digits.
  for (const int bits : {3, 6, 11, 16}) {
    ConeVector lambda = start;
    for (int round = 0; round < 4; ++round) {
      Multipliers trial;
      trial.tangents.push_back(tangent_at(cone, lambda, bits));
      trial.s = trial.tangents.back().s;
      if (closes(cone, target, trial)) return trial;
      if (!(trial.p.norm() > 0)) break;
      const ConeVector next = cone.coordinates(trial.p);
      if ((next - lambda).norm() <= 1e-14 * next.norm()) break;
      lambda = next;
    }
    if (cone.crossing() == 0) return std::nullopt;
  }
  return fractional_multipliers(cone, target);
}

}  // namespace thalweg::certificate
