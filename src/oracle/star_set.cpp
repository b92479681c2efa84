#include "oracle/star_set.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "thalweg/core/error.hpp"

namespace thalweg::oracle {

StarSet::StarSet(const RowSigns& signs, const std::vector<StarAtom>& atoms, Sign sign)
    : rows_(signs) {
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    if (atoms[i].sign == sign) add(atoms[i], i);
  }
}

void StarSet::add(const StarAtom& atom, std::size_t index) {
  const RowGeometry& geometry = rows_.geometry();
  const std::string name = "atoms[" + std::to_string(index) + "]";
  if (atom.u.size() != geometry.dimension()) {
    throw InvalidArgument(name + ".u has " + std::to_string(atom.u.size()) + " entries but X has " +
                          std::to_string(geometry.dimension()) + " columns");
  }
  const double norm = atom.u.norm();
  if (!std::isfinite(norm) || !(norm > 0)) {
    throw InvalidArgument(name + ".u must be finite and not zero");
  }
  Star star{atom.u, std::vector<std::int8_t>(static_cast<std::size_t>(geometry.groups()), 0)};
  std::vector<bool> tie(star.signs.size(), false);
  for (const Index row : atom.ties) {
    if (row < 0 || row >= geometry.samples()) {
      throw InvalidArgument(name + ".ties holds " + std::to_string(row) + " but X has " +
                            std::to_string(geometry.samples()) + " rows");
    }
    const Index group = geometry.group_of_row()[static_cast<std::size_t>(row)];
    if (group >= 0) tie[static_cast<std::size_t>(group)] = true;
  }
  for (Index g = 0; g < geometry.groups(); ++g) {
    const auto i = static_cast<std::size_t>(g);
    const std::string row = std::to_string(geometry.first_rows()[i]);
    if (tie[i]) {
      const double share =
          std::fabs(rows_.at_direction(g, atom.u).value) * rows_.inverse_norm(g) / norm;
      if (share > kTieTolerance) {
        throw InvalidArgument(name + " lists row " + row +
                              " as a tie, but |x.u| / (|x| |u|) exceeds kTieTolerance");
      }
      continue;
    }
    star.signs[i] = static_cast<std::int8_t>(rows_.sign_at_direction(g, atom.u));
    if (star.signs[i] == 0) {
      throw InvalidArgument(name + " has x.u = 0 for row " + row + ", which is not among its ties");
    }
  }
  stars_.push_back(std::move(star));
}

double StarSet::distance(Index star, Index group) const {
  if (signs(star)[static_cast<std::size_t>(group)] == 0) return 0;
  const Vector& u = centre(star);
  return std::fabs(rows_.at_direction(group, u).value) * rows_.inverse_norm(group) / u.norm();
}

bool StarSet::outside(const Vector& u) const {
  return std::all_of(stars_.begin(), stars_.end(), [&](const Star& star) {
    for (Index g = 0; g < rows_.groups(); ++g) {
      const int sign = star.signs[static_cast<std::size_t>(g)];
      if (sign != 0 && sign * rows_.sign_at_direction(g, u) < 0) return true;
    }
    return false;
  });
}

Index StarSet::star_of(const Vector& u) const {
  for (Index q = 0; q < count(); ++q) {
    bool inside = true;
    for (Index g = 0; g < rows_.groups() && inside; ++g) {
      const RowProduct product = rows_.at_direction(g, u);
      inside = signs(q)[static_cast<std::size_t>(g)] * product.value >= -product.error;
    }
    if (inside) return q;
  }
  return -1;
}

}  // namespace thalweg::oracle
