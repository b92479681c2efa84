#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "oracle/row_signs.hpp"
#include "thalweg/oracle/outside_stars.hpp"

namespace thalweg::oracle {

/// The stars of the atoms of one sign, as the signs of the groups on them.
class StarSet {
 public:
  /// Takes the atoms of this sign; `signs` must outlive the set. Throws InvalidArgument where
  /// maximise_outside does.
  StarSet(const RowSigns& signs, const std::vector<StarAtom>& atoms, Sign sign);

  [[nodiscard]] const RowSigns& rows() const { return rows_; }
  [[nodiscard]] Index count() const { return static_cast<Index>(stars_.size()); }
  /// The sign of every group's first row on the star, 0 for ties, (groups).
  [[nodiscard]] std::span<const std::int8_t> signs(Index star) const {
    return stars_[static_cast<std::size_t>(star)].signs;
  }
  /// The atom, (d).
  [[nodiscard]] const Vector& centre(Index star) const {
    return stars_[static_cast<std::size_t>(star)].centre;
  }
  /// The group's distance from the centre: |x . u| / (|x| |u|), 0 for ties.
  [[nodiscard]] double distance(Index star, Index group) const;

  /// Whether u (d) is outside every closed star, exactly.
  [[nodiscard]] bool outside(const Vector& u) const;
  /// The star whose closure holds u, to rounding, or -1.
  [[nodiscard]] Index star_of(const Vector& u) const;

 private:
  struct Star {
    Vector centre;
    std::vector<std::int8_t> signs;
  };

  void add(const StarAtom& atom, std::size_t index);

  const RowSigns& rows_;
  std::vector<Star> stars_;
};

}  // namespace thalweg::oracle
