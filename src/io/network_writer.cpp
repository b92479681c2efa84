#include "thalweg/io/network_writer.hpp"

#include <string>
#include <vector>

#include "io/standardization_arrays.hpp"
#include "io/text.hpp"
#include "thalweg/io/npy.hpp"

namespace thalweg::io {
namespace {

void check(const std::filesystem::path& path, const TwoLayerNetwork& network) {
  if (lower_ending(path.string()) != ".npz") {
    throw InvalidArgument("path is " + quote(path.string()) + " where an ending .npz was expected");
  }
  if (network.alpha.rows() != network.W.rows()) {
    throw InvalidArgument("alpha has " + std::to_string(network.alpha.rows()) + " rows but W has " +
                          std::to_string(network.W.rows()));
  }
  if (network.output_bias.size() != network.alpha.cols()) {
    throw InvalidArgument("output_bias has " + std::to_string(network.output_bias.size()) +
                          " entries but alpha has " + std::to_string(network.alpha.cols()) +
                          " columns");
  }
  if (network.has_skip() && (network.skip.rows() != network.input_dimension() ||
                             network.skip.cols() != network.outputs())) {
    throw InvalidArgument("skip is " + std::to_string(network.skip.rows()) + " x " +
                          std::to_string(network.skip.cols()) + ", expected " +
                          std::to_string(network.input_dimension()) + " x " +
                          std::to_string(network.outputs()));
  }
  if (!network.W.allFinite() || !network.alpha.allFinite() || !network.output_bias.allFinite() ||
      !network.skip.allFinite()) {
    throw InvalidArgument("network has a weight that is not finite");
  }
}

}  // namespace

Expected<void> write_network(const std::filesystem::path& path, const StoredNetwork& stored,
                             const Vector& dual) {
  const TwoLayerNetwork& network = stored.network;
  check(path, network);
  const bool has_bias = network.hidden_bias == HiddenBias::kLastColumn;
  const Index d = network.W.cols() - (has_bias ? 1 : 0);
  std::vector<NpzEntry> entries;
  entries.push_back({"W", encode_npy(Matrix(network.W.leftCols(d)))});
  if (has_bias) entries.push_back({"b", encode_npy(Vector(network.W.col(d)))});
  entries.push_back({"alpha", network.outputs() == 1 ? encode_npy(Vector(network.alpha.col(0)))
                                                     : encode_npy(network.alpha)});
  if (stored.has_output_bias) entries.push_back({"output_bias", encode_npy(network.output_bias)});
  if (network.has_skip()) {
    entries.push_back({"skip", network.outputs() == 1 ? encode_npy(Vector(network.skip.col(0)))
                                                      : encode_npy(network.skip)});
  }
  if (stored.standardization) {
    add_standardization(entries, *stored.standardization, d, network.outputs());
  }
  if (dual.size() > 0) entries.push_back({"dual", encode_npy(dual)});
  return write_npz(path, entries);
}

}  // namespace thalweg::io
