#include "instances.hpp"

#include <cstdio>

#include "thalweg/oracle/dual_oracle.hpp"

namespace thalweg::bench {
namespace {

constexpr int kTeacherNeurons = 5;
constexpr double kTeacherNoise = 0.3;

}  // namespace

std::string name(const Spec& spec) {
  char text[64];
  std::snprintf(text, sizeof text, "%td x %td %s bf %g", spec.samples, spec.dimension,
                spec.targets == Targets::kTeacher ? "teacher" : "noise", spec.share);
  return text;
}

Matrix gaussian_samples(Index samples, Index dimension, Random& random) {
  Matrix X(samples, dimension);
  for (Index i = 0; i < X.rows(); ++i) {
    for (Index k = 0; k < X.cols(); ++k) X(i, k) = random.normal();
  }
  return X;
}

Vector planted_targets(const Matrix& X, int neurons, double noise, Random& random) {
  Vector y = Vector::Zero(X.rows());
  for (int t = 0; t < neurons; ++t) {
    const Vector v = random.direction(X.cols());
    y += (t % 2 == 0 ? 1.0 : -1.0) * Vector((X * v).cwiseMax(0.0));
  }
  for (Index i = 0; i < y.size(); ++i) y[i] += noise * random.normal();
  return y;
}

double climbed_beta_max(const Matrix& X, const Vector& y) {
  // At the network without neurons the dual point is y.
  return DualOracle(X).climb(y, 0, 1, 0).front().value;
}

TrainingProblem make_problem(const Spec& spec, std::uint64_t seed) {
  Random random(seed);
  const Matrix X = gaussian_samples(spec.samples, spec.dimension, random);
  const Vector y = spec.targets == Targets::kTeacher
                       ? planted_targets(X, kTeacherNeurons, kTeacherNoise, random)
                       : planted_targets(X, 0, 1, random);
  return {X, y, spec.share * climbed_beta_max(X, y), Loss::squared()};
}

}  // namespace thalweg::bench
