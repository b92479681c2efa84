#pragma once

#include <span>
#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg {

/// Expresses coordinates e_1, ..., e_m through k rows y_s = sum_l Y_sl e_l and the coordinates that
/// are not pivots: e_f = sum_s inverse_fs y_s - sum_u product_fu e_u for the k pivots f.
struct BasisInverse {
  std::vector<double> inverse;  ///< (k x k), rows are pivots; T^-1 for T = Y at the pivots
  std::vector<double> product;  ///< (k x m), T^-1 Y; read at coordinates that are not pivots
  double largest = 0;           ///< at least 1 and every |inverse|, |product|
  double error = 0;             ///< every entry is within this of the exact one; infinity: unknown
};

/// `entries` (k x m, row-major), at most 1 in modulus and within `error` of the exact ones;
/// `pivots` (k). O(k^3 + k^2 m). *Error.* With V the computed inverse and |V T' - I|_inf <= delta <
/// 1 for every T' within the error of T, T'^-1 = (I + D)^-1 V is within delta / (1 - delta) max |V|
/// of V; likewise the product, apart from its own rounding and k max |V| error.
void invert_basis(std::span<const double> entries, std::span<const Index> pivots, Index levels,
                  double error, BasisInverse& result);

}  // namespace thalweg
