#pragma once

#include <initializer_list>

#include "thalweg/core/types.hpp"

/// The data of the small programs in the theory of architectures.
namespace thalweg::testing {

inline Matrix matrix_of(std::initializer_list<std::initializer_list<double>> rows) {
  Matrix matrix(static_cast<Index>(rows.size()), static_cast<Index>(rows.begin()->size()));
  Index i = 0;
  for (const auto& row : rows) {
    Index k = 0;
    for (const double value : row) matrix(i, k++) = value;
    ++i;
  }
  return matrix;
}

inline Matrix data_fc_a() { return matrix_of({{1, 0}, {0, 1}, {-1, 1}, {2, -1}}); }
inline Matrix data_fc_b() { return matrix_of({{1, 0}, {0, 1}, {-1, 1}, {-1, -1}, {2, 1}}); }
inline Matrix data_fc_c() { return matrix_of({{-1, 1}, {0, 1}, {1, 1}}); }
inline Matrix data_d3_e() { return matrix_of({{-2, 1}, {-1, 1}, {0, 1}, {1, 1}, {2, 1}}); }
/// Signals of four for convolutions of length two.
inline Matrix data_signals() {
  return matrix_of({{1, 0, -1, 2}, {0, 1, 1, -1}, {-1, 2, 0, 1}, {2, -1, 1, 0}});
}
/// Signals of three.
inline Matrix data_short_signals() {
  return matrix_of({{1, 0, -1}, {0, 1, 1}, {-1, 2, 0}, {2, -1, 1}});
}
inline Matrix data_circular() {
  return matrix_of({{1, 0, -1, 2}, {0, 1, 1, -1}, {-1, 2, 0, 1}, {2, -1, 1, 0}, {1, 1, 0, -1}});
}

}  // namespace thalweg::testing
