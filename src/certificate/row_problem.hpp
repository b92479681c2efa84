#pragma once

#include <cmath>

#include "thalweg/certificate/certificate.hpp"
#include "thalweg/model/convolution_problem.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg::certificate {

/// What a certificate is about, as docs/certificate.md has it: networks that put out
/// sum_j alpha_j sum_r (x_r^T w_j)_+ / divisor + b over the rows r of each output, and the
/// constraint |sum_r nu_r (x_r^T u)_+| <= beta |u| with nu spread over the rows. Kept by reference.
struct RowProblem {
  RowProblem(const TrainingProblem& problem) : RowProblem(problem, problem.X()) {}
  RowProblem(const TrainingProblem& targets, const Matrix& rows)
      : outputs(targets), X(rows), beta(targets.beta()) {}
  RowProblem(const ConvolutionProblem& problem)
      : outputs(problem.outputs()),
        X(problem.rows()),
        rows_per_output(problem.rows_per_output()),
        is_maximum(problem.pooling() == Pooling::kMax),
        divisor(problem.pooling() == Pooling::kAverage ? rows_per_output : 1),
        beta(outputs.beta()) {
    if (divisor > 1) beta = std::nextafter(static_cast<double>(divisor) * beta, 0.0);
  }

  [[nodiscard]] Vector spread(const Vector& nu) const {
    return rows_per_output == 1 ? nu
                                : Vector(nu.transpose().replicate(rows_per_output, 1).reshaped());
  }

  const TrainingProblem& outputs;  ///< targets, loss, beta, bias; of a convolution no data
  const Matrix& X;                 ///< (N x d)
  Index rows_per_output = 1;
  bool is_maximum = false;  ///< over the rows of an output, in place of the sum
  Index divisor = 1;
  double beta;  ///< at most divisor * outputs.beta()
};

/// Targets, loss, beta and bias. Precondition: one problem is given.
[[nodiscard]] inline const TrainingProblem& outputs_of(const CertificateRequest& request) {
  if (request.problem != nullptr) return *request.problem;
  return request.convolution != nullptr ? request.convolution->outputs()
                                        : request.parallel->outputs;
}

/// Precondition: one of problem and convolution is given.
[[nodiscard]] inline RowProblem row_problem(const CertificateRequest& request) {
  return request.problem != nullptr ? RowProblem(*request.problem)
                                    : RowProblem(*request.convolution);
}

/// Whether the dual bound is proved by trees over units.
[[nodiscard]] inline bool has_units(const CertificateRequest& request) {
  return request.parallel != nullptr ||
         (request.convolution != nullptr && request.convolution->pooling() == Pooling::kMax);
}

}  // namespace thalweg::certificate
