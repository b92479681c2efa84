#pragma once

#include <cstdint>
#include <functional>

#include "thalweg/core/types.hpp"

#define THALWEG_REFERENCE __attribute__((visibility("default")))

/// The algorithms that scnn publishes (Mishkin, Sahiner, Pilanci: Fast Convex Optimization for
/// Two-Layer ReLU Networks, 2022), written anew for comparisons, with the package's settings. They
/// are compiled for the processor at hand, in a shared library of their own.
namespace thalweg::bench {

/// What happens after each step of the innermost loop; false stops.
using BlockObserver = std::function<bool(const Matrix& W)>;
/// The same, with the objective that the method has anyway.
using ObjectiveObserver = std::function<bool(const Matrix& W, double objective)>;

/// R-FISTA for the gated program 1/(2n) |sum_i D_i X w_i - y|^2 + lam sum_i |w_i|, from W = 0.
/// X (n x d), gates (n x P) of 0 and 1, y (n). Runs until the observer stops it. Returns the number
/// of steps.
THALWEG_REFERENCE std::int64_t solve_by_fista(const Matrix& X, const Matrix& gates, const Vector& y,
                                              double lam, const ObjectiveObserver& observer);

/// The augmented Lagrangian method for the ReLU program over given patterns,
///   min 1/(2n) |sum_i D_i X (v_i - u_i) - y|^2 + lam sum_i (|v_i| + |u_i|),
///   (2 D_i - 1) X v_i >= 0, (2 D_i - 1) X u_i >= 0,
/// from zero; W = (v_1 .. v_P, u_1 .. u_P), (d x 2P). R-FISTA solves the inner problems to a
/// squared gradient mapping of `tolerance`, halved when the violation demands it. Runs until the
/// observer stops it. Returns the number of inner steps.
///
/// Two things differ from the package: multipliers may decrease (there they cannot), and it does
/// not stop by itself (its rule ignores complementary slackness).
THALWEG_REFERENCE std::int64_t solve_by_augmented_lagrangian(const Matrix& X, const Matrix& gates,
                                                             const Vector& y, double lam,
                                                             double tolerance,
                                                             const BlockObserver& observer);

}  // namespace thalweg::bench
