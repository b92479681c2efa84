#include "thalweg/reformulation/convolutional_network.hpp"

#include <cmath>
#include <utility>

#include "reformulation/filter_layers.hpp"
#include "reformulation/input_checks.hpp"
#include "reformulation/random_vector.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {

ConvolutionalNetwork::ConvolutionalNetwork(PatchGeometry patches, Pooling pooling)
    : patches_(std::move(patches)), pooling_(pooling) {}

std::string ConvolutionalNetwork::describe() const {
  const std::string cost = ", beta/2 sum_j (|u_j|^2 + alpha_j^2)";
  switch (pooling_) {
    case Pooling::kSum:
      return "sum_j alpha_j sum_k (X_k u_j)_+" + cost;
    case Pooling::kAverage:
      return "sum_j alpha_j mean_k (X_k u_j)_+" + cost;
    case Pooling::kMax:
      return "sum_j alpha_j max_k (X_k u_j)_+" + cost;
    case Pooling::kNone:
      break;
  }
  return "sum_j alpha_j (X_k u_j)_+ for each patch k" + cost;
}

Index ConvolutionalNetwork::outputs() const {
  return pooling_ == Pooling::kNone ? patches_.patches() : 1;
}

std::vector<BranchLayer> ConvolutionalNetwork::layers() const {
  std::vector<BranchLayer> layers = filter_layers(patches_);
  layers.push_back({"alpha", {}});
  return layers;
}

std::vector<BranchForm> ConvolutionalNetwork::forms(const Matrix& X) const {
  const Matrix rows = patches_.stacked(X);
  const Index K = patches_.patches();
  BranchForm form(X.rows() * outputs(), BlockNorm::l2(patches_.size()));
  for (Index i = 0; i < X.rows(); ++i) {
    if (pooling_ == Pooling::kMax && K > 1) {
      form.add_maximum(i, rows.middleRows(i * K, K), 1);
      continue;
    }
    for (Index k = 0; k < K; ++k) {
      const Index sample = pooling_ == Pooling::kNone ? i * K + k : i;
      const double factor = pooling_ == Pooling::kAverage ? 1.0 / static_cast<double>(K) : 1.0;
      form.add_relu(sample, rows.row(i * K + k).transpose(), factor);
    }
  }
  return {std::move(form)};
}

Vector ConvolutionalNetwork::random_block(Index /*form*/, Random& random) const {
  return random_vector(patches_.size(), random);
}

std::optional<std::vector<Vector>> ConvolutionalNetwork::decode(const ActiveBlock& block) const {
  check_block(block, 1, patches_.size());
  const double root = std::sqrt(block.w.stableNorm());
  const Vector filter = root > 0 ? Vector(block.w / root) : block.w;
  std::vector<Vector> branch = split_filter(patches_, filter);
  branch.push_back(Vector::Constant(1, to_double(block.sign) * root));
  return branch;
}

std::vector<ActiveBlock> ConvolutionalNetwork::lift(const BranchNetwork& network) const {
  check_network(*this, network);
  std::vector<ActiveBlock> blocks;
  for (Index j = 0; j < network.branches(); ++j) {
    const double alpha = network.layers.back()(j, 0);
    const Vector w = std::abs(alpha) * join_filter(patches_, network, j);
    if (!w.isZero(0)) blocks.push_back({0, sign_of(alpha), w});
  }
  return blocks;
}

Vector ConvolutionalNetwork::predict(const Matrix& X, const BranchNetwork& network) const {
  check_network(*this, network);
  const Index K = patches_.patches();
  Vector result = Vector::Zero(X.rows() * outputs());
  for (Index j = 0; j < network.branches(); ++j) {
    const double alpha = network.layers.back()(j, 0);
    const Matrix active = filter_activations(patches_, X, network, j);
    switch (pooling_) {
      case Pooling::kSum:
        result += alpha * active.rowwise().sum();
        break;
      case Pooling::kAverage:
        result += alpha * active.rowwise().mean();
        break;
      case Pooling::kMax:
        result += alpha * active.rowwise().maxCoeff();
        break;
      case Pooling::kNone:
        for (Index i = 0; i < X.rows(); ++i) {
          result.segment(i * K, K) += alpha * active.row(i).transpose();
        }
        break;
    }
  }
  return result;
}

double ConvolutionalNetwork::penalty(const BranchNetwork& network) const {
  check_network(*this, network);
  double sum = 0;
  for (const Matrix& layer : network.layers) sum += layer.squaredNorm();
  return sum / 2;
}

namespace {

void check_images(const Matrix& X, Index rows, Index cols) {
  if (X.rows() != rows || X.cols() != cols) {
    throw InvalidArgument("X: expected " + std::to_string(rows) + " x " + std::to_string(cols) +
                          " entries, got " + std::to_string(X.rows()) + " x " +
                          std::to_string(X.cols()));
  }
}

}  // namespace

Vector residual_targets(const Matrix& X, const Matrix& wanted) {
  check_images(X, wanted.rows(), wanted.cols());
  return Matrix((wanted - X).transpose()).reshaped();
}

Matrix add_residual(const Matrix& X, const Vector& outputs) {
  if (X.size() != outputs.size()) {
    throw InvalidArgument("outputs: expected " + std::to_string(X.size()) + " numbers, got " +
                          std::to_string(outputs.size()));
  }
  return X + outputs.reshaped(X.cols(), X.rows()).transpose();
}

}  // namespace thalweg
