#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "thalweg/convex/block_program.hpp"

/// Block programs judged from their data alone: plain loops in extended precision that share
/// nothing with the solvers, with the losses and their conjugates written anew.
namespace thalweg::testing {

using Real = long double;

/// phi(f, y).
inline Real loss_of(const Loss& loss, Real f, Real y) {
  const Real r = f - y;
  switch (loss.kind()) {
    case LossKind::kSquared:
      return r * r / 2;
    case LossKind::kLogistic: {
      const Real t = y * f;
      return t > 0 ? std::log1p(std::exp(-t)) : -t + std::log1p(std::exp(t));
    }
    case LossKind::kHuber: {
      const Real delta = loss.delta();
      return std::abs(r) <= delta ? r * r / 2 : delta * std::abs(r) - delta * delta / 2;
    }
    case LossKind::kSquaredHinge: {
      const Real s = std::max<Real>(0, 1 - y * f);
      return s * s / 2;
    }
  }
  return std::numeric_limits<Real>::quiet_NaN();
}

/// -phi*(-q), minus infinity outside the domain.
inline Real dual_of(const Loss& loss, Real q, Real y) {
  const Real p = q * y;
  constexpr Real kOutside = -std::numeric_limits<Real>::infinity();
  switch (loss.kind()) {
    case LossKind::kSquared:
      return p - q * q / 2;
    case LossKind::kLogistic: {
      if (p < 0 || p > 1) return kOutside;
      const Real first = p > 0 ? -p * std::log(p) : 0;
      const Real second = p < 1 ? -(1 - p) * std::log1p(-p) : 0;
      return first + second;
    }
    case LossKind::kHuber:
      // nu = w q rounds: a last bit outside is inside.
      if (std::abs(q) > loss.delta() * (1 + 1e-15L)) return kOutside;
      return p - q * q / 2;
    case LossKind::kSquaredHinge:
      return p < 0 ? kOutside : p - q * q / 2;
  }
  return kOutside;
}

/// What a solution is worth.
struct BlockCheck {
  double objective = 0;
  double magnitude = 0;    ///< size of the terms of the dual value: its rounding is relative to it
  double dual_norm = 0;    ///< max |A_i^T nu| / weight_i
  double lower_bound = 0;  ///< the largest D(tau nu) with tau nu feasible
  double gap = 0;          ///< objective - lower_bound
  /// The KKT conditions as parts of the gap, each between 0 and it:
  /// the largest beta weight_i |w_i| |t_i|^2 / 2, t_i = A_i^T tau nu / (beta weight_i) - w_i /
  /// |w_i|;
  double misalignment = 0;
  /// the slack l(f) - D(tau nu) - tau nu^T f of the loss, 0 where tau nu = -grad l(f);
  double misfit = 0;
  /// and (1^T tau nu - gamma b)^2 / (2 gamma) of a penalised bias.
  double bias_slack = 0;
  double imbalance = 0;  ///< the largest |u^T nu| / (|u| |nu|) of a free column u: bias, skip
  bool strictly_listed = true;  ///< active is ascending and lists nonzero columns only
};

inline Real sample_weight(const TrainingProblem& problem, Index i) {
  const Loss& loss = problem.loss();
  const Real omega = loss.sample_weights().size() > 0 ? Real{loss.sample_weights()[i]} : Real{1};
  return loss.scale() == LossScale::kSum ? omega : omega / static_cast<Real>(problem.samples());
}

/// The block program over the given matrices A_i (n x p) with the problem's loss, bias and beta.
class BlockJudge {
 public:
  BlockJudge(const TrainingProblem& problem, const std::vector<Matrix>& maps, const Vector& weights)
      : problem_(problem), maps_(maps), weights_(weights) {}

  [[nodiscard]] BlockCheck check(const BlockSolution& solution) const {
    BlockCheck result;
    result.objective = static_cast<double>(objective(solution));
    const Real norm = dual_norm(solution.dual);
    result.dual_norm = static_cast<double>(norm);
    const Real beta = problem_.beta();
    const Real limit = norm > beta ? beta / norm : Real{1};
    const Real tau = best_scale(solution.dual, limit);
    result.lower_bound = static_cast<double>(dual_value(solution.dual, tau));
    result.gap = result.objective - result.lower_bound;
    result.magnitude = static_cast<double>(magnitude(solution.dual, tau));
    check_support(solution, tau, result);
    check_bias(solution, tau, result);
    check_fit(solution, tau, result);
    return result;
  }

  /// max |A_i^T nu| / weight_i.
  [[nodiscard]] Real dual_norm(const Vector& nu) const {
    Real largest = 0;
    for (std::size_t k = 0; k < maps_.size(); ++k) {
      Real square = 0;
      for (const Real g : adjoint(k, nu)) square += g * g;
      largest = std::max(largest, std::sqrt(square) / Real{weights_[static_cast<Index>(k)]});
    }
    return largest;
  }

  /// D(tau nu) without the constraints on blocks; |1^T nu| is left to bias_defect.
  [[nodiscard]] Real dual_value(const Vector& nu, Real tau) const {
    Real value = 0;
    Real sum = 0;
    for (Index i = 0; i < nu.size(); ++i) {
      const Real w = sample_weight(problem_, i);
      value += w * dual_of(problem_.loss(), tau * nu[i] / w, problem_.y()[i]);
      sum += tau * nu[i];
    }
    if (problem_.output_bias() == OutputBias::kPenalised) {
      value -= sum * sum / (2 * Real{problem_.beta()});
    }
    return value;
  }

 private:
  [[nodiscard]] std::vector<Real> adjoint(std::size_t k, const Vector& nu) const {
    const Matrix& A = maps_[k];
    std::vector<Real> g(static_cast<std::size_t>(A.cols()), 0);
    for (Index c = 0; c < A.cols(); ++c) {
      for (Index i = 0; i < A.rows(); ++i) g[static_cast<std::size_t>(c)] += Real{A(i, c)} * nu[i];
    }
    return g;
  }

  [[nodiscard]] std::vector<Real> fit(const BlockSolution& solution) const {
    const Index n = problem_.samples();
    std::vector<Real> result(static_cast<std::size_t>(n), Real{solution.bias});
    for (std::size_t k = 0; k < solution.active.size(); ++k) {
      const Matrix& A = maps_[static_cast<std::size_t>(solution.active[k])];
      for (Index c = 0; c < A.cols(); ++c) {
        const Real w = solution.W(c, static_cast<Index>(k));
        for (Index i = 0; i < n; ++i) result[static_cast<std::size_t>(i)] += Real{A(i, c)} * w;
      }
    }
    if (solution.skip.size() > 0) {
      for (Index c = 0; c < problem_.dimension(); ++c) {
        for (Index i = 0; i < n; ++i) {
          result[static_cast<std::size_t>(i)] += Real{problem_.X()(i, c)} * solution.skip[c];
        }
      }
    }
    return result;
  }

  [[nodiscard]] Real objective(const BlockSolution& solution) const {
    Real mass = 0;
    for (std::size_t k = 0; k < solution.active.size(); ++k) {
      Real square = 0;
      for (const double w : solution.W.col(static_cast<Index>(k))) square += Real{w} * w;
      mass += Real{weights_[solution.active[k]]} * std::sqrt(square);
    }
    Real value = Real{problem_.beta()} * mass;
    const std::vector<Real> f = fit(solution);
    for (Index i = 0; i < problem_.samples(); ++i) {
      value += sample_weight(problem_, i) *
               loss_of(problem_.loss(), f[static_cast<std::size_t>(i)], problem_.y()[i]);
    }
    if (problem_.output_bias() == OutputBias::kPenalised) {
      value += Real{problem_.beta()} * solution.bias * solution.bias / 2;
    }
    return value;
  }

  /// D is concave along the ray: thirds.
  [[nodiscard]] Real best_scale(const Vector& nu, Real limit) const {
    Real low = 0;
    Real high = limit;
    for (int step = 0; step < 300; ++step) {
      const Real a = low + (high - low) / 3;
      const Real b = high - (high - low) / 3;
      if (dual_value(nu, a) <= dual_value(nu, b)) {
        low = a;
      } else {
        high = b;
      }
    }
    return dual_value(nu, limit) >= dual_value(nu, low) ? limit : low;
  }

  [[nodiscard]] Real magnitude(const Vector& nu, Real tau) const {
    Real sum = 0;
    for (Index i = 0; i < nu.size(); ++i) {
      const Real q = tau * nu[i];
      sum += std::abs(q * problem_.y()[i]) + q * q / (2 * sample_weight(problem_, i));
    }
    return sum;
  }

  void check_support(const BlockSolution& solution, Real tau, BlockCheck& result) const {
    for (std::size_t k = 0; k < solution.active.size(); ++k) {
      const Index block = solution.active[k];
      const auto w = solution.W.col(static_cast<Index>(k));
      const Real norm = w.norm();
      if (!(norm > 0) || (k > 0 && solution.active[k - 1] >= block)) {
        result.strictly_listed = false;
        continue;
      }
      const Real bound = Real{problem_.beta()} * weights_[block];
      const std::vector<Real> g = adjoint(static_cast<std::size_t>(block), solution.dual);
      Real square = 0;
      for (Index c = 0; c < w.size(); ++c) {
        const Real t = tau * g[static_cast<std::size_t>(c)] / bound - Real{w[c]} / norm;
        square += t * t;
      }
      result.misalignment =
          std::max(result.misalignment, static_cast<double>(bound * norm * square / 2));
    }
  }

  void check_bias(const BlockSolution& solution, Real tau, BlockCheck& result) const {
    const Vector ones = Vector::Ones(problem_.samples());
    const Real gamma = problem_.beta();
    if (problem_.output_bias() == OutputBias::kPenalised) {
      Real sum = 0;
      for (const double entry : solution.dual) sum += entry;
      const Real defect = tau * sum - gamma * solution.bias;
      result.bias_slack = static_cast<double>(defect * defect / (2 * gamma));
    } else if (problem_.output_bias() == OutputBias::kFree) {
      result.imbalance = imbalance(ones, solution.dual);
    }
    if (problem_.skip() == SkipConnection::kNone) return;
    for (Index c = 0; c < problem_.dimension(); ++c) {
      result.imbalance = std::max(result.imbalance, imbalance(problem_.X().col(c), solution.dual));
    }
  }

  [[nodiscard]] static double imbalance(const Vector& u, const Vector& nu) {
    Real sum = 0;
    for (Index i = 0; i < u.size(); ++i) sum += Real{u[i]} * nu[i];
    const double size = u.norm() * nu.norm();
    return size > 0 ? static_cast<double>(std::abs(sum)) / size : 0;
  }

  void check_fit(const BlockSolution& solution, Real tau, BlockCheck& result) const {
    const std::vector<Real> f = fit(solution);
    Real slack = 0;
    for (Index i = 0; i < problem_.samples(); ++i) {
      const Real w = sample_weight(problem_, i);
      const Real q = tau * solution.dual[i] / w;
      const Real at = f[static_cast<std::size_t>(i)];
      slack += w * (loss_of(problem_.loss(), at, problem_.y()[i]) -
                    dual_of(problem_.loss(), q, problem_.y()[i]) + q * at);
    }
    result.misfit = static_cast<double>(slack);
  }

  const TrainingProblem& problem_;
  const std::vector<Matrix>& maps_;
  const Vector& weights_;
};

}  // namespace thalweg::testing
