#include "oracle/branch_projection.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>

namespace thalweg::oracle {
namespace {

/// Slopes and new columns below this share of what they are made of are rounding.
constexpr double kRounding = 1e-13;
constexpr double kDependent = 1e-11;

/// Columns have length 1.
class ActiveSet {
 public:
  explicit ActiveSet(const ConeProgram& program)
      : c_(program.c),
        length_(program.rows.colwise().norm().transpose()),
        H_(program.rows * length_.cwiseInverse().asDiagonal()),
        upper_(program.upper.cwiseProduct(length_)),
        mu_(Vector::Zero(upper_.size())),
        barred_(static_cast<std::size_t>(upper_.size()), false),
        z_(c_) {}

  void run() {
    const Index most = 10 * (H_.cols() + H_.rows()) + 20;
    for (Index step = 0; step < most; ++step) {
      const Index entering = choose();
      if (entering < 0) return;
      if (!enter(entering)) barred_[static_cast<std::size_t>(entering)] = true;
    }
  }
  [[nodiscard]] const Vector& z() const { return z_; }
  [[nodiscard]] const std::vector<Index>& free() const { return free_; }
  [[nodiscard]] Vector multipliers() const { return mu_.cwiseQuotient(length_); }

 private:
  /// The bound whose release shortens z most; -1 at the optimum.
  [[nodiscard]] Index choose() const {
    const Vector slope = H_.transpose() * z_;
    Index best = -1;
    double most = kRounding * c_.norm();
    for (Index i = 0; i < mu_.size(); ++i) {
      if (barred_[static_cast<std::size_t>(i)]) continue;
      if (std::find(free_.begin(), free_.end(), i) != free_.end()) continue;
      const double gain = mu_[i] > 0 ? slope[i] : -slope[i];
      if (gain > most) {
        most = gain;
        best = i;
      }
    }
    return best;
  }

  /// Frees a multiplier, and moves to the minimum over the free ones, fixing those that meet a
  /// bound. False, and nothing changed, when its column depends on the free ones.
  bool enter(Index entering) {
    const bool rises = mu_[entering] == 0;
    free_.push_back(entering);
    for (bool first = true; !free_.empty(); first = false) {
      Matrix columns(H_.rows(), static_cast<Index>(free_.size()));
      for (Index k = 0; k < columns.cols(); ++k) columns.col(k) = H_.col(at(k));
      const Eigen::HouseholderQR<Matrix> qr(columns);
      const Index last = columns.cols() - 1;
      const bool independent =
          columns.cols() <= columns.rows() && std::abs(qr.matrixQR()(last, last)) > kDependent;
      const Vector move = independent ? Vector(qr.solve(-z_)) : Vector();
      if (first && (!independent || (rises ? !(move[last] > 0) : !(move[last] < 0)))) {
        free_.pop_back();
        return false;
      }
      if (!independent || step(move)) break;
    }
    std::fill(barred_.begin(), barred_.end(), false);
    return true;
  }

  /// Moves as far as the bounds allow; true when that is all the way.
  bool step(const Vector& move) {
    double share = 1;
    Index leaving = -1;
    for (Index k = 0; k < move.size(); ++k) {
      const double room = move[k] < 0 ? mu_[at(k)] : upper_[at(k)] - mu_[at(k)];
      if (room < share * std::abs(move[k])) {
        share = room / std::abs(move[k]);
        leaving = k;
      }
    }
    for (Index k = 0; k < move.size(); ++k) {
      mu_[at(k)] = std::clamp(mu_[at(k)] + share * move[k], 0.0, upper_[at(k)]);
    }
    if (leaving >= 0) {
      mu_[at(leaving)] = move[leaving] < 0 ? 0 : upper_[at(leaving)];
      free_.erase(free_.begin() + leaving);
    }
    z_ = c_ + H_ * mu_;
    return leaving < 0;
  }

  [[nodiscard]] Index at(Index k) const { return free_[static_cast<std::size_t>(k)]; }

  const Vector& c_;
  Vector length_;
  Matrix H_;
  Vector upper_;
  Vector mu_;
  std::vector<Index> free_;
  std::vector<bool> barred_;  ///< dependent on the free columns as they are
  Vector z_;
};

}  // namespace

BoxProjection project_to_box(const ConeProgram& program) {
  ActiveSet active(program);
  active.run();
  return {active.multipliers(), active.z(), active.free()};
}

}  // namespace thalweg::oracle
