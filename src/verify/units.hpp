#pragma once

#include <cstdint>
#include <vector>

#include "verify/proofs.hpp"

namespace thalweg::verify {

/// A ReLU of a form: of the data in a slot of w, or of units before it with signs.
struct FormUnit {
  struct Input {
    std::size_t unit = 0;  ///< of the same sample
    int sign = 1;
  };
  std::vector<Input> inputs;  ///< empty: a leaf, over the slot with the unit's own number
};

/// One function f(w) that branches put out: either a circuit of ReLUs, the same over each sample,
/// whose last unit is the output, or the maximum of 0 and the sample's rows.
struct Form {
  std::vector<FormUnit> units;  ///< of a sample, leaves first; empty: the maximum
  std::size_t slots = 1;        ///< w consists of so many parts of d entries
  bool sums_slots = false;      ///< N(w) is the sum of their lengths; else the length of w
  Int copies = 1;               ///< to be proved: |nu^T f(w)| <= beta / sqrt(copies) N(w)
};

/// Upper bounds of what rows deviate from their mean, a sample each; only of maxima.
[[nodiscard]] ScaledVector read_radii(Reader& reader, const Problem& problem);

/// The nodes of a section `units f s`; returns the number of its leaves. O(n units p) for a leaf
/// and each multiplier p.
[[nodiscard]] std::uint64_t check_units(Reader& reader, const Problem& problem, const Form& form,
                                        const ScaledVector& nu, const ScaledVector& radii,
                                        Sign sign);

}  // namespace thalweg::verify
