#include "oracle/cone_search.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "oracle/column_kernels.hpp"

namespace thalweg::oracle {
namespace {

constexpr int kMaxDepth = 400;

}  // namespace

bool SearchClient::close(const Cone&, ConeRelaxation&, ConeBound&) { return true; }
bool SearchClient::settle(const Cone&, ConeRelaxation&, ConeBound&) { return false; }
void SearchClient::split(Index, Index, int) {}
void SearchClient::postpone() {}
void SearchClient::stall(double) {}

ConeSearch::ConeSearch(const SignedRows& rows, const RowGeometry& geometry)
    : rows_(rows), stack_(rows, geometry) {}

SearchOutcome ConeSearch::run(const ConePath& path, SearchClient& client) {
  client_ = &client;
  outcome_ = {};
  open_ = nullptr;
  // Going down the paths of all tasks left takes seconds where there are many rows.
  if (client.stop()) {
    outcome_.stopped = true;
    outcome_.bound = std::max(0.0, path.bound);
    return outcome_;
  }
  stack_.start(path.mask);
  int depth = 0;
  for (const ConePath::Step& step : path.steps) {
    // The same split succeeded when the path was made.
    static_cast<void>(stack_.split(depth, step.k, step.l));
    stack_.descend(depth, step.replaced);
    ++depth;
  }
  outcome_.bound = std::max(0.0, visit(depth, path.bound, 0));
  return outcome_;
}

SearchOutcome ConeSearch::run_top(std::uint32_t mask, int depth, SearchClient& client,
                                  double inherited, std::vector<ConePath>& open) {
  client_ = &client;
  outcome_ = {};
  open_ = &open;
  open_depth_ = depth;
  path_ = {mask, {}, inherited};
  stack_.start(mask);
  outcome_.bound = std::max(0.0, visit(0, inherited, 0));
  return outcome_;
}

/// Bound of everything below the cone at this depth; `inherited` bounds it already.
double ConeSearch::visit(int depth, double inherited, unsigned guess) {
  if (open_ != nullptr && depth == open_depth_) {
    path_.bound = inherited;
    open_->push_back(path_);
    client_->postpone();
    return 0;
  }
  if (client_->stop()) {
    outcome_.stopped = true;
    return inherited;
  }
  ++outcome_.nodes;
  const Cone& cone = stack_.cone(depth);
  ConeBound bound;
  relaxation_.bound(cone, rows_, client_->threshold(), client_->incumbent(), bound, guess);
  if (bound.value > client_->incumbent()) {
    client_->improve(cone, point_of(cone, bound.best_point));
  }
  if (bound.bound <= client_->threshold()) {
    if (client_->close(cone, relaxation_, bound)) {
      ++outcome_.leaves;
      return std::min(bound.bound, inherited);
    }
  } else if (client_->settle(cone, relaxation_, bound)) {
    ++outcome_.leaves;
    return std::min(bound.bound, inherited);
  } else if (bound.estimate <= client_->threshold() && std::isfinite(bound.bound)) {
    // Only the error margin is above the threshold, and the margin does not shrink with the cone.
    // (A cone too wide for any bound becomes narrower.)
    return give_up(std::min(bound.bound, inherited));
  }
  bound.bound = std::min(bound.bound, inherited);
  return branch(depth, bound);
}

double ConeSearch::give_up(double bound) {
  outcome_.stalled = true;
  client_->stall(bound);
  return bound;
}

double ConeSearch::branch(int depth, const ConeBound& bound) {
  Index k = 0;
  Index l = 0;
  if (depth >= kMaxDepth || !choose_edge(stack_.cone(depth), bound.point, k, l) ||
      !stack_.split(depth, k, l)) {
    return give_up(bound.bound);
  }
  client_->split(k, l, stack_.shift(depth));
  if (stack_.split_value(depth) > client_->incumbent()) {
    client_->improve(stack_.cone(depth), stack_.split_ray(depth));
  }
  const unsigned carrying = support(stack_.cone(depth).rank(), bound.point);
  double largest = 0;
  for (const Index replaced : {k, l}) {
    if (outcome_.stopped) return std::max(largest, bound.bound);
    stack_.descend(depth, replaced);
    if (open_ != nullptr) path_.steps.push_back({k, l, stack_.shift(depth), replaced});
    largest = std::max(largest, visit(depth + 1, bound.bound, carrying | 1u << replaced));
    if (open_ != nullptr) path_.steps.pop_back();
  }
  return largest;
}

/// The edge (k, l) whose bisection removes most of the interpolation gap near the relaxation's
/// maximiser: the largest (x_k + 0.02)(x_l + 0.02) sum_j [F_j(r_k) + F_j(r_l) - F_j(r_k + r_l)]
/// over rows of positive weight, F_j = (y_j . r)_+. A little is added for the edge's length, more
/// than rounding makes of a gap that is zero.
bool ConeSearch::choose_edge(const Cone& cone, const RayVector& point, Index& k, Index& l) const {
  struct Edge {
    double limit;  ///< upper bound of its weight
    double share;
    Index k;
    Index l;
  };
  constexpr std::size_t kMaxEdges = kMaxTreeCoordinates * (kMaxTreeCoordinates - 1) / 2;
  std::array<Edge, kMaxEdges> edges;
  std::size_t count = 0;
  const Index rank = cone.rank();
  RayVector shares;
  RayVector plus;
  double total = 1e-300;
  double unit = 1e-300;  // of the length's share
  for (Index i = 0; i < rank; ++i) total += point[static_cast<std::size_t>(i)];
  for (std::size_t i = 0; i < static_cast<std::size_t>(rank); ++i) {
    shares[i] = point[i] / total + 0.02;
    plus[i] = std::max(0.0, cone.plus_up[i] - cone.frozen_up[i]) / cone.metric.norm[i];
    unit += 1e-12 * plus[i] + 1e-14 * cone.magnitude[i] / cone.metric.norm[i];
  }
  for (Index i = 0; i < rank; ++i) {
    for (Index j = i + 1; j < rank; ++j) {
      const auto a = static_cast<std::size_t>(i);
      const auto b = static_cast<std::size_t>(j);
      const double share = shares[a] * shares[b];
      edges[count++] = {share * (plus[a] + plus[b]), share, i, j};
    }
  }
  std::sort(edges.begin(), edges.begin() + static_cast<std::ptrdiff_t>(count),
            [](const Edge& a, const Edge& b) { return a.limit > b.limit; });
  double best = -1;
  for (std::size_t e = 0; e < count; ++e) {
    const Edge& edge = edges[e];
    const double length = unit * (1 - cone.metric.gram(edge.k, edge.l));
    if (edge.limit + 2 * unit < best) break;
    const auto a = static_cast<std::size_t>(edge.k);
    const auto b = static_cast<std::size_t>(edge.l);
    const std::array<const double*, 2> columns{cone.up.columns[a], cone.up.columns[b]};
    const std::array<double, 2> factors{1 / cone.metric.norm[a], 1 / cone.metric.norm[b]};
    const double joint = kernels::plus_sum(columns.data(), 2, factors.data(), cone.up.stride);
    const double weight = edge.share * (plus[a] + plus[b] - joint) + length;
    if (weight > best) {
      best = weight;
      k = edge.k;
      l = edge.l;
    }
  }
  return best >= 0 || count > 0;
}

}  // namespace thalweg::oracle
