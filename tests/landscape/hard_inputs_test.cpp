#include <gtest/gtest.h>

#include "convex/random_problem.hpp"
#include "thalweg/landscape/certify.hpp"
#include "thalweg/training/beta_max.hpp"
#include "thalweg/training/train.hpp"

namespace thalweg {
namespace {

/// Badly posed data, by kind.
Matrix inputs(int kind, Random& random) {
  Matrix X = testing::random_matrix(random, 8, 2);
  if (kind == 1) X.col(0) *= 1e-6;
  if (kind == 2) X *= 1e-8;
  if (kind == 3) X.bottomRows(4) = X.topRows(4).eval();
  return X;
}

/// What train calls solved is a global minimum to that gap in exact arithmetic.
TEST(HardInputs, SolvedIsConfirmedByTheExactCertificate) {
  int confirmed = 0;
  for (int kind = 0; kind < 5; ++kind) {
    for (const Loss& loss : {Loss::squared(), Loss::huber(0.5), Loss::squared_hinge()}) {
      for (const OutputBias bias : {OutputBias::kNone, OutputBias::kPenalised, OutputBias::kFree}) {
        Random random(200 + static_cast<std::uint64_t>(kind));
        const Matrix X = inputs(kind, random);
        Vector y = testing::random_targets(random, 8, loss);
        if (kind == 4) y.setOnes();
        const double largest = beta_max({X, y, 1, loss, bias}, {}).upper;
        for (const double share : {1e-4, 1e-2, 0.9, 10.0}) {
          if (!(largest > 1e-300)) continue;
          SCOPED_TRACE(loss.name() + " kind " + std::to_string(kind) + " bias " +
                       std::to_string(static_cast<int>(bias)) + " share " + std::to_string(share));
          const TrainingProblem problem(X, y, share * largest, loss, bias);
          TrainingSettings settings;
          settings.relative_gap = 1e-8;
          const TrainingResult result = train(problem, settings);
          CertifySettings proof;
          proof.tolerance = 1e-6;
          const auto answer = certify(problem, result.network, proof);
          ASSERT_TRUE(answer.has_value());
          if (answer->level != Level::kVerified) continue;
          EXPECT_LE(answer->lower_bound, result.objective * (1 + 1e-12) + 1e-25);
          EXPECT_LE(result.lower_bound, answer->objective * (1 + 1e-12) + 1e-25);
          if (result.status != TrainingStatus::kSolved || result.objective < 1e-20) continue;
          EXPECT_EQ(answer->verdict, Verdict::kGlobalMinimum);
          ++confirmed;
        }
      }
    }
  }
  EXPECT_GE(confirmed, 120);
}

}  // namespace
}  // namespace thalweg
