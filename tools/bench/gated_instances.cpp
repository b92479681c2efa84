#include "gated_instances.hpp"

#include <cstdio>
#include <set>

#include "instances.hpp"
#include "outside_programs.hpp"
#include "raw_files.hpp"
#include "scratch_folder.hpp"

namespace thalweg::bench {
namespace {

constexpr int kNeurons = 5;
constexpr double kNoise = 0.3;
constexpr double kPatience = 60;  ///< seconds for the script of the real data

Matrix drawn_patterns(const Matrix& X, Index directions, Random& random) {
  std::set<std::vector<bool>> distinct;
  for (Index k = 0; k < directions; ++k) {
    const Vector products = X * random.direction(X.cols());
    std::vector<bool> pattern(static_cast<std::size_t>(X.rows()));
    for (Index i = 0; i < X.rows(); ++i) pattern[static_cast<std::size_t>(i)] = products[i] > 0;
    distinct.insert(std::move(pattern));
  }
  Matrix patterns(static_cast<Index>(distinct.size()), X.rows());
  Index row = 0;
  for (const std::vector<bool>& pattern : distinct) {
    for (Index i = 0; i < X.rows(); ++i) patterns(row, i) = pattern[static_cast<std::size_t>(i)];
    ++row;
  }
  return patterns;
}

}  // namespace

TrainingProblem GatedInstance::problem(double lam) const {
  return {X, y, lam * static_cast<double>(X.rows()), Loss::squared()};
}

std::string planted_name(Index samples, Index dimension, Index directions) {
  char text[64];
  std::snprintf(text, sizeof text, "%td x %td P %td", samples, dimension, directions);
  return text;
}

GatedInstance planted_instance(Index samples, Index dimension, Index directions,
                               std::uint64_t seed) {
  Random random(seed);
  GatedInstance instance;
  instance.name = planted_name(samples, dimension, directions);
  instance.X = gaussian_samples(samples, dimension, random);
  instance.y = planted_targets(instance.X, kNeurons, kNoise, random);
  instance.patterns = drawn_patterns(instance.X, directions, random);
  return instance;
}

std::vector<GatedInstance> real_instances(Index directions, std::uint64_t seed) {
  const auto python = python_with("sklearn");
  if (!python) return {};
  const ScratchFolder folder;
  std::vector<GatedInstance> instances;
  for (const OutsideResult& set :
       run_script(*python, "real_sets.py", folder.path(), "", kPatience)) {
    Random random(seed);
    GatedInstance instance;
    instance.name = set.method + " P " + std::to_string(directions);
    instance.X = read_raw(folder.path(), set.method + "-X");
    instance.y = read_raw(folder.path(), set.method + "-y");
    instance.patterns = drawn_patterns(instance.X, directions, random);
    instances.push_back(std::move(instance));
  }
  return instances;
}

}  // namespace thalweg::bench
