#include "thalweg/io/branch_network_writer.hpp"

#include <cmath>
#include <functional>
#include <numeric>

#include "io/text.hpp"
#include "thalweg/io/npy.hpp"

namespace thalweg::io {
namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Bytes encode_layer(const Matrix& layer, const BranchArray& array) {
  std::vector<Index> shape = {layer.rows()};
  shape.insert(shape.end(), array.shape.begin(), array.shape.end());
  const RowMajor rows = layer;
  return encode_npy(std::span<const Index>(shape),
                    std::span<const double>(rows.data(), static_cast<std::size_t>(rows.size())));
}

void check(const std::filesystem::path& path, const StoredBranchNetwork& stored,
           const BranchFormat& format) {
  if (lower_ending(path.string()) != ".npz") {
    throw InvalidArgument("path is " + quote(path.string()) + " where an ending .npz was expected");
  }
  const std::vector<Matrix>& layers = stored.network.layers;
  if (layers.size() != format.arrays.size()) {
    throw InvalidArgument("network has " + std::to_string(layers.size()) + " layers, expected " +
                          std::to_string(format.arrays.size()));
  }
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const std::vector<Index>& shape = format.arrays[l].shape;
    const Index size = std::accumulate(shape.begin(), shape.end(), Index{1}, std::multiplies<>());
    if (layers[l].rows() != stored.network.branches() || layers[l].cols() != size) {
      throw InvalidArgument(format.arrays[l].name + " is " + std::to_string(layers[l].rows()) +
                            " x " + std::to_string(layers[l].cols()) + ", expected " +
                            std::to_string(stored.network.branches()) + " x " +
                            std::to_string(size));
    }
    if (!layers[l].allFinite()) {
      throw InvalidArgument(format.arrays[l].name + " has a weight that is not finite");
    }
  }
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
  for (std::size_t l = 0; l < format.arrays.size(); ++l) {
    entries.push_back(
        {format.arrays[l].name, encode_layer(stored.network.layers[l], format.arrays[l])});
  }
  if (stored.output_bias) {
    entries.push_back(
        {"output_bias", encode_npy(Vector(Vector::Constant(1, *stored.output_bias)))});
  }
  if (dual.size() > 0) entries.push_back({"dual", encode_npy(dual)});
  return write_npz(path, entries);
}

}  // namespace thalweg::io
