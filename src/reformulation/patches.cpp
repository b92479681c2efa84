#include "thalweg/reformulation/patches.hpp"

#include <string>
#include <string_view>

#include "reformulation/input_checks.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

/// One axis along which the filter moves.
struct Axis {
  Index length;
  Index kernel;
  Index stride;
  Index padding;

  [[nodiscard]] Index steps() const { return (length + 2 * padding - kernel) / stride + 1; }
  /// Input coordinate of entry `offset` of the filter at `step`, -1 outside.
  [[nodiscard]] Index at(Index step, Index offset) const {
    const Index place = step * stride + offset - padding;
    return place >= 0 && place < length ? place : -1;
  }
};

void check_entries(std::string_view name, const std::vector<Index>& values, std::size_t count,
                   Index least) {
  bool fits = values.size() == count;
  for (const Index value : values) fits = fits && value >= least;
  if (!fits) {
    throw InvalidArgument(std::string(name) + ": expected " + std::to_string(count) +
                          " numbers, each at least " + std::to_string(least));
  }
}

Axis make_axis(const PatchSettings& settings, std::size_t axis, Index length) {
  const Axis result{length, settings.kernel[axis],
                    settings.stride.empty() ? 1 : settings.stride[axis],
                    settings.padding.empty() ? 0 : settings.padding[axis]};
  if (result.kernel > result.length + 2 * result.padding) {
    throw InvalidArgument("kernel: length " + std::to_string(result.kernel) +
                          " does not fit into the padded input's " +
                          std::to_string(result.length + 2 * result.padding));
  }
  return result;
}

}  // namespace

PatchGeometry::PatchGeometry(const PatchSettings& settings) : has_bias_(settings.bias) {
  const bool is_signal = settings.input.size() == 1;
  const std::size_t axes = is_signal ? 1 : 2;
  check_entries("input", settings.input, is_signal ? 1 : 3, 1);
  check_entries("kernel", settings.kernel, axes, 1);
  if (!settings.stride.empty()) check_entries("stride", settings.stride, axes, 1);
  if (!settings.padding.empty()) check_entries("padding", settings.padding, axes, 0);
  const Index channels = is_signal ? 1 : settings.input[0];
  const Axis rows = is_signal ? Axis{1, 1, 1, 0} : make_axis(settings, 0, settings.input[1]);
  const Axis cols = make_axis(settings, axes - 1, settings.input.back());
  inputs_ = channels * rows.length * cols.length;
  weights_ = channels * rows.kernel * cols.kernel;
  filter_shape_ = settings.kernel;
  if (!is_signal) filter_shape_.insert(filter_shape_.begin(), channels);
  for (Index row = 0; row < rows.steps(); ++row) {
    for (Index col = 0; col < cols.steps(); ++col) {
      std::vector<Index>& list = positions_.emplace_back();
      for (Index entry = 0; entry < weights_; ++entry) {
        const Index channel = entry / (rows.kernel * cols.kernel);
        const Index y = rows.at(row, entry / cols.kernel % rows.kernel);
        const Index x = cols.at(col, entry % cols.kernel);
        list.push_back(y < 0 || x < 0 ? -1 : (channel * rows.length + y) * cols.length + x);
      }
    }
  }
}

Vector PatchGeometry::patch(const Eigen::Ref<const Vector>& x, Index k) const {
  Vector result = Vector::Ones(size());
  for (Index entry = 0; entry < weights_; ++entry) {
    const Index place = positions(k)[static_cast<std::size_t>(entry)];
    result[entry] = place < 0 ? 0 : x[place];
  }
  return result;
}

Matrix PatchGeometry::stacked(const Matrix& X) const {
  check_columns(X, inputs_);
  Matrix result(X.rows() * patches(), size());
  for (Index i = 0; i < X.rows(); ++i) {
    const Vector x = X.row(i).transpose();
    for (Index k = 0; k < patches(); ++k) {
      result.row(i * patches() + k) = patch(x, k).transpose();
    }
  }
  return result;
}

}  // namespace thalweg
