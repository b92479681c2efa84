#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "thalweg/arrangement/hyperplane_arrangement.hpp"

namespace thalweg::arrangement {

/// Distinct hyperplanes of a flat, as normals over a prime field whose first nonzero entry is 1.
struct FieldRows {
  std::size_t length = 0;              ///< of each normal
  std::vector<std::uint64_t> entries;  ///< (size() x length)
  std::vector<Index> ids;              ///< of the hyperplane behind each

  [[nodiscard]] std::size_t size() const { return ids.size(); }
  [[nodiscard]] const std::uint64_t* row(std::size_t i) const { return &entries[i * length]; }
  [[nodiscard]] std::uint64_t* row(std::size_t i) { return &entries[i * length]; }
};

/// Two hyperplanes that coincide on a flat.
struct Merge {
  Index kept = 0;
  Index dropped = 0;
};

/// Restricts arrangements over a prime field to their hyperplanes; keeps its scratch memory.
template <class Field>
class Restriction {
 public:
  /// The distinct normals of an arrangement, with what coincides appended to `merges`.
  void load(const HyperplaneArrangement& arrangement, FieldRows& rows, std::vector<Merge>& merges) {
    const Matrix& normals = arrangement.normals();
    rows.length = static_cast<std::size_t>(normals.cols());
    rows.entries.clear();
    rows.ids.clear();
    for (Index i = 0; i < normals.rows(); ++i) {
      for (Index k = 0; k < normals.cols(); ++k) {
        rows.entries.push_back(Field::residue(normals(i, k)));
      }
      rows.ids.push_back(i);
    }
    make_distinct(rows, merges);
  }

  /// The hyperplanes before number j, restricted to it: `length - 1` coordinates, each once, with
  /// what coincides appended to `merges`.
  void restrict_to(const FieldRows& rows, std::size_t j, FieldRows& result,
                   std::vector<Merge>& merges) {
    const std::size_t length = rows.length;
    result.length = length - 1;
    result.entries.resize(j * result.length);
    result.ids.assign(rows.ids.begin(), rows.ids.begin() + static_cast<std::ptrdiff_t>(j));
    const std::uint64_t* pivot = rows.row(j);
    const std::size_t column = leading(pivot, length);
    for (std::size_t i = 0; i < j; ++i) {
      const std::uint64_t* row = rows.row(i);
      std::uint64_t* out = result.row(i);
      const std::uint64_t factor = row[column];
      // The pivot's entries before its leading one vanish.
      for (std::size_t k = 0; k < column; ++k) out[k] = row[k];
      for (std::size_t k = column + 1; k < length; ++k) {
        out[k - 1] = factor == 1 ? Field::subtract(row[k], pivot[k])
                                 : Field::subtract(row[k], Field::multiply(factor, pivot[k]));
      }
    }
    make_distinct(result, merges);
  }

  /// Moves a basis of the normals to the front, in their order; says whether that is all of them.
  bool basis_first(FieldRows& rows) {
    const std::size_t length = rows.length;
    eliminated_ = rows.entries;
    pivots_.clear();
    dependent_.clear();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::uint64_t* row = &eliminated_[i * length];
      for (const Pivot& pivot : pivots_) {
        if (row[pivot.column] == 0) continue;
        const std::uint64_t factor = Field::multiply(row[pivot.column], pivot.scale);
        const std::uint64_t* by = &eliminated_[pivot.row * length];
        for (std::size_t k = pivot.column; k < length; ++k) {
          row[k] = Field::subtract(row[k], Field::multiply(factor, by[k]));
        }
      }
      const std::size_t column = leading(row, length);
      if (column == length) {
        dependent_.push_back(i);
      } else {
        pivots_.push_back({i, column, Field::inverse(row[column])});
      }
    }
    if (!dependent_.empty() && dependent_.front() < pivots_.back().row) reorder(rows);
    return dependent_.empty();
  }

 private:
  /// Position of the first nonzero entry.
  [[nodiscard]] static std::size_t leading(const std::uint64_t* row, std::size_t length) {
    std::size_t column = 0;
    while (column < length && row[column] == 0) ++column;
    return column;
  }

  /// The rows of pivots_ before those of dependent_.
  void reorder(FieldRows& rows) {
    const FieldRows before = rows;
    std::size_t place = 0;
    const auto put = [&](std::size_t from) {
      std::copy_n(before.row(from), rows.length, rows.row(place));
      rows.ids[place++] = before.ids[from];
    };
    for (const Pivot& pivot : pivots_) put(pivot.row);
    for (const std::size_t row : dependent_) put(row);
  }

  /// Divides each row by its first nonzero entry; one inversion for all (Montgomery's trick).
  void normalise(FieldRows& rows) {
    const std::size_t count = rows.size();
    products_.resize(count + 1);
    columns_.resize(count);
    products_[0] = 1;
    for (std::size_t i = 0; i < count; ++i) {
      columns_[i] = leading(rows.row(i), rows.length);
      products_[i + 1] = Field::multiply(products_[i], rows.row(i)[columns_[i]]);
    }
    std::uint64_t rest = Field::inverse(products_[count]);
    for (std::size_t i = count; i-- > 0;) {
      std::uint64_t* row = rows.row(i);
      const std::uint64_t scale = Field::multiply(rest, products_[i]);
      rest = Field::multiply(rest, row[columns_[i]]);
      row[columns_[i]] = 1;
      for (std::size_t k = columns_[i] + 1; k < rows.length; ++k) {
        row[k] = Field::multiply(row[k], scale);
      }
    }
  }

  /// Normalises the rows and keeps the first of those that are equal then. Precondition: none is
  /// zero.
  void make_distinct(FieldRows& rows, std::vector<Merge>& merges) {
    if (rows.size() == 0) return;
    normalise(rows);
    const std::size_t capacity = std::bit_ceil(2 * rows.size());
    if (table_.size() < capacity) table_.assign(capacity, Slot{});
    const std::size_t mask = table_.size() - 1;
    ++epoch_;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::uint64_t* row = rows.row(i);
      std::size_t place = hash(row, rows.length) & mask;
      while (table_[place].epoch == epoch_ &&
             !std::equal(row, row + rows.length, rows.row(table_[place].row))) {
        place = (place + 1) & mask;
      }
      if (table_[place].epoch == epoch_) {
        merges.push_back({rows.ids[table_[place].row], rows.ids[i]});
        continue;
      }
      table_[place] = {epoch_, kept};
      if (kept != i) {
        std::copy(row, row + rows.length, rows.row(kept));
        rows.ids[kept] = rows.ids[i];
      }
      ++kept;
    }
    rows.entries.resize(kept * rows.length);
    rows.ids.resize(kept);
  }

  [[nodiscard]] static std::size_t hash(const std::uint64_t* row, std::size_t length) {
    constexpr std::uint64_t kMultiplier = 0x9e3779b97f4a7c15u;
    std::uint64_t value = 0;
    for (std::size_t k = 0; k < length; ++k) value = (value ^ row[k]) * kMultiplier;
    return static_cast<std::size_t>(value >> 32);
  }

  /// A row of an echelon form.
  struct Pivot {
    std::size_t row = 0;
    std::size_t column = 0;
    std::uint64_t scale = 0;  ///< the inverse of its entry there
  };

  struct Slot {
    std::uint64_t epoch = 0;
    std::size_t row = 0;
  };

  std::vector<Slot> table_;
  std::uint64_t epoch_ = 0;
  std::vector<std::uint64_t> products_;
  std::vector<std::size_t> columns_;
  std::vector<std::uint64_t> eliminated_;
  std::vector<Pivot> pivots_;
  std::vector<std::size_t> dependent_;
};

}  // namespace thalweg::arrangement
