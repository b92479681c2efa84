#include "thalweg/landscape/optimal_path.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "thalweg/core/error.hpp"
#include "thalweg/model/transform.hpp"

namespace thalweg {
namespace {

constexpr double kNothing = 1e-9;  ///< masses below this share of the total count as 0

/// Slots of a network as masses of the set's atoms, and how far it was from them.
SlotMasses snap(const OptimalSet& set, const TwoLayerNetwork& network, const char* name,
                double tolerance, double& snapped) {
  SlotMasses point;
  point.masses = Vector::Zero(network.width());
  for (Index j = 0; j < network.width(); ++j) {
    const Vector w = network.W.row(j).transpose();
    const double alpha = network.alpha(j, 0);
    const double mass = std::abs(alpha) * w.norm();
    point.atoms.push_back(0);
    if (mass == 0) continue;
    double nearest = std::numeric_limits<double>::infinity();
    for (std::size_t q = 0; q < set.atoms.size(); ++q) {
      const OptimalAtom& atom = set.atoms[q];
      if ((alpha > 0) != (atom.sign == Sign::kPlus)) continue;
      const double distance = (w.normalized() - atom.u).norm();
      if (distance >= nearest) continue;
      nearest = distance;
      point.atoms.back() = static_cast<Index>(q);
    }
    if (nearest > tolerance) {
      throw InvalidArgument(std::string(name) + ": neuron " + std::to_string(j) +
                            " is not at an optimal direction; the network is not optimal");
    }
    snapped = std::max(snapped, nearest);
    point.masses[j] = mass;
  }
  return point;
}

/// Builds a path: a current point and moves that keep it a network of optimal directions.
class Walk {
 public:
  explicit Walk(SlotMasses start) : points_{std::move(start)} {}

  [[nodiscard]] const SlotMasses& here() const { return points_.back(); }
  [[nodiscard]] std::vector<SlotMasses> take() { return std::move(points_); }

  /// All mass of an atom in one slot.
  void collect() {
    SlotMasses next = here();
    bool changed = false;
    for (std::size_t j = 0; j < next.atoms.size(); ++j) {
      for (std::size_t k = 0; k < j; ++k) {
        if (next.atoms[k] != next.atoms[j] || mass(next, j) == 0 || mass(next, k) == 0) continue;
        next.masses[static_cast<Index>(k)] += mass(next, j);
        next.masses[static_cast<Index>(j)] = 0;
        changed = true;
        break;
      }
    }
    if (changed) points_.push_back(std::move(next));
  }

  /// Straight to the masses z (N) per atom; atoms that enter take blank slots. Precondition: every
  /// atom is in one slot, and there are enough blanks.
  void go_to(const Vector& z) {
    SlotMasses aimed = here();
    std::vector<bool> taken;
    for (std::size_t j = 0; j < aimed.atoms.size(); ++j) taken.push_back(mass(aimed, j) > 0);
    Vector masses = Vector::Zero(aimed.masses.size());
    for (Index q = 0; q < z.size(); ++q) {
      if (!(z[q] > 0)) continue;
      std::size_t slot = slot_of(here(), q);
      if (slot == taken.size()) {
        slot =
            static_cast<std::size_t>(std::find(taken.begin(), taken.end(), false) - taken.begin());
        taken[slot] = true;
        aimed.atoms[slot] = q;
      }
      masses[static_cast<Index>(slot)] = z[q];
    }
    if (aimed.atoms != here().atoms) points_.push_back(aimed);
    aimed.masses = masses;
    points_.push_back(std::move(aimed));
  }

  /// Slots in the order of `target`, which holds the same atoms with mass once each; through a
  /// blank slot. False when the orders differ and there is no blank.
  bool permute_to(const SlotMasses& target) {
    for (std::size_t j = 0; j < target.atoms.size(); ++j) {
      if (mass(target, j) == 0) continue;
      const std::size_t from = slot_of(here(), target.atoms[j]);
      if (from == j) continue;
      if (mass(here(), j) > 0) {
        const std::optional<std::size_t> free = any_blank(here());
        if (!free) return false;
        shift(j, *free);
      }
      shift(slot_of(here(), target.atoms[j]), j);
    }
    return true;
  }

 private:
  static double mass(const SlotMasses& point, std::size_t slot) {
    return point.masses[static_cast<Index>(slot)];
  }
  static std::size_t slot_of(const SlotMasses& point, Index atom) {
    for (std::size_t j = 0; j < point.atoms.size(); ++j) {
      if (point.atoms[j] == atom && mass(point, j) > 0) return j;
    }
    return point.atoms.size();
  }
  static std::optional<std::size_t> any_blank(const SlotMasses& point) {
    for (std::size_t j = 0; j < point.atoms.size(); ++j) {
      if (mass(point, j) == 0) return j;
    }
    return std::nullopt;
  }
  /// The neuron of a slot moves into a blank one: its mass is split, then gone from the old slot.
  void shift(std::size_t from, std::size_t into) {
    SlotMasses aimed = here();
    aimed.atoms[into] = aimed.atoms[from];
    points_.push_back(aimed);
    SlotMasses next = std::move(aimed);
    next.masses[static_cast<Index>(into)] = mass(next, from);
    next.masses[static_cast<Index>(from)] = 0;
    points_.push_back(std::move(next));
  }

  std::vector<SlotMasses> points_;
};

Vector masses_of(const OptimalSet& set, const SlotMasses& point) {
  Vector z = Vector::Zero(static_cast<Index>(set.atoms.size()));
  for (std::size_t j = 0; j < point.atoms.size(); ++j) {
    z[point.atoms[j]] += point.masses[static_cast<Index>(j)];
  }
  return z;
}

/// The vertex of the minimal face of z with the fewest neurons: its support is part of z's.
std::optional<Index> vertex_below(const OptimalSet& set, const Vector& z) {
  const double least = kNothing * z.sum();
  std::optional<Index> best;
  for (std::size_t v = 0; v < set.polytope.supports.size(); ++v) {
    const std::vector<Index>& support = set.polytope.supports[v];
    const bool inside =
        std::all_of(support.begin(), support.end(), [&](Index q) { return z[q] > least; });
    if (!inside) continue;
    if (!best || support.size() < set.polytope.supports[static_cast<std::size_t>(*best)].size()) {
      best = static_cast<Index>(v);
    }
  }
  return best;
}

/// Masses that rounding left behind removed.
void tidy(SlotMasses& point) {
  const double least = kNothing * point.masses.sum();
  point.masses = (point.masses.array() > least).select(point.masses, 0.0);
}

bool same(const SlotMasses& a, const SlotMasses& b) {
  for (std::size_t j = 0; j < a.atoms.size(); ++j) {
    const auto slot = static_cast<Index>(j);
    if ((a.masses[slot] > 0) != (b.masses[slot] > 0)) return false;
    if (a.masses[slot] > 0 && a.atoms[j] != b.atoms[j]) return false;
  }
  return true;
}

}  // namespace

TwoLayerNetwork network_at(const TrainingProblem& problem, const OptimalSet& set,
                           const SlotMasses& point) {
  const Index d = problem.dimension();
  TwoLayerNetwork network = TwoLayerNetwork::empty(d);
  network.W = Matrix::Zero(point.masses.size(), d);
  network.alpha = Matrix::Zero(point.masses.size(), 1);
  for (std::size_t j = 0; j < point.atoms.size(); ++j) {
    const auto slot = static_cast<Index>(j);
    if (!(point.masses[slot] > 0)) continue;
    const OptimalAtom& atom = set.atoms[static_cast<std::size_t>(point.atoms[j])];
    const double root = std::sqrt(point.masses[slot]);
    network.W.row(slot) = root * atom.u.transpose();
    network.alpha(slot, 0) = atom.sign == Sign::kPlus ? root : -root;
  }
  const TwoLayerNetwork merged = OptimalNetworks(problem, set).network(masses_of(set, point));
  network.output_bias = merged.output_bias;
  network.skip = merged.skip;
  return network;
}

OptimalPath connect_optima(const TrainingProblem& problem, const OptimalSet& set,
                           const TwoLayerNetwork& from, const TwoLayerNetwork& to,
                           double tolerance) {
  problem.check(from);
  problem.check(to);
  const Index width = from.width();
  if (to.width() != width) {
    throw InvalidArgument("to: expected width " + std::to_string(width) + " as the other, got " +
                          std::to_string(to.width()));
  }
  OptimalPath result;
  result.level = set.level;
  SlotMasses start = snap(set, from, "from", tolerance, result.snapped);
  SlotMasses end = snap(set, to, "to", tolerance, result.snapped);
  tidy(start);
  tidy(end);
  Walk forward(start);
  Walk backward(end);
  forward.collect();
  backward.collect();
  const auto first = vertex_below(set, masses_of(set, start));
  const auto last = vertex_below(set, masses_of(set, end));
  if (!first || !last) {
    result.reason = "the optimal polytope's vertices are not all known";
    return result;
  }
  const auto vertex = [&](Index v) -> Vector { return set.vertex_masses.row(v).transpose(); };
  forward.go_to(vertex(*first));
  backward.go_to(vertex(*last));
  const auto fills = [&](Index v) {
    return static_cast<Index>(set.polytope.supports[static_cast<std::size_t>(v)].size()) == width;
  };
  const bool stuck = fills(*first) || fills(*last);
  if (!(stuck && *first == *last && same(forward.here(), backward.here()))) {
    const auto chain = stuck ? std::nullopt : vertex_chain(set.polytope, *first, *last, width);
    if (!chain) {
      result.status =
          set.complete || stuck ? OptimalPathStatus::kDisconnected : OptimalPathStatus::kUnknown;
      result.reason =
          stuck ? "one of the two fills all slots with independent neurons: it is isolated"
                : "no chain of edges of the optimal polytope fits into " + std::to_string(width) +
                      " neurons";
      return result;
    }
    for (std::size_t k = 1; k < chain->size(); ++k) forward.go_to(vertex((*chain)[k]));
    forward.permute_to(backward.here());
  }
  result.status = OptimalPathStatus::kConnected;
  result.reason = "joined through the optimal polytope";
  result.waypoints = forward.take();
  std::vector<SlotMasses> rest = backward.take();
  result.waypoints.insert(result.waypoints.end(), rest.rbegin(), rest.rend());
  return result;
}

}  // namespace thalweg
