#include "instances.hpp"

#include <cstdio>

#include "thalweg/core/random.hpp"
#include "thalweg/oracle/dual_oracle.hpp"

namespace thalweg::bench {
namespace {

constexpr int kTeacherNeurons = 5;
constexpr double kTeacherNoise = 0.3;

Vector targets_of(const Spec& spec, const Matrix& X, Random& random) {
  Vector y = Vector::Zero(spec.samples);
  double noise = 1;
  if (spec.targets == Targets::kTeacher) {
    noise = kTeacherNoise;
    for (int t = 0; t < kTeacherNeurons; ++t) {
      const Vector v = random.direction(spec.dimension);
      y += (t % 2 == 0 ? 1.0 : -1.0) * Vector((X * v).cwiseMax(0.0));
    }
  }
  for (Index i = 0; i < spec.samples; ++i) y[i] += noise * random.normal();
  return y;
}

}  // namespace

std::string name(const Spec& spec) {
  char text[64];
  std::snprintf(text, sizeof text, "%td x %td %s bf %g", spec.samples, spec.dimension,
                spec.targets == Targets::kTeacher ? "teacher" : "noise", spec.share);
  return text;
}

TrainingProblem make_problem(const Spec& spec, std::uint64_t seed) {
  Random random(seed);
  Matrix X(spec.samples, spec.dimension);
  for (Index i = 0; i < X.rows(); ++i) {
    for (Index k = 0; k < X.cols(); ++k) X(i, k) = random.normal();
  }
  const Vector y = targets_of(spec, X, random);
  // At the network without neurons the dual point is y.
  const double beta_max = DualOracle(X).climb(y, 0, 1, 0).front().value;
  return {X, y, spec.share * beta_max, Loss::squared()};
}

}  // namespace thalweg::bench
