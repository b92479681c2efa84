#include <cmath>

#include "thalweg/report/path_picture.hpp"

namespace thalweg::report {
namespace {

double distance(const TwoLayerNetwork& a, const TwoLayerNetwork& b) {
  const double bias = (a.output_bias - b.output_bias).squaredNorm();
  const double skip = a.has_skip() && b.has_skip() ? (a.skip - b.skip).squaredNorm()
                      : a.has_skip()               ? a.skip.squaredNorm()
                                                   : b.skip.squaredNorm();
  return std::sqrt((a.W - b.W).squaredNorm() + (a.alpha - b.alpha).squaredNorm() + bias + skip);
}

}  // namespace

std::vector<PathSample> sample_path(const TrainingProblem& problem, const NetworkPath& path,
                                    Index per_segment) {
  const Index last = static_cast<Index>(path.states.size()) - (path.end ? 1 : 2);
  TwoLayerNetwork before = path.start;
  std::vector<PathSample> samples;
  const auto add = [&](Index segment, double t) {
    const TwoLayerNetwork network = network_on(path, segment, t);
    PathSample sample;
    sample.position = static_cast<double>(segment - kOpening) + t;
    if (!samples.empty()) sample.length = samples.back().length + distance(before, network);
    sample.objective = problem.objective(network);
    sample.masses = network.W.rowwise().norm().cwiseProduct(network.alpha.col(0));
    samples.push_back(std::move(sample));
    before = network;
  };
  add(kOpening, 0);
  for (Index segment = kOpening; segment <= last; ++segment) {
    for (Index k = 1; k <= per_segment; ++k) {
      add(segment, static_cast<double>(k) / static_cast<double>(per_segment));
    }
  }
  return samples;
}

}  // namespace thalweg::report
