#pragma once

#include <memory>
#include <string>
#include <vector>

#include "thalweg/model/training_problem.hpp"
#include "thalweg/reformulation/architecture.hpp"

namespace thalweg {

/// The training problem of an architecture,
///   L(theta, b) = l(f_theta(X) + b 1, y) + beta cost(theta) + gamma/2 b^2,
/// with gamma = beta (penalised), 0 (free) or no output bias b at all. Its dual over all numbers of
/// branches is  max D(nu)  s.t.  |nu^T f(w)| <= beta for every form f and N(w) <= 1,  with D as in
/// TrainingProblem.
class BranchProblem {
 public:
  /// X (n x features); targets (n outputs()), sample-major. Throws InvalidArgument when the
  /// architecture is missing, a shape does not fit, X, targets or beta are so large or small (1e40,
  /// 1e-60) that rounding is not under control, or as TrainingProblem.
  BranchProblem(std::shared_ptr<const Architecture> architecture, const Matrix& X, Vector targets,
                double beta, Loss loss, OutputBias output_bias = OutputBias::kNone);

  /// The same with another penalty. Throws InvalidArgument when it is not positive and finite.
  [[nodiscard]] BranchProblem with_beta(double beta) const;

  [[nodiscard]] const Architecture& architecture() const { return data_->architecture(); }
  [[nodiscard]] const Matrix& X() const { return data_->X; }
  /// The architecture's forms on X, made once for a problem and its copies.
  [[nodiscard]] const std::vector<BranchForm>& forms() const { return data_->forms; }
  [[nodiscard]] const Vector& targets() const { return affine_.y(); }
  [[nodiscard]] double beta() const { return affine_.beta(); }
  /// Loss, targets, beta and output bias as the problem of networks without branches (its X is a
  /// column of zeros): for the dual's domain and value, and the best bias.
  [[nodiscard]] const TrainingProblem& affine() const { return affine_; }

  /// L of plain weights: no form is used. Infinite outside the constraints of the architecture.
  [[nodiscard]] double objective(const BranchNetwork& network, double output_bias) const;
  /// sum s f(w) + b over blocks, from the forms, (n outputs()).
  [[nodiscard]] Vector fit(const std::vector<ActiveBlock>& blocks, double output_bias) const;
  /// D(tau nu) for the best tau that sigma (an upper bound of |nu^T f(w)| over all forms and
  /// N(w) <= 1) allows: a lower bound of L. nu in the domain of D.
  [[nodiscard]] double lower_bound(const Vector& nu, double sigma) const;
  /// The objective in words.
  [[nodiscard]] std::string describe() const;

 private:
  struct Data {
    std::shared_ptr<const Architecture> shared;
    Matrix X;
    std::vector<BranchForm> forms;

    [[nodiscard]] const Architecture& architecture() const { return *shared; }
  };
  BranchProblem(std::shared_ptr<const Data> data, TrainingProblem affine);

  std::shared_ptr<const Data> data_;
  TrainingProblem affine_;
};

}  // namespace thalweg
