#include "thalweg/exact/linear_feasibility.hpp"

#include <CGAL/Gmpzf.h>
#include <CGAL/QP_functions.h>
#include <CGAL/QP_models.h>
#include <gmpxx.h>

#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

using Program = CGAL::Quadratic_program<double>;
using Solution = CGAL::Quadratic_program_solution<CGAL::Gmpzf>;
using Rationals = std::vector<mpq_class>;

mpq_class to_rational(const CGAL::Gmpzf& value) {
  mpq_class result{mpz_class(value.man())};
  const auto exponent = static_cast<long>(value.exp());
  if (exponent >= 0) {
    mpq_mul_2exp(result.get_mpq_t(), result.get_mpq_t(), static_cast<mp_bitcnt_t>(exponent));
  } else {
    mpq_div_2exp(result.get_mpq_t(), result.get_mpq_t(), static_cast<mp_bitcnt_t>(-exponent));
  }
  return result;
}

mpq_class to_rational(const CGAL::Quotient<CGAL::Gmpzf>& value) {
  return to_rational(value.numerator()) / to_rational(value.denominator());
}

/// The power of two below a row's largest entry, which makes slacks of rows comparable.
double row_size(const Matrix& A, Index row) {
  const double largest = A.cols() == 0 ? 0 : A.row(row).cwiseAbs().maxCoeff();
  return largest == 0 ? 1 : std::ldexp(1.0, std::ilogb(largest));
}

/// The dual of max {t : A z - t s >= b}: few equations, whose number decides CGAL's speed. In a
/// cone, with |z|_inf <= 1: min sum (p + q) over l, p, q >= 0, A^T l + p - q = 0, s^T l = 1. Else,
/// with t <= 1: min m - b^T l over l, m >= 0, A^T l = 0, s^T l + m = 1.
Program dual_program(const Matrix& A, const Vector& b) {
  Program program(CGAL::EQUAL, true, 0, false, 0);
  const auto rows = static_cast<int>(A.rows());
  const auto columns = static_cast<int>(A.cols());
  for (int i = 0; i < rows; ++i) {
    for (int c = 0; c < columns; ++c) {
      if (A(i, c) != 0) program.set_a(i, c, A(i, c));
    }
    program.set_a(i, columns, row_size(A, i));
    if (b.size() != 0) program.set_c(i, -b[i]);
  }
  program.set_b(columns, 1);
  if (b.size() != 0) {
    program.set_a(rows, columns, 1);
    program.set_c(rows, 1);
    return program;
  }
  for (int c = 0; c < columns; ++c) {
    for (const int sign : {1, -1}) {
      const int variable = rows + 2 * c + (sign < 0 ? 1 : 0);
      program.set_a(variable, c, sign);
      program.set_c(variable, 1);
    }
  }
  return program;
}

bool strictly_inside(const Matrix& A, const Rationals& z, const Vector& b) {
  mpq_class sum;
  for (Index i = 0; i < A.rows(); ++i) {
    sum = b.size() == 0 ? 0.0 : -b[i];
    for (Index j = 0; j < A.cols(); ++j) {
      if (A(i, j) != 0) sum += mpq_class(A(i, j)) * z[static_cast<std::size_t>(j)];
    }
    if (sum <= 0) return false;
  }
  return true;
}

/// The nearest double; rational-to-double conversion of GMP truncates.
double nearest(const mpq_class& value) {
  const double low = value.get_d();
  const double high = std::nextafter(low, sgn(value) < 0 ? -HUGE_VAL : HUGE_VAL);
  if (!std::isfinite(high)) return low;
  return abs(mpq_class(high) - value) < abs(value - mpq_class(low)) ? high : low;
}

/// Rounds the point, and for a cone small odd multiples of it too: they round in other ways.
std::optional<Vector> rounded_inside(const Matrix& A, const Rationals& exact, const Vector& b) {
  const int multiples = b.size() == 0 ? 32 : 1;
  Vector z(A.cols());
  for (int multiple = 1; multiple <= multiples; multiple += 2) {
    for (Index j = 0; j < A.cols(); ++j) {
      z[j] = nearest(exact[static_cast<std::size_t>(j)] * multiple);
    }
    if (thalweg::strictly_inside(A, z, b)) return z;
  }
  return std::nullopt;
}

/// The rows with positive multipliers; throws when they do not prove that the set is empty.
std::vector<Index> verified_support(const Matrix& A, const Vector& b, const Solution& solution) {
  std::vector<Index> support;
  Rationals multipliers;
  auto value = solution.variable_values_begin();
  for (Index i = 0; i < A.rows(); ++i, ++value) {
    mpq_class multiplier = to_rational(*value);
    if (multiplier < 0) throw std::logic_error("exact linear program: a multiplier is negative");
    if (multiplier == 0) continue;
    support.push_back(i);
    multipliers.push_back(std::move(multiplier));
  }
  mpq_class sum;
  for (Index j = 0; j <= A.cols(); ++j) {
    sum = 0;
    for (std::size_t s = 0; s < support.size(); ++s) {
      const double entry = j < A.cols() ? A(support[s], j) : b.size() != 0 ? b[support[s]] : 0;
      sum += multipliers[s] * mpq_class(entry);
    }
    if (j < A.cols() ? sum != 0 : sum < 0) {
      throw std::logic_error("exact linear program: its certificate is wrong");
    }
  }
  if (support.empty()) throw std::logic_error("exact linear program: it has no certificate");
  return support;
}

void check_arguments(const Matrix& A, const Vector& b) {
  if (b.size() != 0 && b.size() != A.rows()) {
    throw InvalidArgument("b has " + std::to_string(b.size()) + " entries but A has " +
                          std::to_string(A.rows()) + " rows");
  }
  if (!A.allFinite() || !b.allFinite()) {
    throw InvalidArgument("A and b must be finite, but they have NaN or infinite entries");
  }
}

/// Gauss-Jordan elimination on the columns of A^T; false when the kernel of A^T is not a line.
bool reduce_to_line(std::vector<Rationals>& columns, std::size_t rows) {
  std::size_t rank = 0;
  for (std::size_t pivot = 0; pivot + 1 < rows; ++pivot, ++rank) {
    std::size_t found = rank;
    while (found < columns.size() && columns[found][pivot] == 0) ++found;
    if (found == columns.size()) return false;
    std::swap(columns[rank], columns[found]);
    const mpq_class head = columns[rank][pivot];
    for (mpq_class& entry : columns[rank]) entry /= head;
    for (std::size_t other = 0; other < columns.size(); ++other) {
      const mpq_class factor = columns[other][pivot];
      if (other == rank || factor == 0) continue;
      for (std::size_t i = 0; i < rows; ++i) columns[other][i] -= factor * columns[rank][i];
    }
  }
  for (std::size_t other = rank; other < columns.size(); ++other) {
    if (columns[other][rows - 1] != 0) return false;
  }
  return true;
}

}  // namespace

StrictFeasibility strict_feasibility(const Matrix& A, const Vector& b) {
  check_arguments(A, b);
  StrictFeasibility result;
  if (A.rows() == 0) {
    result.feasible = true;
    result.point = Vector::Zero(A.cols());
    return result;
  }
  const Program program = dual_program(A, b);
  CGAL::Quadratic_program_options options;
  options.set_pricing_strategy(CGAL::QP_BLAND);
  const Solution solution = CGAL::solve_linear_program(program, CGAL::Gmpzf(), options);
  if (!solution.is_optimal()) throw std::logic_error("exact linear program: no optimum");
  result.feasible = to_rational(solution.objective_value()) > 0;
  if (!result.feasible) {
    result.support = verified_support(A, b, solution);
    return result;
  }
  // The equations' multipliers are z and -t.
  Rationals values;
  auto multiplier = solution.optimality_certificate_begin();
  for (Index j = 0; j < A.cols(); ++j, ++multiplier) values.push_back(to_rational(*multiplier));
  if (!strictly_inside(A, values, b)) throw std::logic_error("exact linear program: wrong point");
  result.point = rounded_inside(A, values, b);
  return result;
}

bool strictly_inside(const Matrix& A, const Vector& z, const Vector& b) {
  if (!z.allFinite()) return false;
  return strictly_inside(A, Rationals(z.begin(), z.end()), b);
}

bool positive_circuit(const Matrix& A) {
  const auto rows = static_cast<std::size_t>(A.rows());
  if (rows == 0) return false;
  std::vector<Rationals> columns;
  for (Index j = 0; j < A.cols(); ++j) {
    columns.emplace_back(A.col(j).begin(), A.col(j).end());
  }
  if (!reduce_to_line(columns, rows)) return false;
  // Row p of the reduced columns says l_p + c l_last = 0; so c < 0 for all makes a positive l.
  for (std::size_t pivot = 0; pivot + 1 < rows; ++pivot) {
    if (columns[pivot][rows - 1] >= 0) return false;
  }
  return true;
}

}  // namespace thalweg
