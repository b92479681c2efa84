#include "report/svg_contours.hpp"

#include <array>

namespace thalweg::report {
namespace {

struct Corner {
  double x;
  double y;
  double value;
};

std::string place(const SvgPanel& panel, double x, double y) {
  return svg_number(panel.x(x), "%.1f") + ' ' + svg_number(panel.y(y), "%.1f");
}

/// A rectangle of whole cells.
std::string whole(const SvgPanel& panel, double left, double right, double low, double high) {
  return 'M' + place(panel, left, low) + 'H' + svg_number(panel.x(right), "%.1f") + 'V' +
         svg_number(panel.y(high), "%.1f") + 'H' + svg_number(panel.x(left), "%.1f") + 'z';
}

/// The part of a cell with values of at least the level: its corners in order, and where the edges
/// between them cross the level.
std::string part(const SvgPanel& panel, const std::array<Corner, 4>& corners, double level) {
  std::string path;
  const auto add = [&](double x, double y) {
    path += (path.empty() ? 'M' : 'L') + place(panel, x, y);
  };
  for (std::size_t k = 0; k < 4; ++k) {
    const Corner& here = corners[k];
    const Corner& next = corners[(k + 1) % 4];
    if (here.value >= level) add(here.x, here.y);
    if ((here.value >= level) == (next.value >= level)) continue;
    const double share = (level - here.value) / (next.value - here.value);
    add(here.x + share * (next.x - here.x), here.y + share * (next.y - here.y));
  }
  return path + 'z';
}

}  // namespace

std::string region_above(const SvgPanel& panel, const Vector& x, const Vector& y,
                         const Matrix& values, double level) {
  std::string path;
  for (Index row = 0; row + 1 < y.size(); ++row) {
    Index start = -1;  // of a run of whole cells
    const auto close = [&](Index column) {
      if (start >= 0) path += whole(panel, x[start], x[column], y[row], y[row + 1]);
      start = -1;
    };
    for (Index column = 0; column + 1 < x.size(); ++column) {
      const auto cell = values.block<2, 2>(row, column);
      const bool known = cell.allFinite();
      if (known && cell.minCoeff() >= level) {
        if (start < 0) start = column;
        continue;
      }
      close(column);
      if (!known || cell.maxCoeff() < level) continue;
      path += part(panel,
                   {{{x[column], y[row], cell(0, 0)},
                     {x[column + 1], y[row], cell(0, 1)},
                     {x[column + 1], y[row + 1], cell(1, 1)},
                     {x[column], y[row + 1], cell(1, 0)}}},
                   level);
    }
    close(x.size() - 1);
  }
  return path;
}

}  // namespace thalweg::report
