#include "convex/dual_newton_system.hpp"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>

#include "convex/block_catalogue.hpp"

namespace thalweg {
namespace {

using detail::BlockDual;
using detail::DualHessian;
using detail::DualSolve;
using testing::BlockShape;

struct System {
  BlockShape shape;
  TrainingProblem problem;
  std::vector<Index> list;
  DualHessian hessian;
};

System make_system(std::uint64_t seed, Index n, Index d, Index blocks, Index listed,
                   const testing::Outside& outside) {
  Random random(seed);
  BlockShape shape = testing::make_shape("system", seed, n, d, blocks);
  TrainingProblem problem(shape.X, shape.targets, 0.3, Loss::squared(), outside.bias, outside.skip);
  System system{shape, problem, {}, {}};
  for (Index k = 0; k < listed; ++k) system.list.push_back((3 * k + 1) % blocks);
  DualHessian& H = system.hessian;
  H.diagonal = testing::random_vector(random, n).cwiseAbs().array() + 0.1;
  H.columns = testing::random_vector(random, problem.affine_size()).cwiseAbs().array() + 0.1;
  H.list = system.list;
  H.a = testing::random_vector(random, listed).cwiseAbs().array() + 0.01;
  H.b = testing::random_vector(random, listed).cwiseAbs();
  if (listed > 1) H.b[0] = 0;
  H.u = testing::random_matrix(random, d, listed);
  for (Index k = 0; k < listed; ++k) H.u.col(k).normalize();
  return system;
}

/// H entry by entry from its definition.
Matrix naive_hessian(const System& system) {
  const Matrix& X = system.shape.X;
  const Index n = X.rows();
  const DualHessian& h = system.hessian;
  Matrix H = h.diagonal.asDiagonal();
  Index column = 0;
  if (system.problem.output_bias() != OutputBias::kNone) {
    H.array() += h.columns[column++];
  }
  if (system.problem.skip() == SkipConnection::kFree) {
    for (Index c = 0; c < X.cols(); ++c) {
      H += h.columns[column++] * X.col(c) * X.col(c).transpose();
    }
  }
  const std::vector<Matrix> maps = testing::formed_maps(X, system.shape.patterns);
  for (std::size_t k = 0; k < system.list.size(); ++k) {
    const auto at = static_cast<Index>(k);
    const Matrix inner = h.a[at] * Matrix::Identity(X.cols(), X.cols()) +
                         h.b[at] * h.u.col(at) * h.u.col(at).transpose();
    const Matrix& A = maps[static_cast<std::size_t>(system.list[k])];
    H += A * inner * A.transpose();
  }
  EXPECT_EQ(H.rows(), n);
  return H;
}

struct Size {
  Index n, d, blocks, listed;
};

TEST(DualNewtonSystem, TheThreeFormsAgreeWithTheHessianEntryByEntry) {
  // Taller and wider than the columns; more samples than a chunk of the low-rank form; no blocks.
  for (const auto& [n, d, blocks, listed] :
       {Size{12, 3, 7, 5}, Size{30, 2, 5, 1}, Size{9, 4, 80, 70}, Size{700, 2, 4, 3},
        Size{10, 3, 4, 0}}) {
    for (const testing::Outside& outside : testing::every_outside()) {
      SCOPED_TRACE(outside.name + ", " + std::to_string(n) + " x " + std::to_string(d));
      const System system =
          make_system(static_cast<std::uint64_t>(n), n, d, blocks, listed, outside);
      const MaskedMaps maps(system.shape.X, system.shape.patterns);
      const BlockProgram program(system.problem, maps);
      const BlockDual dual(program);
      Random random(2);
      const Vector rhs = testing::random_vector(random, n);
      const Vector wanted = naive_hessian(system).partialPivLu().solve(rhs);
      for (const DualSolve form : {DualSolve::kDense, DualSolve::kLowRank, DualSolve::kConjugate}) {
        const Vector x = detail::solve_dual_system(program, dual, system.hessian, rhs, 1e-13, form);
        ASSERT_EQ(x.size(), n);
        EXPECT_LE((x - wanted).norm(), 1e-9 * wanted.norm()) << static_cast<int>(form);
      }
    }
  }
}

TEST(DualNewtonSystem, SystemsThatAreMadeInPartsAgree) {
  const System system = make_system(4, 1800, 5, 310, 300, testing::every_outside().front());
  const MaskedMaps maps(system.shape.X, system.shape.patterns);
  const BlockProgram program(system.problem, maps);
  const BlockDual dual(program);
  Random random(5);
  const Vector rhs = testing::random_vector(random, 1800);
  const auto solve = [&](DualSolve form) {
    return detail::solve_dual_system(program, dual, system.hessian, rhs, 1e-13, form);
  };
  const Vector dense = solve(DualSolve::kDense);
  ASSERT_EQ(dense.size(), 1800);
  EXPECT_LE((solve(DualSolve::kLowRank) - dense).norm(), 1e-9 * dense.norm());
}

TEST(DualNewtonSystem, AStoppedSystemIsNotSolved) {
  const System system = make_system(5, 40, 3, 9, 6, testing::every_outside().front());
  const MaskedMaps maps(system.shape.X, system.shape.patterns);
  const BlockProgram program(system.problem, maps);
  const BlockDual dual(program);
  RunControl control;
  control.cancellation.cancel();
  for (const DualSolve form : {DualSolve::kDense, DualSolve::kLowRank, DualSolve::kConjugate}) {
    const Vector x = detail::solve_dual_system(program, dual, system.hessian, Vector::Ones(40),
                                               1e-13, form, control);
    EXPECT_EQ(x.size(), 0);
  }
}

TEST(DualNewtonSystem, TheChoiceIsTheCheapestThatFits) {
  EXPECT_EQ(detail::choose_dual_solve(500, 200, 20), DualSolve::kDense);
  EXPECT_EQ(detail::choose_dual_solve(20000, 10, 20), DualSolve::kLowRank);
  EXPECT_EQ(detail::choose_dual_solve(60000, 500, 784), DualSolve::kConjugate);
}

TEST(DualNewtonSystem, AMatrixThatIsNotDefiniteIsReported) {
  System system = make_system(3, 8, 2, 4, 2, testing::every_outside().front());
  system.hessian.diagonal.setConstant(-1e6);
  const MaskedMaps maps(system.shape.X, system.shape.patterns);
  const BlockProgram program(system.problem, maps);
  const BlockDual dual(program);
  EXPECT_EQ(detail::solve_dual_system(program, dual, system.hessian, Vector::Ones(8), 1e-10,
                                      DualSolve::kDense)
                .size(),
            0);
}

}  // namespace
}  // namespace thalweg
