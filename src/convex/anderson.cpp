#include "convex/anderson.hpp"

#include <Eigen/Cholesky>
#include <utility>

namespace thalweg::detail {

std::optional<Anderson::Point> Anderson::push(Point point) {
  points_.push_back(std::move(point));
  if (points_.size() <= kMemory) return std::nullopt;
  Matrix changes(points_.front().image.size(), kMemory);
  for (std::size_t k = 0; k < kMemory; ++k) {
    changes.col(static_cast<Index>(k)) = points_[k + 1].image - points_[k].image;
  }
  Matrix gram = changes.transpose() * changes;
  gram.diagonal().array() += 1e-12 * gram.trace();
  const Eigen::LLT<Matrix> factor(gram);
  const Vector raw = factor.solve(Vector::Ones(kMemory));
  const double sum = raw.sum();
  std::optional<Point> result;
  if (factor.info() == Eigen::Success && sum > 0) {
    result = Point{Vector::Zero(points_.front().state.size()),
                   Vector::Zero(points_.front().image.size())};
    for (std::size_t k = 0; k < kMemory; ++k) {
      const double share = raw[static_cast<Index>(k)] / sum;
      result->state += share * points_[k + 1].state;
      result->image += share * points_[k + 1].image;
    }
  }
  points_.clear();
  return result;
}

}  // namespace thalweg::detail
