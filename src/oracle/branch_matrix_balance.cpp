#include "oracle/branch_matrix_balance.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <vector>

#include "oracle/branch_balancing.hpp"
#include "oracle/branch_projection.hpp"

namespace thalweg::oracle {
namespace {

constexpr double kToBoundary = 0.99;
constexpr double kCentring = 0.1;
/// After a shorter step the slack starts again from the centre.
constexpr double kShortStep = 0.1;
constexpr int kMostHalvings = 6;
/// Part of the identity that S keeps.
constexpr double kLeastShare = 1e-13;

/// z as a matrix with at most as many rows as columns, and back.
class WideMatrix {
 public:
  explicit WideMatrix(const BlockNorm& norm) : norm_(norm), flipped_(norm.rows() > norm.cols()) {}

  [[nodiscard]] Index rows() const { return std::min(norm_.rows(), norm_.cols()); }
  [[nodiscard]] Matrix matrix(const Vector& z) const {
    const Matrix columns = z.reshaped(norm_.cols(), norm_.rows());
    return flipped_ ? columns : Matrix(columns.transpose());
  }
  [[nodiscard]] Vector vector(const Matrix& wide) const {
    return flipped_ ? Vector(wide.reshaped()) : Vector(wide.transpose().reshaped());
  }

 private:
  const BlockNorm& norm_;
  bool flipped_;
};

Matrix symmetric(const Matrix& A) { return 0.5 * (A + A.transpose()); }

/// Symmetric k x k matrices as vectors with the same inner product.
class SymmetricSpace {
 public:
  explicit SymmetricSpace(Index k) : k_(k) {}

  [[nodiscard]] Index size() const { return k_ * (k_ + 1) / 2; }
  [[nodiscard]] Vector vector(const Matrix& A) const {
    Vector v(size());
    Index at = 0;
    for (Index i = 0; i < k_; ++i) {
      v[at++] = A(i, i);
      for (Index j = 0; j < i; ++j) v[at++] = std::sqrt(2.0) * A(i, j);
    }
    return v;
  }
  [[nodiscard]] Matrix matrix(const Vector& v) const {
    Matrix A(k_, k_);
    Index at = 0;
    for (Index i = 0; i < k_; ++i) {
      A(i, i) = v[at++];
      for (Index j = 0; j < i; ++j) A(i, j) = A(j, i) = v[at++] / std::sqrt(2.0);
    }
    return A;
  }

 private:
  Index k_;
};

/// The share of `move` after which the positive definite A is still definite.
double share_within(const Matrix& A, const Matrix& move) {
  const Eigen::LLT<Matrix> root(A);
  const Matrix half = root.matrixL().solve(move);
  const Matrix relative = root.matrixL().solve(half.transpose());
  const double least =
      Eigen::SelfAdjointEigenSolver<Matrix>(symmetric(relative), Eigen::EigenvaluesOnly)
          .eigenvalues()[0];
  return least < 0 ? std::min(1.0, -kToBoundary / least) : 1;
}

class MatrixBalance {
 public:
  MatrixBalance(const BlockNorm& norm, const ConeProgram& program)
      : norm_(norm),
        wide_(norm),
        space_(wide_.rows()),
        program_(program),
        scaled_(program),
        S_(Matrix::Identity(wide_.rows(), wide_.rows()) / static_cast<double>(wide_.rows())) {
    for (Index i = 0; i < program.rows.cols(); ++i) {
      rows_.push_back(wide_.matrix(program.rows.col(i)));
    }
  }

  /// Projects for the present S.
  void project() {
    const Matrix root = S_.llt().matrixU();
    scaled_.c = (root * wide_.matrix(program_.c)).reshaped();
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      scaled_.rows.col(static_cast<Index>(i)) = (root * rows_[i]).reshaped();
    }
    projection_ = project_to_box(scaled_);
    Z_ = wide_.matrix(program_.c + program_.rows * projection_.multipliers);
    square_ = Z_ * Z_.transpose();
    if (slack_.size() == 0) {
      tau_ = 1.1 * upper() * upper();
      slack_ = tau_ * Matrix::Identity(S_.rows(), S_.cols()) - square_;
    }
  }
  [[nodiscard]] double upper() const {
    const Eigen::SelfAdjointEigenSolver<Matrix> solver(square_, Eigen::EigenvaluesOnly);
    return std::sqrt(std::max(0.0, solver.eigenvalues().maxCoeff()));
  }
  [[nodiscard]] double lower() const { return std::sqrt(S_.cwiseProduct(square_).sum()); }
  [[nodiscard]] const Vector& multipliers() const { return projection_.multipliers; }
  [[nodiscard]] Vector w() const {
    const Vector w = wide_.vector(S_ * Z_);
    const double length = norm_.value(w);
    return length > 0 ? Vector(w / length) : w;
  }

  /// Projects for the next S: one Newton step of S V = centre, V = tau - Z Z^T, tr S = 1, shortened
  /// until phi + centre log det S rises. False when none can be made.
  bool step() {
    const Index m = space_.size();
    const Index k = S_.rows();
    const Matrix one = Matrix::Identity(k, k);
    const double centre = kCentring * S_.cwiseProduct(slack_).sum() / static_cast<double>(k);
    const Matrix inverse = slack_.inverse();
    const Matrix Q = curvature();
    const Matrix defect = tau_ * one - square_ - slack_;
    // dS + sym(S dV V^-1) = centre V^-1 - S with dV = dtau + Q dS + defect.
    Matrix system = Matrix::Zero(m + 1, m + 1);
    for (Index i = 0; i < m; ++i) {
      const Matrix unit = space_.matrix(Vector::Unit(m, i));
      const Matrix bent = space_.matrix(Q.col(i));
      system.col(i).head(m) = space_.vector(unit + symmetric(S_ * bent * inverse));
      system(m, i) = unit.trace();
    }
    system.col(m).head(m) = space_.vector(symmetric(S_ * inverse));
    Vector rest(m + 1);
    rest.head(m) = space_.vector(centre * inverse - S_ - symmetric(S_ * defect * inverse));
    rest[m] = 1 - S_.trace();
    const Vector move = system.partialPivLu().solve(rest);
    if (!move.allFinite()) return false;
    const Matrix dS = space_.matrix(move.head(m));
    const Matrix dV = move[m] * one + space_.matrix(Q * move.head(m)) + defect;
    double size = std::min(share_within(S_, dS), share_within(slack_, dV));
    const Matrix from = S_;
    const double before = merit(centre);
    for (int halving = 0; halving < kMostHalvings; ++halving, size /= 2) {
      S_ = from + size * dS + kLeastShare * one;
      S_ /= S_.trace();
      project();
      if (merit(centre) >= before * (1 - 1e-14)) break;
    }
    tau_ += size * move[m];
    slack_ += size * dV;
    // From the centre again, the same distance from the end.
    if (size < kShortStep) slack_ = centre / kCentring * S_.inverse();
    return std::isfinite(slack_.sum());
  }

 private:
  [[nodiscard]] double merit(double centre) const {
    const Vector pivots = S_.llt().matrixLLT().diagonal();
    return S_.cwiseProduct(square_).sum() + 2 * centre * pivots.array().log().sum();
  }

  /// Minus the derivative of Z Z^T in S: with the free rows F_i, B_i = sym(F_i Z^T) and G_ij = tr
  /// F_i^T S F_j it is 2 sum_ij B_i (G^-1)_ij <B_j, dS>.
  [[nodiscard]] Matrix curvature() const {
    const auto& free = projection_.free;
    Matrix B(space_.size(), static_cast<Index>(free.size()));
    if (free.empty()) return Matrix::Zero(space_.size(), space_.size());
    for (Index i = 0; i < B.cols(); ++i) {
      const Matrix& row = rows_[static_cast<std::size_t>(free[static_cast<std::size_t>(i)])];
      B.col(i) = space_.vector(symmetric(row * Z_.transpose()));
    }
    const Matrix scaled = scaled_.rows(Eigen::all, free);
    return 2 * B * (scaled.transpose() * scaled).ldlt().solve(B.transpose());
  }

  const BlockNorm& norm_;
  WideMatrix wide_;
  SymmetricSpace space_;
  const ConeProgram& program_;
  std::vector<Matrix> rows_;
  ConeProgram scaled_;
  Matrix S_;
  Matrix slack_;  ///< V
  double tau_ = 0;
  BoxProjection projection_;
  Matrix Z_;
  Matrix square_;  ///< Z Z^T
};

}  // namespace

ConeProgramSolution balance_matrix(const BlockNorm& norm, const ConeProgram& program,
                                   const ConeProgramGoal& goal) {
  MatrixBalance balance(norm, program);
  return run_balance(balance, norm, program, goal);
}

}  // namespace thalweg::oracle
