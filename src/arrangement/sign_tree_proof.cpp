#include "arrangement/sign_tree_proof.hpp"

#include <algorithm>
#include <cmath>

#include "thalweg/exact/linear_feasibility.hpp"

namespace thalweg::sign_tree {
namespace {

/// Whole factors, up to a common divisor up to kMostDivisor, below kMostWhole.
constexpr int kMostDivisor = 24;
constexpr double kMostWhole = 1 << 20;
constexpr double kWhole = 1e-6;

}  // namespace

RelationProof::RelationProof(const TreeRows& rows)
    : rows_(rows),
      system_(rows.dimension, rows.dimension),
      inverse_(rows.dimension, rows.dimension),
      work_(rows.dimension, rows.dimension),
      right_(rows.dimension),
      solution_(rows.dimension),
      residual_(rows.dimension) {
  const auto most = static_cast<std::size_t>(rows.dimension + 1);
  relation_.reserve(most);
  factors_.reserve(most);
  whole_.reserve(most);
}

bool RelationProof::prove(std::span<const std::pair<Index, Sign>> rows,
                          std::span<const double> factors, double tiny) {
  keep(rows, factors, tiny);
  if (!rows_.integers.empty() && whole_factors()) return true;
  if (static_cast<Index>(rows.size()) == rows_.dimension + 1 && bounded_factors(rows)) {
    relation_.assign(rows.begin(), rows.end());
    return true;
  }
  return exact_kernel();
}

void RelationProof::keep(std::span<const std::pair<Index, Sign>> rows,
                         std::span<const double> factors, double tiny) {
  const double largest = *std::max_element(factors.begin(), factors.end());
  relation_.clear();
  factors_.clear();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!(factors[i] > tiny * largest)) continue;
    relation_.push_back(rows[i]);
    factors_.push_back(factors[i]);
  }
}

bool RelationProof::whole_factors() {
  double smallest = HUGE_VAL;
  for (std::size_t i = 0; i < factors_.size(); ++i) {
    const Index row = relation_[i].first;
    factors_[i] *= rows_.inverse_norms[row] / rows_.integer_scales[row];
    smallest = std::min(smallest, factors_[i]);
  }
  for (double& factor : factors_) factor /= smallest;
  for (int divisor = 1; divisor <= kMostDivisor; ++divisor) {
    whole_.clear();
    for (const double factor : factors_) {
      const double nearest = std::nearbyint(divisor * factor);
      if (!(std::fabs(divisor * factor - nearest) < kWhole * nearest) || nearest > kMostWhole)
        break;
      whole_.push_back(static_cast<std::int64_t>(nearest));
    }
    if (whole_.size() == factors_.size()) return sums_to_zero();
  }
  return false;
}

/// In 64 bits: every term is below 2^20 2^24.
bool RelationProof::sums_to_zero() const {
  for (Index c = 0; c < rows_.dimension; ++c) {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < whole_.size(); ++i) {
      const auto& [row, sign] = relation_[i];
      const std::int64_t term =
          whole_[i] * rows_.integers[static_cast<std::size_t>(row * rows_.dimension + c)];
      sum += sign == Sign::kPlus ? term : -term;
    }
    if (sum != 0) return false;
  }
  return true;
}

/// Gauss-Jordan elimination with row pivots; false when it breaks down.
bool RelationProof::invert() {
  const Index size = rows_.dimension;
  work_ = system_;
  inverse_.setIdentity();
  for (Index k = 0; k < size; ++k) {
    Index pivot = 0;
    if (!(work_.col(k).tail(size - k).cwiseAbs().maxCoeff(&pivot) > 0)) return false;
    pivot += k;
    if (pivot != k) {
      work_.row(k).swap(work_.row(pivot));
      inverse_.row(k).swap(inverse_.row(pivot));
    }
    const double head = 1 / work_(k, k);
    work_.row(k) *= head;
    inverse_.row(k) *= head;
    for (Index i = 0; i < size; ++i) {
      const double factor = work_(i, k);
      if (i == k || factor == 0) continue;
      work_.row(i) -= factor * work_.row(k);
      inverse_.row(i) -= factor * inverse_.row(k);
    }
  }
  return true;
}

/// The last row as minus a positive combination of the D others, proved in floating point.
///
/// *Lemma.* Let G (D x D), R an estimate of its inverse, m any vector, |I - R G|_inf <= e < 1 and
/// |R| |b + G m| <= w entrywise. Then G is regular and |m - m*|_inf <= max w / (1 - e) for the
/// solution of G m* = -b. *Proof.* R G = I - (I - R G) is regular by Neumann's series, so G is, and
/// m - m* = (R G)^-1 R (G m + b). QED The quantities are bounded through sums of absolute values:
/// a sum of k products has an error of at most (k + 2) 2^-53 times the sum of their moduli (to
/// first order; a factor 2 covers the rest, and that the moduli are rounded too), 1e-290 covers
/// underflow, and comparisons with NaN fail.
bool RelationProof::bounded_factors(std::span<const std::pair<Index, Sign>> rows) {
  const Index size = rows_.dimension;
  for (Index i = 0; i < size; ++i) {
    const auto& [row, sign] = rows[static_cast<std::size_t>(i)];
    system_.col(i) = to_double(sign) * rows_.by_row.col(row);
  }
  right_ = to_double(rows.back().second) * rows_.by_row.col(rows.back().first);
  if (!invert()) return false;
  const double defect = inverse_defect();
  if (!(defect < 0.5)) return false;
  for (Index i = 0; i < size; ++i) {
    double value = 0;
    for (Index k = 0; k < size; ++k) value -= inverse_(i, k) * right_[k];
    solution_[i] = value;
  }
  const double error = residual_image() / (1 - defect) * (1 + 1e-9) + 1e-290;
  for (Index i = 0; i < size; ++i) {
    if (!(solution_[i] > error)) return false;
  }
  return true;
}

double RelationProof::rounding_unit() const {
  return std::ldexp(static_cast<double>(rows_.dimension + 3), -52);
}

/// At least |I - R G|_inf.
double RelationProof::inverse_defect() const {
  const Index size = rows_.dimension;
  const double unit = rounding_unit();
  double defect = 0;
  for (Index i = 0; i < size; ++i) {
    double sum = 0;
    for (Index j = 0; j < size; ++j) {
      double value = i == j ? -1 : 0;
      double moduli = i == j ? 1 : 0;
      for (Index k = 0; k < size; ++k) {
        const double term = inverse_(i, k) * system_(k, j);
        value += term;
        moduli += std::fabs(term);
      }
      sum += std::fabs(value) + unit * moduli + 1e-290;
    }
    if (!(sum < 1)) return 1;
    defect = std::max(defect, sum * (1 + unit));
  }
  return defect;
}

/// At least max |R| |b + G m|, up to a relative error that the caller covers.
double RelationProof::residual_image() {
  const Index size = rows_.dimension;
  const double unit = rounding_unit();
  for (Index i = 0; i < size; ++i) {
    double value = right_[i];
    double moduli = std::fabs(value);
    for (Index k = 0; k < size; ++k) {
      const double term = system_(i, k) * solution_[k];
      value += term;
      moduli += std::fabs(term);
    }
    residual_[i] = std::fabs(value) + unit * moduli + 1e-290;
  }
  double largest = 0;
  for (Index i = 0; i < size; ++i) {
    double sum = 0;
    for (Index k = 0; k < size; ++k) sum += std::fabs(inverse_(i, k)) * residual_[k];
    if (!(sum < HUGE_VAL)) return HUGE_VAL;
    largest = std::max(largest, sum);
  }
  return largest;
}

bool RelationProof::exact_kernel() const {
  Matrix signed_rows(static_cast<Index>(relation_.size()), rows_.dimension);
  for (Index i = 0; i < signed_rows.rows(); ++i) {
    const auto& [row, sign] = relation_[static_cast<std::size_t>(i)];
    signed_rows.row(i) = to_double(sign) * rows_.by_row.col(row).transpose();
  }
  return positive_circuit(signed_rows);
}

}  // namespace thalweg::sign_tree
