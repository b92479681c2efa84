#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

#include "thalweg/io/npz.hpp"

namespace thalweg::testing {

/// All full-dimensional cells of a ground-truth instance (p x n), entries -1 and 1.
inline Matrix groundtruth_cells(const std::string& name) {
  const std::filesystem::path path =
      std::filesystem::path(THALWEG_TEST_DATA) / "groundtruth" / (name + ".npz");
  const auto archive = io::read_npz(path);
  if (!archive) throw std::runtime_error(archive.error().message);
  const auto array = archive->read("S");
  if (!array) throw std::runtime_error(array.error().message);
  return io::to_matrix(*array, {path.string(), "S"}).value();
}

}  // namespace thalweg::testing
