#pragma once

#include <optional>
#include <string>
#include <vector>

#include "options.hpp"
#include "thalweg/io/network_reader.hpp"
#include "thalweg/model/dataset.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg::cli {

/// One input file as a report names it.
struct InputFile {
  std::string role;  ///< "dataset", "data", "targets", "network", "certificate"
  std::string path;
  std::string sha256;
  std::vector<Index>
      shape;  ///< of X, of y, or of W without the bias column; empty when it has none
};

/// What a command was given, read and made to fit together.
struct Inputs {
  Dataset dataset;                           ///< as stored: no column of ones, labels unmapped
  std::optional<io::StoredNetwork> network;  ///< with a bias column when `hidden_bias`
  HiddenBias hidden_bias = HiddenBias::kNone;
  std::vector<InputFile> files;
  std::vector<std::string> notes;  ///< what was decided by itself, one sentence each

  [[nodiscard]] bool has_dataset() const;
  /// sha256 of the file with that role, or "-".
  [[nodiscard]] std::string sha256(const std::string& role) const;
};

/// A problem with the choices behind it.
struct ProblemSetup {
  TrainingProblem problem;
  std::string label_mapping;  ///< empty when the loss takes no labels
};

/// Reads data set and network (each when given), checks that they fit and settles the hidden bias:
/// the column of ones is meant when the network has `b` or with --bias (a network without `b` then
/// has biases 0). Failure when a file is missing, malformed or does not fit.
[[nodiscard]] Inputs load_inputs(const ProblemOptions& options);

/// Reads the network into `inputs`, which may hold a data set already that it must fit, and settles
/// the hidden bias. Failure as load_inputs.
void load_network(const ProblemOptions& options, Inputs& inputs);

/// beta from --beta or from --torch-weight-decay, in the convention of --loss-scale; none when
/// neither was given. PyTorch minimises |f - y|^2 / (n c) + W/2 |theta|^2 (mse-mean) or
/// |f - y|^2 + W/2 |theta|^2 (mse-sum), hence beta = n c W / 2 or W / 2 with the sum scale, and
/// those divided by n with the mean scale. Failure when the loss is not squared or beta is below
/// 1e-290.
[[nodiscard]] std::optional<double> penalty(const ProblemOptions& options, const Dataset& dataset);

/// The training problem that options and inputs describe; labels are mapped to {-1, 1} where the
/// loss needs them. Adds a note to `inputs` for each choice that was made without being asked for.
/// Failure when beta is missing or something is out of range.
[[nodiscard]] ProblemSetup build_problem(const ProblemOptions& options, Inputs& inputs);
/// The same with a given penalty instead of the options'.
[[nodiscard]] ProblemSetup build_problem(const ProblemOptions& options, Inputs& inputs,
                                         double beta);

}  // namespace thalweg::cli
