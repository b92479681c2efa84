#include "arrangement/sample_vertices.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "arrangement/sample_cone.hpp"
#include "thalweg/arrangement/cell_interior.hpp"
#include "thalweg/exact/linear_feasibility.hpp"

namespace thalweg {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Smaller factors of a relation that is only proposed are taken for 0.
constexpr double kProposed = 1e-9;

bool is_negative(const PatternWord* pattern, Index row) {
  return (pattern[row / 64] >> (row % 64) & 1) != 0;
}

void set_negative(PatternWord* pattern, Index row, bool negative) {
  const PatternWord bit = PatternWord{1} << (row % 64);
  PatternWord& word = pattern[row / 64];
  word = negative ? word | bit : word & ~bit;
}

}  // namespace

SampledVertices::SampledVertices(const HyperplaneArrangement& arrangement,
                                 const FlagCoordinates& flag, const SampleRows& rows,
                                 const SampleKernels& kernels)
    : arrangement_(arrangement),
      flag_(flag),
      rows_(rows),
      kernels_(kernels),
      words_(pattern_words(rows.count())) {
  const auto r = static_cast<std::size_t>(flag.rank());
  subsets_.resize(r * kLanes);
  matrix_.resize(r * r * kLanes);
  inverse_.resize(r * r * kLanes);
  point_.resize(r * kLanes);
  negative_.resize(static_cast<std::size_t>(words_) * kLanes);
}

void SampledVertices::locate(Index level) {
  level_ = level;
  size_ = level - 1;
  const SampleKernels::Vertices vertices{
      level,         subsets_.data(),       matrix_.data(),         inverse_.data(),
      point_.data(), inverse_error_.data(), relation_error_.data(), tolerance_.data()};
  kernels_.solve(rows_.view(), vertices);
  kernels_.signs(rows_.view(), level, point_.data(), tolerance_.data(), negative_.data(),
                 small_.data());
}

/// Signs off the vertex's hyperplanes, and those hyperplanes. False when the subset is dependent.
///
/// Its own rows vanish exactly, so they are always among the small values; when there are no
/// others, all other signs are certain.
bool SampledVertices::vertex(Index lane, PatternWord* pattern) {
  lane_ = lane;
  chart_ = 0;
  basis_.clear();
  extra_.clear();
  relations_.clear();
  const auto l = static_cast<std::size_t>(lane);
  for (Index i = 0; i < size_; ++i) {
    basis_.push_back(subsets_[static_cast<std::size_t>(i * kLanes + lane)]);
  }
  const bool certain = tolerance_[l] < kInfinity;
  if (!certain && subset_dependent()) return false;
  for (Index w = 0; w < words_; ++w) {
    pattern[w] = negative_[static_cast<std::size_t>(w * kLanes + lane)];
  }
  if (!certain || small_[l] != static_cast<PatternWord>(size_)) near_rows(pattern);
  return true;
}

/// At least |det M det(l_1, ..., l_r)| times the integer scales of the basis rows (Hadamard).
///
/// *Integrality.* That determinant with one more row k on W_m, which equals det M times the row's
/// value at the vertex, and that with row k in the place of basis row s, which equals det M times
/// the relation of k and s, are integers divided by their rows' integer scales (times det l). What
/// is certainly below 1 times that is 0.
double SampledVertices::largest_determinant() const {
  double product = flag_.determinant_bound();
  for (const Index row : basis_) {
    const Eigen::Map<const Vector> entries(rows_.row(row), size_);
    product *= 1.01 * (entries.norm() + static_cast<double>(size_) * flag_.error()) *
               flag_.integer_scale(row);
  }
  return product;
}

/// Decides the rows that are near the vertex.
void SampledVertices::near_rows(PatternWord* pattern) {
  determinant_ = largest_determinant();
  const double tolerance = tolerance_[static_cast<std::size_t>(lane_)];
  for (Index k = 0; k < rows_.count(); ++k) {
    if (std::find(basis_.begin(), basis_.end(), k) != basis_.end()) continue;
    const double* row = rows_.row(k);
    double value = 0;
    for (Index c = 0; c < level_; ++c) {
      value += row[c] * point_[static_cast<std::size_t>(c * kLanes + lane_)];
    }
    if (tolerance < kInfinity && std::abs(value) > tolerance) {
      set_negative(pattern, k, value < 0);
    } else if (lies_on_vertex(k)) {
      extra_.push_back(k);
      settle_relation(k);
    } else {
      set_negative(pattern, k, sign_with(k) * chart_sign() < 0);
    }
  }
}

/// Whether the lane's subset is dependent. A relation that floating point proposes takes fewer rows
/// to confirm.
bool SampledVertices::subset_dependent() {
  if (size_ == 0) return false;
  Matrix columns(level_, size_);
  for (Index i = 0; i < size_; ++i) {
    columns.col(i) =
        Eigen::Map<const Vector>(rows_.row(basis_[static_cast<std::size_t>(i)]), level_);
  }
  Eigen::FullPivLU<Matrix> lu(columns);
  lu.setThreshold(kProposed);
  if (lu.dimensionOfKernel() > 0) {
    const Vector factors = lu.kernel().col(0);
    exact_.clear();
    for (Index i = 0; i < size_; ++i) {
      if (std::abs(factors[i]) > kProposed * factors.cwiseAbs().maxCoeff()) {
        exact_.push_back(basis_[static_cast<std::size_t>(i)]);
      }
    }
    if (!exact_.empty() && flag_.dependent(exact_)) return true;
  }
  return flag_.dependent(basis_);
}

/// Whether a row is in the span of the basis. Fills relation_.
bool SampledVertices::lies_on_vertex(Index row) {
  relation_.assign(static_cast<std::size_t>(size_), 0);
  on_support_.reset();
  const double* entries = rows_.row(row);
  for (Index j = 0; j < size_; ++j) {
    for (Index i = 0; i < size_; ++i) {
      relation_[static_cast<std::size_t>(i)] += entries[j] * inverse(j, i);
    }
  }
  const double tolerance = tolerance_[static_cast<std::size_t>(lane_)];
  if (2.02 * tolerance * determinant_ * flag_.integer_scale(row) < 1) return true;
  return support_dependent(row) || dependent_with(row);
}

/// Whether the row and those basis rows that certainly belong to its relation are dependent: then
/// the row has that relation with no other rows. Fast when they are few.
bool SampledVertices::support_dependent(Index row) {
  if (on_support_.has_value()) return *on_support_;
  const double error = relation_error_[static_cast<std::size_t>(lane_)];
  exact_.clear();
  for (std::size_t i = 0; i < relation_.size(); ++i) {
    if (std::abs(relation_[i]) > error) exact_.push_back(basis_[i]);
  }
  const bool whole = exact_.size() == basis_.size();
  exact_.push_back(row);
  on_support_ = exact_.size() > 1 && !whole && flag_.dependent(exact_);
  return *on_support_;
}

/// Appends the relation; entries that floating point leaves open become exactly 0 or get the exact
/// sign.
void SampledVertices::settle_relation(Index row) {
  const double error = relation_error_[static_cast<std::size_t>(lane_)];
  for (std::size_t i = 0; i < relation_.size(); ++i) {
    double value = relation_[i];
    if (!(std::abs(value) > error)) {
      const double unit = determinant_ * flag_.integer_scale(row) / flag_.integer_scale(basis_[i]);
      const bool zero = 2.02 * error * unit < 1 || support_dependent(row);
      // Any size up to the error will do.
      const double size = error < kInfinity ? 0x1p-1000 : 1.0;
      value = zero ? 0.0 : relation_sign(static_cast<Index>(i), row) * size;
    }
    relations_.push_back(value);
  }
}

bool SampledVertices::dependent_with(Index row) {
  basis_.push_back(row);
  const bool dependent = flag_.dependent(basis_);
  basis_.pop_back();
  return dependent;
}

/// The sign of det(basis, row) on W_m, which is not 0 for a row that is independent of the basis.
int SampledVertices::sign_with(Index row) {
  exact_ = basis_;
  exact_.push_back(row);
  ++exact_signs_;
  const int sign = flag_.sign(exact_);
  if (sign == 0) throw UnluckyFlag();
  return sign;
}

int SampledVertices::chart_sign() {
  if (chart_ == 0) chart_ = sign_with(flag_.functional(level_));
  return chart_;
}

/// The sign of the factor of basis row `position` in the combination of the basis that equals
/// `row` on W_{m-1} (Cramer's rule), known not to be 0.
int SampledVertices::sign_replacing(Index position, Index row) {
  const int chart = chart_sign();
  const Index kept = std::exchange(basis_[static_cast<std::size_t>(position)], row);
  const int sign = sign_with(flag_.functional(level_));
  basis_[static_cast<std::size_t>(position)] = kept;
  return sign * chart;
}

/// The same where it may be 0, for a row in the span of the basis.
int SampledVertices::relation_sign(Index position, Index row) {
  exact_ = basis_;
  exact_[static_cast<std::size_t>(position)] = row;
  return flag_.dependent(exact_) ? 0 : sign_replacing(position, row);
}

/// The sign of l_{m-1}'s factor at a basis row: on which side of the row the region lies whose
/// lowest vertex this is.
int SampledVertices::multiplier_sign(Index position) {
  const double value = inverse(size_ - 1, position);
  if (std::abs(value) > inverse_error_[static_cast<std::size_t>(lane_)]) return value > 0 ? 1 : -1;
  return sign_replacing(position, flag_.functional(level_ - 1));
}

bool SampledVertices::cell_of_basis(Index lane, PatternWord* pattern) {
  if (!vertex(lane, pattern)) return false;
  for (Index i = 0; i < size_; ++i) {
    set_negative(pattern, basis_[static_cast<std::size_t>(i)], multiplier_sign(i) < 0);
  }
  return extra_.empty() || resolve_flat(pattern);
}

bool SampledVertices::random_cell(Index lane, Random& random, PatternWord* pattern) {
  if (!vertex(lane, pattern)) return false;
  sort_basis();
  for (const Index i : order_) {
    set_negative(pattern, basis_[static_cast<std::size_t>(i)], random.below(2) == 1);
  }
  if (extra_.empty()) return true;
  for (std::size_t i = order_.size(); i > 1; --i) std::swap(order_[i - 1], order_[random.below(i)]);
  for (std::size_t e = 0; e < extra_.size(); ++e) {
    const auto first =
        std::find_if(order_.begin(), order_.end(), [&](Index i) { return relation(e, i) != 0; });
    const Index leading = basis_[static_cast<std::size_t>(*first)];
    set_negative(pattern, extra_[e], (relation(e, *first) < 0) != is_negative(pattern, leading));
  }
  return true;
}

/// Independent of the order that pivoting found.
void SampledVertices::sort_basis() {
  order_.resize(basis_.size());
  std::iota(order_.begin(), order_.end(), Index{0});
  std::sort(order_.begin(), order_.end(), [&](Index a, Index b) {
    return basis_[static_cast<std::size_t>(a)] < basis_[static_cast<std::size_t>(b)];
  });
}

/// Signs of the extra rows at the moved vertex; false when these are not the signs of a cell.
bool SampledVertices::resolve_flat(PatternWord* pattern) {
  sort_basis();
  const auto extras = static_cast<Index>(extra_.size());
  Matrix cone =
      Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
          relations_.data(), extras, size_);
  for (Index i = 0; i < size_; ++i) {
    if (is_negative(pattern, basis_[static_cast<std::size_t>(i)])) cone.col(i) *= -1;
  }
  for (std::size_t e = 0; e < extra_.size(); ++e) {
    const bool negative = moved_negative(e);
    set_negative(pattern, extra_[e], negative);
    if (negative) cone.row(static_cast<Index>(e)) *= -1;
  }
  // The basis rows are coordinates w of their span: w > 0 and cone w > 0 once signed.
  const std::optional<bool> quick =
      positive_cone_meets(cone, relation_error_[static_cast<std::size_t>(lane_)]);
  return quick.has_value() ? *quick : cell_exists(pattern);
}

/// Row e at the moved vertex is e_e - sum_s relation_s e_s: its first term decides.
bool SampledVertices::moved_negative(std::size_t extra) const {
  for (const Index i : order_) {
    if (basis_[static_cast<std::size_t>(i)] > extra_[extra]) break;
    const double factor = relation(extra, i);
    if (factor != 0) return factor > 0;
  }
  return false;
}

/// Exactly: whether the hyperplanes through the vertex have a cell with these signs. The others'
/// are those of the vertex, so that is a cell of all.
bool SampledVertices::cell_exists(const PatternWord* pattern) const {
  std::vector<Index> flat = basis_;
  flat.insert(flat.end(), extra_.begin(), extra_.end());
  Matrix A(static_cast<Index>(flat.size()), arrangement_.rank());
  for (Index i = 0; i < A.rows(); ++i) {
    const Index row = flat[static_cast<std::size_t>(i)];
    A.row(i) = arrangement_.normals().row(row) * (is_negative(pattern, row) ? -1.0 : 1.0);
  }
  const HyperplaneArrangement local(A);
  if (!local.rank_proved()) return strict_feasibility(A).feasible;
  BitRows plus(static_cast<std::size_t>(pattern_words(A.rows())), 0);
  for (Index i = 0; i < A.rows(); ++i) insert(plus, i);
  return interior_point(local, plus).is_cell();
}

}  // namespace thalweg
