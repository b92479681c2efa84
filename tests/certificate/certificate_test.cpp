#include "thalweg/certificate/certificate.hpp"

#include <gtest/gtest.h>

#include <Eigen/QR>
#include <cmath>
#include <string>

#include "certificate/proved_certificate.hpp"
#include "support/groundtruth.hpp"
#include "support/random_matrix.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/oracle/dual_oracle.hpp"

namespace thalweg {
namespace {

namespace fs = std::filesystem;
using testing::GroundTruth;
using testing::to_double;
using CertificateTest = testing::ProvedCertificate;

TwoLayerNetwork random_network(Random& random, Index m, Index d) {
  TwoLayerNetwork network = TwoLayerNetwork::empty(d);
  network.W = testing::random_matrix(random, m, d);
  network.alpha = testing::random_matrix(random, m, 1);
  return network;
}

bool is_global(const testing::GroundTruthNetwork& network) {
  return network.name.rfind("global_", 0) == 0 && network.name != "global_perturbed";
}

TEST_F(CertificateTest, GlobalNetworksOfTheGroundTruthCloseToTheSlack) {
  int networks = 0;
  for (const GroundTruth& truth : testing::all_groundtruth()) {
    const TrainingProblem problem = truth.problem();
    for (const auto& stored : truth.networks) {
      if (!is_global(stored)) continue;
      ++networks;
      for (const double slack : {1e-6, 1e-8, 1e-10}) {
        SCOPED_TRACE(truth.name + ' ' + stored.name + ' ' + std::to_string(-std::log10(slack)));
        const CertificateResult result = prove(problem, stored.network, truth.nu, slack);
        EXPECT_EQ(result.status, ProofStatus::kComplete);
        EXPECT_EQ(result.proof, BoundProof::kConeTree);
        EXPECT_EQ(result.slack, slack);
        EXPECT_LE(relative_gap(), 1.3 * slack);
      }
    }
  }
  EXPECT_EQ(networks, 58);
}

TEST_F(CertificateTest, OtherNetworksGetAnHonestGapFromTheOptimalDual) {
  for (const GroundTruth& truth : testing::all_groundtruth()) {
    const TrainingProblem problem = truth.problem();
    for (const auto& stored : truth.networks) {
      if (is_global(stored)) continue;
      SCOPED_TRACE(truth.name + ' ' + stored.name);
      prove(problem, stored.network, truth.nu, 1e-8);
      ASSERT_TRUE(report_.statement.gap);
      EXPECT_NEAR(to_double(*report_.statement.gap), stored.gap, 3e-8 * stored.objective);
    }
  }
}

TEST_F(CertificateTest, OwnResidualNeverClaimsMoreThanTheOptimum) {
  for (const GroundTruth& truth : testing::all_groundtruth()) {
    const TrainingProblem problem = truth.problem();
    const auto& stored = truth.networks.back();
    SCOPED_TRACE(truth.name + ' ' + stored.name);
    const CertificateResult result =
        prove(problem, stored.network, problem.dual_point(problem.fit(stored.network)), 1e-6);
    EXPECT_EQ(result.status, ProofStatus::kComplete);
    ASSERT_TRUE(report_.statement.lower_bound);
    EXPECT_LE(lower_bound(), truth.optimum * (1 + 1e-12) + 1e-300);
  }
}

TEST_F(CertificateTest, ExtremeScalesOfTheDataClose) {
  const GroundTruth truth =
      testing::load_groundtruth(fs::path(THALWEG_TEST_DATA) / "groundtruth" / "g12_d4.json");
  for (const double factor : {1e-8, 1e-3, 1e3, 1e8}) {
    SCOPED_TRACE(factor);
    // Data times c and beta times c keep the optimum; the masses shrink by c.
    const TrainingProblem problem(factor * truth.X, truth.y, factor * truth.beta, Loss::squared());
    TwoLayerNetwork network = truth.networks.front().network;
    network.W /= std::sqrt(factor);
    network.alpha /= std::sqrt(factor);
    const CertificateResult result = prove(problem, network, truth.nu, 1e-10);
    EXPECT_EQ(result.proof, BoundProof::kConeTree);
    EXPECT_LE(relative_gap(), 1.3e-10);
  }
}

TEST_F(CertificateTest, MeanScaleAndWideHuberAgreeWithTheSquaredSum) {
  const GroundTruth truth =
      testing::load_groundtruth(fs::path(THALWEG_TEST_DATA) / "groundtruth" / "g08_d3.json");
  const double n = static_cast<double>(truth.y.size());
  const TwoLayerNetwork& network = truth.networks.front().network;
  for (const Loss& loss : {Loss::squared(LossScale::kMean), Loss::huber(1e3, LossScale::kMean)}) {
    const TrainingProblem problem(truth.X, truth.y, truth.beta / n, loss);
    prove(problem, network, truth.nu / n, 1e-10);
    EXPECT_LE(relative_gap(), 1.3e-10);
  }
  const TrainingProblem huber(truth.X, truth.y, truth.beta, Loss::huber(1e3));
  prove(huber, network, truth.nu, 1e-10);
  EXPECT_LE(relative_gap(), 1.3e-10);
}

TEST_F(CertificateTest, PenalisedOutputBiasClosesAtItsOptimum) {
  const GroundTruth truth = testing::load_groundtruth(fs::path(THALWEG_TEST_DATA) / "groundtruth" /
                                                      "g10_d2_lowbeta.json");
  // With b = sum(nu) / beta added to the targets, network and dual stay optimal.
  const double bias = truth.nu.sum() / truth.beta;
  const TrainingProblem problem(truth.X, truth.y.array() + bias, truth.beta, Loss::squared(),
                                OutputBias::kPenalised);
  TwoLayerNetwork network = truth.networks.front().network;
  network.output_bias = Vector::Constant(1, bias);
  prove(problem, network, truth.nu, 1e-10);
  EXPECT_LE(relative_gap(), 3e-10);
}

TEST_F(CertificateTest, FreeOutputBiasClosesForTheZeroNetworkAboveBetaMax) {
  Random random(4);
  const Matrix X = testing::random_matrix(random, 6, 2);
  Vector y(6);
  y << 3, -1, 4, 1, -5, 4;
  TwoLayerNetwork network = TwoLayerNetwork::empty(2);
  network.output_bias = Vector::Constant(1, 1.0);
  const TrainingProblem problem(X, y, 50, Loss::squared(), OutputBias::kFree);
  const CertificateResult result = prove(problem, network, y.array() - 1.0);
  EXPECT_EQ(result.status, ProofStatus::kComplete);
  EXPECT_EQ(relative_gap(), 0.0);
}

TEST_F(CertificateTest, SquaredHingeClosesForTheZeroNetworkAboveBetaMax) {
  Random random(8);
  const Matrix X = testing::random_matrix(random, 7, 3);
  Vector y(7);
  y << 1, -1, 1, 1, -1, -1, 1;
  const TrainingProblem problem(X, y, 50, Loss::squared_hinge());
  prove(problem, TwoLayerNetwork::empty(3), y);
  EXPECT_EQ(relative_gap(), 0.0);
}

TEST_F(CertificateTest, RandomNetworksOfEveryLossAndBiasAreProved) {
  for (int seed = 0; seed < 24; ++seed) {
    SCOPED_TRACE(seed);
    Random random(static_cast<std::uint64_t>(seed));
    const Index n = 3 + static_cast<Index>(random.below(8));
    const Index d = 1 + static_cast<Index>(random.below(3));
    Matrix X = testing::random_matrix(random, n, d);
    if (seed % 2 == 0) X = (2 * X.array()).round() / 2;
    Vector y = testing::random_matrix(random, n, 1);
    const LossScale scale = seed % 2 == 0 ? LossScale::kSum : LossScale::kMean;
    Loss loss = Loss::huber(0.3, scale);
    if (seed % 3 == 0) {
      loss = Loss::squared_hinge(scale);
      for (Index i = 0; i < n; ++i) y[i] = y[i] < 0 ? -1 : 1;
    }
    const auto bias = static_cast<OutputBias>(seed % 4 == 3 ? 0 : seed % 4);
    const TrainingProblem problem(X, y, 0.2, loss, bias);
    TwoLayerNetwork network = random_network(random, 2, d);
    network.alpha *= 0.1;
    if (bias != OutputBias::kNone) network.output_bias = Vector::Constant(1, 0.05);
    const Vector dual = problem.project_to_dual_domain(problem.dual_point(problem.fit(network)));
    const CertificateResult result = prove(problem, network, dual, 1e-7);
    EXPECT_EQ(result.status, ProofStatus::kComplete);
    EXPECT_EQ(result.proof, BoundProof::kConeTree);
    ASSERT_TRUE(report_.statement.lower_bound);
    EXPECT_NEAR(upper_bound(), problem.objective(network), 1e-12 * problem.objective(network));
  }
}

TEST_F(CertificateTest, WholeSphereProofsAreAccepted) {
  for (const GroundTruth& truth : testing::all_groundtruth()) {
    SCOPED_TRACE(truth.name);
    const TrainingProblem problem = truth.problem();
    CertificateRequest request;
    request.problem = &problem;
    request.network = &truth.networks.front().network;
    request.dual = &truth.nu;
    request.control.deadline = Deadline::after(0);
    const CertificateResult result = prove(request);
    EXPECT_EQ(result.status, ProofStatus::kComplete);
    EXPECT_EQ(result.proof, BoundProof::kWholeSphere);
    ASSERT_TRUE(report_.statement.lower_bound);
    EXPECT_LE(lower_bound(), truth.optimum * (1 + 1e-12) + 1e-300);
  }
}

TEST_F(CertificateTest, ManyColumnsUseTheWholeSphere) {
  Random random(17);
  const TrainingProblem problem(testing::random_matrix(random, 60, 25),
                                testing::random_matrix(random, 60, 1), 5.0, Loss::squared());
  const CertificateResult result = prove(problem, TwoLayerNetwork::empty(25), problem.y());
  EXPECT_EQ(result.proof, BoundProof::kWholeSphere);
  EXPECT_LT(relative_gap(), 1.0);
}

TEST_F(CertificateTest, ExpiredTimeLimitFallsBackToTheWholeSphere) {
  const GroundTruth truth =
      testing::load_groundtruth(fs::path(THALWEG_TEST_DATA) / "groundtruth" / "diabetes40_d3.json");
  const TrainingProblem problem = truth.problem();
  CertificateRequest request;
  request.problem = &problem;
  request.network = &truth.networks.front().network;
  request.dual = &truth.nu;
  request.control.deadline = Deadline::after(0);
  EXPECT_EQ(prove(request).proof, BoundProof::kWholeSphere);
}

TEST_F(CertificateTest, WithoutTimeForTheWholeSphereTheValueIsLeft) {
  Random random(23);
  const TrainingProblem problem(testing::random_matrix(random, 30, 300),
                                testing::random_matrix(random, 30, 1), 5.0, Loss::squared());
  const TwoLayerNetwork network = TwoLayerNetwork::empty(300);
  CertificateRequest request;
  request.problem = &problem;
  request.network = &network;
  request.dual = &problem.y();
  request.control.deadline = Deadline::after(0);
  EXPECT_EQ(prove(request).status, ProofStatus::kValueOnly);
  EXPECT_FALSE(report_.statement.lower_bound);
  request.control = {};
  EXPECT_EQ(prove(request).proof, BoundProof::kWholeSphere);
  request.control.cancellation.cancel();
  EXPECT_EQ(prove(request).status, ProofStatus::kValueOnly);
}

TEST_F(CertificateTest, ThreadsDoNotChangeTheText) {
  const GroundTruth truth =
      testing::load_groundtruth(fs::path(THALWEG_TEST_DATA) / "groundtruth" / "g30_d3.json");
  const TrainingProblem problem = truth.problem();
  CertificateRequest request;
  request.problem = &problem;
  request.network = &truth.networks.front().network;
  request.dual = &truth.nu;
  prove(request);
  const std::string single = text();
  request.threads = 2;
  prove(request);
  EXPECT_EQ(text(), single);
}

TEST_F(CertificateTest, ColumnsOfVeryDifferentSizeKeepATreesBound) {
  // Two columns a billion apart, as a time stamp beside ones: double precision cannot split the
  // cones around (0, 1) far enough, and the tree pays by a smaller multiple of the dual.
  Random random(7);
  Matrix X(20, 2);
  for (Index i = 0; i < 20; ++i) X.row(i) << 1e9 * (1 + 0.1 * random.normal()), 1.0;
  const Vector y = testing::random_matrix(random, 20, 1);
  const TrainingProblem problem(X, y, 0.1, Loss::squared());
  // A dual point at right angles to both columns, whose norm is nothing but the kinks.
  const Matrix unit = X * Eigen::Vector2d(1e-9, 1).asDiagonal();
  const Vector dual = y - unit * unit.colPivHouseholderQr().solve(y);
  const CertificateResult result = prove(problem, TwoLayerNetwork::empty(2), dual);
  EXPECT_EQ(result.proof, BoundProof::kConeTree);
  EXPECT_LT(result.dual_norm, 1e-6 * DualOracle(X).whole_sphere_bound(dual));
}

TEST_F(CertificateTest, ValueAndDecreaseNeedNoDual) {
  const GroundTruth truth =
      testing::load_groundtruth(fs::path(THALWEG_TEST_DATA) / "groundtruth" / "g12_d4.json");
  const TrainingProblem problem = truth.problem();
  const TwoLayerNetwork zero = TwoLayerNetwork::empty(4);
  CertificateRequest request;
  request.problem = &problem;
  request.network = &zero;
  request.improved = &truth.networks.front().network;
  EXPECT_EQ(prove(request).status, ProofStatus::kValueOnly);
  ASSERT_TRUE(report_.statement.decrease);
  EXPECT_FALSE(report_.statement.lower_bound);
  EXPECT_NEAR(to_double(*report_.statement.decrease), problem.objective(zero) - truth.optimum,
              1e-10);
}

TEST_F(CertificateTest, ClaimsStrongerByOneUnitAreRejected) {
  const GroundTruth truth =
      testing::load_groundtruth(fs::path(THALWEG_TEST_DATA) / "groundtruth" / "g05_d2.json");
  prove(truth.problem(), truth.networks.front().network, truth.nu, 1e-6);
  const std::string accepted = text();
  for (const std::string word : {"value", "bound", "gap", "relgap"}) {
    // One more digit at the end of the mantissa's binary expansion, towards the stronger side.
    const std::size_t start = accepted.find("claim " + word + ' ') + 7 + word.size();
    const std::size_t colon = accepted.find(':', start);
    const std::size_t end = accepted.find('\n', start);
    const long long mantissa = std::stoll(accepted.substr(start, colon - start));
    const long exponent = std::stol(accepted.substr(colon + 1, end - colon - 1));
    const int shift = 53 - static_cast<int>(std::floor(std::log2(mantissa))) + 1;
    const long long scaled = mantissa << shift;
    const long long step = word == "bound" ? 5 : -5;
    std::string forged = accepted;
    forged.replace(start, end - start,
                   std::to_string(scaled + step) + ':' + std::to_string(exponent + shift));
    EXPECT_EQ(check(forged).outcome, verify::Outcome::kNotVerified) << word;
  }
}

}  // namespace
}  // namespace thalweg
