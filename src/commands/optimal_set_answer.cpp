#include "commands/optimal_set_answer.hpp"

#include <algorithm>

#include "commands/evaluation.hpp"
#include "commands/exit_code.hpp"
#include "thalweg/arrangement/enumerate.hpp"
#include "thalweg/io/dataset_reader.hpp"
#include "thalweg/model/dataset.hpp"

namespace thalweg::commands {
namespace {

/// Samples without targets, mapped as the training data were.
Matrix load_samples(const OptimalSetOptions& options, Inputs& inputs) {
  Matrix X = require(io::read_samples(options.predict));
  inputs.files.push_back(describe_file("predict", options.predict, {X.rows(), X.cols()}));
  if (X.cols() != inputs.dataset.X.cols()) {
    throw Failure(ExitCode::kUsage, options.predict + ": X has " + std::to_string(X.cols()) +
                                        " columns, the training data have " +
                                        std::to_string(inputs.dataset.X.cols()));
  }
  if (inputs.standardization) X = inputs.standardization->map.inputs.apply(X);
  return inputs.hidden_bias == HiddenBias::kLastColumn ? append_ones(X) : X;
}

PredictionAnswer predict_all(const ProblemSetup& setup, const OptimalNetworks& networks,
                             const PredictionSamples& samples) {
  PredictionAnswer answer;
  answer.X = samples.X;
  answer.ranges = networks.predict(samples.X, samples.y);
  answer.centre = predict(samples.X, networks.centre()).col(0);
  if (samples.y.size() > 0) {
    const Index k = samples.y.size();
    const double count = static_cast<double>(k) * setup.problem.loss().weight(k);
    answer.loss = OptimalRange{answer.ranges.loss.lower / count, answer.ranges.loss.upper / count};
  }
  return answer;
}

/// The cells whose closure holds a direction: their signs off its kinks are the direction's, and on
/// the kinks they are those of any cell of the kinks' own arrangement. (A point of such a cell,
/// added to u with a small factor, is in the cell of X.)
std::vector<std::string> cells_at(const Matrix& X, const OptimalAtom& atom,
                                  const RunControl& control) {
  std::string signs(static_cast<std::size_t>(X.rows()), '+');
  const Vector t = X * atom.u;
  for (Index i = 0; i < X.rows(); ++i) {
    if (t[i] < 0) signs[static_cast<std::size_t>(i)] = '-';
  }
  if (atom.kinks.empty()) return {signs};
  Matrix kinks(static_cast<Index>(atom.kinks.size()), X.cols());
  for (Index k = 0; k < kinks.rows(); ++k) {
    kinks.row(k) = X.row(atom.kinks[static_cast<std::size_t>(k)]);
  }
  EnumerationSettings settings;
  settings.control = control;
  const auto [list, info] = list_cells(HyperplaneArrangement(kinks), settings);
  std::vector<std::string> cells;
  for (Index c = 0; c < list.size(); ++c) {
    for (const bool opposite : {false, true}) {
      if (opposite && !info.antipodal) continue;
      for (Index k = 0; k < kinks.rows(); ++k) {
        const bool plus = (pattern_sign(list.pattern(c), k) == Sign::kPlus) != opposite;
        const bool zero = kinks.row(k).isZero(0);
        signs[static_cast<std::size_t>(atom.kinks[static_cast<std::size_t>(k)])] =
            plus || zero ? '+' : '-';
      }
      cells.push_back(signs);
    }
  }
  std::sort(cells.begin(), cells.end(), [](const std::string& a, const std::string& b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                        [](char p, char q) { return p == '-' && q == '+'; });
  });
  cells.erase(std::unique(cells.begin(), cells.end()), cells.end());
  return cells;
}

}  // namespace

std::optional<PredictionSamples> load_prediction_samples(const OptimalSetOptions& options,
                                                         Inputs& inputs,
                                                         const ProblemSetup& setup) {
  if (options.predict.empty()) return std::nullopt;
  if (options.predict_targets.empty()) return PredictionSamples{load_samples(options, inputs), {}};
  const TestOptions test{"", options.predict, options.predict_targets};
  std::optional<Samples> samples = load_test_samples(test, options.problem, inputs, setup);
  return PredictionSamples{std::move(samples->X), std::move(samples->y)};
}

OptimalSetAnswer answer_optimal_set(const OptimalSetOptions& options, const ProblemSetup& setup,
                                    const Inputs& inputs,
                                    const std::optional<PredictionSamples>& samples,
                                    const RunControl& control) {
  OptimalSetAnswer answer;
  answer.set =
      optimal_set(setup.problem, optimal_set_settings(options.run, options.max_vertices, control));
  const OptimalNetworks networks(setup.problem, answer.set);
  if (inputs.network) {
    answer.membership = networks.contains(inputs.network->network, options.membership_tolerance());
  }
  if (samples && has_networks(answer.set))
    answer.predictions = predict_all(setup, networks, *samples);
  if (options.cells) {
    for (const OptimalAtom& atom : answer.set.atoms) {
      answer.cells.push_back(cells_at(setup.problem.X(), atom, control));
    }
  }
  return answer;
}

bool has_networks(const OptimalSet& set) { return set.located() && !set.polytope.supports.empty(); }

std::vector<OptimalRange> mass_ranges(const OptimalSet& set) {
  std::vector<OptimalRange> ranges(set.atoms.size());
  for (std::size_t q = 0; q < ranges.size() && set.vertex_masses.rows() > 0; ++q) {
    const auto column = set.vertex_masses.col(static_cast<Index>(q));
    ranges[q] = {column.minCoeff(), column.maxCoeff()};
  }
  return ranges;
}

}  // namespace thalweg::commands
