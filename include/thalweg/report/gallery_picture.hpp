#pragma once

#include <string>
#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg::report {

/// Objectives that training from random starts ends with, at one number of branches.
struct WidthRuns {
  Index width = 0;
  std::vector<double> objectives;
};

/// A certified optimum over all numbers of branches beside runs of gradient descent.
struct GalleryFigure {
  std::string title;
  std::string branches;  ///< what a branch is called, in the plural: "filters"
  std::vector<WidthRuns> runs;
  double objective = 0;    ///< of the certified network
  double lower_bound = 0;  ///< of every network
  Index width = 0;         ///< branches of the certified network
};

/// An SVG of two panels over the number of branches: the objectives with the certified optimum, and
/// how far they lie above the lower bound, relatively, on a logarithmic axis. Every run is a point;
/// a line joins the lowest. The same figure gives the same text.
[[nodiscard]] std::string draw_gallery(const GalleryFigure& figure);

}  // namespace thalweg::report
