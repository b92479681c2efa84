#pragma once

#include <iosfwd>
#include <optional>

#include "certificate/row_problem.hpp"
#include "certificate/spill_file.hpp"
#include "certificate/written_bound.hpp"
#include "thalweg/oracle/dual_oracle.hpp"

namespace thalweg::certificate {

/// Looks for the largest multiple of a dual vector whose bound cone trees prove, and writes it.
///
/// A tree needs the dual norm at most its threshold, with some slack for rounding. The norm starts
/// as an estimate from below and is raised where a tree exceeds the threshold, or by what a cone
/// closes with where double precision cannot split it further; the slack grows tenfold where
/// vectors cannot be rounded. Under a deadline coarse trees, with much slack and few leaves, come
/// first: when the fine one is cut off, the best coarse one is written again.
class TreeSearch {
 public:
  /// The request, nu (an entry a target), the spill file and the stream are kept by reference.
  TreeSearch(const CertificateRequest& request, const Vector& nu, SpillFile& spill,
             std::ostream& output);

  /// Writes from the stream's present position on (failed attempts are overwritten; text may
  /// remain behind the end). Empty when no tree is feasible, closes, or ends in time.
  [[nodiscard]] std::optional<WrittenBound> run();

  /// Whether precision has cost so much that another kind of proof may do better.
  [[nodiscard]] bool is_loose() const { return is_loose_; }
  /// Whether the search was stopped by the clock or by cancellation.
  [[nodiscard]] bool was_stopped() const { return was_stopped_; }

 private:
  struct Attempt {
    std::optional<WrittenBound> bound;
    Vector direction;   ///< where the threshold is exceeded
    double excess = 0;  ///< the dual norm that the attempt ran into, over the threshold; 0: unknown
    bool is_hopeless = false;
  };

  /// A tree of much slack that closed.
  struct Coarse {
    double norm;
    double slack;
    double seconds;
    double value;  ///< D
  };

  [[nodiscard]] bool clearly_beyond_tree() const;
  [[nodiscard]] std::optional<WrittenBound> search(const DualOracle& oracle);
  [[nodiscard]] std::optional<Coarse> search_coarsely(const DualOracle& oracle);
  void start_with(double norm, double slack);
  [[nodiscard]] Attempt attempt(const DualOracle& oracle);
  [[nodiscard]] bool react(const DualOracle& oracle, const Attempt& attempt);
  void start_norm(const DualOracle& oracle);
  void raise_norm(const DualOracle& oracle, const std::vector<Vector>& starts, Index count);
  [[nodiscard]] double norm_along(const DualOracle& oracle, const Vector& u) const;
  [[nodiscard]] bool enlarge_slack();

  const CertificateRequest& request_;
  RowProblem problem_;
  const Vector& nu_;
  Vector row_nu_;
  SpillFile& spill_;
  std::ostream& output_;
  std::ostream::pos_type start_;
  RunControl control_;
  double norm_ = 0;  ///< estimate of max |nu^T (Xu)_+|, or more
  double slack_;
  int exceeded_ = 0;  ///< attempts at this slack that found the threshold exceeded
  int stalled_ = 0;
  bool is_loose_ = false;
  bool was_stopped_ = false;
};

}  // namespace thalweg::certificate
