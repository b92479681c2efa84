#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "arrangement/sign_tree_rows.hpp"

namespace thalweg::sign_tree {

/// What counts as zero among factors found with doubles, and with 113 bits.
inline constexpr double kTiny = 1e-8;
inline constexpr double kFineTiny = 1e-25;

/// Rows with signs.
using Relation = std::vector<std::pair<Index, Sign>>;

/// Verifies that estimated factors belong to a true relation sum l_i s_i x_i = 0 with all l_i > 0.
class RelationProof {
 public:
  explicit RelationProof(const TreeRows& rows);

  /// Candidates: rows with their signs and estimated factors > 0 of the rows scaled to length 1.
  /// Tried in turn: small whole factors of integer rows, exactly; as many independent rows as
  /// dimensions plus one, by floating point with a bound of its error; the kernel of the rows with
  /// factors that are not tiny, in rational arithmetic. True when `relation()` is proved.
  /// Factors below `tiny` times the largest are taken for zero.
  [[nodiscard]] bool prove(std::span<const std::pair<Index, Sign>> rows,
                           std::span<const double> factors, double tiny = kTiny);

  [[nodiscard]] const Relation& relation() const { return relation_; }

 private:
  void keep(std::span<const std::pair<Index, Sign>> rows, std::span<const double> factors,
            double tiny);
  [[nodiscard]] bool whole_factors();
  [[nodiscard]] bool sums_to_zero() const;
  [[nodiscard]] bool bounded_factors(std::span<const std::pair<Index, Sign>> rows);
  [[nodiscard]] bool invert();
  [[nodiscard]] double rounding_unit() const;
  [[nodiscard]] double inverse_defect() const;
  [[nodiscard]] double residual_image();
  [[nodiscard]] bool exact_kernel() const;

  const TreeRows& rows_;
  Relation relation_;
  std::vector<double> factors_;      ///< of relation_, any common scale
  std::vector<std::int64_t> whole_;  ///< of relation_
  Matrix system_;                    ///< (D x D) signed rows as columns
  Matrix inverse_;                   ///< of system_, an estimate
  Matrix work_;
  Vector right_;
  Vector solution_;
  Vector residual_;
};

}  // namespace thalweg::sign_tree
