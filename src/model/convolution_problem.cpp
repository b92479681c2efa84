#include "thalweg/model/convolution_problem.hpp"

#include <string>
#include <utility>

#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

void check_patches(const PatchColumns& patches, Index d) {
  if (patches.patches < 1 || patches.size < 1 ||
      static_cast<Index>(patches.columns.size()) != patches.patches * patches.size) {
    throw InvalidArgument("patches: expected " + std::to_string(patches.patches) + " x " +
                          std::to_string(patches.size) + " columns, at least one, got " +
                          std::to_string(patches.columns.size()));
  }
  for (const Index column : patches.columns) {
    if (column >= PatchColumns::kOne && column < d) continue;
    throw InvalidArgument("patches: column " + std::to_string(column) + ", but X has " +
                          std::to_string(d));
  }
}

Matrix cut(const Matrix& X, const PatchColumns& patches) {
  check_patches(patches, X.cols());
  Matrix rows = Matrix::Zero(X.rows() * patches.patches, patches.size);
  for (Index i = 0; i < rows.rows(); ++i) {
    const Index first = i % patches.patches * patches.size;
    for (Index k = 0; k < patches.size; ++k) {
      const Index column = patches.columns[static_cast<std::size_t>(first + k)];
      if (column >= 0) rows(i, k) = X(i / patches.patches, column);
      if (column == PatchColumns::kOne) rows(i, k) = 1;
    }
  }
  return rows;
}

}  // namespace

ConvolutionProblem::ConvolutionProblem(Matrix X, Vector y, PatchColumns patches, Pooling pooling,
                                       double beta, Loss loss, OutputBias output_bias)
    : X_(std::move(X)),
      patches_(std::move(patches)),
      pooling_(pooling),
      rows_(cut(X_, patches_)),
      outputs_(Matrix::Zero(rows_.rows() / rows_per_output(), 1), std::move(y), beta,
               std::move(loss), output_bias) {
  if (!X_.allFinite()) throw InvalidArgument("X: expected finite entries");
}

Index ConvolutionProblem::rows_per_output() const {
  return pooling_ == Pooling::kNone ? 1 : patches_.patches;
}

void ConvolutionProblem::check(const TwoLayerNetwork& network) const {
  if (network.input_dimension() != patches_.size) {
    throw InvalidArgument("W: filters of " + std::to_string(network.input_dimension()) +
                          " entries, but patches have " + std::to_string(patches_.size));
  }
  TwoLayerNetwork rest = network;
  if (!rest.W.allFinite()) throw InvalidArgument("W: expected finite weights");
  rest.W = Matrix::Zero(network.width(), 1);
  outputs_.check(rest);
}

Vector ConvolutionProblem::fit(const TwoLayerNetwork& network) const {
  const Matrix active = activations(rows_, network);  // (rows x m)
  const Index pool = rows_per_output();
  Vector result(outputs_.samples());
  for (Index i = 0; i < result.size(); ++i) {
    const auto own = active.middleRows(i * pool, pool);
    const Vector pooled = pooling_ == Pooling::kMax ? own.colwise().maxCoeff().transpose().eval()
                                                    : own.colwise().sum().transpose().eval();
    result[i] = pooled.dot(network.alpha.col(0));
    if (pooling_ == Pooling::kAverage) result[i] /= static_cast<double>(pool);
    if (network.output_bias.size() > 0) result[i] += network.output_bias[0];
  }
  return result;
}

}  // namespace thalweg
