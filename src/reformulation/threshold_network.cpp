#include "thalweg/reformulation/threshold_network.hpp"

#include <tuple>
#include <utility>

#include "thalweg/arrangement/cell_interior.hpp"
#include "thalweg/convex/block_solver.hpp"
#include "thalweg/convex/neuron.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/model/independent_masses.hpp"

namespace thalweg {
namespace {

/// Columns D_i 1 that have an active sample, and the cell of each.
struct CellColumns {
  PatternMasks masks;                         ///< (n x P)
  std::vector<std::pair<Index, Sign>> cells;  ///< position in the list, and which antipode
};

/// Whether a sample is active in a listed cell or its antipode; zero rows always are.
bool is_active(const CellList& list, Index cell, Sign side, const Matrix& X, Index sample) {
  return X.row(sample).isZero(0) || pattern_sign(list.pattern(cell), sample) == side;
}

CellColumns columns_of(const CellList& list, bool antipodal, const Matrix& X) {
  CellColumns result;
  const Index n = X.rows();
  result.masks.resize(n, (antipodal ? 2 : 1) * list.size());
  Index count = 0;
  for (Index cell = 0; cell < list.size(); ++cell) {
    for (const Sign side : {Sign::kPlus, Sign::kMinus}) {
      if (side == Sign::kMinus && !antipodal) continue;
      for (Index i = 0; i < n; ++i) {
        result.masks(i, count) = is_active(list, cell, side, X, i) ? 1 : 0;
      }
      if (result.masks.col(count).maxCoeff() == 0) continue;
      result.cells.emplace_back(cell, side);
      ++count;
    }
  }
  result.masks.conservativeResize(Eigen::NoChange, count);
  return result;
}

/// The network of the active columns, of which at most n are kept; none when a cell has no point of
/// doubles.
std::optional<ThresholdNetwork> decode(const BlockSolution& solved, const CellColumns& columns,
                                       const CellList& list,
                                       const HyperplaneArrangement& arrangement) {
  const Matrix used = columns.masks(Eigen::all, solved.active).cast<double>();
  const Vector found = solved.W.row(0).transpose();
  const Vector alpha =
      found.cwiseProduct(independent_masses(used * found.asDiagonal(), found.cwiseAbs()));
  const Index width = (alpha.array() != 0).count();
  ThresholdNetwork network{
      {Matrix(width, arrangement.dimension())}, {Vector::Zero(width)}, Vector(width), solved.bias};
  Index row = 0;
  for (Index j = 0; j < alpha.size(); ++j) {
    if (alpha[j] == 0) continue;
    const auto& [cell, side] =
        columns.cells[static_cast<std::size_t>(solved.active[static_cast<std::size_t>(j)])];
    const CellInterior interior = interior_point(arrangement, list.pattern(cell));
    if (interior.status != CellStatus::kPoint) return std::nullopt;
    network.weights[0].row(row) = to_double(side) * interior.point.transpose();
    network.alpha[row] = alpha[j];
    ++row;
  }
  return network;
}

}  // namespace

Matrix ThresholdNetwork::activations(const Matrix& X) const {
  Matrix hidden = X;
  for (std::size_t l = 0; l < weights.size(); ++l) {
    const Matrix raised = (hidden * weights[l].transpose()).rowwise() - thresholds[l].transpose();
    hidden = (raised.array() >= 0).cast<double>().matrix();
  }
  return hidden;
}

Vector ThresholdNetwork::predict(const Matrix& X) const {
  return ((activations(X) * alpha).array() + output_bias).matrix();
}

double threshold_objective(const TrainingProblem& problem, const ThresholdNetwork& network) {
  return problem.loss().value(network.predict(problem.X()), problem.y()) +
         problem.beta() * network.alpha.lpNorm<1>() +
         bias_penalty(problem) / 2 * network.output_bias * network.output_bias;
}

ThresholdSolution solve_threshold(const TrainingProblem& problem,
                                  const ThresholdSettings& settings) {
  if (problem.skip() != SkipConnection::kNone) {
    throw InvalidArgument("threshold networks: expected no skip connection");
  }
  const Matrix& X = problem.X();
  const HyperplaneArrangement arrangement(X);
  ThresholdSolution result;
  CellList list;
  std::tie(list, result.cells) = list_cells(arrangement, settings.enumeration);
  const CellColumns columns = columns_of(list, result.cells.antipodal, X);
  const MaskedMaps maps(Matrix::Ones(X.rows(), 1), columns.masks);
  const BlockProgram program(problem, maps);
  const BlockSolution solved = solve_blocks(program, BlockMethod::kAutomatic, settings.solver);
  result.info = solved.info;
  result.dual = solved.dual;
  result.dual_norm = solved.dual_norm;
  result.network = decode(solved, columns, list, arrangement);
  result.objective =
      result.network ? threshold_objective(problem, *result.network) : solved.info.objective;
  return result;
}

}  // namespace thalweg
