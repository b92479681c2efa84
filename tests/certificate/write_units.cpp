// Writes certificates with trees over units into a folder, for the mutation test of the two
// checkers: random networks, duals of the zero network.
#include <filesystem>
#include <iostream>
#include <string>

#include "thalweg/certificate/certificate.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/reformulation/filter_problem.hpp"
#include "thalweg/reformulation/parallel_network.hpp"

namespace {

using namespace thalweg;

Matrix random_matrix(Random& random, Index rows, Index cols) {
  // Short numbers, so that the texts stay short.
  return Matrix::NullaryExpr(rows, cols, [&] { return std::round(8 * random.normal()) / 4; });
}

TrainingProblem targets(Random& random, Index n, int number) {
  const Loss losses[] = {Loss::squared(), Loss::huber(0.75), Loss::squared_hinge(),
                         Loss::squared(LossScale::kMean)};
  const Loss& loss = losses[number % 4];
  Vector y = random_matrix(random, n, 1).col(0);
  if (loss.needs_labels()) y = y.unaryExpr([](double v) { return v > 0 ? 1.0 : -1.0; });
  return {Matrix::Zero(n, 1), y, number % 4 == 3 ? 0.125 : 0.5, loss, OutputBias(number % 3)};
}

bool write(CertificateRequest request, const TrainingProblem& outputs,
           const std::filesystem::path& file) {
  const Vector zero = Vector::Constant(outputs.samples(), outputs.bias_of_zero_network());
  const Vector dual = outputs.project_to_dual_domain(outputs.dual_point(zero));
  request.dual = &dual;
  request.slack = 0.05;
  const auto written = write_certificate(request, file);
  if (written && written->status == ProofStatus::kComplete) return true;
  std::cerr << file << ": " << (written ? "no bound" : written.error().message) << '\n';
  return false;
}

bool write_maximum(Random& random, int number, const std::filesystem::path& file) {
  const ConvolutionalNetwork architecture(
      PatchGeometry({.input = {3}, .kernel = {2}, .bias = number % 2 == 1}), Pooling::kMax);
  const TrainingProblem outputs = targets(random, 4, number);
  const ConvolutionProblem problem =
      filter_problem(architecture, random_matrix(random, 4, 3), outputs);
  TwoLayerNetwork network = TwoLayerNetwork::empty(problem.patches().size);
  network.W = random_matrix(random, 2, problem.patches().size);
  network.alpha = random_matrix(random, 2, 1);
  if (outputs.output_bias() != OutputBias::kNone) network.output_bias[0] = 0.25;
  CertificateRequest request;
  request.convolution = &problem;
  request.network = request.improved = &network;
  return write(request, outputs, file);
}

bool write_parallel(Random& random, int number, const std::filesystem::path& file) {
  const std::vector<Index> fan_ins[] = {{2}, {3}, {2, 2}, {1, 2}};
  const bool constrained = number % 2 == 0;
  const ParallelNetwork architecture(
      2, constrained ? std::vector<Index>{number % 8 == 0 ? 2 : 3} : fan_ins[number / 2 % 4],
      constrained ? BranchCost::kConstrained : BranchCost::kPath);
  const Index n = architecture.leaves() > 2 ? 2 : 3;
  const Matrix X = random_matrix(random, n, 2);
  const TrainingProblem outputs = targets(random, n, number / 2);
  const ParallelProblem problem{X, architecture.fan_ins(), architecture.cost(),
                                architecture.forms(X), outputs};
  BranchNetwork network;
  for (const BranchLayer& layer : architecture.layers()) {
    network.layers.push_back(random_matrix(random, 2, layer.size()));
  }
  CertificateRequest request;
  request.parallel = &problem;
  request.branches = &network;
  request.branches_bias = outputs.output_bias() == OutputBias::kNone ? 0 : 0.5;
  return write(request, outputs, file);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  bool done = true;
  for (int number = 0; number < 12; ++number) {
    Random random(static_cast<std::uint64_t>(100 + number));
    const std::string name = std::to_string(number) + ".cert";
    done = write_maximum(random, number, folder / ("maximum_" + name)) && done;
    done = write_parallel(random, number, folder / ("parallel_" + name)) && done;
  }
  return done ? 0 : 1;
}
