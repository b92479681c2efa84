#include "thalweg/core/random.hpp"

#include <cmath>

namespace thalweg {

double Random::uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }

std::uint64_t Random::below(std::uint64_t count) {
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % count;
  std::uint64_t value = engine_();
  while (value >= limit) value = engine_();
  return value % count;
}

double Random::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  double a = 0;
  double b = 0;
  double radius = 0;
  do {
    a = 2 * uniform() - 1;
    b = 2 * uniform() - 1;
    radius = a * a + b * b;
  } while (radius >= 1 || radius == 0);
  const double factor = std::sqrt(-2 * std::log(radius) / radius);
  spare_ = b * factor;
  has_spare_ = true;
  return a * factor;
}

Vector Random::direction(Index dimension) {
  Vector u(dimension);
  double norm = 0;
  do {
    for (Index k = 0; k < dimension; ++k) u[k] = normal();
    norm = u.norm();
  } while (norm == 0);
  return u / norm;
}

}  // namespace thalweg
