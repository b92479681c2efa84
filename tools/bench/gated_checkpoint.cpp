#include "gated_checkpoint.hpp"

#include <vector>

#include "measure.hpp"
#include "thalweg/io/npy.hpp"
#include "thalweg/io/npz.hpp"

namespace thalweg::bench {
namespace {

/// The scalars of a checkpoint, in this order.
enum Scalar : Index {
  kBeta,
  kFinished,
  kSeconds,
  kObjective,
  kLowerBound,
  kGap,
  kBias,
  kDualNorm,
  kSteps,
  kScalars
};

}  // namespace

void write_checkpoint(const std::filesystem::path& path, const GatedCheckpoint& checkpoint) {
  const BlockSolution& solution = checkpoint.solution;
  Vector scalars(kScalars);
  scalars << checkpoint.beta, checkpoint.finished ? 1 : 0, checkpoint.seconds,
      solution.info.objective, solution.info.lower_bound, solution.info.relative_gap, solution.bias,
      solution.dual_norm, static_cast<double>(solution.info.steps);
  Vector active(static_cast<Index>(solution.active.size()));
  for (Index k = 0; k < active.size(); ++k) {
    active[k] = static_cast<double>(solution.active[static_cast<std::size_t>(k)]);
  }
  const std::vector<io::NpzEntry> entries = {{"scalars", io::encode_npy(scalars)},
                                             {"active", io::encode_npy(active)},
                                             {"W", io::encode_npy(solution.W)},
                                             {"dual", io::encode_npy(solution.dual)}};
  require(io::write_npz(path, entries).has_value(), "cannot write " + path.string());
}

std::optional<GatedCheckpoint> read_checkpoint(const std::filesystem::path& path, double beta,
                                               Index samples, Index width) {
  const Expected<io::NpzArchive> archive = io::read_npz(path);
  if (!archive) return std::nullopt;
  const auto vector = [&](const char* name) {
    const Expected<io::NdArray> array = archive->read(name);
    require(array.has_value(), path.string() + ": no array " + name);
    return Vector(
        Eigen::Map<const Vector>(array->values.data(), static_cast<Index>(array->values.size())));
  };
  const Vector scalars = vector("scalars");
  if (scalars.size() != kScalars || scalars[kBeta] != beta) return std::nullopt;
  GatedCheckpoint result;
  result.beta = beta;
  result.finished = scalars[kFinished] != 0;
  result.seconds = scalars[kSeconds];
  BlockSolution& solution = result.solution;
  solution.info.objective = scalars[kObjective];
  solution.info.lower_bound = scalars[kLowerBound];
  solution.info.relative_gap = scalars[kGap];
  solution.info.steps = static_cast<std::int64_t>(scalars[kSteps]);
  solution.bias = scalars[kBias];
  solution.dual_norm = scalars[kDualNorm];
  solution.dual = vector("dual");
  const Vector active = vector("active");
  const Expected<io::NdArray> weights = archive->read("W");
  require(weights.has_value(), path.string() + ": no array W");
  if (solution.dual.size() != samples ||
      weights->shape != std::vector<Index>{width, active.size()}) {
    return std::nullopt;
  }
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  solution.W = Eigen::Map<const RowMajor>(weights->values.data(), width, active.size());
  for (Index k = 0; k < active.size(); ++k) {
    solution.active.push_back(static_cast<Index>(active[k]));
  }
  return result;
}

}  // namespace thalweg::bench
