#pragma once

#include <string>
#include <vector>

#include "thalweg/core/error.hpp"
#include "thalweg/core/types.hpp"

namespace thalweg::io {

/// An array of finite doubles with 0 to 4 dimensions, in C order whatever order the file used.
///
/// `values` has the product of `shape` entries; the last index runs fastest. An empty shape is one
/// number.
struct NdArray {
  std::vector<Index> shape;
  std::vector<double> values;
};

/// Where an array came from, for messages.
struct ArrayLabel {
  std::string file;   ///< path as the user gave it
  std::string array;  ///< name inside the file; empty for a file that holds one array
};

/// "data.npz: array 'X'" or "x.npy".
[[nodiscard]] std::string describe(const ArrayLabel& label);
/// "(3, 4)", "(3,)", "()" as NumPy prints a shape.
[[nodiscard]] std::string describe_shape(const std::vector<Index>& shape);

/// A 2-d array (n x d) as a matrix. Errors: kBadShape for any other number of dimensions.
[[nodiscard]] Expected<Matrix> to_matrix(const NdArray& array, const ArrayLabel& label);
/// An array (n) as the column (n x 1), or (n x c) as it is. Errors: kBadShape otherwise.
[[nodiscard]] Expected<Matrix> to_columns(const NdArray& array, const ArrayLabel& label);
/// An array (n) as a vector. Errors: kBadShape otherwise.
[[nodiscard]] Expected<Vector> to_vector(const NdArray& array, const ArrayLabel& label);

}  // namespace thalweg::io
