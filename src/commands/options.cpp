#include "commands/options.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <system_error>
#include <thread>

namespace thalweg::commands {
namespace {

enum class Range { kPositive, kOpenUnit };

double parse_real(const std::string& name, const std::string& text, Range range) {
  const auto reject = [&](const char* expected) {
    throw CLI::ValidationError(name, "expected " + std::string(expected) + ", got '" + text + "'");
  };
  std::string_view digits = text;
  if (digits.size() > 1 && digits.front() == '+' && digits[1] != '-') digits.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size() || !std::isfinite(value)) {
    reject("a finite number within the range of a double");
  }
  if (range == Range::kPositive && !(value > 0)) reject("a number > 0");
  if (range == Range::kOpenUnit && !(value > 0 && value < 1)) reject("a number in (0, 1)");
  return value;
}

std::uint64_t parse_seed(const std::string& text) {
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw CLI::ValidationError(
        "--seed", "expected an integer from 0 to 18446744073709551615, got '" + text + "'");
  }
  return seed;
}

CLI::Option* add_ranged_real(CLI::App& app, const std::string& name, std::optional<double>& target,
                             const std::string& description, Range range) {
  return app
      .add_option_function<std::string>(
          name,
          [&target, name, range](const std::string& text) {
            target = parse_real(name, text, range);
          },
          description)
      ->type_name("NUMBER");
}

}  // namespace

CLI::Option* add_positive_real(CLI::App& app, const std::string& name,
                               std::optional<double>& target, const std::string& description) {
  return add_ranged_real(app, name, target, description, Range::kPositive);
}

CLI::Option* add_fraction(CLI::App& app, const std::string& name, std::optional<double>& target,
                          const std::string& description) {
  return add_ranged_real(app, name, target, description, Range::kOpenUnit);
}

void add_run_options(CLI::App& app, RunOptions& options) {
  const std::string group = "Running";
  app.add_option("--threads", options.threads, "Threads to use (default: all cores)")
      ->check(CLI::Range(1, 4096))
      ->type_name("N")
      ->group(group);
  add_positive_real(app, "--time-limit", options.time_limit,
                    "Stop after this many seconds with a valid partial answer (exit code 4)")
      ->type_name("SECONDS")
      ->group(group);
  app.add_option_function<std::string>(
         "--seed", [&options](const std::string& text) { options.seed = parse_seed(text); },
         "Seed of the random starts (default 0)")
      ->type_name("N")
      ->group(group);
  app.add_flag("--json", options.json, "Print one JSON document on standard output")->group(group);
  auto* quiet = app.add_flag("-q,--quiet", options.quiet, "No progress, no notes, no warnings");
  auto* verbose = app.add_flag("-v,--verbose", options.verbosity, "Say more; twice: even more");
  quiet->group(group);
  verbose->group(group)->excludes(quiet);
}

void add_dataset_options(CLI::App& app, ProblemOptions& options, Required required) {
  const std::string group = "Data";
  auto* dataset =
      app.add_option("--dataset", options.dataset, "Data set: .npz with X (n x d) and y, or .csv")
          ->type_name("FILE");
  auto* data =
      app.add_option("--data", options.data, "Inputs X (n x d) as .npy")->type_name("X.npy");
  auto* targets =
      app.add_option("--targets", options.targets, "Targets y as .npy")->type_name("Y.npy");
  auto* column = app.add_option("--target-column", options.target_column,
                                "Column of a .csv that holds the targets: a name or an index "
                                "counted from 0")
                     ->type_name("NAME");
  dataset->group(group)->excludes(data)->excludes(targets);
  data->group(group)->needs(targets);
  targets->group(group)->needs(data);
  column->group(group)->needs(dataset);
  if (required == Required::kYes) {
    app.callback([&app, dataset, data] {
      if (dataset->count() + data->count() == 0) {
        throw CLI::RequiredError("--dataset FILE (or --data X.npy --targets Y.npy) of " +
                                 app.get_name());
      }
    });
  }
}

void add_network_option(CLI::App& app, ProblemOptions& options, Required required) {
  app.add_option("--network", options.network,
                 "Network: .npz with W (m x d), alpha and optionally b, output_bias; or .npz or "
                 ".safetensors with PyTorch's names 0.weight, 0.bias, 2.weight, 2.bias; or .onnx")
      ->type_name("FILE")
      ->group("Data")
      ->required(required == Required::kYes);
}

void add_architecture_option(CLI::App& app, ProblemOptions& options) {
  app.add_option("--architecture", options.architecture,
                 "Another network than two fully connected layers: a JSON description, "
                 "{\"architecture\": \"cnn\", ...} (docs/architectures.md)")
      ->type_name("FILE.json")
      ->group("Data");
}

void add_objective_options(CLI::App& app, ProblemOptions& options, Outputs outputs) {
  const std::string group = "Objective";
  auto* beta = add_positive_real(app, "--beta", options.beta,
                                 "Penalty: loss + beta/2 (sum of squared weights)")
                   ->type_name("BETA");
  auto* decay = add_positive_real(app, "--torch-weight-decay", options.torch_weight_decay,
                                  "Sets beta from PyTorch's weight_decay (SGD or Adam, not AdamW); "
                                  "needs --torch-loss")
                    ->type_name("W");
  auto* torch_loss = app.add_option("--torch-loss", options.torch_loss,
                                    "What was minimised: mse-mean is nn.MSELoss() (beta = n W/2), "
                                    "mse-sum is nn.MSELoss(reduction='sum') (beta = W/2)")
                         ->check(CLI::IsMember({"mse-mean", "mse-sum"}));
  beta->group(group)->excludes(decay);
  decay->group(group)->needs(torch_loss);
  torch_loss->group(group)->needs(decay);
  std::vector<std::string> losses = {"squared", "logistic", "huber", "squared-hinge"};
  if (outputs == Outputs::kSeveral) losses.emplace_back("softmax");
  app.add_option("--loss", options.loss, "Loss (default squared: 1/2 |f - y|^2)")
      ->check(CLI::IsMember(losses))
      ->group(group);
  add_positive_real(app, "--huber-delta", options.huber_delta, "Threshold of the Huber loss")
      ->type_name("DELTA")
      ->group(group);
  app.add_option("--loss-scale", options.loss_scale,
                 "sum (default), or mean: the loss divided by n")
      ->check(CLI::IsMember({"sum", "mean"}))
      ->group(group);
  app.add_flag("--bias", options.bias,
               "Hidden bias: append a column of ones to X, penalised like any weight (a network "
               "with b does this by itself)")
      ->group(group);
  app.add_option("--output-bias", options.output_bias,
                 "Output bias: none, penalised (PyTorch's weight decay; the default when the "
                 "network has one) or free")
      ->check(CLI::IsMember({"none", "penalised", "free"}))
      ->group(group);
  if (outputs == Outputs::kSeveral) {
    app.add_option("--outputs", options.outputs,
                   "With several outputs: shared neurons (default), or independent: each neuron "
                   "feeds one output")
        ->check(CLI::IsMember({"shared", "independent"}))
        ->group(group);
  }
  app.add_flag("--skip", options.skip,
               "Linear skip connection from the inputs to the output, not penalised (a network "
               "with skip does this by itself)")
      ->group(group);
  app.add_option("--sample-weights", options.sample_weights,
                 "Positive weights (n) as .npy: the loss of sample i counts that many times")
      ->type_name("F.npy")
      ->group(group);
}

void add_standardize_options(CLI::App& app, ProblemOptions& options) {
  const std::string group = "Data";
  auto* inputs = app.add_flag("--standardize", options.standardize,
                              "Centre and scale the columns of X, scales being powers of two; the "
                              "network's file keeps the map, and every command applies it");
  app.add_flag("--standardize-targets", options.standardize_targets, "The same for y")
      ->needs(inputs)
      ->group(group);
  inputs->group(group);
}

int thread_count(const RunOptions& options) {
  if (options.threads > 0) return options.threads;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace thalweg::commands
