#include <gtest/gtest.h>

#include <string>

#include "certificate/architecture_optimum.hpp"
#include "certificate/proved_certificate.hpp"
#include "reformulation/small_data.hpp"
#include "support/random_matrix.hpp"
#include "thalweg/reformulation/filter_problem.hpp"

/// Certificates of two-layer convolutional networks whose optimum comes from their convex program
/// over all pieces.
namespace thalweg {
namespace {

using testing::Optimum;
using testing::solve;
using testing::targets;
using ConvolutionCertificate = testing::ProvedCertificate;

const PatchSettings kPairs{.input = {4}, .kernel = {2}};
const Vector kTargets{{1, -1, 2, 0.5}};

TEST_F(ConvolutionCertificate, ProvesTheFixtureOfTheTheory) {
  const ConvolutionalNetwork architecture(PatchGeometry(kPairs), Pooling::kSum);
  const Matrix X = testing::data_signals();
  const TrainingProblem outputs = targets(kTargets, 0.1);
  const Optimum optimum = solve(architecture, X, outputs);
  const ConvolutionProblem problem = filter_problem(architecture, X, outputs);
  const auto result = prove(problem, filter_network(architecture, optimum.network), optimum.dual);
  EXPECT_EQ(result.status, ProofStatus::kComplete);
  EXPECT_EQ(result.proof, BoundProof::kConeTree);
  EXPECT_LE(relative_gap(), 1e-7);
  EXPECT_NEAR(upper_bound(), 0.23869350, 1e-8);
  EXPECT_NEAR(lower_bound(), 0.23869350, 5e-8);
  // The same dual for a shorter stride, which has fewer patches.
  const ConvolutionalNetwork other(PatchGeometry({.input = {4}, .kernel = {2}, .stride = {2}}),
                                   Pooling::kSum);
  prove(filter_problem(other, X, outputs), filter_network(architecture, optimum.network),
        optimum.dual);
  EXPECT_GT(relative_gap(), 1e-3);
}

TEST_F(ConvolutionCertificate, ProvesEveryPoolingLossAndBias) {
  const PatchGeometry patches(
      {.input = {4}, .kernel = {2}, .stride = {2}, .padding = {1}, .bias = true});
  const Matrix X = testing::data_signals();
  Random random(3);
  for (const Pooling pooling : {Pooling::kSum, Pooling::kAverage, Pooling::kNone}) {
    const ConvolutionalNetwork architecture(patches, pooling);
    const Vector noise = testing::random_matrix(random, 4 * architecture.outputs(), 1).col(0);
    for (const LossScale scale : {LossScale::kSum, LossScale::kMean}) {
      for (const OutputBias bias : {OutputBias::kNone, OutputBias::kPenalised, OutputBias::kFree}) {
        for (const Loss& loss :
             {Loss::squared(scale), Loss::huber(0.4, scale), Loss::squared_hinge(scale)}) {
          SCOPED_TRACE(loss.name() + " pooling " + std::to_string(static_cast<int>(pooling)) +
                       " bias " + std::to_string(static_cast<int>(bias)) + " scale " +
                       std::to_string(static_cast<int>(scale)));
          const Vector y =
              loss.kind() == LossKind::kSquaredHinge ? Vector(noise.cwiseSign()) : noise;
          const TrainingProblem outputs =
              targets(y, scale == LossScale::kSum ? 0.2 : 0.03, loss, bias);
          const Optimum optimum = solve(architecture, X, outputs);
          const auto result =
              prove(filter_problem(architecture, X, outputs),
                    filter_network(architecture, optimum.network, optimum.output_bias),
                    optimum.dual, 1e-7);
          EXPECT_EQ(result.status, ProofStatus::kComplete);
          EXPECT_LE(relative_gap(), 3e-6);
          EXPECT_NEAR(upper_bound(), optimum.value, 1e-6 * optimum.value);
        }
      }
    }
  }
}

TEST_F(ConvolutionCertificate, AveragesOfPatchesAreSumsAtATimesThePenalty) {
  // K = 3 patches: beta 0.1 for the sum is 0.1 / 3 for the average of filters.
  const ConvolutionalNetwork average(PatchGeometry(kPairs), Pooling::kAverage);
  const Matrix X = testing::data_signals();
  const TrainingProblem outputs = targets(kTargets, 0.1 / 3);
  const Optimum optimum = solve(average, X, outputs);
  prove(filter_problem(average, X, outputs), filter_network(average, optimum.network),
        optimum.dual);
  EXPECT_NEAR(upper_bound(), 0.23869350, 1e-8);
  EXPECT_NEAR(lower_bound(), 0.23869350, 5e-8);
}

TEST_F(ConvolutionCertificate, WideFiltersUseTheWholeSphere) {
  Random random(5);
  const ConvolutionalNetwork architecture(PatchGeometry({.input = {30}, .kernel = {20}}),
                                          Pooling::kAverage);
  const Matrix X = testing::random_matrix(random, 12, 30);
  const TrainingProblem outputs = targets(testing::random_matrix(random, 12, 1).col(0), 1.0);
  const auto result =
      prove(filter_problem(architecture, X, outputs), TwoLayerNetwork::empty(20), outputs.y());
  EXPECT_EQ(result.proof, BoundProof::kWholeSphere);
  EXPECT_LT(relative_gap(), 1);
}

TEST_F(ConvolutionCertificate, RefusesWhatDoesNotFit) {
  const ConvolutionalNetwork architecture(PatchGeometry(kPairs), Pooling::kMax);
  const Matrix X = testing::data_signals();
  const ConvolutionProblem maximum = filter_problem(architecture, X, targets(kTargets, 0.1));
  const TwoLayerNetwork network = TwoLayerNetwork::empty(2);
  CertificateRequest request;
  request.convolution = &maximum;
  request.network = &network;
  const TwoLayerNetwork wide = TwoLayerNetwork::empty(4);
  request.network = &wide;
  EXPECT_THROW((void)write_certificate(request, file()), InvalidArgument);
  request.network = &network;
  const Vector dual = Vector::Ones(12);
  request.dual = &dual;
  EXPECT_THROW((void)write_certificate(request, file()), InvalidArgument);
  request.dual = nullptr;
  request.problem = &maximum.outputs();
  EXPECT_THROW((void)write_certificate(request, file()), InvalidArgument);
  EXPECT_THROW(ConvolutionProblem(X, kTargets, {1, 1, {4}}, Pooling::kSum, 0.1, Loss::squared()),
               InvalidArgument);
  EXPECT_THROW(
      ConvolutionProblem(X, kTargets, {2, 1, {0, 1}}, Pooling::kNone, 0.1, Loss::squared()),
      InvalidArgument);
}

}  // namespace
}  // namespace thalweg
