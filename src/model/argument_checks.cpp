#include "model/argument_checks.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "thalweg/core/error.hpp"

namespace thalweg::detail {

std::string shape_of(const Matrix& matrix) {
  return std::to_string(matrix.rows()) + " x " + std::to_string(matrix.cols());
}

std::string digits(double value) {
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

void require_finite(const Matrix& matrix, const char* name) {
  for (Index j = 0; j < matrix.cols(); ++j) {
    for (Index i = 0; i < matrix.rows(); ++i) {
      if (!std::isfinite(matrix(i, j))) {
        throw InvalidArgument(std::string(name) + ": expected finite numbers, got " +
                              digits(matrix(i, j)) + " at row " + std::to_string(i) + ", column " +
                              std::to_string(j));
      }
    }
  }
}

}  // namespace thalweg::detail
