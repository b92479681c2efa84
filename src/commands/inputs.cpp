#include "commands/inputs.hpp"

#include <algorithm>

#include "commands/exit_code.hpp"
#include "commands/report.hpp"
#include "commands/standardize.hpp"
#include "thalweg/io/dataset_reader.hpp"
#include "thalweg/io/memory_files.hpp"
#include "thalweg/io/npy.hpp"
#include "thalweg/io/sha256.hpp"
#include "thalweg/model/multi_output_problem.hpp"

namespace thalweg::commands {
namespace {

void read_dataset_files(const ProblemOptions& options, Inputs& inputs) {
  if (!options.dataset.empty()) {
    inputs.dataset = require(io::read_dataset(options.dataset, options.target_column));
    inputs.files.push_back(describe_file("dataset", options.dataset,
                                         {inputs.dataset.X.rows(), inputs.dataset.X.cols()}));
    return;
  }
  inputs.dataset = require(io::read_dataset_npy(options.data, options.targets));
  inputs.files.push_back(
      describe_file("data", options.data, {inputs.dataset.X.rows(), inputs.dataset.X.cols()}));
  inputs.files.push_back(describe_file("targets", options.targets,
                                       {inputs.dataset.y.rows(), inputs.dataset.y.cols()}));
}

/// The two classes when y (n) takes just the values -1 and 1, or 0 and 1, and both occur.
std::optional<TwoClasses> two_classes(const Vector& y) {
  const double lower = y.minCoeff();
  const bool labels = (y.array() == lower || y.array() == 1.0).all();
  if (!labels || (lower != 0 && lower != -1) || y.maxCoeff() != 1) return std::nullopt;
  return TwoClasses{lower, 1};
}

void read_sample_weights(const std::string& path, Inputs& inputs) {
  inputs.sample_weights = require(io::to_vector(require(io::read_npy(path)), {path, ""}));
  inputs.files.push_back(describe_file("sample_weights", path, {inputs.sample_weights.size()}));
  if (inputs.sample_weights.size() == inputs.dataset.X.rows()) return;
  throw Failure(ExitCode::kUsage, path + ": expected " + std::to_string(inputs.dataset.X.rows()) +
                                      " weights, one a sample, found " +
                                      std::to_string(inputs.sample_weights.size()));
}

/// Maps labels -1 and 1 to the classes 0 and 1; false, and y unchanged, when there are others, or
/// no -1.
bool map_signed_classes(Matrix& y) {
  const bool signs = ((y.array() == -1) || (y.array() == 1)).all() && (y.array() == -1).any();
  if (signs) y = ((y.array() + 1) / 2).eval();
  return signs;
}

/// Class labels 0 to c - 1 (or -1 and 1) as unit vectors (n x c); y that has them already stays.
void expand_classes(const ProblemOptions& options, Inputs& inputs) {
  Matrix& y = inputs.dataset.y;
  if (y.cols() != 1) return;
  inputs.signed_classes = map_signed_classes(y);
  const Index most = std::max<Index>(y.rows(), 1000);
  const double largest = y.maxCoeff();
  const std::string& file = options.dataset.empty() ? options.targets : options.dataset;
  if (largest >= static_cast<double>(most)) {
    throw Failure(ExitCode::kUsage, file + ": y: expected class labels below " +
                                        std::to_string(most) + ", got " + exact_digits(largest));
  }
  const Index classes = inputs.signed_classes ? 2 : static_cast<Index>(largest) + 1;
  try {
    y = class_indicators(y.col(0), classes);
  } catch (const InvalidArgument& error) {
    throw Failure(ExitCode::kUsage, file + ": " + error.what());
  }
  if (inputs.signed_classes) {
    inputs.notes.emplace_back("class labels: -1 -> class 0, 1 -> class 1, an output each");
    return;
  }
  inputs.notes.push_back("class labels: 0 to " + std::to_string(classes - 1) + ", an output each");
}

/// The same function with a hidden bias of 0 at every neuron.
void append_zero_biases(TwoLayerNetwork& network) {
  network.W.conservativeResize(network.W.rows(), network.W.cols() + 1);
  network.W.rightCols(1).setZero();
  if (network.has_skip()) {
    network.skip.conservativeResize(network.skip.rows() + 1, Eigen::NoChange);
    network.skip.bottomRows(1).setZero();
  }
  network.hidden_bias = HiddenBias::kLastColumn;
}

bool has_bias(const io::StoredNetwork& stored) {
  return stored.network.hidden_bias == HiddenBias::kLastColumn;
}

/// Checks that a network fits the data, if there are any, and lists its file.
void list_network(const io::StoredNetwork& stored, const std::string& role, const std::string& path,
                  Inputs& inputs) {
  if (inputs.has_dataset()) {
    if (auto fits = io::check_fits(stored, inputs.dataset); !fits) {
      throw Failure(ExitCode::kUsage, path + ": " + fits.error().message);
    }
  }
  const Index columns = stored.network.input_dimension() - (has_bias(stored) ? 1 : 0);
  inputs.files.push_back(describe_file(role, path, {stored.network.width(), columns}));
}

}  // namespace

InputFile describe_file(const std::string& role, const std::string& path,
                        std::vector<Index> shape) {
  const bool in_memory = io::MemoryFiles::of(path) != nullptr;
  return {role, path, in_memory ? kNoDigest : require(io::sha256_of_file(path)), std::move(shape)};
}

bool Inputs::has_dataset() const { return dataset.X.size() > 0; }

std::string Inputs::sha256(const std::string& role) const {
  for (const InputFile& file : files) {
    if (file.role == role) return file.sha256;
  }
  return kNoDigest;
}

void adopt_network(io::StoredNetwork stored, const std::string& role, const std::string& path,
                   Inputs& inputs) {
  list_network(stored, role, path, inputs);
  if (has_bias(stored)) {
    inputs.hidden_bias = HiddenBias::kLastColumn;
    inputs.notes.emplace_back(
        "the network has a hidden bias: a column of ones is appended to X and penalised like any "
        "weight");
  } else if (inputs.hidden_bias == HiddenBias::kLastColumn) {
    append_zero_biases(stored.network);
    inputs.notes.emplace_back(
        "--bias: a column of ones is appended to X; the network has no b, so its hidden biases are "
        "0");
  }
  if (stored.standardization && inputs.has_dataset()) {
    standardize(*stored.standardization, true, inputs);
  }
  inputs.network = std::move(stored);
}

void load_network(const ProblemOptions& options, Inputs& inputs) {
  adopt_network(require(io::read_network(options.network)), "network", options.network, inputs);
}

TwoLayerNetwork load_other_network(const std::string& role, const std::string& path,
                                   Inputs& inputs) {
  io::StoredNetwork stored = require(io::read_network(path));
  const auto refuse = [&](const std::string& what) {
    throw Failure(ExitCode::kUsage, path + ": " + what);
  };
  list_network(stored, role, path, inputs);
  if (has_bias(stored) && inputs.hidden_bias == HiddenBias::kNone) {
    refuse("it has a hidden bias and the other network has none; --bias gives that one zeros");
  }
  if (!has_bias(stored) && inputs.hidden_bias == HiddenBias::kLastColumn) {
    append_zero_biases(stored.network);
  }
  const auto& map = inputs.network->standardization;
  const bool same = stored.standardization.has_value() == map.has_value() &&
                    (!map || *stored.standardization == *map);
  if (!same) refuse("the two networks are for data standardised in different ways");
  if (stored.has_output_bias && !inputs.network->has_output_bias) {
    inputs.network->has_output_bias = true;
  }
  return std::move(stored.network);
}

Inputs load_inputs(const ProblemOptions& options) {
  Inputs inputs;
  if (options.bias) inputs.hidden_bias = HiddenBias::kLastColumn;
  if (!options.dataset.empty() || !options.data.empty()) {
    read_dataset_files(options, inputs);
    if (options.loss == "softmax") expand_classes(options, inputs);
    if (inputs.dataset.y.cols() == 1) inputs.classes = two_classes(inputs.dataset.y.col(0));
  }
  if (!options.sample_weights.empty()) read_sample_weights(options.sample_weights, inputs);
  if (!options.network.empty()) load_network(options, inputs);
  standardize_on_request(options, inputs);
  return inputs;
}

}  // namespace thalweg::commands
