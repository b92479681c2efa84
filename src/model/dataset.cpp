#include "thalweg/model/dataset.hpp"

#include <sstream>
#include <string>

#include "thalweg/core/error.hpp"

namespace thalweg {

Matrix append_ones(const Matrix& X) {
  Matrix extended(X.rows(), X.cols() + 1);
  extended.leftCols(X.cols()) = X;
  extended.col(X.cols()).setOnes();
  return extended;
}

LabelMapping map_labels(Vector& y) {
  bool has_zero = false;
  bool has_minus_one = false;
  for (Index i = 0; i < y.size(); ++i) {
    if (y[i] == 0) {
      has_zero = true;
    } else if (y[i] == -1) {
      has_minus_one = true;
    } else if (y[i] != 1) {
      std::ostringstream label;
      label << y[i];
      throw InvalidArgument("y: expected class labels in {-1, 1} or {0, 1}, got " + label.str() +
                            " at sample " + std::to_string(i));
    }
  }
  if (has_zero && has_minus_one) {
    throw InvalidArgument("y: expected class labels in {-1, 1} or {0, 1}, got -1, 0 and 1 mixed");
  }
  if (!has_zero) return LabelMapping::kUnchanged;
  for (Index i = 0; i < y.size(); ++i) {
    if (y[i] == 0) y[i] = -1;
  }
  return LabelMapping::kZeroToMinusOne;
}

}  // namespace thalweg
