#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/item.hpp"
#include "thalweg/core/types.hpp"

namespace thalweg::report {

/// A figure of the page: its picture, what it shows, and its numbers as a table.
struct Figure {
  std::string svg;      ///< a whole <svg>
  std::string caption;  ///< HTML
  std::string table;    ///< HTML, may be empty
};

/// Numbers the figures of a page.
class FigureList {
 public:
  /// <figure> with the next number, and its table behind it. The picture's own style is left out:
  /// figure_style has it.
  std::string add(const Figure& figure);
  [[nodiscard]] int count() const { return count_; }

 private:
  int count_ = 0;
};

/// The style of all pictures, once for the page.
[[nodiscard]] std::string figure_style();

/// More points, bars or rows than this are not drawn, or not listed.
inline constexpr std::size_t kMostShown = 400;

/// An integer of a document that is small enough to count to; none for everything else.
[[nodiscard]] std::optional<Index> small_integer(const Item& item);

/// Where a relative gap is between rounding and 1, beside the tolerance. None without a gap.
[[nodiscard]] std::optional<Figure> draw_gap(const Item& gap, const Item& tolerance);
/// Lower bound, lowest known objective and the network's on a line.
[[nodiscard]] std::optional<Figure> draw_standing(const Item& lower_bound, const Item& best,
                                                  const Item& objective);
/// The directions of an optimal set in the plane, with the ranges of their masses; none unless they
/// have two coordinates.
[[nodiscard]] std::optional<Figure> draw_directions(const Item& atoms);
/// The ranges of mass as bars.
[[nodiscard]] std::optional<Figure> draw_mass_ranges(const Item& atoms);
/// What optimal networks predict: least to greatest at each sample.
[[nodiscard]] std::optional<Figure> draw_prediction_ranges(const Item& document);
/// Components by width of a document of `width`.
[[nodiscard]] std::optional<Figure> draw_components(const Item& document);
/// The objective along a path of a document of `path`, beside the straight line and other curves.
[[nodiscard]] std::optional<Figure> draw_losses(const Item& document);
/// Objective, loss, penalty and neurons over beta of a document of `path-regularization`.
[[nodiscard]] std::optional<Figure> draw_regularization(const Item& document);
/// The arrangement of a document of `arrangement` in the plane.
[[nodiscard]] std::optional<Figure> draw_cells(const Item& document);

}  // namespace thalweg::report
