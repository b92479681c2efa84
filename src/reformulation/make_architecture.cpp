#include "thalweg/reformulation/make_architecture.hpp"

#include <string>

#include "thalweg/core/error.hpp"
#include "thalweg/reformulation/circular_relu.hpp"
#include "thalweg/reformulation/convolutional_network.hpp"
#include "thalweg/reformulation/convolutional_three_layer.hpp"
#include "thalweg/reformulation/flattened_network.hpp"
#include "thalweg/reformulation/parallel_network.hpp"

namespace thalweg {
namespace {

/// Told before the patches are made, as wrong sizes may be huge.
void check_input(const std::vector<Index>& input, Index features) {
  Index rest = features;
  bool fits = !input.empty();
  std::string product;
  for (const Index extent : input) {
    fits = fits && extent >= 1 && rest % extent == 0;
    if (fits) rest /= extent;
    product += (product.empty() ? "" : " x ") + std::to_string(extent);
  }
  if (fits && rest == 1) return;
  throw InvalidArgument("input: expected sizes whose product is the " + std::to_string(features) +
                        " columns of X, got " + product);
}

PatchGeometry make_patches(const ArchitectureDescription& description, Index features) {
  check_input(description.input, features);
  return PatchGeometry({.input = description.input,
                        .kernel = description.kernel,
                        .stride = description.stride,
                        .padding = description.padding,
                        .bias = description.filter_bias});
}

}  // namespace

bool has_branches(ArchitectureKind kind) {
  switch (kind) {
    case ArchitectureKind::kCnn:
    case ArchitectureKind::kCnnFlattened:
    case ArchitectureKind::kCnnThreeLayer:
    case ArchitectureKind::kCircularRelu:
    case ArchitectureKind::kThreeLayer:
    case ArchitectureKind::kPath:
      return true;
    case ArchitectureKind::kTwoLayer:
    case ArchitectureKind::kCircularLinear:
    case ArchitectureKind::kPolynomial:
    case ArchitectureKind::kOneDimensional:
    case ArchitectureKind::kThreshold:
      break;
  }
  return false;
}

std::unique_ptr<Architecture> make_architecture(const ArchitectureDescription& description,
                                                Index features) {
  switch (description.kind) {
    case ArchitectureKind::kCnn:
      return std::make_unique<ConvolutionalNetwork>(make_patches(description, features),
                                                    description.pooling);
    case ArchitectureKind::kCnnFlattened:
      return std::make_unique<FlattenedNetwork>(make_patches(description, features));
    case ArchitectureKind::kCnnThreeLayer:
      return std::make_unique<ConvolutionalThreeLayer>(make_patches(description, features));
    case ArchitectureKind::kCircularRelu:
      return std::make_unique<CircularReluNetwork>(features);
    case ArchitectureKind::kThreeLayer:
      return std::make_unique<ParallelNetwork>(features, std::vector<Index>{description.neurons},
                                               BranchCost::kConstrained);
    case ArchitectureKind::kPath:
      return std::make_unique<ParallelNetwork>(features, description.fan_in, BranchCost::kPath);
    default:
      break;
  }
  throw InvalidArgument("architecture: expected one that is a sum of branches, got " +
                        std::string(to_string(description.kind)));
}

}  // namespace thalweg
