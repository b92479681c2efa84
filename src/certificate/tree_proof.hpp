#pragma once

#include <cstdint>
#include <iosfwd>
#include <memory>

#include "certificate/leaf_rounding.hpp"
#include "thalweg/oracle/cone_tree.hpp"

namespace thalweg::certificate {

/// Writes the nodes of one sign's tree to a stream as the pieces come in.
class TreeText : public ProofWriter {
 public:
  /// Both are kept by reference.
  TreeText(const LeafRounder& rounder, std::ostream& output) : rounder_(rounder), output_(output) {}

  [[nodiscard]] std::unique_ptr<ProofSink> open() override;
  void append(std::unique_ptr<ProofSink> piece) override;

  /// Leaves written so far.
  [[nodiscard]] std::int64_t leaves() const { return leaves_; }

 private:
  const LeafRounder& rounder_;
  std::ostream& output_;
  std::int64_t leaves_ = 0;
};

}  // namespace thalweg::certificate
