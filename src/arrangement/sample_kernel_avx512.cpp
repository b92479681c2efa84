#include "arrangement/sample_kernel_body.hpp"
#include "arrangement/sample_kernel_sets.hpp"

namespace thalweg {

const SampleKernels& sample_kernels_avx512() { return kKernels; }

}  // namespace thalweg
