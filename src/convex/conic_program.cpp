#include "thalweg/convex/conic_program.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "convex/blas.hpp"
#include "convex/conic_quality.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

using detail::ConicIterate;
using detail::ConicQuality;

/// Share of the way to the cones' boundary that a step takes.
constexpr double kStepShare = 0.99;
/// A step that reduces the products by a factor leaves this share of it of the residuals: they end
/// before the products do.
constexpr double kKeptShare = 0.5;
/// Steps without a better iterate after which rounding has ended progress.
constexpr int kPatience = 10;

std::string shape(const Matrix& matrix) {
  return std::to_string(matrix.rows()) + " x " + std::to_string(matrix.cols());
}

void require(bool holds, const std::string& message) {
  if (!holds) throw InvalidArgument(message);
}

void check_block(const ConicBlock& block, Index samples, const std::string& name) {
  const Index q = block.cost.size();
  const Index k = block.rows.rows();
  const auto positive = [](Index size) { return size >= 1; };
  require(q >= 1 && block.rows.cols() == q, name + ": rows are " + shape(block.rows) +
                                                " but there are " + std::to_string(q) + " costs");
  require(block.map.size() == 0 || (block.map.rows() == samples && block.map.cols() == q),
          name + ": map is " + shape(block.map) + ", expected " + std::to_string(samples) + " x " +
              std::to_string(q));
  require(block.cone.orthant >= 0 && std::ranges::all_of(block.cone.second_order, positive) &&
              std::ranges::all_of(block.cone.semidefinite, positive),
          name + ": expected cones of positive size");
  require(block.cone.size() == k, name + ": the cone has " + std::to_string(block.cone.size()) +
                                      " entries but there are " + std::to_string(k) + " rows");
  require(block.offset.size() == 0 || block.offset.size() == k,
          name + ": offset has " + std::to_string(block.offset.size()) + " entries but there are " +
              std::to_string(k) + " rows");
  require(block.map.allFinite() && block.cost.allFinite() && block.rows.allFinite() &&
              block.offset.allFinite(),
          name + ": expected finite numbers");
}

void check(const ConicProgram& program) {
  const Index n = program.targets.size();
  require(!program.blocks.empty(), "blocks: expected at least one");
  require(program.targets.allFinite(), "targets: expected finite numbers");
  require(!program.loss.needs_labels() || (program.targets.array().abs() == 1).all(),
          "targets: expected labels in {-1, 1}");
  require(program.free_columns.size() == 0 || program.free_columns.rows() == n,
          "free columns have " + std::to_string(program.free_columns.rows()) +
              " rows but there are " + std::to_string(n) + " targets");
  require(program.free_columns.allFinite(), "free columns: expected finite numbers");
  for (std::size_t i = 0; i < program.blocks.size(); ++i) {
    check_block(program.blocks[i], n, "block " + std::to_string(i));
  }
}

/// The best iterate so far, in the caller's form.
class BestPoint {
 public:
  /// Keeps the iterate unless one before was better; without bounds the last is kept.
  void offer(const ConicQuality& quality, const ConicIterate& iterate) {
    if (quality.error() > error_) {
      ++age_;
      return;
    }
    age_ = 0;
    error_ = quality.error();
    keep(quality, iterate);
  }
  void keep(const ConicQuality& quality, const ConicIterate& iterate) {
    solution_.x.clear();
    solution_.multipliers.clear();
    for (const detail::NewtonBlock& block : iterate.blocks()) {
      solution_.x.push_back(block.x());
      solution_.multipliers.push_back(block.multiplier());
    }
    solution_.free = iterate.free();
    solution_.dual = iterate.dual();
    solution_.outcome = quality.outcome;
    solution_.infeasibility = quality.infeasibility;
    solution_.info.objective = quality.objective;
    solution_.info.lower_bound = quality.lower_bound;
    solution_.info.relative_gap = quality.relative_gap;
    solution_.info.stationarity = quality.stationarity;
  }
  [[nodiscard]] int age() const { return age_; }
  [[nodiscard]] ConicSolution take(SolverStatus status, std::int64_t steps, double seconds) {
    solution_.info.status = status;
    solution_.info.steps = steps;
    solution_.info.seconds = seconds;
    return std::move(solution_);
  }

 private:
  ConicSolution solution_;
  double error_ = std::numeric_limits<double>::infinity();
  int age_ = 0;  ///< iterates since
};

/// A predictor and corrector step; false where rounding does not allow one.
bool step(ConicIterate& iterate) {
  if (!iterate.factor()) return false;
  iterate.direct(1, 0);
  const double affine = iterate.step_length(1);
  const double centring = std::pow(1 - affine, 3);
  iterate.direct(1 - kKeptShare * centring, centring * iterate.barrier());
  const double alpha = iterate.step_length(kStepShare);
  if (!(alpha > ConicIterate::kShortestStep)) return false;
  iterate.move(alpha);
  return true;
}

}  // namespace

Index ConeProduct::size() const {
  Index size = orthant;
  for (const Index entries : second_order) size += entries;
  for (const Index side : semidefinite) size += side * (side + 1) / 2;
  return size;
}

Vector symmetric_vector(const Matrix& matrix) {
  Vector entries(matrix.rows() * (matrix.rows() + 1) / 2);
  detail::pack_symmetric(matrix, entries);
  return entries;
}

Matrix symmetric_matrix(const Vector& entries) {
  const Index side = detail::side_of(entries.size());
  require(side * (side + 1) / 2 == entries.size(),
          std::to_string(entries.size()) + " entries are no triangle of a matrix");
  Matrix matrix(side, side);
  detail::unpack_symmetric(entries, matrix);
  return matrix;
}

ConicSolution solve_conic(const ConicProgram& program, const SolverSettings& settings) {
  const Stopwatch watch;
  check(program);
  std::optional<detail::BlasThreads> threads;
  if (program.targets.size() > 0) threads.emplace(settings.threads);
  ConicIterate iterate(program);
  BestPoint best;
  SolverStatus status = SolverStatus::kUnsolved;
  std::int64_t steps = 0;
  while (status == SolverStatus::kUnsolved) {
    const ConicQuality quality = detail::measure(program, iterate);
    best.offer(quality, iterate);
    if (quality.error() <= settings.relative_gap) {
      status = SolverStatus::kSolved;
    } else if (quality.outcome != ConicOutcome::kBounded) {
      best.keep(quality, iterate);
      status = SolverStatus::kReducedAccuracy;
    } else if (settings.control.should_stop()) {
      status = SolverStatus::kStopped;
    } else if (steps >= settings.max_steps) {
      status = SolverStatus::kStepLimit;
    } else if (best.age() > kPatience || !step(iterate)) {
      status = SolverStatus::kReducedAccuracy;
    } else {
      ++steps;
    }
  }
  return best.take(status, steps, watch.seconds());
}

}  // namespace thalweg
