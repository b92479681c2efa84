#include "landscape/exact_point.hpp"

#include <algorithm>
#include <utility>

#include "landscape/dyadic.hpp"
#include "thalweg/exact/rank.hpp"

namespace thalweg::landscape {
namespace {

/// Entries times 2^bits.
std::vector<mpz_class> integers(const Eigen::Ref<const Vector>& values, long bits) {
  std::vector<mpz_class> result;
  for (const double value : values) result.push_back(scaled_integer(value, bits));
  return result;
}

}  // namespace

bool ExactPoint::takes(const TrainingProblem& problem) {
  return problem.loss().kind() != LossKind::kLogistic &&
         problem.loss().sample_weights().size() == 0 && problem.loss().scale() == LossScale::kSum;
}

ExactPoint::ExactPoint(const TrainingProblem& problem, const DyadicMatrix& X,
                       const PolishedPoint& point)
    : problem_(problem), X_(X) {
  put_fit(point);
  put_dual();
  put_objective(point);
  if (problem.free_columns().cols() > 0) project();
  mpz_class sum = 0;
  mpz_class square = 0;
  mpq_class linear = 0;
  for (Index i = 0; i < problem.samples(); ++i) {
    const mpz_class& nu = nu_[static_cast<std::size_t>(i)];
    sum += nu;
    square += nu * nu;
    linear += nu * mpq_class(problem.y()[i]);
  }
  linear_ = linear * unit_;
  square_ = square * unit_ * unit_;
  if (problem.output_bias() == OutputBias::kPenalised) {
    square_ += sum * unit_ * sum * unit_ / mpq_class(problem.beta());
  }
  dual_.emplace(X, std::move(nu_), std::move(unit_));
}

/// f at the least number of bits that holds data, weights and targets.
void ExactPoint::put_fit(const PolishedPoint& point) {
  const Index n = problem_.samples();
  const Index d = problem_.dimension();
  long weight_bits = 0;
  for (const Matrix& words : point.weight_words) {
    weight_bits = std::max(weight_bits, fraction_bits(words));
  }
  const bool skip = problem_.skip() == SkipConnection::kFree;
  const Index ones = point.affine_words.rows() - (skip ? d : 0);
  weight_bits = std::max(weight_bits, fraction_bits(point.affine_words));
  const long own = X_.bits() + weight_bits;
  bits_ = std::max({own, fraction_bits(problem_.y()), fraction_bits(problem_.loss().delta())});
  const auto entries = [&](const Matrix& words) {
    std::vector<mpz_class> w(static_cast<std::size_t>(words.rows()));
    for (Index k = 0; k < words.rows(); ++k) {
      for (const double word : words.row(k)) {
        w[static_cast<std::size_t>(k)] += scaled_integer(word, weight_bits);
      }
    }
    return w;
  };
  f_.assign(static_cast<std::size_t>(n), mpz_class(0));
  if (ones > 0) {
    const mpz_class bias = entries(point.affine_words.topRows(1)).front()
                           << static_cast<mp_bitcnt_t>(bits_ - weight_bits);
    f_.assign(static_cast<std::size_t>(n), bias);
  }
  const auto add = [&](const std::vector<mpz_class>& w, int sign, bool relu) {
    for (Index i = 0; i < n; ++i) {
      mpz_class t = 0;
      for (Index k = 0; k < d; ++k) t += X_(i, k) * w[static_cast<std::size_t>(k)];
      if (relu && t <= 0) continue;
      t <<= static_cast<mp_bitcnt_t>(bits_ - own);
      mpz_class& f = f_[static_cast<std::size_t>(i)];
      if (sign > 0) {
        f += t;
      } else {
        f -= t;
      }
    }
  };
  for (std::size_t j = 0; j < point.neurons.size(); ++j) {
    const int sign = point.neurons[j].sign == Sign::kPlus ? 1 : -1;
    add(entries(point.weight_words[j]), sign, true);
  }
  if (skip) add(entries(point.affine_words.bottomRows(d)), 1, false);
  fit_.resize(n);
  for (Index i = 0; i < n; ++i) {
    fit_[i] = scaled(f_[static_cast<std::size_t>(i)], -bits_).get_d();
  }
}

/// nu = -l'(f): y - f, cut off where the loss is linear or 0.
void ExactPoint::put_dual() {
  const Loss& loss = problem_.loss();
  for (Index i = 0; i < problem_.samples(); ++i) {
    mpz_class value = scaled_integer(problem_.y()[i], bits_) - f_[static_cast<std::size_t>(i)];
    if (loss.kind() == LossKind::kHuber) {
      const mpz_class most = scaled_integer(loss.delta(), bits_);
      if (value > most) value = most;
      if (value < -most) value = -most;
    } else if (loss.kind() == LossKind::kSquaredHinge) {
      if (value * (problem_.y()[i] > 0 ? 1 : -1) < 0) value = 0;
    }
    nu_.push_back(std::move(value));
  }
  unit_ = scaled(1, -bits_);
}

/// l(f) = nu^T (y - f) - |nu|^2 / 2 at nu = -l'(f), for all losses taken (Fenchel and Young).
void ExactPoint::put_objective(const PolishedPoint& point) {
  mpz_class twice = 0;
  for (Index i = 0; i < problem_.samples(); ++i) {
    const mpz_class gap = scaled_integer(problem_.y()[i], bits_) - f_[static_cast<std::size_t>(i)];
    const mpz_class& nu = nu_[static_cast<std::size_t>(i)];
    twice += nu * (2 * gap - nu);
  }
  objective_ = scaled(twice, -2 * bits_ - 1);
  mpq_class mass = 0;
  for (const Matrix& words : point.weight_words) {
    mpq_class square = 0;
    for (Index k = 0; k < words.rows(); ++k) {
      mpq_class w = 0;
      for (const double word : words.row(k)) w += mpq_class(word);
      square += w * w;
    }
    mass += root_above(square);
  }
  objective_ += mpq_class(problem_.beta()) * mass;
  if (problem_.output_bias() == OutputBias::kPenalised) {
    mpq_class b = 0;
    for (const double word : point.affine_words.row(0)) b += mpq_class(word);
    objective_ += mpq_class(problem_.beta()) * b * b / 2;
  }
}

/// nu - U (U^T U)^-1 U^T nu over a basis U of the unpenalised columns.
void ExactPoint::project() {
  const Matrix columns = problem_.free_columns();
  const std::vector<Index> basis = row_basis(columns.transpose()).rows;
  const long bits = fraction_bits(columns);
  const std::size_t q = basis.size();
  const auto n = static_cast<std::size_t>(problem_.samples());
  std::vector<std::vector<mpz_class>> U(q);
  for (std::size_t k = 0; k < q; ++k) U[k] = integers(columns.col(basis[k]), bits);
  std::vector<std::vector<mpq_class>> gram(q, std::vector<mpq_class>(q));
  std::vector<mpq_class> pull(q);
  for (std::size_t k = 0; k < q; ++k) {
    for (std::size_t l = 0; l <= k; ++l) {
      mpz_class sum = 0;
      for (std::size_t i = 0; i < n; ++i) sum += U[k][i] * U[l][i];
      gram[k][l] = gram[l][k] = sum;
    }
    mpz_class sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += U[k][i] * nu_[i];
    pull[k] = sum;
  }
  const std::vector<mpq_class> c = solve_exactly(gram, pull);
  mpz_class denominator = 1;
  for (const mpq_class& value : c) denominator = lcm(denominator, value.get_den());
  for (std::size_t i = 0; i < n; ++i) {
    nu_[i] *= denominator;
    for (std::size_t k = 0; k < q; ++k) {
      nu_[i] -= U[k][i] * mpz_class(c[k].get_num() * (denominator / c[k].get_den()));
    }
  }
  unit_ /= denominator;
}

mpq_class ExactPoint::lower_bound(const mpq_class& norm_square) const {
  const Loss& loss = problem_.loss();
  for (Index i = 0; i < problem_.samples(); ++i) {
    // The projection may leave the domain of D; every loss is at least 0.
    const mpq_class value = dual()[i];
    if (loss.kind() == LossKind::kHuber && abs(value) > mpq_class(loss.delta())) return 0;
    if (loss.kind() == LossKind::kSquaredHinge && value * mpq_class(problem_.y()[i]) < 0) return 0;
  }
  const mpq_class square = mpq_class(problem_.beta()) * mpq_class(problem_.beta());
  mpq_class tau = 1;
  if (norm_square > square) tau = 1 / (1 + (norm_square - square) / (2 * square));
  return tau * linear_ - tau * tau * square_ / 2;
}

}  // namespace thalweg::landscape
