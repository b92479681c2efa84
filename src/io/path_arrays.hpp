#pragma once

#include <string>
#include <vector>

#include "io/path_kinds.hpp"
#include "io/text.hpp"
#include "thalweg/io/npz.hpp"

namespace thalweg::io {

/// The arrays of a path with k waypoints, checked for their shapes and for values alone.
struct PathArrays {
  std::string file;
  Index k = 0, m = 0, d = 0;
  std::vector<double> W, alpha, direction, sign, mass, output_bias, skip;
  std::vector<StoredKind> kind;
  bool hidden_bias = false;

  [[nodiscard]] tl::unexpected<Error> bad(const std::string& array, const std::string& what) const {
    return fail(ErrorCode::kBadValue, describe({file, array}) + ": " + what);
  }
  [[nodiscard]] std::size_t at(Index i, Index j) const {
    return static_cast<std::size_t>(i * m + j);
  }
  [[nodiscard]] Eigen::Map<const Vector> weights(Index i, Index j) const {
    return {W.data() + at(i, j) * static_cast<std::size_t>(d), d};
  }
  [[nodiscard]] Eigen::Map<const Vector> direction_of(Index i, Index j) const {
    return {direction.data() + at(i, j) * static_cast<std::size_t>(d), d};
  }
  [[nodiscard]] double bias_of(Index i) const {
    return output_bias.empty() ? 0.0 : output_bias[static_cast<std::size_t>(i)];
  }
  [[nodiscard]] Vector skip_of(Index i) const {
    return skip.empty() ? Vector() : Vector(Eigen::Map<const Vector>(skip.data() + i * d, d));
  }
  /// The network that W and alpha say.
  [[nodiscard]] TwoLayerNetwork network(Index i) const {
    TwoLayerNetwork result{Matrix(m, d), Matrix(m, 1), Vector::Constant(1, bias_of(i)),
                           hidden_bias ? HiddenBias::kLastColumn : HiddenBias::kNone, skip_of(i)};
    for (Index j = 0; j < m; ++j) {
      result.W.row(j) = weights(i, j);
      result.alpha(j, 0) = alpha[at(i, j)];
    }
    return result;
  }
};

/// What the kinds demand: [3] 1, then any of 0, 2, 3, then optionally 1 [3].
struct PathLayout {
  Index first = 0;  ///< the waypoint of the first state
  Index last = 0;   ///< the waypoint of the last state
  bool has_end = false;
};

/// Reads the arrays and checks their shapes, W's first. Errors: those of the archive, kBadShape,
/// kBadValue.
[[nodiscard]] Expected<PathArrays> read_path_arrays(const NpzArchive& archive);

/// Signs are 1 or -1, masses >= 0, and where there is mass there is a direction. Errors: kBadValue.
[[nodiscard]] Expected<void> check_path_values(const PathArrays& arrays);

/// Errors: kBadValue, kUnsupported (a rescaling in between).
[[nodiscard]] Expected<PathLayout> find_path_layout(const PathArrays& arrays);

}  // namespace thalweg::io
