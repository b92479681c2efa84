#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "thalweg/core/run_control.hpp"
#include "thalweg/core/types.hpp"
#include "thalweg/model/branch_form.hpp"
#include "thalweg/oracle/branch_proof.hpp"
#include "thalweg/oracle/dual_oracle.hpp"

namespace thalweg {

/// A local maximiser of |nu^T f(w)| over N(w) <= 1.
struct BranchMaximiser {
  Vector w;                 ///< N(w) = 1, (p)
  Sign sign = Sign::kPlus;  ///< of nu^T f(w)
  double value = 0;         ///< |nu^T f(w)|, rounded down rigorously
  BranchPattern pattern;    ///< a piece that holds w, perhaps on its boundary
};

struct BranchNormSettings {
  double relative_gap = 1e-6;  ///< close the bounds to this (at least 1e-9)
  /// When positive: decide whether sigma <= threshold instead of closing the gap; stop once either
  /// answer is proved.
  double threshold = 0;
  std::uint64_t seed = 0;
  int threads = 1;  ///< of the search of a shallow form; others use one
  RunControl control;
};

struct BranchNormResult {
  DualNormStatus status = DualNormStatus::kUnsolved;
  double lower;  ///< rigorous: value at maximisers.front(), 0 without one
  double upper;  ///< rigorous: holds in exact arithmetic for the stored doubles
  std::vector<BranchMaximiser> maximisers;  ///< best first
  std::int64_t nodes = 0;
  double seconds = 0;
};

/// The dual oracle of one form f of an architecture: sigma(nu) = max of |nu^T f(w)| over the w of
/// its domain with N(w) <= 1, for many nu. sigma(nu) <= beta for every form is dual feasibility.
///
/// Shallow forms are a DualOracle over the form's rows; from 6 coordinates on, branch and bound
/// over caps and half-spaces of the sphere is tried before it (src/oracle/branch_caps.hpp). Others
/// are bounded by branch and bound over the choices of their units.
///
/// Lemma (bound of a node). Let some units be decided, the inputs of each of them too; on the
/// region R of w with N(w) <= 1 and these choices they are linear, t_u = A_u^T w, and R lies in a
/// cone {w : G^T w >= 0}. Give every unit the weight a_u, from the last unit back to the first: s
/// nu_i times its output factor for sample i, and what later units hand down. On R:
///  - a decided unit contributes a_u A_u^T w;
///  - let l_u be the row of an undecided ReLU plus factor * A_k of its decided inputs. If a_u > 0,
///    t_u <= (l_u^T w)_+ + sum over undecided inputs k with factor > 0 of factor t_k. So a_u factor
///    is handed down to those inputs, and with -below <= l_u^T w <= above on R the rest is at most
///    a_u (slope l_u^T w + constant), slope = above / (above + below), constant = slope below;
///  - if a_u < 0, t_u >= 0, and t_u >= l_u^T w when every input is decided, so a_u t_u <= -mu l_u^T
///    w for any mu in [0, -a_u], 0 if an input is undecided;
///  - an undecided maximum over rows r_0 = 0, r_1 .. r_k has t_u <= m^T w + max_j N_*(r_j - m), m
///    the mean of r_0 .. r_k, for a_u > 0; for a_u < 0, -mu r_j^T w with any one j takes the place
///    of -mu l_u^T w.
/// Together s nu^T f(w) <= c^T w + constant on R, and c^T w <= (c + G lambda)^T w <= N_*(c + G
/// lambda) for any lambda >= 0. Likewise above and below may be any N_*(+-l_u + G lambda), and m of
/// a maximum any vector with N_*(r_j - m + G lambda_j) in place of N_*(r_j - m): the search does
/// so, `prove` does not, for the certificate has no words for it. *Proof.* (x + y)_+ <= (x)_+ +
/// (y)_+ and t_k >= 0 for the undecided inputs; (x)_+ is convex, so on an interval it lies below
/// its chord; the weights a_u collect the coefficient of t_u in an inequality that is linear in the
/// t of units not yet treated, as inputs precede their unit. QED
///
/// The region of a node is covered by those of its children, one for each choice of a unit whose
/// inputs are decided. Companions only shrink it; where a form has some, sigma is over the w where
/// they agree, which for the lower bound is decided to rounding.
///
/// A node costs some projections to cones of q rows (one for l2, 5 to 15 for other norms), O(q p)
/// a step of an active set. Nodes grow with the cells of the units' hyperplanes: exponential in p.
/// Underflow: the spectral bound adds what squares of tiny entries lose. Other products that vanish
/// lose less than 1e-300 and are not counted. With |nu| >= 1e-100 and the sizes that BranchProblem
/// admits that cannot matter: the multiple of nu that a dual bound takes is at most 1e40 / 1e-100
/// times sqrt(n), for targets are at most 1e40, so 1e-300 becomes less than 1e-150, beside a beta
/// of at least 1e-120.
/// Multipliers need not be optimal for a bound; for the nuclear norm they are not always, and a
/// search may then end as kStalled. Source: derived (theory/architectures.md 2).
class BranchOracle {
 public:
  /// O(r p^2) for a shallow form, else O(r p).
  explicit BranchOracle(BranchForm form);
  ~BranchOracle();
  BranchOracle(BranchOracle&&) noexcept;
  BranchOracle& operator=(BranchOracle&&) noexcept;

  [[nodiscard]] const BranchForm& form() const;

  /// Certified bounds on sigma(nu), nu (n): climb, then branch and bound. Throws InvalidArgument
  /// when nu has the wrong length or is not finite.
  [[nodiscard]] BranchNormResult maximise(const Vector& nu,
                                          const BranchNormSettings& settings) const;

  /// Local maximisers by multistart ascent only (no proof): up to `count`, distinct by a direction
  /// more than 1e-2 apart, of value above `threshold`, best first. `starts` adds blocks (p) to
  /// climb from besides random ones; of a form with companions those outside its domain are left
  /// out. Deterministic in `seed` unless `control` stops it: then what was found so far, perhaps
  /// nothing. Throws as maximise does, or when a start has the wrong length.
  [[nodiscard]] std::vector<BranchMaximiser> climb(const Vector& nu, double threshold, Index count,
                                                   std::uint64_t seed,
                                                   const std::vector<Vector>& starts = {},
                                                   const RunControl& control = {}) const;

  /// Proves s nu^T f(w) <= threshold N(w) on the form's domain by the branch and bound, shallow
  /// forms too, and streams the tree to `sink`. Throws as maximise does, or unless threshold is
  /// positive and finite.
  [[nodiscard]] BranchProof prove(const Vector& nu, Sign sign, double threshold,
                                  BranchProofSink& sink, const RunControl& control) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace thalweg
