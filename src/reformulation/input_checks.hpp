#pragma once

#include "thalweg/reformulation/architecture.hpp"

namespace thalweg {

/// Throws InvalidArgument unless the block is one of `forms` forms with that many parameters.
void check_block(const ActiveBlock& block, Index forms, Index parameters);
/// Throws InvalidArgument unless X has that many columns.
void check_columns(const Matrix& X, Index features);

}  // namespace thalweg
