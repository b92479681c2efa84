#pragma once

#include <memory>

#include "thalweg/convex/block_program.hpp"

namespace thalweg {

namespace detail {
struct PricedDual;
}

/// What block coordinate descent has made for a family of maps and a loss, eigendecompositions and
/// a copy in single precision: hand the same object to the next program over them, as on a path
/// over beta.
class BlockMemory {
 public:
  BlockMemory();
  ~BlockMemory();
  /// A block's quadratic model A_i^T diag(h) A_i = Q diag(lambda) Q^T.
  struct Spectrum {
    Matrix Q;
    Vector lambda;
  };

  /// h (n): an upper bound of the loss's second derivatives; must be the same for every use.
  [[nodiscard]] const Spectrum& spectrum(const BlockMaps& maps, Index block, const Vector& h);
  /// The maps in single precision where they have such a form, else `maps` itself.
  [[nodiscard]] const BlockMaps& fast(const BlockMaps& maps);
  /// The last dual point with its products, for the next program to start from.
  [[nodiscard]] detail::PricedDual& priced() { return *priced_; }

 private:
  std::vector<std::unique_ptr<Spectrum>> spectra_;
  std::unique_ptr<BlockMaps> single_;
  std::unique_ptr<detail::PricedDual> priced_;
};

/// Solves a block program by cyclic descent over its blocks, each minimised exactly: for loose gaps
/// and warm-started paths.
///
/// A block's subproblem is solved in the eigenbasis of A_i^T diag(h) A_i by Newton's method on one
/// secular equation (squared loss: h constant; other losses: h an upper bound of the curvature, so
/// that every update is a majorisation step). A working set of the support and the blocks with the
/// largest |A_i^T nu| grows until the gap over all blocks closes; inside it, Anderson extrapolation
/// of the last five sweeps is taken where it lowers the objective (Bertrand and Massias 2021). For
/// gaps of 1e-3 and more the sweeps run in single precision; fit, bound and gap over all blocks
/// never do.
///
/// O(n p) an update and O(n P p) a pass over all blocks; O(n p^2 + p^3) once for every block that
/// enters, kept in `memory` (optional). max_steps counts sweeps, a hundred for each Newton step of
/// the other solver.
[[nodiscard]] BlockSolution block_coordinate_descent(const BlockProgram& program,
                                                     const SolverSettings& settings,
                                                     const BlockSolution* start = nullptr,
                                                     BlockMemory* memory = nullptr);

}  // namespace thalweg
