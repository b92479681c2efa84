#pragma once

#include <atomic>
#include <cstdint>
#include <iosfwd>
#include <memory>

#include "certificate/leaf_rounding.hpp"
#include "certificate/spill_file.hpp"
#include "thalweg/oracle/cone_tree.hpp"

namespace thalweg::certificate {

/// Thrown out of prove_sign when the proof has grown beyond use.
struct ProofTooLong {};

/// Writes the nodes of a bound's trees to a stream as the pieces come in. Pieces that wait for
/// their turn keep at most about one chunk each in memory.
class TreeText : public ProofWriter {
 public:
  /// 2^24 leaves are about a gigabyte of text.
  static constexpr std::int64_t kMostLeaves = std::int64_t{1} << 24;

  /// The first three are kept by reference. Sinks throw ProofTooLong at one leaf more than the
  /// most.
  TreeText(const LeafRounder& rounder, SpillFile& spill, std::ostream& output,
           std::int64_t most_leaves = kMostLeaves)
      : rounder_(rounder), spill_(spill), output_(output), most_leaves_(most_leaves) {}

  [[nodiscard]] std::unique_ptr<ProofSink> open() override;
  void append(std::unique_ptr<ProofSink> piece) override;

  [[nodiscard]] const LeafRounder& rounder() const { return rounder_; }
  [[nodiscard]] SpillFile& spill() const { return spill_; }
  /// Counts one more leaf.
  void count_leaf() {
    if (++leaves_ > most_leaves_) throw ProofTooLong();
  }
  /// Leaves so far, in appended and in waiting pieces.
  [[nodiscard]] std::int64_t leaves() const { return leaves_; }

 private:
  const LeafRounder& rounder_;
  SpillFile& spill_;
  std::ostream& output_;
  std::int64_t most_leaves_;
  std::atomic<std::int64_t> leaves_{0};
};

}  // namespace thalweg::certificate
