#include <algorithm>
#include <cstdint>
#include <vector>

#include "verify/proofs.hpp"

namespace thalweg::verify {
namespace {

using Wide = __int128;

// Every entry of the bordered matrix stays below 2^122, so that its factor fits 62 bits and no sum
// of products of two rows of the factor reaches 2^126.
constexpr int kMatrixBits = 122;
constexpr long kMaxCoefficient = 1L << 62;
constexpr std::size_t kMaxRows = std::size_t{1} << 28;
constexpr std::size_t kMaxColumns = std::size_t{1} << 20;
constexpr const char* kTooLarge = "a number of the sphere proof is too large";
constexpr const char* kIndefinite = "the bordered matrix is not positive semidefinite";

Wide magnitude(Wide value) { return value < 0 ? -value : value; }

Wide floor_divide(Wide a, Wide b) { return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0); }

Int to_integer(Wide value) {
  const auto bits = static_cast<unsigned __int128>(magnitude(value));
  const Int size =
      shifted(Int(static_cast<unsigned long>(bits >> 64)), 64) + static_cast<unsigned long>(bits);
  return value < 0 ? Int(-size) : size;
}

/// value, which must lie below 2^kMatrixBits.
Wide to_wide(const Int& value) {
  limit(mpz_sizeinbase(value.get_mpz_t(), 2) <= kMatrixBits, kTooLarge);
  const Int size = abs(value);
  Wide wide = static_cast<Wide>(Int(size >> 62).get_ui()) << 62;
  wide += static_cast<Wide>(Int(size & ((1UL << 62) - 1)).get_ui());
  return value < 0 ? -wide : wide;
}

/// Decides that a symmetric matrix (its lower triangle, row by row in `a`, size x size) is positive
/// semidefinite; accepts only if it is.
///
/// a = L L^T + R with integers L; the pivots leave R the diagonal that its rounded rest needs.
/// *Proof.* R is symmetric, diagonally dominant and has a nonnegative diagonal, which the last loop
/// demands, so it is positive semidefinite, and so is the sum. No overflow: the squares of a row of
/// L sum to at most its diagonal entry, below 2^122, so by Cauchy-Schwarz does every partial sum.
void demand_semidefinite(const std::vector<Wide>& a, std::size_t size) {
  std::vector<std::int64_t> factor(size * size);
  std::vector<Wide> rest(size), off_diagonal(size);
  const Wide reserve = static_cast<Wide>(size) << 61;
  for (std::size_t i = 0; i < size; ++i) {
    std::int64_t* row = &factor[i * size];
    Wide left = a[i * size + i];
    for (std::size_t j = 0; j < i; ++j) {
      const std::int64_t* other = &factor[j * size];
      Wide sum = a[i * size + j];
      for (std::size_t k = 0; k < j; ++k) sum -= static_cast<Wide>(row[k]) * other[k];
      const Wide quotient = floor_divide(sum + other[j] / 2, other[j]);
      demand(magnitude(quotient) >> 62 == 0, kIndefinite);
      row[j] = static_cast<std::int64_t>(quotient);
      left -= quotient * quotient;
      demand(left >= 0, kIndefinite);
      const Wide error = magnitude(sum - quotient * other[j]);
      off_diagonal[i] += error;
      off_diagonal[j] += error;
    }
    demand(left > reserve, kIndefinite);
    row[i] = Int(sqrt(to_integer(left - reserve))).get_si();
    rest[i] = left - static_cast<Wide>(row[i]) * row[i];
  }
  for (std::size_t i = 0; i < size; ++i) demand(rest[i] >= off_diagonal[i], kIndefinite);
}

class SphereChecker {
 public:
  SphereChecker(Reader& reader, const Problem& problem) : reader_(reader), problem_(problem) {}

  void run(const ScaledVector& nu, Sign sign) {
    read();
    round_rows(nu);
    const std::size_t n = problem_.n;
    limit(n < kMaxRows, "a sphere proof takes fewer than 2^28 rows");
    linear_.assign(problem_.d, 0);
    Wide size = 0;
    for (std::size_t j = 0; j < n; ++j) {
      const int g = sign == Sign::kPlus ? sgn(nu.values[j]) : -sgn(nu.values[j]);
      use_row(j, g);
      Wide largest = 0;
      for (std::size_t k = 0; k < problem_.d; ++k)
        largest = std::max(largest, magnitude(row(j)[k]));
      size += magnitude(quadratic_[j]) * largest * largest;
      limit(size >> (kMatrixBits - 3) == 0, kTooLarge);
    }
    check_matrix();
  }

 private:
  const std::int32_t* row(std::size_t j) const { return &rows_[j * problem_.d]; }

  void read() {
    reader_.next_line("grid");
    grid_ = reader_.small(-4096, 4096);
    reader_.end_line();
    reader_.next_line();
    bits_ = reader_.small(0, 62);
    reader_.charge(problem_.n * (2 * sizeof(long) + problem_.d * sizeof(std::int32_t)));
    for (std::size_t j = 0; j < problem_.n; ++j) {
      given_.push_back(reader_.small(-kMaxCoefficient, kMaxCoefficient));
    }
    reader_.end_line();
    reader_.next_line("mu");
    mu_ = reader_.integer();
    reader_.end_line();
  }

  /// y_j = round(|g_j| x_j 2^f), and the sum of all slack_j.
  void round_rows(const ScaledVector& nu) {
    const long drop = nu.exponent + problem_.x.exponent - grid_;
    const Int half = drop > 0 ? shifted(1, drop - 1) : Int(0);
    Int slack;
    rows_.reserve(problem_.n * problem_.d);
    for (std::size_t j = 0; j < problem_.n; ++j) {
      for (std::size_t k = 0; k < problem_.d; ++k) {
        Int exact = abs(nu.values[j]) * problem_.x.values[j * problem_.d + k];
        Int y = drop > 0 ? Int((exact + half) >> static_cast<mp_bitcnt_t>(drop))
                         : shifted(exact, -drop);
        if (drop > 0) slack += abs(exact - shifted(y, drop));
        limit(mpz_sizeinbase(y.get_mpz_t(), 2) <= 31, "the grid is too fine");
        rows_.push_back(static_cast<std::int32_t>(y.get_si()));
      }
    }
    slack_ = dyadic(slack, std::max(drop, 0L));
  }

  /// The least integer whose square is at least |y_j|^2.
  Int norm_bound(std::size_t j) const {
    Wide square = 0;
    for (std::size_t k = 0; k < problem_.d; ++k) square += static_cast<Wide>(row(j)[k]) * row(j)[k];
    return square == 0 ? Int(0) : Int(sqrt(to_integer(square - 1)) + 1);
  }

  /// Adds what row j brings to M (times 2^(q+1)), b (times 2^(q+1)) and kappa (times 2^(q+2)).
  void use_row(std::size_t j, int g) {
    const long given = given_[j];
    const long one = 1L << bits_;
    const Int norm = norm_bound(j);
    demand(g != 0 || given == 0, "a row of weight 0 needs coefficient 0");
    demand(g <= 0 || given >= 0, "a coefficient must not be negative");
    demand(g >= 0 || std::abs(given) <= one, "a coefficient exceeds 1");
    quadratic_.push_back(given);
    Wide multiple = g > 0 ? one : 0;
    if (g > 0 && given == 0) {
      kappa_ += shifted(norm, bits_ + 1);
    } else if (g > 0) {
      Int quotient;
      mpz_cdiv_q(quotient.get_mpz_t(), shifted(1, 2 * bits_).get_mpz_t(),
                 Int(2 * Int(given)).get_mpz_t());
      kappa_ += quotient;
    } else if (g < 0) {
      quadratic_[j] = norm == 0 ? 0 : -Int((one - std::abs(given)) / norm).get_si();
      multiple = -(static_cast<Wide>(one) + given);
    }
    for (std::size_t k = 0; k < problem_.d; ++k) linear_[k] += multiple * row(j)[k];
  }

  /// Builds the bordered matrix times 2^(q+2) and demands that it is positive semidefinite.
  void check_matrix() {
    const std::size_t d = problem_.d;
    const std::size_t size = d + 1;
    limit(size <= kMaxColumns, "a sphere proof takes fewer than 2^20 columns");
    reader_.charge(size * size * (sizeof(Wide) + sizeof(std::int64_t)));
    std::vector<Wide> a(size * size);
    for (std::size_t k = 0; k < d; ++k) {
      Wide* target = &a[k * size];
      for (std::size_t j = 0; j < problem_.n; ++j) {
        const std::int32_t* y = row(j);
        const Wide factor = static_cast<Wide>(quadratic_[j]) * (-2 * static_cast<Wide>(y[k]));
        if (factor == 0) continue;
        for (std::size_t l = 0; l <= k; ++l) target[l] += factor * y[l];
      }
      target[k] += to_wide(4 * mu_);
      a[d * size + k] = -linear_[k];
    }
    const Rational room = dyadic(1, -grid_) * problem_.row_beta - slack_;
    const Rational scaled = room * Rational(shifted(1, bits_ + 2)) - kappa_ - 4 * mu_;
    Int corner;
    mpz_fdiv_q(corner.get_mpz_t(), scaled.get_num_mpz_t(), scaled.get_den_mpz_t());
    a[d * size + d] = to_wide(corner);
    fill_bits(a);
    demand_semidefinite(a, size);
  }

  /// Multiplies by the largest power of two that keeps every entry below 2^kMatrixBits.
  void fill_bits(std::vector<Wide>& a) const {
    Wide largest = 1;
    for (const Wide& v : a) largest = std::max(largest, magnitude(v));
    limit(largest >> kMatrixBits == 0, kTooLarge);
    int shift = 0;
    while (largest >> (kMatrixBits - 1 - shift) == 0) ++shift;
    for (Wide& v : a) v *= static_cast<Wide>(1) << shift;
  }

  Reader& reader_;
  const Problem& problem_;
  long grid_ = 0;
  long bits_ = 0;
  std::vector<long> given_;
  Int mu_;
  std::vector<std::int32_t> rows_;  ///< y, n x d
  Rational slack_;
  std::vector<long> quadratic_;  ///< a_j or -psi_j, times 2^q
  std::vector<Wide> linear_;
  Int kappa_;
};

}  // namespace

void check_sphere(Reader& reader, const Problem& problem, const ScaledVector& nu, Sign sign) {
  reader.end_line();
  SphereChecker(reader, problem).run(nu, sign);
}

}  // namespace thalweg::verify
