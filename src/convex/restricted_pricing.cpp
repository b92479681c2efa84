#include "convex/restricted_pricing.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace thalweg::detail {
namespace {

/// A projection stops once its bound is this share of beta: the slack lets the multipliers serve
/// later duals, too.
constexpr double kEnough = 0.9;
constexpr double kSimilarCosine = 0.99;
constexpr double kSuggestion = 1e-11;  ///< a suggested bound may exceed beta by this share
constexpr std::size_t kBatch = 128;    ///< blocks projected before violators are counted again

}  // namespace

RestrictedPricing::RestrictedPricing(const PatternSet& patterns, const Walls& walls,
                                     std::vector<char> left_out, int threads)
    : patterns_(patterns),
      walls_(walls),
      left_out_(std::move(left_out)),
      faces_(2 * static_cast<std::size_t>(patterns.size())),
      ratio_(faces_.size(), 1.0),
      suggested_(faces_.size(), 0),
      projectors_(static_cast<std::size_t>(std::max(threads, 1)), ConeProjector(walls)) {}

double RestrictedPricing::price(const Vector& nu, double beta, const std::vector<char>& known,
                                std::size_t wanted, const RunControl& control) {
  correlations_ =
      gated_correlations(patterns_, walls_.rows, nu, static_cast<int>(projectors_.size()));
  violators_.clear();
  double largest = 0;
  std::vector<Candidate> list = candidates(beta, largest);
  std::stable_sort(list.begin(), list.end(),
                   [](const Candidate& a, const Candidate& b) { return a.expected > b.expected; });
  std::size_t done = 0;
  while (done < list.size() && violators_.size() < wanted && !control.should_stop()) {
    const std::size_t end = std::min(done + kBatch, list.size());
    project(list, done, end, beta);
    for (; done < end; ++done) {
      if (list[done].bound > beta && known[list[done].block] == 0) keep(list[done]);
    }
  }
  exhaustive_ = done == list.size();
  for (const Candidate& candidate : list) largest = std::max(largest, candidate.bound);
  std::stable_sort(violators_.begin(), violators_.end(),
                   [](const Violator& a, const Violator& b) { return a.value > b.value; });
  return largest;
}

/// Neighbouring cells share a maximiser on their common wall, or nearly: the best one stands for
/// them.
void RestrictedPricing::keep(const Candidate& candidate) {
  const Vector v = certified(candidate.block, correlation(candidate.block));
  Violator violator{candidate.block, candidate.bound, v / candidate.bound};
  for (Violator& other : violators_) {
    if (other.block % 2 != violator.block % 2) continue;
    if (other.direction.dot(violator.direction) <= kSimilarCosine) continue;
    if (violator.value > other.value) other = std::move(violator);
    return;
  }
  violators_.push_back(std::move(violator));
}

/// The blocks that cheap bounds leave open; the others' bounds go into `largest`.
std::vector<RestrictedPricing::Candidate> RestrictedPricing::candidates(double beta,
                                                                        double& largest) {
  std::vector<Candidate> list;
  for (Index cell = 0; cell < patterns_.size(); ++cell) {
    const double length = correlations_.col(cell).norm();
    const auto first = 2 * static_cast<std::size_t>(cell);
    for (std::size_t block = first; block < first + 2; ++block) {
      if (!left_out_.empty() && left_out_[block] != 0) continue;
      if (length <= beta) {
        faces_[block] = {};
        largest = std::max(largest, length);
        continue;
      }
      const bool suggested = suggested_[block] != 0;
      suggested_[block] = 0;
      if (suggested) {
        const double bound = certified(block, correlation(block)).norm();
        if (bound <= beta * (1 + kSuggestion)) {
          largest = std::max(largest, bound);
          continue;
        }
      }
      const double bound = old_bound(block, beta);
      if (bound <= beta) {
        largest = std::max(largest, bound);
      } else {
        list.push_back({block, length, length * ratio_[block], bound});
      }
    }
  }
  return list;
}

/// The bound of the block's old multipliers at the new c, scaled by the best factor; they are
/// replaced by what certifies it.
double RestrictedPricing::old_bound(std::size_t block, double beta) {
  WallFace& face = faces_[block];
  const Vector c = correlation(block);
  const double length = c.norm();
  if (face.rows.empty()) return length;
  const Vector pull = certified(block, Vector::Zero(c.size()));
  const double square = pull.squaredNorm();
  const double scale = square > 0 ? std::max(0.0, -c.dot(pull) / square) : 0.0;
  const double bound = (c + scale * pull).norm();
  if (bound > beta && !(bound < length)) {
    face = {};
    return length;
  }
  for (double& rho : face.rho) rho *= scale;
  return bound;
}

void RestrictedPricing::project(std::vector<Candidate>& list, std::size_t begin, std::size_t end,
                                double beta) {
  const auto work = [&](std::size_t worker) {
    ConeProjector& projector = projectors_[worker];
    for (std::size_t k = begin + worker; k < end; k += projectors_.size()) {
      Candidate& candidate = list[k];
      const Vector c = correlation(candidate.block);
      const Vector side =
          (2 * patterns_.gate(static_cast<Index>(candidate.block / 2)).array() - 1).matrix();
      projector.project(c, side, kEnough * beta, faces_[candidate.block]);
      candidate.bound = certified(candidate.block, c).norm();
      ratio_[candidate.block] = candidate.bound / candidate.length;
    }
  };
  std::vector<std::thread> crew;
  for (std::size_t worker = 1; worker < projectors_.size(); ++worker) {
    crew.emplace_back(work, worker);
  }
  work(0);
  for (std::thread& worker : crew) worker.join();
}

void RestrictedPricing::suggest(std::size_t block, const WallFace& face, double scale) {
  faces_[block] = face;
  for (double& rho : faces_[block].rho) rho *= scale;
  suggested_[block] = 1;
}

Vector RestrictedPricing::correlation(std::size_t block) const {
  const auto column = correlations_.col(static_cast<Index>(block / 2));
  return block % 2 == 0 ? Vector(column) : Vector(-column);
}

Vector RestrictedPricing::certified(std::size_t block, const Vector& c) const {
  Vector v = c;
  const WallFace& face = faces_[block];
  const auto cell = static_cast<Index>(block / 2);
  for (std::size_t k = 0; k < face.rows.size(); ++k) {
    const Index i = face.rows[k];
    const double sigma = patterns_.active(cell, i) ? 1.0 : -1.0;
    v += face.rho[k] * sigma * walls_.inverse_length[i] * walls_.rows.col(i);
  }
  return v;
}

std::vector<std::pair<Index, double>> RestrictedPricing::multipliers(std::size_t block) const {
  std::vector<std::pair<Index, double>> result;
  const WallFace& face = faces_[block];
  for (std::size_t k = 0; k < face.rows.size(); ++k) {
    if (face.rho[k] > 0) {
      result.emplace_back(face.rows[k], face.rho[k] * walls_.inverse_length[face.rows[k]]);
    }
  }
  return result;
}

}  // namespace thalweg::detail
