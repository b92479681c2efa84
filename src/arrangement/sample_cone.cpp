#include "arrangement/sample_cone.hpp"

#include <algorithm>
#include <cmath>

namespace thalweg {
namespace {

constexpr int kSteps = 64;
/// Keeps w positive.
constexpr double kLeast = 0x1p-10;

}  // namespace

/// Rosenblatt's perceptron on rows of length 1, kept in the positive orthant.
std::optional<bool> positive_cone_meets(const Matrix& A, double error) {
  for (Index i = 0; i < A.rows(); ++i) {
    if (!(A.row(i).array() > 0).any()) return false;
  }
  if (!A.allFinite() || !std::isfinite(error)) return std::nullopt;
  const Vector lengths = A.rowwise().norm();
  const Vector sizes = A.cwiseAbs().rowwise().maxCoeff();
  const double rounding = 0x1p-50 * static_cast<double>(A.cols() + 2);
  Vector w = Vector::Ones(A.cols());
  for (int step = 0; step < kSteps; ++step) {
    const Vector values = A * w;
    const double total = 1.01 * w.sum();
    if ((values.array() > total * (error + rounding * sizes.array())).all()) return true;
    Index worst = 0;
    static_cast<void>((values.array() / lengths.array()).minCoeff(&worst));
    const double shortfall = std::max(0.0, -values[worst] / lengths[worst]);
    w += (0.5 + 1.5 * shortfall) / lengths[worst] * A.row(worst).transpose();
    w = w.cwiseMax(kLeast);
  }
  return std::nullopt;
}

}  // namespace thalweg
