#include "certificate/leaf_vector.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::certificate {
namespace {

constexpr double kEps = std::numeric_limits<double>::epsilon();
constexpr double kLargestInteger = 9007199254740992.0;  // 2^53

}  // namespace

LeafVectors::LeafVectors(const LeafCone& cone, double beta) : cone_(cone), beta_(beta) {
  products_ = cone.problem().lengths().cwiseInverse().asDiagonal() *
              (cone.view().rays.transpose() * cone.frame().geometry.gram());
}

std::optional<LeafVectors::Room> LeafVectors::room_around(const ConeVector& p) const {
  const ConeVector inward = cone_.problem().shortest(ConeVector::Ones(cone_.rank()));
  const double steepness = inward.norm();
  const double room = beta_ - p.norm();
  if (!(room > 0) || !std::isfinite(steepness)) return std::nullopt;
  const double step = room / (0.5 * cone_.frame().axis_lengths.sum() * (1 + steepness));
  return Room{room / steepness * inward, static_cast<int>(std::ceil(-std::log2(step)))};
}

std::optional<LeafVector> LeafVectors::round(const ConeVector& centre, const ConeVector& demand,
                                             int exponent) const {
  const ConeVector coordinates = cone_.frame().inverse_frame * centre;
  ConeVector z = coordinates;
  for (Index k = 0; k < z.size(); ++k) {
    z[k] = std::nearbyint(std::ldexp(coordinates[k], exponent));
  }
  if (!(z.cwiseAbs().maxCoeff() < kLargestInteger)) return std::nullopt;
  descend(demand, exponent, z);
  std::optional<LeafVector> P = measure(z, exponent);
  if (P && !P->meets(demand)) P.reset();
  return P;
}

/// Moves single coordinates by one as long as that lessens the sum of what the products lack and of
/// the length beyond beta.
void LeafVectors::descend(const ConeVector& demand, int exponent, ConeVector& z) const {
  const LeafFrame& frame = cone_.frame();
  const Matrix& gram = frame.geometry.gram();
  const Index rank = cone_.rank();
  const double step = std::ldexp(1.0, -exponent);
  const double limit = beta_ / step * (1 - 1e-12);
  const ConeVector need = (demand + cone_.margin()) / step;
  ConeVector product = products_ * z;
  ConeVector image = gram * z;
  double squared = z.dot(image);
  const auto lack = [&](Index i, double move) {
    double sum =
        std::sqrt(std::max(0.0, squared + move * (2 * image[i] + move * gram(i, i)))) - limit;
    sum = std::max(sum, 0.0);
    for (Index k = 0; k < rank; ++k) {
      sum += std::max(0.0, need[k] - product[k] - move * products_(k, i));
    }
    return sum;
  };
  double current = lack(0, 0);
  for (Index round = 0; round < 4 * rank && current > 0; ++round) {
    double best = current;
    double best_move = 0;
    Index best_index = 0;
    for (Index i = 0; i < rank; ++i) {
      for (const double move : {1.0, -1.0}) {
        const double value = lack(i, move);
        if (value >= best) continue;
        best = value;
        best_move = move;
        best_index = i;
      }
    }
    if (best_move == 0) return;
    squared += best_move * (2 * image[best_index] + best_move * gram(best_index, best_index));
    z[best_index] += best_move;
    image += best_move * gram.col(best_index);
    product += best_move * products_.col(best_index);
    current = best;
  }
}

/// The vector with the products it has; empty when it is longer than beta.
std::optional<LeafVector> LeafVectors::measure(const ConeVector& integers, int exponent) const {
  const LeafFrame& frame = cone_.frame();
  ConeVector P = integers;
  for (Index k = 0; k < P.size(); ++k) P[k] = std::ldexp(P[k], -exponent);
  const ConeVector image = frame.geometry.gram() * P;
  const double size = frame.axis_lengths.dot(P.cwiseAbs());
  const double squared = P.dot(image) + frame.rounding * size * size;
  if (!(squared <= beta_ * beta_ * (1 - 4 * kEps))) return std::nullopt;
  LeafVector result{exponent, integers, ConeVector(P.size())};
  for (Index k = 0; k < P.size(); ++k) {
    const auto ray = cone_.view().rays.col(k);
    const double error = frame.rounding * size * frame.axis_lengths.dot(ray.cwiseAbs());
    result.product[k] = (image.dot(ray) - error) / cone_.problem().lengths()[k] - cone_.margin()[k];
  }
  return result;
}

}  // namespace thalweg::certificate
