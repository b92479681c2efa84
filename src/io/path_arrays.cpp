#include "io/path_arrays.hpp"

#include <cmath>
#include <utility>

namespace thalweg::io {
namespace {

std::string counted(Index i) { return std::to_string(i); }

/// Reads an array whose shape must be this one.
Expected<std::vector<double>> read_values(const NpzArchive& archive, const std::string& name,
                                          const std::vector<Index>& shape,
                                          const std::string& meaning) {
  auto array = archive.read(name);
  if (!array) return tl::unexpected(array.error());
  if (array->shape != shape) {
    return fail(ErrorCode::kBadShape, describe({archive.file(), name}) + ": expected shape " +
                                          describe_shape(shape) + ", " + meaning + ", found " +
                                          describe_shape(array->shape));
  }
  return std::move(array->values);
}

}  // namespace

Expected<PathArrays> read_path_arrays(const NpzArchive& archive) {
  PathArrays arrays;
  arrays.file = archive.file();
  auto W = archive.read("W");
  if (!W) return tl::unexpected(W.error());
  if (W->shape.size() != 3 || W->shape[0] < 2 || W->shape[2] < 1) {
    return fail(ErrorCode::kBadShape,
                describe({archive.file(), "W"}) +
                    ": expected a path, shape (waypoints >= 2, neurons, inputs >= 1), found " +
                    describe_shape(W->shape));
  }
  const Index k = arrays.k = W->shape[0];
  const Index m = arrays.m = W->shape[1];
  const Index d = arrays.d = W->shape[2];
  arrays.W = std::move(W->values);
  std::vector<double> kind;
  std::vector<double> flag;
  struct Part {
    const char* name;
    std::vector<Index> shape;
    std::vector<double>* values;
    bool required;
  };
  const std::string meaning = "as 'W' has shape " + describe_shape({k, m, d});
  for (const Part& part :
       {Part{"alpha", {k, m}, &arrays.alpha, true}, Part{"kind", {k - 1}, &kind, true},
        Part{"direction", {k - 1, m, d}, &arrays.direction, true},
        Part{"sign", {k - 1, m}, &arrays.sign, true}, Part{"mass", {k, m}, &arrays.mass, true},
        Part{"output_bias", {k}, &arrays.output_bias, false},
        Part{"skip", {k, d}, &arrays.skip, false}, Part{"hidden_bias", {}, &flag, false}}) {
    if (!part.required && !archive.contains(part.name)) continue;
    auto values = read_values(archive, part.name, part.shape, meaning);
    if (!values) return tl::unexpected(values.error());
    *part.values = std::move(*values);
  }
  for (const double value : kind) {
    if (value != 0 && value != 1 && value != 2 && value != 3) {
      return arrays.bad("kind", "expected 0, 1, 2 or 3, found " + format_number(value));
    }
    arrays.kind.push_back(static_cast<StoredKind>(value));
  }
  if (!flag.empty() && flag[0] != 0 && flag[0] != 1) {
    return arrays.bad("hidden_bias", "expected 0 or 1, found " + format_number(flag[0]));
  }
  arrays.hidden_bias = !flag.empty() && flag[0] == 1;
  return arrays;
}

Expected<void> check_path_values(const PathArrays& a) {
  for (Index i = 0; i < a.k; ++i) {
    for (Index j = 0; j < a.m; ++j) {
      const std::string place = "waypoint " + counted(i) + ", neuron " + counted(j);
      if (!(a.mass[a.at(i, j)] >= 0)) {
        return a.bad(
            "mass", place + ": expected a number >= 0, found " + format_number(a.mass[a.at(i, j)]));
      }
      if (i == a.k - 1) continue;
      const std::string segment = "segment " + counted(i) + ", neuron " + counted(j);
      if (std::abs(a.sign[a.at(i, j)]) != 1) {
        return a.bad("sign",
                     segment + ": expected 1 or -1, found " + format_number(a.sign[a.at(i, j)]));
      }
      const bool has_mass = a.mass[a.at(i, j)] > 0 || a.mass[a.at(i + 1, j)] > 0;
      if (has_mass && (a.direction_of(i, j).array() == 0).all()) {
        return a.bad("direction", segment + ": expected a direction, as its mass is not 0");
      }
    }
  }
  return {};
}

Expected<PathLayout> find_path_layout(const PathArrays& a) {
  const auto kind = [&](Index i) { return a.kind[static_cast<std::size_t>(i)]; };
  const Index segments = a.k - 1;
  const Index opening = segments > 1 && kind(0) == StoredKind::kEmpty ? 1 : 0;
  if (kind(opening) != StoredKind::kRescale) {
    return a.bad("kind", "expected a rescaling (1) first, found " +
                             counted(static_cast<Index>(kind(opening))));
  }
  PathLayout layout{opening + 1, segments, false};
  for (Index i = opening + 1; i < segments; ++i) {
    if (kind(i) != StoredKind::kRescale) continue;
    const bool closes =
        i == segments - 1 || (i == segments - 2 && kind(segments - 1) == StoredKind::kEmpty);
    if (!closes) {
      return fail(ErrorCode::kUnsupported,
                  describe({a.file, "kind"}) +
                      ": expected a rescaling (1) at the ends of the path only, found one at " +
                      counted(i));
    }
    return PathLayout{layout.first, i, true};
  }
  return layout;
}

}  // namespace thalweg::io
