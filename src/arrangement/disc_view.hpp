#pragma once

#include <string>
#include <vector>

#include "arrangement/planar_faces.hpp"
#include "arrangement/svg_text.hpp"

namespace thalweg::arrangement {

/// The plane seen as a half sphere over it, projected stereographically on a disc of the page.
class DiscView {
 public:
  DiscView(const PlanarFaces& faces, PagePoint centre, double radius)
      : faces_(faces), centre_(centre), radius_(radius) {}

  [[nodiscard]] PagePoint at(const PlanarPoint& point) const;
  /// On the ray of an angle (counterclockwise from the right), `radii` from the centre.
  [[nodiscard]] PagePoint at_angle(double angle, double radii) const;
  /// The closed outline of a face, as path data.
  [[nodiscard]] std::string outline(const PlanarFace& face) const;
  /// A line from rim to rim; the rim itself for the line at infinity.
  [[nodiscard]] std::string whole_line(Index line) const;
  /// The angle in [0, pi) at which a line other than that at infinity ends.
  [[nodiscard]] double end_angle(Index line) const;

  /// Room for a label in a face.
  struct Room {
    PagePoint middle;
    double radius = 0;  ///< of a disc around the middle inside the face, about
  };
  [[nodiscard]] Room room(const PlanarFace& face) const;

 private:
  [[nodiscard]] std::string arc_to(Index line, PagePoint from, PagePoint to) const;

  const PlanarFaces& faces_;
  PagePoint centre_;
  double radius_;
};

}  // namespace thalweg::arrangement
