#pragma once

#include <gtest/gtest.h>

#include "reformulation/small_data.hpp"
#include "thalweg/reformulation/piece_enumeration.hpp"
#include "thalweg/reformulation/piece_program.hpp"

namespace thalweg::testing {

/// All pieces of all forms under both signs.
inline std::vector<Piece> all_pieces(const Architecture& architecture,
                                     const std::vector<BranchForm>& forms) {
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
  return pieces;
}

inline SolverSettings accurate() {
  SolverSettings settings;
  settings.relative_gap = 1e-10;
  return settings;
}

/// The convex program over all pieces, and its blocks as a network.
struct CompleteProgram {
  PieceSolution solution;
  std::optional<BranchNetwork> network;  ///< none when a block of weight does not decode
  /// Of the network's plain weights.
  double network_objective = std::numeric_limits<double>::infinity();

  [[nodiscard]] double lower() const { return solution.lower_bound; }
};

inline CompleteProgram solve_complete(const Architecture& architecture, const Matrix& X,
                                      const Vector& y, double beta,
                                      const Loss& loss = Loss::squared()) {
  const std::vector<BranchForm> forms = architecture.forms(X);
  const std::vector<Piece> pieces = all_pieces(architecture, forms);
  CompleteProgram result;
  const TrainingProblem affine(Matrix::Zero(y.size(), 1), y, beta, loss);
  result.solution = solve_pieces(forms, pieces, affine, accurate());
  double largest = 0;
  const auto norm = [&](const ActiveBlock& block) {
    return forms[static_cast<std::size_t>(block.form)].norm().value(block.w);
  };
  for (const ActiveBlock& block : result.solution.blocks) largest = std::max(largest, norm(block));
  std::vector<ActiveBlock> active;
  for (const ActiveBlock& block : result.solution.blocks) {
    if (norm(block) > 1e-7 * largest) active.push_back(block);
  }
  result.network = decode_network(architecture, active);
  if (result.network) {
    result.network_objective = loss.value(architecture.predict(X, *result.network), y) +
                               beta * architecture.penalty(*result.network);
  }
  return result;
}

/// The known value lies between the bounds, which are this close, and the network attains it.
inline void expect_optimum(const Architecture& architecture, const Matrix& X, const Vector& y,
                           double beta, double value, double accuracy) {
  const CompleteProgram program = solve_complete(architecture, X, y, beta);
  EXPECT_LE(program.lower(), value + accuracy);
  EXPECT_GE(program.solution.objective, value - accuracy);
  EXPECT_LE(program.solution.objective - program.lower(), 1e-7 * value);
  ASSERT_TRUE(program.network.has_value());
  EXPECT_LE(program.network_objective - program.lower(), 1e-6 * value);
}

}  // namespace thalweg::testing
