#pragma once

#include "oracle/dual_query.hpp"
#include "thalweg/oracle/dual_oracle.hpp"

namespace thalweg {
namespace oracle {

/// X and what is made of it once.
struct OracleData {
  explicit OracleData(const Matrix& data);

  /// Throws InvalidArgument when nu (n) has the wrong length or is not finite.
  [[nodiscard]] DualQuery query(const Vector& nu) const;
  /// The larger of the whole-sphere bounds of nu and -nu.
  [[nodiscard]] double sphere_bound(const Vector& nu, int iterations, int threads,
                                    const RunControl& control) const;

  Matrix X;
  RowGeometry geometry;
  Matrix frame_rows;  ///< the groups' first rows in the frame, only when reduced
};

/// Throws InvalidArgument when nu has not `samples` entries or is not finite.
void require_dual(const Vector& nu, Index samples);

/// Random starts of local ascent per sign: with a good start a tree stays small; without a tree
/// each climb is long and nothing is proved by it.
[[nodiscard]] Index random_starts(Index coordinates);

}  // namespace oracle

struct DualOracle::Impl : oracle::OracleData {
  using OracleData::OracleData;
};

}  // namespace thalweg
