#include "commands/check_comparison.hpp"

#include <memory>

#include "commands/exit_code.hpp"
#include "commands/report.hpp"
#include "thalweg/io/branch_network_reader.hpp"
#include "thalweg/reformulation/filter_problem.hpp"
#include "thalweg/reformulation/make_architecture.hpp"
#include "thalweg/reformulation/parallel_network.hpp"

namespace thalweg::commands {
namespace {

/// The first difference of two matrices in words, none when they are equal.
std::optional<std::string> difference(const Matrix& certified, const Matrix& stored,
                                      const std::string& what) {
  if (certified.rows() != stored.rows() || certified.cols() != stored.cols()) {
    return "the certificate's " + what + " is " + std::to_string(certified.rows()) + " x " +
           std::to_string(certified.cols()) + ", the file's " + std::to_string(stored.rows()) +
           " x " + std::to_string(stored.cols());
  }
  for (Index i = 0; i < certified.rows(); ++i) {
    for (Index k = 0; k < certified.cols(); ++k) {
      if (certified(i, k) == stored(i, k)) continue;
      return "the certificate's " + what + " has " + exact_digits(certified(i, k)) + " at row " +
             std::to_string(i) + ", column " + std::to_string(k) + ", the file has " +
             exact_digits(stored(i, k));
    }
  }
  return std::nullopt;
}

/// The architecture of a description on the certificate's data; none when it does not fit them.
std::unique_ptr<Architecture> fitted(const CertificateSource& source,
                                     const ArchitectureDescription& description) {
  if (!has_branches(description.kind)) return nullptr;
  try {
    return make_architecture(description, source.X.cols());
  } catch (const InvalidArgument&) {
    return nullptr;
  }
}

}  // namespace

std::optional<std::string> compare_dataset(const CertificateSource& source, const Dataset& dataset,
                                           bool residual) {
  Matrix X = dataset.X;
  if (source.X.cols() == X.cols() + 1) X = append_ones(X);
  if (auto found = difference(source.X, X, "X")) return found;
  Matrix y = dataset.y;
  if (residual && y.rows() == X.rows() && y.cols() == X.cols()) y -= X;
  if (source.loss == "squared-hinge") {
    Vector labels = y.reshaped();
    map_labels(labels);
    y = labels.reshaped(y.rows(), y.cols());
  }
  return difference(source.y, y, "y");
}

std::optional<std::string> compare_network(const CertificateSource& source,
                                           const io::StoredNetwork& stored) {
  if (source.kind != "relu2") return "the certificate is about another architecture";
  const TwoLayerNetwork& network = stored.network;
  if (network.outputs() != 1) return "the file's network has several outputs";
  if (network.has_skip()) return "the file's network has a skip connection";
  Matrix W = network.W;
  if (network.hidden_bias == HiddenBias::kNone && source.X.cols() == W.cols() + 1) {
    W.conservativeResize(W.rows(), W.cols() + 1);
    W.rightCols(1).setZero();
  }
  if (auto found = difference(source.W, W, "W")) return found;
  if (auto found = difference(source.alpha, network.alpha, "alpha")) return found;
  if (source.output_bias_value != network.output_bias[0]) {
    return "the certificate's output bias is " + exact_digits(source.output_bias_value) +
           ", the file's is " + exact_digits(network.output_bias[0]);
  }
  return std::nullopt;
}

std::optional<std::string> compare_architecture(const CertificateSource& source,
                                                const ArchitectureDescription& description) {
  const std::unique_ptr<Architecture> architecture = fitted(source, description);
  if (const auto* cnn = dynamic_cast<const ConvolutionalNetwork*>(architecture.get())) {
    const PatchColumns patches = patch_columns(cnn->patches());
    if (source.kind == "cnn" && source.variant == to_string(cnn->pooling()) &&
        source.patches.patches == patches.patches && source.patches.size == patches.size &&
        source.patches.columns == patches.columns) {
      return std::nullopt;
    }
  }
  if (const auto* tree = dynamic_cast<const ParallelNetwork*>(architecture.get())) {
    const char* cost = tree->cost() == BranchCost::kPath ? "path" : "constrained";
    if (source.kind == "parallel" && source.variant == cost && source.fan_ins == tree->fan_ins()) {
      return std::nullopt;
    }
  }
  return "the certificate's is another one: " + source.kind +
         (source.variant.empty() ? "" : " " + source.variant);
}

std::optional<std::string> compare_branches(const CertificateSource& source,
                                            const ArchitectureDescription& description,
                                            const std::string& path) {
  io::BranchFormat format;
  format.layers = fitted(source, description)->layers();
  if (source.kind == "cnn") format.torch = io::TorchNames::kConvolution;
  format.description = description;
  const bool ones = source.X.cols() > 0 && (source.X.rightCols(1).array() == 1.0).all();
  format.hidden_bias = ones ? HiddenBias::kLastColumn : HiddenBias::kNone;
  const io::StoredBranchNetwork stored = require(io::read_branch_network(path, format));
  Matrix certified = source.W;
  if (source.kind == "cnn") {
    certified.conservativeResize(Eigen::NoChange, certified.cols() + 1);
    certified.rightCols(1) = source.alpha;
  }
  const BranchNetwork& network = stored.network;
  Matrix weights(network.branches(), 0);
  for (const Matrix& layer : network.layers) {
    weights.conservativeResize(Eigen::NoChange, weights.cols() + layer.cols());
    weights.rightCols(layer.cols()) = layer;
  }
  if (auto found = difference(certified, weights, "branches")) return found;
  const double bias = stored.output_bias.value_or(0);
  if (source.output_bias_value == bias) return std::nullopt;
  return "the certificate's output bias is " + exact_digits(source.output_bias_value) +
         ", the file's is " + exact_digits(bias);
}

}  // namespace thalweg::commands
