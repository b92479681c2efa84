#pragma once

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <string>
#include <variant>
#include <vector>

#include "thalweg/model/branch_form.hpp"
#include "thalweg/oracle/branch_proof.hpp"

namespace thalweg::testing {

/// A leaf as it was streamed.
struct RecordedLeaf {
  RowMultipliers multipliers;
  RowMultipliers shares;
  std::vector<std::pair<Index, UnitRange>> ranges;
};
/// In preorder: the unit of a split, or a leaf.
using BranchProofEvents = std::vector<std::variant<Index, RecordedLeaf>>;

class BranchProofRecorder : public BranchProofSink {
 public:
  void split(Index unit) override { events.emplace_back(unit); }
  bool leaf(const BranchLeaf& leaf) override {
    if (refusals > 0) {
      --refusals;
      return false;
    }
    events.emplace_back(RecordedLeaf{leaf.multipliers, leaf.shares, leaf.ranges});
    return true;
  }

  BranchProofEvents events;
  int refusals = 0;  ///< leaves still to be refused
};

/// Checks a recorded proof of s nu^T f(w) <= threshold N(w) by the lemma of branch_oracle.hpp, in
/// long double and to 1e-12: an implementation of its own. `signed_dual` is s nu.
class BranchProofReplay {
 public:
  BranchProofReplay(const BranchForm& form, const Vector& signed_dual, double threshold)
      : form_(form), nu_(signed_dual), threshold_(threshold) {}

  /// Empty when the proof holds, else what is wrong.
  std::string check(const BranchProofEvents& events) {
    std::vector<BranchChoices> open{BranchChoices(form_.units().size(), kUndecided)};
    for (const auto& event : events) {
      if (open.empty()) return "events after the tree's end";
      const BranchChoices choices = open.back();
      open.pop_back();
      if (const Index* unit = std::get_if<Index>(&event)) {
        if (choices.at(static_cast<std::size_t>(*unit)) != kUndecided) return "decided twice";
        const BranchForm::Unit& split = form_.units()[static_cast<std::size_t>(*unit)];
        for (const BranchForm::Input& k : split.inputs) {
          if (choices[static_cast<std::size_t>(k.unit)] == kUndecided) return "undecided input";
        }
        const Index count = split.kind == BranchForm::Kind::kRelu ? 2 : split.row_count + 1;
        for (Index choice = count; choice-- > 0;) {
          open.push_back(choices);
          open.back()[static_cast<std::size_t>(*unit)] = static_cast<std::int16_t>(choice);
        }
      } else if (std::string wrong = check_leaf(choices, std::get<RecordedLeaf>(event));
                 !wrong.empty()) {
        return wrong;
      }
    }
    return open.empty() ? "" : "unfinished tree";
  }

 private:
  using Real = long double;
  using Wide = Eigen::Matrix<Real, Eigen::Dynamic, 1>;

  Wide row(Index r) const { return form_.row(r).cast<Real>(); }

  Real dual_norm(const Wide& z) const {
    const BlockNorm& norm = form_.norm();
    if (norm.is_nuclear()) {
      using Square = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>;
      const Square Z = z.reshaped(norm.cols(), norm.rows());
      return Eigen::JacobiSVD<Square>(Z).singularValues()[0];
    }
    Real most = 0;
    for (const BlockNorm::Group& group : norm.group_list()) {
      most = std::max(most, z.segment(group.first, group.size).norm() / Real(group.weight));
    }
    return most;
  }

  /// Fills linear_, ready_ and cone_ for the choices.
  void settle(const BranchChoices& choices) {
    const auto& units = form_.units();
    linear_.assign(units.size(), Wide::Zero(form_.parameters()));
    ready_.assign(units.size(), true);
    cone_.assign(static_cast<std::size_t>(form_.rows().rows()), Wide());
    for (std::size_t u = 0; u < units.size(); ++u) {
      const BranchForm::Unit& unit = units[u];
      const auto slot = static_cast<std::size_t>(unit.first_row);
      if (unit.kind == BranchForm::Kind::kMaximum) {
        if (choices[u] > 0) linear_[u] = row(unit.first_row + choices[u] - 1);
        for (Index r = 0; choices[u] != kUndecided && r < unit.row_count; ++r) {
          const bool chosen = r + 1 == choices[u];
          cone_[slot + static_cast<std::size_t>(r)] =
              chosen ? linear_[u] : Wide(linear_[u] - row(unit.first_row + r));
        }
        continue;
      }
      Wide input = row(unit.first_row);
      for (const BranchForm::Input& k : unit.inputs) {
        const auto before = static_cast<std::size_t>(k.unit);
        if (choices[before] == kUndecided) ready_[u] = false;
        if (choices[before] != kUndecided) input += Real(k.factor) * linear_[before];
      }
      const Real side = choices[u] == 1 ? 1 : -1;
      for (Index r = 0; choices[u] != kUndecided && r < unit.row_count; ++r) {
        cone_[slot + static_cast<std::size_t>(r)] =
            side * (r == 0 ? input : row(unit.first_row + r));
      }
      if (choices[u] != 0) linear_[u] = input;
    }
  }

  /// z + G lambda; false when a multiplier is negative or of no cone row.
  bool add(const RowMultipliers& multipliers, Wide& z) const {
    for (const auto& [slot, value] : multipliers) {
      const Wide& column = cone_.at(static_cast<std::size_t>(slot));
      if (!(value >= 0) || column.size() == 0) return false;
      z += Real(value) * column;
    }
    return true;
  }

  bool reaches(const Wide& z, const RowMultipliers& multipliers, double limit) const {
    Wide shorter = z;
    return add(multipliers, shorter) && dual_norm(shorter) <= Real(limit) * (1 + kSlack);
  }

  std::string check_leaf(const BranchChoices& choices, const RecordedLeaf& leaf) {
    settle(choices);
    const auto& units = form_.units();
    std::vector<Real> weight(units.size());
    for (std::size_t u = 0; u < units.size(); ++u) {
      weight[u] = Real(units[u].output) * Real(nu_[units[u].sample]);
    }
    Wide c = Wide::Zero(form_.parameters());
    Real constant = 0;
    for (std::size_t u = units.size(); u-- > 0;) {
      const BranchForm::Unit& unit = units[u];
      if (choices[u] != kUndecided) {
        c += weight[u] * linear_[u];
        continue;
      }
      if (weight[u] < 0) {
        if (!lower(u, weight[u], leaf, c)) return "a share is not in [0, 1]";
        continue;
      }
      if (weight[u] == 0) continue;
      if (unit.kind == BranchForm::Kind::kMaximum) {
        raise_maximum(unit, weight[u], c, constant);
        continue;
      }
      for (const BranchForm::Input& k : unit.inputs) {
        const auto before = static_cast<std::size_t>(k.unit);
        if (choices[before] == kUndecided && k.factor > 0) {
          weight[before] += weight[u] * Real(k.factor);
        }
      }
      if (linear_[u].isZero(0)) continue;
      const auto range = std::find_if(leaf.ranges.begin(), leaf.ranges.end(), [u](const auto& r) {
        return r.first == static_cast<Index>(u);
      });
      if (range == leaf.ranges.end()) return "a range is missing";
      const UnitRange& found = range->second;
      if (!reaches(linear_[u], found.above_multipliers, found.above)) return "a range is short";
      if (!reaches(-linear_[u], found.below_multipliers, found.below)) return "a range is short";
      const Real sum = Real(found.above) + Real(found.below);
      const Real slope = sum > 0 ? Real(found.above) / sum : 0;
      c += weight[u] * slope * linear_[u];
      constant += weight[u] * slope * Real(found.below);
    }
    if (!add(leaf.multipliers, c)) return "a multiplier is of no row";
    const Real bound = dual_norm(c) + constant;
    return bound <= Real(threshold_) * (1 + kSlack) ? "" : "a leaf is not closed";
  }

  bool lower(std::size_t u, Real weight, const RecordedLeaf& leaf, Wide& c) const {
    const BranchForm::Unit& unit = form_.units()[u];
    Real sum = 0;
    for (const auto& [slot, share] : leaf.shares) {
      if (slot < unit.first_row || slot >= unit.first_row + unit.row_count) continue;
      const bool relu = unit.kind == BranchForm::Kind::kRelu;
      if (!(share >= 0) || !ready_[u] || (relu && slot != unit.first_row)) return false;
      sum += Real(share);
      c += weight * Real(share) * (relu ? linear_[u] : row(slot));
    }
    return sum <= 1 + kSlack;
  }

  void raise_maximum(const BranchForm::Unit& unit, Real weight, Wide& c, Real& constant) const {
    Wide mean = Wide::Zero(form_.parameters());
    for (Index r = 0; r < unit.row_count; ++r) mean += row(unit.first_row + r);
    mean /= Real(unit.row_count + 1);
    Real furthest = dual_norm(mean);
    for (Index r = 0; r < unit.row_count; ++r) {
      furthest = std::max(furthest, dual_norm(row(unit.first_row + r) - mean));
    }
    c += weight * mean;
    constant += weight * furthest;
  }

  static constexpr Real kSlack = 1e-12L;

  const BranchForm& form_;
  const Vector& nu_;
  double threshold_;
  std::vector<Wide> linear_;
  std::vector<bool> ready_;
  std::vector<Wide> cone_;  ///< by row; empty where it is not of the cone
};

}  // namespace thalweg::testing
