#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "thalweg/core/error.hpp"
#include "thalweg/landscape/certify.hpp"
#include "thalweg/model/network_path.hpp"

namespace thalweg {

struct CheckPathSettings {
  const Vector* dual = nullptr;  ///< nu (n): also prove a bound over all widths
  bool verify = true;            ///< false: no proof is built and the level is kEstimate
  std::optional<std::filesystem::path> certificate;  ///< where to keep the proof
  std::string dataset_sha256 = "-";
  std::string network_sha256 = "-";
  int threads = 1;
  RunControl control;
};

/// What is known of the objective along a path.
struct CheckedPath {
  /// kVerified: all numbers and the bound come from the independent checker; kValue: all but the
  /// bound; kEstimate: floating point at the ends of segments.
  Level level = Level::kEstimate;
  double start = 0;                   ///< L at the start, rounded up
  double end = 0;                     ///< L at the end, rounded up
  double increase = 0;                ///< at least L(t) - L(s) for all earlier s and later t
  double maximum = 0;                 ///< at least L along the whole path
  std::optional<double> lower_bound;  ///< no network of any width is below
  std::int64_t certificate_bytes = 0;
  bool stopped_at_limit = false;
};

/// Writes the certificate of a path (docs/certificate.md, section `path`), runs the independent
/// checker on it and returns what that recomputed. Problems that the grammar cannot state
/// (logistic loss, sample weights, skip connection) are evaluated in floating point; their
/// `increase` is the sum of the positive end slopes. Throws InvalidArgument when it is no path as
/// network_path.hpp defines one. Errors: the certificate cannot be written. O(n m k) beside the
/// proof of the bound.
[[nodiscard]] Expected<CheckedPath> check_path(const TrainingProblem& problem,
                                               const NetworkPath& path,
                                               const CheckPathSettings& settings);

}  // namespace thalweg
