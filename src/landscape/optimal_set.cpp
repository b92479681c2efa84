#include "thalweg/landscape/optimal_set.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>
#include <string>
#include <utility>

#include "landscape/antipodal_optimum.hpp"
#include "landscape/estimated_optimum.hpp"
#include "landscape/independent_atoms.hpp"
#include "landscape/polytope_bounds.hpp"
#include "landscape/polytope_rounded.hpp"
#include "landscape/rational_optimum.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/exact/rank.hpp"
#include "thalweg/model/unit_scaling.hpp"
#include "thalweg/training/train.hpp"

namespace thalweg {
namespace {

using namespace landscape;

constexpr double kTrainingGap = 1e-10;
constexpr double kMostSize = 1e120;           ///< of entries whose squares stay ordinary
constexpr int kMostExponent = 900;            ///< of what a change of units leaves in range
constexpr double kLocatedGap = 1e-6;          ///< relative; wider gaps tell nothing about the shape
constexpr double kDirectionTolerance = 1e-9;  ///< of the candidate polytope

Vector activation(const Matrix& X, const OptimalAtom& atom) {
  const Vector t = (X * atom.u).cwiseMax(0);
  return atom.sign == Sign::kPlus ? t : Vector(-t);
}

/// Supports, masses and edges for people.
template <class Number, class Round>
void take_vertices(OptimalSet& set, const PolytopeVertices<Number>& vertices, Round&& round) {
  set.polytope = vertices.graph;
  set.complete = vertices.status == PolytopeStatus::kComplete;
  set.vertex_masses = Matrix::Zero(static_cast<Index>(vertices.masses.size()),
                                   static_cast<Index>(set.atoms.size()));
  for (std::size_t v = 0; v < vertices.masses.size(); ++v) {
    const std::vector<Index>& support = vertices.graph.supports[v];
    for (std::size_t k = 0; k < support.size(); ++k) {
      set.vertex_masses(static_cast<Index>(v), support[k]) = round(vertices.masses[v][k]);
    }
  }
}

void take_support_sizes(OptimalSet& set) {
  std::set<Index> sizes;
  for (const std::vector<Index>& support : set.polytope.supports) {
    sizes.insert(static_cast<Index>(support.size()));
  }
  if (sizes.empty()) return;
  set.m_star_lower = set.m_star_upper = *sizes.begin();
  set.M_star_lower = set.M_star_upper = *sizes.rbegin();
}

/// A polytope that is one point.
void put_point(OptimalSet& set, const Vector& masses) {
  const auto count = static_cast<Index>(set.atoms.size());
  std::vector<Index> support;
  for (Index q = 0; q < count; ++q) {
    if (masses[q] > 0) support.push_back(q);
  }
  set.polytope.atoms = count;
  set.polytope.supports = {support};
  set.polytope.edges.clear();
  set.vertex_masses = masses.transpose();
  set.centre = masses;
  set.complete = true;
  set.dimension = 0;
  take_support_sizes(set);
}

class Describing {
 public:
  Describing(const TrainingProblem& problem, const OptimalSetSettings& settings)
      : problem_(problem), settings_(settings), oracle_(problem.X()) {}

  OptimalSet run() {
    const Stopwatch watch;
    TrainingSettings training;
    training.relative_gap = kTrainingGap;
    training.threads = settings_.threads;
    training.seed = settings_.seed;
    training.control = settings_.control;
    const TrainingResult trained = train(problem_, training);
    OptimumSettings enclosing;
    enclosing.threads = settings_.threads;
    enclosing.seed = settings_.seed;
    enclosing.control = settings_.control;
    const std::vector<Neuron> neurons = to_neurons(trained.network);
    const AffinePart affine = problem_.affine_part(trained.network);
    optimum_ = takes() ? enclose_optimum(problem_, oracle_, neurons, affine, enclosing)
                       : estimate_optimum(problem_, oracle_, neurons, affine, trained.lower_bound,
                                          enclosing);
    // Without an enclosure all is an estimate, and training's bound may be the better one.
    if (!optimum_.enclosed) optimum_.lower = std::max(optimum_.lower, trained.lower_bound);
    limits_.max_bases = settings_.max_vertices;
    limits_.control = settings_.control;
    take(optimum_);
    const bool proved = prove_point() || prove_pairs(enclosing);
    if (set_.level != ClaimLevel::kExact && !prove_rational(enclosing) && !proved) propose();
    set_.stopped_at_limit = settings_.control.should_stop();
    set_.seconds = watch.seconds();
    return std::move(set_);
  }

 private:
  void take(const Optimum& optimum) {
    set_.optimum = optimum.upper;
    set_.lower_bound = optimum.lower;
    set_.relative_gap = optimum.upper > 0 ? (optimum.upper - optimum.lower) / optimum.upper : 0;
    set_.fit = optimum.fit;
    set_.dual = optimum.dual;
    set_.radius = optimum.radius;
    set_.affine = optimum.point.affine();
    set_.enclosed = optimum.enclosed;
    set_.margin = optimum.margin_lower;
    set_.margin_upper = optimum.margin_upper;
    set_.atoms.clear();
    for (const OptimumAtom& atom : optimum.atoms) {
      set_.atoms.push_back({atom.sign, atom.star.u, atom.star.ties, atom.radius});
    }
    set_.activations.resize(problem_.samples(), static_cast<Index>(set_.atoms.size()));
    for (std::size_t q = 0; q < set_.atoms.size(); ++q) {
      set_.activations.col(static_cast<Index>(q)) = activation(problem_.X(), set_.atoms[q]);
    }
  }

  /// Rows that are parallel but for rounding have cells between them that the oracle does not see.
  [[nodiscard]] bool takes() const {
    return ExactPoint::takes(problem_) && oracle_.geometry().near_rows().empty() &&
           free_part_is_unique();
  }

  /// Dependent unpenalised columns leave their coefficients free: then nothing is unique.
  [[nodiscard]] bool free_part_is_unique() const {
    const Matrix columns = problem_.free_columns();
    if (columns.cols() == 0) return true;
    const RowBasis basis = row_basis(columns.transpose());
    return basis.proved && basis.rank() == columns.cols();
  }

  [[nodiscard]] bool fit_enclosed() const { return problem_.loss().kind() == LossKind::kSquared; }

  /// No neuron at all, or independent activations.
  bool prove_point() {
    const auto count = static_cast<Index>(set_.atoms.size());
    if (!set_.enclosed) return false;
    const bool zero = optimum_.point.neurons.empty();
    // Without a unique fit, masses may grow from 0 and unpenalised coefficients may move.
    if (!fit_enclosed() && (count > 0 || problem_.free_columns().cols() > 0)) return false;
    if (count == 0 || (zero && optimum_.radius == 0)) {
      // Without a gap or without directions: beta sum z = nu*^T (A z) = 0.
      put_point(set_, Vector::Zero(count));
      finish_proof(PolytopeProof::kNoNeuron, Uniqueness::kYes);
      return true;
    }
    const Matrix free = problem_.free_columns();
    const Index ones = problem_.output_bias() == OutputBias::kPenalised ? 1 : 0;
    NearColumns columns;
    columns.A.resize(problem_.samples(), count + free.cols() + ones);
    columns.A << set_.activations, free, Matrix::Ones(problem_.samples(), ones);
    columns.radius = activation_error(problem_.X(), optimum_.atoms);
    const IndependentSolution solution =
        independent_solution(columns, set_.fit, optimum_.fit_radius);
    if (!solution.independent) return false;
    put_point(set_, solution.z.head(count).cwiseMax(0));
    finish_proof(PolytopeProof::kIndependent, Uniqueness::kYes);
    // Directions whose mass may be 0: the point has at least the others.
    Index sure = 0;
    for (Index q = 0; q < count; ++q) sure += solution.z[q] > solution.error ? 1 : 0;
    if (sure < count) {
      set_.level = ClaimLevel::kCertifiedBound;
      set_.m_star_lower = set_.M_star_lower = sure;
      set_.m_star_upper = set_.M_star_upper = count;
    }
    return true;
  }

  void finish_proof(PolytopeProof proof, Uniqueness unique) {
    set_.proof = proof;
    set_.unique = unique;
    set_.level = ClaimLevel::kExact;
  }

  bool prove_pairs(const OptimumSettings& enclosing) {
    if (!takes()) return false;
    const std::vector<AntipodalPair> pairs = antipodal_pairs(problem_, optimum_);
    if (pairs.empty()) return false;
    const std::optional<AntipodalOptimum> proved =
        antipodal_optimum(problem_, oracle_, optimum_, pairs, enclosing, limits_);
    if (!proved) return false;
    const AffinePart affine = set_.affine;
    take(proved->optimum);
    set_.affine = affine;
    take_vertices(set_, proved->vertices,
                  [](const Enclosure& mass) { return 0.5 * (mass.lower + mass.upper); });
    take_support_sizes(set_);
    set_.centre = set_.vertex_masses.colwise().mean();
    set_.dimension = static_cast<Index>(set_.atoms.size()) - set_.M_star_upper;
    finish_proof(PolytopeProof::kAntipodal,
                 set_.dimension == 0 ? Uniqueness::kYes : Uniqueness::kNo);
    if (!set_.complete) {
      // The rows of Lemma A's system are independent, so M* is their number; one of every pair
      // with positive mass is in every vertex.
      set_.level = ClaimLevel::kCertifiedBound;
      set_.m_star_lower = std::min(set_.m_star_lower, static_cast<Index>(pairs.size()));
    }
    return true;
  }

  bool prove_rational(const OptimumSettings& enclosing) {
    if (!takes()) return false;
    const std::optional<RationalOptimum> proved =
        rational_optimum(problem_, oracle_, optimum_, enclosing, limits_);
    if (!proved) return false;
    take(proved->optimum);
    take_vertices(set_, proved->vertices, [](const mpq_class& mass) { return mass.get_d(); });
    set_.m_star_lower = proved->supports.m_star_lower;
    set_.m_star_upper = proved->supports.m_star_upper;
    set_.M_star_lower = proved->supports.M_star_lower;
    set_.M_star_upper = proved->supports.M_star_upper;
    set_.centre.resize(static_cast<Index>(set_.atoms.size()));
    for (Index q = 0; q < set_.centre.size(); ++q) {
      set_.centre[q] = proved->centre[static_cast<std::size_t>(q)].get_d();
    }
    set_.dimension = proved->dimension;
    finish_proof(PolytopeProof::kRational,
                 set_.dimension == 0 ? Uniqueness::kYes : Uniqueness::kNo);
    if (!set_.complete) set_.level = ClaimLevel::kCertifiedBound;
    return true;
  }

  /// The polytope of the rounded data: a candidate.
  void propose() {
    const auto count = static_cast<Index>(set_.atoms.size());
    RoundedSystem system;
    system.tolerance = kDirectionTolerance;
    system.A = set_.activations;
    system.b = set_.fit - problem_.affine_fit(set_.affine);
    // Unpenalised columns take what they like: only the part orthogonal to them binds the masses.
    const Matrix& free = problem_.free_span().Q;
    if (free.cols() > 0) {
      system.A -= free * (free.transpose() * system.A);
      system.b -= free * (free.transpose() * system.b);
    }
    RoundedPolytope polytope(system);
    if (count == 0 || polytope.empty()) {
      put_point(set_, network_masses());
      return;
    }
    set_.dimension = polytope.dimension();
    set_.centre = Eigen::Map<const Vector>(polytope.centre().data(), count);
    const PolytopeVertices<double> vertices = polytope.vertices(limits_);
    take_vertices(set_, vertices, [](double mass) { return mass; });
    take_support_sizes(set_);
    if (set_.complete) return;
    // The vertices that are not listed may have fewer neurons, or more, up to the rank.
    set_.m_star_lower = 0;
    set_.M_star_upper = count - set_.dimension;
    if (vertices.masses.empty()) set_.m_star_upper = set_.M_star_upper;
  }

  [[nodiscard]] Vector network_masses() const {
    Vector masses(static_cast<Index>(optimum_.atoms.size()));
    for (Index q = 0; q < masses.size(); ++q) {
      masses[q] = optimum_.atoms[static_cast<std::size_t>(q)].mass;
    }
    return masses;
  }

  const TrainingProblem& problem_;
  const OptimalSetSettings& settings_;
  DualOracle oracle_;
  PolytopeLimits limits_;
  Optimum optimum_;
  OptimalSet set_;
};

template <class Values>
bool is_moderate(const Values& values) {
  const double size = values.size() > 0 ? values.cwiseAbs().maxCoeff() : 0;
  return size == 0 || (size >= 1 / kMostSize && size <= kMostSize);
}

/// Whether activations, masses and objectives are doubles in the units of the problem.
bool has_room(const UnitScaling& units) {
  return std::max({std::abs(units.inputs()), std::abs(units.masses()),
                   std::abs(units.objective())}) <= kMostExponent;
}

/// The set of the scaled problem in the units of the problem; directions and margins are the same.
OptimalSet restored(const UnitScaling& units, OptimalSet set) {
  set.optimum = std::ldexp(set.optimum, units.objective());
  set.lower_bound = std::ldexp(set.lower_bound, units.objective());
  const double outputs = std::ldexp(1.0, units.outputs());
  set.fit *= outputs;
  set.dual *= outputs;
  set.radius *= outputs;
  set.affine.bias *= outputs;
  const double masses = std::ldexp(1.0, units.masses());
  set.affine.skip *= masses;
  set.vertex_masses *= masses;
  set.centre *= masses;
  set.activations *= std::ldexp(1.0, units.inputs());
  return set;
}

}  // namespace

std::string_view to_string(ClaimLevel level) {
  switch (level) {
    case ClaimLevel::kExact:
      return "exact";
    case ClaimLevel::kCertifiedBound:
      return "certified bound";
    case ClaimLevel::kPossible:
      return "possible";
  }
  return "unknown";
}

std::string_view to_string(Uniqueness unique) {
  switch (unique) {
    case Uniqueness::kYes:
      return "yes";
    case Uniqueness::kNo:
      return "no";
    case Uniqueness::kPossible:
      return "possible";
  }
  return "unknown";
}

std::string_view describe(PolytopeProof proof) {
  switch (proof) {
    case PolytopeProof::kNone:
      return "the shape is a candidate: rounding decides it";
    case PolytopeProof::kNoNeuron:
      return "the network without neurons is the only optimum";
    case PolytopeProof::kIndependent:
      return "the activations of all optimal directions are independent";
    case PolytopeProof::kAntipodal:
      return "X^T nu = 0: optimal directions come in opposite pairs that trade mass (Lemma A)";
    case PolytopeProof::kRational:
      return "optimal directions and dual are rational numbers, found and checked exactly";
  }
  return "unknown";
}

bool OptimalSet::located() const {
  if (level != ClaimLevel::kPossible) return true;
  return relative_gap <= kLocatedGap && (enclosed || !stopped_at_limit);
}

OptimalSet optimal_set(const TrainingProblem& problem, const OptimalSetSettings& settings) {
  if (is_moderate(problem.X()) && is_moderate(problem.y())) {
    return Describing(problem, settings).run();
  }
  const UnitScaling units(problem);
  if (!units.needed() || !has_room(units) || !units.exact()) {
    throw InvalidArgument(std::string(is_moderate(problem.X()) ? "y" : "X") +
                          ": its largest entry is beyond 1e-120 to 1e120, and no change of units "
                          "keeps all numbers inside the range of doubles");
  }
  const TrainingProblem scaled = units.scaled();
  return restored(units, Describing(scaled, settings).run());
}

}  // namespace thalweg
