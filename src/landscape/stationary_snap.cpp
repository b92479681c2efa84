#include <algorithm>
#include <cmath>
#include <utility>

#include "landscape/dyadic.hpp"
#include "landscape/stationary_point.hpp"

namespace thalweg::landscape {
namespace {

using Integers = std::vector<mpz_class>;
using Rationals = std::vector<mpq_class>;

constexpr long kDigits = 240;  ///< bits kept of the shortest product
constexpr int kRounds = 4;     ///< ties that follow from others, until none is new

mpz_class product(const DyadicMatrix& X, Index row, const Integers& p) {
  mpz_class sum = 0;
  for (std::size_t k = 0; k < p.size(); ++k) sum += X(row, static_cast<Index>(k)) * p[k];
  return sum;
}

/// value * 2^bits, rounded to an integer.
mpz_class nearest(const mpq_class& value, long bits) {
  mpq_class shifted = value;
  if (bits >= 0) {
    shifted <<= static_cast<mp_bitcnt_t>(bits);
  } else {
    shifted >>= static_cast<mp_bitcnt_t>(-bits);
  }
  mpz_class floor;
  const mpz_class twice = 2 * shifted.get_num() + shifted.get_den();
  mpz_fdiv_q(floor.get_mpz_t(), twice.get_mpz_t(), mpz_class(2 * shifted.get_den()).get_mpz_t());
  return floor;
}

/// The sum of a row of doubles.
mpq_class total(const Matrix& words, Index row) {
  mpq_class sum = 0;
  for (Index k = 0; k < words.cols(); ++k) sum += mpq_class(words(row, k));
  return sum;
}

/// p without its part in the span of the ties' normals.
Rationals projected(const Hyperplanes& planes, const std::vector<Index>& ties, Rationals p) {
  const DyadicMatrix& X = planes.exact();
  const std::size_t k = ties.size();
  std::vector<Rationals> gram(k, Rationals(k));
  Rationals pull(k);
  for (std::size_t a = 0; a < k; ++a) {
    for (std::size_t b = 0; b <= a; ++b) {
      for (Index e = 0; e < X.values().cols(); ++e) {
        gram[a][b] += mpq_class(X(planes.first(ties[a]), e) * X(planes.first(ties[b]), e));
      }
      gram[b][a] = gram[a][b];
    }
    for (std::size_t e = 0; e < p.size(); ++e) {
      pull[a] += p[e] * X(planes.first(ties[a]), static_cast<Index>(e));
    }
  }
  // The right-hand side is in the range of the Gram matrix.
  const auto along = solve_semidefinite(std::move(gram), std::move(pull));
  for (std::size_t a = 0; a < k; ++a) {
    for (std::size_t e = 0; e < p.size(); ++e) {
      p[e] -= (*along)[a] * X(planes.first(ties[a]), static_cast<Index>(e));
    }
  }
  return p;
}

/// Hyperplanes off the ties whose side rounding of p to integers could change.
std::vector<Index> unsure(const Hyperplanes& planes, const PointSlot& slot) {
  std::vector<Index> result;
  const DyadicMatrix& X = planes.exact();
  for (Index plane = 0; plane < planes.count(); ++plane) {
    if (std::binary_search(slot.ties.begin(), slot.ties.end(), plane)) continue;
    mpz_class most = 0;  // twice |x| sqrt(d) is at most this
    for (Index e = 0; e < X.values().cols(); ++e) most += abs(X(planes.first(plane), e));
    most *= 2 * X.values().cols();
    if (abs(product(X, planes.first(plane), slot.p)) <= most) result.push_back(plane);
  }
  return result;
}

std::optional<PointSlot> put_on_ties(const Hyperplanes& planes, const ProductWords& words,
                                     long bits) {
  PointSlot slot{words.neuron, words.sign, words.ties, {}};
  Rationals exact;
  for (Index e = 0; e < words.words.rows(); ++e) exact.push_back(total(words.words, e));
  for (int round = 0; round < kRounds; ++round) {
    Rationals p = slot.ties.empty() ? exact : projected(planes, slot.ties, exact);
    slot.p.clear();
    for (const mpq_class& value : p) slot.p.push_back(nearest(value, bits));
    // What is left of a product in the span of its ties is rounding: no direction.
    mpz_class most = 0;
    for (const mpz_class& value : slot.p) most = std::max<mpz_class>(most, abs(value));
    if (most < (mpz_class(1) << 64)) return std::nullopt;
    const std::vector<Index> more = unsure(planes, slot);
    if (more.empty()) return slot;
    slot.ties.insert(slot.ties.end(), more.begin(), more.end());
    std::sort(slot.ties.begin(), slot.ties.end());
  }
  return std::nullopt;
}

}  // namespace

std::optional<BalancedPoint> point_on_ties(const TrainingProblem& problem,
                                           const Hyperplanes& planes,
                                           const std::vector<ProductWords>& products,
                                           const Matrix& affine_words) {
  long bits = kDigits;
  for (const ProductWords& words : products) {
    const double size = words.words.col(0).cwiseAbs().maxCoeff();
    if (!(size > 0)) return std::nullopt;
    bits = std::max(bits, kDigits - std::ilogb(size));
  }
  std::vector<PointSlot> slots;
  bool tied = false;
  for (const ProductWords& words : products) {
    auto slot = put_on_ties(planes, words, bits);
    if (!slot) return std::nullopt;
    tied = tied || !slot->ties.empty();
    slots.push_back(std::move(*slot));
  }
  Integers affine;
  for (Index k = 0; k < affine_words.rows(); ++k) {
    affine.push_back(nearest(total(affine_words, k), bits));
  }
  const double unit = std::max(std::ldexp(1.0, static_cast<int>(-bits)), 1e-300);
  const double off = tied ? 2 * unit * std::sqrt(static_cast<double>(problem.dimension())) : 0.0;
  return BalancedPoint(problem, planes, std::move(slots), std::move(affine), bits, off);
}

BalancedPoint point_as_stored(const TrainingProblem& problem, const Hyperplanes& planes,
                              const TwoLayerNetwork& network) {
  const Vector affine = problem.stack(problem.affine_part(network));
  const long w_bits = fraction_bits(network.W);
  const long bits = std::max(w_bits + fraction_bits(network.alpha), fraction_bits(affine));
  std::vector<PointSlot> slots;
  for (Index j = 0; j < network.width(); ++j) {
    const double alpha = network.alpha(j, 0);
    if (alpha == 0 || (network.W.row(j).array() == 0).all()) continue;
    PointSlot slot{j, alpha < 0 ? -1 : 1, {}, {}};
    const mpz_class mass = scaled_integer(std::abs(alpha), bits - w_bits);
    for (const double w : network.W.row(j)) {
      slot.p.push_back(mass * scaled_integer(w, w_bits));
    }
    slot.ties = planes.through(network.W.row(j));
    slots.push_back(std::move(slot));
  }
  Integers integers;
  for (const double value : affine) integers.push_back(scaled_integer(value, bits));
  return {problem, planes, std::move(slots), std::move(integers), bits, 0};
}

}  // namespace thalweg::landscape
