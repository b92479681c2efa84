#pragma once

#include <cstdint>
#include <optional>

#include "thalweg/arrangement/cell_block.hpp"
#include "thalweg/arrangement/hyperplane_arrangement.hpp"
#include "thalweg/core/run_control.hpp"
#include "thalweg/core/types.hpp"

namespace thalweg {

/// What happens to a pattern that is drawn again.
enum class Duplicates {
  kKeep,   ///< delivered as often as drawn
  kCount,  ///< the same, and the distinct patterns are counted
  kDrop,   ///< delivered once, where it came first
};

struct SampleSettings {
  std::uint64_t count = 1000;  ///< patterns to draw; about, at most, for sample_pencils
  std::uint64_t seed = 1;
  int threads = 1;  ///< does not change the samples
  Duplicates duplicates = Duplicates::kKeep;
  /// Trials for each pattern that may fail, on average over 1024 patterns.
  std::uint64_t max_trials = 1'000;
  RunControl control;
};

/// Why sampling ended; the cells are valid, and as random as promised, in every case.
enum class SampleStatus {
  kUnsolved,     ///< not run
  kComplete,     ///< as many as asked for
  kTrialLimit,   ///< fewer: too many trials failed
  kStopped,      ///< fewer: deadline or cancellation
  kUnluckyFlag,  ///< none: random flags of subspaces met vertices at infinity; use another seed
};

struct CellSample {
  SampleStatus status = SampleStatus::kUnsolved;
  CellList cells;           ///< over samples, each pattern for itself: both signs occur
  std::uint64_t drawn = 0;  ///< patterns, before any are dropped
  std::uint64_t trials = 0;
  std::uint64_t exact_signs = 0;          ///< signs that floating point left open
  std::optional<std::uint64_t> distinct;  ///< patterns, unless kKeep
};

/// Independent, exactly uniform random cells: every cell has the same probability.
///
/// A level m = r, r - 2, ... >= 1 of a random flag W_r > ... > W_1 = {l_2 = ... = l_r = 0} and a
/// set V of m - 1 hyperplanes are drawn, each of the T = sum_m C(N, m - 1) choices with probability
/// exactly 1 / T, and kept when V is the basis of a cell. A cell that W_m meets and W_{m-2} does
/// not has a unique l_{m-1}-lowest vertex on l_m = 1 in W_m (up to sign, that is every cell, once:
/// enumerate_cells). Let the hyperplanes move there to x_i + e_i = 0, e_1 >> e_2 >> ... > 0
/// infinitesimal. All vertices become simple; the basis of the cell is the V through the lowest
/// vertex of the moved region with the cell's signs. *Lemma.* Every cell has one basis; and V is
/// the basis of a cell exactly when the moved region that is lowest at the vertex of V has the
/// signs of a cell, then of that one. *Proof.* A cell is open, so its moved region is not empty.
/// Both have the same recession cone, and have a lowest vertex exactly when l_{m-1} > 0 on it,
/// except at 0. So the basis exists; it determines the region, and that the signs. Conversely the
/// cell with those signs has a lowest vertex by the same argument, and V is its basis. QED
///
/// A trial succeeds with probability cells / 2 T, always in general position; 2 T drawn / trials is
/// an unbiased estimate of the number of cells. All signs are exact. The law is exact when no
/// vertex lies at infinity, which the flag has a chance of 2^-8 to violate for up to 2^22 vertices;
/// with more, about one vertex in 2^30 is lost, and the run starts again on another flag when it
/// meets one. Errors: InvalidArgument (threads < 1). O(N r + r^3) a trial, eight at a time; at
/// degenerate vertices exact arithmetic and at times a linear program.
[[nodiscard]] CellSample sample_cells(const HyperplaneArrangement& arrangement,
                                      const SampleSettings& settings = {});

/// Cells of independent directions u with standard normal entries (d): each with the probability of
/// its solid angle. Signs are exact for u as drawn; directions on a hyperplane are drawn again.
/// O(N d) each.
[[nodiscard]] CellSample sample_gaussian_cells(const HyperplaneArrangement& arrangement,
                                               const SampleSettings& settings = {});

/// Cells at vertices of hyperplanes that belong to neighbouring data points.
///
/// One of at most 1024 random rows is drawn, r - 1 hyperplanes among the `neighbours` rows nearest
/// to it (Euclidean distance between rows of X, itself included), and one of their two opposite
/// common zeros v; the cell is a random one at v: any signs on the r - 1 hyperplanes are equally
/// likely. (Where more hyperplanes meet at v, their signs are those of v + e_1 g_1 + e_2 g_2 + ...,
/// e_1 >> e_2 >> ... > 0, g_i a step off one of the r - 1 only, in random order.) Dependent choices
/// are drawn again. `neighbours` 0 stands for 2 r + 2; fewer than r - 1 count as r - 1. Errors:
/// InvalidArgument (threads < 1, neighbours < 0). O(N r + r^3) each, and O(1024 N d).
[[nodiscard]] CellSample sample_local_cells(const HyperplaneArrangement& arrangement,
                                            const SampleSettings& settings = {},
                                            Index neighbours = 0);

/// All cells of random pencils of hyperplanes, at about the rate of the enumerator.
///
/// settings.count / N pencils, rounded up: a level m and m - 2 hyperplanes S (none for m = 1) at
/// random; delivered are the cells whose basis (see sample_cells) is S and one hyperplane more, at
/// most N, with one random sign for the pencil. Levels have weights C(N, m - 2) / (m - 1) (1 for
/// m = 1), and a basis contains m - 1 sets S, so every cell is expected equally often. But cells of
/// a pencil come together: a cluster sample, with more variance than independent cells. `trials`
/// are pencils. Errors: InvalidArgument (threads < 1). O(N r^2) a pencil and O(N) a cell.
[[nodiscard]] CellSample sample_pencils(const HyperplaneArrangement& arrangement,
                                        const SampleSettings& settings = {});

/// The cells of given directions and those behind their nearest walls, each once: not random.
///
/// For each row w of W (m x d) first the cell of w (on hyperplanes: of w + e_1 (1, 0, ..., 0) +
/// e_2 (0, 1, ...) + ..., e_1 >> e_2 >> ... > 0 small), then of the `walls` hyperplanes with the
/// smallest |x^T w| / |x| those that bound it, crossed. Whether a flipped pattern is a cell is
/// decided exactly (interior_point). Errors: InvalidArgument (W has not d columns, an entry that is
/// not finite, walls < 0).
[[nodiscard]] CellSample cells_around(const HyperplaneArrangement& arrangement, const Matrix& W,
                                      Index walls = 10, const RunControl& control = {});

}  // namespace thalweg
