#include "oracle/branch_interior_point.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>

#include "oracle/branch_spectral_barrier.hpp"

namespace thalweg::oracle {
namespace {

constexpr int kMostSteps = 60;
constexpr int kMostHalvings = 40;
constexpr double kStart = 0.1;  ///< of epsilon and the multipliers, in units of N_*(c)
/// Multipliers are kept below this, so that cones without interior do not send them to infinity.
constexpr double kLargest = 1e8;
/// Steps this short show that rounding has been reached.
constexpr double kTinyStep = 0.01;
constexpr int kMostTinySteps = 3;
constexpr double kToBoundary = 0.99;
constexpr double kFarFromCentre = 1e4;
/// After a shorter step the iteration starts again from the centre.
constexpr double kShortStep = 0.1;

/// The program in units of N_*(c), with rows of dual norm 1: the barrier function
///   F = t - epsilon (sum_g log(t^2 - r_g(z)^2) + sum log mu + sum log(upper - mu)),  z = c + H mu.
class Iteration {
 public:
  Iteration(const BlockNorm& norm, const ConeProgram& program, double unit)
      : norm_(norm),
        c_(program.c / unit),
        length_(program.rows.cols()),
        H_(program.rows),
        upper_(program.upper.size()),
        at_(norm, c_) {
    for (Index i = 0; i < H_.cols(); ++i) {
      const double length = norm.dual(H_.col(i));
      H_.col(i) /= length;
      length_[i] = length / unit;
      upper_[i] = std::min(program.upper[i] * length_[i], kLargest);
    }
    mu_ = upper_.cwiseMin(2 * kStart) / 2;
    below_ = epsilon_ * mu_.cwiseInverse();
    above_ = epsilon_ * (upper_ - mu_).cwiseInverse();
    z_ = c_ + H_ * mu_;
    at_ = SpectralRadii(norm_, z_);
    const Vector& r = at_.radii();
    t_ = at_.norm() + 2 * kStart * static_cast<double>(r.size());
    share_ = epsilon_ * (t_ - r.array()).inverse();
  }

  [[nodiscard]] double value() const { return at_.norm(); }
  [[nodiscard]] const Vector& w() const { return w_; }
  [[nodiscard]] Vector multipliers() const { return mu_.cwiseQuotient(length_); }
  /// On the central path the value is at most this above the optimum.
  [[nodiscard]] double gap() const {
    return epsilon_ * static_cast<double>(2 * mu_.size() + 2 * share_.size());
  }

  /// One step; false when nothing moves any more.
  bool step() {
    const Vector r = at_.radii();
    const Matrix E = at_.gradients();
    const Vector gap = t_ - r.array();
    const Vector weights = share_.cwiseProduct(gap);
    const Vector near = weights.array() / gap.array().square();
    const Vector far = weights.array() / (t_ + r.array()).square();
    const double stiffness = (near + far).sum();
    const Vector product = gap.array() * (t_ + r.array());
    const double slope_t = 1 - (2 * epsilon_ * t_ * product.cwiseInverse()).sum();
    const Vector slope_z =
        E * (2 * epsilon_ * r.cwiseQuotient(product) + (slope_t / stiffness) * (near - far));

    const Vector room = upper_ - mu_;
    const Vector pull =
        (epsilon_ / mu_.array() - epsilon_ / room.array()).matrix() - H_.transpose() * slope_z;
    const Vector curvature = below_.cwiseQuotient(mu_) + above_.cwiseQuotient(room);
    const Matrix root = at_.hessian_root(t_, weights);
    const Vector dmu = direction(root, curvature, pull);
    if (!dmu.allFinite()) return false;
    const Vector dr = E.transpose() * (H_ * dmu);
    const double dt = ((near - far).dot(dr) - slope_t) / stiffness;
    const Vector dgap = dt - dr.array();
    const double size = shorten(dmu);
    // What the step's linear equations say about w, and what the shares say.
    const Vector ahead = slope_z + root * (root.transpose() * (H_ * dmu));
    move_shares(size, gap, dgap);
    move_slacks(size, dmu, room);
    mu_ += size * dmu;
    z_ = c_ + H_ * mu_;
    at_ = SpectralRadii(norm_, z_);
    raise(size * dt, gap);
    consider(ahead / std::max(1.0, norm_.value(ahead)));
    consider(at_.gradients() * (share_ / std::max(1.0, share_.sum())));
    stuck_ = size < kTinyStep ? stuck_ + 1 : stuck_;
    if (size > kShortStep) {
      epsilon_ *= size > 0.9 ? 0.1 : size > 0.5 ? 0.3 : 0.7;
      recentre(kFarFromCentre);
    } else {
      epsilon_ = mean_product();
      t_ = best_height(at_.radii(), epsilon_);
      recentre(1);
    }
    return stuck_ < kMostTinySteps;
  }

 private:
  /// (diag(curvature) + H^T R R^T H)^-1 pull.
  [[nodiscard]] Vector direction(const Matrix& root, const Vector& curvature,
                                 const Vector& pull) const {
    const Vector soft = curvature.cwiseInverse();
    const Matrix seen = H_.transpose() * root;
    Matrix system = seen.transpose() * soft.asDiagonal() * seen;
    system.diagonal().array() += 1;
    const Vector easy = soft.cwiseProduct(pull);
    const Vector v = system.llt().solve(seen.transpose() * easy);
    return easy - soft.cwiseProduct(seen * v);
  }

  /// Keeps w when it is nearer to the rows' side and to the dual value than what was kept.
  void consider(const Vector& w) {
    const Vector inside = H_.transpose() * w;
    double defect = value() - c_.dot(w);
    double outside = 0;
    for (Index i = 0; i < inside.size(); ++i) {
      if (inside[i] >= 0) continue;
      if (upper_[i] < kLargest) {
        defect -= upper_[i] * inside[i];
      } else {
        outside = std::max(outside, -inside[i]);
      }
    }
    defect = std::max(defect, outside);
    if (defect > defect_) return;
    defect_ = defect;
    w_ = w;
  }

  /// F at the best t.
  [[nodiscard]] double barrier(const Vector& mu) const {
    const Vector radii = singular_values(norm_, c_ + H_ * mu);
    const double t = best_height(radii, epsilon_);
    return t - epsilon_ * ((t - radii.array()).log().sum() + (t + radii.array()).log().sum() +
                           mu.array().log().sum() + (upper_ - mu).array().log().sum());
  }

  /// The share of the step that keeps to the interior and lowers the barrier function.
  [[nodiscard]] double shorten(const Vector& dmu) const {
    double size = 1;
    for (Index i = 0; i < mu_.size(); ++i) {
      if (dmu[i] < 0) size = std::min(size, -kToBoundary * mu_[i] / dmu[i]);
      if (dmu[i] > 0) size = std::min(size, kToBoundary * (upper_[i] - mu_[i]) / dmu[i]);
    }
    const double now = barrier(mu_);
    const double rounding = 1e-15 * (1 + std::abs(now));
    for (int halving = 0; halving < kMostHalvings; ++halving, size /= 2) {
      if (barrier(mu_ + size * dmu) <= now + rounding) return size;
    }
    return 0;
  }

  /// t after a step: where its Newton step leaves too little room above the radii, which are
  /// convex, the best one.
  void raise(double dt, const Vector& gap) {
    const double t = t_ + dt;
    const Vector& r = at_.radii();
    const bool fits = ((t - r.array()) >= (1 - kToBoundary) * gap.array()).all();
    t_ = fits ? t : best_height(r, epsilon_);
  }

  /// Moves positive duals along their Newton direction by a share of it, not to the boundary.
  static void move_dual(double size, const Vector& move, Vector& dual) {
    for (Index i = 0; i < dual.size(); ++i) {
      if (move[i] < 0) size = std::min(size, -kToBoundary * dual[i] / move[i]);
    }
    dual += size * move;
  }
  void move_shares(double size, const Vector& gap, const Vector& dgap) {
    move_dual(size, (epsilon_ - share_.array() * dgap.array()) / gap.array() - share_.array(),
              share_);
  }
  void move_slacks(double size, const Vector& dmu, const Vector& room) {
    move_dual(size, (epsilon_ - below_.array() * dmu.array()) / mu_.array() - below_.array(),
              below_);
    move_dual(size, (epsilon_ + above_.array() * dmu.array()) / room.array() - above_.array(),
              above_);
  }

  [[nodiscard]] double mean_product() const {
    const double sum = share_.dot((t_ - at_.radii().array()).matrix()) + below_.dot(mu_) +
                       above_.dot(upper_ - mu_);
    return sum / static_cast<double>(share_.size() + 2 * mu_.size());
  }
  /// Keeps products of slack and dual within a factor of epsilon.
  void recentre(double factor) {
    const auto clamp = [this, factor](double dual, double room) {
      return std::clamp(dual, epsilon_ / (factor * room), factor * epsilon_ / room);
    };
    for (Index i = 0; i < mu_.size(); ++i) {
      below_[i] = clamp(below_[i], mu_[i]);
      above_[i] = clamp(above_[i], upper_[i] - mu_[i]);
    }
    for (Index g = 0; g < share_.size(); ++g) share_[g] = clamp(share_[g], t_ - at_.radii()[g]);
  }

  const BlockNorm& norm_;
  Vector c_;
  Vector length_;  ///< N_*(h_i) over the unit
  Matrix H_;
  Vector upper_;
  Vector mu_;
  Vector below_;  ///< dual of mu >= 0: h_i^T w where positive
  Vector above_;  ///< dual of mu <= upper
  Vector z_;
  SpectralRadii at_;  ///< at z
  double t_ = 0;
  Vector share_;  ///< dual of t >= r_g; they sum to 1
  Vector w_ = Vector::Zero(c_.size());
  double epsilon_ = kStart;
  double defect_ = std::numeric_limits<double>::infinity();  ///< of w
  int stuck_ = 0;
};

}  // namespace

ConeProgramSolution follow_path(const BlockNorm& norm, const ConeProgram& program,
                                const ConeProgramGoal& goal) {
  const double unit = norm.dual(program.c);
  const Index q = program.rows.cols();
  ConeProgramSolution best{Vector::Zero(q), Vector::Zero(program.c.size()), unit};
  if (!(unit > 0)) return best;
  Iteration iteration(norm, program, unit);
  const double target = goal.target / unit;
  for (int step = 0; step < kMostSteps; ++step) {
    if (step > 0 && best.value <= goal.target) break;
    const double gap = iteration.gap();
    if (gap <= goal.accuracy || gap <= goal.undecided * (iteration.value() - target)) break;
    const bool moves = iteration.step();
    const double value = iteration.value() * unit;
    best.w = iteration.w();
    if (value < best.value) {
      best.value = value;
      best.multipliers = iteration.multipliers();
    }
    if (!moves) break;
  }
  return best;
}

}  // namespace thalweg::oracle
