// Extreme problems: penalties from 1e-8 to 10 beta_max, badly scaled columns, duplicated samples,
// constant targets. `extreme_bench [ROW]`. What matters is not the time but that every answer is
// right or says that it is not: the program recomputes both bounds in extended precision and ends
// with exit code 1 when an answer claims more than that shows.
#include <cmath>
#include <cstdio>
#include <functional>

#include "instances.hpp"
#include "measure.hpp"
#include "thalweg/oracle/dual_oracle.hpp"
#include "thalweg/training/train.hpp"

namespace {

using namespace thalweg;

constexpr double kGap = 1e-9;
constexpr double kPatience = 60;      ///< seconds a run may take
constexpr int kDirections = 100'000;  ///< random ones that must obey the dual constraint
constexpr double kRounding = 1e-12;   ///< allowed beyond the gap, relative to the objective

struct Instance {
  std::string name;
  Matrix X;
  Vector y;
  double beta;
};

Instance teacher(const std::string& name, double share, double noise = 0.3) {
  Random random(1);
  const Matrix X = bench::gaussian_samples(60, 3, random);
  const Vector y = bench::planted_targets(X, 5, noise, random);
  return {name, X, y, share * bench::climbed_beta_max(X, y)};
}

/// `base` with other data and beta at `share` of its new beta_max.
Instance changed(Instance base, const std::string& name, double share,
                 const std::function<void(Matrix&, Vector&)>& change) {
  change(base.X, base.y);
  const double beta_max = bench::climbed_beta_max(base.X, base.y);
  return {name, base.X, base.y, beta_max > 0 ? share * beta_max : 1};
}

std::vector<Instance> instances() {
  std::vector<Instance> all;
  for (const double share : {1e-8, 1e-6, 1e-4, 1e-2, 0.5, 0.999, 1.001, 10.0}) {
    char name[64];
    std::snprintf(name, sizeof name, "beta %g beta_max", share);
    all.push_back(teacher(name, share));
  }
  all.push_back(teacher("noiseless, beta 1e-8 beta_max", 1e-8, 0));
  const Instance base = teacher("", 0.05);
  const auto scale_columns = [](double least, double most) {
    return [=](Matrix& X, Vector&) {
      X.col(0) *= least;
      X.col(2) *= most;
    };
  };
  all.push_back(changed(base, "columns 1e-6, 1, 1e6", 0.05, scale_columns(1e-6, 1e6)));
  all.push_back(changed(base, "columns 1e-6, 1, 1e6, beta 1e-6", 1e-6, scale_columns(1e-6, 1e6)));
  all.push_back(changed(base, "columns 1e-3, 1, 1e3", 0.05, scale_columns(1e-3, 1e3)));
  all.push_back(changed(base, "all columns 1e-6", 0.05, [](Matrix& X, Vector&) { X *= 1e-6; }));
  all.push_back(changed(base, "all columns 1e6", 0.05, [](Matrix& X, Vector&) { X *= 1e6; }));
  all.push_back(changed(base, "targets 1e-100", 0.05, [](Matrix&, Vector& y) { y *= 1e-100; }));
  all.push_back(changed(base, "targets 1e100", 0.05, [](Matrix&, Vector& y) { y *= 1e100; }));
  all.push_back(changed(base, "every sample twice", 0.05, [](Matrix& X, Vector& y) {
    X = X.replicate(2, 1).eval();
    y = y.replicate(2, 1).eval();
  }));
  all.push_back(changed(base, "every sample twice, other targets", 0.05, [](Matrix& X, Vector& y) {
    X = X.replicate(2, 1).eval();
    y = y.replicate(2, 1).eval();
    y.tail(60).reverseInPlace();
  }));
  all.push_back(changed(base, "pairs 1e-13 apart", 0.05, [](Matrix& X, Vector& y) {
    X = X.replicate(2, 1).eval();
    X.bottomRows(60) *= 1 + 1e-13;
    X.bottomRows(60).col(0).array() += 1e-13;
    y = y.replicate(2, 1).eval();
  }));
  all.push_back(changed(base, "samples and their negatives", 0.05, [](Matrix& X, Vector& y) {
    X.bottomRows(30) = -X.topRows(30).eval();
    y.tail(30) = y.head(30).eval();
  }));
  all.push_back(
      changed(base, "constant targets", 0.05, [](Matrix&, Vector& y) { y.setConstant(3); }));
  all.push_back(changed(base, "constant targets, constant column", 1e-4, [](Matrix& X, Vector& y) {
    X.col(2).setOnes();
    y.setConstant(3);
  }));
  all.push_back(changed(base, "zero targets", 0.05, [](Matrix&, Vector& y) { y.setZero(); }));
  all.push_back(changed(base, "zero samples among others", 0.05,
                        [](Matrix& X, Vector&) { X.topRows(20).setZero(); }));
  all.push_back(
      changed(base, "equal columns", 0.05, [](Matrix& X, Vector&) { X.col(2) = X.col(0).eval(); }));
  all.push_back(changed(base, "one sample", 0.05, [](Matrix& X, Vector& y) {
    X = X.topRows(1).eval();
    y = y.head(1).eval();
  }));
  return all;
}

using Extended = long double;
using ExtendedVector = Eigen::Matrix<Extended, Eigen::Dynamic, 1>;

/// sum_j (x_i^T w_j)_+ alpha_j - y_i and the objective, in extended precision.
Extended objective(const Instance& instance, const TwoLayerNetwork& network) {
  Extended loss = 0;
  for (Index i = 0; i < instance.X.rows(); ++i) {
    Extended r = -static_cast<Extended>(instance.y[i]);
    for (Index j = 0; j < network.width(); ++j) {
      Extended product = 0;
      for (Index k = 0; k < instance.X.cols(); ++k) {
        product += static_cast<Extended>(instance.X(i, k)) * network.W(j, k);
      }
      if (product > 0) r += product * network.alpha(j, 0);
    }
    loss += r * r / 2;
  }
  const auto squares = [](const auto& entries) {
    return entries.template cast<Extended>().squaredNorm();
  };
  return loss + static_cast<Extended>(instance.beta) / 2 *
                    (squares(network.W.reshaped()) + squares(network.alpha.reshaped()));
}

/// max over tau in [0, beta / dual_norm] of tau nu^T y - tau^2 |nu|^2 / 2.
Extended bound(const Instance& instance, const TrainingResult& result) {
  const ExtendedVector nu = result.dual.cast<Extended>();
  const Extended square = nu.squaredNorm();
  if (square == 0) return 0;
  const Extended product = nu.dot(instance.y.cast<Extended>());
  Extended tau = product / square;
  if (result.dual_norm > 0) tau = std::min<Extended>(tau, instance.beta / result.dual_norm);
  return tau > 0 ? tau * product - tau * tau * square / 2 : 0;
}

/// The largest |nu^T (X u)_+| over random directions and the network's own, over the claimed norm.
double share_of_norm(const Instance& instance, const TrainingResult& result) {
  Random random(7);
  double largest = 0;
  const auto look = [&](const Vector& u) {
    largest =
        std::fmax(largest, std::fabs(result.dual.dot(Vector((instance.X * u).cwiseMax(0.0)))));
  };
  for (int k = 0; k < kDirections; ++k) look(random.direction(instance.X.cols()));
  for (Index j = 0; j < result.network.width(); ++j) {
    look(result.network.W.row(j).transpose().normalized());
  }
  return largest > 0 ? largest / result.dual_norm : 0;
}

void measure(const Instance& instance) {
  const TrainingProblem problem(instance.X, instance.y, instance.beta, Loss::squared());
  TrainingSettings settings;
  settings.relative_gap = kGap;
  settings.control.deadline = Deadline::after(kPatience);
  const double before = bench::processor_seconds();
  const TrainingResult result = train(problem, settings);
  const double seconds = bench::processor_seconds() - before;
  const Extended above = objective(instance, result.network);
  const Extended below = bound(instance, result);
  const double gap = above > 0 ? static_cast<double>((above - below) / above) : 0;
  const double share = share_of_norm(instance, result);
  bench::require(gap <= result.relative_gap + kRounding, instance.name + ": the gap is larger");
  bench::require(gap >= -kRounding, instance.name + ": the bounds cross");
  bench::require(share <= 1 + kRounding, instance.name + ": the dual norm is exceeded");
  bench::require((result.status == TrainingStatus::kSolved) == (result.relative_gap <= kGap),
                 instance.name + ": the status does not fit the gap");
  char value[64];
  std::snprintf(value, sizeof value, "%.12g", result.objective);
  bench::print_row({instance.name, std::string(describe(result.status)), value,
                    bench::shown(result.relative_gap), bench::shown(gap), bench::shown(share),
                    std::to_string(result.network.width()), bench::shown(seconds)});
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Choice choice = bench::choice_of(argc, argv);
  bench::print_header({"problem (60 x 3)", "status", "objective", "relative gap",
                       "recomputed in extended precision", "dual norm found / claimed", "neurons",
                       "processor, s"});
  for (const Instance& instance : instances()) {
    if (choice.wants(instance.name)) measure(instance);
  }
}
