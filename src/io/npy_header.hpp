#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "io/element_decoder.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg::io {

/// What the front of a `.npy` file says.
struct NpyHeader {
  std::size_t size = 0;  ///< bytes before the data
  Encoding encoding{};
  std::vector<std::uint64_t> shape;  ///< as declared, not yet checked against anything
};

/// Parses magic, version and header of a `.npy` file. Errors: kMalformed, kUnsupported.
[[nodiscard]] Expected<NpyHeader> parse_npy_header(std::span<const std::byte> bytes,
                                                   const ArrayLabel& label);

}  // namespace thalweg::io
