#include "thalweg/arrangement/cell_interior.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "arrangement/sign_tree_crossing.hpp"
#include "arrangement/sign_tree_proof.hpp"
#include "arrangement/sign_tree_rows.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/exact/linear_feasibility.hpp"

namespace thalweg {
namespace {

using sign_tree::Crossing;
using sign_tree::TreeRows;

constexpr Index kNone = -1;

/// The sign that each hyperplane gets from the samples, or samples that contradict each other.
struct PlaneSigns {
  std::vector<Sign> signs;
  std::vector<Index> contradiction;
};

PlaneSigns signs_from_samples(const HyperplaneArrangement& arrangement,
                              std::span<const PatternWord> pattern) {
  PlaneSigns result;
  const auto planes = static_cast<std::size_t>(arrangement.hyperplanes());
  result.signs.resize(planes, Sign::kPlus);
  std::vector<Index> witness(planes, kNone);
  for (Index sample = 0; sample < arrangement.samples(); ++sample) {
    const auto i = static_cast<std::size_t>(sample);
    const Sign sign = pattern_sign(pattern, sample);
    if (arrangement.hyperplane_of_sample()[i] < 0) {
      if (sign == Sign::kMinus) result.contradiction = {sample};
      continue;
    }
    const auto plane = static_cast<std::size_t>(arrangement.hyperplane_of_sample()[i]);
    const Sign here = arrangement.orientation_of_sample()[i] == sign ? Sign::kPlus : Sign::kMinus;
    if (witness[plane] == kNone) {
      witness[plane] = sample;
      result.signs[plane] = here;
    } else if (result.signs[plane] != here) {
      result.contradiction = {witness[plane], sample};
    }
  }
  return result;
}

PlaneSigns signs_from_hyperplanes(const HyperplaneArrangement& arrangement,
                                  std::span<const PatternWord> pattern) {
  PlaneSigns result;
  for (Index i = 0; i < arrangement.hyperplanes(); ++i) {
    result.signs.push_back(pattern_sign(pattern, i));
  }
  return result;
}

Matrix signed_rows(const Matrix& rows, const std::vector<Sign>& signs) {
  Matrix result = rows;
  for (Index i = 0; i < rows.rows(); ++i) {
    result.row(i) *= to_double(signs[static_cast<std::size_t>(i)]);
  }
  return result;
}

/// Searches {z : A z > 0} through the projection of e on the cone of the rows (g_i, -1): where it
/// leaves (p, t), p is the point of least length in the hull of the g_i, up to scaling.
class MarginSearch {
 public:
  explicit MarginSearch(const Matrix& A) : A_(A), rows_(sign_tree::tree_rows(A)) {}

  [[nodiscard]] CellInterior run() {
    const Index count = A_.rows();
    const TreeRows lifted = sign_tree::tree_rows(lifted_rows());
    sign_tree::CrossingSearch<double> search(lifted);
    sign_tree::AlignedDoubles sigma(lifted.stride);
    for (Index i = 0; i < count; ++i) sigma[i] = 1;
    // From the origin, on every wall: only a direction that leaves no half-space is accepted.
    const sign_tree::AlignedDoubles nowhere(lifted.stride + lifted.dimension);
    Vector found(lifted.dimension);
    const Crossing crossing =
        search.run(count, Sign::kPlus, sigma.data(), {nowhere.data(), nowhere.data()}, found.data(),
                   sign_tree::Entering::kSteepestWall);
    CellInterior result;
    if (crossing == Crossing::kPoint && accept(found.head(A_.cols()), result)) return result;
    if (crossing == Crossing::kRelation && exclude(search, result)) return result;
    return decide_exactly();
  }

 private:
  [[nodiscard]] Matrix lifted_rows() const {
    Matrix lifted(A_.rows() + 1, A_.cols() + 1);
    for (Index i = 0; i < A_.rows(); ++i) {
      lifted.row(i) << A_.row(i) / A_.row(i).stableNorm(), -1.0;
    }
    lifted.row(A_.rows()) << Eigen::RowVectorXd::Zero(A_.cols()), 1.0;
    return lifted.allFinite() ? lifted : Matrix::Zero(lifted.rows(), lifted.cols());
  }

  /// Scales by a power of two, which keeps the point inside.
  [[nodiscard]] bool accept(Vector z, CellInterior& result) const {
    const double length = z.stableNorm();
    if (!(length > 0 && length < HUGE_VAL)) return false;
    const int exponent = std::ilogb(length);
    for (double& entry : z) entry = std::ldexp(entry, -exponent);
    if (!filtered(z) && !strictly_inside(A_, z)) return false;
    result.status = CellStatus::kPoint;
    result.margin_estimate =
        ((A_ * z).array() / A_.rowwise().stableNorm().array()).minCoeff() / z.norm();
    result.point = std::move(z);
    return true;
  }

  [[nodiscard]] bool filtered(const Vector& z) const {
    sign_tree::AlignedDoubles distances(rows_.stride);
    std::vector<PatternWord> bits(static_cast<std::size_t>(2 * rows_.stride / 64));
    PatternWord* const certain = bits.data() + rows_.stride / 64;
    sign_tree::locate(rows_.block(), z.data(), rows_.errors.data(), distances.data(),
                      {bits.data(), certain});
    for (Index i = 0; i < A_.rows(); ++i) {
      if (((bits[static_cast<std::size_t>(i / 64)] & certain[i / 64]) >> (i % 64) & 1) == 0) {
        return false;
      }
    }
    return true;
  }

  [[nodiscard]] bool exclude(const sign_tree::CrossingSearch<double>& search,
                             CellInterior& result) const {
    sign_tree::Relation candidates;
    for (const Index i : search.support()) candidates.emplace_back(i, Sign::kPlus);
    sign_tree::RelationProof proof(rows_);
    if (candidates.empty() || !proof.prove(candidates, search.factors())) return false;
    result.status = CellStatus::kNotACell;
    for (const auto& [row, sign] : proof.relation()) result.excluding.push_back(row);
    std::sort(result.excluding.begin(), result.excluding.end());
    return true;
  }

  [[nodiscard]] CellInterior decide_exactly() const {
    CellInterior result;
    StrictFeasibility answer = strict_feasibility(A_);
    if (!answer.feasible) {
      result.status = CellStatus::kNotACell;
      result.excluding = std::move(answer.support);
    } else if (!answer.point.has_value() || !accept(*answer.point, result)) {
      result.status = CellStatus::kNoDoublePoint;
    }
    return result;
  }

  const Matrix& A_;
  TreeRows rows_;
};

/// Powers of two lead back to u; outside the normal numbers they may round.
void to_direction(const HyperplaneArrangement& arrangement, const std::vector<Sign>& signs,
                  CellInterior& result) {
  if (result.status != CellStatus::kPoint) return;
  result.point = arrangement.to_direction(result.point);
  const bool exact = std::all_of(result.point.begin(), result.point.end(),
                                 [](double v) { return v == 0 || std::isnormal(v); });
  if (exact || strictly_inside(signed_rows(arrangement.rows(), signs), result.point)) return;
  result = CellInterior{};
  result.status = CellStatus::kNoDoublePoint;
}

}  // namespace

CellInterior interior_point(const HyperplaneArrangement& arrangement,
                            std::span<const PatternWord> pattern, PatternOver over) {
  const bool samples = over == PatternOver::kSamples;
  const Index words = pattern_words(samples ? arrangement.samples() : arrangement.hyperplanes());
  if (static_cast<Index>(pattern.size()) != words) {
    throw InvalidArgument("pattern has " + std::to_string(pattern.size()) + " words instead of " +
                          std::to_string(words));
  }
  const PlaneSigns planes = samples ? signs_from_samples(arrangement, pattern)
                                    : signs_from_hyperplanes(arrangement, pattern);
  CellInterior result;
  if (!planes.contradiction.empty()) {
    result.status = CellStatus::kNotACell;
    result.excluding = planes.contradiction;
    return result;
  }
  if (arrangement.hyperplanes() == 0) {
    result.status = CellStatus::kPoint;
    result.point = Vector::Zero(arrangement.dimension());
    result.margin_estimate = std::numeric_limits<double>::infinity();
    return result;
  }
  const Matrix A = signed_rows(arrangement.normals(), planes.signs);
  result = MarginSearch(A).run();
  to_direction(arrangement, planes.signs, result);
  if (!samples) return result;
  for (Index& i : result.excluding) {
    i = arrangement.first_rows()[static_cast<std::size_t>(i)];
  }
  return result;
}

}  // namespace thalweg
