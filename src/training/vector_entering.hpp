#pragma once

#include <vector>

#include "thalweg/oracle/vector_oracle.hpp"
#include "training/vector_neuron.hpp"

namespace thalweg::detail {

/// Neurons for violated dual constraints, with masses that lower the objective together.
///
/// fit (n x c) and N (n x c) belong to the present point; `directions` have value above beta. Each
/// mass starts at its own Newton step along the atom (X u)_+ a^T; the joint move is then scaled by
/// a line search on the convex restriction of the objective to it. O(n (d + c) k).
[[nodiscard]] std::vector<VectorNeuron> entering_vector_neurons(
    const MultiOutputProblem& problem, OutputModel model, const Matrix& fit, const Matrix& N,
    const std::vector<VectorDirection>& directions);

}  // namespace thalweg::detail
