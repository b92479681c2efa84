#pragma once

#include <optional>

#include "landscape/polytope_enclosed.hpp"
#include "thalweg/core/loss.hpp"

namespace thalweg::landscape {

/// One sample's part c phi(f, y) of a loss over an enclosure of fits.
struct LossEnclosure {
  Enclosure value;      ///< c phi
  Enclosure dual;       ///< nu = -c phi'
  Enclosure curvature;  ///< c phi''
};

/// The factor c = omega / n or omega of a sample, exactly: with kMean the division is not rounded.
[[nodiscard]] Enclosure sample_weight_enclosure(const Loss& loss, Index sample, Index samples);

/// None where phi'' jumps within the enclosure: |f - y| = delta (Huber), y f = 1 (squared hinge).
[[nodiscard]] std::optional<LossEnclosure> enclose_loss(const Loss& loss, const Enclosure& weight,
                                                        const Enclosure& fit, double target);
/// c phi alone, which needs no curvature.
[[nodiscard]] Enclosure enclose_loss_value(const Loss& loss, const Enclosure& weight,
                                           const Enclosure& fit, double target);

}  // namespace thalweg::landscape
