#include "convex/dual_newton_system.hpp"

#include <algorithm>
#include <cmath>

#include "convex/blas.hpp"

namespace thalweg::detail {
namespace {

constexpr double kMostOperations = 1e12;
constexpr double kMostEntries = 2.5e8;  ///< doubles of one factor
constexpr Index kChunk = 512;           ///< samples at a time in the low-rank form
constexpr double kUnlooked = 2e8;       ///< multiplications between two looks at the control
constexpr Index kLeastPart = 64;        ///< blocks, columns or samples in between, at least
constexpr int kConjugateSteps = 200;
constexpr int kRefinements = 2;

class DualSystem {
 public:
  DualSystem(const BlockProgram& program, const BlockDual& dual, const DualHessian& hessian,
             const RunControl& control)
      : program_(program), dual_(dual), hessian_(hessian), control_(control) {}

  /// H x, O(n |list| p).
  [[nodiscard]] Vector apply(const Vector& x) const {
    Matrix t(program_.maps.width(), static_cast<Index>(hessian_.list.size()));
    program_.maps.adjoint(hessian_.list, x, t);
    for (Index k = 0; k < t.cols(); ++k) {
      const double along = hessian_.u.col(k).dot(t.col(k));
      t.col(k) = hessian_.a[k] * t.col(k) + hessian_.b[k] * along * hessian_.u.col(k);
    }
    const Matrix& U = dual_.columns();
    return program_.maps.fit(hessian_.list, t) + hessian_.diagonal.cwiseProduct(x) +
           U * hessian_.columns.cwiseProduct(U.transpose() * x);
  }

  [[nodiscard]] Vector dense(const Vector& rhs) const {
    Matrix H = blocks_gram();
    add_panel_gram(H);
    H.diagonal() += hessian_.diagonal;
    Vector x = rhs;
    if (!cholesky(H, control_)) return {};
    cholesky_solve(H, x);
    return x;
  }

  /// x = D^-1 (r - B K^-1 B^T D^-1 r), K = M^-1 + B^T D^-1 B, refined against the products with H.
  [[nodiscard]] Vector low_rank(const Vector& rhs) const {
    const Index p = program_.maps.width();
    const Index blocks = static_cast<Index>(hessian_.list.size());
    const Index q = dual_.columns().cols();
    const Index size = blocks * p + q;
    Matrix K = Matrix::Zero(size, size);
    const Vector inverse = hessian_.diagonal.cwiseInverse();
    if (size == 0) return inverse.cwiseProduct(rhs);
    add_columns_gram(inverse, K);
    for (Index k = 0; k < blocks; ++k) {
      const double share = hessian_.b[k] / (hessian_.a[k] + hessian_.b[k]);
      K.block(k * p, k * p, p, p) +=
          (Matrix::Identity(p, p) - share * hessian_.u.col(k) * hessian_.u.col(k).transpose()) /
          hessian_.a[k];
    }
    for (Index k = 0; k < q; ++k) K(blocks * p + k, blocks * p + k) += 1 / hessian_.columns[k];
    if (!cholesky(K, control_)) return {};
    const auto solve = [&](const Vector& r) {
      Vector inner = columns_adjoint(inverse.cwiseProduct(r), size);
      cholesky_solve(K, inner);
      return Vector(inverse.cwiseProduct(r - columns_times(inner)));
    };
    Vector x = solve(rhs);
    for (int step = 0; step < kRefinements; ++step) x += solve(rhs - apply(x));
    return x;
  }

  [[nodiscard]] Vector conjugate(const Vector& rhs, double accuracy) const {
    const Vector inverse = preconditioner().cwiseInverse();
    Vector x = Vector::Zero(rhs.size());
    Vector r = rhs;
    Vector z = inverse.cwiseProduct(r);
    Vector direction = z;
    double rz = r.dot(z);
    const double target = accuracy * accuracy * rz;
    for (int step = 0; step < kConjugateSteps && rz > target; ++step) {
      if (control_.should_stop()) return {};
      const Vector image = apply(direction);
      const double length = rz / direction.dot(image);
      x += length * direction;
      r -= length * image;
      z = inverse.cwiseProduct(r);
      const double next = r.dot(z);
      direction = z + next / rz * direction;
      rz = next;
    }
    return x;
  }

 private:
  /// How many blocks, columns or samples of `cost` multiplications each come between two looks.
  [[nodiscard]] static Index part_of(double cost) {
    return std::max(kLeastPart, static_cast<Index>(std::min(1e9, kUnlooked / cost)));
  }

  /// The lower triangle of sum_k a_k A_k A_k^T; unfinished when stopped.
  [[nodiscard]] Matrix blocks_gram() const {
    const double n = static_cast<double>(program_.maps.samples());
    const auto total = static_cast<Index>(hessian_.list.size());
    const Index most = part_of(n * n * static_cast<double>(program_.maps.width()));
    Matrix H;
    Matrix more;
    for (Index first = 0; first == 0 || (first < total && !control_.should_stop()); first += most) {
      const Index count = std::min(most, total - first);
      const auto part =
          hessian_.list.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
      program_.maps.outer_gram(part, hessian_.a.segment(first, count), first == 0 ? H : more);
      if (first > 0) H.triangularView<Eigen::Lower>() += more;
    }
    return H;
  }

  void add_panel_gram(Matrix& H) const {
    const Matrix columns = panel();
    const double n = static_cast<double>(columns.rows());
    const Index most = part_of(n * n);
    for (Index first = 0; first < columns.cols() && !control_.should_stop(); first += most) {
      const Index count = std::min(most, columns.cols() - first);
      rank_update(columns.middleCols(first, count), Transpose::kNo, 1, H);
    }
  }

  /// The columns whose outer products are added to the blocks' part.
  [[nodiscard]] Matrix panel() const {
    const Index blocks = static_cast<Index>(hessian_.list.size());
    const Matrix& U = dual_.columns();
    Matrix columns(program_.maps.samples(), blocks + U.cols());
    Matrix scaled = hessian_.u;
    for (Index k = 0; k < blocks; ++k) scaled.col(k) *= std::sqrt(hessian_.b[k]);
    program_.maps.images(hessian_.list, scaled, columns.leftCols(blocks));
    columns.rightCols(U.cols()) = U * hessian_.columns.cwiseSqrt().asDiagonal();
    return columns;
  }

  void add_columns_gram(const Vector& inverse, Matrix& K) const {
    const Index n = program_.maps.samples();
    const Index block_columns = program_.maps.width() * static_cast<Index>(hessian_.list.size());
    const Index q = dual_.columns().cols();
    const double size = static_cast<double>(K.cols());
    const Index most = std::min(kChunk, part_of(size * size));
    Matrix rows(std::min(n, most), K.cols());
    for (Index first = 0; first < n && !control_.should_stop(); first += most) {
      const Index count = std::min(most, n - first);
      program_.maps.rows(hessian_.list, first, rows.topLeftCorner(count, block_columns));
      rows.block(0, block_columns, count, q) = dual_.columns().middleRows(first, count);
      rows.topRows(count).array().colwise() *= inverse.segment(first, count).cwiseSqrt().array();
      rank_update(rows.topRows(count), Transpose::kYes, 1, K);
    }
  }

  [[nodiscard]] Vector columns_adjoint(const Vector& v, Index size) const {
    const Index blocks = static_cast<Index>(hessian_.list.size());
    Matrix t(program_.maps.width(), blocks);
    program_.maps.adjoint(hessian_.list, v, t);
    Vector result(size);
    result.head(t.size()) = Eigen::Map<const Vector>(t.data(), t.size());
    const Matrix& U = dual_.columns();
    result.tail(U.cols()) = U.transpose() * v;
    return result;
  }

  [[nodiscard]] Vector columns_times(const Vector& c) const {
    const Index p = program_.maps.width();
    const Index blocks = static_cast<Index>(hessian_.list.size());
    const Matrix t = Eigen::Map<const Matrix>(c.data(), p, blocks);
    const Matrix& U = dual_.columns();
    return program_.maps.fit(hessian_.list, t) + U * c.tail(U.cols());
  }

  /// The diagonal of H where every block counts with its mean entry.
  [[nodiscard]] Vector preconditioner() const {
    const double mean =
        hessian_.a.sum() * dual_.squares().mean() / static_cast<double>(program_.maps.samples());
    const Matrix squares = dual_.columns().cwiseAbs2();
    return (hessian_.diagonal + squares * hessian_.columns).array() + mean;
  }

  const BlockProgram& program_;
  const BlockDual& dual_;
  const DualHessian& hessian_;
  const RunControl& control_;
};

}  // namespace

DualSolve choose_dual_solve(Index samples, Index listed, Index width) {
  const double n = static_cast<double>(samples);
  const double columns = static_cast<double>(listed) * static_cast<double>(width);
  const double unusable = std::numeric_limits<double>::infinity();
  const double dense =
      n * n > kMostEntries ? unusable : n * n * (2 * static_cast<double>(listed) + n / 3);
  const double low =
      columns * columns > kMostEntries ? unusable : columns * columns * (n + columns / 3);
  if (std::min(dense, low) > kMostOperations) return DualSolve::kConjugate;
  return dense <= low ? DualSolve::kDense : DualSolve::kLowRank;
}

Vector solve_dual_system(const BlockProgram& program, const BlockDual& dual,
                         const DualHessian& hessian, const Vector& rhs, double accuracy,
                         DualSolve form, const RunControl& control) {
  const DualSystem system(program, dual, hessian, control);
  switch (form) {
    case DualSolve::kDense:
      return system.dense(rhs);
    case DualSolve::kLowRank:
      return system.low_rank(rhs);
    case DualSolve::kConjugate:
      return system.conjugate(rhs, accuracy);
  }
  return {};
}

}  // namespace thalweg::detail
