#include "convex/block_minimum.hpp"

#include <cmath>

namespace thalweg::detail {

Vector minimise_block(const BlockMemory::Spectrum& spectrum, const Vector& g, const Vector& w0,
                      double kappa) {
  const Vector v = spectrum.Q.transpose() * g +
                   spectrum.lambda.cwiseProduct(Vector(spectrum.Q.transpose() * w0));
  const double norm = v.norm();
  if (norm <= kappa) return Vector::Zero(w0.size());
  // The length r > 0 solves |v / (lambda r + kappa)| = 1; 1 / |..| is concave in r.
  double r = w0.norm();
  if (r == 0) r = (norm - kappa) / spectrum.lambda.maxCoeff();
  for (int step = 0; step < 100; ++step) {
    const Vector scale = (spectrum.lambda * r).array() + kappa;
    const Vector t = v.cwiseQuotient(scale);
    const double square = t.squaredNorm();
    const double slope = t.cwiseAbs2().cwiseProduct(spectrum.lambda).cwiseQuotient(scale).sum();
    double next = r + (std::sqrt(square) - 1) * square / slope;
    if (!(next > 0)) next = 0.1 * r;
    const bool done = std::abs(next - r) <= 1e-14 * r;
    r = next;
    if (done) break;
  }
  const Vector coordinates = r * v.cwiseQuotient(Vector((spectrum.lambda * r).array() + kappa));
  return spectrum.Q * coordinates;
}

}  // namespace thalweg::detail
