#include "certificate/exact_path.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "certificate/exact_value.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg::certificate {
namespace {

constexpr long kRootBits = 192;

mpq_class exact(double value) { return to_rational(to_dyad(value)); }

void encloses_norm(ExactDirection& direction) {
  mpz_class square;
  for (const mpz_class& entry : direction.v.values) square += entry * entry;
  square <<= 2 * kRootBits;
  mpz_class root;
  mpz_class rest;
  mpz_sqrtrem(root.get_mpz_t(), rest.get_mpz_t(), square.get_mpz_t());
  const long exponent = direction.v.exponent + kRootBits;
  direction.norm_below = rational(root, exponent);
  direction.norm_above = rest == 0 ? direction.norm_below : rational(root + 1, exponent);
}

std::string slot_name(std::size_t j) { return "slot " + std::to_string(j); }

/// X v at the exponents of both.
std::vector<mpz_class> multiply(const ScaledIntegers& X, Index columns, const ScaledIntegers& v) {
  std::vector<mpz_class> result(static_cast<std::size_t>(X.rows));
  for (Index k = 0; k < columns; ++k) {
    if (v(k, 0) == 0) continue;
    for (Index i = 0; i < X.rows; ++i) result[static_cast<std::size_t>(i)] += X(i, k) * v(k, 0);
  }
  return result;
}

}  // namespace

ExactPath::ExactPath(const TrainingProblem& problem)
    : problem_(problem),
      X_(scaled_integers(problem.X())),
      beta_(exact(problem.beta())),
      known_(0, problem.dimension()) {
  if (!problem.loss().has_rational_conjugate()) {
    throw InvalidArgument("path: the values of the logistic loss are not rational");
  }
}

void ExactPath::extend(const Matrix& directions) {
  const Index known = known_.rows();
  if (directions.cols() != known_.cols() || directions.rows() < known ||
      directions.topRows(known) != known_) {
    throw InvalidArgument("directions: expected " + std::to_string(known_.cols()) +
                          " columns and the " + std::to_string(known) + " rows known so far");
  }
  for (Index k = known; k < directions.rows(); ++k) {
    if (!directions.row(k).allFinite() || (directions.row(k).array() == 0).all()) {
      throw InvalidArgument("directions: expected a finite nonzero row " + std::to_string(k));
    }
    ExactDirection direction{scaled_integers(directions.row(k).transpose()), {}, {}, {}};
    direction.projections = multiply(X_, directions.cols(), direction.v);
    encloses_norm(direction);
    directions_.push_back(std::move(direction));
  }
  if (directions.rows() > known) known_ = directions;
}

void ExactPath::check(const PathState& state) const {
  const auto require = [](bool condition, const std::string& what) {
    if (!condition) throw InvalidArgument("path: expected " + what);
  };
  for (std::size_t j = 0; j < state.slots.size(); ++j) {
    const PathSlot& slot = state.slots[j];
    require(slot.mass >= 0 && std::isfinite(slot.mass), "a finite mass >= 0 in " + slot_name(j));
    require(slot.mass == 0 || (slot.direction >= 0 && slot.direction < known_.rows()),
            "a row of the directions in " + slot_name(j));
  }
  require(std::isfinite(state.affine.bias) && state.affine.skip.allFinite(),
          "a finite affine part");
  require(problem_.output_bias() != OutputBias::kNone || state.affine.bias == 0,
          "no output bias, as the problem has none");
  require(state.affine.skip.size() == 0 || (state.affine.skip.size() == known_.cols() &&
                                            problem_.skip() != SkipConnection::kNone),
          "no skip connection but the problem's");
}

std::optional<std::string> ExactPath::find_fault(const PathState& state,
                                                 const TwoLayerNetwork& network) const {
  for (std::size_t j = 0; j < state.slots.size(); ++j) {
    const PathSlot& slot = state.slots[j];
    const auto row = static_cast<Index>(j);
    const double alpha = network.alpha(row, 0);
    const bool empty = alpha == 0 || (network.W.row(row).array() == 0).all();
    bool same = empty == (slot.mass == 0) && (empty || slot.sign == sign_of(alpha));
    for (Index k = 0; same && !empty && k < known_.cols(); ++k) {
      same = exact(slot.mass) * exact(known_(slot.direction, k)) ==
             exact(std::abs(alpha)) * exact(network.W(row, k));
    }
    if (!same) return slot_name(j) + ": its sign or product is not the network's";
  }
  const AffinePart affine = problem_.affine_part(network);
  const Vector zero = Vector::Zero(known_.cols());
  if (state.affine.bias != affine.bias ||
      (state.affine.skip.size() > 0 ? state.affine.skip : zero) !=
          (affine.skip.size() > 0 ? affine.skip : zero)) {
    return "the affine part is not the network's";
  }
  return std::nullopt;
}

std::optional<std::string> ExactPath::find_fault(const PathState& from, const PathState& to,
                                                 SegmentKind kind) const {
  if (from.slots.size() != to.slots.size()) return "the widths differ";
  for (std::size_t j = 0; j < from.slots.size(); ++j) {
    const PathSlot& a = from.slots[j];
    const PathSlot& b = to.slots[j];
    if (a.mass == 0 || b.mass == 0) continue;
    if (a.sign != b.sign) return slot_name(j) + " changes its sign";
    if (a.direction == b.direction) continue;
    if (kind == SegmentKind::kMasses) return slot_name(j) + " changes its direction";
    if (crosses(a.direction, b.direction)) return slot_name(j) + " crosses a row of the data";
  }
  return std::nullopt;
}

bool ExactPath::crosses(Index a, Index b) const {
  const auto& left = directions_[static_cast<std::size_t>(a)].projections;
  const auto& right = directions_[static_cast<std::size_t>(b)].projections;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (sgn(left[i]) * sgn(right[i]) < 0) return true;
  }
  return false;
}

mpq_class ExactPath::dot(Index a, Index b) const {
  const ScaledIntegers& left = directions_[static_cast<std::size_t>(a)].v;
  const ScaledIntegers& right = directions_[static_cast<std::size_t>(b)].v;
  mpz_class sum;
  for (std::size_t k = 0; k < left.values.size(); ++k) sum += left.values[k] * right.values[k];
  return rational(sum, left.exponent + right.exponent);
}

void ExactPath::add_affine(ExactVector& fit, const PathState& state, int sign) const {
  const auto add = [&](const std::vector<mpz_class>& values, long exponent) {
    if (exponent > fit.exponent) {
      const auto bits = static_cast<mp_bitcnt_t>(exponent - fit.exponent);
      for (mpz_class& value : fit.values) value <<= bits;
      fit.exponent = exponent;
    }
    const auto bits = static_cast<mp_bitcnt_t>(fit.exponent - exponent);
    for (std::size_t i = 0; i < fit.values.size(); ++i) fit.values[i] += sign * (values[i] << bits);
  };
  if (state.affine.bias != 0) {
    const Dyad bias = to_dyad(state.affine.bias);
    add(std::vector<mpz_class>(fit.values.size(), bias.mantissa), bias.exponent);
  }
  if (state.affine.skip.size() > 0) {
    const ScaledIntegers skip = scaled_integers(state.affine.skip);
    add(multiply(X_, known_.cols(), skip), X_.exponent + skip.exponent);
  }
}

ExactVector ExactPath::fit_change(const PathState* from, const PathState& to) const {
  Coefficients sums;  // of s z, which cancel where slots are only permuted
  const auto collect = [&](const PathState& state, int factor) {
    for (const PathSlot& slot : state.slots) {
      if (slot.mass == 0) continue;
      sums[slot.direction] += factor * to_double(slot.sign) * exact(slot.mass);
    }
  };
  collect(to, 1);
  if (from != nullptr) collect(*from, -1);
  ExactVector fit{std::vector<mpz_class>(static_cast<std::size_t>(X_.rows)), 0};
  const auto scale_of = [&](Index k, const mpq_class& sum) {
    return X_.exponent + directions_[static_cast<std::size_t>(k)].v.exponent +
           static_cast<long>(mpz_scan1(sum.get_den_mpz_t(), 0));
  };
  for (const auto& [k, sum] : sums) fit.exponent = std::max(fit.exponent, scale_of(k, sum));
  for (const auto& [k, sum] : sums) {
    if (sum == 0) continue;
    const mpz_class factor = sum.get_num()
                             << static_cast<mp_bitcnt_t>(fit.exponent - scale_of(k, sum));
    const auto& projections = directions_[static_cast<std::size_t>(k)].projections;
    for (std::size_t i = 0; i < projections.size(); ++i) {
      if (projections[i] > 0) fit.values[i] += projections[i] * factor;
    }
  }
  add_affine(fit, to, 1);
  if (from != nullptr) add_affine(fit, *from, -1);
  return fit;
}

mpq_class ExactPath::weighted_norms(const Coefficients& coefficients, Rounding rounding) const {
  mpq_class sum;
  for (const auto& [k, coefficient] : coefficients) {
    const ExactDirection& direction = directions_[static_cast<std::size_t>(k)];
    const bool above = (coefficient > 0) == (rounding == Rounding::kUp);
    sum += coefficient * (above ? direction.norm_above : direction.norm_below);
  }
  return sum;
}

mpq_class ExactPath::unregularised(const PathState& state) const {
  mpq_class value = exact_loss(problem_, fit_change(nullptr, state));
  if (problem_.output_bias() == OutputBias::kPenalised) {
    const mpq_class bias = exact(state.affine.bias);
    value += beta_ * bias * bias / 2;
  }
  return value;
}

mpq_class ExactPath::penalty(const PathState& state, Rounding rounding) const {
  Coefficients masses;
  for (const PathSlot& slot : state.slots) {
    if (slot.mass > 0) masses[slot.direction] += exact(slot.mass);
  }
  return beta_ * weighted_norms(masses, rounding);
}

/// The derivative of |p| at p_B = z_B v_B, along p_B - p_A, is z_B |v_B| - z_A (v_A.v_B) / |v_B|,
/// and -z_A |v_A| where p_B = 0.
mpq_class ExactPath::slope(const PathState& from, const PathState& to) const {
  Coefficients norms;
  for (std::size_t j = 0; j < from.slots.size(); ++j) {
    const PathSlot& a = from.slots[j];
    const PathSlot& b = to.slots[j];
    if (b.mass > 0) norms[b.direction] += exact(b.mass);
    if (a.mass == 0) continue;
    if (b.mass == 0 || a.direction == b.direction) {
      norms[a.direction] -= exact(a.mass);
    } else {
      norms[b.direction] -=
          exact(a.mass) * dot(a.direction, b.direction) / dot(b.direction, b.direction);
    }
  }
  mpq_class value = exact_loss_slope(problem_, fit_change(nullptr, to), fit_change(&from, to)) +
                    beta_ * weighted_norms(norms, Rounding::kUp);
  if (problem_.output_bias() == OutputBias::kPenalised) {
    value += beta_ * exact(to.affine.bias) * (exact(to.affine.bias) - exact(from.affine.bias));
  }
  return value;
}

}  // namespace thalweg::certificate
