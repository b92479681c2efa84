#include "thalweg/io/path_reader.hpp"

#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "io/path_arrays.hpp"
#include "io/standardization_arrays.hpp"
#include "io/text.hpp"

namespace thalweg::io {
namespace {

constexpr double kTolerance = 1e-9;  ///< for W and alpha, which are rounded

std::string counted(Index i) { return std::to_string(i); }

/// Turns the arrays into a path; neighbours are checked against each other.
class Builder {
 public:
  explicit Builder(const PathArrays& arrays, const PathLayout& layout)
      : a_(arrays), layout_(layout) {}

  Expected<NetworkPath> build() {
    path_.start = a_.network(0);
    for (Index i = 0; i < a_.k - 1; ++i) {
      const StoredKind kind = a_.kind[static_cast<std::size_t>(i)];
      const bool changes = kind == StoredKind::kMasses || kind == StoredKind::kMerge;
      const auto checked = changes ? check_move(i) : check_rest(i);
      if (!checked) return tl::unexpected(checked.error());
      if (i + 1 != layout_.first && !changes) continue;
      path_.states.push_back(state(i));
      if (changes) path_.kinds.push_back(SegmentKind(static_cast<int>(kind)));
    }
    path_.directions.resize(static_cast<Index>(rows_.size()), a_.d);
    for (const auto& [row, index] : rows_) {
      path_.directions.row(index) = Eigen::Map<const Vector>(row.data(), a_.d);
    }
    if (layout_.has_end) path_.end = a_.network(a_.k - 1);
    if (const auto checked = check_weights(); !checked) return tl::unexpected(checked.error());
    return std::move(path_);
  }

 private:
  /// The state at the end of segment i.
  PathState state(Index i) {
    PathState result;
    result.affine = {a_.bias_of(i + 1), a_.skip_of(i + 1)};
    for (Index j = 0; j < a_.m; ++j) {
      PathSlot slot;
      slot.sign = sign_of(a_.sign[a_.at(i, j)]);
      slot.mass = a_.mass[a_.at(i + 1, j)];
      if (slot.mass > 0) {
        const auto v = a_.direction_of(i, j);
        const auto [place, fresh] = rows_.try_emplace(std::vector<double>(v.begin(), v.end()),
                                                      static_cast<Index>(rows_.size()));
        slot.direction = place->second;
      }
      result.slots.push_back(slot);
    }
    return result;
  }

  /// Whether slot j has the direction and the sign of segment i before it, too.
  [[nodiscard]] bool goes_on(Index i, Index j) const {
    return a_.direction_of(i, j) == a_.direction_of(i - 1, j) &&
           a_.sign[a_.at(i, j)] == a_.sign[a_.at(i - 1, j)];
  }

  [[nodiscard]] tl::unexpected<Error> breaks(Index i, Index j) const {
    return a_.bad("direction", "segment " + counted(i) + ", neuron " + counted(j) +
                                   ": expected the direction and sign of segment " +
                                   counted(i - 1) + ", as its mass is not 0");
  }

  /// Segments of masses keep the slots they find; merges those that they empty.
  [[nodiscard]] Expected<void> check_move(Index i) const {
    const bool masses = a_.kind[static_cast<std::size_t>(i)] == StoredKind::kMasses;
    for (Index j = 0; j < a_.m; ++j) {
      if (a_.mass[a_.at(i, j)] == 0) continue;
      if ((masses || a_.mass[a_.at(i + 1, j)] == 0) && !goes_on(i, j)) return breaks(i, j);
    }
    return {};
  }

  /// The other segments change no product and no affine part.
  [[nodiscard]] Expected<void> check_rest(Index i) const {
    for (Index j = 0; j < a_.m; ++j) {
      const double mass = a_.mass[a_.at(i, j)];
      if (a_.mass[a_.at(i + 1, j)] != mass) {
        return a_.bad("mass", "waypoint " + counted(i + 1) + ", neuron " + counted(j) +
                                  ": expected " + format_number(mass) +
                                  " as before a segment of kind 1 or 3, found " +
                                  format_number(a_.mass[a_.at(i + 1, j)]));
      }
      if (i > 0 && mass > 0 && !goes_on(i, j)) return breaks(i, j);
    }
    if (a_.bias_of(i) != a_.bias_of(i + 1)) {
      return a_.bad("output_bias", "waypoint " + counted(i + 1) + ": expected " +
                                       format_number(a_.bias_of(i)) +
                                       " as before a segment of kind 1 or 3");
    }
    if (a_.skip_of(i) != a_.skip_of(i + 1)) {
      return a_.bad("skip", "waypoint " + counted(i + 1) +
                                ": expected no change on a segment of kind 1 or 3");
    }
    return {};
  }

  /// W and alpha say what the states say.
  [[nodiscard]] Expected<void> check_weights() const {
    std::size_t next = 0;
    for (Index i = 0; i < a_.k; ++i) {
      const bool inner = layout_.first <= i && i <= layout_.last;
      const bool moved = i > layout_.first && inner &&
                         a_.kind[static_cast<std::size_t>(i - 1)] != StoredKind::kEmpty;
      next += moved ? 1 : 0;
      if (const auto same = inner ? check_balanced(i, next) : check_end(i); !same) return same;
    }
    return {};
  }

  [[nodiscard]] tl::unexpected<Error> differs(const char* array, Index i, Index j) const {
    return a_.bad(array, "waypoint " + counted(i) + ", neuron " + counted(j) +
                             ": expected what 'direction', 'sign' and 'mass' say, to a relative " +
                             format_number(kTolerance));
  }

  [[nodiscard]] Expected<void> check_balanced(Index i, std::size_t state) const {
    const TwoLayerNetwork exact = network_of(path_, path_.states[state]);
    for (Index j = 0; j < a_.m; ++j) {
      const Vector w = exact.W.row(j);
      if (!((a_.weights(i, j) - w).stableNorm() <= kTolerance * w.stableNorm()))
        return differs("W", i, j);
      const double alpha = exact.alpha(j, 0);
      if (!(std::abs(a_.alpha[a_.at(i, j)] - alpha) <= kTolerance * std::abs(alpha))) {
        return differs("alpha", i, j);
      }
    }
    return {};
  }

  /// At and beside the ends, which are not balanced: the products, and none where there is no mass.
  [[nodiscard]] Expected<void> check_end(Index i) const {
    const Index segment = i < layout_.first ? layout_.first - 1 : layout_.last;
    const bool inside = i > 0 && i < a_.k - 1;
    for (Index j = 0; j < a_.m; ++j) {
      const double alpha = a_.alpha[a_.at(i, j)];
      const double mass = a_.mass[a_.at(i, j)];
      const bool turned = mass > 0 && (alpha > 0) != (a_.sign[a_.at(segment, j)] > 0);
      const Vector product = alpha * a_.weights(i, j);
      const Vector exact = a_.sign[a_.at(segment, j)] * mass * a_.direction_of(segment, j);
      const bool idle = inside && mass == 0;
      if (turned || !((product - exact).stableNorm() <= kTolerance * exact.stableNorm()) ||
          (mass == 0 && alpha != 0 && (a_.weights(i, j).array() != 0).any()) ||
          (idle && (alpha != 0 || (a_.weights(i, j).array() != 0).any()))) {
        return differs("W", i, j);
      }
    }
    return {};
  }

  const PathArrays& a_;
  const PathLayout layout_;
  NetworkPath path_;
  std::map<std::vector<double>, Index> rows_;
};

}  // namespace

Expected<StoredPath> path_from(const NpzArchive& archive) {
  const auto arrays = read_path_arrays(archive);
  if (!arrays) return tl::unexpected(arrays.error());
  if (const auto checked = check_path_values(*arrays); !checked)
    return tl::unexpected(checked.error());
  const auto layout = find_path_layout(*arrays);
  if (!layout) return tl::unexpected(layout.error());
  auto path = Builder(*arrays, *layout).build();
  if (!path) return tl::unexpected(path.error());
  auto standardization =
      read_standardization(archive, arrays->d - (arrays->hidden_bias ? 1 : 0), 1);
  if (!standardization) return tl::unexpected(standardization.error());
  return StoredPath{std::move(*path), !arrays->output_bias.empty(), std::move(*standardization)};
}

Expected<StoredPath> read_path(const std::filesystem::path& file) {
  const std::string ending = lower_ending(file.string());
  if (ending != ".npz") {
    return fail(ErrorCode::kUnsupported,
                file.string() + ": expected a path ending in .npz, found " + quote(ending));
  }
  const auto archive = read_npz(file);
  if (!archive) return tl::unexpected(archive.error());
  return path_from(*archive);
}

}  // namespace thalweg::io
