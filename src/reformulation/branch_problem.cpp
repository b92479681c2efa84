#include "thalweg/reformulation/branch_problem.hpp"

#include <limits>
#include <utility>

#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

Index output_count(const std::shared_ptr<const Architecture>& architecture, const Matrix& X) {
  if (architecture == nullptr) throw InvalidArgument("architecture: expected one, got none");
  return X.rows() * architecture->outputs();
}

}  // namespace

BranchProblem::BranchProblem(std::shared_ptr<const Architecture> architecture, const Matrix& X,
                             Vector targets, double beta, Loss loss, OutputBias output_bias)
    : affine_(Matrix::Zero(output_count(architecture, X), 1), std::move(targets), beta,
              std::move(loss), output_bias) {
  std::vector<BranchForm> forms = architecture->forms(X);
  data_ = std::make_shared<const Data>(Data{std::move(architecture), X, std::move(forms)});
}

BranchProblem::BranchProblem(std::shared_ptr<const Data> data, TrainingProblem affine)
    : data_(std::move(data)), affine_(std::move(affine)) {}

BranchProblem BranchProblem::with_beta(double beta) const {
  return {data_, affine_.with_beta(beta)};
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
