#include "landscape/polytope_enclosed.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <set>
#include <string>
#include <utility>

#include "landscape/polytope_rounded.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg::landscape {
namespace {

/// Of the proposal; what is closer to degenerate than this will not be proved anyway.
constexpr double kProposalTolerance = 1e-13;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// A double below, or above, whatever a rounded operation stands for.
double below(double rounded) { return std::nextafter(rounded, -kInfinity); }
double above(double rounded) { return std::nextafter(rounded, kInfinity); }

/// More than the relative error of a rounded sum of n + 8 products of rounded factors.
double relative_error(Index n) { return std::ldexp(static_cast<double>(n + 8), -51); }
/// More than what underflow can add to such a sum.
double underflow(Index n) {
  return static_cast<double>(n + 8) * std::numeric_limits<double>::min();
}

void check(const EnclosedSystem& system) {
  const auto same = [](const auto& values, const auto& radii) {
    return values.rows() == radii.rows() && values.cols() == radii.cols() && values.allFinite() &&
           radii.allFinite() && (radii.array() >= 0).all();
  };
  if (!same(system.A, system.A_radius) || !same(system.b, system.b_radius) ||
      system.A.rows() != system.b.size()) {
    throw InvalidArgument("A, b and their radii must be finite, of one shape, radii not negative");
  }
}

/// The columns of a support, for all right-hand sides of the system.
EnclosedSystem columns_of(const EnclosedSystem& system, const std::vector<Index>& support) {
  return {system.A(Eigen::all, support), system.A_radius(Eigen::all, support), system.b,
          system.b_radius};
}

/// Encloses every vertex; false when one is not proved to be a nondegenerate vertex of all systems.
bool enclose_masses(const EnclosedSystem& system, PolytopeVertices<Enclosure>& vertices) {
  for (const std::vector<Index>& support : vertices.graph.supports) {
    auto masses = enclosed_solution(columns_of(system, support));
    if (!masses) return false;
    for (const Enclosure& mass : *masses) {
      if (!(mass.lower > 0)) return false;
    }
    vertices.masses.push_back(std::move(*masses));
  }
  return true;
}

/// Whether the supports are distinct ascending r-sets of atoms.
bool supports_are_bases(const PolytopeGraph& graph, Index rank) {
  std::set<std::vector<Index>> seen;
  return std::all_of(graph.supports.begin(), graph.supports.end(), [&](const auto& support) {
    return static_cast<Index>(support.size()) == rank && seen.insert(support).second &&
           std::adjacent_find(support.begin(), support.end(), std::greater_equal<>()) ==
               support.end() &&
           (rank == 0 || (support.front() >= 0 && support.back() < graph.atoms));
  });
}

/// The atom of `support` that `other` lacks when it lacks one only.
std::optional<Index> only_difference(const std::vector<Index>& support,
                                     const std::vector<Index>& other) {
  std::vector<Index> difference;
  std::set_difference(support.begin(), support.end(), other.begin(), other.end(),
                      std::back_inserter(difference));
  return difference.size() == 1 ? std::optional(difference.front()) : std::nullopt;
}

/// Condition (ii) of the theorem, where the list claims to be complete, and in any case that all
/// edges join bases that differ in one atom.
bool edges_are_consistent(const PolytopeGraph& graph, Index rank, bool complete) {
  std::set<std::pair<Index, Index>> left;  // vertices with the atoms that enter there
  const auto vertices = static_cast<Index>(graph.supports.size());
  for (const PolytopeEdge& edge : graph.edges) {
    const auto [least, most] = std::minmax(edge.first, edge.second);
    if (least < 0 || most >= vertices) return false;
    const auto& first = graph.supports[static_cast<std::size_t>(edge.first)];
    const auto& second = graph.supports[static_cast<std::size_t>(edge.second)];
    const auto into_first = only_difference(second, first);
    const auto into_second = only_difference(first, second);
    if (edge.size != rank + 1 || !into_first || !into_second) return false;
    if (!left.emplace(edge.first, *into_first).second) return false;
    if (!left.emplace(edge.second, *into_second).second) return false;
  }
  return !complete ||
         left.size() == graph.supports.size() * static_cast<std::size_t>(graph.atoms - rank);
}

/// Encloses the masses; false when something is not proved for all systems.
bool prove(const EnclosedSystem& system, PolytopeVertices<Enclosure>& vertices) {
  const Index rank = system.A.rows();
  const bool complete = vertices.status == PolytopeStatus::kComplete;
  return !vertices.graph.supports.empty() && supports_are_bases(vertices.graph, rank) &&
         edges_are_consistent(vertices.graph, rank, complete) && enclose_masses(system, vertices);
}

}  // namespace

Enclosure enclosed_maximum(const PolytopeVertices<Enclosure>& vertices,
                           const std::vector<Enclosure>& costs) {
  if (vertices.status != PolytopeStatus::kComplete ||
      static_cast<Index>(costs.size()) != vertices.graph.atoms) {
    throw InvalidArgument("needs all vertices and one cost for each of " +
                          std::to_string(vertices.graph.atoms) + " atoms");
  }
  Enclosure maximum{-kInfinity, -kInfinity};
  for (std::size_t v = 0; v < vertices.masses.size(); ++v) {
    Enclosure value;
    for (std::size_t i = 0; i < vertices.masses[v].size(); ++i) {
      const Enclosure& mass = vertices.masses[v][i];  // positive
      const Enclosure& cost = costs[static_cast<std::size_t>(vertices.graph.supports[v][i])];
      value.lower =
          below(value.lower + below(cost.lower * (cost.lower < 0 ? mass.upper : mass.lower)));
      value.upper =
          above(value.upper + above(cost.upper * (cost.upper < 0 ? mass.lower : mass.upper)));
    }
    maximum.lower = std::max(maximum.lower, value.lower);
    maximum.upper = std::max(maximum.upper, value.upper);
  }
  return maximum;
}

std::optional<std::vector<Enclosure>> enclosed_solution(const EnclosedSystem& square) {
  check(square);
  const Index r = square.A.rows();
  if (square.A.cols() != r) throw InvalidArgument("B must be square");
  const double slack = relative_error(r);
  const double tiny = underflow(r);
  const Matrix R = r == 0 ? Matrix(0, 0) : Matrix(square.A.partialPivLu().inverse());
  if (!R.allFinite()) return std::nullopt;
  const Matrix R_size = R.cwiseAbs();
  const Matrix B_size = square.A.cwiseAbs();

  // |I - R B|, rounding of the product and radius included; the last factor covers this sum itself.
  const Matrix defect = (Matrix::Identity(r, r) - R * square.A).cwiseAbs() +
                        R_size * (slack * B_size + square.A_radius);
  if (!defect.allFinite()) return std::nullopt;
  const double alpha =
      r == 0 ? 0 : (defect.rowwise().sum().maxCoeff() * (1 + 4 * slack) + 4 * tiny * double(r));
  if (!(alpha < 0.5)) return std::nullopt;

  Vector x = R * square.b;
  x += R * (square.b - square.A * x);
  const Vector x_size = x.cwiseAbs();
  const Vector residual = (square.b - square.A * x).cwiseAbs() +
                          slack * (square.b.cwiseAbs() + B_size * x_size) + square.b_radius +
                          square.A_radius * x_size;
  const Vector padded = residual * (1 + 4 * slack) + Vector::Constant(r, 4 * tiny);
  const Vector rho = (R_size * padded) * (1 + 4 * slack) + Vector::Constant(r, 4 * tiny);
  if (!rho.allFinite()) return std::nullopt;
  const double spread = r == 0 ? 0 : alpha / (1 - alpha) * rho.maxCoeff() * (1 + 4 * slack) + tiny;
  std::vector<Enclosure> solution;
  for (Index i = 0; i < r; ++i) {
    const double error = above(rho[i] + spread);
    solution.push_back({below(x[i] - error), above(x[i] + error)});
  }
  return solution;
}

PolytopeVertices<Enclosure> proved_vertices(const EnclosedSystem& system,
                                            PolytopeStatus proposed_status,
                                            PolytopeGraph proposal) {
  check(system);
  PolytopeVertices<Enclosure> vertices{proposed_status, std::move(proposal), {}};
  if (vertices.graph.atoms == system.A.cols() && prove(system, vertices)) return vertices;
  return {PolytopeStatus::kUndetermined, {system.A.cols(), {}, {}}, {}};
}

PolytopeVertices<Enclosure> enclosed_vertices(const EnclosedSystem& system,
                                              const PolytopeLimits& limits) {
  check(system);
  RoundedPolytope proposer({system.A, system.b, kProposalTolerance});
  if (proposer.empty()) return {PolytopeStatus::kUndetermined, {system.A.cols(), {}, {}}, {}};
  PolytopeVertices<double> proposal = proposer.vertices(limits);
  return proved_vertices(system, proposal.status, std::move(proposal.graph));
}

}  // namespace thalweg::landscape
