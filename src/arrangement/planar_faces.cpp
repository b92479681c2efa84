#include "arrangement/planar_faces.hpp"

#include <CGAL/Arr_curve_data_traits_2.h>
#include <CGAL/Arr_linear_traits_2.h>
#include <CGAL/Arrangement_2.h>
#include <CGAL/Exact_predicates_exact_constructions_kernel.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace thalweg::arrangement {
namespace {

using Kernel = CGAL::Exact_predicates_exact_constructions_kernel;
using Number = Kernel::FT;
using LinearTraits = CGAL::Arr_linear_traits_2<Kernel>;
/// Every edge knows the number of its line.
using Traits = CGAL::Arr_curve_data_traits_2<LinearTraits, Index>;
using Subdivision = CGAL::Arrangement_2<Traits>;
using Halfedge = Subdivision::Halfedge_const_handle;
using Face = Subdivision::Face_const_handle;
using Line = std::array<Number, 3>;

std::vector<Line> exact_lines(const Matrix& rows, const Matrix& map) {
  std::vector<Line> lines;
  for (Index i = 0; i < rows.rows(); ++i) {
    Line line;
    for (Index c = 0; c < 3; ++c) {
      Number sum = 0;
      for (Index k = 0; k < 3; ++k) sum += Number(rows(i, k)) * Number(map(k, c));
      line[static_cast<std::size_t>(c)] = sum;
    }
    lines.push_back(line);
  }
  return lines;
}

std::array<double, 3> rounded(const Line& line) {
  Number largest = 0;
  for (const Number& entry : line) largest = std::max(largest, CGAL::abs(entry));
  std::array<double, 3> result;
  for (std::size_t k = 0; k < 3; ++k) result[k] = CGAL::to_double(line[k] / largest);
  return result;
}

/// Along the half-edge, from source to target.
Kernel::Vector_2 direction(Halfedge edge) {
  const auto& curve = edge->curve();
  if (curve.is_segment()) return edge->target()->point() - edge->source()->point();
  const Kernel::Vector_2 outward = curve.ray().to_vector();
  return edge->target()->is_at_open_boundary() ? outward : -outward;
}

/// A point inside the edge.
Kernel::Point_2 middle(Halfedge edge) {
  const auto& curve = edge->curve();
  if (curve.is_segment()) {
    return CGAL::midpoint(edge->source()->point(), edge->target()->point());
  }
  return curve.ray().source() + curve.ray().to_vector();
}

PlanarPoint rounded(const Kernel::Point_2& point) {
  return {CGAL::to_double(point.x()), CGAL::to_double(point.y()), false};
}

PlanarPoint rounded(const Kernel::Vector_2& vector) {
  const Number largest = std::max(CGAL::abs(vector.x()), CGAL::abs(vector.y()));
  const double x = CGAL::to_double(vector.x() / largest);
  const double y = CGAL::to_double(vector.y() / largest);
  const double length = std::hypot(x, y);
  return {x / length, y / length, true};
}

PlanarPoint source_of(Halfedge edge) {
  if (edge->source()->is_at_open_boundary()) return rounded(-direction(edge));
  return rounded(edge->source()->point());
}

std::vector<PlanarSide> sides_of(Face face) {
  std::vector<PlanarSide> sides;
  const auto first = face->outer_ccb();
  auto edge = first;
  do {
    if (edge->is_fictitious()) continue;
    sides.push_back({edge->curve().data(), source_of(edge)});
    if (edge->target()->is_at_open_boundary()) {
      sides.push_back({PlanarSide::kAtInfinity, rounded(direction(edge))});
    }
  } while (++edge != first);
  return sides;
}

/// Signs on the face to the left of the edge.
std::vector<Sign> signs_left_of(Halfedge edge, const std::vector<Line>& lines) {
  const Kernel::Point_2 point = middle(edge);
  const Kernel::Vector_2 left = direction(edge).perpendicular(CGAL::COUNTERCLOCKWISE);
  std::vector<Sign> signs;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto& [a, b, c] = lines[i];
    const Number value = static_cast<Index>(i) == edge->curve().data()
                             ? a * left.x() + b * left.y()
                             : a * point.x() + b * point.y() + c;
    signs.push_back(CGAL::sign(value) == CGAL::NEGATIVE ? Sign::kMinus : Sign::kPlus);
  }
  return signs;
}

/// All faces by walking over edges; each crossing turns one sign.
std::vector<PlanarFace> faces_of(const Subdivision& subdivision, const std::vector<Line>& lines) {
  Halfedge start = subdivision.edges_begin();
  std::vector<PlanarFace> faces;
  std::vector<Face> handles = {start->face()};
  std::unordered_map<const void*, std::size_t> known = {{&*start->face(), 0}};
  faces.push_back({sides_of(start->face()), signs_left_of(start, lines)});
  for (std::size_t next = 0; next < handles.size(); ++next) {
    const auto first = handles[next]->outer_ccb();
    auto edge = first;
    do {
      if (edge->is_fictitious()) continue;
      const Face neighbour = edge->twin()->face();
      if (!known.emplace(&*neighbour, faces.size()).second) continue;
      handles.push_back(neighbour);
      PlanarFace face{sides_of(neighbour), faces[next].signs};
      Sign& sign = face.signs[static_cast<std::size_t>(edge->curve().data())];
      sign = sign == Sign::kPlus ? Sign::kMinus : Sign::kPlus;
      faces.push_back(std::move(face));
    } while (++edge != first);
  }
  return faces;
}

}  // namespace

PlanarFaces planar_faces(const Matrix& rows, const Matrix& map) {
  const std::vector<Line> lines = exact_lines(rows, map);
  PlanarFaces result;
  std::vector<Traits::Curve_2> curves;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto& [a, b, c] = lines[i];
    result.lines.push_back(rounded(lines[i]));
    if (a == 0 && b == 0) continue;
    curves.emplace_back(LinearTraits::Curve_2(Kernel::Line_2(a, b, c)), static_cast<Index>(i));
  }
  Subdivision subdivision;
  CGAL::insert(subdivision, curves.begin(), curves.end());
  result.faces = faces_of(subdivision, lines);
  for (auto vertex = subdivision.vertices_begin(); vertex != subdivision.vertices_end(); ++vertex) {
    result.vertices.push_back({rounded(vertex->point()), static_cast<Index>(vertex->degree() / 2)});
  }
  result.edges = static_cast<Index>(subdivision.number_of_edges());
  return result;
}

}  // namespace thalweg::arrangement
