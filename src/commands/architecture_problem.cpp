#include "commands/architecture_problem.hpp"

#include <algorithm>
#include <utility>

#include "commands/exit_code.hpp"
#include "thalweg/io/architecture_reader.hpp"
#include "thalweg/io/branch_network_writer.hpp"
#include "thalweg/reformulation/convolutional_network.hpp"
#include "thalweg/reformulation/layered_network.hpp"
#include "thalweg/reformulation/make_architecture.hpp"

namespace thalweg::commands {
namespace {

using Kind = ArchitectureKind;

[[noreturn]] void refuse(const std::string& message) { throw Failure(ExitCode::kUsage, message); }

bool is_convolution(Kind kind) {
  return kind == Kind::kCnn || kind == Kind::kCnnFlattened || kind == Kind::kCnnThreeLayer;
}

/// Whether beta/2 times all squared weights is the penalty.
bool has_weight_decay(Kind kind) {
  return kind == Kind::kCnn || kind == Kind::kCnnFlattened || kind == Kind::kCircularLinear;
}

/// Whether a column of ones gives hidden neurons a bias.
bool takes_bias_column(Kind kind) {
  return kind == Kind::kThreeLayer || kind == Kind::kPath || kind == Kind::kPolynomial ||
         kind == Kind::kThreshold;
}

std::shared_ptr<const Architecture> make(const ProblemOptions& options,
                                         const ArchitectureDescription& description,
                                         Index features) {
  try {
    return make_architecture(description, features);
  } catch (const InvalidArgument& error) {
    refuse(options.architecture + ": " + error.what());
  }
}

io::BranchFormat format_of(const Architecture& architecture,
                           const ArchitectureDescription& description, bool bias) {
  io::BranchFormat format;
  format.layers = architecture.layers();
  format.description = description;
  format.hidden_bias = bias ? HiddenBias::kLastColumn : HiddenBias::kNone;
  const bool torch = description.kind == Kind::kCnn || description.kind == Kind::kCnnFlattened;
  format.torch = torch ? io::TorchNames::kConvolution : io::TorchNames::kRefused;
  return format;
}

/// The same with the arrays of layered branches whose widths are the fan-ins, for four layers and
/// more.
io::BranchFormat layered_format(const ArchitectureDescription& description, Index features,
                                io::BranchFormat format) {
  format.layers.clear();
  Index below = features;
  std::size_t layer = 1;
  for (const Index width : description.fan_in) {
    format.layers.push_back({"W" + std::to_string(layer++), {width, below}});
    below = width;
  }
  format.layers.push_back({"W" + std::to_string(layer), {1, below}});
  format.layers.push_back({"w" + std::to_string(layer + 1), {}});
  return format;
}

/// A network as trees, and whether its file has layered branches.
struct LoadedBranches {
  io::StoredBranchNetwork stored;
  bool unrolled = false;
};

/// Reads the file as the architecture's arrays or, under the path norm, as layered branches, which
/// are unrolled into trees.
LoadedBranches read_branches(const std::string& file, const ArchitectureDescription& description,
                             Index features, const io::BranchFormat& format, Inputs& inputs) {
  auto stored = io::read_branch_network(file, format);
  const bool other_shape = !stored && stored.error().code == ErrorCode::kBadShape;
  if (!other_shape || description.kind != Kind::kPath || description.fan_in.size() < 2) {
    return {require(std::move(stored))};
  }
  auto layered = io::read_branch_network(file, layered_format(description, features, format));
  if (!layered) return {require(std::move(stored))};
  layered->network = unroll_layered(features, description.fan_in, layered->network);
  inputs.notes.emplace_back(
      "the network's branches are layered: they are unrolled into trees with the same outputs and "
      "path norm, so the bound may lie below every layered network");
  return {std::move(*layered), true};
}

/// Reads --network and settles --output-bias by it.
std::optional<LoadedBranches> load_branches(ProblemOptions& options,
                                            const ArchitectureDescription& description,
                                            Index features, const io::BranchFormat& format,
                                            Inputs& inputs) {
  if (options.network.empty()) return std::nullopt;
  LoadedBranches loaded = read_branches(options.network, description, features, format, inputs);
  const io::StoredBranchNetwork& stored = loaded.stored;
  inputs.files.push_back(describe_file("network", options.network, {stored.network.branches()}));
  if (options.output_bias.empty() && stored.output_bias) {
    options.output_bias = "penalised";
    inputs.notes.emplace_back(
        "the network has an output bias, penalised with beta (--output-bias free if it was not)");
  }
  if (options.output_bias == "none" && stored.output_bias.value_or(0) != 0) {
    refuse("--output-bias none, but the network has an output bias: use penalised or free");
  }
  return loaded;
}

/// The targets as one vector, sample-major.
Vector stack_targets(const ProblemOptions& options, const ArchitectureDescription& description,
                     const Architecture& architecture, const Dataset& dataset) {
  const Index outputs = architecture.outputs();
  if (dataset.y.cols() != outputs) {
    refuse(targets_file(options) + ": y has " + std::to_string(dataset.y.cols()) +
           " columns, the architecture " + architecture.name() + " has " + std::to_string(outputs) +
           (outputs == 1 ? " output" : " outputs, one for each patch"));
  }
  if (!description.residual) return Matrix(dataset.y.transpose()).reshaped();
  if (outputs != dataset.X.cols()) {
    refuse(options.architecture +
           ": residual: expected as many patches as the input has numbers, " +
           std::to_string(dataset.X.cols()) + ", got " + std::to_string(outputs) +
           " (an odd kernel with padding (kernel - 1) / 2)");
  }
  return residual_targets(dataset.X, dataset.y);
}

/// Refuses what several outputs, or outputs that are added to X, have not.
void refuse_output_options(const ProblemOptions& options,
                           const ArchitectureDescription& description, Index outputs) {
  const bool labels = options.loss == "logistic" || options.loss == "squared-hinge";
  if (description.residual && labels) {
    refuse("--loss " + options.loss + " is for class labels, but " + options.architecture +
           " says residual: its outputs are added to X");
  }
  if (!options.sample_weights.empty() && (outputs > 1 || description.residual)) {
    refuse("--sample-weights is for one output, the architecture " +
           std::string(outputs > 1 ? "has several" : "is residual"));
  }
  if (options.loss_scale == "mean" && outputs > 1) {
    refuse("--loss-scale mean is for one output, the architecture has " + std::to_string(outputs) +
           ": leave it out and give beta times the number of samples");
  }
}

/// Loss, targets and labels as a problem of one output a row.
ProblemSetup build_outputs(const ProblemOptions& options,
                           const ArchitectureDescription& description, const Vector& targets,
                           double beta, Inputs& inputs) {
  if (inputs.dataset.y.cols() == 1 && !description.residual) {
    return build_problem(options, inputs, beta);
  }
  Inputs stacked;
  stacked.dataset = {Matrix::Zero(targets.size(), 1), targets};
  ProblemSetup setup = build_problem(options, stacked, beta);
  inputs.notes.insert(inputs.notes.end(), stacked.notes.begin(), stacked.notes.end());
  return setup;
}

}  // namespace

std::optional<ArchitectureDescription> asked_architecture(const ProblemOptions& options) {
  if (options.architecture.empty()) return std::nullopt;
  ArchitectureDescription description = require(io::read_architecture(options.architecture));
  if (description.kind == Kind::kTwoLayer) return std::nullopt;
  return description;
}

void refuse_problem_options(const ProblemOptions& options,
                            const ArchitectureDescription& description) {
  const std::string name(to_string(description.kind));
  const auto unknown = [&name](const std::string& option, const std::string& why) {
    refuse(option + " does not go with the architecture " + name + why);
  };
  if (options.skip) unknown("--skip", "");
  if (options.standardize) unknown("--standardize", ": standardise the data set itself");
  if (options.outputs == "independent") unknown("--outputs independent", "");
  if (options.loss == "softmax") unknown("--loss softmax", "");
  if (options.bias && !takes_bias_column(description.kind)) {
    unknown("--bias", is_convolution(description.kind)
                          ? ": say \"filter_bias\": true in its description"
                          : "");
  }
  if (options.torch_weight_decay && !has_weight_decay(description.kind)) {
    unknown("--torch-weight-decay", ", whose penalty is another one: give --beta");
  }
}

BranchSetup load_branch_setup(const ProblemOptions& given,
                              const ArchitectureDescription& description, Inputs& inputs,
                              std::optional<double> beta) {
  refuse_problem_options(given, description);
  if (!has_branches(description.kind)) {
    refuse(given.architecture + ": the architecture " + std::string(to_string(description.kind)) +
           " is for `thalweg train` only");
  }
  ProblemOptions options = given;
  options.network.clear();
  inputs = load_inputs(options);
  options.network = given.network;
  const Dataset& dataset = inputs.dataset;
  const Matrix X = options.bias ? append_ones(dataset.X) : dataset.X;
  inputs.files.push_back(describe_file("architecture", options.architecture, {}));
  const auto architecture = make(options, description, X.cols());
  io::BranchFormat format = format_of(*architecture, description, options.bias);
  std::optional<LoadedBranches> loaded =
      load_branches(options, description, X.cols(), format, inputs);
  refuse_output_options(options, description, architecture->outputs());
  const Vector targets = stack_targets(options, description, *architecture, dataset);
  const double penalty = beta ? *beta : required_penalty(options, dataset);
  ProblemSetup outputs = build_outputs(options, description, targets, penalty, inputs);
  const TrainingProblem& base = outputs.problem;
  BranchProblem problem(architecture, X, base.y(), penalty, base.loss(), base.output_bias());
  BranchSetup setup{description, std::move(outputs), std::move(problem), std::move(format)};
  if (loaded) {
    setup.network = std::move(loaded->stored);
    setup.unrolled = loaded->unrolled;
  }
  return setup;
}

void write_branches(const std::string& path, const BranchSetup& setup, const BranchNetwork& network,
                    double output_bias) {
  io::StoredBranchNetwork stored{network, std::nullopt};
  if (setup.problem.affine().output_bias() != OutputBias::kNone) stored.output_bias = output_bias;
  require(io::write_branch_network(path, stored, setup.format));
}

std::optional<Samples> load_branch_test(const TestOptions& test, const ProblemOptions& options,
                                        Inputs& inputs, const BranchSetup& setup) {
  if (test.given() && setup.stacked()) {
    refuse("--test is for one output, the architecture " +
           std::string(setup.description.residual ? "is residual" : "has several"));
  }
  return load_test_samples(test, options, inputs, setup.outputs);
}

Evaluations evaluate(const ProblemOptions& options, const BranchSetup& setup,
                     const BranchNetwork& network, double output_bias,
                     const std::optional<Samples>& test) {
  const Architecture& architecture = setup.problem.architecture();
  const Model model = [&](const Matrix& X) -> Vector {
    return architecture.predict(setup.stacked() ? setup.problem.X() : X, network).array() +
           output_bias;
  };
  return evaluate(options, setup.outputs, model, test);
}

}  // namespace thalweg::commands
