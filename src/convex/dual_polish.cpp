#include "thalweg/convex/dual_polish.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "convex/double_double.hpp"
#include "convex/newton_direction.hpp"
#include "convex/wide_float.hpp"

namespace thalweg {
namespace {

using detail::DoubleDouble;
using detail::GatedNeuron;
using detail::NeuronModel;
using detail::WideFloat;
template <class Number>
using Wide = std::vector<Number>;

constexpr int kIterations = 8;
constexpr double kTooFar = 1e-2;  ///< a point this far from stationary is not to be refined
constexpr double kSlack = 1e-10;  ///< how far a row may be beyond its wall, relative

double leading(const DoubleDouble& value) { return value.hi; }
double leading(const WideFloat& value) { return value.value.get_d(); }

template <class Number>
Wide<Number> widen(const Vector& v) {
  return Wide<Number>(v.data(), v.data() + v.size());
}

template <class Number>
Vector narrow(const Wide<Number>& v) {
  Vector result(static_cast<Index>(v.size()));
  for (std::size_t k = 0; k < v.size(); ++k) result[static_cast<Index>(k)] = leading(v[k]);
  return result;
}

/// Columns of doubles that add up to v, the first its leading parts.
template <class Number>
Matrix words(Wide<Number> v) {
  constexpr Index kWords = std::is_same_v<Number, DoubleDouble> ? 2 : 4;
  Matrix result(static_cast<Index>(v.size()), kWords);
  for (Index word = 0; word < kWords; ++word) {
    for (std::size_t k = 0; k < v.size(); ++k) {
      result(static_cast<Index>(k), word) = leading(v[k]);
      v[k] = v[k] - Number(leading(v[k]));
    }
  }
  return result;
}

template <class Number>
void add(Wide<Number>& v, const Vector& move) {
  for (std::size_t k = 0; k < v.size(); ++k) v[k] = v[k] + Number(move[static_cast<Index>(k)]);
}

template <class Number>
Number dot(const Matrix& X, Index row, const Wide<Number>& w) {
  Number sum;
  for (std::size_t k = 0; k < w.size(); ++k)
    sum = sum + Number(X(row, static_cast<Index>(k))) * w[k];
  return sum;
}

/// -phi'(f, y) of a loss with piecewise linear gradient.
template <class Number>
Number dual_of(const Loss& loss, double weight, const Number& f, double y) {
  Number value = Number(y) - f;
  if (loss.kind() == LossKind::kHuber) {
    if (Number(loss.delta()) < value) value = loss.delta();
    if (value < Number(-loss.delta())) value = -loss.delta();
  } else if (loss.kind() == LossKind::kSquaredHinge) {
    const Number slack = Number(1) - Number(y) * f;
    value = slack < Number(0) ? Number(0) : Number(y) * slack;
  }
  return Number(weight) * value;
}

/// One neuron's extended state: its weight and the multipliers of an independent set of its kinks.
template <class Number>
struct WideNeuron {
  Wide<Number> w;
  Wide<Number> multipliers;
  std::vector<Index> walls;  ///< independent kink rows
  Eigen::ColPivHouseholderQR<Matrix> qr;
  Wide<Number> residual;  ///< gradient minus the walls' part, (d)
  Vector wall_error;      ///< x_i^T w of the walls
};

template <class Number>
class Polisher {
 public:
  Polisher(const TrainingProblem& problem, const std::vector<Neuron>& neurons,
           const AffinePart& affine, double enough)
      : problem_(problem),
        enough_(enough),
        model_(problem, neurons, affine),
        affine_(widen<Number>(model_.affine)) {
    for (const GatedNeuron& neuron : model_.neurons) wide_.push_back(start(neuron));
    system_ = std::make_unique<detail::NewtonSystem>(model_, 1e-14);
  }

  PolishedPoint run() {
    PolishedPoint best;
    best.stationarity = std::numeric_limits<double>::infinity();
    const double start_objective = model_.objective();
    for (int iteration = 0; iteration < kIterations; ++iteration) {
      const double stationarity = evaluate();
      const bool better =
          stationarity < best.stationarity && (iteration == 0 || still_valid(start_objective));
      const bool fast = stationarity < 0.3 * best.stationarity;
      if (!better && iteration > 1) break;
      if (better) best = snapshot(stationarity);
      if (stationarity <= enough_ || (!fast && iteration > 1) || stationarity > kTooFar) break;
      correct();
    }
    return best;
  }

 private:
  WideNeuron<Number> start(const GatedNeuron& neuron) const {
    WideNeuron<Number> wide;
    wide.w = widen<Number>(neuron.w);
    const Index d = problem_.dimension();
    Matrix walls(d, static_cast<Index>(neuron.kinks.size()));
    for (std::size_t k = 0; k < neuron.kinks.size(); ++k) {
      walls.col(static_cast<Index>(k)) = problem_.X().row(neuron.kinks[k]).transpose();
    }
    if (walls.cols() == 0) return wide;
    const Index rank = d - neuron.basis.cols();
    Matrix scaled = walls;
    for (Index k = 0; k < scaled.cols(); ++k) scaled.col(k).normalize();
    const Eigen::ColPivHouseholderQR<Matrix> order(scaled);
    Matrix chosen(d, rank);
    for (Index k = 0; k < rank; ++k) {
      const Index column = order.colsPermutation().indices()[k];
      wide.walls.push_back(neuron.kinks[static_cast<std::size_t>(column)]);
      chosen.col(k) = walls.col(column);
    }
    wide.multipliers.assign(static_cast<std::size_t>(rank), Number());
    wide.qr.compute(chosen);
    return wide;
  }

  /// Residuals at the current extended point; returns the reduced stationarity relative to beta.
  double evaluate() {
    compute_dual();
    double worst = 0;
    for (std::size_t j = 0; j < wide_.size(); ++j) {
      WideNeuron<Number>& wide = wide_[j];
      compute_gradient(j);
      if (!wide.walls.empty()) {
        add(wide.multipliers, wide.qr.solve(wall_residual(wide)));
        wall_residual(wide);
      }
      worst = std::max(worst, narrow(wide.residual).norm() / problem_.beta());
      for (Index k = 0; k < wide.wall_error.size(); ++k) {
        const Index row = wide.walls[static_cast<std::size_t>(k)];
        worst = std::max(worst, std::abs(wide.wall_error[k]) /
                                    (model_.row_norms()[row] * narrow(wide.w).norm()));
      }
    }
    return std::max(worst, affine_residual().norm() / problem_.beta());
  }

  /// Gradient in the affine part's reduced coordinates.
  Vector affine_residual() const {
    Wide<Number> gradient(affine_.size());
    for (std::size_t k = 0; k < affine_.size(); ++k) {
      gradient[k] = Number(model_.affine_penalties()[static_cast<Index>(k)]) * affine_[k];
      for (Index i = 0; i < problem_.samples(); ++i) {
        gradient[k] = gradient[k] - Number(affine_entry(i, k)) * dual_[static_cast<std::size_t>(i)];
      }
    }
    return model_.affine_basis().transpose() * narrow(gradient);
  }

  /// Entry of the column that coefficient k of the affine part multiplies.
  double affine_entry(Index i, std::size_t k) const {
    const std::size_t ones = problem_.output_bias() == OutputBias::kNone ? 0 : 1;
    return k < ones ? 1.0 : problem_.X()(i, static_cast<Index>(k - ones));
  }

  void compute_dual() {
    const Index n = problem_.samples();
    dual_.assign(static_cast<std::size_t>(n), Number());
    for (Index i = 0; i < n; ++i) {
      Number f;
      for (std::size_t k = 0; k < affine_.size(); ++k) {
        f = f + Number(affine_entry(i, k)) * affine_[k];
      }
      for (std::size_t j = 0; j < wide_.size(); ++j) {
        const GatedNeuron& neuron = model_.neurons[j];
        if (neuron.gate[i] == 0) continue;
        const Number t = dot(problem_.X(), i, wide_[j].w);
        f = neuron.s > 0 ? f + t : f - t;
      }
      dual_[static_cast<std::size_t>(i)] =
          dual_of(problem_.loss(), problem_.loss().sample_weight(i, n), f, problem_.y()[i]);
    }
  }

  /// gradient_j = -s X^T (gate nu) + beta w / |w|.
  void compute_gradient(std::size_t j) {
    const GatedNeuron& neuron = model_.neurons[j];
    WideNeuron<Number>& wide = wide_[j];
    const std::size_t d = wide.w.size();
    Number square;
    for (const Number& value : wide.w) square = square + value * value;
    const Number scale = Number(problem_.beta()) / sqrt(square);
    gradient_.assign(d, Number());
    for (std::size_t k = 0; k < d; ++k) {
      Number sum;
      for (Index i = 0; i < problem_.samples(); ++i) {
        if (neuron.gate[i] == 0) continue;
        sum = sum +
              Number(problem_.X()(i, static_cast<Index>(k))) * dual_[static_cast<std::size_t>(i)];
      }
      gradient_[k] = scale * wide.w[k] - Number(neuron.s) * sum;
    }
    wide.residual = gradient_;
    wide.wall_error.resize(static_cast<Index>(wide.walls.size()));
    for (std::size_t k = 0; k < wide.walls.size(); ++k) {
      wide.wall_error[static_cast<Index>(k)] = leading(dot(problem_.X(), wide.walls[k], wide.w));
    }
  }

  /// Gradient minus the walls' part at the present multipliers.
  Vector wall_residual(WideNeuron<Number>& wide) {
    wide.residual = gradient_;
    for (std::size_t k = 0; k < wide.walls.size(); ++k) {
      for (std::size_t q = 0; q < wide.w.size(); ++q) {
        wide.residual[q] =
            wide.residual[q] -
            wide.multipliers[k] * Number(problem_.X()(wide.walls[k], static_cast<Index>(q)));
      }
    }
    return narrow(wide.residual);
  }

  void correct() {
    std::vector<Vector> residuals;
    for (const WideNeuron<Number>& wide : wide_) residuals.push_back(narrow(wide.residual));
    const detail::Direction direction = system_->solve(residuals, affine_residual());
    for (std::size_t j = 0; j < wide_.size(); ++j) {
      WideNeuron<Number>& wide = wide_[j];
      Vector move = direction.dw[j];
      if (!wide.walls.empty()) {
        // Least-norm correction of the walls: B (B^T B)^-1 e through B = Q R.
        const Index rank = static_cast<Index>(wide.walls.size());
        const Matrix R = wide.qr.matrixR().topRows(rank).template triangularView<Eigen::Upper>();
        const Vector permuted = wide.qr.colsPermutation().transpose() * wide.wall_error;
        Vector lifted = Vector::Zero(move.size());
        lifted.head(rank) = R.transpose().triangularView<Eigen::Lower>().solve(permuted);
        move -= wide.qr.householderQ() * lifted;
      }
      add(wide.w, move);
    }
    add(affine_, direction.daffine);
  }

  /// The corrected weights are still on their pieces and no worse.
  bool still_valid(double start_objective) const {
    double mass = 0;
    const Vector affine = narrow(affine_);
    Vector fit = problem_.affine_fit(problem_.unstack(affine));
    for (std::size_t j = 0; j < wide_.size(); ++j) {
      const GatedNeuron& neuron = model_.neurons[j];
      const Vector w = narrow(wide_[j].w);
      const Vector t = problem_.X() * w;
      const double slack = kSlack * w.norm();
      mass += w.norm();
      for (Index i = 0; i < t.size(); ++i) {
        const double beyond = neuron.gate[i] > 0 ? -t[i] : t[i];
        if (beyond > slack * model_.row_norms()[i]) return false;
      }
      fit += neuron.s * neuron.gate.cwiseProduct(t);
    }
    const double value = problem_.loss().value(fit, problem_.y()) + problem_.beta() * mass +
                         0.5 * model_.affine_penalties().dot(affine.cwiseAbs2());
    return value <= start_objective * (1 + 1e-12);
  }

  PolishedPoint snapshot(double stationarity) const {
    PolishedPoint point;
    point.neurons = model_.neurons_out();
    for (std::size_t j = 0; j < wide_.size(); ++j) {
      point.neurons[j].w = narrow(wide_[j].w);
      point.weight_words.push_back(words(wide_[j].w));
    }
    point.affine_words = words(affine_);
    const AffinePart affine = problem_.unstack(narrow(affine_));
    point.bias = affine.bias;
    point.skip = affine.skip;
    point.dual = narrow(dual_);
    point.stationarity = stationarity;
    return point;
  }

  const TrainingProblem& problem_;
  double enough_;
  NeuronModel model_;
  std::vector<WideNeuron<Number>> wide_;
  std::unique_ptr<detail::NewtonSystem> system_;
  Wide<Number> affine_;
  Wide<Number> dual_;
  Wide<Number> gradient_;
};

}  // namespace

PolishedPoint polish_dual(const TrainingProblem& problem, const std::vector<Neuron>& neurons,
                          const AffinePart& affine, double enough, PolishPrecision precision) {
  if (problem.loss().kind() == LossKind::kLogistic || neurons.empty()) {
    const NeuronModel model(problem, neurons, affine);
    const AffinePart same = problem.unstack(model.affine);
    PolishedPoint point;
    point.neurons = model.neurons_out();
    point.bias = same.bias;
    point.skip = same.skip;
    point.dual = model.nu;
    for (const Neuron& neuron : point.neurons) point.weight_words.emplace_back(neuron.w);
    point.affine_words = model.affine;
    for (const GatedNeuron& neuron : model.neurons) {
      const Vector reduced = neuron.basis.transpose() * model.gradient(neuron);
      point.stationarity = std::max(point.stationarity, reduced.norm() / problem.beta());
    }
    return point;
  }
  if (precision == PolishPrecision::kDoubleDouble) {
    return Polisher<DoubleDouble>(problem, neurons, affine, enough).run();
  }
  return Polisher<WideFloat>(problem, neurons, affine, enough).run();
}

}  // namespace thalweg
