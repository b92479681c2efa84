#pragma once

#include <limits>

#include "oracle/branch_cone_program.hpp"

namespace thalweg::oracle {

/// Moves best towards other multipliers as far as its value falls: where the weights go back and
/// forth between sets of free columns, the best multipliers lie between theirs.
inline void mix(const BlockNorm& norm, const ConeProgram& program, const Vector& other,
                ConeProgramSolution& best) {
  constexpr int kHalvings = 12;
  const Vector from = program.c + program.rows * best.multipliers;
  const Vector way = program.rows * (other - best.multipliers);
  double low = 0;
  double high = 1;
  for (int step = 0; step < kHalvings; ++step) {
    const double left = low + (high - low) / 3;
    const double right = high - (high - low) / 3;
    (norm.dual(from + left * way) < norm.dual(from + right * way) ? high : low) =
        norm.dual(from + left * way) < norm.dual(from + right * way) ? right : left;
  }
  const double share = 0.5 * (low + high);
  const double value = norm.dual(from + share * way);
  if (!(value < best.value)) return;
  best.value = value;
  best.multipliers += share * (other - best.multipliers);
}

/// Steps of a balance until its two bounds on the cone program's value meet the goal. A Balance has
/// project(), upper() and lower() with multipliers() and w() that attain them, and step(), which
/// goes on to the next weights and is false when it cannot.
template <typename Balance>
[[nodiscard]] ConeProgramSolution run_balance(Balance& balance, const BlockNorm& norm,
                                              const ConeProgram& program,
                                              const ConeProgramGoal& goal) {
  const double unit = norm.dual(program.c);
  constexpr int kMostSteps = 40;
  constexpr double kRounding = 1e-13;
  constexpr int kSmooth = 12;
  ConeProgramSolution best;
  best.value = std::numeric_limits<double>::infinity();
  best.multipliers = Vector::Zero(program.rows.cols());
  best.w = Vector::Zero(program.c.size());
  double lower = -1;
  balance.project();
  for (int step = 0; step < kMostSteps; ++step) {
    if (balance.upper() < best.value) {
      best.value = balance.upper();
      best.multipliers = balance.multipliers();
    } else if (step > kSmooth) {
      mix(norm, program, balance.multipliers(), best);
    }
    if (balance.lower() > lower) {
      lower = balance.lower();
      best.w = balance.w();
    }
    const double gap = best.value - lower;
    if (best.value <= goal.target || gap <= goal.accuracy * unit) break;
    if (gap <= goal.undecided * (best.value - goal.target)) break;
    if (!balance.step()) break;
  }
  if (lower <= kRounding * unit) best.w.setZero();
  return best;
}

}  // namespace thalweg::oracle
