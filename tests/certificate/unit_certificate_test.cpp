#include <gtest/gtest.h>

#include <string>

#include "certificate/architecture_optimum.hpp"
#include "certificate/proved_certificate.hpp"
#include "reformulation/small_data.hpp"
#include "support/random_matrix.hpp"
#include "thalweg/reformulation/filter_problem.hpp"
#include "thalweg/reformulation/parallel_network.hpp"

/// Certificates proved by trees over units: maxima over patches and parallel networks.
namespace thalweg {
namespace {

using testing::Optimum;
using testing::solve;
using testing::targets;

ParallelProblem parallel_problem(const ParallelNetwork& architecture, const Matrix& X,
                                 const TrainingProblem& outputs) {
  return {X, architecture.fan_ins(), architecture.cost(), architecture.forms(X), outputs};
}

class UnitCertificate : public testing::ProvedCertificate {
 protected:
  using ProvedCertificate::prove;

  CertificateResult prove(const ParallelNetwork& architecture, const Matrix& X,
                          const TrainingProblem& outputs, const Optimum& optimum,
                          double slack = 1e-8) {
    const ParallelProblem problem = parallel_problem(architecture, X, outputs);
    CertificateRequest request;
    request.parallel = &problem;
    request.branches = &optimum.network;
    request.branches_bias = optimum.output_bias;
    return prove(request, optimum.dual, slack);
  }

  CertificateResult prove(const ConvolutionalNetwork& architecture, const Matrix& X,
                          const TrainingProblem& outputs, const Optimum& optimum,
                          double slack = 1e-8) {
    return prove(filter_problem(architecture, X, outputs),
                 filter_network(architecture, optimum.network, optimum.output_bias), optimum.dual,
                 slack);
  }

  /// Demands the value of a fixture, proved from both sides.
  void prove_value(const ParallelNetwork& architecture, const Matrix& X, const Vector& y,
                   double value, double error) {
    const TrainingProblem outputs = targets(y, 0.1);
    prove(architecture, X, outputs, solve(architecture, X, outputs));
    expect_value(value, error);
    EXPECT_LE(relative_gap(), 1e-6);
  }
};

const Vector kTargets{{1, -1, 2, 0.5}};
const Vector kAlternating{{1, -1, 1, -1, 1}};

TEST_F(UnitCertificate, ProvesMaximaOverPatches) {
  const ConvolutionalNetwork architecture(PatchGeometry({.input = {4}, .kernel = {2}}),
                                          Pooling::kMax);
  const Matrix X = testing::data_signals();
  const TrainingProblem outputs = targets(kTargets, 0.1);
  const auto result = prove(architecture, X, outputs, solve(architecture, X, outputs));
  EXPECT_EQ(result.status, ProofStatus::kComplete);
  EXPECT_EQ(result.proof, BoundProof::kUnitTree);
  expect_value(0.26958523, 5e-8);
  EXPECT_LE(relative_gap(), 1e-6);
}

TEST_F(UnitCertificate, ProvesThreeLayersUnderAConstraint) {
  const ParallelNetwork architecture(2, {2}, BranchCost::kConstrained);
  prove_value(architecture, testing::data_fc_a(), kTargets, 0.575, 1e-7);
  prove_value(architecture, testing::data_d3_e(), kAlternating, 1.128087, 4e-6);
}

TEST_F(UnitCertificate, ProvesThreeLayersUnderThePathNorm) {
  const ParallelNetwork architecture(2, {2}, BranchCost::kPath);
  prove_value(architecture, testing::data_fc_a(), kTargets, 0.42211944, 1e-7);
  prove_value(architecture, testing::data_d3_e(), kAlternating, 0.842450, 4e-6);
}

TEST_F(UnitCertificate, ProvesEveryLossAndBias) {
  const ConvolutionalNetwork maximum(PatchGeometry({.input = {3}, .kernel = {2}, .bias = true}),
                                     Pooling::kMax);
  const ParallelNetwork constrained(2, {3}, BranchCost::kConstrained);
  const ParallelNetwork tree(1, {2, 2}, BranchCost::kPath);
  Random random(7);
  for (const OutputBias bias : {OutputBias::kNone, OutputBias::kPenalised, OutputBias::kFree}) {
    for (const Loss& loss : {Loss::squared(), Loss::huber(0.4), Loss::squared_hinge(),
                             Loss::squared(LossScale::kMean)}) {
      SCOPED_TRACE(loss.name() + " bias " + std::to_string(static_cast<int>(bias)));
      Vector y = testing::random_matrix(random, 3, 1).col(0);
      if (loss.needs_labels()) y = y.cwiseSign();
      const TrainingProblem outputs = targets(y, 0.1, loss, bias);
      const auto demand_closed = [&](const Optimum& optimum) {
        ASSERT_TRUE(report_.statement.relative_gap);
        EXPECT_LE(relative_gap(), 3e-6);
        EXPECT_NEAR(upper_bound(), optimum.value, 1e-6 * optimum.value);
      };
      const Matrix signals = testing::random_matrix(random, 3, 3);
      const Optimum best = solve(maximum, signals, outputs);
      prove(maximum, signals, outputs, best, 1e-7);
      demand_closed(best);
      for (const ParallelNetwork* network : {&constrained, &tree}) {
        const Matrix X = testing::random_matrix(random, 3, network->features());
        const Optimum optimum = solve(*network, X, outputs);
        prove(*network, X, outputs, optimum, 1e-7);
        demand_closed(optimum);
      }
    }
  }
}

TEST_F(UnitCertificate, OtherDualsAndNetworksGetAnHonestGap) {
  const ParallelNetwork architecture(2, {2}, BranchCost::kPath);
  const TrainingProblem outputs = targets(kTargets, 0.1);
  Optimum optimum = solve(architecture, testing::data_fc_a(), outputs);
  optimum.dual = outputs.dual_point(Vector::Zero(4));
  for (Matrix& layer : optimum.network.layers) layer *= 1.125;
  const auto result = prove(architecture, testing::data_fc_a(), outputs, optimum, 1e-6);
  EXPECT_EQ(result.status, ProofStatus::kComplete);
  EXPECT_GT(upper_bound(), 0.43);
  EXPECT_LT(lower_bound(), 0.42211944);
}

TEST_F(UnitCertificate, WithoutTimeTheValueIsLeft) {
  const ParallelNetwork architecture(2, {2}, BranchCost::kPath);
  const Matrix X = testing::data_fc_a();
  const TrainingProblem outputs = targets(kTargets, 0.1);
  const ParallelProblem problem = parallel_problem(architecture, X, outputs);
  const Optimum optimum = solve(architecture, X, outputs);
  CertificateRequest request;
  request.parallel = &problem;
  request.branches = &optimum.network;
  request.control.deadline = Deadline::after(0);
  const auto result = prove(request, optimum.dual);
  EXPECT_EQ(result.status, ProofStatus::kValueOnly);
  EXPECT_TRUE(result.stopped_at_limit);
  EXPECT_NEAR(upper_bound(), 0.42211944, 1e-7);
}

TEST_F(UnitCertificate, RefusesWhatDoesNotFit) {
  const ParallelNetwork architecture(2, {2}, BranchCost::kPath);
  const TrainingProblem outputs = targets(kTargets, 0.1);
  const ParallelProblem problem = parallel_problem(architecture, testing::data_fc_a(), outputs);
  BranchNetwork network{{Matrix::Ones(1, 4), Matrix::Ones(1, 2), Matrix::Ones(1, 1)}};
  CertificateRequest request;
  request.parallel = &problem;
  EXPECT_THROW((void)write_certificate(request, file()), InvalidArgument);  // no network
  request.branches = &network;
  EXPECT_TRUE(write_certificate(request, file()).has_value());
  network.layers[1] = Matrix::Ones(1, 3);
  EXPECT_THROW((void)write_certificate(request, file()), InvalidArgument);
  network.layers[1] = Matrix::Constant(1, 2, std::nan(""));
  EXPECT_THROW((void)write_certificate(request, file()), InvalidArgument);
  network.layers[1] = Matrix::Ones(1, 2);
  const TwoLayerNetwork other = TwoLayerNetwork::empty(2);
  request.improved = &other;
  EXPECT_THROW((void)write_certificate(request, file()), InvalidArgument);
  request.improved = nullptr;
  request.problem = &outputs;
  EXPECT_THROW((void)write_certificate(request, file()), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
