#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include "thalweg/core/random.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg::testing {

/// A random small training problem and a network for it, the same for a seed on every platform.
struct RandomInstance {
  TrainingProblem problem;
  TwoLayerNetwork network;
  std::string kind;
};

inline Matrix random_rows(Random& random, std::uint64_t kind, Index n, Index d) {
  Matrix X(n, d);
  for (Index i = 0; i < n; ++i) {
    for (Index k = 0; k < d; ++k) {
      X(i, k) = kind == 1 ? static_cast<double>(random.below(5)) - 2 : random.normal();
    }
  }
  if (kind == 2) {
    // Copies, negations and multiples of earlier rows, and a zero row.
    for (Index i = 1; i < n; ++i) {
      if (random.below(2) == 0) continue;
      const auto source = static_cast<Index>(random.below(static_cast<std::uint64_t>(i)));
      constexpr double kFactors[] = {1.0, -1.0, 2.0, -0.5, 3.0};
      X.row(i) = kFactors[random.below(5)] * X.row(source);
    }
    if (n > 3) X.row(n - 1).setZero();
  } else if (kind == 3 && d > 1) {
    // Exact rank deficiency: small integer combinations of integer columns.
    for (Index i = 0; i < n; ++i) {
      for (Index k = 0; k < d; ++k) X(i, k) = static_cast<double>(random.below(9)) - 4;
    }
    X.col(d - 1) = X.col(0) - 2 * X.col(d > 2 ? 1 : 0);
  } else if (kind == 4) {
    X.col(d - 1).setOnes();
  }
  return X;
}

inline Loss random_loss(Random& random) {
  const LossScale scale = random.below(4) == 0 ? LossScale::kMean : LossScale::kSum;
  switch (random.below(6)) {
    case 0:
      return Loss::huber(0.75, scale);
    case 1:
      return Loss::squared_hinge(scale);
    default:
      return Loss::squared(scale);
  }
}

/// n in [1, 30], d in [1, 4]; general, integer grid, duplicated, rank-deficient and bias data in
/// turn; beta over five decades.
inline RandomInstance random_instance(std::uint64_t seed) {
  Random random(0x7a1e0000 + seed);
  const std::uint64_t kind = seed % 5;
  constexpr const char* kNames[] = {"general", "grid", "duplicated", "rank-deficient", "bias"};
  const auto n = static_cast<Index>(1 + random.below(30));
  const auto d = static_cast<Index>(1 + random.below(4));
  Matrix X = random_rows(random, kind, n, d);
  const Loss loss = random_loss(random);
  constexpr OutputBias kBiases[] = {OutputBias::kNone, OutputBias::kNone, OutputBias::kPenalised,
                                    OutputBias::kFree};
  const OutputBias bias = kBiases[random.below(4)];
  Vector y(n);
  for (Index i = 0; i < n; ++i) {
    y[i] = loss.needs_labels() ? (random.below(2) == 0 ? -1.0 : 1.0) : random.normal();
  }
  const double scale = X.rowwise().norm().dot(y.cwiseAbs()) * loss.weight(n);
  const double beta = std::max(1e-9, scale) * std::pow(10.0, -5 * random.uniform());
  const auto m = static_cast<Index>(random.below(9));
  TwoLayerNetwork network = TwoLayerNetwork::empty(d);
  network.W = Matrix::NullaryExpr(m, d, [&] { return random.normal(); });
  network.alpha = Matrix::NullaryExpr(m, 1, [&] { return random.normal(); });
  if (bias != OutputBias::kNone) network.output_bias[0] = random.normal();
  return {TrainingProblem(std::move(X), std::move(y), beta, loss, bias), std::move(network),
          kNames[kind]};
}

/// The lowest objective that plain gradient descent with step halving finds from the given network:
/// a peer that knows nothing of convex programs.
inline double descend(const TrainingProblem& problem, TwoLayerNetwork network, int steps) {
  double objective = problem.objective(network);
  double step = 1e-2;
  for (int iteration = 0; iteration < steps; ++iteration) {
    const NetworkGradient gradient = problem.gradient(network);
    TwoLayerNetwork next = network;
    next.W -= step * gradient.W;
    next.alpha.col(0) -= step * gradient.alpha;
    if (problem.output_bias() != OutputBias::kNone) {
      next.output_bias[0] -= step * gradient.output_bias;
    }
    const double value = problem.objective(next);
    if (value < objective) {
      objective = value;
      network = std::move(next);
      step *= 1.3;
    } else {
      step *= 0.4;
    }
  }
  return objective;
}

}  // namespace thalweg::testing
