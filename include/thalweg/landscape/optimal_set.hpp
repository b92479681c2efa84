#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "thalweg/core/run_control.hpp"
#include "thalweg/landscape/connectivity.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg {

/// How far a combinatorial number (m*, a count of vertices, of components) is proved.
enum class ClaimLevel {
  kExact,           ///< proved for the stored doubles
  kCertifiedBound,  ///< a bound is proved, its side is said beside the number
  kPossible,        ///< what floating point suggests; the data within rounding allow other answers
};
/// "exact", "certified bound", "possible".
[[nodiscard]] std::string_view to_string(ClaimLevel level);

/// Is there one optimal network?
enum class Uniqueness { kYes, kNo, kPossible };
/// "yes", "no", "possible".
[[nodiscard]] std::string_view to_string(Uniqueness unique);

/// What proves the shape of the optimal polytope.
enum class PolytopeProof {
  kNone,         ///< nothing: the shape is a candidate
  kNoNeuron,     ///< the network without neurons is optimal
  kIndependent,  ///< the optimal directions' activations are independent: one point
  kAntipodal,    ///< X^T nu* = 0: directions come in opposite pairs (Lemma A)
  kRational,     ///< directions and dual are rational and were found exactly
};
/// One sentence for people.
[[nodiscard]] std::string_view describe(PolytopeProof proof);

/// A direction that every optimal network chooses from: s nu*^T (X u)_+ = beta.
struct OptimalAtom {
  Sign sign = Sign::kPlus;
  Vector u;                  ///< unit, (d), rounded
  std::vector<Index> kinks;  ///< rows with x_i^T u = 0
  double radius = 0;         ///< the exact direction is within this distance of u
};

/// All global minima of a training problem, over networks of all widths.
///
/// *Theorem* (theory 2.1). Let l be differentiable. nu* = -grad l(fit*) is unique, and a balanced
/// network is a global minimum iff every nonzero neuron has one of the directions U* = {(u, s) : s
/// nu*^T (X u)_+ = beta} and the masses z_q = sum over the neurons at q of |alpha_j| |w_j| lie in
///   P = {z >= 0 : A z + affine part = fit*},   A = [s_q (X u_q)_+]
/// (fit* unique, as for the squared loss). *Proof.* beta sum z = nu*^T (A z) is constant on P, so
/// all such networks have equal objectives, and one is optimal; the converse is the equality case
/// of weak duality, |w|^2 + alpha^2 >= 2 |w| |alpha| and the triangle inequality. QED
struct OptimalSet {
  double optimum = 0;       ///< an upper bound of the least objective (of an explicit network)
  double lower_bound = 0;   ///< a lower bound of it
  double relative_gap = 0;  ///< (optimum - lower_bound) / optimum
  Vector fit;               ///< fit*, (n), of the refined point
  Vector dual;              ///< nu*, (n)
  double radius = 0;        ///< |dual - nu*| is at most this; 0 < radius << beta where enclosed
  AffinePart affine;        ///< of the refined point
  bool enclosed = false;    ///< every optimal direction is within `radius` of one of `atoms`
  std::vector<OptimalAtom> atoms;
  Matrix activations;  ///< A, (n x N)
  double margin = 0;   ///< the next inactive direction's distance from beta, relative: bounds
  double margin_upper = 0;

  Uniqueness unique = Uniqueness::kPossible;
  PolytopeProof proof = PolytopeProof::kNone;
  ClaimLevel level = ClaimLevel::kPossible;  ///< of all that follows
  Index dimension = 0;                       ///< of P
  PolytopeGraph polytope;                    ///< vertices and edges of P; supports index `atoms`
  bool complete = false;                     ///< `polytope` lists all of them
  Matrix vertex_masses;                      ///< (vertices x N)
  Vector centre;                             ///< a point with mass wherever P has some, (N)
  Index m_star_lower = 0;                    ///< fewest neurons of an optimal network: bounds
  Index m_star_upper = 0;
  Index M_star_lower = 0;  ///< most neurons of an irreducible one: bounds
  Index M_star_upper = 0;

  bool stopped_at_limit = false;
  double seconds = 0;

  /// Whether atoms and polytope are those of an optimum: proved, or of a point within 1e-6 of the
  /// optimum (relative) with all directions searched. Else they are traces of unfinished work.
  [[nodiscard]] bool located() const;
};

struct OptimalSetSettings {
  std::size_t max_vertices = 20'000;
  int threads = 1;
  std::uint64_t seed = 0;
  RunControl control;
};

/// Computes the optimal set: trains to the optimum, refines it beyond double precision, encloses
/// the dual, finds every optimal direction and proves, where it can, the shape of the polytope of
/// masses.
///
/// Works through the dual oracle; no list of cells is made. Proofs need a loss with a rational
/// conjugate (squared, Huber, squared hinge) and no sample weights; else the level is kPossible.
/// Entries of X or y beyond 1e-120 to 1e120 are brought near 1 by powers of two (UnitScaling).
/// Errors: InvalidArgument when that is not possible: with a penalised output bias, where small
/// entries underflow, or where masses or objectives are beyond 2^-900 to 2^900. Dependent
/// unpenalised columns leave their coefficients open: the level is kPossible.
/// Cost: that of `train` to a gap of 1e-10, one or two searches of the oracle outside the stars of
/// the directions, and O(vertices N^3).
[[nodiscard]] OptimalSet optimal_set(const TrainingProblem& problem,
                                     const OptimalSetSettings& settings);

}  // namespace thalweg
