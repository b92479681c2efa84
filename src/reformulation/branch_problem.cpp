#include "thalweg/reformulation/branch_problem.hpp"

#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <utility>

#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

Index output_count(const std::shared_ptr<const Architecture>& architecture, const Matrix& X) {
  if (architecture == nullptr) throw InvalidArgument("architecture: expected one, got none");
  return X.rows() * architecture->outputs();
}

/// Beyond these sizes squares of numbers leave the range of doubles or lose their bounds of
/// rounding.
constexpr double kLargest = 1e40;
constexpr double kSmallest = 1e-60;

/// The largest size of a factor, or (degree 2) of a product of two.
void require_size(const std::string& name, double largest, int degree = 1) {
  const double least = std::pow(kSmallest, degree);
  const double most = std::pow(kLargest, degree);
  if (largest == 0 || (largest >= least && largest <= most)) return;
  char text[160];
  std::snprintf(text, sizeof text,
                "%s: the largest size is %.3g, expected %.0e to %.0e: measure in other units",
                name.c_str(), largest, least, most);
  throw InvalidArgument(text);
}

}  // namespace

BranchProblem::BranchProblem(std::shared_ptr<const Architecture> architecture, const Matrix& X,
                             Vector targets, double beta, Loss loss, OutputBias output_bias)
    : affine_(Matrix::Zero(output_count(architecture, X), 1), std::move(targets), beta,
              std::move(loss), output_bias) {
  if (X.size() > 0) require_size("X", X.cwiseAbs().maxCoeff());
  require_size("y", affine_.y().cwiseAbs().maxCoeff());
  require_size("beta", beta, 2);
  std::vector<BranchForm> forms = architecture->forms(X);
  data_ = std::make_shared<const Data>(Data{std::move(architecture), X, std::move(forms)});
}

BranchProblem::BranchProblem(std::shared_ptr<const Data> data, TrainingProblem affine)
    : data_(std::move(data)), affine_(std::move(affine)) {}

BranchProblem BranchProblem::with_beta(double beta) const {
  TrainingProblem affine = affine_.with_beta(beta);
  require_size("beta", beta, 2);
  return {data_, std::move(affine)};
}

double BranchProblem::objective(const BranchNetwork& network, double output_bias) const {
  check_network(architecture(), network);
  const Vector outputs = architecture().predict(X(), network);
  const double bias = affine_.output_bias() == OutputBias::kPenalised
                          ? 0.5 * beta() * output_bias * output_bias
                          : 0;
  return affine_.loss().value((outputs.array() + output_bias).matrix(), targets()) +
         beta() * architecture().penalty(network) + bias;
}

Vector BranchProblem::fit(const std::vector<ActiveBlock>& blocks, double output_bias) const {
  Vector sum = Vector::Constant(targets().size(), output_bias);
  for (const ActiveBlock& block : blocks) {
    sum += to_double(block.sign) *
           forms()[static_cast<std::size_t>(block.form)].evaluate(block.w).outputs;
  }
  return sum;
}

double BranchProblem::lower_bound(const Vector& nu, double sigma) const {
  const double limit = sigma > 0 ? beta() / sigma : std::numeric_limits<double>::infinity();
  return affine_.dual_objective(affine_.best_dual_scale(nu, limit) * nu);
}

std::string BranchProblem::describe() const {
  return affine_.loss().name() + " loss; " + architecture().describe();
}

}  // namespace thalweg
