#include "arrangement/restriction_probe.hpp"

#include <cmath>
#include <utility>

#include "arrangement/restriction_walk.hpp"

namespace thalweg::arrangement {
namespace {

/// A hyperplane j < count drawn with probability general_cells(j, rank) over their sum, which is
/// general_cells(count, rank + 1) - 1.
std::size_t draw_hyperplane(Random& random, std::size_t count, std::size_t rank) {
  const long double total = general_cells(count, rank + 1) - 1;
  const long double target = static_cast<long double>(random.uniform()) * total;
  std::size_t low = 0;  // the sum over j < low is at most the target
  std::size_t high = count;
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    (general_cells(middle, rank + 1) - 1 <= target ? low : high) = middle;
  }
  return low;
}

}  // namespace

long double general_cells(std::size_t hyperplanes, std::size_t rank) {
  if (hyperplanes == 0 || rank == 0) return 1;
  long double sum = 0;
  long double binomial = 1;
  for (std::size_t k = 0; k < rank && k < hyperplanes; ++k) {
    sum += binomial;
    binomial *= static_cast<long double>(hyperplanes - 1 - k) / static_cast<long double>(k + 1);
  }
  return 2 * sum;
}

double probe_work(const HyperplaneArrangement& arrangement) {
  const auto rank = static_cast<double>(arrangement.rank());
  return static_cast<double>(arrangement.hyperplanes()) * rank * rank / 2 + rank * rank * rank;
}

RestrictionProbe::RestrictionProbe(const HyperplaneArrangement& arrangement)
    : circuits_(needs_circuits(arrangement)) {
  restriction_.load(arrangement, top_, merges_);
}

RestrictionProbe::Sample RestrictionProbe::draw(Random& random) {
  current_ = top_;
  Sample sample;
  long double weight = 1;
  while (true) {
    const std::size_t count = current_.size();
    const std::size_t length = current_.length;
    bool general = length <= 2;
    if (!general && count <= length + 2) {
      sample.work += weight * static_cast<long double>(elimination_work(count, length));
      general = restriction_.basis_first(current_);
    }
    if (general) {
      sample.cells += weight * general_cells(count, length);
      return sample;
    }
    const auto rows = static_cast<long double>(count);
    sample.cells += weight;
    sample.work += weight * rows * (rows + 1) / 2 * static_cast<long double>(length);
    const std::size_t j = draw_hyperplane(random, count, length - 1);
    weight *= (general_cells(count, length) - 1) / general_cells(j, length - 1);
    merges_.clear();
    restriction_.restrict_to(current_, j, next_, merges_);
    if (circuits_) sample.work += weight * static_cast<long double>(kMergeWork * merges_.size());
    std::swap(current_, next_);
  }
}

}  // namespace thalweg::arrangement
