#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/text.hpp"
#include "thalweg/io/npy.hpp"
#include "thalweg/io/npz.hpp"
#include "thalweg/model/standardization.hpp"

/// The arrays `input_mean`, `input_scale`, `output_mean` and `output_scale` of a file; Source is
/// NpzArchive or SafetensorsFile.
namespace thalweg::io {

/// The array as a vector of the given length. Errors: those of the source, kBadShape.
template <class Source>
Expected<Vector> read_vector(const Source& source, const std::string& name, Index length,
                             const std::string& reason) {
  const ArrayLabel label{source.file(), name};
  const auto array = source.read(name);
  if (!array) return tl::unexpected(array.error());
  auto vector = to_vector(*array, label);
  if (vector && vector->size() != length) {
    return fail(ErrorCode::kBadShape, describe(label) + ": expected shape (" +
                                          std::to_string(length) + ",), " + reason + ", found " +
                                          describe_shape(array->shape));
  }
  return vector;
}

/// The scaling under `<role>_mean` and `<role>_scale` (length), none when the file has neither.
template <class Source>
Expected<std::optional<ColumnScaling>> read_scaling(const Source& source, const std::string& role,
                                                    Index length) {
  const std::string names[] = {role + "_mean", role + "_scale"};
  const bool has[] = {source.contains(names[0]), source.contains(names[1])};
  if (!has[0] && !has[1]) return std::nullopt;
  if (has[0] != has[1]) {
    const int found = has[0] ? 0 : 1;
    return fail(ErrorCode::kMissing, source.file() + ": expected " + quote(names[1 - found]) +
                                         " beside " + quote(names[found]) + ", found none");
  }
  const std::string reason = "one number an " + role;
  auto mean = read_vector(source, names[0], length, reason);
  if (!mean) return tl::unexpected(mean.error());
  auto scale = read_vector(source, names[1], length, reason);
  if (!scale) return tl::unexpected(scale.error());
  for (Index k = 0; k < length; ++k) {
    if ((*scale)[k] > 0) continue;
    return fail(ErrorCode::kBadValue, describe({source.file(), names[1]}) + ": entry " +
                                          std::to_string(k) +
                                          " (counted from 0): expected a number > 0, found " +
                                          format_number((*scale)[k]));
  }
  return ColumnScaling{std::move(*mean), std::move(*scale)};
}

/// What was done to the data, none when the file does not say. Errors: kMissing, kBadShape,
/// kBadValue.
template <class Source>
Expected<std::optional<Standardization>> read_standardization(const Source& source, Index inputs,
                                                              Index outputs) {
  auto of_inputs = read_scaling(source, "input", inputs);
  if (!of_inputs) return tl::unexpected(of_inputs.error());
  auto of_outputs = read_scaling(source, "output", outputs);
  if (!of_outputs) return tl::unexpected(of_outputs.error());
  if (!*of_inputs && !*of_outputs) return std::nullopt;
  if (!*of_inputs) *of_inputs = ColumnScaling{Vector::Zero(inputs), Vector::Ones(inputs)};
  return Standardization{std::move(**of_inputs), std::move(*of_outputs)};
}

/// Appends the arrays. Throws InvalidArgument unless the scalings have these lengths.
void add_standardization(std::vector<NpzEntry>& entries, const Standardization& standardization,
                         Index inputs, Index outputs);

}  // namespace thalweg::io
