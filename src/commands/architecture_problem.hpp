#pragma once

#include <memory>
#include <optional>
#include <string>

#include "commands/evaluation.hpp"
#include "commands/inputs.hpp"
#include "commands/report.hpp"
#include "thalweg/io/branch_network_reader.hpp"
#include "thalweg/model/architecture_description.hpp"
#include "thalweg/reformulation/branch_problem.hpp"

namespace thalweg::commands {

/// What --architecture describes; none without it, or when it says two fully connected layers,
/// which the commands are about anyway. Failure when the file is missing or malformed.
[[nodiscard]] std::optional<ArchitectureDescription> asked_architecture(
    const ProblemOptions& options);

/// Failure that names the first option of the problem that networks of other architectures have
/// not: skip connections, standardised data, softmax, independent outputs; a hidden bias where the
/// description has one of its own; PyTorch's weight decay where that is not the penalty.
void refuse_problem_options(const ProblemOptions& options,
                            const ArchitectureDescription& description);

/// A problem of an architecture that is a sum of branches, and the choices behind it.
struct BranchSetup {
  ArchitectureDescription description;
  /// Loss, targets, beta, output bias, labels; its X are the samples, zeros where stacked().
  ProblemSetup outputs;
  BranchProblem problem;
  io::BranchFormat format;                                        ///< of network files
  std::optional<io::StoredBranchNetwork> network = std::nullopt;  ///< of --network
  bool unrolled = false;  ///< its file has layered branches, which are trees here

  /// Whether the targets are those of several outputs a sample one below the other, or less X.
  [[nodiscard]] bool stacked() const {
    return problem.architecture().outputs() > 1 || description.residual;
  }
  [[nodiscard]] double stored_bias() const { return network->output_bias.value_or(0); }
};

/// Reads data set and, where given, network and makes the problem of a description with
/// has_branches(); notes as build_problem does. beta: instead of the options' one, where given.
/// Failure when something is missing, malformed or does not fit.
[[nodiscard]] BranchSetup load_branch_setup(const ProblemOptions& options,
                                            const ArchitectureDescription& description,
                                            Inputs& inputs,
                                            std::optional<double> beta = std::nullopt);

/// The network's arrays in a file, with the output bias where the problem has one. Failure (exit 3)
/// when it cannot be written.
void write_branches(const std::string& path, const BranchSetup& setup, const BranchNetwork& network,
                    double output_bias);

/// Reads the test samples; none when none are asked for. Failure as load_test_samples, and for
/// several or residual outputs.
[[nodiscard]] std::optional<Samples> load_branch_test(const TestOptions& test,
                                                      const ProblemOptions& options, Inputs& inputs,
                                                      const BranchSetup& setup);
[[nodiscard]] Evaluations evaluate(const ProblemOptions& options, const BranchSetup& setup,
                                   const BranchNetwork& network, double output_bias,
                                   const std::optional<Samples>& test);

}  // namespace thalweg::commands
