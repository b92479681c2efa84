// Whole-sphere bounds on trained duals in many dimensions: `sphere_bench [ROW] [SEEDS]`.
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <array>
#include <cmath>

#include "instances.hpp"
#include "measure.hpp"
#include "thalweg/convex/bounded_least_squares.hpp"
#include "thalweg/oracle/dual_oracle.hpp"
#include "thalweg/training/train.hpp"

namespace {

using namespace thalweg;
using bench::Spec;
using bench::Targets;

constexpr double kPatience = 60;  ///< seconds that training may take
constexpr int kClimbs = 4;

constexpr std::array<Spec, 7> kRows{{
    {500, 20, Targets::kTeacher, .5},
    {500, 20, Targets::kTeacher, .1},
    {500, 50, Targets::kTeacher, .5},
    {500, 100, Targets::kTeacher, .5},
    {500, 200, Targets::kTeacher, .5},
    {500, 400, Targets::kTeacher, .5},
    {500, 800, Targets::kTeacher, .5},
}};

/// The rows |g_j| x_j of one sign of g, (d x k).
Matrix rows_of_sign(const Matrix& X, const Vector& g, double sign) {
  const auto count = (sign * g.array() > 0).count();
  Matrix rows(X.cols(), count);
  Index k = 0;
  for (Index j = 0; j < g.size(); ++j) {
    if (sign * g[j] > 0) rows.col(k++) = std::fabs(g[j]) * X.row(j).transpose();
  }
  return rows;
}

/// 1/2 sum_{g > 0} |g_j x_j| + min over s in [0, 1] of |1/2 sum_{g > 0} g_j x_j - sum_{g < 0} s_j
/// |g_j| x_j|.
double triangle_bound(const Matrix& X, const Vector& g) {
  const Matrix up = rows_of_sign(X, g, 1);
  const Matrix down = rows_of_sign(X, g, -1);
  const Vector half = 0.5 * up.rowwise().sum();
  const double rest = bounded_least_squares(down, half, Vector::Ones(down.cols())).residual.norm();
  return 0.5 * up.colwise().norm().sum() + rest;
}

/// sqrt(n+ lambda_max) of the rows with g > 0.
double spectral_bound(const Matrix& X, const Vector& g) {
  const Matrix up = rows_of_sign(X, g, 1);
  const bool wide = up.cols() < up.rows();
  const Matrix gram = wide ? Matrix(up.transpose() * up) : Matrix(up * up.transpose());
  const Eigen::SelfAdjointEigenSolver<Matrix> eigen(gram, Eigen::EigenvaluesOnly);
  return std::sqrt(static_cast<double>(up.cols()) * eigen.eigenvalues().maxCoeff());
}

void measure(const Spec& spec, std::uint64_t seeds) {
  std::vector<double> seconds;
  std::vector<double> sphere;
  std::vector<double> triangle;
  std::vector<double> spectral;
  double worst = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const TrainingProblem problem = bench::make_problem(spec, seed);
    TrainingSettings training;
    training.threads = 2;
    training.control.deadline = Deadline::after(kPatience);
    const Vector nu = train(problem, training).dual;
    const DualOracle oracle(problem.X());
    double best = 0;
    for (std::uint64_t climb = 0; climb < kClimbs; ++climb) {
      best = std::max(best, oracle.climb(nu, 0, 1, climb, 2).front().value);
    }
    const Stopwatch watch;
    const double bound = oracle.whole_sphere_bound(nu);
    seconds.push_back(watch.seconds());
    const Matrix& X = problem.X();
    const double by_triangle = std::max(triangle_bound(X, nu), triangle_bound(X, -nu));
    const double by_spectrum = std::max(spectral_bound(X, nu), spectral_bound(X, -nu));
    bench::require(bound >= best * (1 - 1e-12), "a direction exceeds the bound");
    bench::require(bound <= std::min(by_triangle, by_spectrum) * (1 + 1e-9),
                   "the bound is weaker than the simple ones");
    sphere.push_back(bound / best);
    triangle.push_back(by_triangle / best);
    spectral.push_back(by_spectrum / best);
    worst = std::max(worst, bound / best);
  }
  bench::print_row({name(spec), bench::shown(bench::median(triangle)),
                    bench::shown(bench::median(spectral)), std::to_string(bench::median(sphere)),
                    std::to_string(worst), bench::shown(bench::median(seconds))});
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Choice choice = bench::choice_of(argc, argv);
  bench::print_header(
      {"instance", "triangle", "spectral", "whole sphere", "worst seed", "median, s"});
  for (const Spec& spec : kRows) {
    if (choice.wants(name(spec))) measure(spec, choice.seeds);
  }
}
