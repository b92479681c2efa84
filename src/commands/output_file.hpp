#pragma once

#include <string>
#include <vector>

#include "commands/inputs.hpp"
#include "commands/options.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg::commands {

/// A file by the option that names it; an empty path asks for nothing.
struct NamedFile {
  std::string option;
  std::string path;
};

/// Failure (exit 2) when an output is the same file as an input or as another output, also through
/// links: writing would destroy what the user gave.
void require_distinct_files(const ProblemOptions& inputs, const std::vector<NamedFile>& outputs,
                            const std::vector<NamedFile>& more_inputs = {});

/// Failure (exit 3) when `path` is certainly not writable: told before hours of work, not after.
/// An empty path asks for nothing.
void require_writable(const std::string& path);
/// The same for a network's file, whose name must end in `.npz` (else exit 2).
void require_writable_npz(const std::string& path);

/// Writes a network that belongs to a problem: the bias column is stored as `b`, the output bias
/// when the problem has one, the standardisation of the inputs' data, and `dual` (n) unless empty.
/// Failure (exit 3) when the file cannot be written.
void write_network_file(const std::string& path, TwoLayerNetwork network, const Inputs& inputs,
                        OutputBias output_bias, const Vector& dual = {});

}  // namespace thalweg::commands
