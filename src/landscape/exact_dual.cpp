#include "landscape/exact_dual.hpp"

#include <utility>

#include "landscape/dyadic.hpp"

namespace thalweg::landscape {

DyadicMatrix::DyadicMatrix(const Matrix& values) : values_(values), bits_(fraction_bits(values)) {
  entries_.reserve(static_cast<std::size_t>(values.size()));
  for (Index i = 0; i < values.rows(); ++i) {
    for (Index k = 0; k < values.cols(); ++k) {
      entries_.push_back(scaled_integer(values(i, k), bits_));
    }
  }
}

ExactDual::ExactDual(const DyadicMatrix& X, std::vector<mpz_class> integers, mpq_class unit)
    : X_(X), integers_(std::move(integers)), unit_(std::move(unit)) {
  const auto n = static_cast<Index>(integers_.size());
  rounded_.resize(n);
  mpq_class square = 0;
  for (Index i = 0; i < n; ++i) {
    const mpq_class exact = (*this)[i];
    rounded_[i] = exact.get_d();
    const mpq_class off = exact - mpq_class(rounded_[i]);
    square += off * off;
  }
  error_ = rounded_up(root_above(square));
}

ExactDual::ExactDual(const DyadicMatrix& X, const std::vector<mpq_class>& nu)
    : ExactDual(X, over_common_denominator(nu), mpq_class(1, common_denominator(nu))) {}

}  // namespace thalweg::landscape
