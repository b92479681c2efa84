#include "thalweg/reformulation/circular_linear.hpp"

#include <cmath>
#include <numbers>
#include <string>

#include "thalweg/convex/block_solver.hpp"
#include "thalweg/convex/neuron.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

/// X B cut into the norm's groups, each as a map of width 2.
DenseMaps spectral_maps(const Matrix& X, const BlockNorm& norm) {
  const Matrix features = X * real_fourier_basis(X.cols());
  std::vector<Matrix> maps;
  for (const BlockNorm::Group& group : norm.group_list()) {
    Matrix map = Matrix::Zero(X.rows(), 2);
    map.leftCols(group.size) = features.middleCols(group.first, group.size);
    maps.push_back(std::move(map));
  }
  return DenseMaps(std::move(maps));
}

/// What the non-convex problem multiplies with beta.
double penalty(const CircularNeuron& neuron) {
  return (neuron.u.squaredNorm() + neuron.w.squaredNorm()) / 2;
}

}  // namespace

Matrix circulant(const Vector& u) {
  const Index d = u.size();
  Matrix result(d, d);
  for (Index i = 0; i < d; ++i) {
    for (Index j = 0; j < d; ++j) result(i, j) = u[(i - j + d) % d];
  }
  return result;
}

Matrix real_fourier_basis(Index d) {
  if (d < 1) throw InvalidArgument("d: expected at least 1, got " + std::to_string(d));
  const auto size = static_cast<double>(d);
  Matrix basis(d, d);
  for (Index i = 0; i < d; ++i) {
    basis(i, 0) = 1 / std::sqrt(size);
    for (Index k = 1; 2 * k < d; ++k) {
      // The remainder keeps the angle, and so its rounding, small.
      const double angle = 2 * std::numbers::pi * static_cast<double>(k * i % d) / size;
      basis(i, 2 * k - 1) = std::sqrt(2 / size) * std::cos(angle);
      basis(i, 2 * k) = std::sqrt(2 / size) * std::sin(angle);
    }
    if (d % 2 == 0) basis(i, d - 1) = (i % 2 == 0 ? 1 : -1) / std::sqrt(size);
  }
  return basis;
}

BlockNorm spectral_l1_norm(Index d) {
  if (d < 1) throw InvalidArgument("d: expected at least 1, got " + std::to_string(d));
  const double unit = 1 / std::sqrt(static_cast<double>(d));
  std::vector<BlockNorm::Group> groups = {{0, 1, unit}};
  for (Index k = 1; 2 * k < d; ++k) groups.push_back({2 * k - 1, 2, std::numbers::sqrt2 * unit});
  if (d % 2 == 0) groups.push_back({d - 1, 1, unit});
  return BlockNorm::groups(std::move(groups));
}

CircularNeuron circular_neuron(const Vector& z) {
  const Index d = z.size();
  const Matrix basis = real_fourier_basis(d);
  const Vector c = basis.transpose() * z;
  const double quarter = std::pow(static_cast<double>(d), -0.25);
  Vector filter = Vector::Zero(d);
  Vector weights = Vector::Zero(d);
  const BlockNorm norm = spectral_l1_norm(d);
  for (const BlockNorm::Group& group : norm.group_list()) {
    const double root_of_pair = std::sqrt(static_cast<double>(group.size));
    const double modulus = c.segment(group.first, group.size).norm() / root_of_pair;  // |F z|_k
    if (modulus == 0) continue;
    // A real entry of the spectrum is a coefficient of the constant, alternating or cosine column.
    filter[group.first] = root_of_pair * quarter * std::sqrt(modulus);
    weights.segment(group.first, group.size) =
        quarter / std::sqrt(modulus) * c.segment(group.first, group.size);
  }
  return {basis * filter, basis * weights};
}

CircularLinearSolution solve_circular_linear(const TrainingProblem& problem,
                                             const SolverSettings& settings) {
  if (problem.skip() != SkipConnection::kNone) {
    throw InvalidArgument("circular linear networks: expected no skip connection");
  }
  const Index d = problem.dimension();
  const BlockNorm norm = spectral_l1_norm(d);
  const DenseMaps maps = spectral_maps(problem.X(), norm);
  Vector weights(maps.blocks());
  for (Index i = 0; i < weights.size(); ++i) {
    weights[i] = norm.group_list()[static_cast<std::size_t>(i)].weight;
  }
  const BlockProgram program(problem, maps, weights);
  const BlockSolution solved = solve_blocks(program, BlockMethod::kAutomatic, settings);

  Vector c = Vector::Zero(d);
  for (std::size_t k = 0; k < solved.active.size(); ++k) {
    const auto& group = norm.group_list()[static_cast<std::size_t>(solved.active[k])];
    c.segment(group.first, group.size) = solved.W.col(static_cast<Index>(k)).head(group.size);
  }
  CircularLinearSolution result;
  result.info = solved.info;
  result.z = real_fourier_basis(d) * c;
  result.neuron = circular_neuron(result.z);
  result.bias = solved.bias;
  result.dual = solved.dual;
  result.dual_norm = solved.dual_norm;
  const Vector fit = problem.X() * (circulant(result.neuron.u) * result.neuron.w);
  result.objective = problem.loss().value((fit.array() + result.bias).matrix(), problem.y()) +
                     problem.beta() * penalty(result.neuron) +
                     bias_penalty(problem) / 2 * result.bias * result.bias;
  return result;
}

}  // namespace thalweg
