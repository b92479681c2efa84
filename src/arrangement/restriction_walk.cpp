#include "arrangement/restriction_walk.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "arrangement/circuit_proof.hpp"
#include "arrangement/restriction.hpp"
#include "thalweg/exact/prime_field.hpp"

namespace thalweg::arrangement {
namespace {

/// What one exact decision costs beside one number of a restriction.
constexpr std::uint64_t kCircuitWork = 2000;
constexpr std::uint64_t kWorkBetweenChecks = 1 << 20;

mpz_class binomial(std::size_t n, std::size_t k) {
  mpz_class result;
  mpz_bin_uiui(result.get_mpz_t(), n, k);
  return result;
}

/// log2 of Hadamard's bound on every minor of the rows scaled to integers.
double minor_bits(const HyperplaneArrangement& arrangement) {
  std::vector<double> bits;
  for (Index i = 0; i < arrangement.hyperplanes(); ++i) {
    const double length = arrangement.normals().row(i).stableNorm();
    bits.push_back(std::log2(length) + std::log2(arrangement.integer_scales()[i]) + 1e-9);
  }
  std::sort(bits.begin(), bits.end(), std::greater<>());
  bits.resize(std::min(bits.size(), static_cast<std::size_t>(arrangement.rank())));
  double sum = 0;
  for (const double value : bits) sum += value;
  return sum;
}

template <class Field>
class RestrictionWalk {
 public:
  RestrictionWalk(const HyperplaneArrangement& arrangement, WalkGoal goal, std::uint64_t max_work,
                  const RunControl& control)
      : goal_(goal), max_work_(max_work), control_(control) {
    const auto rank = static_cast<std::size_t>(arrangement.rank());
    levels_.resize(rank + 1);
    pencils_.assign(rank + 1, Pencils{});
    independent_.assign(rank + 1, std::vector<std::uint64_t>(rank + 1, 0));
    if (goal == WalkGoal::kCount && needs_circuits(arrangement)) {
      proof_.emplace(arrangement.normals());
    }
    restriction_.load(arrangement, levels_[0], merges_);
  }

  WalkResult run() {
    if (accept_merges()) visit(0);
    if (result_.status == WalkStatus::kUnsolved) {
      result_.status = WalkStatus::kComplete;
      result_.absolute = coefficients();
    }
    return result_;
  }

 private:
  /// Lines in rank 2 at some depth: how many such restrictions and how many lines in them.
  struct Pencils {
    std::uint64_t count = 0;
    std::uint64_t lines = 0;
  };

  [[nodiscard]] bool halted() const { return result_.status != WalkStatus::kUnsolved; }

  void halt(WalkStatus status) { result_.status = status; }

  /// Whether the walk goes on after what coincided in the last restriction.
  bool accept_merges() {
    if (!merges_.empty()) result_.general_position = false;
    if (!merges_.empty() && goal_ == WalkGoal::kGeneralPosition) {
      halt(WalkStatus::kNotGeneral);
    } else if (proof_) {
      for (const Merge& merge : merges_) {
        const std::size_t before = proof_->circuits();
        if (!proof_->proves(path_, merge)) {
          halt(WalkStatus::kUnproved);
          break;
        }
        work_ += kCircuitWork * (proof_->circuits() - before) + kMergeWork;
      }
    }
    merges_.clear();
    return !halted();
  }

  /// Adds the arrangement at this depth, of which every hyperplane on the path was restricted to.
  void visit(std::size_t depth) {
    FieldRows& rows = levels_[depth];
    const std::size_t count = rows.size();
    if (rows.length == 2 && count > 2) {
      ++pencils_[depth].count;
      pencils_[depth].lines += count;
      return;
    }
    if (count <= rows.length + 2) {
      // Basis first: what comes before a basis row is independent, and the walk ends there.
      work_ += elimination_work(count, rows.length);
      if (restriction_.basis_first(rows)) {
        ++independent_[depth][count];
        return;
      }
    }
    ++independent_[depth][0];  // t^r of deletion and restriction
    for (std::size_t j = 0; j < count; ++j) {
      path_.push_back(rows.ids[j]);
      restriction_.restrict_to(rows, j, levels_[depth + 1], merges_);
      work_ += (j + 1) * rows.length;
      if (accept_merges() && within_limits()) visit(depth + 1);
      path_.pop_back();
      if (halted()) return;
    }
  }

  bool within_limits() {
    if (work_ > max_work_) {
      halt(WalkStatus::kStopped);
    } else if (work_ >= next_check_) {
      next_check_ = work_ + kWorkBetweenChecks;
      if (control_.should_stop()) halt(WalkStatus::kStopped);
    }
    return !halted();
  }

  [[nodiscard]] std::vector<mpz_class> coefficients() const {
    const std::size_t rank = levels_.size() - 1;
    std::vector<mpz_class> absolute(rank + 1, 0);
    for (std::size_t depth = 0; depth <= rank; ++depth) {
      for (std::size_t count = 0; depth + count <= rank; ++count) {
        const mpz_class times = independent_[depth][count];
        // (t - 1)^count
        for (std::size_t k = 0; k <= count; ++k) absolute[depth + k] += times * binomial(count, k);
      }
      if (pencils_[depth].count == 0) continue;
      // t^2 - m t + m - 1
      absolute[depth] += pencils_[depth].count;
      absolute[depth + 1] += pencils_[depth].lines;
      absolute[depth + 2] += pencils_[depth].lines - pencils_[depth].count;
    }
    return absolute;
  }

  WalkGoal goal_;
  std::uint64_t max_work_;
  const RunControl& control_;
  Restriction<Field> restriction_;
  std::optional<CircuitProof<Field>> proof_;  ///< none where the prime is large enough
  std::vector<FieldRows> levels_;             ///< (r + 1), by depth
  std::vector<Index> path_;
  std::vector<Merge> merges_;
  std::vector<Pencils> pencils_;                         ///< by depth
  std::vector<std::vector<std::uint64_t>> independent_;  ///< by depth and number of hyperplanes
  std::uint64_t work_ = 0;
  std::uint64_t next_check_ = 0;
  WalkResult result_;
};

}  // namespace

bool needs_circuits(const HyperplaneArrangement& arrangement) {
  return !(minor_bits(arrangement) < PrimeField<31>::kBits);
}

WalkResult walk_restrictions(const HyperplaneArrangement& arrangement, WalkGoal goal,
                             std::uint64_t max_work, const RunControl& control) {
  const WalkResult result =
      RestrictionWalk<PrimeField<1>>(arrangement, goal, max_work, control).run();
  if (result.status == WalkStatus::kComplete || result.status == WalkStatus::kStopped) {
    return result;
  }
  return RestrictionWalk<PrimeField<31>>(arrangement, goal, max_work, control).run();
}

}  // namespace thalweg::arrangement
