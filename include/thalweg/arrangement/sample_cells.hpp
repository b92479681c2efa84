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
  std::uint64_t count = 1000;  ///< patterns to draw (pencils, for sample_pencils)
  std::uint64_t seed = 1;
  int threads = 1;  ///< does not change the samples
  Duplicates duplicates = Duplicates::kKeep;
  /// Trials for each pattern that may fail, on average over 1024 patterns.
  std::uint64_t max_trials = 10'000;
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
  CellList cells;  ///< over samples, each pattern for itself: both signs occur
  std::uint64_t drawn = 0;
  std::uint64_t trials = 0;
  std::uint64_t exact_signs = 0;          ///< signs that floating point left open
  std::optional<std::uint64_t> distinct;  ///< patterns, unless kKeep
};

/// Independent, exactly uniform random cells: every cell has the same probability.
///
/// A level m = r, r - 2, ... >= 1 of a random flag and m - 1 hyperplanes are drawn, each of the T =
/// sum_m C(N, m - 1) choices with probability exactly 1 / T. Each cell, up to sign, has exactly one
/// of them as its basis (lemma and proof: docs/theory/arrangements.md); the others are rejected. So
/// a trial succeeds with probability cells / 2 T: always in general position, and 2 T drawn /
/// trials estimates the number of cells. Every sign is decided exactly; the law is exact when no
/// vertex of the flag lies at infinity, which has a probability of about 2^-8 up to 2^22 vertices;
/// beyond, one vertex in 2^30 may be missing, and a draw of it ends the run. Errors:
/// InvalidArgument (threads < 1). O(N r + r^3) a trial, eight at a time; degenerate vertices take
/// exact arithmetic and at times a linear program.
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
/// to it (Euclidean distance between rows of X, itself included), and a direction g with standard
/// normal entries; the cell is that of v + e g for their common zero v and small e, or its
/// negative. Dependent choices are drawn again. `neighbours` 0 stands for 2 r + 2; fewer than r - 1
/// count as r - 1. Errors: InvalidArgument (threads < 1, neighbours < 0).
[[nodiscard]] CellSample sample_local_cells(const HyperplaneArrangement& arrangement,
                                            const SampleSettings& settings = {},
                                            Index neighbours = 0);

/// All cells found on random pencils, at the enumerator's speed: settings.count pencils.
///
/// A level m and m - 2 hyperplanes S are drawn uniformly as in sample_cells; delivered are the
/// cells whose basis is S and one hyperplane after those of S, with a random sign for the pencil.
/// Every cell is expected equally often, but cells of a pencil come together: averages over the
/// sample are unbiased up to their common factor, with more variance than independent cells have.
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
