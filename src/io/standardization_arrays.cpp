#include "io/standardization_arrays.hpp"

namespace thalweg::io {
namespace {

void check_length(const ColumnScaling& scaling, Index expected, const std::string& role) {
  if (scaling.mean.size() == expected && scaling.scale.size() == expected) return;
  throw InvalidArgument(role + " scaling: expected " + std::to_string(expected) + " columns, got " +
                        std::to_string(scaling.mean.size()));
}

void add_scaling(std::vector<NpzEntry>& entries, const ColumnScaling& scaling,
                 const std::string& role) {
  entries.push_back({role + "_mean", encode_npy(scaling.mean)});
  entries.push_back({role + "_scale", encode_npy(scaling.scale)});
}

}  // namespace

void add_standardization(std::vector<NpzEntry>& entries, const Standardization& standardization,
                         Index inputs, Index outputs) {
  check_length(standardization.inputs, inputs, "input");
  add_scaling(entries, standardization.inputs, "input");
  if (const auto& targets = standardization.targets) {
    check_length(*targets, outputs, "output");
    add_scaling(entries, *targets, "output");
  }
}

}  // namespace thalweg::io
