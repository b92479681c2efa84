#include "oracle/oracle_data.hpp"

#include <algorithm>
#include <future>
#include <string>

#include "thalweg/core/error.hpp"
#include "thalweg/oracle/cone_tree.hpp"
#include "thalweg/oracle/whole_sphere.hpp"

namespace thalweg::oracle {

OracleData::OracleData(const Matrix& data) : X(data), geometry(data) {
  if (geometry.basis().empty()) return;
  frame_rows.resize(geometry.groups(), geometry.coordinates());
  for (Index g = 0; g < geometry.groups(); ++g) {
    frame_rows.row(g) =
        X.row(geometry.first_rows()[static_cast<std::size_t>(g)]) * geometry.frame();
  }
}

DualQuery OracleData::query(const Vector& nu) const {
  require_dual(nu, X.rows());
  return {X, geometry, frame_rows, nu};
}

double OracleData::sphere_bound(const Vector& nu, int iterations, int threads,
                                const RunControl& control) const {
  WholeSphereSettings settings;
  settings.iterations = iterations;
  settings.control = control;
  auto minus = std::async(threads > 1 ? std::launch::async : std::launch::deferred,
                          [&] { return thalweg::whole_sphere_bound(X, -nu, settings).bound; });
  const double plus = thalweg::whole_sphere_bound(X, nu, settings).bound;
  return std::max(plus, minus.get());
}

void require_dual(const Vector& nu, Index samples) {
  if (nu.size() != samples) {
    throw InvalidArgument("nu has " + std::to_string(nu.size()) + " entries but X has " +
                          std::to_string(samples) + " rows");
  }
  if (!nu.allFinite()) throw InvalidArgument("nu must be finite");
}

Index random_starts(Index coordinates) {
  return coordinates <= kMaxTreeCoordinates ? 16 + 6 * coordinates : 32;
}

}  // namespace thalweg::oracle
