#include "thalweg/arrangement/planar_picture.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include "arrangement/disc_view.hpp"
#include "arrangement/picture_map.hpp"
#include "arrangement/planar_faces.hpp"
#include "arrangement/svg_text.hpp"
#include "thalweg/arrangement/hyperplane_arrangement.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

using arrangement::DiscView;
using arrangement::PagePoint;
using arrangement::PictureMap;
using arrangement::PlanarFace;
using arrangement::PlanarFaces;
using arrangement::svg_escaped;
using arrangement::svg_number;
using arrangement::svg_point;

constexpr const char* kStyle = R"(<style>
.thalweg{font-family:system-ui,sans-serif;color:#1f2937}
.thalweg .paper{fill:#fff}
.thalweg .cell{fill:#1d6fb8}
.thalweg .line,.thalweg .rim{fill:none;stroke:currentColor}
.thalweg .rim{stroke-opacity:.35}
.thalweg .leader{stroke:currentColor;stroke-opacity:.35}
.thalweg .multiple,.thalweg .sample{fill:#c2410c}
.thalweg text{fill:currentColor;text-anchor:middle}
.thalweg .cell-label{font-family:ui-monospace,monospace}
@media (prefers-color-scheme:dark){
.thalweg{color:#e5e7eb}
.thalweg .paper{fill:#111827}
.thalweg .cell{fill:#60a5fa}
.thalweg .multiple,.thalweg .sample{fill:#fdba74}
}
</style>
)";

/// Everything that the parts of the picture look at.
struct Scene {
  const HyperplaneArrangement& arrangement;
  const PictureMap& map;
  const PlanarFaces& faces;
  const PictureSettings& settings;
  PagePoint centre;
  double radius = 0;
  double height = 0;
  double stroke = 1;

  [[nodiscard]] DiscView view() const { return {faces, centre, radius}; }
};

/// Signs of the samples as text, plus for zero rows.
std::string pattern_text(const Scene& scene, const PlanarFace& face) {
  const auto& lines = scene.arrangement.hyperplane_of_sample();
  const auto& orientations = scene.arrangement.orientation_of_sample();
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool plus =
        lines[i] < 0 || face.signs[static_cast<std::size_t>(lines[i])] == orientations[i];
    text += plus ? '+' : '-';
  }
  return text;
}

/// The samples on a hyperplane: "3", "3, 8" or "3, 8 +5" for seven.
std::string samples_text(const Scene& scene, Index line) {
  const auto& lines = scene.arrangement.hyperplane_of_sample();
  std::string text;
  int count = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i] != line || ++count > 2) continue;
    if (!text.empty()) text += ", ";
    text += std::to_string(i);
  }
  return count > 2 ? text + " +" + std::to_string(count - 2) : text;
}

std::string text_element(const char* kind, PagePoint point, double size, const std::string& text,
                         const std::string& attributes = "") {
  constexpr double kHalfLetter = 0.35;  // of the font size, from the base line up
  return std::string("<text class=\"") + kind + "\" x=\"" + svg_number(point.x) + "\" y=\"" +
         svg_number(point.y + kHalfLetter * size) + "\" font-size=\"" + svg_number(size) + "\"" +
         attributes + ">" + svg_escaped(text) + "</text>\n";
}

/// Places a label outside the disc at this angle: upright, or along the ray where many need room.
std::string outward(double angle, PagePoint point, bool along_ray) {
  constexpr double kUpright = 0.3;
  const double right = std::cos(angle);
  const bool upright = !along_ray && std::abs(right) <= kUpright;
  std::string attributes = upright     ? ""
                           : right > 0 ? " style=\"text-anchor:start\""
                                       : " style=\"text-anchor:end\"";
  if (along_ray) {
    const double turned = angle + (right > 0 ? 0 : std::numbers::pi);
    attributes += " transform=\"rotate(" + svg_number(-turned * 180 / std::numbers::pi) + ' ' +
                  svg_point(point) + ")\"";
  }
  return attributes;
}

std::string circle_element(const char* kind, PagePoint point, double radius) {
  return std::string("<circle class=\"") + kind + "\" cx=\"" + svg_number(point.x) + "\" cy=\"" +
         svg_number(point.y) + "\" r=\"" + svg_number(radius) + "\"/>\n";
}

std::string draw_cells(const Scene& scene) {
  const DiscView view = scene.view();
  const auto samples = static_cast<double>(scene.arrangement.samples());
  std::string svg = "<g class=\"cells\">\n";
  for (const PlanarFace& face : scene.faces.faces) {
    const std::string pattern = pattern_text(scene, face);
    const auto active = static_cast<double>(std::count(pattern.begin(), pattern.end(), '+'));
    svg += "<path class=\"cell\" fill-opacity=\"" + svg_number(0.04 + 0.56 * active / samples) +
           "\" d=\"" + view.outline(face) + "\"/>\n";
  }
  return svg + "</g>\n";
}

std::string draw_lines(const Scene& scene) {
  const DiscView view = scene.view();
  std::string svg = "<g class=\"lines\" stroke-width=\"" + svg_number(scene.stroke) + "\">\n";
  svg += circle_element("rim", scene.centre, scene.radius);
  for (Index line = 0; line < scene.arrangement.hyperplanes(); ++line) {
    svg += "<path class=\"line\" d=\"" + view.whole_line(line) + "\"/>\n";
  }
  const Index simple = scene.arrangement.rank() - 1;
  for (const auto& vertex : scene.faces.vertices) {
    // In rank 2 the only vertex is the origin.
    if (scene.arrangement.rank() == 2 || vertex.lines <= simple) continue;
    svg += circle_element("multiple", view.at(vertex.point), 2.5 * scene.stroke);
  }
  return svg + "</g>\n";
}

std::string draw_cell_labels(const Scene& scene) {
  constexpr double kLetterWidth = 0.62;  // of the font size
  const DiscView view = scene.view();
  std::string svg = "<g class=\"cell-labels\">\n";
  for (const PlanarFace& face : scene.faces.faces) {
    const std::string pattern = pattern_text(scene, face);
    const DiscView::Room room = view.room(face);
    const double width = kLetterWidth * static_cast<double>(pattern.size());
    const double size = std::min(12.0, 2 * room.radius / std::hypot(width, 1.0));
    svg += text_element("cell-label", room.middle, std::max(size, 0.01), pattern);
  }
  return svg + "</g>\n";
}

/// Angles pushed apart to at least `gap`, on the circle; `angles` ascending.
void spread(std::vector<double>& angles, double gap) {
  constexpr int kRounds = 200;
  const std::size_t count = angles.size();
  if (count < 2) return;
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < count; ++i) {
      const bool last = i + 1 == count;
      double& next = angles[last ? 0 : i + 1];
      const double missing = gap - (next - angles[i] + (last ? 2 * std::numbers::pi : 0));
      if (missing <= 0) continue;
      angles[i] -= missing / 2;
      next += missing / 2;
    }
  }
}

/// Each hyperplane's samples at one of its ends, alternately on opposite sides.
std::string draw_line_labels(const Scene& scene) {
  constexpr double kDistance = 1.05;  // radii
  constexpr std::size_t kMostUpright = 70;
  const DiscView view = scene.view();
  const auto count = static_cast<std::size_t>(scene.arrangement.hyperplanes());
  std::vector<double> ends(count);
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = 0; i < count; ++i) ends[i] = view.end_angle(static_cast<Index>(i));
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return ends[a] < ends[b]; });
  for (std::size_t k = 1; k < count; k += 2) ends[order[k]] += std::numbers::pi;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return ends[a] < ends[b]; });
  std::vector<double> angles;
  for (const std::size_t line : order) angles.push_back(ends[line]);
  const double gap = std::min(0.06, 1.9 * std::numbers::pi / static_cast<double>(count));
  spread(angles, gap);
  const double size = std::min(12.0, 0.9 * gap * scene.radius * kDistance);
  std::string svg =
      "<g class=\"line-labels\" stroke-width=\"" + svg_number(scene.stroke / 2) + "\">\n";
  for (std::size_t k = 0; k < count; ++k) {
    const PagePoint from = view.at_angle(ends[order[k]], 1);
    const PagePoint to = view.at_angle(angles[k], kDistance - 0.015);
    svg += "<path class=\"leader\" d=\"M" + svg_point(from) + "L" + svg_point(to) + "\"/>\n";
    const PagePoint place = view.at_angle(angles[k], kDistance);
    svg +=
        text_element("line-label", place, size, samples_text(scene, static_cast<Index>(order[k])),
                     outward(angles[k], place, count > kMostUpright));
  }
  return svg + "</g>\n";
}

/// The data as points of the plane, in a square beside the disc.
std::string draw_data(const Scene& scene, PagePoint corner, double side) {
  const Matrix mapped = scene.map.rows * scene.map.map;
  const Vector x = mapped.col(0).cwiseQuotient(mapped.col(2));
  const Vector y = mapped.col(1).cwiseQuotient(mapped.col(2));
  const double extent = std::max({x.maxCoeff() - x.minCoeff(), y.maxCoeff() - y.minCoeff()});
  const double scale = 0.9 * side / extent;
  const double size = scene.arrangement.hyperplanes() > 60 ? 7 : 11;
  std::string svg = "<g class=\"data\">\n<rect class=\"rim\" x=\"" + svg_number(corner.x) +
                    "\" y=\"" + svg_number(corner.y) + "\" width=\"" + svg_number(side) +
                    "\" height=\"" + svg_number(side) + "\"/>\n";
  for (Index i = 0; i < mapped.rows(); ++i) {
    const PagePoint point = {
        corner.x + side / 2 + scale * (x[i] - (x.maxCoeff() + x.minCoeff()) / 2),
        corner.y + side / 2 - scale * (y[i] - (y.maxCoeff() + y.minCoeff()) / 2)};
    svg += circle_element("sample", point, size / 4);
    if (!scene.settings.hyperplane_labels) continue;
    svg +=
        text_element("sample-label", {point.x, point.y - 0.9 * size}, size, samples_text(scene, i));
  }
  return svg + "</g>\n";
}

std::string describe(const Scene& scene) {
  const HyperplaneArrangement& arrangement = scene.arrangement;
  const auto multiple =
      std::count_if(scene.faces.vertices.begin(), scene.faces.vertices.end(),
                    [&](const auto& vertex) { return vertex.lines > arrangement.rank() - 1; });
  std::string text = std::to_string(arrangement.hyperplanes()) + " hyperplanes of " +
                     std::to_string(arrangement.samples()) + " samples in rank " +
                     std::to_string(arrangement.rank()) +
                     ", drawn on a disc of weights: " + std::to_string(scene.faces.faces.size()) +
                     " regions";
  if (arrangement.rank() == 3) {
    text += ", " + std::to_string(scene.faces.vertices.size()) + " vertices inside, " +
            std::to_string(multiple) + " of them on more than two hyperplanes";
  }
  return text + ". The stronger the colour of a region, the more samples are active.";
}

std::string draw(Scene& scene) {
  const double size = scene.settings.size;
  const double margin = 0.12 * size;
  const bool data = scene.settings.data && scene.map.points;
  const double side = 0.7 * size;
  const double width = size + 2 * margin + (data ? side + margin / 2 : 0);
  const double caption = size / 40;
  scene.radius = size / 2;
  scene.centre = {margin + scene.radius, margin + scene.radius};
  scene.height = size + 2 * margin;
  scene.stroke = scene.arrangement.hyperplanes() > 100 ? 0.4 : 1;

  std::string svg =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"thalweg\" role=\"img\" width=\"" +
      svg_number(width) + "\" height=\"" + svg_number(scene.height) + "\" viewBox=\"0 0 " +
      svg_number(width) + ' ' + svg_number(scene.height) + "\">\n<title>" +
      svg_escaped(scene.settings.title) + "</title>\n<desc>" + svg_escaped(describe(scene)) +
      "</desc>\n" + kStyle + "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n";
  svg += draw_cells(scene) + draw_lines(scene);
  if (scene.settings.cell_labels) svg += draw_cell_labels(scene);
  if (scene.settings.hyperplane_labels) svg += draw_line_labels(scene);
  svg += text_element("caption", {scene.centre.x, scene.height - caption}, caption,
                      "Weights: one line for each sample");
  if (data) {
    const PagePoint corner = {size + 2 * margin, scene.centre.y - side / 2};
    svg += draw_data(scene, corner, side);
    svg += text_element("caption", {corner.x + side / 2, scene.height - caption}, caption,
                        "Data: one point for each sample");
  }
  return svg + "</svg>\n";
}

}  // namespace

std::string draw_arrangement(const Matrix& X, const PictureSettings& settings) {
  if (!(settings.size > 0) || !std::isfinite(settings.size)) {
    throw InvalidArgument("size must be positive and finite");
  }
  const HyperplaneArrangement arrangement(X);
  const Index lines = arrangement.hyperplanes();
  if (arrangement.rank() != 2 && arrangement.rank() != 3) {
    throw InvalidArgument("pictures are for rank 2 and 3, but X has rank " +
                          std::to_string(arrangement.rank()));
  }
  if (lines > kMostDrawnHyperplanes) {
    throw InvalidArgument("X has " + std::to_string(lines) + " hyperplanes, but at most " +
                          std::to_string(kMostDrawnHyperplanes) + " are drawn");
  }
  Matrix normals(lines, arrangement.rank());
  for (Index i = 0; i < lines; ++i) {
    for (Index c = 0; c < arrangement.rank(); ++c) {
      normals(i, c) = X(arrangement.first_rows()[static_cast<std::size_t>(i)],
                        arrangement.columns()[static_cast<std::size_t>(c)]);
    }
  }
  const PictureMap map = arrangement::picture_map(normals);
  const PlanarFaces faces = arrangement::planar_faces(map.rows, map.map);
  Scene scene{arrangement, map, faces, settings, {}};
  return draw(scene);
}

}  // namespace thalweg
