#include "thalweg/io/path_writer.hpp"

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "io/path_kinds.hpp"
#include "io/standardization_arrays.hpp"
#include "io/text.hpp"
#include "thalweg/io/npy.hpp"

namespace thalweg::io {
namespace {

void require(bool condition, const std::string& what) {
  if (!condition) throw InvalidArgument("write_path: " + what);
}

void check(const TwoLayerNetwork& network, Index m, Index d, const std::string& name) {
  require(network.W.rows() == m && network.W.cols() == d && network.alpha.rows() == m,
          name + ": expected W and alpha of " + std::to_string(m) + " neurons with " +
              std::to_string(d) + " inputs");
  require(network.outputs() == 1 && network.output_bias.size() == 1,
          name + ": expected one output and one output bias");
  require(!network.has_skip() || (network.skip.rows() == d && network.skip.cols() == 1),
          name + ": expected a skip connection of " + std::to_string(d) + " weights");
  require(network.W.allFinite() && network.alpha.allFinite() && network.output_bias.allFinite() &&
              network.skip.allFinite(),
          name + ": expected finite weights");
}

void check(const PathState& state, const Matrix& directions, Index m, const std::string& name) {
  require(static_cast<Index>(state.slots.size()) == m,
          name + ": expected " + std::to_string(m) + " slots");
  for (const PathSlot& slot : state.slots) {
    require(slot.mass >= 0 && std::isfinite(slot.mass), name + ": expected finite masses >= 0");
    require(slot.mass == 0 || (slot.direction >= 0 && slot.direction < directions.rows()),
            name + ": expected a row of directions for every mass");
  }
  require(std::isfinite(state.affine.bias) && state.affine.skip.allFinite(),
          name + ": expected a finite affine part");
  require(
      state.affine.skip.size() == 0 || state.affine.skip.size() == directions.cols(),
      name + ": expected a skip connection of " + std::to_string(directions.cols()) + " weights");
}

void check(const std::filesystem::path& file, const NetworkPath& path) {
  require(lower_ending(file.string()) == ".npz",
          "path is " + quote(file.string()) + " where an ending .npz was expected");
  const Index m = path.width();
  const Index d = path.start.input_dimension();
  check(path.start, m, d, "start");
  if (path.end) check(*path.end, m, d, "end");
  require(path.directions.cols() == d && path.directions.allFinite(),
          "directions: expected finite rows of " + std::to_string(d));
  require(!path.states.empty() && path.kinds.size() + 1 == path.states.size(),
          "expected a state, and a kind for each two neighbours");
  for (std::size_t i = 0; i < path.states.size(); ++i) {
    check(path.states[i], path.directions, m, "state " + std::to_string(i));
  }
}

/// The arrays, filled waypoint by waypoint.
class Arrays {
 public:
  explicit Arrays(const NetworkPath& path) : path_(path) {}

  void add_waypoint(const TwoLayerNetwork& network, const PathState& state) {
    for (Index j = 0; j < path_.width(); ++j) {
      append(W_, network.W.row(j));
      alpha_.push_back(network.alpha(j, 0));
      mass_.push_back(state.slots[static_cast<std::size_t>(j)].mass);
    }
    output_bias_.push_back(network.output_bias[0]);
    const Index d = path_.start.input_dimension();
    append(skip_, network.has_skip() ? Vector(network.skip.col(0)) : Vector::Zero(d));
    has_skip_ = has_skip_ || network.has_skip();
    ++waypoints_;
  }

  /// Directions and signs are those at the segment's end, where a slot is empty those at its start.
  void add_segment(StoredKind kind, const PathState& from, const PathState& to) {
    kind_.push_back(static_cast<std::int8_t>(kind));
    for (std::size_t j = 0; j < to.slots.size(); ++j) {
      const PathSlot& slot = to.slots[j].mass > 0 ? to.slots[j] : from.slots[j];
      const bool empty = slot.mass == 0;
      append(direction_, empty ? Vector::Zero(path_.directions.cols())
                               : Vector(path_.directions.row(slot.direction)));
      sign_.push_back(empty ? 1.0 : to_double(slot.sign));
    }
  }

  [[nodiscard]] std::vector<NpzEntry> entries(const StoredPath& stored) const {
    const Index k = waypoints_;
    const Index m = path_.width();
    const Index d = path_.start.input_dimension();
    std::vector<NpzEntry> result = {{"W", encode({k, m, d}, W_)},
                                    {"alpha", encode({k, m}, alpha_)},
                                    {"kind", encode_npy<std::int8_t>(std::vector{k - 1}, kind_)},
                                    {"direction", encode({k - 1, m, d}, direction_)},
                                    {"sign", encode({k - 1, m}, sign_)},
                                    {"mass", encode({k, m}, mass_)}};
    const bool has_bias = path_.start.hidden_bias == HiddenBias::kLastColumn;
    const std::vector<std::uint8_t> flag = {static_cast<std::uint8_t>(has_bias)};
    result.push_back({"hidden_bias", encode_npy<std::uint8_t>({}, flag)});
    if (stored.has_output_bias) result.push_back({"output_bias", encode({k}, output_bias_)});
    if (has_skip_) result.push_back({"skip", encode({k, d}, skip_)});
    if (stored.standardization) {
      add_standardization(result, *stored.standardization, d - (has_bias ? 1 : 0), 1);
    }
    return result;
  }

 private:
  template <class Row>
  static void append(std::vector<double>& values, const Row& row) {
    for (Index k = 0; k < row.size(); ++k) values.push_back(row[k]);
  }
  static Bytes encode(const std::vector<Index>& shape, const std::vector<double>& values) {
    return encode_npy<double>(shape, values);
  }

  const NetworkPath& path_;
  std::vector<double> W_, alpha_, mass_, output_bias_, skip_, direction_, sign_;
  std::vector<std::int8_t> kind_;
  bool has_skip_ = false;
  Index waypoints_ = 0;
};

}  // namespace

Expected<void> write_path(const std::filesystem::path& file, const StoredPath& stored) {
  const NetworkPath& path = stored.path;
  check(file, path);
  Arrays arrays(path);
  const PathState& first = path.states.front();
  const PathState& last = path.states.back();
  arrays.add_waypoint(path.start, first);
  const TwoLayerNetwork cleaned = without_idle_weights(path.start);
  if (cleaned.W != path.start.W || cleaned.alpha != path.start.alpha) {
    arrays.add_segment(StoredKind::kEmpty, first, first);
    arrays.add_waypoint(cleaned, first);
  }
  arrays.add_segment(StoredKind::kRescale, first, first);
  arrays.add_waypoint(network_of(path, first), first);
  for (std::size_t i = 0; i < path.kinds.size(); ++i) {
    arrays.add_segment(
        path.kinds[i] == SegmentKind::kMerge ? StoredKind::kMerge : StoredKind::kMasses,
        path.states[i], path.states[i + 1]);
    arrays.add_waypoint(network_of(path, path.states[i + 1]), path.states[i + 1]);
  }
  if (path.end) {
    const TwoLayerNetwork end = without_idle_weights(*path.end);
    arrays.add_segment(StoredKind::kRescale, last, last);
    arrays.add_waypoint(end, last);
    if (end.W != path.end->W || end.alpha != path.end->alpha) {
      arrays.add_segment(StoredKind::kEmpty, last, last);
      arrays.add_waypoint(*path.end, last);
    }
  }
  return write_npz(file, arrays.entries(stored));
}

}  // namespace thalweg::io
