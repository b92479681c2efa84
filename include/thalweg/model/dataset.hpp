#pragma once

#include "thalweg/core/types.hpp"

namespace thalweg {

/// A data set: X (n x d), rows are samples; y (n x c), one column per output. Finite doubles, n >=
/// 1, d >= 1, c >= 1.
struct Dataset {
  Matrix X;
  Matrix y;
};

/// X with a column of ones appended, (n x (d + 1)): how a hidden bias becomes a weight.
[[nodiscard]] Matrix append_ones(const Matrix& X);

/// Class labels {0, 1} mapped to {-1, 1} in place; labels already in {-1, 1} stay.
enum class LabelMapping { kUnchanged, kZeroToMinusOne };
/// Maps y (n) to {-1, 1} in place and says what was done; throws InvalidArgument, naming the first
/// offending sample, when another value occurs.
LabelMapping map_labels(Vector& y);

}  // namespace thalweg
