#include "fuzz/exercise.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "thalweg/io/csv.hpp"
#include "thalweg/io/dataset_reader.hpp"
#include "thalweg/io/network_reader.hpp"
#include "thalweg/io/npy.hpp"
#include "thalweg/io/npz.hpp"
#include "thalweg/io/onnx.hpp"
#include "thalweg/io/path_reader.hpp"
#include "thalweg/io/safetensors.hpp"

namespace thalweg::fuzz {
namespace {

using io::NdArray;

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

/// An accepted array holds as many finite numbers as its shape says and is the same after writing
/// and reading.
void check_array(const NdArray& array) {
  std::size_t count = 1;
  for (const Index extent : array.shape) count *= static_cast<std::size_t>(extent);
  require(count == array.values.size(), "the shape fits the values");
  for (const double value : array.values) require(std::isfinite(value), "values are finite");
  const auto again =
      io::parse_npy(io::encode_npy<double>(array.shape, array.values), {"again", ""});
  require(again && again->shape == array.shape && again->values == array.values,
          "writing and reading gives the same array");
}

/// A refusal names the file and says something.
template <class T>
void check_refusal(const Expected<T>& result) {
  require(result.has_value() || result.error().message.starts_with("fuzz"),
          "the message names the file");
}

void check_dataset(const Expected<Dataset>& dataset) {
  check_refusal(dataset);
  if (!dataset) return;
  require(dataset->X.rows() == dataset->y.rows() && dataset->X.size() > 0 && dataset->y.size() > 0,
          "a data set is not empty and its shapes fit");
}

void check_network(const Expected<io::StoredNetwork>& stored) {
  check_refusal(stored);
  if (!stored) return;
  const TwoLayerNetwork& network = stored->network;
  require(network.W.rows() == network.alpha.rows() && network.W.cols() > 0 &&
              network.output_bias.size() == network.alpha.cols() && network.alpha.cols() > 0,
          "the shapes of a network fit");
}

void check_path(const Expected<io::StoredPath>& stored) {
  check_refusal(stored);
  if (!stored) return;
  const NetworkPath& path = stored->path;
  require(!path.states.empty() && path.kinds.size() + 1 == path.states.size(),
          "a kind for each two neighbouring states");
  for (const PathState& state : path.states) {
    require(static_cast<Index>(state.slots.size()) == path.width(), "a slot for each neuron");
    for (const PathSlot& slot : state.slots) {
      require(slot.mass == 0 ||
                  (slot.mass > 0 && slot.direction >= 0 && slot.direction < path.directions.rows()),
              "a direction for each mass");
    }
  }
}

/// Decodes every array of an archive.
template <class Source>
void check_arrays(const Source& source) {
  for (const std::string& name : source.names()) {
    require(source.contains(name), "listed names are contained");
    const auto array = source.read(name);
    check_refusal(array);
    if (array) check_array(*array);
  }
}

/// Architectures of some networks in tests/data/onnx.
std::vector<io::BranchFormat> onnx_formats() {
  io::BranchFormat cnn{{{"U", {1, 2, 2}}, {"b", {}}, {"alpha", {}}}};
  cnn.description = {.kind = ArchitectureKind::kCnn,
                     .input = {1, 4, 4},
                     .kernel = {2, 2},
                     .filter_bias = true,
                     .pooling = Pooling::kAverage};
  io::BranchFormat three{{{"U", {2}}, {"W1", {3}}, {"w2", {}}}};
  three.description = {.kind = ArchitectureKind::kCnnThreeLayer, .input = {4}, .kernel = {2}};
  io::BranchFormat path{{{"W1", {2, 3}}, {"W2", {1, 2}}, {"w3", {}}}};
  path.description = {.kind = ArchitectureKind::kPath, .fan_in = {2}};
  return {cnn, three, path};
}

}  // namespace

bool exercise_npy(std::span<const std::byte> bytes) {
  const auto array = io::parse_npy(bytes, {"fuzz.npy", ""});
  check_refusal(array);
  if (array) check_array(*array);
  return array.has_value();
}

bool exercise_npz(std::span<const std::byte> bytes) {
  const auto archive = io::NpzArchive::parse({bytes.begin(), bytes.end()}, "fuzz.npz");
  check_refusal(archive);
  if (!archive) return false;
  check_arrays(*archive);
  const auto dataset = io::dataset_from(*archive);
  const auto network = io::network_from(*archive);
  check_dataset(dataset);
  const auto path = io::path_from(*archive);
  check_network(network);
  check_path(path);
  return dataset.has_value() || network.has_value() || path.has_value();
}

bool exercise_csv(std::span<const std::byte> bytes) {
  const auto table = io::parse_csv(bytes, "fuzz.csv");
  check_refusal(table);
  if (!table) return false;
  require(table->values.size() > 0 && table->values.allFinite(), "a table has finite numbers");
  require(table->header.empty() || static_cast<Index>(table->header.size()) == table->values.cols(),
          "the header fits the table");
  check_dataset(io::dataset_from(*table, "-1", "fuzz.csv"));
  return true;
}

bool exercise_safetensors(std::span<const std::byte> bytes) {
  const auto file = io::SafetensorsFile::parse({bytes.begin(), bytes.end()}, "fuzz.safetensors");
  check_refusal(file);
  if (!file) return false;
  check_arrays(*file);
  const auto network = io::network_from(*file);
  check_network(network);
  return network.has_value();
}

bool exercise_onnx(std::span<const std::byte> bytes) {
  const auto network = io::onnx_network(bytes, "fuzz.onnx");
  check_network(network);
  bool accepted = network.has_value();
  for (const io::BranchFormat& format : onnx_formats()) {
    const auto stored = io::onnx_branch_network(bytes, format, "fuzz.onnx");
    check_refusal(stored);
    if (!stored) continue;
    check_network(format.layers, stored->network);  // throws when it does not fit
    accepted = true;
  }
  return accepted;
}

}  // namespace thalweg::fuzz
