#include "landscape/stationary_candidates.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "thalweg/convex/bounded_least_squares.hpp"
#include "thalweg/convex/dual_polish.hpp"
#include "thalweg/convex/kink_newton.hpp"

namespace thalweg::landscape {
namespace {

constexpr Index kMostUnknowns = 600;  ///< weights that Newton's method is used for
constexpr double kEnough = 1e-24;     ///< stationarity that polishing aims at, relative to beta
constexpr double kOnKink = 1e-12;     ///< how far rounding leaves a neuron from its kinks
constexpr double kRounding = 1e-15;   ///< of moves, which are computed in doubles

/// Gives every product the nearest neuron of its sign, in proportion to the lengths of those that
/// share it: descent joins neurons of equal direction. False when a neuron has no taker.
bool share(const std::vector<Neuron>& neurons, const Hyperplanes& planes,
           std::vector<ProductWords>& products) {
  std::vector<double> lengths(neurons.size(), 0);
  std::vector<std::size_t> nearest;
  for (const ProductWords& product : products) {
    std::size_t best = neurons.size();
    double most = 0;
    for (std::size_t k = 0; k < neurons.size(); ++k) {
      if ((neurons[k].sign == Sign::kPlus) != (product.sign > 0)) continue;
      const double along = neurons[k].w.normalized().dot(product.words.col(0));
      if (best < neurons.size() && along <= most) continue;
      best = k;
      most = along;
    }
    if (best == neurons.size()) return false;
    nearest.push_back(best);
    lengths[best] += product.words.col(0).stableNorm();
  }
  if (std::find(lengths.begin(), lengths.end(), 0.0) != lengths.end()) return false;
  for (std::size_t j = 0; j < products.size(); ++j) {
    const Neuron& neuron = neurons[nearest[j]];
    const double part = products[j].words.col(0).stableNorm() / lengths[nearest[j]];
    products[j].words = part * neuron.w;
    products[j].ties = planes.near(neuron.w, kOnKink);
  }
  return true;
}

}  // namespace

CandidateMaker::CandidateMaker(const TrainingProblem& problem, const Hyperplanes& planes,
                               const TwoLayerNetwork& network, const StationaritySettings& settings,
                               const std::vector<Index>& empty)
    : problem_(problem),
      planes_(planes),
      network_(network),
      settings_(settings),
      empty_(empty),
      affine_(problem.stack(problem.affine_part(network))) {}

bool CandidateMaker::can_refine() const {
  return network_.width() * problem_.dimension() + affine_.size() <= kMostUnknowns;
}

/// alpha w of the neurons that are not empty, without ties.
std::vector<ProductWords> CandidateMaker::products() const {
  std::vector<ProductWords> result;
  for (Index j = 0; j < network_.width(); ++j) {
    if (std::binary_search(empty_.begin(), empty_.end(), j)) continue;
    const double alpha = network_.alpha(j, 0);
    const Vector p = std::abs(alpha) * network_.W.row(j).transpose();
    if (p.stableNorm() > 0) result.push_back({j, alpha < 0 ? -1 : 1, p, {}});
  }
  return result;
}

std::optional<Candidate> CandidateMaker::snapped(double tolerance) const {
  std::vector<std::vector<Index>> ties;
  for (const ProductWords& product : products()) {
    ties.push_back(planes_.near(product.words.col(0), tolerance));
  }
  return on_ties(ties);
}

std::optional<Candidate> CandidateMaker::on_ties(
    const std::vector<std::vector<Index>>& ties) const {
  std::vector<ProductWords> list = products();
  for (std::size_t k = 0; k < list.size(); ++k) list[k].ties = ties[k];
  return made(list, affine_);
}

std::optional<Candidate> CandidateMaker::made(const std::vector<ProductWords>& products,
                                              const Matrix& affine_words) const {
  auto point = point_on_ties(problem_, planes_, products, affine_words);
  if (!point) return std::nullopt;
  Candidate candidate{std::move(*point), {}, {}, {}};
  measure(candidate);
  return candidate;
}

std::vector<std::vector<Index>> CandidateMaker::without_downward_kinks(const Candidate& candidate) {
  std::vector<std::vector<Index>> result;
  for (std::size_t k = 0; k < candidate.locals.size(); ++k) {
    const std::vector<Index>& ties = candidate.point.slots()[k].ties;
    std::vector<Index>& kept = result.emplace_back();
    for (std::size_t t = 0; t < ties.size(); ++t) {
      if (!(candidate.locals[k].jumps[static_cast<Index>(t)] > 0)) kept.push_back(ties[t]);
    }
  }
  return result;
}

std::optional<Candidate> CandidateMaker::refined(const Candidate& candidate) const {
  if (!can_refine() || problem_.loss().kind() == LossKind::kLogistic) return std::nullopt;
  const TwoLayerNetwork start = candidate.point.network(network_);
  std::vector<Neuron> neurons;
  for (const PointSlot& slot : candidate.point.slots()) {
    const Vector w = std::abs(start.alpha(slot.neuron, 0)) * start.W.row(slot.neuron).transpose();
    neurons.push_back(
        {w, slot.sign > 0 ? Sign::kPlus : Sign::kMinus, planes_.all_rows(slot.ties), -1});
  }
  if (neurons.empty()) return std::nullopt;
  const PolishedPoint polished =
      polish_dual(problem_, neurons, problem_.affine_part(start), kEnough);
  if (polished.weight_words.size() != neurons.size()) return std::nullopt;
  std::vector<ProductWords> list;
  for (std::size_t k = 0; k < neurons.size(); ++k) {
    const PointSlot& slot = candidate.point.slots()[k];
    list.push_back({slot.neuron, slot.sign, polished.weight_words[k], slot.ties});
  }
  return made(list, polished.affine_words);
}

std::optional<Candidate> CandidateMaker::descended() const {
  std::vector<ProductWords> list = products();
  if (!can_refine() || list.empty()) return std::nullopt;
  std::vector<Neuron> start;
  for (const ProductWords& product : list) {
    start.push_back({product.words.col(0), product.sign > 0 ? Sign::kPlus : Sign::kMinus, {}, -1});
  }
  SolverSettings solver;
  solver.threads = settings_.threads;
  solver.control = settings_.control;
  const KinkNewtonResult found = kink_newton(problem_, start, problem_.unstack(affine_), solver);
  if (!share(found.neurons, planes_, list)) return std::nullopt;
  auto candidate = made(list, problem_.stack(found.affine()));
  if (!candidate) return candidate;
  auto better = refined(*candidate);
  return better && better->clarke < candidate->clarke ? std::move(better) : std::move(candidate);
}

void CandidateMaker::measure(Candidate& candidate) const {
  candidate.moved = moved(candidate.point);
  const double tolerance = settings_.residual * problem_.beta();
  const double affine = candidate.point.affine_residual();
  double clarke = affine * affine;
  double descent = clarke;
  for (std::size_t k = 0; k < candidate.point.slots().size(); ++k) {
    candidate.locals.push_back(candidate.point.local(k));
    const LocalNeuron& local = candidate.locals.back();
    candidate.elements.push_back(
        candidate.point.element(k, local, shortest_in_zonotope(local).gates));
    const LocalElement& shortest = candidate.elements.back();
    std::optional<Matrix>& cells = candidate.cells.emplace_back();
    double length = shortest.length + span_test_slack(local);
    double rate = descent_rate_bound(local, shortest);
    const bool spans = passes_span_test(local);
    if (!spans || rate > std::max(tolerance, shortest.length)) {
      cells = tie_cells(local.normals, settings_.max_cells);
      if (!spans) {
        length = cells ? shortest_in_hull(local, *cells).length
                       : std::numeric_limits<double>::infinity();
      }
      rate = cells ? steepest_descent(local, *cells).rate : std::numeric_limits<double>::infinity();
    }
    clarke += length * length;
    descent += rate * rate;
  }
  candidate.clarke = std::sqrt(clarke) * (1 + 1e-12);
  candidate.descent = std::sqrt(descent) * (1 + 1e-12);
}

double CandidateMaker::moved(const BalancedPoint& point) const {
  const TwoLayerNetwork there = point.network(network_);
  double most = 0;
  for (Index j = 0; j < network_.width(); ++j) {
    if (std::binary_search(empty_.begin(), empty_.end(), j)) continue;
    const double length = std::hypot(network_.W.row(j).stableNorm(), network_.alpha(j, 0));
    const double move = std::hypot((there.W.row(j) - network_.W.row(j)).stableNorm(),
                                   there.alpha(j, 0) - network_.alpha(j, 0));
    most = std::max(most, move / length);
  }
  const Vector change = problem_.stack(problem_.affine_part(there)) - affine_;
  if (change.size() > 0 && change.norm() > 0) most = std::max(most, change.norm() / affine_.norm());
  return most + kRounding;
}

double stored_clarke_residual(const TrainingProblem& problem, const Hyperplanes& planes,
                              const TwoLayerNetwork& network) {
  const NetworkGradient gradient = problem.gradient(network);
  const Vector nu = problem.dual_point(problem.fit(network));
  double square = gradient.alpha.squaredNorm() + gradient.skip.squaredNorm() +
                  gradient.output_bias * gradient.output_bias;
  for (Index j = 0; j < network.width(); ++j) {
    // The one-sided gradient has gate 0 on all tied rows: it lacks those of opposite direction.
    Vector target = gradient.W.row(j);
    const double alpha = network.alpha(j, 0);
    const std::vector<Index> ties = planes.through(network.W.row(j));
    Matrix pulls = Matrix::Zero(target.size(), static_cast<Index>(ties.size()));
    for (std::size_t t = 0; t < ties.size(); ++t) {
      for (const Index row : planes.rows(ties[t])) {
        const Vector part = alpha * nu[row] * problem.X().row(row).transpose();
        if (!planes.along(row)) target -= part;
        pulls.col(static_cast<Index>(t)) += planes.along(row) ? part : Vector(-part);
      }
    }
    square += pulls.cols() == 0 ? target.squaredNorm()
                                : bounded_least_squares(pulls, target, Vector::Ones(pulls.cols()))
                                      .residual.squaredNorm();
  }
  return std::sqrt(square);
}

}  // namespace thalweg::landscape
