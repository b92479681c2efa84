#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "convex/random_problem.hpp"

namespace thalweg::testing {

/// A small training problem with activation patterns: what every solver over given patterns (with
/// their cones, or as gates) must solve.
struct CatalogueProblem {
  std::string name;
  TrainingProblem problem;
  Matrix patterns;  ///< (p x n), 0 and 1
};

/// Distinct patterns of random directions, in the order of their first appearance.
inline Matrix distinct_patterns(const Matrix& X, int directions, std::uint64_t seed) {
  Random random(seed);
  std::vector<Vector> cells;
  for (int k = 0; k < directions; ++k) {
    const Vector cell = ((X * random.direction(X.cols())).array() > 0).cast<double>().matrix();
    if (std::find(cells.begin(), cells.end(), cell) == cells.end()) cells.push_back(cell);
  }
  Matrix patterns(static_cast<Index>(cells.size()), X.rows());
  for (Index i = 0; i < patterns.rows(); ++i) {
    patterns.row(i) = cells[static_cast<std::size_t>(i)].transpose();
  }
  return patterns;
}

/// Samples, real targets of a ReLU teacher with noise, and patterns.
struct CatalogueData {
  Matrix X;
  Vector y;
  Matrix patterns;
};

inline CatalogueData planted_data(std::uint64_t seed, Index n, Index d, int directions) {
  Random random(seed);
  CatalogueData data;
  data.X = random_matrix(random, n, d);
  data.y = 0.3 * random_vector(random, n);
  for (int t = 0; t < 5; ++t) {
    const double sign = t % 2 == 0 ? 1 : -1;
    data.y += sign * (data.X * random.direction(d)).cwiseMax(0.0);
  }
  data.patterns = distinct_patterns(data.X, directions, seed + 100);
  return data;
}

/// A problem whose beta is `factor` times an upper bound of beta_max (labels are signs of y).
inline CatalogueProblem catalogue_problem(std::string name, const CatalogueData& data,
                                          double factor, const Loss& loss = Loss::squared(),
                                          OutputBias bias = OutputBias::kNone,
                                          SkipConnection skip = SkipConnection::kNone) {
  Vector targets = data.y;
  if (loss.needs_labels()) {
    targets = targets.unaryExpr([](double value) { return value < 0 ? -1.0 : 1.0; });
  }
  const Vector slope = loss.gradient(Vector::Zero(targets.size()), targets);
  const double scale = data.X.norm() * slope.norm();
  return {std::move(name),
          {data.X, targets, factor * (scale > 0 ? scale : 1), loss, bias, skip},
          data.patterns};
}

/// Every loss with every output bias, a skip connection and sample weights, over seven decades of
/// beta.
inline std::vector<CatalogueProblem> loss_catalogue() {
  std::vector<CatalogueProblem> problems;
  const CatalogueData data = planted_data(1, 30, 4, 60);
  Random random(5);
  const Vector weights =
      random_vector(random, 30).unaryExpr([](double v) { return std::exp(2 * v); });
  for (const Loss& loss : all_losses()) {
    for (const double factor : {10.0, 1e-1, 1e-2, 1e-4, 1e-6}) {
      for (const OutputBias bias : {OutputBias::kNone, OutputBias::kPenalised, OutputBias::kFree}) {
        problems.push_back(catalogue_problem(loss.name() + ", beta " + std::to_string(factor) +
                                                 ", bias " + std::to_string(static_cast<int>(bias)),
                                             data, factor, loss, bias));
      }
    }
    problems.push_back(catalogue_problem(loss.name() + ", skip", data, 1e-2, loss,
                                         OutputBias::kNone, SkipConnection::kFree));
    problems.push_back(catalogue_problem(loss.name() + ", skip and bias", data, 1e-2, loss,
                                         OutputBias::kFree, SkipConnection::kFree));
    problems.push_back(catalogue_problem(loss.name() + ", sample weights", data, 1e-2,
                                         loss.with_sample_weights(weights)));
  }
  return problems;
}

/// Degenerate samples, patterns and targets, with the squared loss.
inline std::vector<CatalogueProblem> degenerate_catalogue() {
  std::vector<CatalogueProblem> problems;
  const CatalogueData data = planted_data(2, 24, 4, 60);
  const auto add = [&](const std::string& name, const CatalogueData& changed) {
    for (const double factor : {1e-1, 1e-3}) {
      problems.push_back(
          catalogue_problem(name + ", beta " + std::to_string(factor), changed, factor));
    }
  };
  const auto with_samples = [&](const Matrix& X) {
    return CatalogueData{X, data.y.head(X.rows()), distinct_patterns(X, 60, 7)};
  };
  add("plain", data);
  add("one sample", with_samples(data.X.topRows(1)));
  add("fewer samples than columns", with_samples(data.X.topRows(3)));
  add("one column", with_samples(data.X.leftCols(1)));
  add("two columns", with_samples(data.X.leftCols(2)));
  Matrix X = data.X;
  X.topRows(4).setZero();
  add("zero rows", with_samples(X));
  X = data.X;
  X.bottomRows(12) = X.topRows(12);
  add("duplicated samples", with_samples(X));
  X.bottomRows(12) *= -2;
  add("antiparallel samples", with_samples(X));
  X = data.X;
  X.col(3) = X.col(0) - X.col(1);
  X.col(2).setZero();
  add("rank two", with_samples(X));
  X = data.X;
  for (Index k = 0; k < 4; ++k) X.col(k) *= std::pow(100.0, static_cast<double>(k) - 2);
  add("badly scaled columns", with_samples(X));
  CatalogueData changed = data;
  changed.y.setOnes();
  add("constant targets", changed);
  changed.y.setZero();
  add("zero targets", changed);
  changed.y = 1e-9 * data.y;
  add("tiny targets", changed);
  changed = data;
  changed.patterns.resize(2 * data.patterns.rows(), 24);
  changed.patterns << data.patterns, data.patterns;
  add("duplicate patterns", changed);
  Random random(9);
  for (Index i = 0; i < data.patterns.rows(); ++i) {
    for (Index k = 0; k < 24; ++k) changed.patterns(i, k) = random.uniform() < 0.5 ? 1 : 0;
  }
  add("patterns of no cell", changed);
  changed.patterns = data.patterns.topRows(1);
  add("one pattern", changed);
  changed.patterns = Matrix(0, 24);
  add("no pattern", changed);
  return problems;
}

/// Problems at the edge of double precision: whatever a solver reaches, no answer may be worse than
/// the best network without neurons, and no bound may exceed any objective.
inline std::vector<CatalogueProblem> extreme_catalogue() {
  std::vector<CatalogueProblem> problems;
  const CatalogueData data = planted_data(11, 40, 3, 60);
  CatalogueData scaled = data;
  scaled.X *= Vector{{1e-6, 1.0, 1e6}}.asDiagonal();
  scaled.patterns = distinct_patterns(scaled.X, 60, 7);
  CatalogueData opposed = data;
  opposed.X.bottomRows(20) = data.X.topRows(20);
  opposed.y.tail(20) = -data.y.head(20);
  opposed.patterns = distinct_patterns(opposed.X, 60, 7);
  for (const Loss& loss : all_losses()) {
    for (const double factor : {1e-6, 1e-8, 1e-10}) {
      const std::string beta = ", beta " + std::to_string(static_cast<int>(std::log10(factor)));
      problems.push_back(catalogue_problem("columns from 1e-6 to 1e6, " + loss.name() + beta,
                                           scaled, factor, loss));
    }
    for (const double factor : {1e-12, 1e-16, 1e-20}) {
      const std::string beta = ", beta " + std::to_string(static_cast<int>(std::log10(factor)));
      problems.push_back(catalogue_problem("contradictory duplicates, " + loss.name() + beta,
                                           opposed, factor, loss));
    }
  }
  return problems;
}

}  // namespace thalweg::testing
