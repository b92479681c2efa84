#pragma once

namespace thalweg {

/// What becomes of a filter's activations over the patches of an input.
enum class Pooling {
  kSum,      ///< their sum
  kAverage,  ///< their mean
  kMax,      ///< the largest
  kNone,     ///< one output for each patch: fully convolutional
};

}  // namespace thalweg
