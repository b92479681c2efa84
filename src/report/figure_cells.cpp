#include "report/figure.hpp"
#include "report/html.hpp"
#include "thalweg/arrangement/planar_picture.hpp"

namespace thalweg::report {
namespace {

/// More make a picture of hundreds of kilobytes.
constexpr Index kMostDrawn = 60;

/// The rows of X; none when their lengths differ.
std::optional<Matrix> matrix_of(const Item& rows) {
  const std::size_t columns = rows[0].size();
  Matrix X(static_cast<Index>(rows.size()), static_cast<Index>(columns));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].size() != columns) return std::nullopt;
    for (std::size_t k = 0; k < columns; ++k) {
      X(static_cast<Index>(i), static_cast<Index>(k)) = rows[i][k].number();
    }
  }
  return X;
}

/// The picture has a style of its own for classes that others use too.
std::string with_own_class(std::string svg) {
  for (const auto& [from, to] : {std::pair<std::string, std::string>{".thalweg", ".arrangement"},
                                 {"class=\"thalweg\"", "class=\"arrangement\""}}) {
    for (std::size_t at = svg.find(from); at != std::string::npos;
         at = svg.find(from, at + to.size())) {
      svg.replace(at, from.size(), to);
    }
  }
  return svg;
}

}  // namespace

std::optional<Figure> draw_cells(const Item& document) {
  const Item rows = document["X"];
  const auto rank = small_integer(document["rank"]);
  const auto hyperplanes = small_integer(document["hyperplanes"]);
  if (!rank || !hyperplanes || rows.size() == 0 || rows.size() > kMostShown) return std::nullopt;
  if (*rank < 2 || *rank > 3 || *hyperplanes > kMostDrawn) return std::nullopt;
  const auto X = matrix_of(rows);
  if (!X) return std::nullopt;
  return Figure{with_own_class(draw_arrangement(*X)),
                "Each line is one training sample: on one side of it a neuron is active on that "
                "sample, on the other side it is off. A cell holds all neurons that are active on "
                "the same samples; the more of them, the darker it is.",
                ""};
}

}  // namespace thalweg::report
