#include "landscape/stationary_point.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "landscape/dyadic.hpp"
#include "landscape/enclosure_arithmetic.hpp"
#include "landscape/loss_enclosure.hpp"

namespace thalweg::landscape {
namespace {

using Integers = std::vector<mpz_class>;
using Rationals = std::vector<mpq_class>;

constexpr double kRounding = 0x1p-50;  ///< more than the relative error of a few roundings
constexpr double kInside = 1e-9;       ///< gates as far from 0 and 1 may be corrected

/// |p| 2^-bits, relatively at most 2^-200 above.
mpq_class length_above(const Integers& p, long bits) {
  mpz_class square = 0;
  for (const mpz_class& value : p) square += value * value;
  return root_above(scaled(square, -2 * bits));
}

}  // namespace

BalancedPoint::BalancedPoint(const TrainingProblem& problem, const Hyperplanes& planes,
                             std::vector<PointSlot> slots, std::vector<mpz_class> affine, long bits,
                             double off_ties)
    : problem_(problem),
      planes_(planes),
      slots_(std::move(slots)),
      affine_(std::move(affine)),
      bits_(bits),
      off_ties_(off_ties) {
  put_fit();
  put_dual();
}

mpz_class BalancedPoint::activation(Index row, const PointSlot& slot) const {
  mpz_class sum = 0;
  for (Index k = 0; k < problem_.dimension(); ++k) {
    sum += planes_.exact()(row, k) * slot.p[static_cast<std::size_t>(k)];
  }
  return sum;
}

void BalancedPoint::put_fit() {
  const Index n = problem_.samples();
  const bool skip = problem_.skip() == SkipConnection::kFree;
  const std::size_t ones = problem_.output_bias() == OutputBias::kNone ? 0 : 1;
  const auto x_bits = static_cast<mp_bitcnt_t>(planes_.exact().bits());
  fit_.assign(static_cast<std::size_t>(n), mpz_class(0));
  for (Index i = 0; i < n; ++i) {
    mpz_class& f = fit_[static_cast<std::size_t>(i)];
    if (ones > 0) f += affine_.front() << x_bits;
    for (Index k = 0; skip && k < problem_.dimension(); ++k) {
      f += planes_.exact()(i, k) * affine_[ones + static_cast<std::size_t>(k)];
    }
  }
  active_.resize(slots_.size());
  for (std::size_t j = 0; j < slots_.size(); ++j) {
    const PointSlot& slot = slots_[j];
    for (Index plane = 0; plane < planes_.count(); ++plane) {
      if (std::binary_search(slot.ties.begin(), slot.ties.end(), plane)) continue;
      for (const Index row : planes_.rows(plane)) {
        const mpz_class t = activation(row, slot);
        if (t <= 0) continue;
        active_[j].push_back(row);
        mpz_class& f = fit_[static_cast<std::size_t>(row)];
        f += slot.sign > 0 ? t : mpz_class(-t);
      }
    }
  }
}

/// nu = -c phi'(f): exact where phi' is piecewise linear, else enclosed.
void BalancedPoint::put_dual() {
  const Loss& loss = problem_.loss();
  const Index n = problem_.samples();
  const long own = bits_ + planes_.exact().bits();
  const bool smooth = loss.kind() == LossKind::kLogistic;
  const Vector omega =
      loss.sample_weights().size() == 0 ? Vector(Vector::Ones(n)) : loss.sample_weights();
  const long weight_bits = fraction_bits(omega);
  Integers nu(static_cast<std::size_t>(n));
  Rationals logistic(smooth ? nu.size() : 0);
  const double delta = loss.kind() == LossKind::kHuber ? loss.delta() : 0.0;
  const long bits = std::max({own, fraction_bits(problem_.y()), fraction_bits(delta)});
  for (Index i = 0; i < n; ++i) {
    const auto place = static_cast<std::size_t>(i);
    const double y = problem_.y()[i];
    const mpz_class f = fit_[place] << static_cast<mp_bitcnt_t>(bits - own);
    if (smooth) {
      const mpq_class exact = scaled(f, -bits);
      const auto part = enclose_loss(loss, sample_weight_enclosure(loss, i, n),
                                     {rounded_down(exact), rounded_up(exact)}, y);
      logistic[place] = middle(part->dual);
      dual_error_ += planes_.lengths()[i] * radius(part->dual);
      sum_error_ += radius(part->dual);
      continue;
    }
    mpz_class value = scaled_integer(y, bits) - f;
    if (loss.kind() == LossKind::kHuber) {
      const mpz_class most = scaled_integer(delta, bits);
      if (value > most) value = most;
      if (value < -most) value = -most;
    } else if (loss.kind() == LossKind::kSquaredHinge) {
      if (sgn(value) * y < 0) value = 0;
    }
    nu[place] = value * scaled_integer(omega[i], weight_bits);
  }
  if (smooth) {
    dual_.emplace(planes_.exact(), logistic);
  } else {
    mpq_class unit = scaled(1, -bits - weight_bits);
    if (loss.scale() == LossScale::kMean) unit /= mpq_class(static_cast<long>(n));
    dual_.emplace(planes_.exact(), std::move(nu), std::move(unit));
  }
  // phi' is 1-Lipschitz for all losses with y in {-1, 1} where it is a label.
  const double size = problem_.X().norm();
  const double drift =
      off_ties_ * static_cast<double>(slots_.size()) * loss.all_sample_weights(n).maxCoeff() * size;
  const double slack = 1 + static_cast<double>(n) * kRounding;
  dual_error_ = (dual_error_ + drift * size) * slack;
  sum_error_ = (sum_error_ + drift * std::sqrt(static_cast<double>(n))) * slack;
}

BalancedPoint::Gradient BalancedPoint::gradient(std::size_t slot) const {
  const auto d = static_cast<std::size_t>(problem_.dimension());
  Gradient result{Integers(d), {}};
  const auto add = [&](Integers& sum, Index row, bool plus) {
    const mpz_class& nu = dual_->integer(row);
    if (nu == 0) return;
    for (std::size_t k = 0; k < d; ++k) {
      const mpz_class part = nu * planes_.exact()(row, static_cast<Index>(k));
      sum[k] += plus ? part : mpz_class(-part);
    }
  };
  for (const Index row : active_[slot]) add(result.base, row, true);
  for (const Index plane : slots_[slot].ties) {
    Integers& pull = result.pulls.emplace_back(d);
    for (const Index row : planes_.rows(plane)) {
      if (!planes_.along(row)) add(result.base, row, true);
      add(pull, row, planes_.along(row));
    }
  }
  return result;
}

mpq_class BalancedPoint::gradient_unit() const {
  return dual_->unit() * scaled(1, -planes_.exact().bits());
}

std::vector<mpq_class> BalancedPoint::product(std::size_t slot) const {
  Rationals result;
  for (const mpz_class& value : slots_[slot].p) result.push_back(scaled(value, -bits_));
  return result;
}

std::vector<mpq_class> BalancedPoint::affine_gradient() const {
  const Vector penalties = problem_.affine_penalties();
  const std::size_t ones = problem_.output_bias() == OutputBias::kNone ? 0 : 1;
  Rationals result;
  for (std::size_t k = 0; k < affine_.size(); ++k) {
    mpz_class pull = 0;
    for (Index i = 0; i < problem_.samples(); ++i) {
      pull += k < ones
                  ? dual_->integer(i)
                  : mpz_class(dual_->integer(i) * planes_.exact()(i, static_cast<Index>(k - ones)));
    }
    const mpq_class unit = k < ones ? dual_->unit() : gradient_unit();
    result.emplace_back(mpq_class(penalties[static_cast<Index>(k)]) * scaled(affine_[k], -bits_) -
                        pull * unit);
  }
  return result;
}

double BalancedPoint::affine_residual() const {
  if (affine_.empty()) return 0;
  mpq_class square = 0;
  for (const mpq_class& value : affine_gradient()) square += value * value;
  return (rounded_up(root_above(square)) + dual_error_ + sum_error_) * (1 + kRounding);
}

LocalNeuron BalancedPoint::local(std::size_t place_of_slot) const {
  const PointSlot& slot = slots_[place_of_slot];
  const Index d = problem_.dimension();
  const auto k = static_cast<Index>(slot.ties.size());
  const Gradient exact = gradient(place_of_slot);
  const mpq_class unit = gradient_unit() * slot.sign;
  const mpq_class length = length_above(slot.p, bits_);
  LocalNeuron neuron;
  neuron.root = std::sqrt(rounded_up(length)) * (1 + kRounding);
  neuron.u.resize(d);
  neuron.target.resize(d);
  neuron.pulls.resize(d, k);
  neuron.normals = planes_.normals(slot.ties);
  neuron.jumps.resize(k);
  for (Index e = 0; e < d; ++e) {
    const auto place = static_cast<std::size_t>(e);
    const mpq_class u = scaled(slot.p[place], -bits_) / length;
    neuron.u[e] = u.get_d();
    neuron.target[e] = mpq_class(mpq_class(problem_.beta()) * u - unit * exact.base[place]).get_d();
    for (Index t = 0; t < k; ++t) {
      const auto tie = static_cast<std::size_t>(t);
      neuron.pulls(e, t) = mpq_class(unit * exact.pulls[tie][place]).get_d();
    }
  }
  double size = neuron.target.stableNorm();
  for (Index t = 0; t < k; ++t) {
    const double pull = neuron.pulls.col(t).stableNorm();
    neuron.jumps[t] =
        std::copysign(pull, neuron.pulls.col(t).dot(neuron.normals.row(t).transpose()));
    size += pull;
  }
  const double turn = off_ties_ > 0 ? 4 * problem_.beta() * off_ties_ / rounded_down(length) : 0;
  neuron.model_error = dual_error_ + turn + std::numeric_limits<double>::min();
  neuron.error = size * static_cast<double>(k + d + 4) * kRounding + neuron.model_error;
  return neuron;
}

/// beta u - s X^T (D + gates) nu, each entry rounded once.
Vector BalancedPoint::residual(std::size_t slot, const Gradient& exact,
                               const Rationals& gates) const {
  const mpq_class unit = gradient_unit() * slots_[slot].sign;
  const mpq_class length = length_above(slots_[slot].p, bits_);
  Vector result(problem_.dimension());
  for (Index e = 0; e < result.size(); ++e) {
    const auto place = static_cast<std::size_t>(e);
    mpq_class pull = exact.base[place];
    for (std::size_t t = 0; t < gates.size(); ++t) pull += gates[t] * exact.pulls[t][place];
    const mpq_class u = scaled(slots_[slot].p[place], -bits_) / length;
    result[e] = mpq_class(mpq_class(problem_.beta()) * u - unit * pull).get_d();
  }
  return result;
}

LocalElement BalancedPoint::element(std::size_t slot, const LocalNeuron& neuron,
                                    const Vector& gates) const {
  const Gradient exact = gradient(slot);
  Rationals fine(gates.begin(), gates.end());
  Vector rest = residual(slot, exact, fine);
  std::vector<Index> inside;
  for (Index t = 0; t < gates.size(); ++t) {
    if (gates[t] > kInside && gates[t] < 1 - kInside) inside.push_back(t);
  }
  if (!inside.empty()) {
    const Matrix pulls = neuron.pulls(Eigen::all, inside);
    const Vector change = pulls.completeOrthogonalDecomposition().solve(rest);
    if (change.allFinite() && change.cwiseAbs().maxCoeff() < kInside) {
      for (std::size_t k = 0; k < inside.size(); ++k) {
        fine[static_cast<std::size_t>(inside[k])] += mpq_class(change[static_cast<Index>(k)]);
      }
      const Vector better = residual(slot, exact, fine);
      if (better.stableNorm() < rest.stableNorm()) rest = better;
    }
  }
  const double error = rest.stableNorm() * kRounding + neuron.model_error;
  return local_element(neuron, gates, std::move(rest), error);
}

TwoLayerNetwork BalancedPoint::network(const TwoLayerNetwork& shape) const {
  TwoLayerNetwork result = shape;
  result.W.setZero();
  result.alpha.setZero();
  for (const PointSlot& slot : slots_) {
    const double root = std::sqrt(rounded_up(length_above(slot.p, bits_)));
    for (Index k = 0; k < result.W.cols(); ++k) {
      result.W(slot.neuron, k) = scaled(slot.p[static_cast<std::size_t>(k)], -bits_).get_d() / root;
    }
    result.alpha(slot.neuron, 0) = slot.sign * root;
  }
  Vector affine(static_cast<Index>(affine_.size()));
  for (std::size_t k = 0; k < affine_.size(); ++k) {
    affine[static_cast<Index>(k)] = scaled(affine_[k], -bits_).get_d();
  }
  const AffinePart part = problem_.unstack(affine);
  result.output_bias[0] = part.bias;
  if (problem_.skip() != SkipConnection::kNone) result.skip = part.skip;
  return result;
}

}  // namespace thalweg::landscape
