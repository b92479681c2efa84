#include "arrangement/flag_coordinates.hpp"

#include <Eigen/LU>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "thalweg/core/random.hpp"
#include "thalweg/exact/determinant.hpp"

namespace thalweg {
namespace {

constexpr double kUnit = 0x1p-53;

/// gamma_k of Higham, with room for the rounding of the bound itself.
double gamma(Index k) { return 1.01 * static_cast<double>(k) * kUnit; }

/// Bits of the functionals' entries: a vertex lies at infinity with probability about 2^-bits, and
/// there are at most C(N, r-1) of them; more bits cost sharpness of the integrality test.
int functional_bits(Index hyperplanes, Index rank) {
  double vertices = 1;
  for (Index k = 1; k < rank; ++k) {
    vertices *= static_cast<double>(hyperplanes - rank + 1 + k) / static_cast<double>(k);
  }
  return std::clamp(std::ilogb(std::max(vertices, 1.0)) + 8, 14, 30);
}

/// The power of two that brings the largest entry of a row into [1/2, 1); 1 where there is none.
double unit_scale(double largest) {
  const bool usable = largest > 0 && largest < std::numeric_limits<double>::infinity();
  return usable ? std::ldexp(1.0, -std::ilogb(largest) - 1) : 1.0;
}

/// A random orthogonal matrix, scaled and rounded to integers: as generic as any and well
/// conditioned. Only operations that IEEE arithmetic defines: every machine has the same flag for a
/// seed, so that ranges of work fit together. Inside a wall l_1 is along its normal, so that the
/// others, random in directions of the wall, are well conditioned there too.
Matrix random_functionals(const HyperplaneArrangement& arrangement, std::uint64_t seed,
                          Index wall) {
  const Index r = arrangement.rank();
  Random random(seed);
  const double scale = std::ldexp(1.0, functional_bits(arrangement.hyperplanes(), r));
  Matrix draw(r, r);
  for (double& entry : draw.reshaped()) entry = random.uniform() - 0.5;
  if (wall != FlagCoordinates::kNone) {
    draw.col(0) = arrangement.normals().row(wall).transpose();
  }
  const Matrix orthogonal = Eigen::HouseholderQR<Matrix>(draw).householderQ();
  return (scale * orthogonal.transpose()).array().round();
}

}  // namespace

FlagCoordinates::FlagCoordinates(const HyperplaneArrangement& arrangement,
                                 const RowDependence& dependence, std::uint64_t seed, Index wall)
    : FlagCoordinates(arrangement, dependence, random_functionals(arrangement, seed, wall), wall) {}

FlagCoordinates::FlagCoordinates(const HyperplaneArrangement& arrangement,
                                 const RowDependence& dependence, Matrix functionals, Index wall)
    : arrangement_(arrangement),
      dependence_(dependence),
      wall_(wall),
      functionals_(std::move(functionals)) {
  compute_rows();
  if (wall != kNone) restrict_to_wall();
  orientation_ = determinant_sign(assemble({}));
  if (orientation_ == 0) throw UnluckyFlag();
}

/// Y = X L^-1. *Error.* Let V be the computed inverse and D = I - L V with |D|_inf <= delta < 1.
/// Then L^-1 = V (I - D)^-1 differs from V by at most |V|_inf delta / (1 - delta) entrywise, and a
/// computed product of r terms by gamma_r times the sum of the moduli.
/// *Determinant.* Backward error of elimination gives P L + E = L' U' with |E| <= gamma_r |L'||U'|,
/// so |det L| = prod |u_ii| up to the factor (1 + |L^-1|_inf |E|_inf)^r.
void FlagCoordinates::compute_rows() {
  const Matrix& X = arrangement_.normals();
  const Index r = X.cols();
  const Eigen::PartialPivLU<Matrix> lu(functionals_);
  const Matrix inverse = lu.inverse();
  const auto infinity_norm = [](const Matrix& A) {
    return A.rows() == 0 ? 0.0 : 1.01 * A.cwiseAbs().rowwise().sum().maxCoeff();
  };
  const Matrix defect = Matrix::Identity(r, r) - functionals_ * inverse;
  const double delta =
      infinity_norm(defect) + gamma(r + 2) * infinity_norm(functionals_) * infinity_norm(inverse);
  const double inverse_error =
      delta < 0.5 ? 2 * infinity_norm(inverse) * delta : std::numeric_limits<double>::infinity();

  const Matrix& packed = lu.matrixLU();
  // Partial pivoting: |L'| has entries at most 1.
  const double backward =
      gamma(r) * static_cast<double>(r) * infinity_norm(packed) * infinity_norm(inverse) * 2;
  determinant_bound_ = backward < 1e-6 / static_cast<double>(r + 1)
                           ? 1.001 * std::abs(packed.diagonal().prod())
                           : std::numeric_limits<double>::infinity();

  Y_ = X * inverse;
  scales_ = arrangement_.integer_scales();
  const double largest_inverse = r == 0 ? 0 : inverse.cwiseAbs().maxCoeff();
  for (Index i = 0; i < Y_.rows(); ++i) {
    const double scale = unit_scale(Y_.row(i).cwiseAbs().maxCoeff());
    const double length = 1.01 * X.row(i).cwiseAbs().sum();
    Y_.row(i) *= scale;
    scales_[i] /= scale;
    error_ = std::max(error_, 1.01 * scale * length * (inverse_error + gamma(r) * largest_inverse));
  }
  if (!Y_.allFinite()) error_ = std::numeric_limits<double>::infinity();
}

/// Row k minus the multiple of the wall's row that clears column 1, without that column. *Error.*
/// The quotient q of entries a, p, each within e, is computed within (e + |q| e) / (|p| - e) +
/// 2 u |q|; the rest is the product and the difference.
void FlagCoordinates::restrict_to_wall() {
  const Vector normal = Y_.row(wall_);
  const double pivot = normal[0];
  const double room = std::abs(pivot) - error_;
  const double height = normal.cwiseAbs().maxCoeff();
  Matrix reduced(Y_.rows(), Y_.cols() - 1);
  double worst = room > 0 ? 0 : std::numeric_limits<double>::infinity();
  for (Index i = 0; i < Y_.rows(); ++i) {
    const double q = Y_(i, 0) / pivot;
    const double q_error = 1.01 * (error_ * (1 + std::abs(q)) / room + 2 * kUnit * std::abs(q));
    Vector row = Y_.row(i).tail(reduced.cols()).transpose() - q * normal.tail(reduced.cols());
    const double absolute = error_ * (1 + std::abs(q) + q_error) + height * q_error +
                            2 * kUnit * (std::abs(q) * height + 1);
    const double scale =
        row.size() == 0 || i == wall_ ? 1.0 : unit_scale(row.cwiseAbs().maxCoeff());
    reduced.row(i) = scale * row.transpose();
    scales_[i] /= scale;
    if (i != wall_) worst = std::max(worst, 1.01 * scale * absolute);
  }
  reduced.row(wall_).setZero();
  determinant_bound_ *= 1.01 * scales_[wall_] * (std::abs(pivot) + error_);
  if (!reduced.allFinite()) {
    reduced.setZero();
    worst = std::numeric_limits<double>::infinity();
  }
  Y_ = std::move(reduced);
  error_ = worst;
}

int FlagCoordinates::sign(std::span<const Index> rows) const {
  return orientation_ * determinant_sign(assemble(rows));
}

int FlagCoordinates::likely_sign(std::span<const Index> rows) const {
  return orientation_ * likely_determinant_sign(assemble(rows));
}

/// The wall, the rows, and the functionals that vanish on their subspace.
Matrix FlagCoordinates::assemble(std::span<const Index> rows) const {
  const Matrix& X = arrangement_.normals();
  const Index r = X.cols();
  const Index offset = wall_ == kNone ? 0 : 1;
  Matrix A(r, r);
  Index filled = 0;
  if (wall_ != kNone) A.row(filled++) = X.row(wall_);
  for (const Index row : rows) {
    A.row(filled++) =
        row < hyperplanes() ? X.row(row) : functionals_.row(row - hyperplanes() + offset - 1);
  }
  for (; filled < r; ++filled) A.row(filled) = functionals_.row(filled);
  return A;
}

bool FlagCoordinates::dependent(std::span<const Index> rows) const {
  if (wall_ == kNone) return dependence_.dependent(rows);
  std::vector<Index> all(rows.begin(), rows.end());
  all.push_back(wall_);
  return dependence_.dependent(all);
}

}  // namespace thalweg
