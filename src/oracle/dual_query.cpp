#include "oracle/dual_query.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::oracle {
namespace {

constexpr double kKinkTolerance = 1e-12;

}  // namespace

DualQuery::DualQuery(const Matrix& X, const RowGeometry& geometry, const Matrix& frame_rows,
                     const Vector& nu)
    : X_(X), geometry_(geometry), nu_(nu) {
  const GroupWeights weights = group_weights(geometry, nu);
  vanishes_ = geometry.groups() == 0 || weights.absolute.maxCoeff() == 0;
  tree_[0] = signed_rows(geometry, weights);
  tree_[1] = tree_[0].negated();
  if (!geometry.basis().empty()) {
    climb_[0] = tree_[0];
    for (RowSet* set : {&climb_[0].up, &climb_[0].down}) {
      for (Index i = 0; i < set->count; ++i) {
        const auto g = set->groups[static_cast<std::size_t>(i)];
        set->columns.row(i) = std::fabs(weights.weight[g]) * frame_rows.row(g);
      }
    }
    climb_[0].linear.setZero();
    for (Index row = 0; row < nu.size(); ++row) {
      const Index group = geometry.group_of_row()[static_cast<std::size_t>(row)];
      const double multiple = geometry.multiples()[row];
      if (multiple < 0) climb_[0].linear += nu[row] * multiple * frame_rows.row(group).transpose();
    }
    climb_[1] = climb_[0].negated();
  }
  const Vector norms = X.rowwise().stableNorm();
  crude_bound_ =
      norms.dot(nu.cwiseAbs()) * (1 + static_cast<double>(X.rows() + X.cols() + 8) * 0x1p-52);
}

Vector DualQuery::from_frame(const Vector& point) const {
  return (geometry_.frame() * point).normalized();
}

Vector DualQuery::frame_of_tree(const Vector& z) const {
  if (geometry_.basis().empty()) return z.normalized();
  return (geometry_.frame().transpose() * geometry_.to_direction(z)).normalized();
}

double DualQuery::lower_value(const Vector& u, Sign sign) const {
  using Wide = long double;
  Wide sum = 0;
  Wide magnitude = 0;
  std::vector<Wide> products(static_cast<std::size_t>(X_.rows()), 0);
  std::vector<Wide> magnitudes(static_cast<std::size_t>(X_.rows()), 0);
  for (Index k = 0; k < X_.cols(); ++k) {
    for (Index i = 0; i < X_.rows(); ++i) {
      const Wide product = static_cast<Wide>(X_(i, k)) * static_cast<Wide>(u[k]);
      products[static_cast<std::size_t>(i)] += product;
      magnitudes[static_cast<std::size_t>(i)] += std::fabs(product);
    }
  }
  for (Index i = 0; i < X_.rows(); ++i) {
    const auto row = static_cast<std::size_t>(i);
    if (products[row] > 0) sum += static_cast<Wide>(nu_[i]) * products[row];
    magnitude += std::fabs(static_cast<Wide>(nu_[i])) * magnitudes[row];
  }
  Wide squared = 0;
  for (Index k = 0; k < u.size(); ++k) squared += static_cast<Wide>(u[k]) * static_cast<Wide>(u[k]);
  const Wide unit = std::numeric_limits<Wide>::epsilon();
  const auto depth = static_cast<Wide>(X_.rows() + 2 * X_.cols() + 8);
  const Wide below = (sign == Sign::kPlus ? sum : -sum) - depth * unit * magnitude;
  const Wide norm = std::sqrt(squared) * (1 + depth * unit);
  if (!(below > 0) || !(norm > 0)) return 0;
  return std::nextafter(static_cast<double>(below / norm * (1 - 4 * unit)), 0.0);
}

DualDirection DualQuery::describe(const Vector& u, Sign sign) const {
  DualDirection result{u, sign, lower_value(u, sign), {}};
  const Vector t = X_ * u;
  for (Index i = 0; i < X_.rows(); ++i) {
    if (geometry_.group_of_row()[static_cast<std::size_t>(i)] < 0) continue;
    if (std::fabs(t[i]) <= kKinkTolerance * X_.row(i).stableNorm()) result.kinks.push_back(i);
  }
  return result;
}

void keep_distinct(std::vector<DualDirection>& directions, double apart) {
  std::stable_sort(
      directions.begin(), directions.end(),
      [](const DualDirection& a, const DualDirection& b) { return a.value > b.value; });
  std::vector<DualDirection> kept;
  for (DualDirection& direction : directions) {
    const bool close = std::any_of(kept.begin(), kept.end(), [&](const DualDirection& other) {
      return other.sign == direction.sign && (other.u - direction.u).norm() <= apart;
    });
    if (!close) kept.push_back(std::move(direction));
  }
  directions = std::move(kept);
}

}  // namespace thalweg::oracle
