#pragma once

#include "arrangement/pencil_kernel.hpp"

namespace thalweg {

const PencilKernels& pencil_kernels_portable();
const PencilKernels& pencil_kernels_avx2();
const PencilKernels& pencil_kernels_avx512();

}  // namespace thalweg
