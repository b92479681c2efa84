#pragma once

#include <cstdint>
#include <functional>

#include "smooth_function.hpp"

namespace thalweg::bench {

struct FistaSettings {
  double lam = 0;          ///< weight of the sum of the blocks' lengths
  double tolerance = 0;    ///< stops when the squared length of the gradient mapping is below
  double first_step = 10;  ///< length of the first step tried
};

/// What happens after each step, with f(W); false stops.
using FistaObserver = std::function<bool(const Matrix& W, double f)>;

/// min f(W) + lam sum_j |w_j| by R-FISTA as scnn publishes it (Mishkin, Sahiner, Pilanci 2022):
/// accelerated proximal gradient steps, each length found by backtracking on the quadratic bound
/// (factor 0.8) and enlarged by 1.25 when the bound is slack by 5, restarted when a step makes an
/// acute angle with the gradient mapping. W holds the start and the result. Returns the number of
/// steps.
std::int64_t restarted_fista(SmoothFunction& f, const FistaSettings& settings, Matrix& W,
                             const FistaObserver& observer);

}  // namespace thalweg::bench
