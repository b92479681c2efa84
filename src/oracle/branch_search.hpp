#pragma once

#include <algorithm>
#include <vector>

#include "oracle/branch_climb.hpp"
#include "oracle/branch_relaxation.hpp"

namespace thalweg::oracle {

/// Branch and bound over the choices of a form's units for s nu^T f(w) over N(w) <= 1, one sign s;
/// largest bound first, depth first with a sink or when many nodes are open. Lemma:
/// branch_oracle.hpp.
class BranchSearch {
 public:
  struct Plan {
    double relative_gap = 0;  ///< above the best value, without a threshold
    double threshold = 0;     ///< when positive nodes are closed at it
    double value = 0;         ///< of a point known already
    BranchProofSink* sink = nullptr;
    RunControl control;
  };
  enum class End { kClosed, kExceeded, kLimit, kStalled, kPaused };

  /// `climb` must outlive the object; nu (n).
  BranchSearch(const BranchClimb& climb, const BranchForm& form, const Vector& nu, Plan plan);

  /// Goes on for at most so many nodes.
  End run(std::int64_t nodes);
  /// s nu^T f(w) <= upper() N(w), at any time.
  [[nodiscard]] double upper() const;
  /// Tells of a value found elsewhere.
  void raise(double value) { value_ = std::max(value_, value); }
  /// Points better than what was known when they were found, worst first.
  [[nodiscard]] const std::vector<BranchMaximiser>& found() const { return found_; }
  [[nodiscard]] std::int64_t nodes() const { return nodes_; }
  [[nodiscard]] std::int64_t leaves() const { return leaves_; }

 private:
  struct Node {
    BranchChoices choices;
    Ranges ranges;
    MaximumLines maxima;
    Vector w;          ///< maximiser of the relaxation above
    double bound = 0;  ///< of the node above
  };
  /// What bounding a node tells.
  struct Bounded {
    double bound = 0;
    Vector multipliers;
  };

  [[nodiscard]] double target() const;
  [[nodiscard]] Node root() const;
  /// The least bound found for the node; its w becomes the maximiser.
  Bounded bound(const BranchRelaxation& relaxation, Node& node);
  /// Bounds the node, tightens ranges while that pays; true when it is closed.
  bool close(Node& node, Index& split);
  bool accept(const BranchRegion& region, const BranchRelaxation& relaxation, const Node& node,
              const Bounded& bounded);
  void try_point(const Vector& w);
  [[nodiscard]] Index choose(const BranchRegion& region, const BranchRelaxation& relaxation,
                             const Node& node) const;
  bool tighten(const BranchRegion& region, const BranchRelaxation& relaxation, Node& node) const;
  bool tighten_maxima(const BranchRegion& region, const BranchRelaxation& relaxation,
                      Node& node) const;
  void split(Node node, Index unit);
  void push(Node node);
  [[nodiscard]] Node pop();

  const BranchClimb& climb_;
  const BranchForm& form_;
  Vector nu_;       ///< s nu
  Vector weights_;  ///< of each unit
  Plan plan_;
  std::vector<Node> queue_;  ///< a heap, largest bound first
  std::vector<Node> stack_;  ///< taken up before the queue
  std::vector<BranchMaximiser> found_;
  double value_ = 0;   ///< best known
  double closed_ = 0;  ///< largest bound of a closed node, or of one that did not close
  std::int64_t nodes_ = 0;
  std::int64_t leaves_ = 0;
};

}  // namespace thalweg::oracle
