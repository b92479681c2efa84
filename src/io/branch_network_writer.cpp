#include "thalweg/io/branch_network_writer.hpp"

#include <cmath>

#include "io/text.hpp"
#include "thalweg/io/npy.hpp"

namespace thalweg::io {
namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Bytes encode_layer(const Matrix& weights, const BranchLayer& layer) {
  std::vector<Index> shape = {weights.rows()};
  shape.insert(shape.end(), layer.shape.begin(), layer.shape.end());
  const RowMajor rows = weights;
  return encode_npy(std::span<const Index>(shape),
                    std::span<const double>(rows.data(), static_cast<std::size_t>(rows.size())));
}

void check(const std::filesystem::path& path, const StoredBranchNetwork& stored,
           const BranchFormat& format) {
  if (lower_ending(path.string()) != ".npz") {
    throw InvalidArgument("path is " + quote(path.string()) + " where an ending .npz was expected");
  }
  check_network(format.layers, stored.network);
  if (stored.output_bias && !std::isfinite(*stored.output_bias)) {
    throw InvalidArgument("output_bias is not finite");
  }
}

}  // namespace

Expected<void> write_branch_network(const std::filesystem::path& path,
                                    const StoredBranchNetwork& stored, const BranchFormat& format,
                                    const Vector& dual) {
  check(path, stored, format);
  std::vector<NpzEntry> entries;
  for (std::size_t l = 0; l < format.layers.size(); ++l) {
    entries.push_back(
        {format.layers[l].name, encode_layer(stored.network.layers[l], format.layers[l])});
  }
  if (stored.output_bias) {
    entries.push_back(
        {"output_bias", encode_npy(Vector(Vector::Constant(1, *stored.output_bias)))});
  }
  if (dual.size() > 0) entries.push_back({"dual", encode_npy(dual)});
  return write_npz(path, entries);
}

}  // namespace thalweg::io
