#pragma once

namespace thalweg {

/// Instruction sets of the enumeration's innermost loops, in ascending order. All give the same
/// cells.
enum class InstructionSet {
  kPortable,  ///< any processor
  kAvx2,      ///< with FMA
  kAvx512,    ///< with DQ and VBMI2
};

/// Whether this processor can run them.
[[nodiscard]] bool available(InstructionSet set);

}  // namespace thalweg
