#include "commands/gated_model.hpp"

#include <array>
#include <cstdint>
#include <vector>

#include "commands/exit_code.hpp"
#include "thalweg/io/npy.hpp"
#include "thalweg/io/npz.hpp"

namespace thalweg::commands {
namespace {

using io::encode_npy;
using io::NpzEntry;

/// All patterns as 0 and 1, (p x n).
NpzEntry encode_patterns(const PatternSet& patterns) {
  std::vector<std::int8_t> bits;
  bits.reserve(static_cast<std::size_t>(patterns.size() * patterns.samples()));
  for (Index cell = 0; cell < patterns.size(); ++cell) {
    const Vector gate = patterns.gate(cell);
    for (Index i = 0; i < gate.size(); ++i) bits.push_back(gate[i] > 0 ? 1 : 0);
  }
  const std::array<Index, 2> shape = {patterns.size(), patterns.samples()};
  return {"patterns", encode_npy<std::int8_t>(shape, bits)};
}

NpzEntry encode_rows(const std::vector<Index>& rows) {
  const std::vector<std::int64_t> values(rows.begin(), rows.end());
  const std::array<Index, 1> shape = {static_cast<Index>(values.size())};
  return {"rows", encode_npy<std::int64_t>(shape, values)};
}

void add_scaling(std::vector<NpzEntry>& entries, const ColumnScaling& scaling,
                 const std::string& role) {
  entries.push_back({role + "_mean", encode_npy(scaling.mean)});
  entries.push_back({role + "_scale", encode_npy(scaling.scale)});
}

}  // namespace

Vector predict_gated(const Matrix& X, const GatedSolution& solution, const Matrix& gates) {
  Vector outputs = Vector::Constant(X.rows(), solution.bias);
  for (std::size_t k = 0; k < solution.rows.size(); ++k) {
    const Vector gate = X * gates.row(solution.rows[k]).transpose();
    const Vector linear = X * solution.W.col(static_cast<Index>(k));
    outputs += (gate.array() >= 0).select(linear, 0.0);
  }
  if (solution.skip.size() > 0) outputs += X * solution.skip;
  return outputs;
}

Vector feasible_dual(const TrainingProblem& problem, const Vector& nu, double norm) {
  constexpr double kRounding = 1e-12;
  const double limit = norm > 0 ? problem.beta() / (norm * (1 + kRounding)) : 1;
  return problem.best_dual_scale(nu, limit) * nu;
}

void write_gated_model(const std::string& path, const TrainingProblem& problem,
                       const PatternChoice& choice, const GatedSolution& solution,
                       const Inputs& inputs) {
  std::vector<NpzEntry> entries;
  entries.push_back({"W", encode_npy(Matrix(solution.W.transpose()))});
  entries.push_back(encode_rows(solution.rows));
  entries.push_back(encode_patterns(choice.patterns));
  if (choice.gates.size() > 0) entries.push_back({"gates", encode_npy(choice.gates)});
  const bool ones = inputs.hidden_bias == HiddenBias::kLastColumn;
  const std::array<std::uint8_t, 1> hidden_bias = {static_cast<std::uint8_t>(ones ? 1 : 0)};
  entries.push_back({"hidden_bias", encode_npy<std::uint8_t>({}, hidden_bias)});
  if (problem.output_bias() != OutputBias::kNone) {
    entries.push_back({"output_bias", encode_npy(Vector::Constant(1, solution.bias).eval())});
  }
  if (solution.skip.size() > 0) entries.push_back({"skip", encode_npy(solution.skip)});
  const Vector dual = feasible_dual(problem, solution.dual, solution.dual_norm);
  entries.push_back({"dual", encode_npy(dual)});
  if (inputs.standardization) {
    const Standardization& map = inputs.standardization->map;
    add_scaling(entries, map.inputs, "input");
    if (map.targets) add_scaling(entries, *map.targets, "output");
  }
  require(io::write_npz(path, entries));
}

}  // namespace thalweg::commands
