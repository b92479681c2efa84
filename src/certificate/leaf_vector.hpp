#pragma once

#include <optional>

#include "certificate/leaf_cone.hpp"

namespace thalweg::certificate {

/// A leaf vector P = integers * 2^-exponent in coordinates, of length at most beta.
struct LeafVector {
  int exponent = 0;
  ConeVector integers;
  ConeVector product;  ///< (Q P) . r_k / |r_k|, lowered by its error and the cone's margin

  /// Whether the leaf holds for the demand c, exactly.
  [[nodiscard]] bool meets(const ConeVector& demand) const {
    return (product.array() >= demand.array()).all();
  }
};

/// Finds short integer vectors that close one cone.
class LeafVectors {
 public:
  /// The cone is kept by reference.
  LeafVectors(const LeafCone& cone, double beta);

  /// How far a closing vector may move.
  struct Room {
    ConeVector inward;  ///< added to p, uses up what |p| lacks of beta, away from all constraints
    int finest;         ///< on this grid plain rounding of p + inward / 2 should do
  };
  /// Around a closing vector p of the frame; empty when there is none.
  [[nodiscard]] std::optional<Room> room_around(const ConeVector& p) const;

  /// A vector of the grid 2^-exponent near `centre` (of the frame) that meets the demand: the
  /// nearest one, then moved along the coordinates while that lessens what it lacks. Empty when
  /// this ends elsewhere. O(R^3).
  [[nodiscard]] std::optional<LeafVector> round(const ConeVector& centre, const ConeVector& demand,
                                                int exponent) const;

 private:
  [[nodiscard]] std::optional<LeafVector> measure(const ConeVector& integers, int exponent) const;
  void descend(const ConeVector& demand, int exponent, ConeVector& z) const;

  const LeafCone& cone_;
  double beta_;
  ConeMatrix products_;  ///< (R x R): row k times z is (Q z) . r_k / |r_k|
};

}  // namespace thalweg::certificate
