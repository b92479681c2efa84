#pragma once

#include <Eigen/Core>
#include <cstdint>

namespace thalweg {

/// Dense column-major matrix of doubles.
using Matrix = Eigen::MatrixXd;
/// Dense column vector of doubles.
using Vector = Eigen::VectorXd;
/// Row or column count and position.
using Index = Eigen::Index;

/// The sign s of an atom s * (X u)_+ (the sign of a neuron's output weight).
enum class Sign : std::int8_t { kMinus = -1, kPlus = 1 };

/// +1.0 or -1.0.
[[nodiscard]] constexpr double to_double(Sign sign) { return sign == Sign::kPlus ? 1.0 : -1.0; }

/// The sign of a nonzero number; zero counts as plus.
[[nodiscard]] constexpr Sign sign_of(double value) {
  return value < 0 ? Sign::kMinus : Sign::kPlus;
}

}  // namespace thalweg
