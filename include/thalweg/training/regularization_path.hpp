#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "thalweg/core/run_control.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg {

/// How the path of optima over beta is found.
enum class PathMethod {
  kExact,  ///< smooth branches followed by Newton's method, changes of the active set located
  kGrid,   ///< each beta trained to the requested gap, started from the network of the one before
};

/// How a path ended.
enum class PathStatus {
  kUnsolved,         ///< nothing was computed
  kSolved,           ///< every point reaches the requested gap
  kReducedAccuracy,  ///< points and bounds are valid, at least one has a larger gap
  kLimit,            ///< stopped by deadline or cancellation; the points reached are valid
};

/// One sentence for people.
[[nodiscard]] std::string_view describe(PathStatus status);

/// What changes in the active set as beta falls below the event's beta.
enum class PathEventKind {
  kEntry,       ///< a neuron appears: its direction has reached |nu^T (X u)_+| = beta
  kExit,        ///< the mass of a neuron reaches 0
  kReachWall,   ///< a neuron reaches x_i^T w = 0 and stays there
  kCrossWall,   ///< a neuron passes x_i^T w = 0, where sample i has no pull (nu_i = 0)
  kLeaveWall,   ///< a neuron leaves x_i^T w = 0: its multiplier reaches 0 or 1
  kRearranged,  ///< the active set changed in another way (a degenerate event, solved afresh)
};

/// "entry", "exit", "reach_wall", "cross_wall", "leave_wall", "rearranged".
[[nodiscard]] std::string_view to_word(PathEventKind kind);

struct PathEvent {
  double beta = 0;
  PathEventKind kind = PathEventKind::kRearranged;
  Index neuron = -1;      ///< id of the neuron, -1 when several
  Index row = -1;         ///< the sample i of a wall event, -1 otherwise
  double resolution = 0;  ///< the event lies in [beta, beta (1 + resolution)]
};

/// An optimal network at one beta, with its own certificate of the gap.
struct PathPoint {
  double beta = 0;
  TwoLayerNetwork network;     ///< balanced, one neuron a direction
  std::vector<Index> neurons;  ///< id of each neuron, the same along the path
  double objective = 0;
  double loss = 0;
  double mass = 0;         ///< penalty / beta: sum |w_j| |alpha_j| (+ b^2/2), equals dP*/dbeta
  Vector dual;             ///< nu (n), before scaling, in the domain of D
  double dual_norm = 0;    ///< upper bound of max |nu^T (Xu)_+| for `dual`
  double lower_bound = 0;  ///< D(tau dual)
  double relative_gap = 0;
  bool event = false;  ///< at an event; else at a requested beta
};

struct PathSettings {
  PathMethod method = PathMethod::kExact;
  double beta_min = 0;       ///< last beta; 0: beta_ratio times beta_max
  double beta_ratio = 1e-3;  ///< used when beta_min is 0
  Index points = 50;         ///< requested betas, log-spaced from beta_max to beta_min
  double relative_gap = 1e-6;
  int threads = 1;
  std::uint64_t seed = 0;
  RunControl control;
};

struct RegularizationPath {
  PathStatus status = PathStatus::kUnsolved;
  PathMethod method = PathMethod::kExact;
  /// Bounds of the smallest beta from which on no neuron is needed, NaN when the search was stopped
  /// at once. They agree to about 1e-12 unless it was cut: the path begins at the upper one.
  double beta_max = std::numeric_limits<double>::quiet_NaN();  ///< upper bound; 0 is proved
  double beta_max_lower = std::numeric_limits<double>::quiet_NaN();
  std::vector<PathPoint> points;  ///< by falling beta; the first at beta_max
  std::vector<PathEvent> events;  ///< by falling beta; empty for kGrid
  std::int64_t resolved = 0;      ///< exact: times the active set was found afresh by training
  std::int64_t newton_steps = 0;
  double seconds = 0;
};

/// The optima of the training problem over all widths for beta from beta_max down.
///
/// The problem's own beta is ignored. On a smooth branch (active neurons, signs, patterns and walls
/// constant) the optimum solves c_j = beta u_j with c_j = s_j P_j X^T D_j nu the pull on neuron j
/// within its walls, w_j = z_j u_j; Newton's method in (z, u, b) follows it and stays regular where
/// a mass z_j passes 0. A step ends at the first event: a mass, a wall, a wall's multiplier, or
/// another direction reaching |nu^T (Xu)_+| = beta, which the dual oracle decides (ascent first,
/// then a rigorous bound). Where the active set is degenerate, the problem is trained afresh just
/// below the event. Every point has its own rigorous dual norm.
///
/// A quarter of a finite deadline at most is spent on beta_max; a grid down to a given beta_min
/// needs no sharp beta_max and spends 10 seconds at most.
///
/// Lemma (nothing lost between points). Let nu_1, nu_2 be the duals at beta_1 > beta_2, sigma_1,
/// sigma_2 their norms. For beta between, every c_1 nu_1 + c_2 nu_2 with c >= 0 and c_1 sigma_1 +
/// c_2 sigma_2 <= beta bounds P*(beta) from below. Proof: sigma is a norm-like convex function, so
/// the combination is dual feasible at beta. QED So an event pair that a step passes over is
/// bounded by the gap of `path_lower_bound` there. Source: docs/theory/regularization_path.md.
///
/// Throws InvalidArgument when beta_min is negative or not below beta_max, beta_ratio is not in
/// (0, 1), points < 2, relative_gap is not positive or threads < 1. An exact step costs O(n K^2 +
/// K^3), K the free coordinates of all neurons, and one decision of the dual oracle.
[[nodiscard]] RegularizationPath regularization_path(const TrainingProblem& problem,
                                                     const PathSettings& settings);

/// How far a path is from what theory demands of exact optima, relative to the objective at
/// beta_max; each is at most about the points' gaps.
struct PathDefects {
  double concavity = 0;     ///< largest P(b) - P(a) - R(a) (b - a) over pairs of points
  double monotonicity = 0;  ///< largest rise of P as beta falls
  double mass = 0;          ///< largest fall of R as beta falls, times beta_max
  double weak_duality = 0;  ///< largest lower bound of one point's dual above an objective
};

/// P* is concave and nondecreasing in beta, R* = dP*/dbeta nonincreasing; every point's dual,
/// scaled, stays below every other point's objective. O(points^2 + points n).
[[nodiscard]] PathDefects path_defects(const TrainingProblem& problem,
                                       const RegularizationPath& path);

/// The best lower bound of P*(beta) that the path's duals give: the two points around beta combined
/// (the lemma above), or one of them scaled. beta positive. O(n) an evaluation of D, about 100.
[[nodiscard]] double path_lower_bound(const TrainingProblem& problem,
                                      const RegularizationPath& path, double beta);

/// The gap of one given network at one beta.
struct NetworkGap {
  double beta = 0;
  double objective = 0;
  double lower_bound = 0;
  double relative_gap = 0;
};

/// Certified gaps of one network over many betas: the bound is the best of the network's own dual,
/// scaled, and the path's duals. One dual norm besides the path. Throws InvalidArgument when the
/// network does not fit or a beta is not positive and finite.
[[nodiscard]] std::vector<NetworkGap> scan_network(const TrainingProblem& problem,
                                                   const TwoLayerNetwork& network,
                                                   const RegularizationPath& path,
                                                   const std::vector<double>& betas,
                                                   const PathSettings& settings);

/// Derivatives of the optimum on its smooth branch.
struct PathSensitivity {
  bool regular = false;      ///< the branch is smooth and unique there; else the rest is empty
  double residual = 0;       ///< how far the network is from its stationarity equations, per beta
  Matrix weights;            ///< d(|alpha_j| w_j)/dbeta, (m x d), in the order of the network
  Vector masses;             ///< d(|alpha_j| |w_j|)/dbeta, (m)
  AffinePart affine;         ///< of output bias and skip connection
  Vector fit;                ///< d(fit)/dbeta, (n)
  Matrix fit_by_target;      ///< d(fit)/dy, (n x n); squared and Huber loss only, else empty
  Matrix weights_by_target;  ///< d(|alpha_j| w_j)/dy, (m d x n), neuron by neuron; as above
};

/// Derivatives in beta and in the targets at an optimal network of `problem` (at its beta), with
/// its pattern and walls held: dw/dbeta = -M^+ u, dw/dy = M^+ Z^T (theory section 7). A row with
/// |x_i^T w_j| <= tie |x_i| |w_j| counts as a wall of neuron j. Rows on a wall must be so to
/// rounding. Dense: O(n K^2 + K^3 + n^2 K).
[[nodiscard]] PathSensitivity path_sensitivity(const TrainingProblem& problem,
                                               const TwoLayerNetwork& network, double tie = 1e-9);

}  // namespace thalweg
