#include "arrangement/pencil_kernel_body.hpp"
#include "arrangement/pencil_kernel_sets.hpp"

namespace thalweg {

const PencilKernels& pencil_kernels_avx2() { return kKernels; }

}  // namespace thalweg
