#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "certificate/path_samples.hpp"
#include "thalweg/certificate/certificate.hpp"
#include "thalweg/certificate/path_value.hpp"
#include "thalweg/verify/check.hpp"

namespace thalweg {
namespace {

namespace fs = std::filesystem;
using testing::level_path;
using testing::random_path;
using testing::random_problem;
using testing::rising_path;
using testing::scaled_f3;

double to_double(const std::optional<verify::Dyad53>& value) {
  return value ? std::ldexp(static_cast<double>(value->mantissa), value->exponent) : NAN;
}

class PathCertificate : public ::testing::Test {
 protected:
  PathCertificate()
      : folder_(fs::temp_directory_path() / ("path_certificate." + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
  }
  ~PathCertificate() override { fs::remove_all(folder_); }

  static CertificateRequest request(const TrainingProblem& problem, const NetworkPath& path) {
    CertificateRequest result;
    result.problem = &problem;
    result.network = &path.start;
    result.path = &path;
    return result;
  }

  std::string write(const CertificateRequest& wanted) {
    const auto result = write_certificate(wanted, folder_ / "path.cert");
    EXPECT_TRUE(result.has_value());
    std::ifstream input(folder_ / "path.cert", std::ios::binary);
    return {std::istreambuf_iterator<char>(input), {}};
  }

  static verify::Report check(const std::string& text) {
    std::istringstream input(text);
    return verify::check(input);
  }

  fs::path folder_;
};

TEST_F(PathCertificate, ClaimsWhatIsKnownOfAHandMadePath) {
  const TrainingProblem problem = scaled_f3();
  const NetworkPath path = rising_path();
  const std::string text = write(request(problem, path));
  EXPECT_NE(text.find("\npath 3 3\n3:0 1:-2\n3:0 -1:-2\n1:0 0:0\n"
                      "balance + 0 1:5 + 1 1:5 0\n"
                      "masses + 0 1:5 + 1 1:5 + 2 1:3\n"
                      "masses 0 0 + 2 1:3\nclaim "),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("\nclaim increase 1:0\n"), std::string::npos);
  EXPECT_NE(text.find("\nclaim final 29:6\n"), std::string::npos);
  EXPECT_EQ(check(text).outcome, verify::Outcome::kVerified);
}

TEST_F(PathCertificate, ALevelPathIncreasesByNothing) {
  const TrainingProblem problem = scaled_f3();
  NetworkPath path = level_path();
  path.end.reset();
  const std::string text = write(request(problem, path));
  EXPECT_NE(text.find("\nclaim increase 0:0\n"), std::string::npos);
  const verify::Report report = check(text);
  EXPECT_EQ(report.outcome, verify::Outcome::kVerified) << report.reason;
  EXPECT_EQ(to_double(report.statement.path_increase), 0);
}

TEST_F(PathCertificate, TheEndIsTheImprovedNetwork) {
  const TrainingProblem problem = scaled_f3();
  const NetworkPath path = level_path();
  CertificateRequest wanted = request(problem, path);
  const std::string text = write(wanted);
  EXPECT_NE(text.find("\nreach\n"), std::string::npos);
  const verify::Report report = check(text);
  ASSERT_EQ(report.outcome, verify::Outcome::kVerified) << report.reason;
  EXPECT_EQ(to_double(report.statement.path_final), to_double(report.statement.improved_upper));
  const TwoLayerNetwork same = *path.end;
  wanted.improved = &same;
  EXPECT_EQ(write(wanted), text);
  wanted.improved = &path.start;
  EXPECT_THROW((void)write_certificate(wanted, folder_ / "p.cert"), InvalidArgument);
}

TEST_F(PathCertificate, RefusesWhatIsNoPathOfTheNetwork) {
  const TrainingProblem problem = scaled_f3();
  NetworkPath path = rising_path();
  CertificateRequest wanted = request(problem, path);
  const TwoLayerNetwork other = TwoLayerNetwork::empty(2);
  wanted.network = &other;
  EXPECT_THROW((void)write_certificate(wanted, folder_ / "p.cert"), InvalidArgument);
  wanted.network = &path.start;
  path.states[1].slots[0].direction = 2;
  EXPECT_THROW((void)write_certificate(wanted, folder_ / "p.cert"), InvalidArgument);
  EXPECT_TRUE(fs::is_empty(folder_));
  const TrainingProblem skip(problem.X(), problem.y(), 0.5, Loss::squared(), OutputBias::kNone,
                             SkipConnection::kFree);
  wanted.problem = &skip;
  EXPECT_EQ(write_certificate(wanted, folder_ / "p.cert")->status, ProofStatus::kUnsupported);
}

/// The text with the claimed number made smaller by one unit in the last of 50 bits.
std::string understated(const std::string& text, const std::string& claim, double claimed) {
  int exponent = 0;
  const auto mantissa = static_cast<long>(std::ldexp(std::frexp(claimed, &exponent), 50)) | 1;
  const std::string number = std::to_string(mantissa - 2) + ":" + std::to_string(50 - exponent);
  const std::size_t at = text.find("claim " + claim);
  return text.substr(0, at) + "claim " + claim + " " + number + text.substr(text.find('\n', at));
}

class RandomPathCertificate : public PathCertificate, public ::testing::WithParamInterface<int> {};

TEST_P(RandomPathCertificate, IsAcceptedAndTight) {
  Random random(static_cast<std::uint64_t>(1000 + GetParam()));
  const TrainingProblem problem = random_problem(random, GetParam());
  NetworkPath path = random_path(random, problem, 4, 6);
  if (GetParam() % 2 == 1) path.end = testing::network_of_products(path);
  const PathValue value = evaluate_path(problem, path);
  const std::string text = write(request(problem, path));
  const verify::Report report = check(text);
  ASSERT_EQ(report.outcome, verify::Outcome::kVerified) << report.reason;
  EXPECT_EQ(to_double(report.statement.path_increase), value.increase);
  EXPECT_EQ(to_double(report.statement.path_maximum), value.maximum);
  EXPECT_EQ(to_double(report.statement.path_final), value.end);
  EXPECT_EQ(check(understated(text, "increase", value.increase)).outcome,
            verify::Outcome::kNotVerified);
  EXPECT_EQ(check(understated(text, "maximum", value.maximum)).outcome,
            verify::Outcome::kNotVerified);
  EXPECT_EQ(check(understated(text, "final", value.end)).outcome, verify::Outcome::kNotVerified);
}
INSTANTIATE_TEST_SUITE_P(Seeds, RandomPathCertificate, ::testing::Range(0, 24));

}  // namespace
}  // namespace thalweg
