#include "thalweg/convex/block_coordinate.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <memory>

#include "convex/anderson.hpp"
#include "convex/blas.hpp"
#include "convex/block_minimum.hpp"
#include "convex/working_set.hpp"

namespace thalweg {
namespace {

constexpr std::int64_t kSweepsPerStep = 100;  ///< sweeps that one of settings.max_steps allows
constexpr int kSweepsPerCheck = 10;           ///< sweeps between two gaps over the working set,
constexpr int kSweepsInSet = 5000;            ///< at most, before all blocks are priced again
constexpr int kSweepsPerLooseCheck = 3;       ///< and where a loose gap is asked for
constexpr double kSingleGap = 1e-3;           ///< from this gap on, sweeps run in single precision

class BlockCoordinate final : public detail::WorkingSetSolver {
 public:
  BlockCoordinate(const BlockProgram& program, const SolverSettings& settings, BlockMemory& memory)
      : WorkingSetSolver(program, settings),
        memory_(memory),
        maps_(settings.relative_gap >= kSingleGap ? memory.fast(program.maps) : program.maps),
        h_(dual_.curvature_bound()),
        quadratic_(program.problem.loss().kind() == LossKind::kSquared) {
    const Matrix& U = dual_.free_columns();
    if (U.cols() > 0) {
      const Matrix scaled = h_.cwiseSqrt().asDiagonal() * U;
      free_factor_.compute(scaled.transpose() * scaled);
    }
  }

 private:
  void descend(double target) override {
    const int every = settings_.relative_gap > 1e-4 ? kSweepsPerLooseCheck : kSweepsPerCheck;
    detail::Anderson anderson;
    nu_ = program_.problem.dual_point(point_.fit);
    for (int sweep = 1; !out_of_time(); ++sweep) {
      ++steps_;
      // Blocks at zero mostly stay there: they are looked at before each gap only.
      const bool all = sweep == 1 || (sweep + 1) % every == 0;
      for (Index k = 0; k < point_.W.cols(); ++k) {
        if (all || !point_.W.col(k).isZero(0)) update(k);
      }
      update_unpenalised();
      extrapolate(anderson);
      if (sweep % every == 0 && (working_gap() <= target || sweep >= kSweepsInSet)) break;
    }
  }

  [[nodiscard]] std::string_view phase() const override { return "block coordinate descent"; }
  [[nodiscard]] std::int64_t steps_per_newton_step() const override { return kSweepsPerStep; }

  void update(Index k) {
    if (!quadratic_) nu_ = program_.problem.dual_point(point_.fit);
    const Index one[] = {working_[static_cast<std::size_t>(k)]};
    Matrix g(point_.W.rows(), 1);
    maps_.adjoint(one, nu_, g);
    const double kappa = program_.problem.beta() * program_.weights[one[0]];
    const Vector before = point_.W.col(k);
    if (before.isZero(0) && g.norm() <= kappa) return;
    const Vector after = detail::minimise_block(memory_.spectrum(program_.maps, one[0], h_),
                                                g.col(0), before, kappa);
    const Matrix change = after - before;
    if (change.isZero(0)) return;
    Matrix image(point_.fit.size(), 1);
    maps_.images(one, change, image);
    move_fit(image.col(0));
    point_.W.col(k) = after;
  }

  void move_fit(const Eigen::Ref<const Vector>& image) {
    point_.fit += image;
    if (quadratic_) nu_ -= h_.cwiseProduct(image);
  }

  void update_unpenalised() {
    if (point_.free.size() > 0) {
      if (!quadratic_) nu_ = program_.problem.dual_point(point_.fit);
      const Vector change = free_factor_.solve(dual_.free_columns().transpose() * nu_);
      point_.free += change;
      move_fit(dual_.free_columns() * change);
    }
    if (dual_.ridge() > 0) {
      const double gamma = 1 / dual_.ridge();
      if (!quadratic_) nu_ = program_.problem.dual_point(point_.fit);
      const double change = (nu_.sum() - gamma * point_.bias) / (h_.sum() + gamma);
      point_.bias += change;
      move_fit(Vector::Constant(point_.fit.size(), change));
    }
  }

  /// The point as one vector (weights, free coefficients, bias): the fit is affine in it.
  void extrapolate(detail::Anderson& anderson) {
    const Index size = point_.W.size();
    Vector state(size + point_.free.size() + 1);
    state << Eigen::Map<const Vector>(point_.W.data(), size), point_.free, point_.bias;
    const std::optional<detail::Anderson::Point> found =
        anderson.push({std::move(state), point_.fit});
    if (!found) return;
    Point trial;
    trial.W = Eigen::Map<const Matrix>(found->state.data(), point_.W.rows(), point_.W.cols());
    trial.free = found->state.segment(size, point_.free.size());
    trial.bias = found->state[found->state.size() - 1];
    trial.fit = found->image;
    if (!(objective(trial) < objective(point_))) return;
    point_ = std::move(trial);
    nu_ = program_.problem.dual_point(point_.fit);
  }

  BlockMemory& memory_;
  const BlockMaps& maps_;  ///< for the sweeps
  Vector h_;               ///< bounds of the loss's second derivatives
  bool quadratic_;         ///< the loss is: nu is kept up to date with the fit
  Vector nu_;
  Eigen::LDLT<Matrix> free_factor_;
};

}  // namespace

BlockMemory::BlockMemory() : priced_(std::make_unique<detail::PricedDual>()) {}
BlockMemory::~BlockMemory() = default;

const BlockMaps& BlockMemory::fast(const BlockMaps& maps) {
  if (!single_) single_ = maps.single_precision();
  return single_ ? *single_ : maps;
}

const BlockMemory::Spectrum& BlockMemory::spectrum(const BlockMaps& maps, Index block,
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
                                       const BlockSolution* start, BlockMemory* memory) {
  const detail::BlasThreads threads(1);
  BlockMemory own;
  BlockMemory& kept = memory != nullptr ? *memory : own;
  return BlockCoordinate(program, settings, kept).run(start, &kept.priced());
}

}  // namespace thalweg
