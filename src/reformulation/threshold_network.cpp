#include "thalweg/reformulation/threshold_network.hpp"

#include <tuple>
#include <utility>

#include "thalweg/arrangement/cell_interior.hpp"
#include "thalweg/convex/block_solver.hpp"
#include "thalweg/convex/neuron.hpp"
#include "thalweg/core/error.hpp"

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

/// The network of the active columns; none when a cell has no point of doubles.
std::optional<ThresholdNetwork> decode(const BlockSolution& solved, const CellColumns& columns,
                                       const CellList& list,
                                       const HyperplaneArrangement& arrangement) {
  const auto width = static_cast<Index>(solved.active.size());
  Matrix W(width, arrangement.dimension());
  for (Index j = 0; j < width; ++j) {
    const auto& [cell, side] =
        columns.cells[static_cast<std::size_t>(solved.active[static_cast<std::size_t>(j)])];
    const CellInterior interior = interior_point(arrangement, list.pattern(cell));
    if (interior.status != CellStatus::kPoint) return std::nullopt;
    W.row(j) = to_double(side) * interior.point.transpose();
  }
  return ThresholdNetwork{{W}, {Vector::Zero(width)}, solved.W.row(0).transpose(), solved.bias};
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
