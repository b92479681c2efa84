#include "thalweg/model/standardization.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

/// Multiples of this share of the scale are where the means lie.
constexpr double kMeanGrid = 1.0 / 64;

void require_columns(const ColumnScaling& scaling, const Matrix& values) {
  if (values.cols() == scaling.mean.size() && values.cols() == scaling.scale.size()) return;
  throw InvalidArgument("standardization: expected " + std::to_string(scaling.mean.size()) +
                        " columns, got " + std::to_string(values.cols()));
}

/// The power of two next to a number >= 0 in ratio, kept normal with its reciprocal.
double next_power_of_two(double value) {
  const double normal = std::max(value, std::numeric_limits<double>::min());
  return std::ldexp(1.0, std::min(static_cast<int>(std::lround(std::log2(normal))), 1022));
}

/// Whether (x - mean) / scale is mapped to z without rounding. The rounding error of a difference
/// is a double (Knuth), unless it overflows.
bool is_exact(double x, double mean, double scale, double z) {
  const double difference = x - mean;
  const double part = difference - x;
  const double error = (x - (difference - part)) + (-mean - part);
  return error == 0 && std::fma(z, scale, -difference) == 0;
}

}  // namespace

Matrix ColumnScaling::apply(const Matrix& values) const {
  require_columns(*this, values);
  Matrix result(values.rows(), values.cols());
  for (Index k = 0; k < values.cols(); ++k) {
    if (identity(k)) {
      result.col(k) = values.col(k);
    } else {
      result.col(k) = (values.col(k).array() - mean[k]) / scale[k];
    }
    if (result.col(k).allFinite()) continue;
    throw InvalidArgument("standardization: column " + std::to_string(k) +
                          " overflows when it is centred and scaled");
  }
  return result;
}

Index ColumnScaling::rounded_entries(const Matrix& values) const {
  const Matrix mapped = apply(values);
  Index rounded = 0;
  for (Index k = 0; k < values.cols(); ++k) {
    if (identity(k)) continue;
    for (Index i = 0; i < values.rows(); ++i) {
      if (!is_exact(values(i, k), mean[k], scale[k], mapped(i, k))) ++rounded;
    }
  }
  return rounded;
}

bool ColumnScaling::identity(Index column) const { return mean[column] == 0 && scale[column] == 1; }

Dataset Standardization::apply(const Dataset& dataset) const {
  Dataset result{inputs.apply(dataset.X), dataset.y};
  if (targets && dataset.y.cols() > 0) result.y = targets->apply(dataset.y);
  return result;
}

ColumnScaling choose_scaling(const Matrix& values) {
  ColumnScaling scaling{Vector::Zero(values.cols()), Vector::Ones(values.cols())};
  for (Index k = 0; k < values.cols(); ++k) {
    const auto column = values.col(k).array();
    const double low = column.minCoeff();
    const double range = column.maxCoeff() - low;
    if (range == 0) continue;
    if (!std::isfinite(range)) {
      throw InvalidArgument("standardization: the range of column " + std::to_string(k) +
                            " overflows");
    }
    // Relative to the range, so that nothing over- or underflows.
    const Eigen::ArrayXd position = (column - low) / range;
    const double middle = position.mean();
    const double deviation = std::sqrt((position - middle).square().mean());
    const double scale = next_power_of_two(deviation * range);
    const double grid = kMeanGrid * scale;
    const double mean = low + middle * range;
    scaling.scale[k] = scale;
    scaling.mean[k] = std::isfinite(mean / grid) ? std::nearbyint(mean / grid) * grid : mean;
  }
  return scaling;
}

}  // namespace thalweg
