#pragma once

#include <cstddef>
#include <string>

namespace thalweg::bench {

/// What one core of this machine can do, measured now: medians of five.
struct ReferenceRates {
  double multiply_adds = 0;  ///< fused where the processor can, a second, in registers
  double small_bytes = 0;    ///< a second, 8-byte words in order through 64 KiB
  double large_bytes = 0;    ///< the same through 256 MiB
  int lanes = 0;             ///< doubles in a register
};

[[nodiscard]] ReferenceRates measure_reference();

/// As the operating system calls it.
[[nodiscard]] std::string processor_name();

}  // namespace thalweg::bench
