#include "lp_tree.hpp"

#include <vector>

#include "measure.hpp"

namespace thalweg::bench {
namespace {

constexpr std::uint64_t kProgramsBetweenClocks = 64;

class Tree {
 public:
  Tree(const Matrix& X, ConeProgram& program, double seconds)
      : rows_(X.transpose()),
        program_(program),
        start_(processor_seconds()),
        limit_(seconds),
        witnesses_(static_cast<std::size_t>(X.rows()) + 1, Vector(X.cols())) {}

  LpTreeCount run() {
    // The half with the first sign minus.
    program_.set_sign(0, -1);
    witnesses_[1] = -rows_.col(0);
    descend(1);
    count_.cells *= 2;
    count_.seconds = processor_seconds() - start_;
    count_.finished = !stopped_;
    return count_;
  }

 private:
  void descend(Index row) {
    if (row == rows_.cols()) {
      ++count_.cells;
      return;
    }
    const Vector& witness = witnesses_[static_cast<std::size_t>(row)];
    Vector& next = witnesses_[static_cast<std::size_t>(row) + 1];
    const double free_side = rows_.col(row).dot(witness) < 0 ? -1 : 1;
    program_.set_sign(row, free_side);
    next = witness;
    descend(row + 1);
    if (stopped_) return;
    program_.set_sign(row, -free_side);
    if (program_.find(row + 1, witness, next)) descend(row + 1);
    program_.drop(row);
    if (++count_.programs % kProgramsBetweenClocks == 0) {
      stopped_ = stopped_ || processor_seconds() - start_ > limit_;
    }
  }

  Matrix rows_;  ///< (d x n)
  ConeProgram& program_;
  double start_;
  double limit_;
  std::vector<Vector> witnesses_;  ///< by the number of rows they satisfy
  LpTreeCount count_;
  bool stopped_ = false;
};

}  // namespace

LpTreeCount lp_tree_cells(const Matrix& X, ConeProgram& program, double seconds) {
  return Tree(X, program, seconds).run();
}

}  // namespace thalweg::bench
