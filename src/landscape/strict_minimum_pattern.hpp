#pragma once

#include <optional>

#include "landscape/stationarity_system.hpp"

namespace thalweg::landscape {

/// The rows of X that are not zero.
[[nodiscard]] std::vector<bool> nonzero_rows(const Matrix& X);

/// The piece that weights W (m x d), none zero, lie on, with rows of |x_i^T w_j| <= tolerance |x_i|
/// |w_j| held on their kinks. Gates of kinks are 0, of implied ones 1/2. None when it is not proved
/// which are implied. signs (m).
[[nodiscard]] std::optional<OwnPattern> pattern_near(const TrainingProblem& problem,
                                                     const Matrix& W,
                                                     const std::vector<double>& signs,
                                                     double tolerance);

/// The jump of the slope of s nu^T (X w)_+ across a kink in the direction of its first row,
/// relative to that row: sum_i s nu_i |a_i|. Below 0 the objective has a convex kink. nu (n).
[[nodiscard]] Enclosure slope_jump(const OwnPattern& pattern, const Kink& kink,
                                   const std::vector<Enclosure>& nu);

/// Sets the gates of implied kinks: of all gates on a neuron's kinks that make it stationary, those
/// nearest to 1/2, where they are in (0, 1). W (m x d); nu (n).
void balance_gates(const TrainingProblem& problem, const Matrix& W,
                   const std::vector<Enclosure>& nu, OwnPattern& pattern);

}  // namespace thalweg::landscape
