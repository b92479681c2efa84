#include "reformulation/input_checks.hpp"

#include <string>

#include "thalweg/core/error.hpp"

namespace thalweg {

void check_block(const ActiveBlock& block, Index forms, Index parameters) {
  if (block.form < 0 || block.form >= forms) {
    throw InvalidArgument("block: expected a form 0 .. " + std::to_string(forms - 1) + ", got " +
                          std::to_string(block.form));
  }
  if (block.w.size() != parameters) {
    throw InvalidArgument("block: expected " + std::to_string(parameters) + " parameters, got " +
                          std::to_string(block.w.size()));
  }
}

void check_columns(const Matrix& X, Index features) {
  if (X.cols() == features) return;
  throw InvalidArgument("X: expected " + std::to_string(features) + " columns, got " +
                        std::to_string(X.cols()));
}

}  // namespace thalweg
