#include "thalweg/convex/semismooth_newton.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "convex/blas.hpp"
#include "convex/block_point.hpp"
#include "convex/dual_loss.hpp"
#include "convex/dual_newton_system.hpp"

namespace thalweg {
namespace {

using detail::BlockDual;
using detail::DualHessian;

/// The penalty parameters at first, in units of the curvature of -D against that of the penalty
/// term: p / mean |A_i|_F^2 for blocks, 1 / |u_k|^2 for other columns, 1 for bounds.
constexpr double kFirstSigma = 40;
constexpr double kFirstColumnSigma = 100;
constexpr double kFirstBoundSigma = 100;
constexpr double kGrowth = 5;        ///< of sigma between outer iterations
constexpr double kMostGrowth = 1e9;  ///< over the whole run
constexpr int kOuterIterations = 120;
constexpr int kInnerSteps = 40;
constexpr double kColdShare = 1e-3;   ///< DualLoss::interior of a first point
constexpr double kWarmShare = 1e-12;  ///< and of a given one
constexpr int kBoundEvery = 3;        ///< Newton steps between two evaluations of the gap

class SemismoothNewton {
 public:
  SemismoothNewton(const BlockProgram& program, const SolverSettings& settings)
      : program_(program),
        settings_(settings),
        dual_(program),
        loss_(program.problem.loss(), program.problem.y()),
        w_(Matrix::Zero(program.maps.width(), program.maps.blocks())),
        G_(Matrix::Zero(program.maps.width(), program.maps.blocks())),
        slack_(Vector::Zero(program.problem.samples())),
        v_(Vector::Zero(program.problem.affine_size())) {
    const double unit = loss_.least_curvature();
    const double square = dual_.squares().size() > 0 ? dual_.squares().mean() : 0;
    sigma_ =
        square > 0 ? kFirstSigma * unit * static_cast<double>(program.maps.width()) / square : 1;
    most_sigma_ = kMostGrowth * sigma_;
    const Vector lengths = dual_.columns().colwise().squaredNorm().transpose();
    column_sigma_ =
        (lengths.array() > 0).select(kFirstColumnSigma * unit * lengths.cwiseInverse(), 1.0);
    bound_sigma_ = kFirstBoundSigma * unit;
  }

  BlockSolution run(const BlockSolution* start) {
    const Stopwatch watch;
    begin(start);
    SolverInfo& info = best_.info;
    SolverStatus status = SolverStatus::kReducedAccuracy;
    for (int outer = 0; outer < kOuterIterations; ++outer) {
      const bool progress = minimise();
      if (gap_ <= settings_.relative_gap) {
        status = SolverStatus::kSolved;
        break;
      }
      if (settings_.control.should_stop()) {
        status = SolverStatus::kStopped;
        break;
      }
      if (steps_ >= settings_.max_steps) {
        status = SolverStatus::kStepLimit;
        break;
      }
      if (!progress && ++idle_ > 3) break;
      accept_multipliers();
    }
    info.status = status;
    info.steps = steps_;
    info.seconds = watch.seconds();
    return std::move(best_);
  }

 private:
  void begin(const BlockSolution* start) {
    const TrainingProblem& problem = program_.problem;
    if (start != nullptr && start->dual.size() == problem.samples()) {
      nu_ = loss_.interior(start->dual, kWarmShare);
      for (std::size_t k = 0; k < start->active.size(); ++k) {
        w_.col(start->active[k]) = start->W.col(static_cast<Index>(k));
      }
      v_ = problem.stack({start->bias, start->skip});
      slack_ = loss_.slack_of(program_.maps.fit(start->active, start->W) + dual_.columns() * v_);
    } else {
      nu_ = problem.dual_point(Vector::Constant(problem.samples(), problem.bias_of_zero_network()));
      nu_ = loss_.interior(problem.project_to_dual_domain(nu_), kColdShare);
      v_ = problem.stack({problem.bias_of_zero_network(), {}});
    }
    program_.maps.adjoint(dual_.all(), nu_, G_);
    const double norm = dual_.norm(dual_.all(), G_);
    if (norm > problem.beta()) {
      const double scale = problem.beta() / norm;
      nu_ = loss_.interior(scale * nu_, start != nullptr ? kWarmShare : kColdShare);
      program_.maps.adjoint(dual_.all(), nu_, G_);
    }
    scale_of_fit_ = std::max(problem.y().norm(), 1e-300);
    evaluate();
    update_gap();
  }

  /// z, the shrunk w, the fit and the gradient of psi at nu.
  void evaluate() {
    const Index p = program_.maps.width();
    const double beta = program_.problem.beta();
    active_.clear();
    z_ = w_ + sigma_ * G_;
    norms_ = z_.colwise().norm().transpose();
    mass_ = 0;
    for (Index i = 0; i < z_.cols(); ++i) {
      const double kappa = sigma_ * beta * program_.weights[i];
      if (norms_[i] > kappa) active_.push_back(i);
    }
    shrunk_.resize(p, static_cast<Index>(active_.size()));
    for (std::size_t k = 0; k < active_.size(); ++k) {
      const Index i = active_[k];
      const double length = norms_[i] - sigma_ * beta * program_.weights[i];
      shrunk_.col(static_cast<Index>(k)) = length / norms_[i] * z_.col(i);
      mass_ += program_.weights[i] * length;
    }
    fit_ = program_.maps.fit(active_, shrunk_);
    const Matrix& U = dual_.columns();
    next_v_ = next_coefficients(v_ + column_sigma_.cwiseProduct(U.transpose() * nu_));
    fit_ += U * next_v_;
    next_slack_ = loss_.slack_from(slack_ + bound_sigma_ * nu_, bound_sigma_);
    gradient_ = fit_ + next_slack_ - loss_.fit(nu_);
    curvature_ = loss_.curvature(nu_);
    gradient_norm_ = std::sqrt(2 * loss_.least_curvature() * loss_.misfit(nu_, fit_ + next_slack_));
  }

  /// The proximal step of v for its penalty gamma/2 v^2 from z.
  [[nodiscard]] Vector next_coefficients(const Vector& z) const {
    return z.array() / (1 + column_sigma_.array() * dual_.penalties().array());
  }

  /// Newton's method on psi for the present multipliers; whether the gap or the gradient improved.
  bool minimise() {
    const double before = gap_;
    const std::int64_t steps_before = steps_;
    const double target =
        std::max(1e-14, std::min(accuracy_, 1e-2 * std::sqrt(gap_))) * scale_of_fit_;
    for (int step = 0; step < kInnerSteps && gradient_norm_ > target; ++step) {
      if (settings_.control.should_stop() || steps_ >= settings_.max_steps) break;
      ++steps_;
      if (!newton_step()) break;
      if (step % kBoundEvery == kBoundEvery - 1) {
        update_gap();
        if (gap_ <= settings_.relative_gap) return true;
      }
    }
    update_gap();
    report();
    if (steps_ == steps_before) accuracy_ *= 0.1;
    return gap_ < 0.9 * before || sigma_ < most_sigma_ ||
           (steps_ == steps_before && accuracy_ > 1e-14);
  }

  bool newton_step() {
    DualHessian hessian;
    hessian.diagonal = curvature_;
    hessian.diagonal +=
        (next_slack_.array() != 0).select(Vector::Constant(nu_.size(), bound_sigma_), 0.0);
    hessian.columns = next_coefficients(column_sigma_);
    hessian.list = active_;
    const auto count = static_cast<Index>(active_.size());
    hessian.a.resize(count);
    hessian.b.resize(count);
    hessian.u.resize(program_.maps.width(), count);
    for (Index k = 0; k < count; ++k) {
      const Index i = active_[static_cast<std::size_t>(k)];
      const double kappa = sigma_ * program_.problem.beta() * program_.weights[i];
      hessian.b[k] = sigma_ * kappa / norms_[i];
      hessian.a[k] = std::max(sigma_ - hessian.b[k], 1e-14 * sigma_);
      hessian.u.col(k) = z_.col(i) / norms_[i];
    }
    const double accuracy = std::clamp(0.1 * gradient_norm_ / scale_of_fit_, 1e-8, 1e-2);
    const Vector step = detail::solve_dual_system(
        program_, dual_, hessian, -gradient_, accuracy,
        detail::choose_dual_solve(nu_.size(), count, program_.maps.width()), settings_.control);
    if (step.size() == 0) return false;
    return search_along(step);
  }

  /// A step along the arc t -> moved(nu, t step), or along the projected gradient where the Newton
  /// step is of no use.
  bool search_along(const Vector& step) {
    if (search_arc(step)) return true;
    const double length = step.norm() / std::max(gradient_norm_, 1e-300);
    return search_arc(-length * gradient_);
  }

  bool search_arc(const Vector& step) {
    Matrix moved(G_.rows(), G_.cols());
    Vector move;
    bool bent = true;  // by the boundary of the domain
    double scale = 1;  // of `move` and `moved` against the present t where the arc is straight
    for (double t = 1; t > 1e-12; t *= 0.5, scale *= 0.5) {
      if (bent) {
        const Vector target = loss_.moved(nu_, t * step);
        move = target - nu_;
        bent = (move - t * step).cwiseAbs().maxCoeff() > 1e-13 * (t * step).cwiseAbs().maxCoeff();
        scale = 1;
        program_.maps.adjoint(dual_.all(), move, moved);
      }
      const double slope = scale * gradient_.dot(move);
      if (!(slope < 0)) {
        if (bent) continue;
        return false;
      }
      if (!falls(move, moved, scale, slope)) continue;
      nu_ = loss_.moved(nu_, scale * move);
      G_ += scale * moved;
      evaluate();
      return true;
    }
    return false;
  }

  /// Armijo's rule for nu + t move: O(n + P p) from the change of A^T nu.
  [[nodiscard]] bool falls(const Vector& move, const Matrix& moved, double t, double slope) const {
    const double before = psi(nu_, z_);
    const double after = psi(nu_ + t * move, z_ + sigma_ * t * moved);
    return after <= before + 1e-4 * slope + 1e-15 * std::abs(before);
  }

  [[nodiscard]] double psi(const Vector& nu, const Matrix& z) const {
    double penalty = 0;
    for (Index i = 0; i < z.cols(); ++i) {
      const double excess =
          z.col(i).norm() - sigma_ * program_.problem.beta() * program_.weights[i];
      if (excess > 0) penalty += excess * excess;
    }
    const Vector v = v_ + column_sigma_.cwiseProduct(dual_.columns().transpose() * nu);
    const double columns = v.cwiseProduct(next_coefficients(v)).cwiseQuotient(column_sigma_).sum();
    const double bounds =
        loss_.has_bounds()
            ? loss_.slack_from(slack_ + bound_sigma_ * nu, bound_sigma_).squaredNorm()
            : 0;
    return -loss_.value(nu) + 0.5 * (penalty / sigma_ + columns + bounds / bound_sigma_);
  }

  void update_gap() {
    program_.maps.adjoint(dual_.all(), nu_, G_);  // the steps' sums have drifted
    const AffinePart affine = program_.problem.unstack(next_v_);
    const double objective = dual_.objective(fit_, mass_, affine.bias);
    if (!(best_.info.objective <= objective)) {
      best_.info.objective = objective;
      best_.active = active_;
      best_.W = shrunk_;
      best_.bias = affine.bias;
      best_.skip = affine.skip;
    }
    keep(dual_.bound(nu_, G_));
    gap_ = dual_.gap_between(best_.info.objective, best_.info.lower_bound);
    best_.info.relative_gap = gap_;
  }

  void keep(const BlockDual::Bound& bound) {
    if (best_.info.lower_bound >= bound.value) return;
    best_.info.lower_bound = bound.value;
    best_.dual = bound.nu;
    best_.dual_norm = bound.norm;
  }

  /// w <- the shrunk z, and so the other multipliers: the proximal point step; sigma grows.
  void accept_multipliers() {
    w_.setZero();
    for (std::size_t k = 0; k < active_.size(); ++k) {
      w_.col(active_[k]) = shrunk_.col(static_cast<Index>(k));
    }
    v_ = next_v_;
    slack_ = next_slack_;
    const double growth = std::min(kGrowth, most_sigma_ / sigma_);
    sigma_ *= growth;
    column_sigma_ *= growth;
    bound_sigma_ *= growth;
    evaluate();
  }

  void report() const {
    if (settings_.control.progress == nullptr) return;
    char detail[128];
    std::snprintf(detail, sizeof detail, "step %lld, %zu blocks, objective %.10g, gap %.2g",
                  static_cast<long long>(steps_), active_.size(), best_.info.objective, gap_);
    settings_.control.progress->report("semismooth newton",
                                       std::numeric_limits<double>::quiet_NaN(), detail);
  }

  const BlockProgram& program_;
  SolverSettings settings_;
  BlockDual dual_;
  detail::DualLoss loss_;
  double sigma_ = 1;
  double most_sigma_ = 1;
  Matrix w_;  ///< the proximal centre, (p x P)
  Vector nu_;
  Matrix G_;      ///< A^T nu, (p x P)
  Vector slack_;  ///< multipliers of the loss's bounds, (n)
  Vector v_;      ///< coefficients of the columns outside the blocks, (q)
  double bound_sigma_ = 1;
  Vector column_sigma_;
  // What evaluate() finds.
  Matrix z_;
  Vector norms_;
  std::vector<Index> active_;
  Matrix shrunk_;
  double mass_ = 0;
  Vector fit_;
  Vector next_v_;
  Vector next_slack_;
  Vector gradient_;
  Vector curvature_;          ///< second derivatives of -D0 at nu
  double gradient_norm_ = 0;  ///< by the misfit, in units of the fit
  double scale_of_fit_ = 1;
  double gap_ = 1;
  double accuracy_ = 1e-2;  ///< of the next inner minimum, relative
  std::int64_t steps_ = 0;
  int idle_ = 0;
  BlockSolution best_;
};

}  // namespace

BlockSolution semismooth_newton(const BlockProgram& program, const SolverSettings& settings,
                                const BlockSolution* start) {
  const detail::BlasThreads threads(settings.threads);
  return SemismoothNewton(program, settings).run(start);
}

}  // namespace thalweg
