#pragma once

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "thalweg/reformulation/piece_enumeration.hpp"
#include "thalweg/reformulation/piece_program.hpp"

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
  std::vector<Piece> pieces;
  for (std::size_t f = 0; f < forms.size(); ++f) {
    PieceList list = enumerate_pieces(forms[f]);
    EXPECT_TRUE(list.complete());
    reduce_pieces(forms[f], architecture.symmetries(static_cast<Index>(f)), list);
    for (const BranchPattern& pattern : list.patterns) {
      for (const Sign sign : {Sign::kPlus, Sign::kMinus}) {
        pieces.push_back({static_cast<Index>(f), pattern, sign});
      }
    }
  }
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
