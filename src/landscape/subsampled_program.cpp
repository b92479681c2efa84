#include "thalweg/landscape/subsampled_program.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <optional>
#include <utility>

#include "landscape/stationary_ties.hpp"
#include "thalweg/convex/block_solver.hpp"
#include "thalweg/convex/cone_value.hpp"
#include "thalweg/convex/restricted_program.hpp"

namespace thalweg {
namespace {

/// Numbers that the maps of the faces may take in memory.
constexpr Index kMostEntries = 50'000'000;

/// Entries of X times patterns up to which a program is solved whatever it is for.
constexpr Index kSmallProgram = 1'000'000;

/// A pattern with a sign, or with the ties that are held.
struct Block {
  Vector gates;  ///< (n)
  Sign sign = Sign::kPlus;
  std::vector<Index> ties;  ///< rows

  friend bool operator==(const Block& a, const Block& b) {
    return a.sign == b.sign && a.ties == b.ties && a.gates == b.gates;
  }
};

class Subsampling {
 public:
  Subsampling(const TrainingProblem& problem, const Stationarity& found,
              const SubsampledSettings& settings)
      : problem_(problem), found_(found), settings_(settings) {}

  SubsampledProgram run() {
    choose();
    result_.patterns = static_cast<Index>(blocks_.size());
    result_.objective = problem_.objective(found_.nearby);
    bound();
    if (!settings_.control.should_stop() && is_worth_solving()) solve();
    return std::move(result_);
  }

 private:
  /// A point that is not stationary is not optimal for the program: large ones are not solved then.
  [[nodiscard]] bool is_worth_solving() const {
    return found_.clarke.finding != Finding::kNo ||
           result_.patterns * problem_.X().size() <= kSmallProgram;
  }

  void choose() {
    const bool tied = std::any_of(found_.ties.begin(), found_.ties.end(),
                                  [](const auto& rows) { return !rows.empty(); });
    if (!tied) {
      result_.kind = SubsampledKind::kOwnPatterns;
    } else if (found_.d_stationary.finding == Finding::kYes && list_adjacent_cells()) {
      result_.kind = SubsampledKind::kAdjacentCells;
      return;
    } else {
      result_.kind = SubsampledKind::kFaces;
    }
    blocks_.clear();
    for (Index j = 0; j < found_.nearby.width(); ++j) {
      if (is_empty(j)) continue;
      add({own_gates(j), Sign::kPlus, found_.ties[static_cast<std::size_t>(j)]});
    }
  }

  [[nodiscard]] bool is_empty(Index neuron) const {
    return found_.nearby.W.row(neuron).isZero(0) || found_.nearby.alpha(neuron, 0) == 0;
  }

  void add(Block block) {
    if (std::find(blocks_.begin(), blocks_.end(), block) == blocks_.end()) {
      blocks_.push_back(std::move(block));
    }
  }

  /// 1 where the neuron is active, 0 on its ties.
  [[nodiscard]] Vector own_gates(Index neuron) const {
    const Vector t = problem_.X() * found_.nearby.W.row(neuron).transpose();
    Vector gates = (t.array() > 0).cast<double>();
    for (const Index row : found_.ties[static_cast<std::size_t>(neuron)]) gates[row] = 0;
    return gates;
  }

  /// False when there are too many.
  bool list_adjacent_cells() {
    for (Index j = 0; j < found_.nearby.width(); ++j) {
      if (is_empty(j)) continue;
      const std::vector<Index>& rows = found_.ties[static_cast<std::size_t>(j)];
      const auto cells =
          landscape::tie_cells(problem_.X()(rows, Eigen::all), settings_.max_patterns);
      if (!cells) return false;
      Block block{own_gates(j), sign_of(found_.nearby.alpha(j, 0)), {}};
      for (Index cell = 0; cell < cells->rows(); ++cell) {
        for (std::size_t k = 0; k < rows.size(); ++k) {
          block.gates[rows[k]] = (*cells)(cell, static_cast<Index>(k));
        }
        add(block);
      }
      if (static_cast<Index>(blocks_.size()) > settings_.max_patterns) return false;
    }
    return true;
  }

  /// The orthogonal projector on the common kernel of the rows, (d x d).
  [[nodiscard]] Matrix projector(const std::vector<Index>& rows) const {
    const Index d = problem_.dimension();
    if (rows.empty()) return Matrix::Identity(d, d);
    Matrix normals = problem_.X()(rows, Eigen::all).transpose();
    normals.colwise().normalize();
    const Eigen::ColPivHouseholderQR<Matrix> qr(normals);
    const Matrix basis = Matrix(qr.householderQ()).rightCols(d - qr.rank());
    return basis * basis.transpose();
  }

  [[nodiscard]] double value(const Block& block, const Vector& nu) const {
    switch (result_.kind) {
      case SubsampledKind::kOwnPatterns:
        return std::max(cone_value(problem_.X(), block.gates, Sign::kPlus, nu).upper,
                        cone_value(problem_.X(), block.gates, Sign::kMinus, nu).upper);
      case SubsampledKind::kAdjacentCells:
        return cone_value(problem_.X(), block.gates, block.sign, nu).upper;
      case SubsampledKind::kFaces:
        break;
    }
    const Vector pull = problem_.X().transpose() * block.gates.cwiseProduct(nu);
    return (projector(block.ties) * pull).norm();
  }

  void bound() {
    const Vector nu = problem_.project_to_dual_domain(found_.dual);
    result_.dual_norm = 0;
    for (const Block& block : blocks_) {
      result_.dual_norm = std::max(result_.dual_norm, value(block, nu));
    }
    const double limit =
        result_.dual_norm > 0 ? std::min(1.0, problem_.beta() / result_.dual_norm) : 1.0;
    const double scale = problem_.best_dual_scale(nu, limit);
    result_.lower_bound = problem_.dual_objective(scale * nu);
    result_.gap = std::max(0.0, result_.objective - result_.lower_bound);
  }

  [[nodiscard]] SolverSettings solver_settings() const {
    SolverSettings solver;
    solver.relative_gap = settings_.relative_gap;
    solver.threads = settings_.threads;
    solver.control = settings_.control;
    return solver;
  }

  void take(const SolverInfo& info) {
    result_.status = info.status;
    result_.optimum = info.objective;
    result_.optimum_lower_bound = info.lower_bound;
  }

  void solve() {
    if (blocks_.empty()) {
      result_.status = SolverStatus::kSolved;
      TwoLayerNetwork none = found_.nearby;
      none.W.resize(0, none.W.cols());
      none.alpha.resize(0, 1);
      const AffinePart best = problem_.best_affine_part();
      none.output_bias[0] = best.bias;
      if (best.skip.size() > 0) none.skip = best.skip;
      result_.optimum = result_.optimum_lower_bound = problem_.objective(none);
      return;
    }
    if (result_.kind == SubsampledKind::kFaces) return solve_faces();
    Matrix gates(static_cast<Index>(blocks_.size()), problem_.samples());
    std::vector<Sign> signs;
    for (std::size_t k = 0; k < blocks_.size(); ++k) {
      gates.row(static_cast<Index>(k)) = blocks_[k].gates.transpose();
      signs.push_back(blocks_[k].sign);
    }
    const PatternSet patterns(gates);
    take(result_.kind == SubsampledKind::kAdjacentCells
             ? restricted_program(problem_, patterns, signs, solver_settings()).info
             : restricted_program(problem_, patterns, solver_settings()).info);
  }

  void solve_faces() {
    const Index size = problem_.X().size();
    if (static_cast<Index>(blocks_.size()) * size > kMostEntries) return;
    std::vector<Matrix> maps;
    for (const Block& block : blocks_) {
      maps.emplace_back(block.gates.asDiagonal() * problem_.X() * projector(block.ties));
    }
    const DenseMaps dense(std::move(maps));
    const BlockProgram program(problem_, dense);
    take(solve_blocks(program, BlockMethod::kAutomatic, solver_settings()).info);
  }

  const TrainingProblem& problem_;
  const Stationarity& found_;
  const SubsampledSettings& settings_;
  std::vector<Block> blocks_;
  SubsampledProgram result_;
};

}  // namespace

std::string_view to_string(SubsampledKind kind) {
  switch (kind) {
    case SubsampledKind::kOwnPatterns:
      return "own_patterns";
    case SubsampledKind::kAdjacentCells:
      return "adjacent_cells";
    case SubsampledKind::kFaces:
      return "faces";
  }
  return "unknown";
}

SubsampledProgram subsampled_program(const TrainingProblem& problem, const Stationarity& found,
                                     const SubsampledSettings& settings) {
  problem.check(found.nearby);
  return Subsampling(problem, found, settings).run();
}

}  // namespace thalweg
