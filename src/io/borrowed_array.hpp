#pragma once

#include "thalweg/core/error.hpp"
#include "thalweg/io/memory_files.hpp"
#include "thalweg/io/nd_array.hpp"

namespace thalweg::io {

/// Decodes an array where it lies. Errors: those of parse_npy.
[[nodiscard]] Expected<NdArray> decode_borrowed(const BorrowedArray& array,
                                                const ArrayLabel& label);

}  // namespace thalweg::io
