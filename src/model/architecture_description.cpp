#include "thalweg/model/architecture_description.hpp"

namespace thalweg {

std::string_view to_string(ArchitectureKind kind) {
  switch (kind) {
    case ArchitectureKind::kTwoLayer:
      return "two-layer";
    case ArchitectureKind::kCnn:
      return "cnn";
    case ArchitectureKind::kCnnFlattened:
      return "cnn-flattened";
    case ArchitectureKind::kCnnThreeLayer:
      return "cnn-three-layer";
    case ArchitectureKind::kCircularLinear:
      return "circular-linear";
    case ArchitectureKind::kCircularRelu:
      return "circular-relu";
    case ArchitectureKind::kThreeLayer:
      return "three-layer";
    case ArchitectureKind::kPath:
      return "path";
    case ArchitectureKind::kPolynomial:
      return "polynomial";
    case ArchitectureKind::kOneDimensional:
      return "one-dimensional";
    case ArchitectureKind::kThreshold:
      return "threshold";
  }
  return "unknown";
}

}  // namespace thalweg
