#include "gated_checkpoint.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include "measure.hpp"
#include "thalweg/io/npy.hpp"
#include "thalweg/io/npz.hpp"
#include "thalweg/io/sha256.hpp"

namespace thalweg::bench {
namespace {

/// The scalars of a checkpoint, in this order.
enum Scalar : Index {
  kBeta,
  kAskedGap,
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

template <std::size_t kSize>
io::Bytes encode_bytes(const std::array<std::uint8_t, kSize>& bytes) {
  const std::array<Index, 1> shape = {static_cast<Index>(kSize)};
  return io::encode_npy<std::uint8_t>(shape, bytes);
}

/// All 64 bits, which a double does not hold.
std::array<std::uint8_t, 8> bytes_of(std::uint64_t value) {
  std::array<std::uint8_t, 8> bytes{};
  for (std::size_t k = 0; k < bytes.size(); ++k) {
    bytes[k] = static_cast<std::uint8_t>(value >> (8 * k) & 0xff);
  }
  return bytes;
}

template <std::size_t kSize>
bool equal(const Vector& stored, const std::array<std::uint8_t, kSize>& bytes) {
  return std::equal(stored.begin(), stored.end(), bytes.begin(), bytes.end());
}

void add(io::Sha256& digest, const double* values, Index count) {
  digest.add(std::as_bytes(std::span(values, static_cast<std::size_t>(count))));
}

}  // namespace

GatedProblemKey key_of(const Matrix& gates, const Matrix& X, const Vector& y, std::uint64_t seed,
                       double beta) {
  io::Sha256 digest;
  const std::array<std::int64_t, 4> shape = {gates.rows(), gates.cols(), X.rows(), X.cols()};
  digest.add(std::as_bytes(std::span(shape)));
  add(digest, gates.data(), gates.size());
  add(digest, X.data(), X.size());
  add(digest, y.data(), y.size());
  return {digest.digest(), seed, beta};
}

void write_checkpoint(const std::filesystem::path& path, const GatedCheckpoint& checkpoint) {
  const BlockSolution& solution = checkpoint.solution;
  Vector scalars(kScalars);
  scalars << checkpoint.key.beta, checkpoint.gap, checkpoint.finished ? 1 : 0, checkpoint.seconds,
      solution.info.objective, solution.info.lower_bound, solution.info.relative_gap, solution.bias,
      solution.dual_norm, static_cast<double>(solution.info.steps);
  Vector active(static_cast<Index>(solution.active.size()));
  for (Index k = 0; k < active.size(); ++k) {
    active[k] = static_cast<double>(solution.active[static_cast<std::size_t>(k)]);
  }
  const std::vector<io::NpzEntry> entries = {{"scalars", io::encode_npy(scalars)},
                                             {"data", encode_bytes(checkpoint.key.data)},
                                             {"seed", encode_bytes(bytes_of(checkpoint.key.seed))},
                                             {"active", io::encode_npy(active)},
                                             {"W", io::encode_npy(solution.W)},
                                             {"dual", io::encode_npy(solution.dual)}};
  require(io::write_npz(path, entries).has_value(), "cannot write " + path.string());
}

std::optional<GatedCheckpoint> read_checkpoint(const std::filesystem::path& path,
                                               const GatedProblemKey& key, double gap,
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
  if (scalars.size() != kScalars || scalars[kBeta] != key.beta) return std::nullopt;
  if (!equal(vector("data"), key.data) || !equal(vector("seed"), bytes_of(key.seed))) {
    return std::nullopt;
  }
  GatedCheckpoint result;
  result.key = key;
  result.gap = gap;
  result.finished = scalars[kFinished] != 0 && scalars[kAskedGap] <= gap;
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
