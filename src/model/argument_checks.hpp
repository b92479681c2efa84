#pragma once

#include <string>

#include "thalweg/core/types.hpp"

namespace thalweg::detail {

/// "3 x 4".
[[nodiscard]] std::string shape_of(const Matrix& matrix);
/// The shortest decimal that is read back to the same double.
[[nodiscard]] std::string digits(double value);
/// Throws InvalidArgument when an entry is not finite, naming its position.
void require_finite(const Matrix& matrix, const char* name);

}  // namespace thalweg::detail
