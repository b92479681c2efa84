#include "landscape/stationarity_system.hpp"

#include <cmath>
#include <utility>

#include "landscape/enclosure_arithmetic.hpp"
#include "landscape/loss_enclosure.hpp"

namespace thalweg::landscape {
namespace {

/// The power of two next to a positive number; 1 for 0 and for what is not finite.
double power_of_two(double value) {
  if (!(value > 0) || !std::isfinite(value)) return 1;
  return std::ldexp(1.0, std::ilogb(value));
}

}  // namespace

void OwnPattern::set_gate(const Kink& kink, double g) {
  for (std::size_t i = 0; i < kink.rows.size(); ++i) {
    gates(kink.rows[i], kink.neuron) = is_positive(kink.multiples[i]) ? g : 1 - g;
  }
}

StationaritySystem::StationaritySystem(const TrainingProblem& problem, OwnPattern pattern)
    : problem_(problem), pattern_(std::move(pattern)), penalties_(problem.affine_penalties()) {
  const Index d = problem.dimension();
  const Index m = static_cast<Index>(pattern_.signs.size());
  slopes_.resize(problem.samples(), m * d + problem.affine_size());
  for (Index j = 0; j < m; ++j) {
    slopes_.middleCols(j * d, d) =
        (pattern_.signs[static_cast<std::size_t>(j)] * pattern_.gates.col(j)).asDiagonal() *
        problem.X();
  }
  Index column = m * d;
  if (problem.output_bias() != OutputBias::kNone) slopes_.col(column++).setOnes();
  if (problem.skip() != SkipConnection::kNone) slopes_.rightCols(d) = problem.X();
  kink_rows_ = Matrix::Zero(static_cast<Index>(pattern_.kinks.size()), slopes_.cols());
  for (Index k = 0; k < kink_rows_.rows(); ++k) {
    const Kink& kink = pattern_.kinks[static_cast<std::size_t>(k)];
    kink_rows_.row(k).segment(kink.neuron * d, d) = problem.X().row(kink.rows.front());
  }
}

Index StationaritySystem::unknowns() const { return slopes_.cols() + kink_rows_.rows(); }

Vector StationaritySystem::units(const Vector& x) const {
  const Index d = problem_.dimension();
  const Index m = static_cast<Index>(pattern_.signs.size());
  Vector units(unknowns());
  double mass = 0;
  for (Index j = 0; j < m; ++j) {
    const double norm = x.segment(j * d, d).norm();
    mass = std::max(mass, norm);
    units.segment(j * d, d).setConstant(power_of_two(norm));
  }
  const double output = mass * problem_.X().rowwise().norm().maxCoeff() + problem_.y().lpNorm<1>();
  for (Index k = m * d; k < weights(); ++k) {
    units[k] = power_of_two(output / slopes_.col(k).lpNorm<Eigen::Infinity>());
  }
  for (Index k = 0; k < kink_rows_.rows(); ++k) {
    units[weights() + k] = power_of_two(problem_.beta() / kink_rows_.row(k).norm());
  }
  return units;
}

Enclosure StationaritySystem::slope(Index row, Index weight) const {
  const double rounded = slopes_(row, weight);
  const Index neuron = weight / problem_.dimension();
  if (neuron >= pattern_.gates.cols()) return point(rounded);
  const double gate = pattern_.gates(row, neuron);
  if (gate == 0 || gate == 1) return point(rounded);
  return {next_below(rounded), next_above(rounded)};
}

std::optional<StationaritySystem::Fit> StationaritySystem::fit(
    const std::vector<Enclosure>& x) const {
  const Index n = problem_.samples();
  Fit result;
  for (Index i = 0; i < n; ++i) {
    Enclosure output = point(0);
    for (Index k = 0; k < weights(); ++k) {
      if (slopes_(i, k) == 0) continue;
      output = output + slope(i, k) * x[static_cast<std::size_t>(k)];
    }
    const Enclosure weight = sample_weight_enclosure(problem_.loss(), i, n);
    const auto loss = enclose_loss(problem_.loss(), weight, output, problem_.y()[i]);
    if (!loss || !is_finite(loss->dual) || !is_finite(loss->curvature)) return std::nullopt;
    result.fit.push_back(output);
    result.dual.push_back(loss->dual);
    result.curvature.push_back(loss->curvature);
  }
  return result;
}

Enclosure StationaritySystem::norm(const std::vector<Enclosure>& x, Index neuron) const {
  const Index d = problem_.dimension();
  Enclosure sum = point(0);
  for (Index k = neuron * d; k < (neuron + 1) * d; ++k) {
    sum = sum + square(x[static_cast<std::size_t>(k)]);
  }
  return sqrt(sum);
}

std::vector<Enclosure> StationaritySystem::residual(const std::vector<Enclosure>& x,
                                                    const Fit& fit) const {
  const Index d = problem_.dimension();
  const Index m = static_cast<Index>(pattern_.signs.size());
  std::vector<Enclosure> sides;
  for (Index k = 0; k < weights(); ++k) {
    const Enclosure& value = x[static_cast<std::size_t>(k)];
    Enclosure side =
        k < m * d ? point(problem_.beta()) * value / norm(x, k / d) : penalties_[k - m * d] * value;
    for (Index i = 0; i < problem_.samples(); ++i) {
      if (slopes_(i, k) == 0) continue;
      side = side - slope(i, k) * fit.dual[static_cast<std::size_t>(i)];
    }
    for (Index e = 0; e < kink_rows_.rows(); ++e) {
      if (kink_rows_(e, k) == 0) continue;
      side = side - kink_rows_(e, k) * x[static_cast<std::size_t>(weights() + e)];
    }
    sides.push_back(side);
  }
  for (Index e = 0; e < kink_rows_.rows(); ++e) {
    Enclosure side = point(0);
    for (Index k = 0; k < weights(); ++k) {
      if (kink_rows_(e, k) == 0) continue;
      side = side + kink_rows_(e, k) * x[static_cast<std::size_t>(k)];
    }
    sides.push_back(side);
  }
  return sides;
}

std::optional<RoundedMatrix> StationaritySystem::hessian(const std::vector<Enclosure>& x,
                                                         const Fit& fit) const {
  const Index d = problem_.dimension();
  const Index m = static_cast<Index>(pattern_.signs.size());
  const Index n = problem_.samples();
  Vector centre(n);
  Vector spread(n);
  for (Index i = 0; i < n; ++i) {
    centre[i] = middle(fit.curvature[static_cast<std::size_t>(i)]);
    spread[i] = radius(fit.curvature[static_cast<std::size_t>(i)]);
  }
  // The slopes that are rounded are covered by the allowance for rounded factors.
  RoundedMatrix result = weighted_gram(slopes_, centre, spread);
  const auto add = [&](Index a, Index b, const Enclosure& value) {
    const Enclosure sum = Enclosure{result.centre(a, b), result.centre(a, b)} + value;
    result.centre(a, b) = middle(sum);
    result.radius(a, b) = next_above(result.radius(a, b) + radius(sum));
  };
  for (Index j = 0; j < m; ++j) {
    const Enclosure length = norm(x, j);
    if (!is_positive(length)) return std::nullopt;
    const Enclosure strength = point(problem_.beta()) / length;
    for (Index a = j * d; a < (j + 1) * d; ++a) {
      const Enclosure unit = x[static_cast<std::size_t>(a)] / length;
      for (Index b = j * d; b < (j + 1) * d; ++b) {
        const Enclosure other = x[static_cast<std::size_t>(b)] / length;
        add(a, b, strength * (point(a == b ? 1 : 0) - unit * other));
      }
    }
  }
  for (Index k = m * d; k < weights(); ++k) add(k, k, point(penalties_[k - m * d]));
  if (!result.centre.allFinite() || !result.radius.allFinite()) return std::nullopt;
  return result;
}

Enclosure StationaritySystem::objective(const std::vector<Enclosure>& x, const Fit& fit) const {
  const Index d = problem_.dimension();
  const Index n = problem_.samples();
  const Index m = static_cast<Index>(pattern_.signs.size());
  Enclosure sum = point(0);
  for (Index i = 0; i < n; ++i) {
    sum = sum + enclose_loss_value(problem_.loss(), sample_weight_enclosure(problem_.loss(), i, n),
                                   fit.fit[static_cast<std::size_t>(i)], problem_.y()[i]);
  }
  for (Index j = 0; j < m; ++j) sum = sum + problem_.beta() * norm(x, j);
  for (Index k = m * d; k < weights(); ++k) {
    sum = sum + (0.5 * penalties_[k - m * d]) * square(x[static_cast<std::size_t>(k)]);
  }
  return sum;
}

}  // namespace thalweg::landscape
