#pragma once

#include <string>
#include <vector>

#include "thalweg/landscape/optimal_networks.hpp"

namespace thalweg {

/// A network of optimal directions: slot j holds `masses[j]` of atom `atoms[j]` of an optimal set;
/// a slot of mass 0 is blank, whatever its atom.
struct SlotMasses {
  std::vector<Index> atoms;  ///< (m), positions in OptimalSet::atoms
  Vector masses;             ///< (m) >= 0
};

/// Whether two optimal networks are joined by a path of optimal networks.
enum class OptimalPathStatus {
  kConnected,     ///< `waypoints` is a path of global minima
  kDisconnected,  ///< there is none among networks of this width; as sure as the set's level
  kUnknown,       ///< not all vertices of the polytope are listed
};

/// A path of constant objective between two optimal networks of one width.
struct OptimalPath {
  OptimalPathStatus status = OptimalPathStatus::kUnknown;
  ClaimLevel level = ClaimLevel::kPossible;  ///< of the status: that of the set's polytope
  std::string reason;                        ///< one sentence
  /// Between neighbours every slot keeps its atom (or one of the two is blank) and masses are
  /// affine: the fit and the penalty are constant.
  std::vector<SlotMasses> waypoints;
  /// At most how far the ends are from the networks given, relative to their masses: those are
  /// optimal up to a tolerance only.
  double snapped = 0;
};

/// Joins two optimal networks of the same width through global minima, or proves that they are in
/// different components (Theorem K, connectivity.hpp).
///
/// Each network's masses are collected in one slot a direction and moved straight to a vertex of
/// their minimal face; the two vertices are joined by a shortest chain of edges whose supports fit
/// into the width (entering atoms take blank slots); slots are then permuted through a blank one. A
/// network at a vertex that fills all slots is isolated. Errors: InvalidArgument when the widths
/// differ or a network's neurons are further than `tolerance` from all optimal directions (it is
/// not optimal). O(V + E) and O(m) waypoints for each edge.
[[nodiscard]] OptimalPath connect_optima(const TrainingProblem& problem, const OptimalSet& set,
                                         const TwoLayerNetwork& from, const TwoLayerNetwork& to,
                                         double tolerance = 1e-3);

/// The network of a waypoint.
[[nodiscard]] TwoLayerNetwork network_at(const TrainingProblem& problem, const OptimalSet& set,
                                         const SlotMasses& point);

}  // namespace thalweg
