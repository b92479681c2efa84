#pragma once

#include "thalweg/model/branch_network.hpp"
#include "thalweg/model/convolution_problem.hpp"
#include "thalweg/reformulation/convolutional_network.hpp"

namespace thalweg {

/// The columns behind the patches, as the certificate states them.
[[nodiscard]] PatchColumns patch_columns(const PatchGeometry& patches);

/// The training problem of a convolutional network on X (n x features) with the targets, loss, beta
/// and output bias of `outputs` (its X is not looked at): what CertificateRequest takes. Throws
/// InvalidArgument when shapes do not fit.
[[nodiscard]] ConvolutionProblem filter_problem(const ConvolutionalNetwork& architecture,
                                                const Matrix& X, const TrainingProblem& outputs);

/// The same network with its filters, the bias last, as rows of W. Throws InvalidArgument when the
/// network is not one of the architecture.
[[nodiscard]] TwoLayerNetwork filter_network(const ConvolutionalNetwork& architecture,
                                             const BranchNetwork& network, double output_bias = 0);

}  // namespace thalweg
