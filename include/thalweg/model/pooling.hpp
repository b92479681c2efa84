#pragma once

#include <array>
#include <string_view>

namespace thalweg {

/// What becomes of a filter's activations over the patches of an input.
enum class Pooling {
  kSum,      ///< their sum
  kAverage,  ///< their mean
  kMax,      ///< the largest
  kNone,     ///< one output for each patch: fully convolutional
};

/// All of them.
inline constexpr std::array kPoolingKinds = {Pooling::kSum, Pooling::kAverage, Pooling::kMax,
                                             Pooling::kNone};

/// The word of descriptions and certificates: "sum", "average", "max", "none".
[[nodiscard]] std::string_view to_string(Pooling pooling);

}  // namespace thalweg
