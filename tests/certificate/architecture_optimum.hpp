#pragma once

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "reformulation/complete_program.hpp"

/// The optimum of an architecture by its convex program over all pieces.
namespace thalweg::testing {

struct Optimum {
  BranchNetwork network;
  double output_bias = 0;
  Vector dual;
  double value = 0;
};

inline Optimum solve(const Architecture& architecture, const Matrix& X,
                     const TrainingProblem& outputs) {
  const std::vector<BranchForm> forms = architecture.forms(X);
  const std::vector<Piece> pieces = all_pieces(architecture, forms);
  SolverSettings settings;
  settings.relative_gap = 1e-9;
  const PieceSolution solution = solve_pieces(forms, pieces, outputs, settings);
  const auto network = decode_network(architecture, solution.blocks);
  EXPECT_TRUE(network.has_value());
  return {*network, solution.affine.bias, solution.dual, solution.objective};
}

/// Targets, loss, beta and bias without data.
inline TrainingProblem targets(const Vector& y, double beta, Loss loss = Loss::squared(),
                               OutputBias bias = OutputBias::kNone) {
  return {Matrix::Zero(y.size(), 1), y, beta, std::move(loss), bias};
}

}  // namespace thalweg::testing
