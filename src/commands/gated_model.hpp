#pragma once

#include <string>

#include "commands/inputs.hpp"
#include "commands/pattern_source.hpp"
#include "thalweg/reformulation/gated_program.hpp"

namespace thalweg::commands {

/// The outputs of a gated solution at inputs X (N x d, the column of ones included): block k is on
/// at x where g_k^T x >= 0, g_k its row of `gates` (p x d).
[[nodiscard]] Vector predict_gated(const Matrix& X, const GatedSolution& solution,
                                   const Matrix& gates);

/// nu scaled into the constraints, where D is largest: the dual point behind a lower bound. nu (n)
/// with dual norm `norm` over the blocks of a program.
[[nodiscard]] Vector feasible_dual(const TrainingProblem& problem, const Vector& nu, double norm);

/// Writes a gated solution as `.npz` (docs/files.md, "Gated models"): weights, patterns, gates
/// where known, biases, the feasible dual, and the standardisation of the inputs' data. Failure
/// (exit 3) when the file cannot be written.
void write_gated_model(const std::string& path, const TrainingProblem& problem,
                       const PatternChoice& choice, const GatedSolution& solution,
                       const Inputs& inputs);

}  // namespace thalweg::commands
