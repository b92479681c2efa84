#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>

#include "thalweg/certificate/certificate.hpp"
#include "thalweg/verify/check.hpp"

namespace thalweg::testing {

inline double to_double(const verify::Dyad53& value) {
  return std::ldexp(static_cast<double>(value.mantissa), value.exponent);
}

/// Writes certificates and demands that the checker accepts them.
class ProvedCertificate : public ::testing::Test {
 protected:
  ProvedCertificate()
      : file_(std::filesystem::temp_directory_path() /
              ("proved." + std::to_string(::getpid()) + ".cert")) {}
  ~ProvedCertificate() override { std::filesystem::remove(file_); }

  CertificateResult prove(const CertificateRequest& request) {
    const auto result = write_certificate(request, file_);
    EXPECT_TRUE(result.has_value());
    std::ifstream input(file_, std::ios::binary);
    report_ = verify::check(input);
    EXPECT_EQ(report_.outcome, verify::Outcome::kVerified) << report_.reason;
    return *result;
  }

  CertificateResult prove(CertificateRequest request, const Vector& dual, double slack = 1e-8) {
    request.dual = &dual;
    request.slack = slack;
    return prove(request);
  }

  CertificateResult prove(const ConvolutionProblem& problem, const TwoLayerNetwork& network,
                          const Vector& dual, double slack = 1e-8) {
    CertificateRequest request;
    request.convolution = &problem;
    request.network = &network;
    return prove(request, dual, slack);
  }

  double upper_bound() const { return to_double(report_.statement.objective_upper); }
  double lower_bound() const { return to_double(report_.statement.lower_bound.value()); }
  double relative_gap() const { return to_double(report_.statement.relative_gap.value()); }

  /// Demands a value from both sides.
  void expect_value(double value, double error) const {
    EXPECT_NEAR(upper_bound(), value, error);
    EXPECT_NEAR(lower_bound(), value, error);
  }

  std::filesystem::path file_;
  verify::Report report_;
};

}  // namespace thalweg::testing
