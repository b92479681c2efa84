#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <string>
#include <thread>

#include "certificate/proved_certificate.hpp"
#include "support/groundtruth.hpp"

/// What becomes of the file, and which requests are refused.
namespace thalweg {
namespace {

namespace fs = std::filesystem;
using testing::GroundTruth;
using CertificateFile = testing::ProvedCertificate;

TEST_F(CertificateFile, LogisticLossIsUnsupported) {
  Vector y(2);
  y << 1, -1;
  const TrainingProblem problem(Matrix::Identity(2, 2), y, 0.1, Loss::logistic());
  const TwoLayerNetwork network = TwoLayerNetwork::empty(2);
  CertificateRequest request;
  request.problem = &problem;
  request.network = &network;
  const auto result = write_certificate(request, file());
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->status, ProofStatus::kUnsupported);
  EXPECT_FALSE(fs::exists(file()));
}

/// The grammar states neither: a proof would be one of another problem.
TEST_F(CertificateFile, SampleWeightsAndSkipConnectionsAreUnsupported) {
  const Matrix X = Matrix::Identity(2, 2);
  const Vector y = Vector::Ones(2);
  TwoLayerNetwork network = TwoLayerNetwork::empty(2);
  const Loss weighted = Loss::squared().with_sample_weights(Vector::Constant(2, 3));
  for (const TrainingProblem& problem :
       {TrainingProblem(X, y, 0.1, weighted),
        TrainingProblem(X, y, 0.1, Loss::squared(), OutputBias::kNone, SkipConnection::kFree)}) {
    CertificateRequest request;
    request.problem = &problem;
    request.network = &network;
    const auto result = write_certificate(request, file());
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->status, ProofStatus::kUnsupported);
    EXPECT_FALSE(fs::exists(file()));
  }
  // Nor can a network with a skip connection be claimed for a problem without one.
  const TrainingProblem plain(X, y, 0.1, Loss::squared());
  network.skip = Matrix::Ones(2, 1);
  CertificateRequest request;
  request.problem = &plain;
  request.network = &network;
  EXPECT_THROW(static_cast<void>(write_certificate(request, file())), InvalidArgument);
}

TEST_F(CertificateFile, FilesOfTheUserAreNotTouched) {
  const GroundTruth truth =
      testing::load_groundtruth(fs::path(THALWEG_TEST_DATA) / "groundtruth" / "g05_d2.json");
  std::ofstream(folder_ / "proof.cert.part") << "mine";
  const fs::path target = folder_ / "target";
  std::ofstream(target) << "old";
  fs::create_symlink(target, file());
  prove(truth.problem(), truth.networks.front().network, truth.nu);
  EXPECT_TRUE(fs::is_symlink(file()));
  EXPECT_EQ(fs::file_size(target), text().size());
  EXPECT_EQ(fs::file_size(folder_ / "proof.cert.part"), 4u);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 3);
}

TEST_F(CertificateFile, DevicesAndPipesAreWrittenInPlace) {
  const GroundTruth truth =
      testing::load_groundtruth(fs::path(THALWEG_TEST_DATA) / "groundtruth" / "g05_d2.json");
  const TrainingProblem problem = truth.problem();
  prove(problem, truth.networks.front().network, truth.nu);
  const std::string expected = text();
  CertificateRequest request;
  request.problem = &problem;
  request.network = &truth.networks.front().network;
  request.dual = &truth.nu;
  request.slack = 1e-8;
  EXPECT_TRUE(write_certificate(request, "/dev/null").has_value());
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  const fs::path pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::string received;
  std::thread reader([&] {
    std::ifstream input(pipe, std::ios::binary);
    received.assign(std::istreambuf_iterator<char>(input), {});
  });
  EXPECT_TRUE(write_certificate(request, pipe).has_value());
  reader.join();
  EXPECT_EQ(received, expected);
  const auto refused = write_certificate(request, folder_);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kUnwritable);
}

TEST_F(CertificateFile, ReportsWhatItCannotUse) {
  const TrainingProblem problem(Matrix::Identity(2, 2), Vector::Ones(2), 0.1, Loss::squared());
  const TwoLayerNetwork network = TwoLayerNetwork::empty(2);
  CertificateRequest request;
  EXPECT_THROW((void)write_certificate(request, file()), InvalidArgument);
  request.problem = &problem;
  request.network = &network;
  const auto lost = write_certificate(request, folder_ / "missing" / "proof.cert");
  ASSERT_FALSE(lost.has_value());
  EXPECT_EQ(lost.error().code, ErrorCode::kUnwritable);
  const Vector wrong_length = Vector::Ones(3);
  request.dual = &wrong_length;
  EXPECT_THROW((void)write_certificate(request, file()), InvalidArgument);
  const Vector dual = Vector::Ones(2);
  request.dual = &dual;
  request.slack = 0;
  EXPECT_THROW((void)write_certificate(request, file()), InvalidArgument);
  EXPECT_TRUE(fs::is_empty(folder_));
}

}  // namespace
}  // namespace thalweg
