#include "thalweg/reformulation/threshold_network.hpp"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "thalweg/arrangement/cell_interior.hpp"
#include "thalweg/convex/block_solver.hpp"
#include "thalweg/convex/neuron.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/model/independent_masses.hpp"

namespace thalweg {
namespace {

/// The place of the direction 0 among the cells: none.
constexpr Index kNoCell = -1;
/// Entries of the columns of all cells (1 GiB), and of some of the cells.
constexpr Index kMostEntries = Index{1} << 30;
constexpr Index kFewEntries = Index{1} << 24;
/// Of the time, for the cells.
constexpr double kCellShare = 0.3;

/// Columns D_i 1 that have an active sample, and the cell of each.
struct CellColumns {
  PatternMasks masks;                         ///< (n x P)
  std::vector<std::pair<Index, Sign>> cells;  ///< position in the list, and which antipode
};

/// Whether a sample is active in a listed cell or its antipode; zero rows always are.
bool is_active(const CellList& list, Index cell, Sign side, const Matrix& X, Index sample) {
  return X.row(sample).isZero(0) || pattern_sign(list.pattern(cell), sample) == side;
}

/// The columns of the direction 0 and of cells evenly spread over the list: of all of them when
/// that takes at most `entries`.
CellColumns columns_of(const CellList& list, bool antipodal, const Matrix& X, Index entries) {
  CellColumns result;
  const Index n = X.rows();
  const Index sides = antipodal ? 2 : 1;
  const Index step = 1 + (sides * n * list.size() - 1) / entries;
  result.masks.resize(n, 1 + sides * ((list.size() + step - 1) / step));
  result.masks.col(0).setOnes();
  result.cells.emplace_back(kNoCell, Sign::kPlus);
  Index count = 1;
  for (Index cell = 0; cell < list.size(); cell += step) {
    for (const Sign side : {Sign::kPlus, Sign::kMinus}) {
      if (side == Sign::kMinus && !antipodal) continue;
      for (Index i = 0; i < n; ++i) {
        result.masks(i, count) = is_active(list, cell, side, X, i) ? 1 : 0;
      }
      if (result.masks.col(count).maxCoeff() == 0 || result.masks.col(count).minCoeff() == 1) {
        continue;
      }
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
    if (cell == kNoCell) {
      network.weights[0].row(row).setZero();
    } else {
      const CellInterior interior = interior_point(arrangement, list.pattern(cell));
      if (interior.status != CellStatus::kPoint) return std::nullopt;
      network.weights[0].row(row) = to_double(side) * interior.point.transpose();
    }
    network.alpha[row] = alpha[j];
    ++row;
  }
  return network;
}

/// Replaces the bound over the listed cells by that of nu scaled until it is feasible for every
/// column of zeros and ones.
void bound_by_all_columns(const TrainingProblem& problem, ThresholdSolution& result) {
  const Vector& nu = result.dual;
  const double norm = std::max(nu.cwiseMax(0.0).sum(), -nu.cwiseMin(0.0).sum());
  const double limit = norm > 0 ? problem.beta() / norm : std::numeric_limits<double>::infinity();
  result.info.lower_bound = problem.dual_objective(problem.best_dual_scale(nu, limit) * nu);
  result.info.relative_gap = (result.objective - result.info.lower_bound) / result.objective;
  result.info.status = SolverStatus::kStopped;
}

/// The user's settings within the memory for columns and, with a deadline, a share of the time.
EnumerationSettings limited(const EnumerationSettings& settings, Index samples) {
  EnumerationSettings result = settings;
  result.max_cells =
      std::min(settings.max_cells, static_cast<std::uint64_t>(kMostEntries / samples));
  const Deadline& deadline = settings.control.deadline;
  result.control.deadline =
      Deadline::earlier(deadline, Deadline::after(kCellShare * deadline.remaining()));
  return result;
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
  std::tie(list, result.cells) = list_cells(arrangement, limited(settings.enumeration, X.rows()));
  const bool all = result.cells.complete() && settings.enumeration.constraints.empty();
  const CellColumns columns =
      columns_of(list, result.cells.antipodal, X, all ? kMostEntries : kFewEntries);
  const MaskedMaps maps(Matrix::Ones(X.rows(), 1), columns.masks);
  const BlockProgram program(problem, maps);
  const BlockSolution solved = solve_blocks(program, BlockMethod::kAutomatic, settings.solver);
  result.info = solved.info;
  result.dual = solved.dual;
  result.dual_norm = solved.dual_norm;
  result.network = decode(solved, columns, list, arrangement);
  result.objective =
      result.network ? threshold_objective(problem, *result.network) : solved.info.objective;
  if (!all) bound_by_all_columns(problem, result);
  return result;
}

}  // namespace thalweg
