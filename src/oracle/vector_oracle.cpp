#include "thalweg/oracle/vector_oracle.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <utility>

#include "oracle/vector_climb.hpp"
#include "oracle/vector_factors.hpp"
#include "oracle/vector_search.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/oracle/cone_tree.hpp"

namespace thalweg {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr double kSmallestGap = 1e-11;
/// The search starts from 2^(r-1) cones; beyond this rank only the reduction's bound is used.
constexpr Index kMostOutputs = 10;
constexpr double kFirstAccuracy = 0.05;
constexpr std::size_t kPolished = 16;

void require_dual(const Matrix& N, Index samples) {
  if (N.rows() != samples || N.cols() < 1) {
    throw InvalidArgument("N: expected " + std::to_string(samples) +
                          " rows and at least one column, got " + std::to_string(N.rows()) + " x " +
                          std::to_string(N.cols()));
  }
  if (!N.allFinite()) throw InvalidArgument("N must be finite");
}

}  // namespace

struct VectorOracle::Impl {
  explicit Impl(const Matrix& data)
      : X(data), scalar(data), row_norms(data.rowwise().stableNorm()) {
    row_norms *= 1 + static_cast<double>(X.cols() + 4) * kEpsilon;
    length = oracle::frobenius_bound(X);
    const RowGeometry& geometry = scalar.geometry();
    if (geometry.basis().empty()) return;
    frame_rows.resize(geometry.groups(), geometry.coordinates());
    for (Index g = 0; g < geometry.groups(); ++g) {
      frame_rows.row(g) =
          X.row(geometry.first_rows()[static_cast<std::size_t>(g)]) * geometry.frame();
    }
  }

  [[nodiscard]] oracle::VectorClimb climb_of(const Matrix& N) const {
    return {X, scalar.geometry(), frame_rows, row_norms, N};
  }

  Matrix X;
  DualOracle scalar;
  Vector row_norms;   ///< at least |x_i|
  double length = 0;  ///< at least |X|_F
  Matrix frame_rows;  ///< as in DualQuery
};

namespace {

/// One call of maximise.
class Maximisation {
 public:
  Maximisation(const DualOracle& scalar, const oracle::VectorClimb& climb, const Vector& row_norms,
               double length, const VectorNormSettings& settings)
      : scalar_(scalar),
        climb_(climb),
        row_norms_(row_norms),
        length_(length),
        settings_(settings),
        gap_(std::max(settings.relative_gap, kSmallestGap)) {}

  void start(std::vector<VectorDirection> found, double upper) {
    result_.maximisers = std::move(found);
    if (!result_.maximisers.empty()) result_.lower = result_.maximisers.front().value;
    result_.upper = upper;
  }
  [[nodiscard]] DualNormStatus judge() const {
    if (settings_.threshold > 0) {
      if (result_.lower > settings_.threshold) return DualNormStatus::kThresholdExceeded;
      if (result_.upper <= settings_.threshold) return DualNormStatus::kThresholdHolds;
    } else if (result_.upper <= (1 + gap_) * result_.lower) {
      return DualNormStatus::kClosed;
    }
    return DualNormStatus::kUnsolved;
  }
  DualNormStatus search(const Matrix& N);
  [[nodiscard]] VectorNormResult finish(DualNormStatus status, double seconds) {
    result_.status = status;
    result_.seconds = seconds;
    result_.upper = std::max(result_.upper, result_.lower);
    return std::move(result_);
  }

 private:
  /// The bound that ends the search; infinity once a value above the threshold is known.
  [[nodiscard]] double goal() const {
    if (settings_.threshold <= 0) return (1 + gap_) * result_.lower;
    return result_.lower > settings_.threshold ? std::numeric_limits<double>::infinity()
                                               : settings_.threshold;
  }
  void offer(const Vector& u) {
    VectorDirection direction = climb_.describe(u);
    if (direction.value <= result_.lower) return;
    direction = climb_.polish(direction);
    result_.lower = direction.value;
    result_.maximisers.insert(result_.maximisers.begin(), std::move(direction));
  }
  void lower_upper(double searched, double tail_square, const oracle::OutputFactors& factors) {
    const double reduced = std::sqrt(searched * searched + tail_square);
    // The sums of squares behind `searched` and `tail_square` have at most c terms.
    const double terms = static_cast<double>(factors.basis.cols() + 8);
    const double bound =
        (factors.stretch * reduced + factors.remainder * length_) * (1 + 2 * terms * kEpsilon);
    result_.upper = std::min(result_.upper, bound);
  }

  const DualOracle& scalar_;
  const oracle::VectorClimb& climb_;
  const Vector& row_norms_;
  double length_;
  const VectorNormSettings& settings_;
  double gap_;
  VectorNormResult result_;
};

/// The columns of `factors`, strongest scalar norm first, and these norms.
Vector sort_by_strength(oracle::OutputFactors& factors,
                        const std::function<double(const Vector&)>& norm_of) {
  const Index c = factors.columns.cols();
  std::vector<std::pair<double, Index>> order;
  for (Index k = 0; k < c; ++k) order.emplace_back(-norm_of(factors.columns.col(k)), k);
  std::stable_sort(order.begin(), order.end());
  oracle::OutputFactors sorted = factors;
  Vector norms(c);
  for (Index k = 0; k < c; ++k) {
    const auto [strength, from] = order[static_cast<std::size_t>(k)];
    norms[k] = -strength;
    sorted.columns.col(k) = factors.columns.col(from);
    sorted.basis.col(k) = factors.basis.col(from);
  }
  factors = std::move(sorted);
  return norms;
}

DualNormStatus Maximisation::search(const Matrix& N) {
  oracle::OutputFactors factors = oracle::output_factors(N);
  DualNormSettings scalar;
  scalar.threads = settings_.threads;
  scalar.seed = settings_.seed;
  scalar.control = settings_.control;
  scalar.relative_gap = kFirstAccuracy;
  const Vector norms = sort_by_strength(factors, [&](const Vector& nu) {
    ++result_.rays;
    const DualNormResult norm = scalar_.maximise(nu, scalar);
    if (!norm.maximisers.empty()) offer(norm.maximisers.front().u);
    return norm.upper;
  });
  lower_upper(norms.norm(), 0, factors);
  DualNormStatus status = judge();
  if (status != DualNormStatus::kUnsolved) return status;

  // Weak directions are left out while they take at most a fifth of the room below the goal.
  const double room =
      result_.lower > 0 ? std::clamp(goal() / result_.lower - 1, std::min(gap_, 1.0), 1.0) : 1.0;
  Index r = N.cols();
  double tail_square = 0;
  while (r > 1) {
    const double with_next = tail_square + norms[r - 1] * norms[r - 1] * (1 + 4 * kEpsilon);
    if (with_next > 0.2 * room * result_.lower * result_.lower) break;
    tail_square = with_next;
    --r;
  }
  result_.output_rank = r;
  if (r > kMostOutputs) return DualNormStatus::kNotBranched;

  oracle::VectorSearch::Plan plan;
  plan.accuracy = std::min(gap_, 0.1);
  plan.max_rays = settings_.max_rays;
  plan.scalar = scalar;
  plan.offer = [this](const Vector& u) { offer(u); };
  plan.goal = [&] {
    const double reduced = (goal() - factors.remainder * length_) / factors.stretch;
    const double square = reduced * reduced - tail_square;
    return reduced > 0 && square > 0 ? std::sqrt(square) * (1 - 16 * kEpsilon) : 0.0;
  };
  const Matrix M = factors.columns.leftCols(r);
  oracle::VectorSearch search(scalar_, M, row_norms_, plan);
  const auto end = search.run();
  result_.rays += search.rays();
  result_.cones = search.cones();
  lower_upper(search.upper(), tail_square, factors);
  status = judge();
  if (status != DualNormStatus::kUnsolved) return status;
  if (end == oracle::VectorSearch::End::kLimit) return DualNormStatus::kLimit;
  const bool branched = scalar_.geometry().coordinates() <= kMaxTreeCoordinates;
  return branched ? DualNormStatus::kStalled : DualNormStatus::kNotBranched;
}

}  // namespace

VectorOracle::VectorOracle(const Matrix& X) : impl_(std::make_unique<Impl>(X)) {}
VectorOracle::~VectorOracle() = default;
VectorOracle::VectorOracle(VectorOracle&&) noexcept = default;
VectorOracle& VectorOracle::operator=(VectorOracle&&) noexcept = default;

const DualOracle& VectorOracle::scalar() const { return impl_->scalar; }

double VectorOracle::spectral_bound(const Matrix& N) const {
  require_dual(N, impl_->X.rows());
  const Matrix& X = impl_->X;
  const Matrix product = N.transpose() * X;
  const double rounding =
      static_cast<double>(N.rows() + 4) * kEpsilon * oracle::frobenius_bound(N) * impl_->length;
  const double linear = oracle::spectral_norm_bound(product) + rounding;
  double absolute = oracle::spectral_norm_bound(N) * oracle::spectral_norm_bound(X);
  // Any positive scaling is legal; powers of two near |N_i| make both products exact.
  const double least = 1e-3 * N.rowwise().norm().maxCoeff();
  if (least > 0) {
    const Vector scale = N.rowwise().norm().cwiseMax(least).unaryExpr(
        [](double value) { return std::exp2(std::round(std::log2(value))); });
    const Matrix left = scale.cwiseInverse().asDiagonal() * N;
    const Matrix right = scale.asDiagonal() * X;
    absolute =
        std::min(absolute, oracle::spectral_norm_bound(left) * oracle::spectral_norm_bound(right));
  }
  return 0.5 * (linear + absolute) * (1 + 8 * kEpsilon);
}

std::vector<VectorDirection> VectorOracle::climb(const Matrix& N, double threshold, Index count,
                                                 std::uint64_t seed,
                                                 const std::vector<Vector>& starts,
                                                 const RunControl& control) const {
  require_dual(N, impl_->X.rows());
  const oracle::VectorClimb climb = impl_->climb_of(N);
  const Index d = impl_->scalar.geometry().frame().cols();
  Random random(seed);
  std::vector<VectorDirection> found;
  for (const Vector& start : starts) {
    if (control.should_stop()) break;
    if (start.norm() > 0) found.push_back(climb.approach(start));
  }
  const Index random_starts = 16 + 4 * std::min<Index>(d, kMaxTreeCoordinates) + 4 * N.cols();
  for (Index k = 0; k < random_starts && d > 0; ++k) {
    if (control.should_stop()) break;
    found.push_back(climb.approach(impl_->scalar.geometry().frame() * random.direction(d)));
  }
  oracle::keep_distinct(found, 1e-2);
  found.resize(std::min(found.size(), std::max(kPolished, static_cast<std::size_t>(count))));
  for (VectorDirection& direction : found) direction = climb.polish(direction);
  oracle::keep_distinct(found, 1e-2);
  std::erase_if(found, [&](const VectorDirection& x) { return !(x.value > threshold); });
  found.resize(std::min(found.size(), static_cast<std::size_t>(count)));
  return found;
}

VectorNormResult VectorOracle::maximise(const Matrix& N, const VectorNormSettings& settings) const {
  const Stopwatch watch;
  require_dual(N, impl_->X.rows());
  const oracle::VectorClimb climb_object = impl_->climb_of(N);
  Maximisation run(impl_->scalar, climb_object, impl_->row_norms, impl_->length, settings);
  run.start(climb(N, -1, 8, settings.seed, {}, settings.control), spectral_bound(N));
  DualNormStatus status = run.judge();
  if (status == DualNormStatus::kUnsolved) status = run.search(N);
  return run.finish(status, watch.seconds());
}

}  // namespace thalweg
