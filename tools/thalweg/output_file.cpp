#include "output_file.hpp"

#include <unistd.h>

#include <filesystem>
#include <utility>

#include "exit_code.hpp"
#include "thalweg/io/network_writer.hpp"

namespace thalweg::cli {

void require_writable(const std::string& path) {
  if (path.empty()) return;
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
    throw Failure(ExitCode::kUsage, path + ": a network is written as .npz");
  }
  require_writable(path);
}

void write_network_file(const std::string& path, TwoLayerNetwork network, HiddenBias hidden_bias,
                        OutputBias output_bias) {
  network.hidden_bias = hidden_bias;
  require(io::write_network(path, {std::move(network), output_bias != OutputBias::kNone}));
}

}  // namespace thalweg::cli
