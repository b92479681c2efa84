#include "oracle/branch_balance.hpp"

#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <algorithm>
#include <cmath>

#include "oracle/branch_balancing.hpp"
#include "oracle/branch_projection.hpp"

namespace thalweg::oracle {
namespace {

constexpr double kToBoundary = 0.99;
constexpr double kCentring = 0.1;
constexpr int kMostHalvings = 6;
constexpr double kFarFromCentre = 1e3;
/// Groups of less weight than this have none.
constexpr double kLeastShare = 1e-14;

class Balance {
 public:
  Balance(const BlockNorm& norm, const ConeProgram& program)
      : norm_(norm),
        program_(program),
        scaled_(program),
        eta_(Vector::Constant(count(), 1.0 / static_cast<double>(count()))) {}

  /// Projects for the present eta.
  void project() {
    each([this](const BlockNorm::Group& group, Index g) {
      const double scale = std::sqrt(eta_[g]) / group.weight;
      scaled_.c.segment(group.first, group.size) =
          scale * program_.c.segment(group.first, group.size);
      scaled_.rows.middleRows(group.first, group.size) =
          scale * program_.rows.middleRows(group.first, group.size);
    });
    projection_ = project_to_box(scaled_);
    z_ = program_.c + program_.rows * projection_.multipliers;
    squares_.resize(count());
    each([this](const BlockNorm::Group& group, Index g) {
      squares_[g] =
          z_.segment(group.first, group.size).squaredNorm() / (group.weight * group.weight);
    });
    if (slack_.size() == 0) {
      tau_ = squares_.maxCoeff() * 1.1;
      slack_ = tau_ - squares_.array();
    }
  }
  [[nodiscard]] double upper() const { return std::sqrt(squares_.maxCoeff()); }
  [[nodiscard]] double lower() const { return std::sqrt(eta_.dot(squares_)); }
  [[nodiscard]] const Vector& multipliers() const { return projection_.multipliers; }
  /// Of the cone, N(w) = 1 unless it is 0.
  [[nodiscard]] Vector w() const {
    Vector w(z_.size());
    each([&](const BlockNorm::Group& group, Index g) {
      w.segment(group.first, group.size) =
          eta_[g] / (group.weight * group.weight) * z_.segment(group.first, group.size);
    });
    const double length = norm_.value(w);
    return length > 0 ? Vector(w / length) : w;
  }

  /// Projects for the next eta: one Newton step of eta_g s_g = centre, s_g = tau - r_g^2,
  /// sum eta = 1, shortened until phi + centre sum log eta rises. False when none can be made.
  bool step() {
    const Index g = count();
    const double centre = kCentring * eta_.dot(slack_) / static_cast<double>(g);
    const Matrix Q = curvature();
    Matrix system = Matrix::Zero(g + 1, g + 1);
    Vector rest(g + 1);
    const Vector defect = tau_ - squares_.array() - slack_.array();
    system.topLeftCorner(g, g) = eta_.asDiagonal() * Q;
    system.topLeftCorner(g, g).diagonal() += slack_;
    system.topRightCorner(g, 1) = eta_;
    system.bottomLeftCorner(1, g).setOnes();
    rest.head(g) = centre - eta_.array() * (slack_ + defect).array();
    rest[g] = 1 - eta_.sum();
    const Vector move = system.partialPivLu().solve(rest);
    if (!move.allFinite()) return false;
    const Vector deta = move.head(g);
    const Vector dslack = (Q * deta + defect).array() + move[g];
    double size = 1;
    for (Index k = 0; k < g; ++k) {
      if (deta[k] < 0) size = std::min(size, -kToBoundary * eta_[k] / deta[k]);
      if (dslack[k] < 0) size = std::min(size, -kToBoundary * slack_[k] / dslack[k]);
    }
    const Vector from = eta_;
    const double before = merit(centre);
    for (int halving = 0; halving < kMostHalvings; ++halving, size /= 2) {
      eta_ = (from + size * deta).cwiseMax(kLeastShare);
      eta_ /= eta_.sum();
      project();
      if (merit(centre) >= before * (1 - 1e-14)) break;
    }
    tau_ += size * move[g];
    slack_ += size * dslack;
    for (Index k = 0; k < g; ++k) {
      const double middle = centre / eta_[k];
      slack_[k] = std::clamp(slack_[k], middle / kFarFromCentre, middle * kFarFromCentre);
    }
    return true;
  }

 private:
  [[nodiscard]] Index count() const { return static_cast<Index>(norm_.group_list().size()); }
  template <typename Function>
  void each(const Function& function) const {
    Index g = 0;
    for (const BlockNorm::Group& group : norm_.group_list()) function(group, g++);
  }

  [[nodiscard]] double merit(double centre) const {
    return eta_.dot(squares_) + centre * eta_.array().log().sum();
  }

  /// Minus the derivative of the squares in eta. With the free columns F, v_g = F_g^T z_g /
  /// weight_g^2 and S = F^T diag(eta / weight^2) F it is 2 v_g^T S^-1 v_h.
  [[nodiscard]] Matrix curvature() const {
    const auto& free = projection_.free;
    if (free.empty()) return Matrix::Zero(count(), count());
    const Matrix F = program_.rows(Eigen::all, free);
    const Matrix scaled = scaled_.rows(Eigen::all, free);
    Matrix v(F.cols(), count());
    each([&](const BlockNorm::Group& group, Index g) {
      v.col(g) = F.middleRows(group.first, group.size).transpose() *
                 z_.segment(group.first, group.size) / (group.weight * group.weight);
    });
    return 2 * v.transpose() * (scaled.transpose() * scaled).ldlt().solve(v);
  }

  const BlockNorm& norm_;
  const ConeProgram& program_;
  ConeProgram scaled_;
  Vector eta_;
  Vector slack_;
  double tau_ = 0;
  BoxProjection projection_;
  Vector z_;
  Vector squares_;  ///< r_g^2
};

}  // namespace

ConeProgramSolution balance_groups(const BlockNorm& norm, const ConeProgram& program,
                                   const ConeProgramGoal& goal) {
  Balance balance(norm, program);
  return run_balance(balance, norm, program, goal);
}

}  // namespace thalweg::oracle
