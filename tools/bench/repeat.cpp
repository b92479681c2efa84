#include "repeat.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "measure.hpp"

namespace thalweg::bench {
namespace {

constexpr int kRounds = 5;
constexpr double kShortest = 0.05;

double seconds_of(const std::function<void()>& function, int calls) {
  const double start = processor_seconds();
  for (int call = 0; call < calls; ++call) function();
  return (processor_seconds() - start) / calls;
}

}  // namespace

std::vector<double> seconds_of_each(const std::vector<std::function<void()>>& functions,
                                    double long_run) {
  std::vector<int> calls(functions.size());
  std::vector<std::vector<double>> seconds(functions.size());
  for (std::size_t f = 0; f < functions.size(); ++f) {
    const double first = seconds_of(functions[f], 1);
    calls[f] = static_cast<int>(std::clamp(std::ceil(kShortest / first), 1.0, 1e5));
    if (first > long_run) {
      calls[f] = 0;
      seconds[f].push_back(first);
    }
  }
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t f = 0; f < functions.size(); ++f) {
      if (calls[f] > 0) seconds[f].push_back(seconds_of(functions[f], calls[f]));
    }
  }
  std::vector<double> medians;
  for (std::vector<double>& values : seconds) medians.push_back(median(std::move(values)));
  return medians;
}

}  // namespace thalweg::bench
