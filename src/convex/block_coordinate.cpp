#include "thalweg/convex/block_coordinate.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

#include "convex/anderson.hpp"
#include "convex/blas.hpp"
#include "convex/block_point.hpp"

namespace thalweg {
namespace {

using detail::BlockDual;

constexpr std::int64_t kSweepsPerStep = 100;  ///< sweeps that one of settings.max_steps allows
constexpr int kSweepsPerCheck = 10;           ///< sweeps between two gaps over the working set,
constexpr int kSweepsPerLooseCheck = 3;       ///< and where a loose gap is asked for
constexpr std::size_t kFirstSet = 10;
constexpr double kInnerShare = 0.3;  ///< of the gap, to reach inside a working set

/// The minimiser over w of -g^T (w - w0) + 1/2 (w - w0)^T Q diag(lambda) Q^T (w - w0) + kappa |w|.
Vector minimise_block(const BlockSpectra::Spectrum& spectrum, const Vector& g, const Vector& w0,
                      double kappa) {
  const Vector v = spectrum.Q.transpose() * g +
                   spectrum.lambda.cwiseProduct(Vector(spectrum.Q.transpose() * w0));
  const double norm = v.norm();
  if (norm <= kappa) return Vector::Zero(w0.size());
  // The length r > 0 solves |v / (lambda r + kappa)| = 1; 1 / |..| is concave in r.
  double r = w0.norm();
  if (r == 0) r = (norm - kappa) / spectrum.lambda.maxCoeff();
  for (int step = 0; step < 100; ++step) {
    const Vector scale = (spectrum.lambda * r).array() + kappa;
    const Vector t = v.cwiseQuotient(scale);
    const double square = t.squaredNorm();
    const double slope = t.cwiseAbs2().cwiseProduct(spectrum.lambda).cwiseQuotient(scale).sum();
    double next = r + (std::sqrt(square) - 1) * square / slope;
    if (!(next > 0)) next = 0.1 * r;
    const bool done = std::abs(next - r) <= 1e-14 * r;
    r = next;
    if (done) break;
  }
  const Vector coordinates = r * v.cwiseQuotient(Vector((spectrum.lambda * r).array() + kappa));
  return spectrum.Q * coordinates;
}

class BlockCoordinate {
 public:
  BlockCoordinate(const BlockProgram& program, const SolverSettings& settings,
                  BlockSpectra& spectra)
      : program_(program),
        settings_(settings),
        spectra_(spectra),
        dual_(program),
        h_(dual_.curvature_bound()),
        quadratic_(program.problem.loss().kind() == LossKind::kSquared),
        w_(Matrix::Zero(program.maps.width(), program.maps.blocks())),
        free_(Vector::Zero(dual_.free_columns().cols())),
        G_(program.maps.width(), program.maps.blocks()) {
    const Matrix& U = dual_.free_columns();
    if (U.cols() > 0) {
      const Matrix scaled = h_.cwiseSqrt().asDiagonal() * U;
      free_factor_.compute(scaled.transpose() * scaled);
    }
  }

  BlockSolution run(const BlockSolution* start) {
    const Stopwatch watch;
    begin(start);
    SolverInfo& info = best_.info;
    info.status = SolverStatus::kStepLimit;
    for (;;) {
      const std::vector<std::pair<double, Index>> scores = price();
      if (info.relative_gap <= settings_.relative_gap) {
        info.status = SolverStatus::kSolved;
        break;
      }
      if (settings_.control.should_stop()) {
        info.status = SolverStatus::kStopped;
        break;
      }
      if (sweeps_ >= kSweepsPerStep * settings_.max_steps) break;
      if (stalled_ > 3) {
        info.status = SolverStatus::kReducedAccuracy;
        break;
      }
      choose_working_set(scores);
      descend();
      report();
    }
    info.steps = sweeps_;
    info.seconds = watch.seconds();
    return std::move(best_);
  }

 private:
  void begin(const BlockSolution* start) {
    const TrainingProblem& problem = program_.problem;
    bias_ = problem.output_bias() == OutputBias::kPenalised ? problem.bias_of_zero_network() : 0;
    if (problem.output_bias() == OutputBias::kFree) free_[0] = problem.bias_of_zero_network();
    if (start != nullptr) {
      for (std::size_t k = 0; k < start->active.size(); ++k) {
        w_.col(start->active[k]) = start->W.col(static_cast<Index>(k));
      }
      (problem.output_bias() == OutputBias::kFree ? free_[0] : bias_) = start->bias;
    }
    refresh_fit();
  }

  [[nodiscard]] std::vector<Index> support() const {
    std::vector<Index> result;
    for (Index i = 0; i < w_.cols(); ++i) {
      if (!w_.col(i).isZero(0)) result.push_back(i);
    }
    return result;
  }

  void refresh_fit() {
    const std::vector<Index> active = support();
    Matrix W(w_.rows(), static_cast<Index>(active.size()));
    for (std::size_t k = 0; k < active.size(); ++k) {
      W.col(static_cast<Index>(k)) = w_.col(active[k]);
    }
    fit_ = program_.maps.fit(active, W);
    fit_.array() += bias_;
    if (free_.size() > 0) fit_ += dual_.free_columns() * free_;
    nu_ = program_.problem.dual_point(fit_);
  }

  [[nodiscard]] double mass() const {
    double sum = 0;
    for (Index i = 0; i < w_.cols(); ++i) sum += program_.weights[i] * w_.col(i).norm();
    return sum;
  }

  /// Gap over all blocks; the scores |A_i^T nu| / weight_i.
  std::vector<std::pair<double, Index>> price() {
    refresh_fit();
    program_.maps.adjoint(dual_.all(), nu_, G_);
    const BlockDual::Bound bound = dual_.bound(nu_, G_);
    SolverInfo& info = best_.info;
    const double before = info.relative_gap;
    if (!(info.lower_bound >= bound.value)) {
      info.lower_bound = bound.value;
      best_.dual = bound.nu;
      best_.dual_norm = bound.norm;
    }
    const double objective = dual_.objective(fit_, mass(), bias_);
    if (!(info.objective <= objective)) {
      info.objective = objective;
      best_.active = support();
      best_.W.resize(w_.rows(), static_cast<Index>(best_.active.size()));
      for (std::size_t k = 0; k < best_.active.size(); ++k) {
        best_.W.col(static_cast<Index>(k)) = w_.col(best_.active[k]);
      }
      dual_.put_unpenalised(free_, bias_, best_);
    }
    info.relative_gap = BlockDual::relative_gap(info.objective, info.lower_bound);
    stalled_ = info.relative_gap < 0.99 * before || !(before == before) ? 0 : stalled_ + 1;
    std::vector<std::pair<double, Index>> scores;
    for (Index i = 0; i < G_.cols(); ++i) {
      scores.emplace_back(G_.col(i).norm() / program_.weights[i], i);
    }
    return scores;
  }

  /// The support and the blocks with the largest scores, at most twice as many.
  void choose_working_set(std::vector<std::pair<double, Index>> scores) {
    working_ = support();
    const std::size_t target = std::max({2 * working_.size(), kFirstSet, last_set_});
    std::sort(scores.rbegin(), scores.rend());
    const double near = 1 - std::min(0.5, 2 * std::sqrt(best_.info.relative_gap));
    std::vector<bool> inside(static_cast<std::size_t>(w_.cols()), false);
    for (const Index i : working_) inside[static_cast<std::size_t>(i)] = true;
    for (const auto& [score, i] : scores) {
      if (working_.size() >= target || score < near * program_.problem.beta()) break;
      if (inside[static_cast<std::size_t>(i)]) continue;
      working_.push_back(i);
    }
    last_set_ = working_.size();
  }

  /// Sweeps over the working set until its own gap is a share of the gap over all blocks.
  void descend() {
    const double target = kInnerShare * std::max(best_.info.relative_gap, 1e-300);
    const int every = settings_.relative_gap > 1e-4 ? kSweepsPerLooseCheck : kSweepsPerCheck;
    detail::Anderson anderson;
    for (int sweep = 1;; ++sweep, ++sweeps_) {
      for (const Index i : working_) update(i);
      update_unpenalised();
      extrapolate(anderson);
      if (sweep % every == 0 && (working_gap() <= target || sweep >= 5000)) break;
      if (settings_.control.should_stop() || sweeps_ >= kSweepsPerStep * settings_.max_steps) {
        break;
      }
    }
  }

  void update(Index i) {
    if (!quadratic_) nu_ = program_.problem.dual_point(fit_);
    const Index one[] = {i};
    Matrix g(w_.rows(), 1);
    program_.maps.adjoint(one, nu_, g);
    const double kappa = program_.problem.beta() * program_.weights[i];
    const Vector before = w_.col(i);
    if (before.isZero(0) && g.norm() <= kappa) return;
    const Vector after = minimise_block(spectra_.of(program_.maps, i, h_), g.col(0), before, kappa);
    const Matrix change = after - before;
    if (change.isZero(0)) return;
    Matrix image(fit_.size(), 1);
    program_.maps.images(one, change, image);
    move_fit(image.col(0));
    w_.col(i) = after;
  }

  void move_fit(const Eigen::Ref<const Vector>& image) {
    fit_ += image;
    if (quadratic_) nu_ -= h_.cwiseProduct(image);
  }

  void update_unpenalised() {
    if (free_.size() > 0) {
      if (!quadratic_) nu_ = program_.problem.dual_point(fit_);
      const Vector change = free_factor_.solve(dual_.free_columns().transpose() * nu_);
      free_ += change;
      move_fit(dual_.free_columns() * change);
    }
    if (dual_.ridge() > 0) {
      const double gamma = 1 / dual_.ridge();
      if (!quadratic_) nu_ = program_.problem.dual_point(fit_);
      const double change = (nu_.sum() - gamma * bias_) / (h_.sum() + gamma);
      bias_ += change;
      move_fit(Vector::Constant(fit_.size(), change));
    }
  }

  [[nodiscard]] double working_mass(const Matrix& W) const {
    double sum = 0;
    for (std::size_t k = 0; k < working_.size(); ++k) {
      sum += program_.weights[working_[k]] * W.col(static_cast<Index>(k)).norm();
    }
    return sum;
  }

  [[nodiscard]] Matrix working_weights() const {
    Matrix W(w_.rows(), static_cast<Index>(working_.size()));
    for (std::size_t k = 0; k < working_.size(); ++k) {
      W.col(static_cast<Index>(k)) = w_.col(working_[k]);
    }
    return W;
  }

  /// The state as one vector (weights, free coefficients, bias): the fit is affine in it.
  void extrapolate(detail::Anderson& anderson) {
    const Matrix W = working_weights();
    Vector state(W.size() + free_.size() + 1);
    state << Eigen::Map<const Vector>(W.data(), W.size()), free_, bias_;
    const std::optional<detail::Anderson::Point> point = anderson.push({state, fit_});
    if (!point) return;
    const Matrix trial = Eigen::Map<const Matrix>(point->state.data(), W.rows(), W.cols());
    const double bias = point->state[point->state.size() - 1];
    if (!(dual_.objective(point->image, working_mass(trial), bias) <
          dual_.objective(fit_, working_mass(W), bias_))) {
      return;
    }
    for (std::size_t k = 0; k < working_.size(); ++k) {
      w_.col(working_[k]) = trial.col(static_cast<Index>(k));
    }
    free_ = point->state.segment(W.size(), free_.size());
    bias_ = bias;
    fit_ = point->image;
    nu_ = program_.problem.dual_point(fit_);
  }

  /// The gap of the program over the working set alone.
  double working_gap() {
    nu_ = program_.problem.dual_point(fit_);
    Matrix G(w_.rows(), static_cast<Index>(working_.size()));
    program_.maps.adjoint(working_, nu_, G);
    double norm = 0;
    for (std::size_t k = 0; k < working_.size(); ++k) {
      norm = std::max(norm, G.col(static_cast<Index>(k)).norm() / program_.weights[working_[k]]);
    }
    const TrainingProblem& problem = program_.problem;
    const Vector legal = free_.size() > 0 ? problem.project_to_dual_domain(nu_) : nu_;
    const double limit = norm > 0 ? std::min(1.0, problem.beta() / norm) : 1.0;
    const double scale = problem.best_dual_scale(legal, limit);
    return BlockDual::relative_gap(dual_.objective(fit_, working_mass(working_weights()), bias_),
                                   problem.dual_objective(Vector(scale * legal)));
  }

  void report() const {
    if (settings_.control.progress == nullptr) return;
    char detail[128];
    std::snprintf(detail, sizeof detail, "sweep %lld, %zu of %zu blocks, objective %.10g, gap %.2g",
                  static_cast<long long>(sweeps_), best_.active.size(), working_.size(),
                  best_.info.objective, best_.info.relative_gap);
    settings_.control.progress->report("block coordinate descent",
                                       std::numeric_limits<double>::quiet_NaN(), detail);
  }

  const BlockProgram& program_;
  SolverSettings settings_;
  BlockSpectra& spectra_;
  BlockDual dual_;
  Vector h_;
  bool quadratic_;  ///< the loss is: nu is kept up to date with the fit
  Vector nu_;
  Matrix w_;
  Vector free_;
  double bias_ = 0;
  Matrix G_;
  Eigen::LDLT<Matrix> free_factor_;
  Vector fit_;
  std::vector<Index> working_;
  std::size_t last_set_ = 0;
  std::int64_t sweeps_ = 0;
  int stalled_ = 0;
  BlockSolution best_;
};

}  // namespace

const BlockSpectra::Spectrum& BlockSpectra::of(const BlockMaps& maps, Index block,
                                               const Vector& h) {
  if (spectra_.empty()) spectra_.resize(static_cast<std::size_t>(maps.blocks()));
  std::unique_ptr<Spectrum>& slot = spectra_[static_cast<std::size_t>(block)];
  if (!slot) {
    const Eigen::SelfAdjointEigenSolver<Matrix> solver(maps.inner_gram(block, h));
    slot = std::make_unique<Spectrum>(
        Spectrum{solver.eigenvectors(), solver.eigenvalues().cwiseMax(0.0)});
  }
  return *slot;
}

BlockSolution block_coordinate_descent(const BlockProgram& program, const SolverSettings& settings,
                                       const BlockSolution* start, BlockSpectra* spectra) {
  const detail::BlasThreads threads(1);
  BlockSpectra own;
  return BlockCoordinate(program, settings, spectra != nullptr ? *spectra : own).run(start);
}

}  // namespace thalweg
