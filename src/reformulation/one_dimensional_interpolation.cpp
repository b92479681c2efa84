#include "thalweg/reformulation/one_dimensional_interpolation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

/// The polygon through the points, and where each distinct sample came from.
struct Polygon {
  std::vector<double> x;  ///< (m), ascending
  std::vector<double> y;
  std::vector<Index> first;     ///< a sample of each
  std::vector<double> changes;  ///< k_1 .. k_{m-1} of the slope
};

Polygon polygon_of(const Vector& x, const Vector& y) {
  std::vector<Index> order(static_cast<std::size_t>(x.size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return x[a] < x[b]; });
  Polygon polygon;
  for (const Index i : order) {
    if (!polygon.x.empty() && polygon.x.back() == x[i]) {
      if (polygon.y.back() == y[i]) continue;
      throw InvalidArgument("equal samples have different targets: nothing interpolates samples " +
                            std::to_string(polygon.first.back()) + " and " + std::to_string(i));
    }
    polygon.x.push_back(x[i]);
    polygon.y.push_back(y[i]);
    polygon.first.push_back(i);
  }
  double before = 0;
  for (std::size_t j = 0; j + 1 < polygon.x.size(); ++j) {
    const double slope = (polygon.y[j + 1] - polygon.y[j]) / (polygon.x[j + 1] - polygon.x[j]);
    polygon.changes.push_back(slope - before);
    before = slope;
  }
  return polygon;
}

/// Features and their coefficients.
struct Terms {
  std::vector<NarrowFeature> features;
  std::vector<double> z;

  void add(NarrowFeature feature, double coefficient) {
    if (coefficient == 0) return;
    features.push_back(std::move(feature));
    z.push_back(coefficient);
  }
};

/// Ramps to the right make the changes, mirrored ones where they also help the first slope.
Terms ramps(const Polygon& polygon) {
  Terms mirrored;
  Terms right;
  double first = polygon.changes.empty() ? 0.0 : polygon.changes[0];
  for (std::size_t j = 1; j < polygon.changes.size(); ++j) {
    const double change = polygon.changes[j];
    // The mirrored ramp's slope is minus its coefficient before x_j.
    const double share = first * change < 0 ? std::min(std::abs(first), std::abs(change)) : 0.0;
    const double moved = std::copysign(share, change);
    first += moved;
    mirrored.add({{-1}, {polygon.x[j]}}, moved);
    right.add({{1}, {polygon.x[j]}}, change - moved);
  }
  Terms terms;
  terms.add({{1}, {polygon.x[0]}}, first);
  for (const Terms* part : {&mirrored, &right}) {
    for (std::size_t k = 0; k < part->z.size(); ++k) terms.add(part->features[k], part->z[k]);
  }
  return terms;
}

/// Pairs positive and negative changes; the slope falls to 0 at the last sample.
Terms capped_ramps(const Polygon& polygon, Index layers) {
  struct Open {
    double x;
    double change;    ///< not yet matched
    double rounding;  ///< of the whole change: less than that is nothing
  };
  std::vector<Open> open;  // all of one sign
  Terms terms;
  const auto pair = [&](const Open& from, double to, double amount) {
    terms.add(capped_ramp(from.x, to, layers), -amount);  // the feature falls
  };
  for (std::size_t j = 0; j < polygon.changes.size(); ++j) {
    double change = polygon.changes[j];
    const double rounding = 8 * std::numeric_limits<double>::epsilon() * std::abs(change);
    while (std::abs(change) > rounding && !open.empty() && open.back().change * change < 0) {
      Open& last = open.back();
      const double amount =
          std::copysign(std::min(std::abs(last.change), std::abs(change)), last.change);
      pair(last, polygon.x[j], amount);
      change += amount;
      last.change -= amount;
      if (std::abs(last.change) <= last.rounding) open.pop_back();
    }
    if (std::abs(change) > rounding) open.push_back({polygon.x[j], change, rounding});
  }
  for (const Open& rest : open) pair(rest, polygon.x.back(), rest.change);
  return terms;
}

struct SignedSums {
  double positive = 0;  ///< P, from k_2 on
  double negative = 0;  ///< Q
};

SignedSums later_changes(const Polygon& polygon) {
  SignedSums sums;
  for (std::size_t j = 1; j < polygon.changes.size(); ++j) {
    (polygon.changes[j] > 0 ? sums.positive : sums.negative) += std::abs(polygon.changes[j]);
  }
  return sums;
}

/// Norm and optimal values G_j at the samples but the last.
struct DualOptimum {
  double norm = 0;
  std::vector<double> heights;
};

/// Heights `up` where the slope rises, `down` where it falls.
std::vector<double> heights_by_sign(const Polygon& polygon, double up, double down) {
  std::vector<double> heights;
  for (const double change : polygon.changes) {
    heights.push_back(change > 0 ? up : change < 0 ? down : 0.0);
  }
  return heights;
}

DualOptimum dual_of_ramps(const Polygon& polygon) {
  const auto [P, Q] = later_changes(polygon);
  const double first = polygon.changes[0];
  const double rest = std::max({0.0, first - Q, -first - P});
  const double height = rest == 0 ? 0.0 : first > 0 ? 1.0 : -1.0;  // G_1
  DualOptimum optimum{P + Q + rest, heights_by_sign(polygon, std::min(1.0, height + 1),
                                                    std::max(-1.0, height - 1))};
  optimum.heights[0] = height;
  return optimum;
}

DualOptimum dual_of_capped_ramps(const Polygon& polygon) {
  auto [P, Q] = later_changes(polygon);
  (polygon.changes[0] > 0 ? P : Q) += std::abs(polygon.changes[0]);
  return P >= Q ? DualOptimum{P, heights_by_sign(polygon, 1, 0)}
                : DualOptimum{Q, heights_by_sign(polygon, 0, -1)};
}

/// nu from the values of G: its slopes g_j = -(sum of nu beyond) give nu_j = g_j - g_{j-1}.
Vector dual_point(const Polygon& polygon, std::vector<double> heights, Index samples) {
  heights.push_back(0);
  Vector nu = Vector::Zero(samples);
  for (std::size_t j = 0; j + 1 < heights.size(); ++j) {
    const double slope = (heights[j + 1] - heights[j]) / (polygon.x[j + 1] - polygon.x[j]);
    nu[polygon.first[j]] += slope;
    nu[polygon.first[j + 1]] -= slope;
  }
  return nu;
}

}  // namespace

MinimumNormInterpolation interpolate_one_dimensional(const Vector& x, const Vector& y,
                                                     Index layers) {
  if (layers < 2) {
    throw InvalidArgument("layers: expected at least 2, got " + std::to_string(layers));
  }
  if (x.size() != y.size() || x.size() == 0) {
    throw InvalidArgument("interpolation: expected as many targets as samples, at least one, got " +
                          std::to_string(x.size()) + " samples and " + std::to_string(y.size()) +
                          " targets");
  }
  if (!x.allFinite() || !y.allFinite()) {
    throw InvalidArgument("interpolation: expected finite samples and targets");
  }
  const Polygon polygon = polygon_of(x, y);
  Terms terms = layers == 2 ? ramps(polygon) : capped_ramps(polygon, layers);
  MinimumNormInterpolation result;
  result.dual = Vector::Zero(x.size());
  if (!polygon.changes.empty()) {
    DualOptimum optimum = layers == 2 ? dual_of_ramps(polygon) : dual_of_capped_ramps(polygon);
    result.norm = optimum.norm;
    result.dual = dual_point(polygon, std::move(optimum.heights), x.size());
  }
  result.features = std::move(terms.features);
  result.z = Eigen::Map<const Vector>(terms.z.data(), static_cast<Index>(terms.z.size()));
  double offset = polygon.y[0];
  for (std::size_t k = 0; k < result.features.size(); ++k) {
    offset -= terms.z[k] * result.features[k].value(polygon.x[0]);
  }
  result.network = narrow_network(result.features, result.z, offset, layers);
  return result;
}

}  // namespace thalweg
