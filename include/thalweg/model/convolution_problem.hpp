#pragma once

#include <vector>

#include "thalweg/core/loss.hpp"
#include "thalweg/core/types.hpp"
#include "thalweg/model/network.hpp"
#include "thalweg/model/pooling.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg {

/// Which columns of the data the entries of each patch are.
struct PatchColumns {
  static constexpr Index kPadding = -1;  ///< the entry is 0
  static constexpr Index kOne = -2;      ///< the entry is 1: a filter's bias

  Index patches = 0;             ///< K
  Index size = 0;                ///< h
  std::vector<Index> columns{};  ///< (K h), patch after patch: a column, kPadding or kOne
};

/// The training problem of two-layer convolutional networks with one output a pooled input,
///   f(x_i) = sum_j alpha_j pool_k (x_ik^T u_j)_+ + b,
/// or one for each patch without pooling: filters u_j are the rows of TwoLayerNetwork::W (m x h).
/// Penalty and loss as in TrainingProblem. Source: theory/architectures.md sections 4.1, 4.2.
class ConvolutionProblem {
 public:
  /// X (n x d); y (n), or (n K) sample-major without pooling. Throws InvalidArgument when a shape
  /// or a column does not fit, or as TrainingProblem does. O(n K h).
  ConvolutionProblem(Matrix X, Vector y, PatchColumns patches, Pooling pooling, double beta,
                     Loss loss, OutputBias output_bias = OutputBias::kNone);

  [[nodiscard]] const Matrix& X() const { return X_; }
  [[nodiscard]] const PatchColumns& patches() const { return patches_; }
  [[nodiscard]] Pooling pooling() const { return pooling_; }
  /// Targets, loss, beta and output bias; its X is a column of zeros.
  [[nodiscard]] const TrainingProblem& outputs() const { return outputs_; }
  /// All patches, (n K x h): row i K + k is patch k of sample i.
  [[nodiscard]] const Matrix& rows() const { return rows_; }
  /// Rows behind each output: K, or 1 without pooling.
  [[nodiscard]] Index rows_per_output() const;

  /// Throws InvalidArgument unless the network has filters of h entries and fits outputs().
  void check(const TwoLayerNetwork& network) const;
  /// Outputs, (outputs().samples()). O(n K h m).
  [[nodiscard]] Vector fit(const TwoLayerNetwork& network) const;

 private:
  Matrix X_;
  PatchColumns patches_;
  Pooling pooling_;
  Matrix rows_;
  TrainingProblem outputs_;
};

}  // namespace thalweg
