#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/options.hpp"
#include "thalweg/io/network_reader.hpp"
#include "thalweg/model/dataset.hpp"
#include "thalweg/model/standardization.hpp"

namespace thalweg::commands {

/// What stands for the sha256 of what is no file.
inline constexpr const char* kNoDigest = "-";

/// One input file as a report names it.
struct InputFile {
  std::string role;  ///< "dataset", "data", "targets", "network", "certificate", "test", ...
  std::string path;
  std::string sha256;  ///< kNoDigest for arrays in memory
  std::vector<Index>
      shape;  ///< of X, of y, or of W without the bias column; empty when it has none
};

/// Targets of two values seen as class labels: an output above the middle means the upper one.
struct TwoClasses {
  double lower;
  double upper;

  [[nodiscard]] double threshold() const { return 0.5 * (lower + upper); }
};

/// What was done to the columns of the data set.
struct AppliedStandardization {
  Standardization map;
  bool from_network = false;     ///< taken from the network's file, not chosen from the data
  std::vector<Index> untouched;  ///< columns of X that stay as they are
  Index rounded_entries = 0;     ///< of X and y together
};

/// What a command was given, read and made to fit together.
struct Inputs {
  /// As stored, or standardised: no column of ones, labels unmapped.
  Dataset dataset;
  std::optional<AppliedStandardization> standardization;
  /// Of y as stored; none when the targets are not labels in {-1, 1} or {0, 1}.
  std::optional<TwoClasses> classes;
  /// Softmax: labels -1 and 1 stand for the classes 0 and 1.
  bool signed_classes = false;
  Vector sample_weights;                     ///< (n), empty when all are 1
  std::optional<io::StoredNetwork> network;  ///< with a bias column when `hidden_bias`
  HiddenBias hidden_bias = HiddenBias::kNone;
  std::vector<InputFile> files;
  std::vector<std::string> notes;  ///< what was decided by itself, one sentence each

  [[nodiscard]] bool has_dataset() const;
  /// sha256 of the file with that role, or kNoDigest.
  [[nodiscard]] std::string sha256(const std::string& role) const;
};

/// The file's entry with its sha256. Failure when it cannot be read.
[[nodiscard]] InputFile describe_file(const std::string& role, const std::string& path,
                                      std::vector<Index> shape);

/// Reads data set and network (each when given), checks that they fit and settles the hidden bias:
/// the column of ones is meant when the network has `b` or with --bias (a network without `b` then
/// has biases 0). The data are standardised when the network's file or --standardize says so.
/// Failure when a file is missing, malformed or does not fit.
[[nodiscard]] Inputs load_inputs(const ProblemOptions& options);

/// Reads the network into `inputs`, which may hold a data set already that it must fit; settles the
/// hidden bias and standardises the data when the network is for such. Failure as load_inputs.
void load_network(const ProblemOptions& options, Inputs& inputs);
/// The same for a network that was read from a file in that role.
void adopt_network(io::StoredNetwork stored, const std::string& role, const std::string& path,
                   Inputs& inputs);
/// Another network for the data and with the biases of the one in `inputs`: without `b` it gets
/// hidden biases 0 where that has some. Failure when it does not fit.
[[nodiscard]] TwoLayerNetwork load_other_network(const std::string& role, const std::string& path,
                                                 Inputs& inputs);

}  // namespace thalweg::commands
