#pragma once

#include "thalweg/io/path_reader.hpp"

namespace thalweg::io {

/// A path of width 3 with d = 2: from neurons (3, 4), (1, 0) of masses 2, 1 (and an empty third,
/// idle with w = (0, 0) and alpha = 7 when asked), half of the first neuron's mass moves to the
/// third slot, then the second neuron turns to (1, 1/2). The end, when asked for, is the last state
/// scaled.
inline StoredPath sample_path(bool has_end, bool idle) {
  NetworkPath path;
  path.start = TwoLayerNetwork::empty(2);
  path.start.W = Matrix{{3, 4}, {1, 0}, {0, 0}};
  path.start.alpha = Matrix{{2}, {-1}, {idle ? 7.0 : 0.0}};
  path.directions = Matrix{{3, 4}, {1, 0}, {1, 0.5}};
  const auto slot = [](Index direction, Sign sign, double mass) {
    return PathSlot{direction, sign, mass};
  };
  path.states = {
      {{slot(0, Sign::kPlus, 2), slot(1, Sign::kMinus, 1), slot(-1, Sign::kPlus, 0)}, {}},
      {{slot(0, Sign::kPlus, 1), slot(1, Sign::kMinus, 1), slot(0, Sign::kPlus, 1)}, {}},
      {{slot(-1, Sign::kPlus, 0), slot(2, Sign::kMinus, 1), slot(0, Sign::kPlus, 1)}, {}}};
  path.kinds = {SegmentKind::kMasses, SegmentKind::kMerge};
  if (has_end) {
    path.end = path.start;
    path.end->W = Matrix{{0, idle ? 0.1 : 0.0}, {0.5, 0.25}, {3, 4}};
    path.end->alpha = Matrix{{0}, {-2}, {1}};
  }
  return {path, false};
}

}  // namespace thalweg::io
