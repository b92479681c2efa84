#pragma once

#include <cstdint>

#include "thalweg/model/network.hpp"

namespace thalweg::io {

/// The numbers in the array `kind` of a path.
enum class StoredKind : std::int8_t {
  kMasses = 0,   ///< SegmentKind::kMasses
  kRescale = 1,  ///< each neuron (gamma w, alpha / gamma), log gamma affine: first and last
  kMerge = 2,    ///< SegmentKind::kMerge
  kEmpty = 3,    ///< slots that put out nothing change: weights shrink to 0 or grow from there
};

/// The network with w = 0 and alpha = 0 where one of them is.
[[nodiscard]] inline TwoLayerNetwork without_idle_weights(TwoLayerNetwork network) {
  for (Index j = 0; j < network.width(); ++j) {
    if (network.alpha(j, 0) != 0 && (network.W.row(j).array() != 0).any()) continue;
    network.W.row(j).setZero();
    network.alpha(j, 0) = 0;
  }
  return network;
}

}  // namespace thalweg::io
