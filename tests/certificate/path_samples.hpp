#pragma once

#include <cmath>

#include "thalweg/core/random.hpp"
#include "thalweg/model/network_path.hpp"

/// Paths whose values are known, and random ones.
namespace thalweg::testing {

inline PathSlot slot(Index direction, double mass, Sign sign = Sign::kPlus) {
  return {direction, sign, mass};
}

/// Rows (3, 4), (3, -4), y = 1, beta = 1/2: fixture F3 with rows scaled to integers.
inline TrainingProblem scaled_f3(OutputBias bias = OutputBias::kNone) {
  return {Matrix{{3, 4}, {3, -4}}, Vector{{1, 1}}, 0.5, Loss::squared(), bias};
}

/// On scaled_f3, by hand: from neurons x_1, x_2 of mass 1/32 (fit 25/32 each, L = 209/1024) the
/// neuron (1, 0) grows to mass 1/8 (fit 37/32, L = 249/1024, slope 2 5/32 3/8 + 1/16 = 23/128),
/// then the two vanish (fit 3/8, L = 29/64, slope 2 5/8 25/32 - 5/32 = 105/128): increase 1.
inline NetworkPath rising_path() {
  NetworkPath path;
  path.start = TwoLayerNetwork::empty(2);
  path.start.W = Matrix{{3, 4}, {3, -4}, {0, 0}};
  path.start.alpha = Matrix{{0.03125}, {0.03125}, {0}};
  path.directions = Matrix{{3, 4}, {3, -4}, {1, 0}};
  path.states = {{{slot(0, 0.03125), slot(1, 0.03125), {}}, {}},
                 {{slot(0, 0.03125), slot(1, 0.03125), slot(2, 0.125)}, {}},
                 {{{}, {}, slot(2, 0.125)}, {}}};
  path.kinds = {SegmentKind::kMasses, SegmentKind::kMasses};
  return path;
}

/// The same start; slot 0 is split with the empty one, the first half shrinks to nothing and slots
/// 1 and 2 are exchanged through it: the objective is constant.
inline NetworkPath level_path() {
  NetworkPath path = rising_path();
  const double half = 0.015625;
  path.states = {{{slot(0, 2 * half), slot(1, 2 * half), {}}, {}},
                 {{slot(0, half), slot(1, 2 * half), slot(0, half)}, {}},
                 {{{}, slot(1, 2 * half), slot(0, 2 * half)}, {}},
                 {{slot(1, 2 * half), {}, slot(0, 2 * half)}, {}}};
  path.kinds.assign(3, SegmentKind::kMasses);
  path.end = path.start;
  path.end->W = Matrix{{3, -4}, {0, 0}, {3, 4}};
  path.end->alpha = Matrix{{2 * half}, {0}, {2 * half}};
  return path;
}

/// Seven samples with three inputs; every loss, scale and output bias that a certificate can state
/// comes up for some number.
inline TrainingProblem random_problem(Random& random, int number) {
  const Loss losses[] = {Loss::squared(LossScale::kMean), Loss::huber(0.7), Loss::squared_hinge(),
                         Loss::squared()};
  const Loss& loss = losses[number % 4];
  const Matrix X = Matrix::NullaryExpr(7, 3, [&] { return random.normal(); });
  Vector y = Vector::NullaryExpr(7, [&] { return random.normal(); });
  if (loss.needs_labels()) y = y.array().sign();
  return {X, y, 0.3, loss, OutputBias(number % 3)};
}

/// A path of random states: directions of doubles that stay on their side of every row, masses that
/// come and go. X (n x d), m slots.
inline NetworkPath random_path(Random& random, const TrainingProblem& problem, Index m,
                               std::size_t states) {
  const Index d = problem.dimension();
  const auto draw = [&] { return Vector::NullaryExpr(d, [&] { return random.normal(); }).eval(); };
  const auto same_side = [&](const Vector& a, const Vector& b) {
    return ((problem.X() * a).array() * (problem.X() * b).array() >= 0).all();
  };
  NetworkPath path;
  path.start = TwoLayerNetwork::empty(d);
  path.start.W = Matrix::NullaryExpr(m, d, [&] { return random.normal(); });
  path.start.alpha = Matrix::NullaryExpr(m, 1, [&] { return random.normal(); });
  if (problem.output_bias() != OutputBias::kNone) path.start.output_bias[0] = random.normal();
  BalancedNetwork balanced = balance_exactly(problem, path.start);
  path.directions = balanced.directions;
  path.states = {balanced.state};
  const auto add_direction = [&](const Vector& v) {
    path.directions.conservativeResize(path.directions.rows() + 1, d);
    path.directions.bottomRows(1) = v.transpose();
    return path.directions.rows() - 1;
  };
  while (path.states.size() < states) {
    PathState next = path.states.back();
    const bool merge = random.uniform() < 0.5;
    for (PathSlot& at : next.slots) {
      const double choice = random.uniform();
      if (at.mass == 0) {
        if (choice < 0.5) at = slot(add_direction(draw()), random.uniform());
        if (choice < 0.2) at.sign = Sign::kMinus;
      } else if (choice < 0.2) {
        at.mass = 0;
      } else if (choice < 0.6) {
        at.mass *= 2 * random.uniform();
      } else if (merge) {
        const Vector v = path.directions.row(at.direction).transpose() + 0.1 * draw();
        if (same_side(v, path.directions.row(at.direction))) at.direction = add_direction(v);
      }
    }
    if (problem.output_bias() != OutputBias::kNone) next.affine.bias += 0.1 * random.normal();
    path.states.push_back(next);
    path.kinds.push_back(merge ? SegmentKind::kMerge : SegmentKind::kMasses);
  }
  return path;
}

/// A network with exactly the products of the path's last state: w = v, alpha = s z.
inline TwoLayerNetwork network_of_products(const NetworkPath& path) {
  TwoLayerNetwork network = path.start;
  const PathState& last = path.states.back();
  for (Index j = 0; j < path.width(); ++j) {
    const PathSlot& at = last.slots[static_cast<std::size_t>(j)];
    network.alpha(j, 0) = to_double(at.sign) * at.mass;
    if (at.mass > 0) network.W.row(j) = path.directions.row(at.direction);
  }
  network.output_bias[0] = last.affine.bias;
  return network;
}

}  // namespace thalweg::testing
