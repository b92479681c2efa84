#include "arrangement/sample_kernel.hpp"

#include "arrangement/sample_kernel_sets.hpp"

namespace thalweg {

const SampleKernels& sample_kernels(InstructionSet set) {
  switch (set) {
    case InstructionSet::kAvx512:
      return sample_kernels_avx512();
    case InstructionSet::kAvx2:
      return sample_kernels_avx2();
    case InstructionSet::kPortable:
      break;
  }
  return sample_kernels_portable();
}

const SampleKernels& sample_kernels() {
  if (available(InstructionSet::kAvx512)) return sample_kernels(InstructionSet::kAvx512);
  if (available(InstructionSet::kAvx2)) return sample_kernels(InstructionSet::kAvx2);
  return sample_kernels(InstructionSet::kPortable);
}

}  // namespace thalweg
