#pragma once

#include "thalweg/core/types.hpp"

/// The data of the small programs in the theory of architectures.
namespace thalweg::testing {

inline Matrix data_fc_a() { return Matrix{{1, 0}, {0, 1}, {-1, 1}, {2, -1}}; }
inline Matrix data_fc_b() { return Matrix{{1, 0}, {0, 1}, {-1, 1}, {-1, -1}, {2, 1}}; }
inline Matrix data_fc_c() { return Matrix{{-1, 1}, {0, 1}, {1, 1}}; }
inline Matrix data_d3_e() { return Matrix{{-2, 1}, {-1, 1}, {0, 1}, {1, 1}, {2, 1}}; }
/// Signals of four for convolutions of length two.
inline Matrix data_signals() {
  return Matrix{{1, 0, -1, 2}, {0, 1, 1, -1}, {-1, 2, 0, 1}, {2, -1, 1, 0}};
}
/// Signals of three.
inline Matrix data_short_signals() { return Matrix{{1, 0, -1}, {0, 1, 1}, {-1, 2, 0}, {2, -1, 1}}; }
inline Matrix data_circular() {
  return Matrix{{1, 0, -1, 2}, {0, 1, 1, -1}, {-1, 2, 0, 1}, {2, -1, 1, 0}, {1, 1, 0, -1}};
}

}  // namespace thalweg::testing
