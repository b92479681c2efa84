#include "convex/working_set.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace thalweg::detail {
namespace {

constexpr std::size_t kFirstSet = 64;
constexpr double kInnerShare = 0.3;  ///< of the gap, to reach inside a working set
constexpr double kLooseGap = 1e-4;
constexpr double kLooseShare = 0.7;
constexpr int kIdleRounds = 5;  ///< rounds without a better gap before the run has stalled

}  // namespace

WorkingSetSolver::WorkingSetSolver(const BlockProgram& program, const SolverSettings& settings)
    : program_(program), settings_(settings), dual_(program), left_(dual_.all()) {}

BlockSolution WorkingSetSolver::run(const BlockSolution* start, PricedDual* priced) {
  const Stopwatch watch;
  begin(start);
  SolverInfo& info = best_.info;
  bool known =
      start != nullptr && priced != nullptr && priced->nu.size() > 0 && priced->nu == start->dual;
  for (;;) {
    if (known) {
      put_fit(point_);
      take_price(priced->nu, priced->G);
      known = false;
    } else {
      price();
    }
    if (info.relative_gap <= settings_.relative_gap) {
      info.status = SolverStatus::kSolved;
      break;
    }
    if (out_of_time()) {
      info.status =
          settings_.control.should_stop() ? SolverStatus::kStopped : SolverStatus::kStepLimit;
      break;
    }
    if (stalled_ > kIdleRounds) {
      info.status = SolverStatus::kReducedAccuracy;
      break;
    }
    choose_working_set();
    // A loose gap is aimed at directly: the first working set of a warm start is mostly enough.
    const bool loose = start != nullptr && settings_.relative_gap >= kLooseGap;
    descend(std::min(kInnerShare * info.relative_gap,
                     loose ? kLooseShare * settings_.relative_gap : info.relative_gap));
    report();
  }
  best_.screened = program_.maps.blocks() - static_cast<Index>(left_.size());
  PricedDual own;
  put_dual_norm(priced != nullptr ? *priced : own);
  info.steps = steps_;
  info.seconds = watch.seconds();
  return std::move(best_);
}

bool WorkingSetSolver::out_of_time() const {
  return settings_.control.should_stop() || steps_ >= steps_per_newton_step() * settings_.max_steps;
}

void WorkingSetSolver::begin(const BlockSolution* start) {
  const TrainingProblem& problem = program_.problem;
  point_.W.resize(program_.maps.width(), 0);
  point_.free = Vector::Zero(dual_.free_columns().cols());
  double& bias = problem.output_bias() == OutputBias::kFree ? point_.free[0] : point_.bias;
  bias = problem.bias_of_zero_network();
  if (start != nullptr) {
    working_ = start->active;
    point_.W = start->W;
    bias = start->bias;
    if (start->skip.size() > 0) point_.free.tail(start->skip.size()) = start->skip;
  }
}

double WorkingSetSolver::mass(const Matrix& W) const {
  double sum = 0;
  for (std::size_t k = 0; k < working_.size(); ++k) {
    sum += program_.weights[working_[k]] * W.col(static_cast<Index>(k)).norm();
  }
  return sum;
}

double WorkingSetSolver::objective(const Point& point) const {
  return dual_.objective(point.fit, mass(point.W), point.bias);
}

void WorkingSetSolver::put_fit(Point& point) const {
  std::vector<Index> list;
  std::vector<Index> columns;
  for (Index k = 0; k < point.W.cols(); ++k) {
    if (point.W.col(k).isZero(0)) continue;
    list.push_back(working_[static_cast<std::size_t>(k)]);
    columns.push_back(k);
  }
  point.fit = program_.maps.fit(list, point.W(Eigen::all, columns));
  point.fit.array() += point.bias;
  if (point.free.size() > 0) point.fit += dual_.free_columns() * point.free;
}

double WorkingSetSolver::working_gap() const {
  const Vector nu = legal(program_.problem.dual_point(point_.fit));
  Matrix G(program_.maps.width(), static_cast<Index>(working_.size()));
  program_.maps.adjoint(working_, nu, G);
  return gap_from(point_, nu, G);
}

double WorkingSetSolver::gap_from(const Point& point, const Vector& nu, const Matrix& G) const {
  return dual_.relative_gap(objective(point), dual_.bound_over(working_, nu, G).value);
}

Vector WorkingSetSolver::legal(const Vector& nu) const {
  return dual_.free_columns().cols() > 0 ? program_.problem.project_to_dual_domain(nu) : nu;
}

void WorkingSetSolver::price() {
  put_fit(point_);
  const Vector nu = legal(program_.problem.dual_point(point_.fit));
  Matrix G(program_.maps.width(), static_cast<Index>(left_.size()));
  program_.maps.adjoint(left_, nu, G);
  take_price(nu, G);
}

/// G = A^T nu (p x |left|): the program over the blocks that are left has the same optima.
void WorkingSetSolver::take_price(const Vector& nu, const Matrix& G) {
  const BlockDual::Bound bound = dual_.bound_over(left_, nu, G);
  SolverInfo& info = best_.info;
  const double before = info.relative_gap;
  if (!(info.lower_bound >= bound.value)) {
    info.lower_bound = bound.value;
    best_.dual = bound.nu;
    best_.dual_norm = bound.norm;
  }
  const double value = objective(point_);
  if (!(info.objective <= value)) keep(value);
  info.relative_gap = dual_.gap_between(info.objective, info.lower_bound);
  stalled_ = info.relative_gap < 0.99 * before || !(before == before) ? 0 : stalled_ + 1;
  scores_.clear();
  for (std::size_t k = 0; k < left_.size(); ++k) {
    scores_.push_back(G.col(static_cast<Index>(k)).norm() / program_.weights[left_[k]]);
  }
  priced_ = left_;
  screen(G, bound);
  last_ = {nu, G};
}

void WorkingSetSolver::keep(double value) {
  best_.info.objective = value;
  std::vector<std::pair<Index, Index>> order;
  for (std::size_t k = 0; k < working_.size(); ++k) {
    const auto column = static_cast<Index>(k);
    if (!point_.W.col(column).isZero(0)) order.emplace_back(working_[k], column);
  }
  std::sort(order.begin(), order.end());
  best_.active.clear();
  std::vector<Index> columns;
  for (const auto& [block, column] : order) {
    best_.active.push_back(block);
    columns.push_back(column);
  }
  best_.W = point_.W(Eigen::all, columns);
  dual_.put_unpenalised(point_.free, point_.bias, best_);
}

void WorkingSetSolver::screen(const Matrix& G, const BlockDual::Bound& bound) {
  const double gap = std::max(0.0, best_.info.objective - bound.value);
  const double radius = std::sqrt(2 * dual_.curvature_bound().maxCoeff() * gap);
  std::vector<Index> kept;
  std::vector<double> scores;
  for (std::size_t k = 0; k < left_.size(); ++k) {
    const Index i = left_[k];
    const double most = bound.scale * G.col(static_cast<Index>(k)).norm() +
                        radius * std::sqrt(dual_.squares()[i]) * (1 + 1e-12);
    if (most < program_.problem.beta() * program_.weights[i] * (1 - 1e-12)) continue;
    kept.push_back(i);
    scores.push_back(scores_[k]);
  }
  left_ = std::move(kept);
  scores_ = std::move(scores);
}

/// The support and the blocks with the largest scores, at most twice as many.
void WorkingSetSolver::choose_working_set() {
  std::vector<Index> chosen;
  std::vector<Index> columns;
  std::vector<bool> inside(static_cast<std::size_t>(program_.maps.blocks()), false);
  for (std::size_t k = 0; k < working_.size(); ++k) {
    const auto column = static_cast<Index>(k);
    if (point_.W.col(column).isZero(0)) continue;
    chosen.push_back(working_[k]);
    columns.push_back(column);
    inside[static_cast<std::size_t>(working_[k])] = true;
  }
  const std::size_t target = std::max({2 * chosen.size(), kFirstSet, last_size_});
  const double near = 1 - std::min(0.5, 2 * std::sqrt(best_.info.relative_gap));
  std::vector<std::size_t> order(left_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return scores_[a] > scores_[b]; });
  for (const std::size_t k : order) {
    if (chosen.size() >= target || scores_[k] < near * program_.problem.beta()) break;
    if (!inside[static_cast<std::size_t>(left_[k])]) chosen.push_back(left_[k]);
  }
  Matrix W = Matrix::Zero(program_.maps.width(), static_cast<Index>(chosen.size()));
  W.leftCols(static_cast<Index>(columns.size())) = point_.W(Eigen::all, columns);
  point_.W = std::move(W);
  working_ = std::move(chosen);
  last_size_ = working_.size();
}

/// The dual norm over all blocks, screened ones too: the bound then rests on nothing else.
void WorkingSetSolver::put_dual_norm(PricedDual& priced) {
  std::vector<bool> known(static_cast<std::size_t>(program_.maps.blocks()), false);
  Matrix G(program_.maps.width(), program_.maps.blocks());
  if (last_.nu == best_.dual) {
    G(Eigen::all, priced_) = last_.G;
    for (const Index i : priced_) known[static_cast<std::size_t>(i)] = true;
  }
  std::vector<Index> rest;
  for (const Index i : dual_.all()) {
    if (!known[static_cast<std::size_t>(i)]) rest.push_back(i);
  }
  Matrix computed(program_.maps.width(), static_cast<Index>(rest.size()));
  program_.maps.adjoint(rest, best_.dual, computed);
  G(Eigen::all, rest) = computed;
  const BlockDual::Bound bound = dual_.bound_over(dual_.all(), best_.dual, G);
  priced = {best_.dual, std::move(G)};
  best_.dual_norm = bound.norm;
  best_.info.lower_bound = bound.value;
  best_.info.relative_gap = dual_.gap_between(best_.info.objective, bound.value);
}

void WorkingSetSolver::report() const {
  if (settings_.control.progress == nullptr) return;
  char detail[160];
  std::snprintf(detail, sizeof detail,
                "step %lld, %zu active, %zu working, %zu left, objective %.10g, gap %.2g",
                static_cast<long long>(steps_), best_.active.size(), working_.size(), left_.size(),
                best_.info.objective, best_.info.relative_gap);
  settings_.control.progress->report(phase(), std::numeric_limits<double>::quiet_NaN(), detail);
}

}  // namespace thalweg::detail
