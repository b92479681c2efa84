#include "thalweg/io/nd_array.hpp"

#include "io/text.hpp"

namespace thalweg::io {
namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

tl::unexpected<Error> bad_shape(const NdArray& array, const ArrayLabel& label,
                                const std::string& expected) {
  return fail(ErrorCode::kBadShape, describe(label) + ": expected " + expected + ", found shape " +
                                        describe_shape(array.shape));
}

}  // namespace

std::string describe(const ArrayLabel& label) {
  return label.array.empty() ? label.file : label.file + ": array " + quote(label.array);
}

std::string describe_shape(const std::vector<Index>& shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  }
  return text + (shape.size() == 1 ? ",)" : ")");
}

Expected<Matrix> to_matrix(const NdArray& array, const ArrayLabel& label) {
  if (array.shape.size() != 2) return bad_shape(array, label, "two dimensions (rows x columns)");
  return Matrix(Eigen::Map<const RowMajor>(array.values.data(), array.shape[0], array.shape[1]));
}

Expected<Matrix> to_columns(const NdArray& array, const ArrayLabel& label) {
  if (array.shape.size() == 2) return to_matrix(array, label);
  if (array.shape.size() != 1) return bad_shape(array, label, "one or two dimensions");
  return Matrix(Eigen::Map<const Vector>(array.values.data(), array.shape[0]));
}

Expected<Vector> to_vector(const NdArray& array, const ArrayLabel& label) {
  if (array.shape.size() != 1) return bad_shape(array, label, "one dimension");
  return Vector(Eigen::Map<const Vector>(array.values.data(), array.shape[0]));
}

}  // namespace thalweg::io
