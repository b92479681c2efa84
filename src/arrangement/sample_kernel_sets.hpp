#pragma once

#include "arrangement/sample_kernel.hpp"

namespace thalweg {

const SampleKernels& sample_kernels_portable();
const SampleKernels& sample_kernels_avx2();
const SampleKernels& sample_kernels_avx512();

}  // namespace thalweg
