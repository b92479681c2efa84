#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "thalweg/certificate/certificate.hpp"
#include "thalweg/verify/check.hpp"

namespace thalweg::testing {

inline double to_double(const verify::Dyad53& value) {
  return std::ldexp(static_cast<double>(value.mantissa), value.exponent);
}

/// Writes certificates into a folder of its own and demands that the checker accepts them.
class ProvedCertificate : public ::testing::Test {
 protected:
  ProvedCertificate()
      : folder_(std::filesystem::temp_directory_path() /
                ("proved_certificate." + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~ProvedCertificate() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path file() const { return folder_ / "proof.cert"; }

  std::string text() const {
    std::ifstream input(file(), std::ios::binary);
    return {std::istreambuf_iterator<char>(input), {}};
  }

  static verify::Report check(const std::string& certificate) {
    std::istringstream input(certificate);
    return verify::check(input);
  }

  CertificateResult prove(const CertificateRequest& request) {
    const Expected<CertificateResult> result = write_certificate(request, file());
    EXPECT_TRUE(result.has_value());
    if (!result) return {};
    report_ = check(text());
    EXPECT_EQ(report_.outcome, verify::Outcome::kVerified) << report_.reason;
    EXPECT_EQ(result->bytes, static_cast<std::int64_t>(std::filesystem::file_size(file())));
    return *result;
  }

  CertificateResult prove(CertificateRequest request, const Vector& dual, double slack = 1e-8) {
    request.dual = &dual;
    request.slack = slack;
    return prove(request);
  }

  CertificateResult prove(const TrainingProblem& problem, const TwoLayerNetwork& network,
                          const Vector& dual, double slack = 1e-8) {
    CertificateRequest request;
    request.problem = &problem;
    request.network = &network;
    return prove(request, dual, slack);
  }

  CertificateResult prove(const ConvolutionProblem& problem, const TwoLayerNetwork& network,
                          const Vector& dual, double slack = 1e-8) {
    CertificateRequest request;
    request.convolution = &problem;
    request.network = &network;
    return prove(request, dual, slack);
  }

  /// Of the last verified certificate; these throw when it has no bound.
  double upper_bound() const { return to_double(report_.statement.objective_upper); }
  double lower_bound() const { return to_double(report_.statement.lower_bound.value()); }
  double relative_gap() const { return to_double(report_.statement.relative_gap.value()); }

  /// Demands a value from both sides.
  void expect_value(double value, double error) const {
    EXPECT_NEAR(upper_bound(), value, error);
    EXPECT_NEAR(lower_bound(), value, error);
  }

  std::filesystem::path folder_;
  verify::Report report_;
};

}  // namespace thalweg::testing
