#include "commands/output_file.hpp"

#include <unistd.h>

#include <filesystem>
#include <utility>

#include "commands/exit_code.hpp"
#include "thalweg/io/memory_files.hpp"
#include "thalweg/io/network_writer.hpp"

namespace thalweg::commands {
namespace {

namespace fs = std::filesystem;

/// Where writing to `path` ends: through symbolic links, also one whose target does not exist yet.
fs::path destination(fs::path path) {
  constexpr int kMostLinks = 40;  // as many as Linux follows
  std::error_code error;
  for (int link = 0; link < kMostLinks && fs::is_symlink(path, error); ++link) {
    // An absolute target replaces the folder before it.
    path = path.parent_path() / fs::read_symlink(path, error);
  }
  return fs::weakly_canonical(fs::absolute(path, error), error);
}

bool same_file(const std::string& a, const std::string& b) {
  std::error_code missing;
  return fs::equivalent(a, b, missing) || destination(a) == destination(b);
}

}  // namespace

void require_distinct_files(const ProblemOptions& inputs, const std::vector<NamedFile>& outputs,
                            const std::vector<NamedFile>& more_inputs) {
  std::vector<NamedFile> taken = {
      {"--dataset", inputs.dataset},           {"--data", inputs.data},
      {"--targets", inputs.targets},           {"--network", inputs.network},
      {"--architecture", inputs.architecture}, {"--sample-weights", inputs.sample_weights}};
  taken.insert(taken.end(), more_inputs.begin(), more_inputs.end());
  for (const NamedFile& output : outputs) {
    if (output.path.empty()) continue;
    for (const NamedFile& other : taken) {
      if (other.path.empty() || !same_file(output.path, other.path)) continue;
      throw Failure(ExitCode::kUsage, output.option + " " + output.path + " and " + other.option +
                                          " " + other.path +
                                          " are the same file; nothing is overwritten");
    }
    taken.push_back(output);
  }
}

void require_writable(const std::string& path) {
  if (path.empty() || io::MemoryFiles::of(path) != nullptr) return;
  const std::filesystem::path target = path;
  const std::filesystem::path folder = target.has_parent_path() ? target.parent_path() : ".";
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored)) {
    throw Failure(ExitCode::kFile,
                  path + ": cannot be written, there is no folder " + folder.string());
  }
  if (std::filesystem::is_directory(target, ignored)) {
    throw Failure(ExitCode::kFile, path + ": cannot be written, it is a folder");
  }
  if (access(folder.c_str(), W_OK) != 0) {
    throw Failure(ExitCode::kFile,
                  path + ": cannot be written, folder " + folder.string() + " is not writable");
  }
}

void require_writable_npz(const std::string& path) {
  if (path.empty()) return;
  if (std::filesystem::path(path).extension() != ".npz") {
    throw Failure(ExitCode::kUsage, path + ": expected a name that ends in .npz");
  }
  require_writable(path);
}

void write_network_file(const std::string& path, TwoLayerNetwork network, const Inputs& inputs,
                        OutputBias output_bias, const Vector& dual) {
  network.hidden_bias = inputs.hidden_bias;
  io::StoredNetwork stored{std::move(network), output_bias != OutputBias::kNone};
  if (inputs.standardization) stored.standardization = inputs.standardization->map;
  require(io::write_network(path, stored, dual));
}

}  // namespace thalweg::commands
