#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "arrangement/bit_rows.hpp"
#include "arrangement/flag_coordinates.hpp"
#include "arrangement/sample_rows.hpp"
#include "thalweg/arrangement/hyperplane_arrangement.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg {

/// The lines {y_s = 0, s in V} of W_m for eight sets V of m - 1 rows of a flag's arrangement at a
/// time, and cells at them, exactly.
///
/// Which set is the basis of a cell, and why that is one set for every cell: sample_cells.
class SampledVertices {
 public:
  static constexpr Index kLanes = SampleKernels::kLanes;

  /// `rows` are flag.rows().
  SampledVertices(const HyperplaneArrangement& arrangement, const FlagCoordinates& flag,
                  const SampleRows& rows, const SampleKernels& kernels);

  /// Where the subsets go, ((level - 1) x 8); locate() changes their order.
  [[nodiscard]] std::int32_t* subsets() { return subsets_.data(); }
  /// Computes the eight vertices.
  void locate(Index level);

  /// The cell whose basis is the lane's subset, over hyperplanes, bit 1 where negative; false when
  /// there is none.
  [[nodiscard]] bool cell_of_basis(Index lane, PatternWord* pattern);
  /// A random cell at the lane's vertex: off its hyperplanes the signs are the vertex's; on the
  /// subset they are random, each independent; and the other hyperplanes through the vertex follow
  /// the distances from those of the subset, one of which, at random, is much larger than another
  /// one, and so on. False when the subset is dependent.
  [[nodiscard]] bool random_cell(Index lane, Random& random, PatternWord* pattern);

  [[nodiscard]] std::uint64_t exact_signs() const { return exact_signs_; }

 private:
  [[nodiscard]] bool vertex(Index lane, PatternWord* pattern);
  void near_rows(PatternWord* pattern);
  [[nodiscard]] double relation(std::size_t extra, Index position) const {
    return relations_[extra * static_cast<std::size_t>(size_) + static_cast<std::size_t>(position)];
  }
  [[nodiscard]] double inverse(Index row, Index column) const {
    return inverse_[static_cast<std::size_t>((row * size_ + column) * kLanes + lane_)];
  }
  [[nodiscard]] double largest_determinant() const;
  [[nodiscard]] int chart_sign();
  [[nodiscard]] int sign_with(Index row);
  [[nodiscard]] int sign_replacing(Index position, Index row);
  [[nodiscard]] int relation_sign(Index position, Index row);
  [[nodiscard]] bool subset_dependent();
  [[nodiscard]] bool lies_on_vertex(Index row);
  void settle_relation(Index row);
  [[nodiscard]] bool support_dependent(Index row);
  [[nodiscard]] bool dependent_with(Index row);
  [[nodiscard]] int multiplier_sign(Index position);
  void sort_basis();
  [[nodiscard]] bool resolve_flat(PatternWord* pattern);
  [[nodiscard]] bool moved_negative(std::size_t extra) const;
  [[nodiscard]] bool cell_exists(const PatternWord* pattern) const;

  const HyperplaneArrangement& arrangement_;
  const FlagCoordinates& flag_;
  const SampleRows& rows_;
  const SampleKernels& kernels_;
  std::uint64_t exact_signs_ = 0;
  Index words_ = 0;

  // The eight lanes.
  Index level_ = 1;
  Index size_ = 0;  ///< of the subsets
  std::vector<std::int32_t> subsets_;
  std::vector<double> matrix_;
  std::vector<double> inverse_;
  std::vector<double> point_;
  std::vector<PatternWord> negative_;
  std::array<double, kLanes> inverse_error_ = {};
  std::array<double, kLanes> relation_error_ = {};
  std::array<double, kLanes> tolerance_ = {};
  std::array<PatternWord, kLanes> small_ = {};

  // The lane at hand.
  Index lane_ = 0;
  double determinant_ = 0;    ///< largest_determinant()
  int chart_ = 0;             ///< sign of the determinant of the basis on W_{m-1}; 0 not known yet
  std::vector<Index> basis_;  ///< the subset, in the order of the inverse's columns
  std::vector<Index> order_;  ///< positions in basis_, rows ascending
  std::vector<Index> extra_;  ///< the other rows through the vertex, ascending
  std::vector<double> relations_;   ///< y_extra = relations y_basis, (extra x size); signs exact
  std::vector<double> relation_;    ///< the one at hand
  std::optional<bool> on_support_;  ///< support_dependent() of it, once asked
  std::vector<Index> exact_;        ///< arguments of FlagCoordinates
};

}  // namespace thalweg
