#include "landscape/stationary_ball.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "landscape/enclosure_arithmetic.hpp"
#include "landscape/loss_enclosure.hpp"

namespace thalweg::landscape {
namespace {

constexpr double kUp = 1 + 1e-14;

Enclosure positive_part(const Enclosure& a) {
  return {std::max(0.0, a.lower), std::max(0.0, a.upper)};
}

/// At least |x|.
double length_above(const Vector& x) {
  Enclosure square = point(0);
  for (const double value : x) square = square + landscape::square(point(value));
  return sqrt(square).upper;
}

/// nu of one sample over an enclosure of its fit, also where the curvature jumps.
Enclosure enclose_dual_of(const Loss& loss, const Enclosure& weight, const Enclosure& fit,
                          double y) {
  if (loss.kind() == LossKind::kHuber) {
    const Enclosure slack = point(y) - fit;
    const double most = loss.delta();
    return weight *
           Enclosure{std::clamp(slack.lower, -most, most), std::clamp(slack.upper, -most, most)};
  }
  if (loss.kind() == LossKind::kSquaredHinge) {
    return y * (weight * positive_part(point(1) - y * fit));
  }
  return enclose_loss(loss, weight, fit, y)->dual;
}

}  // namespace

NetworkBall::NetworkBall(const TrainingProblem& problem, const Hyperplanes& planes,
                         const TwoLayerNetwork& network, double distance,
                         std::vector<Index> may_vanish)
    : problem_(problem),
      planes_(planes),
      network_(network),
      distance_(distance),
      may_vanish_(std::move(may_vanish)) {
  for (Index j = 0; j < network.width(); ++j) {
    Vector neuron(network.W.cols() + 1);
    neuron << network.W.row(j).transpose(), network.alpha(j, 0);
    radii_.push_back(next_above(distance * length_above(neuron)));
  }
  const Vector coefficients = problem.stack(problem.affine_part(network));
  const double spread = next_above(distance * length_above(coefficients));
  for (const double value : coefficients) {
    affine_.push_back({next_below(value - spread), next_above(value + spread)});
  }
  enclose_activations(network.W);
  enclose_dual();
}

bool NetworkBall::vanishes(Index neuron) const {
  return std::binary_search(may_vanish_.begin(), may_vanish_.end(), neuron);
}

Enclosure NetworkBall::alpha(Index neuron) const {
  const double value = network_.alpha(neuron, 0);
  const double spread = radii_[static_cast<std::size_t>(neuron)];
  const Enclosure ball{next_below(value - spread), next_above(value + spread)};
  return vanishes(neuron) ? hull(ball, point(0)) : ball;
}

/// X W^T with the classical bound of rounding, (d + 2) u |X| |W|^T, and the radii.
void NetworkBall::enclose_activations(const Matrix& W) {
  const Matrix& X = problem_.X();
  const double slack = std::ldexp(static_cast<double>(X.cols() + 8), -51);
  const Matrix centre = X * W.transpose();
  Matrix spread = slack * (X.cwiseAbs() * W.cwiseAbs().transpose());
  for (Index j = 0; j < W.rows(); ++j) {
    spread.col(j) += radii_[static_cast<std::size_t>(j)] * planes_.lengths() * kUp;
  }
  spread = (spread * kUp).array() + std::numeric_limits<double>::min() * (1 + slack);
  lower_ = centre - spread * kUp;
  upper_ = centre + spread * kUp;
  for (Index i = 0; i < X.rows(); ++i) {
    if (planes_.lengths()[i] > 0) continue;
    lower_.row(i).setZero();
    upper_.row(i).setZero();
  }
  bounded_ = lower_.allFinite() && upper_.allFinite();
}

void NetworkBall::enclose_dual() {
  const Loss& loss = problem_.loss();
  const Index n = problem_.samples();
  const std::size_t ones = problem_.output_bias() == OutputBias::kNone ? 0 : 1;
  for (Index i = 0; i < n && bounded_; ++i) {
    Enclosure fit = point(0);
    for (std::size_t k = 0; k < affine_.size(); ++k) {
      const double entry = k < ones ? 1.0 : problem_.X()(i, static_cast<Index>(k - ones));
      fit = fit + entry * affine_[k];
    }
    for (Index j = 0; j < lower_.cols(); ++j) {
      if (!(upper_(i, j) > 0)) continue;
      const Enclosure part = alpha(j) * positive_part({lower_(i, j), upper_(i, j)});
      fit = fit + (vanishes(j) ? hull(part, point(0)) : part);
    }
    nu_.push_back(enclose_dual_of(loss, sample_weight_enclosure(loss, i, n), fit, problem_.y()[i]));
    bounded_ = is_finite(nu_.back());
  }
}

int NetworkBall::gate(Index row, Index neuron) const {
  if (lower_(row, neuron) > 0) return 1;
  return upper_(row, neuron) < 0 ? 0 : -1;
}

std::vector<Enclosure> NetworkBall::products(const Vector& p) const {
  const Matrix& X = problem_.X();
  const double slack = std::ldexp(static_cast<double>(X.cols() + 8), -51);
  const Vector centre = X * p;
  const Vector spread =
      (slack * (X.cwiseAbs() * p.cwiseAbs())).array() + std::numeric_limits<double>::min();
  std::vector<Enclosure> result;
  for (Index i = 0; i < X.rows(); ++i) {
    result.push_back({centre[i] - spread[i] * kUp, centre[i] + spread[i] * kUp});
  }
  return result;
}

NetworkBall::PlanePart NetworkBall::part_of(Index plane,
                                            const std::vector<Enclosure>& along) const {
  PlanePart part{point(0), point(0)};
  for (const Index row : planes_.rows(plane)) {
    const Enclosure value = dual(row) * along[static_cast<std::size_t>(row)];
    const bool with = planes_.along(row);
    if (!with) part.base = part.base + value;
    part.pull = with ? part.pull + value : part.pull - value;
  }
  return part;
}

/// p^T X^T D' nu' for each pattern of the listed gates, one without any.
std::vector<Enclosure> NetworkBall::pulls(Index neuron, const Vector& p,
                                          const BallGates& gates) const {
  const std::vector<Enclosure> along = products(p);
  Enclosure sum = point(0);
  std::vector<Enclosure> listed(gates.planes.size(), point(0));
  for (Index plane = 0; plane < planes_.count(); ++plane) {
    const int side = gate(planes_.first(plane), neuron);
    const PlanePart part = part_of(plane, along);
    sum = sum + part.base;
    const auto fixed = std::find_if(gates.fixed.begin(), gates.fixed.end(),
                                    [plane](const auto& g) { return g.first == plane; });
    const auto place = std::find(gates.planes.begin(), gates.planes.end(), plane);
    if (side >= 0 || fixed != gates.fixed.end()) {
      if ((side >= 0 ? side : fixed->second) == 1) sum = sum + part.pull;
    } else if (gates.cells != nullptr && place != gates.planes.end()) {
      listed[static_cast<std::size_t>(place - gates.planes.begin())] = part.pull;
    } else {
      sum = sum + hull(point(0), part.pull);
    }
  }
  if (gates.cells == nullptr) return {sum};
  std::vector<Enclosure> result(static_cast<std::size_t>(gates.cells->rows()), sum);
  for (std::size_t cell = 0; cell < result.size(); ++cell) {
    for (std::size_t t = 0; t < listed.size(); ++t) {
      const bool open = (*gates.cells)(static_cast<Index>(cell), static_cast<Index>(t)) > 0;
      if (open) result[cell] = result[cell] + listed[t];
    }
  }
  return result;
}

double NetworkBall::weight_gradient(Index neuron, const Vector& p, const BallGates& gates) const {
  if (vanishes(neuron) || !(p.stableNorm() > 0)) return 0;
  const double size = length_above(p);
  const double reach = next_above(size * radii_[static_cast<std::size_t>(neuron)]);
  Enclosure own{-reach, reach};
  for (Index k = 0; k < p.size(); ++k) own = own + p[k] * point(network_.W(neuron, k));
  double least = std::numeric_limits<double>::infinity();
  for (const Enclosure& pull : pulls(neuron, p, gates)) {
    least = std::min(least, (problem_.beta() * own - alpha(neuron) * pull).lower);
  }
  return std::max(0.0, next_below(least / size));
}

double NetworkBall::gradient(Index neuron, double weight_part) const {
  if (vanishes(neuron)) return 0;
  Enclosure value = problem_.beta() * alpha(neuron);
  for (Index i = 0; i < problem_.samples(); ++i) {
    if (!(upper_(i, neuron) > 0)) continue;
    value = value - dual(i) * positive_part({lower_(i, neuron), upper_(i, neuron)});
  }
  const double output = absolute(value).lower;
  // (w, -alpha)^T gradient = beta (|w|^2 - alpha^2) whatever the gates.
  const double spread = radii_[static_cast<std::size_t>(neuron)];
  Enclosure square = point(0);
  for (const double w : network_.W.row(neuron)) square = square + landscape::square(point(w));
  const Enclosure length = sqrt(square);
  const Enclosure moved{std::max(0.0, next_below(length.lower - spread)),
                        next_above(length.upper + spread)};
  const Enclosure squares = landscape::square(moved) + landscape::square(alpha(neuron));
  const Enclosure defect = landscape::square(moved) - landscape::square(alpha(neuron));
  const double least = absolute(defect).lower;
  const double unbalanced =
      squares.upper > 0 ? next_below(problem_.beta() * least / sqrt(squares).upper) * (1 - 1e-14)
                        : 0.0;
  return std::max(unbalanced, std::hypot(weight_part, output) * (1 - 1e-14));
}

double NetworkBall::affine_gradient() const {
  const Vector penalties = problem_.affine_penalties();
  const std::size_t ones = problem_.output_bias() == OutputBias::kNone ? 0 : 1;
  double square = 0;
  for (std::size_t k = 0; k < affine_.size(); ++k) {
    Enclosure value = penalties[static_cast<Index>(k)] * affine_[k];
    for (Index i = 0; i < problem_.samples(); ++i) {
      const double entry = k < ones ? 1.0 : problem_.X()(i, static_cast<Index>(k - ones));
      value = value - entry * dual(i);
    }
    square += std::pow(absolute(value).lower, 2);
  }
  return std::sqrt(square) * (1 - 1e-14);
}

Enclosure NetworkBall::jump(Index neuron, Index plane) const {
  const Vector x = problem_.X().row(planes_.first(plane));
  Index largest = 0;
  x.cwiseAbs().maxCoeff(&largest);
  Enclosure sum = point(0);
  for (const Index row : planes_.rows(plane)) {
    const Enclosure multiple = point(problem_.X()(row, largest)) / point(x[largest]);
    sum = sum + absolute(multiple) * dual(row);
  }
  return network_.alpha(neuron, 0) < 0 ? -sum : sum;
}

}  // namespace thalweg::landscape
