#include "training/vector_line.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace thalweg::detail {
namespace {

/// A slope this small against the first one ends the search at the full step.
constexpr double kFlat = 0.1;
constexpr double kSufficient = 1e-4;
/// Parallel rows reach zero together, up to rounding.
constexpr double kSameKink = 1e-12;
constexpr double kRounding = 16 * std::numeric_limits<double>::epsilon();

}  // namespace

VectorLine::VectorLine(const MultiOutputProblem& problem, const VectorPoint& point,
                       const VectorPoint& step)
    : problem_(problem), point_(point), step_(step) {}

Matrix VectorLine::fit(double t) const {
  const Matrix hidden = (point_.S + t * step_.S).cwiseMax(0.0);
  Matrix F = hidden * (point_.V + t * step_.V).transpose();
  F.rowwise() += (point_.b + t * step_.b).transpose();
  return F;
}

double VectorLine::value(double t) const {
  const double squares =
      (point_.W + t * step_.W).squaredNorm() + (point_.V + t * step_.V).squaredNorm();
  return problem_.loss().value(fit(t), problem_.Y()) + 0.5 * problem_.beta() * squares +
         0.5 * problem_.bias_penalty() * (point_.b + t * step_.b).squaredNorm();
}

VectorLine::Slopes VectorLine::slopes(double t, const Kink* kink) const {
  const Matrix S = point_.S + t * step_.S;
  const Matrix V = point_.V + t * step_.V;
  Matrix F = S.cwiseMax(0.0) * V.transpose();
  F.rowwise() += (point_.b + t * step_.b).transpose();
  const Matrix G = problem_.loss().gradient(F, problem_.Y());
  double smooth = G.cwiseProduct(S.cwiseMax(0.0) * step_.V.transpose()).sum();
  smooth += G.colwise().sum().dot(step_.b.transpose());
  smooth += problem_.beta() *
            ((point_.W + t * step_.W).cwiseProduct(step_.W).sum() + V.cwiseProduct(step_.V).sum());
  smooth += problem_.bias_penalty() * (point_.b + t * step_.b).dot(step_.b);
  const Matrix pull = G * V;
  Slopes result{smooth, smooth};
  for (Index j = 0; j < S.cols(); ++j) {
    for (Index i = 0; i < S.rows(); ++i) {
      const double change = step_.S(i, j);
      if (change == 0) continue;
      const bool wall =
          kink == nullptr
              ? S(i, j) == 0
              : kink->neuron == j && std::abs(S(i, j)) <= kSameKink * std::abs(point_.S(i, j));
      const bool left = wall ? change < 0 : S(i, j) > 0;
      const bool right = wall ? change > 0 : S(i, j) > 0;
      if (left) result.left += pull(i, j) * change;
      if (right) result.right += pull(i, j) * change;
    }
  }
  return result;
}

double VectorLine::smooth_minimum(double low, double high) const {
  for (int step = 0; step < 30 && high - low > 1e-6 * high; ++step) {
    const double middle = 0.5 * (low + high);
    (slopes(middle, nullptr).right < 0 ? low : high) = middle;
  }
  return low > 0 ? low : 0.5 * high;
}

LineStop VectorLine::search() const {
  const double start = value(0);
  const double first = slopes(0, nullptr).right;
  const auto accepted = [&](double t, double objective) {
    return objective <= start + kSufficient * t * first + kRounding * std::abs(start);
  };
  if (!(first < 0)) return {0, -1, -1, start};
  const double full = value(1);
  const double last = slopes(1, nullptr).left;
  if (accepted(1, full) && last <= kFlat * -first) return {1, -1, -1, full};

  std::vector<Kink> kinks;
  for (Index j = 0; j < point_.S.cols(); ++j) {
    for (Index i = 0; i < point_.S.rows(); ++i) {
      const double at = -point_.S(i, j) / step_.S(i, j);
      if (step_.S(i, j) != 0 && at > 0 && at < 1) kinks.push_back({at, i, j});
    }
  }
  std::sort(kinks.begin(), kinks.end(), [](const Kink& a, const Kink& b) { return a.at < b.at; });
  std::size_t low = 0;  // kinks before it have negative slopes behind them
  std::size_t high = kinks.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    const Kink& kink = kinks[middle];
    const Slopes at = slopes(kink.at, &kink);
    if (at.left < 0 && at.right >= 0) {
      const double objective = value(kink.at);
      if (accepted(kink.at, objective)) return {kink.at, kink.neuron, kink.row, objective};
      high = middle;
    } else if (at.right < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  double t =
      smooth_minimum(low > 0 ? kinks[low - 1].at : 0.0, high < kinks.size() ? kinks[high].at : 1.0);
  for (; t > 1e-14; t *= 0.5) {
    const double objective = value(t);
    if (accepted(t, objective)) return {t, -1, -1, objective};
  }
  return {0, -1, -1, start};
}

}  // namespace thalweg::detail
