#pragma once

#include <vector>

#include "oracle/branch_region.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/core/run_control.hpp"

namespace thalweg::oracle {

/// s nu^T f(w) with a bound on its rounding, and f(w)'s pattern.
struct BranchValue {
  double value = 0;
  double error = 0;
  BranchPattern pattern;
};

/// Local ascent of s nu^T f(w) / N(w).
class BranchClimb {
 public:
  /// `form` must outlive the object; nu (n), finite. What `control` stops answers with the best so
  /// far.
  BranchClimb(const BranchForm& form, const Vector& nu, Sign sign, RunControl control);

  [[nodiscard]] Sign sign() const { return sign_; }
  [[nodiscard]] BranchValue evaluate(const Vector& w) const;
  /// Whether the companions agree at w, to rounding.
  [[nodiscard]] bool in_domain(const Vector& w) const;

  /// From w (p), nonzero: steps towards the maximiser of the piece's linear function over the ball,
  /// across pieces, while the value rises. Of a form with companions w itself. O(r p) a step.
  [[nodiscard]] Vector approach(const Vector& w) const;
  /// The best piece among the neighbours of neighbours .. of w's piece: the exact maximum over each
  /// piece's cone, then across the walls that it leans on, until no wall is worth crossing. No
  /// maximiser with value 0 when nothing positive is found.
  [[nodiscard]] BranchMaximiser polish(const Vector& w) const;
  [[nodiscard]] BranchMaximiser polish(const BranchPattern& pattern) const;
  /// A piece of the domain that leans towards a random direction, by choosing one unit after the
  /// other; for forms whose domain random blocks miss. Empty when it ran into an empty cone.
  [[nodiscard]] BranchPattern dive(Random& random) const;

  /// The maximiser w scaled to N(w) = 1, with its value rounded down.
  [[nodiscard]] BranchMaximiser describe(const Vector& w, BranchPattern pattern) const;

 private:
  struct PieceMaximum {
    BranchMaximiser maximiser;
    std::vector<Index> leaning;  ///< units whose walls hold the maximiser, strongest first
  };
  [[nodiscard]] PieceMaximum maximise_piece(const BranchPattern& pattern, double target) const;
  /// Patterns to try from a piece's maximiser: across each wall that it leans on, and around it.
  [[nodiscard]] std::vector<BranchPattern> neighbours(const PieceMaximum& at, Random& random) const;
  [[nodiscard]] std::vector<BranchPattern> across(const BranchPattern& pattern, Index unit,
                                                  const Vector& w) const;

  const BranchForm& form_;
  Sign sign_;
  Vector nu_;       ///< s nu
  Vector weights_;  ///< of each unit
  RunControl control_;
  bool companions_ = false;
};

/// A w with N(w) = 1 and z^T w = N_*(z); z (p), nonzero.
[[nodiscard]] Vector dual_vector(const BlockNorm& norm, const Vector& z);

/// Best first; drops what has the sign of a better one and a direction within `apart` of its.
void keep_distinct(std::vector<BranchMaximiser>& maximisers, double apart);

}  // namespace thalweg::oracle
