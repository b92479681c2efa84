#include "arrangement/pencil_kernel.hpp"

#include <initializer_list>

#include "arrangement/pencil_kernel_sets.hpp"

namespace thalweg {

bool available(InstructionSet set) {
  switch (set) {
    case InstructionSet::kPortable:
      return true;
    case InstructionSet::kAvx2:
      return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
    case InstructionSet::kAvx512:
      return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
             __builtin_cpu_supports("avx512vbmi2") != 0 && available(InstructionSet::kAvx2);
  }
  return false;
}

const PencilKernels& pencil_kernels(InstructionSet set) {
  switch (set) {
    case InstructionSet::kAvx512:
      return pencil_kernels_avx512();
    case InstructionSet::kAvx2:
      return pencil_kernels_avx2();
    case InstructionSet::kPortable:
      break;
  }
  return pencil_kernels_portable();
}

const PencilKernels& pencil_kernels() {
  static const PencilKernels& best = [&]() -> const PencilKernels& {
    for (const InstructionSet set : {InstructionSet::kAvx512, InstructionSet::kAvx2}) {
      if (available(set)) return pencil_kernels(set);
    }
    return pencil_kernels(InstructionSet::kPortable);
  }();
  return best;
}

}  // namespace thalweg
