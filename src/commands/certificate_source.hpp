#pragma once

#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "thalweg/core/error.hpp"
#include "thalweg/core/types.hpp"
#include "thalweg/model/convolution_problem.hpp"

namespace thalweg::commands {

/// What a certificate is about, read from its first lines: every number is exactly the double that
/// the certificate spells.
struct CertificateSource {
  std::string kind;            ///< "relu2", "cnn" or "parallel"
  std::string variant;         ///< the pooling, or "constrained" or "path"; empty for relu2
  PatchColumns patches;        ///< of a convolution
  std::vector<Index> fan_ins;  ///< of parallel networks
  std::string loss;            ///< "squared", "huber" or "squared-hinge"
  std::string loss_scale;      ///< "sum" or "mean"
  std::string output_bias;     ///< "none", "penalised" or "free"
  double huber_delta = std::numeric_limits<double>::quiet_NaN();  ///< NaN for other losses
  double beta = 0;
  Matrix X;      ///< (n x d), a column of ones included
  Matrix y;      ///< (n x targets of a sample), class labels mapped
  Matrix W;      ///< (m x d), of a convolution (m x h); of parallel networks whole branches
  Vector alpha;  ///< (m), of parallel networks empty
  double output_bias_value = 0;
};

/// Reads problem, data and network of a certificate (grammar: docs/certificate.md); the rest of
/// the file is not looked at, so this proves nothing: run the checker first. Errors: kUnreadable;
/// kMalformed, naming the line; kUnsupported when a number is not a double.
[[nodiscard]] Expected<CertificateSource> read_certificate_source(
    const std::filesystem::path& path);

}  // namespace thalweg::commands
