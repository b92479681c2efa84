#include "thalweg/landscape/checked_certificate.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "landscape/private_directory.hpp"
#include "support/fixtures.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/landscape/certify.hpp"
#include "thalweg/training/train.hpp"

namespace thalweg {
namespace {

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t entries(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

/// F1 with the optimal network and its dual.
struct Instance {
  TrainingProblem problem = testing::closed_form_fixtures().front().problem();
  TrainingResult trained = train(problem, {});

  CertificateRequest request() const {
    CertificateRequest result;
    result.problem = &problem;
    result.network = &trained.network;
    result.dual = &trained.dual;
    return result;
  }
};

TEST(CheckedCertificate, TheFileAndTheStatementAreTheCheckers) {
  const Instance instance;
  const PrivateDirectory folder;
  const std::filesystem::path path = folder.path() / "proof.cert";
  std::ofstream(path) << "an older file";
  const auto checked = write_checked_certificate(instance.request(), path);
  ASSERT_TRUE(checked && checked->statement);
  EXPECT_EQ(entries(folder.path()), 1U);
  const std::string text = content(path);
  EXPECT_EQ(static_cast<std::int64_t>(text.size()), checked->written.bytes);
  std::istringstream stream(text);
  const verify::Report report = verify::check(stream);
  ASSERT_EQ(report.outcome, verify::Outcome::kVerified);
  EXPECT_EQ(to_double(*report.statement.gap), to_double(*checked->statement->gap));
}

TEST(CheckedCertificate, LeavesNothingWhereItFails) {
  const Instance instance;
  const PrivateDirectory folder;
  std::filesystem::create_directory(folder.path() / "taken");
  const auto directory = write_checked_certificate(instance.request(), folder.path() / "taken");
  ASSERT_FALSE(directory);
  EXPECT_EQ(directory.error().code, ErrorCode::kUnwritable);
  EXPECT_EQ(entries(folder.path()), 1U);
  EXPECT_EQ(entries(folder.path() / "taken"), 0U);
  const auto missing =
      write_checked_certificate(instance.request(), folder.path() / "missing" / "proof.cert");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kUnwritable);
}

TEST(CheckedCertificate, FollowsALinkAndWritesIntoADevice) {
  const Instance instance;
  const PrivateDirectory folder;
  std::ofstream(folder.path() / "file.cert") << "old";
  std::filesystem::create_symlink("file.cert", folder.path() / "link.cert");
  ASSERT_TRUE(write_checked_certificate(instance.request(), folder.path() / "link.cert"));
  EXPECT_TRUE(std::filesystem::is_symlink(folder.path() / "link.cert"));
  EXPECT_EQ(content(folder.path() / "file.cert").substr(0, 5), "cert ");
  ASSERT_TRUE(write_checked_certificate(instance.request(), "/dev/null"));
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST(CheckedCertificate, WithoutARationalConjugateNothingIsWritten) {
  const TrainingProblem problem(Matrix::Identity(2, 2), Vector{{1, -1}}, 0.1, Loss::logistic());
  const TrainingResult trained = train(problem, {});
  CertificateRequest request;
  request.problem = &problem;
  request.network = &trained.network;
  request.dual = &trained.dual;
  const PrivateDirectory folder;
  const auto checked = write_checked_certificate(request, folder.path() / "proof.cert");
  ASSERT_TRUE(checked);
  EXPECT_FALSE(checked->statement);
  EXPECT_EQ(entries(folder.path()), 0U);
}

TEST(CertifyInManyDimensions, SaysThatTheBoundIsTheWholeSpheres) {
  Random random(12);
  Matrix X(60, 16);
  Vector y(60);
  for (Index i = 0; i < 60; ++i) {
    for (Index k = 0; k < 16; ++k) X(i, k) = random.normal();
    y[i] = std::max(X(i, 0), 0.0) + 0.1 * random.normal();
  }
  const TrainingProblem problem(X, y, 4.0, Loss::squared());
  for (const bool verified : {true, false}) {
    CertifySettings settings;
    settings.verify = verified;
    settings.control.deadline = Deadline::after(20);
    const auto result = certify(problem, TwoLayerNetwork::empty(16), settings);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->bound_source, BoundSource::kWholeSphere);
    EXPECT_EQ(result->level, verified ? Level::kVerified : Level::kEstimate);
    EXPECT_GT(result->lower_bound, 0);
    EXPECT_LE(result->lower_bound, result->optimum_upper_bound);
    // The final dual's norm is above beta, or scaling would not have cost anything.
    EXPECT_GT(result->dual_norm, 4.0);
  }
}

TEST(CheckedCertificate, ABoundThatTheProducerCannotRoundLeavesTheValue) {
  // beta^2 underflows, so that leaf vectors cannot be guided by floating point.
  const TrainingProblem problem(Matrix::Identity(2, 2), Vector::Ones(2), 1e-280, Loss::squared());
  const auto result = certify(problem, TwoLayerNetwork::empty(2), {});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->level, Level::kValue);
  EXPECT_EQ(result->objective, 1);
  EXPECT_EQ(result->lower_bound, 0);
}

TEST(CertifyOverflow, IsTheCallersMistake) {
  const TrainingProblem problem(Matrix::Constant(1, 1, 1e300), Vector::Ones(1), 1.0,
                                Loss::squared());
  TwoLayerNetwork network = TwoLayerNetwork::empty(1);
  network.W = Matrix::Constant(1, 1, 1e10);
  network.alpha = Matrix::Constant(1, 1, 1e10);
  EXPECT_THROW(static_cast<void>(certify(problem, network, {})), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
