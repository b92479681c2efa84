#include "thalweg/core/vector_loss.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// How far a row of a softmax dual may be from sum zero, relative to the weight.
constexpr double kRowSum = 1e-12;

Index class_of(const Matrix& targets, Index sample) {
  Index label = 0;
  targets.row(sample).maxCoeff(&label);
  return label;
}

/// -p ln p, 0 at 0.
double entropy_term(double p) { return p > 0 ? -p * std::log(p) : 0.0; }

/// q_k = -N_k / weight of a sample's other classes must not be negative, and their sum at most 1.
struct OtherClasses {
  double sum = 0;      ///< of q over the other classes
  double least = 0;    ///< the smallest q among them, at most 0
  double defect = 0;   ///< |sum of the row| / weight
  double entropy = 0;  ///< of all classes
};

OtherClasses other_classes(const Matrix& dual, Index sample, Index label, double weight) {
  OtherClasses result;
  for (Index k = 0; k < dual.cols(); ++k) {
    if (k == label) continue;
    const double q = -dual(sample, k) / weight;
    result.sum += q;
    result.least = std::min(result.least, q);
    result.entropy += entropy_term(q);
  }
  result.defect = std::abs(dual(sample, label) / weight - result.sum);
  const double own = 1 - result.sum;
  if (own > 0) result.entropy -= own * std::log1p(-result.sum);
  return result;
}

}  // namespace

Vector project_to_simplex(const Vector& v) {
  std::vector<double> sorted(v.begin(), v.end());
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  double sum = 0;
  double shift = 0;
  for (std::size_t k = 0; k < sorted.size(); ++k) {
    sum += sorted[k];
    const double candidate = (sum - 1) / static_cast<double>(k + 1);
    if (sorted[k] > candidate) shift = candidate;
  }
  return (v.array() - shift).cwiseMax(0.0);
}

Vector softmax_probabilities(const Vector& f) {
  const Vector powers = (f.array() - f.maxCoeff()).exp();
  return powers / powers.sum();
}

VectorLoss VectorLoss::separable(const Loss& loss) {
  if (loss.sample_weights().size() > 0) {
    throw InvalidArgument("loss: expected one without sample weights for several outputs");
  }
  return {loss, loss.scale()};
}
VectorLoss VectorLoss::softmax(LossScale scale) { return {std::nullopt, scale}; }

double VectorLoss::weight(Index samples) const {
  return scale_ == LossScale::kSum ? 1.0 : 1.0 / static_cast<double>(samples);
}

std::string VectorLoss::name() const { return scalar_ ? scalar_->name() : "softmax"; }

double VectorLoss::value(const Matrix& fit, const Matrix& targets) const {
  double sum = 0;
  if (scalar_) {
    for (Index k = 0; k < fit.cols(); ++k) sum += scalar_->value(fit.col(k), targets.col(k));
    return sum;
  }
  for (Index i = 0; i < fit.rows(); ++i) {
    // log sum exp(f_k - f_label): with the label's own term taken out nothing cancels.
    const Index label = class_of(targets, i);
    const Vector margin = fit.row(i).array() - fit(i, label);
    const double largest = margin.maxCoeff();
    if (largest > 0) {
      sum += largest + std::log((margin.array() - largest).exp().sum());
    } else {
      double others = 0;
      for (Index k = 0; k < margin.size(); ++k) others += k == label ? 0.0 : std::exp(margin[k]);
      sum += std::log1p(others);
    }
  }
  return weight(fit.rows()) * sum;
}

Matrix VectorLoss::gradient(const Matrix& fit, const Matrix& targets) const {
  Matrix result(fit.rows(), fit.cols());
  if (scalar_) {
    for (Index k = 0; k < fit.cols(); ++k) {
      result.col(k) = scalar_->gradient(fit.col(k), targets.col(k));
    }
    return result;
  }
  const double w = weight(fit.rows());
  for (Index i = 0; i < fit.rows(); ++i) {
    const Index label = class_of(targets, i);
    const Vector p = softmax_probabilities(fit.row(i).transpose());
    double others = 0;
    for (Index k = 0; k < p.size(); ++k) others += k == label ? 0.0 : p[k];
    result.row(i) = w * p.transpose();
    result(i, label) = -w * others;
  }
  return result;
}

Matrix VectorLoss::curvature_product(const Matrix& fit, const Matrix& targets,
                                     const Matrix& direction) const {
  Matrix result(fit.rows(), fit.cols());
  if (scalar_) {
    for (Index k = 0; k < fit.cols(); ++k) {
      result.col(k) = scalar_->curvature(fit.col(k), targets.col(k)).cwiseProduct(direction.col(k));
    }
    return result;
  }
  const double w = weight(fit.rows());
  for (Index i = 0; i < fit.rows(); ++i) {
    const Vector p = softmax_probabilities(fit.row(i).transpose());
    const double mean = direction.row(i) * p;
    result.row(i) = w * (p.array() * (direction.row(i).transpose().array() - mean)).transpose();
  }
  return result;
}

Matrix VectorLoss::curvature_root(const Vector& fit, const Vector& target, Index samples) const {
  const double root = std::sqrt(weight(samples));
  if (scalar_) {
    Vector diagonal(fit.size());
    for (Index k = 0; k < fit.size(); ++k) {
      // A loss of one sample: its curvature carries weight(1) = 1 whatever the scale.
      diagonal[k] = scalar_->curvature(fit.segment(k, 1), target.segment(k, 1))[0];
    }
    return root * Matrix(diagonal.cwiseSqrt().asDiagonal());
  }
  // S = diag(sqrt p) (I - 1 p^T): S^T S = diag p - p p^T.
  const Vector p = softmax_probabilities(fit);
  Matrix S = -p.cwiseSqrt() * p.transpose();
  S.diagonal() += p.cwiseSqrt();
  return root * S;
}

double VectorLoss::dual_value(const Matrix& dual, const Matrix& targets) const {
  double sum = 0;
  if (scalar_) {
    for (Index k = 0; k < dual.cols(); ++k) sum += scalar_->dual_value(dual.col(k), targets.col(k));
    return sum;
  }
  const double w = weight(dual.rows());
  for (Index i = 0; i < dual.rows(); ++i) {
    const OtherClasses row = other_classes(dual, i, class_of(targets, i), w);
    if (row.least < 0 || row.sum > 1 + kRowSum || row.defect > kRowSum) return -kInfinity;
    sum += row.entropy;
  }
  return w * sum;
}

double VectorLoss::dual_slope(const Matrix& dual, const Matrix& targets, double tau) const {
  double sum = 0;
  if (scalar_) {
    for (Index k = 0; k < dual.cols(); ++k) {
      sum += scalar_->dual_slope(dual.col(k), targets.col(k), tau);
    }
    return sum;
  }
  const double w = weight(dual.rows());
  for (Index i = 0; i < dual.rows(); ++i) {
    const Index label = class_of(targets, i);
    const double others = other_classes(dual, i, label, w).sum;
    if (others > 0) sum += others * std::log1p(-std::min(tau * others, 1.0));
    for (Index k = 0; k < dual.cols(); ++k) {
      const double q = -dual(i, k) / w;
      if (k != label && q > 0) sum -= q * std::log(tau * q);
    }
  }
  return w * sum;
}

Matrix VectorLoss::project_to_dual_domain(const Matrix& dual, const Matrix& targets) const {
  Matrix result(dual.rows(), dual.cols());
  if (scalar_) {
    for (Index k = 0; k < dual.cols(); ++k) {
      result.col(k) = scalar_->project_to_dual_domain(dual.col(k), targets.col(k));
    }
    return result;
  }
  const double w = weight(dual.rows());
  for (Index i = 0; i < dual.rows(); ++i) {
    const Index label = class_of(targets, i);
    Vector shifted = targets.row(i).transpose() - dual.row(i).transpose() / w;
    const bool inside =
        std::abs(shifted.sum() - 1) <= kRowSum / 10 && shifted.minCoeff() >= -kRowSum / 10;
    // A point inside keeps its small probabilities; a projection would round them to 1e-16.
    Vector q =
        inside ? Vector((-dual.row(i).transpose() / w).cwiseMax(0.0)) : project_to_simplex(shifted);
    q[label] = 0;
    const double others = q.sum();
    if (others > 1) q /= others;
    result.row(i) = -w * q.transpose();
    result(i, label) = w * q.sum();
  }
  return result;
}

double VectorLoss::largest_dual_scale(const Matrix& dual, const Matrix& targets) const {
  double tau = 1;
  if (scalar_) {
    for (Index k = 0; k < dual.cols(); ++k) {
      tau = std::min(tau, scalar_->largest_dual_scale(dual.col(k), targets.col(k)));
    }
    return tau;
  }
  const double w = weight(dual.rows());
  for (Index i = 0; i < dual.rows(); ++i) {
    const OtherClasses row = other_classes(dual, i, class_of(targets, i), w);
    if (row.least < 0 || row.defect > kRowSum) return 0;
    if (tau * row.sum > 1) tau = 1 / row.sum;
  }
  return tau;
}

}  // namespace thalweg
