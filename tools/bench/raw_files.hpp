#pragma once

#include <filesystem>
#include <string>

#include "thalweg/core/types.hpp"

namespace thalweg::bench {

/// FOLDER/NAME.f64: the doubles of a matrix column by column, and FOLDER/NAME.shape: rows and
/// columns as text. R and NumPy read both with a line each.
void write_raw(const std::filesystem::path& folder, const std::string& name, const Matrix& values);
[[nodiscard]] Matrix read_raw(const std::filesystem::path& folder, const std::string& name);

}  // namespace thalweg::bench
