#include "thalweg/landscape/optimal_networks.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numeric>

#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

constexpr int kFrankWolfeSteps = 20'000;
constexpr double kFrankWolfeGap = 1e-6;  ///< of the largest loss

double sign_of(Sign sign) { return sign == Sign::kPlus ? 1.0 : -1.0; }

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

void expect_length(const char* what, Index got, Index wanted) {
  if (got == wanted) return;
  throw InvalidArgument(std::string(what) + ": expected length " + std::to_string(wanted) +
                        ", got " + std::to_string(got));
}

}  // namespace

OptimalNetworks::OptimalNetworks(const TrainingProblem& problem, const OptimalSet& set)
    : problem_(problem), set_(set) {}

Membership OptimalNetworks::contains(const TwoLayerNetwork& network, double tolerance) const {
  problem_.check(network);
  const double beta = problem_.beta();
  Membership result;
  double worst_balance = 0;
  double worst_direction = 0;
  Index unbalanced = -1;
  Index misdirected = -1;
  for (Index j = 0; j < network.width(); ++j) {
    const Vector w = network.W.row(j).transpose();
    const double length = w.norm();
    const double alpha = network.alpha(j, 0);
    const double balance = 0.5 * beta * std::pow(length - std::abs(alpha), 2);
    result.balance += balance;
    if (balance > worst_balance) {
      worst_balance = balance;
      unbalanced = j;
    }
    if (alpha == 0 || length == 0) continue;
    const double height = set_.dual.dot((problem_.X() * w).cwiseMax(0));
    const double direction = std::max(0.0, std::abs(alpha) * beta * length - alpha * height);
    result.direction += direction;
    if (direction > worst_direction) {
      worst_direction = direction;
      misdirected = j;
    }
  }
  const Vector fit = problem_.fit(network);
  const Loss& loss = problem_.loss();
  result.fit = loss.value(fit, problem_.y()) - loss.value(set_.fit, problem_.y()) +
               set_.dual.dot(fit - set_.fit);
  if (problem_.output_bias() == OutputBias::kPenalised) {
    const double off = problem_.affine_part(network).bias - set_.affine.bias;
    result.fit += 0.5 * beta * off * off;
  }
  result.fit = std::max(0.0, result.fit);
  const double objective = problem_.objective(network);
  result.excess = std::max(0.0, objective - set_.optimum);
  const double gap = std::max(0.0, objective - set_.lower_bound);
  result.member = gap <= tolerance * objective || objective == 0;
  if (result.member) {
    result.reason = gap > 0 ? "a global minimum: its objective exceeds the optimum by at most " +
                                  number(gap) + " (" + number(gap / objective) + " of it)"
                            : "a global minimum: its objective is the optimum to all digits";
    return result;
  }
  const std::string head =
      "not a global minimum: its objective is " + number(result.excess) + " above the optimum; ";
  if (result.fit >= result.balance && result.fit >= result.direction) {
    result.reason = head + "most of it (" + number(result.fit) +
                    ") because its outputs on the data are not those that all optima share: " +
                    number((fit - set_.fit).norm()) + " apart";
  } else if (result.direction >= result.balance) {
    result.neuron = misdirected;
    result.reason = head + "most of it (" + number(result.direction) +
                    ") because neurons have directions that are not optimal, neuron " +
                    std::to_string(misdirected) + " above all (counting from 0)";
  } else {
    result.neuron = unbalanced;
    result.reason = head + "most of it (" + number(result.balance) +
                    ") because neurons are not balanced (|w| = |alpha|), neuron " +
                    std::to_string(unbalanced) + " above all (counting from 0)";
  }
  return result;
}

/// The affine part that makes the fit of these masses fit*; the penalised bias is unique.
AffinePart OptimalNetworks::affine(const Vector& masses) const {
  const FreeSpan& span = problem_.free_span();
  if (span.Q.cols() == 0) return set_.affine;
  // Unpenalised coefficients c with U c = fit* - A z: bias first, then the skip connection.
  Vector rest = set_.fit - set_.activations * masses;
  if (problem_.output_bias() == OutputBias::kPenalised) rest.array() -= set_.affine.bias;
  const Vector free = span.T * (span.Q.transpose() * rest);
  AffinePart part = set_.affine;
  Index used = 0;
  if (problem_.output_bias() == OutputBias::kFree) part.bias = free[used++];
  if (problem_.skip() == SkipConnection::kFree) part.skip = free.tail(free.size() - used);
  return part;
}

TwoLayerNetwork OptimalNetworks::network(const Vector& masses) const {
  expect_length("masses", masses.size(), static_cast<Index>(set_.atoms.size()));
  TwoLayerNetwork result = TwoLayerNetwork::empty(problem_.dimension());
  const Index width = (masses.array() > 0).count();
  result.W.resize(width, problem_.dimension());
  result.alpha.resize(width, 1);
  const AffinePart part = affine(masses);
  result.output_bias[0] = part.bias;
  if (part.skip.size() > 0) result.skip = part.skip;
  Index used = 0;
  for (Index q = 0; q < masses.size(); ++q) {
    if (!(masses[q] > 0)) continue;
    const OptimalAtom& atom = set_.atoms[static_cast<std::size_t>(q)];
    const double root = std::sqrt(masses[q]);
    result.W.row(used) = root * atom.u.transpose();
    result.alpha(used++, 0) = sign_of(atom.sign) * root;
  }
  return result;
}

TwoLayerNetwork OptimalNetworks::smallest() const {
  const auto& supports = set_.polytope.supports;
  const auto best =
      std::min_element(supports.begin(), supports.end(),
                       [](const auto& a, const auto& b) { return a.size() < b.size(); });
  return network(set_.vertex_masses.row(best - supports.begin()).transpose());
}

TwoLayerNetwork OptimalNetworks::most_irreducible() const {
  const auto& supports = set_.polytope.supports;
  const auto best =
      std::max_element(supports.begin(), supports.end(),
                       [](const auto& a, const auto& b) { return a.size() < b.size(); });
  return network(set_.vertex_masses.row(best - supports.begin()).transpose());
}

TwoLayerNetwork OptimalNetworks::centre() const { return network(set_.centre); }

TwoLayerNetwork OptimalNetworks::sample(Index width, Random& random) const {
  std::vector<std::size_t> fitting;
  const auto& supports = set_.polytope.supports;
  for (std::size_t v = 0; v < supports.size(); ++v) {
    if (static_cast<Index>(supports[v].size()) <= width) fitting.push_back(v);
  }
  if (fitting.empty()) {
    throw InvalidArgument("width: expected at least " + std::to_string(set_.m_star_upper) +
                          ", the fewest neurons of an optimal network, got " +
                          std::to_string(width));
  }
  // A random order of vertices; each is mixed in while the joint support fits into the width.
  for (std::size_t k = fitting.size(); k > 1; --k) {
    std::swap(fitting[k - 1], fitting[random.below(k)]);
  }
  Vector masses = set_.vertex_masses.row(static_cast<Index>(fitting.front())).transpose();
  for (const std::size_t v : fitting) {
    const Vector other = set_.vertex_masses.row(static_cast<Index>(v)).transpose();
    const Vector mixed = masses + random.uniform() * (other - masses);
    if ((mixed.array() > 0).count() <= width) masses = mixed;
  }
  const TwoLayerNetwork packed = network(masses);
  TwoLayerNetwork result = packed;
  result.W = Matrix::Zero(width, problem_.dimension());
  result.alpha = Matrix::Zero(width, 1);
  // Slots beyond the support take a random share of a random neuron each.
  std::vector<Index> slots(static_cast<std::size_t>(width));
  std::iota(slots.begin(), slots.end(), Index{0});
  for (std::size_t k = slots.size(); k > 1; --k) std::swap(slots[k - 1], slots[random.below(k)]);
  const Index used = packed.width();
  for (Index k = 0; k < width && used > 0; ++k) {
    const Index slot = slots[static_cast<std::size_t>(k)];
    if (k < used) {
      result.W.row(slot) = packed.W.row(k);
      result.alpha(slot, 0) = packed.alpha(k, 0);
      continue;
    }
    const auto from = static_cast<std::size_t>(random.below(static_cast<std::uint64_t>(used)));
    const Index donor = slots[from];
    const double share = random.uniform();
    result.W.row(slot) = std::sqrt(share) * result.W.row(donor);
    result.alpha(slot, 0) = std::sqrt(share) * result.alpha(donor, 0);
    result.W.row(donor) *= std::sqrt(1 - share);
    result.alpha(donor, 0) *= std::sqrt(1 - share);
  }
  return result;
}

OptimalRange OptimalNetworks::range(const Vector& costs) const {
  expect_length("costs", costs.size(), static_cast<Index>(set_.atoms.size()));
  const Vector values = set_.vertex_masses * costs;
  return {values.minCoeff(), values.maxCoeff()};
}

OptimalNetworks::Linear OptimalNetworks::predictor(const Matrix& X2) const {
  if (X2.cols() != problem_.dimension()) {
    throw InvalidArgument("X2: expected " + std::to_string(problem_.dimension()) +
                          " columns, got " + std::to_string(X2.cols()));
  }
  Linear linear;
  linear.slopes.resize(X2.rows(), static_cast<Index>(set_.atoms.size()));
  for (std::size_t q = 0; q < set_.atoms.size(); ++q) {
    const OptimalAtom& atom = set_.atoms[q];
    linear.slopes.col(static_cast<Index>(q)) = sign_of(atom.sign) * (X2 * atom.u).cwiseMax(0);
  }
  const auto predict_affine = [&](const AffinePart& part) {
    Vector values = Vector::Constant(X2.rows(), part.bias);
    if (part.skip.size() > 0) values += X2 * part.skip;
    return values;
  };
  const auto count = static_cast<Index>(set_.atoms.size());
  linear.constant = predict_affine(affine(Vector::Zero(count)));
  if (problem_.free_span().Q.cols() > 0) {
    for (Index q = 0; q < count; ++q) {
      linear.slopes.col(q) += predict_affine(affine(Vector::Unit(count, q))) - linear.constant;
    }
  }
  return linear;
}

TwoLayerNetwork OptimalNetworks::extreme(const Vector& x, bool largest) const {
  const Linear linear = predictor(x.transpose());
  const Vector values = set_.vertex_masses * linear.slopes.row(0).transpose();
  Index best = 0;
  if (largest) {
    values.maxCoeff(&best);
  } else {
    values.minCoeff(&best);
  }
  return network(set_.vertex_masses.row(best).transpose());
}

PredictionRanges OptimalNetworks::predict(const Matrix& X2, const Vector& y2) const {
  const Linear linear = predictor(X2);
  PredictionRanges result;
  result.complete = set_.complete;
  // (vertices x k)
  Matrix values = set_.vertex_masses * linear.slopes.transpose();
  values.rowwise() += linear.constant.transpose();
  for (Index i = 0; i < X2.rows(); ++i) {
    result.predictions.push_back({values.col(i).minCoeff(), values.col(i).maxCoeff()});
  }
  if (y2.size() == 0) return result;
  expect_length("y2", y2.size(), X2.rows());
  const Loss loss = problem_.loss().with_sample_weights({});
  Vector best = values.row(0).transpose();
  double least = std::numeric_limits<double>::infinity();
  for (Index v = 0; v < values.rows(); ++v) {
    const double value = loss.value(values.row(v).transpose(), y2);
    result.loss.upper = std::max(result.loss.upper, value);
    if (value < least) {
      least = value;
      best = values.row(v).transpose();
    }
  }
  // Frank-Wolfe: the loss is convex in the predictions, which range over a polytope.
  for (int step = 0; step < kFrankWolfeSteps; ++step) {
    const Vector slope = loss.gradient(best, y2);
    Index towards = 0;
    (values * slope).minCoeff(&towards);
    const Vector move = values.row(towards).transpose() - best;
    if (-slope.dot(move) <= kFrankWolfeGap * result.loss.upper) break;
    // All losses here have second derivatives of at most 1.
    best += std::min(1.0, -slope.dot(move) / move.squaredNorm()) * move;
  }
  result.loss.lower = loss.value(best, y2);
  return result;
}

}  // namespace thalweg
