#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>

namespace thalweg::commands {

struct CommandAnswer;

/// How a command runs and talks; every command has these.
struct RunOptions {
  int threads = 0;  ///< 0: all cores
  std::optional<double> time_limit;
  std::uint64_t seed = 0;
  bool quiet = false;
  int verbosity = 0;  ///< number of -v
  bool json = false;
  /// A caller in the same process takes the answer here; null: it goes to standard output.
  CommandAnswer* answer = nullptr;
  bool catch_signals = true;
};

/// Which problem is meant: files, penalty and loss.
struct ProblemOptions {
  std::string dataset;
  std::string data;
  std::string targets;
  std::string target_column;
  std::string network;
  std::string architecture;  ///< a description; empty: two fully connected layers
  std::optional<double> beta;
  std::optional<double> torch_weight_decay;
  std::string torch_loss;
  std::string loss = "squared";
  std::optional<double> huber_delta;
  std::string loss_scale = "sum";
  bool bias = false;
  bool standardize = false;
  bool standardize_targets = false;
  std::string outputs = "shared";
  bool skip = false;
  std::string sample_weights;  ///< .npy
  std::string output_bias;     ///< empty: penalised when the network has one, else none
};

enum class Required { kNo, kYes };

/// Adds an option that takes the nearest double of a finite decimal number > 0; anything else is a
/// usage error. CLI11's own conversion goes through long double and may round twice.
CLI::Option* add_positive_real(CLI::App& app, const std::string& name,
                               std::optional<double>& target, const std::string& description);
/// The same for numbers in (0, 1).
CLI::Option* add_fraction(CLI::App& app, const std::string& name, std::optional<double>& target,
                          const std::string& description);

/// --threads, --time-limit, --seed, --quiet, -v, --json.
void add_run_options(CLI::App& app, RunOptions& options);
/// --dataset, --data, --targets, --target-column.
void add_dataset_options(CLI::App& app, ProblemOptions& options, Required required);
/// --network.
void add_network_option(CLI::App& app, ProblemOptions& options, Required required);
/// --architecture.
void add_architecture_option(CLI::App& app, ProblemOptions& options);
/// Whether a command knows problems with several outputs.
enum class Outputs { kOne, kSeveral };

/// --beta, --torch-weight-decay, --torch-loss, --loss, --huber-delta, --loss-scale, --bias,
/// --output-bias, --skip, --sample-weights; for several outputs also --outputs and softmax. Whether
/// a penalty must be given is decided when the problem is built.
void add_objective_options(CLI::App& app, ProblemOptions& options,
                           Outputs outputs = Outputs::kSeveral);

/// --standardize, --standardize-targets.
void add_standardize_options(CLI::App& app, ProblemOptions& options);

/// The number of threads a run uses: what was asked for, or the number of cores.
[[nodiscard]] int thread_count(const RunOptions& options);

}  // namespace thalweg::commands
