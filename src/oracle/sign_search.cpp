#include "oracle/sign_search.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <future>
#include <limits>
#include <optional>

#include "oracle/cell_bound.hpp"
#include "oracle/moment_program.hpp"

namespace thalweg::oracle {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int kMaxSteps = 60;
constexpr int kMaxRounds = 8;
constexpr int kPatience = 8;  ///< steps without progress
/// Rows whose products are used, the last ones split at.
constexpr std::size_t kMostSplit = 12;
/// Share of the identity mixed into a point that a cell starts from.
constexpr double kMixed = 5e-3;

struct Node {
  SignCell cell;
  MomentPoint point;
  double mu = 0;     ///< to start the program with
  double bound = 0;  ///< of f on the cell, rigorous
};

/// The search for one sign, in the unit of the scaled rows.
class SignSearch {
 public:
  SignSearch(const DualQuery& query, const Matrix& X, const Vector& nu, Sign sign,
             const TreeRequest& request, const std::atomic<bool>& abandoned)
      : query_(query),
        sign_(sign),
        request_(request),
        abandoned_(abandoned),
        rows_(scale_rows(X, sign == Sign::kPlus ? nu : Vector(-nu))),
        program_(rows_),
        ascent_(query.climb_rows(sign)),
        value_(request.start_value),
        bar_(std::max(request.start_value, request.threshold)) {}

  TreeOutcome run(std::int64_t max_nodes) {
    if (rows_.count() == 0) return std::move(outcome_);
    open_.push_back(root());
    double given_up = 0;
    while (!open_.empty() && !outcome_.exceeded) {
      if (request_.control->should_stop() || abandoned_) outcome_.stopped = true;
      if (outcome_.nodes >= max_nodes) outcome_.stalled = true;
      if (outcome_.stopped || outcome_.stalled) break;
      Node node = std::move(open_.back());
      open_.pop_back();
      ++outcome_.nodes;
      if (bound(node) || outcome_.exceeded) continue;
      if (!branch(node)) {
        outcome_.stalled = true;
        given_up = std::max(given_up, node.bound);
      }
    }
    double upper = std::max(given_up, target());
    for (const Node& node : open_) upper = std::max(upper, node.bound);
    // One ulp up in case ldexp rounds into the subnormal range.
    outcome_.upper = std::nextafter(std::ldexp(upper, rows_.exponent), kInfinity);
    return std::move(outcome_);
  }

 private:
  /// Cells with a bound of at most this are done with; rounded down.
  [[nodiscard]] double target() const {
    const double wanted =
        request_.threshold > 0
            ? request_.threshold
            : std::max(value_ * (1 + request_.relative_gap * (1 - 1e-3)), request_.floor);
    return std::nextafter(std::ldexp(wanted, -rows_.exponent), 0.0);
  }

  [[nodiscard]] Node root() const {
    const Index d = rows_.Y.rows();
    return {{rows_.norm, rows_.norm, {}},
            {Vector::Zero(d), Matrix::Identity(d, d) / static_cast<double>(d)},
            1e-2 * target(),
            std::ldexp(query_.crude_bound(), -rows_.exponent) * (1 + 0x1p-50)};
  }

  /// Moves the point away from the boundary.
  static MomentPoint mixed(const MomentPoint& point) {
    const Index d = point.mean.size();
    return {(1 - kMixed) * point.mean,
            (1 - kMixed) * point.moment + kMixed / static_cast<double>(d) * Matrix::Identity(d, d)};
  }

  /// Bounds and narrows the node's cell; true when nothing above the target is left in it. The
  /// program stands at the cell's solution afterwards.
  bool bound(Node& node) {
    double last = kInfinity;
    for (int round = 0; round < kMaxRounds; ++round) {
      program_.start(node.cell, node.point, node.mu);
      const std::optional<CellBound> found = solve(node.cell);
      node.point = program_.point();
      if (!found || outcome_.exceeded) return false;
      node.bound = std::min(node.bound, found->value);
      if (found->value <= target()) return true;
      const Narrowing narrowing = narrow(rows_, *found, target(), node.cell);
      if (narrowing.empty) return true;
      const double excess = found->value - target();
      const bool worthwhile = narrowing.removed >= 0.1 || 10 * narrowing.decided >= undecided(node);
      if (!worthwhile || (round > 0 && excess > 0.9 * last)) return false;
      last = excess;
      node.mu = std::clamp(30 * program_.centre(), 1e-5 * target(), 1e-2 * target());
      node.point = mixed(node.point);
    }
    return false;
  }

  /// Steps of the program until the cell is closed or the bound is as good as it gets compared with
  /// what is missing; the best bound, proved.
  std::optional<CellBound> solve(const SignCell& cell) {
    const double wanted = target();
    std::optional<CellMajorant> best;
    TrustRegion region;
    double least = kInfinity;
    int idle = 0;
    for (int step = 0; step < kMaxSteps && idle <= kPatience; ++step) {
      if (!program_.step()) break;
      CellMajorant majorant = cell_majorant(rows_, cell, program_.multipliers());
      TrustRegion maximum = estimate_maximum(majorant);
      if (!std::isfinite(maximum.value)) break;
      const double estimate = maximum.value;
      idle = estimate - wanted < 0.999 * (least - wanted) ? 0 : idle + 1;
      if (estimate < least) {
        least = estimate;
        best = std::move(majorant);
        region = std::move(maximum);
      }
      if (least <= wanted) {
        CellBound proved = prove_bound(*best, region.multiplier);
        if (proved.value <= wanted) return proved;
      }
      const double reached = program_.value();
      if (program_.infeasibility() < 1e-6 && reached > wanted &&
          estimate - reached < 0.2 * (reached - wanted)) {
        break;
      }
      if (program_.centre() < 1e-14 * wanted) break;
    }
    if (!best) return std::nullopt;
    try_direction(region.u);
    CellBound proved = prove_bound(std::move(*best), region.multiplier);
    if (!std::isfinite(proved.value)) return std::nullopt;
    return proved;
  }

  /// Climbs from u where f(u) promises more than is known.
  void try_direction(const Vector& u) {
    const Vector t = rows_.Y.transpose() * u;
    double value = 0;
    for (Index j = 0; j < t.size(); ++j) {
      if (t[j] > 0) value += rows_.positive[static_cast<std::size_t>(j)] ? t[j] : -t[j];
    }
    const double estimate = std::ldexp(value / u.norm(), rows_.exponent);
    if (!(estimate > bar_ * (1 + 1e-12))) return;
    const Summit summit = ascent_.polish(ascent_.climb(u.normalized()).u);
    DualDirection direction = query_.describe(query_.from_frame(summit.u), sign_);
    bar_ = std::max({bar_, direction.value, estimate});
    if (direction.value <= std::max(value_, request_.threshold)) return;
    value_ = direction.value;
    outcome_.found.push_back(std::move(direction));
    outcome_.exceeded = request_.threshold > 0;
  }

  [[nodiscard]] Index undecided(const Node& node) const {
    Index count = 0;
    for (Index j = 0; j < rows_.count(); ++j) count += !node.cell.decided(j);
    return count;
  }

  /// Splits the cell at the hyperplane of the undecided row with the most to gain; false when every
  /// row is decided.
  bool branch(Node& node) {
    Index chosen = -1;
    double most = -kInfinity;
    bool positive = false;
    for (Index j = 0; j < rows_.count(); ++j) {
      if (node.cell.decided(j)) continue;
      const double gain = std::sqrt(program_.squares()[j]) - std::abs(program_.means()[j]);
      const bool up = rows_.positive[static_cast<std::size_t>(j)];
      if ((up && !positive) || (up == positive && gain > most)) {
        chosen = j;
        most = gain;
        positive = up;
      }
    }
    if (chosen < 0) return false;
    const double mean = program_.means()[chosen];
    node.mu = std::clamp(100 * program_.centre(), 1e-4 * target(), 1e-3 * target());
    node.point = mixed(node.point);
    node.cell.split.push_back(chosen);
    if (node.cell.split.size() > kMostSplit) node.cell.split.erase(node.cell.split.begin());
    Node likely = node;
    (mean > 0 ? node.cell.above : node.cell.below)[chosen] = 0;
    (mean > 0 ? likely.cell.below : likely.cell.above)[chosen] = 0;
    open_.push_back(std::move(node));
    open_.push_back(std::move(likely));
    return true;
  }

  const DualQuery& query_;
  Sign sign_;
  const TreeRequest& request_;
  const std::atomic<bool>& abandoned_;
  ScaledRows rows_;
  MomentProgram program_;
  LocalAscent ascent_;
  double value_;  ///< proved
  double bar_;    ///< estimates up to here are not worth climbing from
  std::vector<Node> open_;
  TreeOutcome outcome_;
};

}  // namespace

TreeOutcome bound_by_signs(const DualQuery& query, const Matrix& X, const Vector& nu,
                           const TreeRequest& request, std::int64_t max_nodes) {
  std::atomic<bool> decided = false;
  const std::atomic<bool> never = false;
  const auto other = [&] {
    return SignSearch(query, X, nu, Sign::kMinus, request, decided).run(max_nodes);
  };
  std::future<TreeOutcome> second;
  if (request.threads > 1) second = std::async(std::launch::async, other);
  TreeOutcome outcome = SignSearch(query, X, nu, Sign::kPlus, request, never).run(max_nodes);
  // What the other sign got to by then depends on the threads.
  const bool enough = outcome.exceeded || outcome.stalled || outcome.stopped;
  decided = enough;
  if (!second.valid() && !enough) second = std::async(std::launch::deferred, other);
  if (enough) {
    if (second.valid()) second.wait();
    outcome.upper = query.crude_bound();
    return outcome;
  }
  TreeOutcome minus = second.get();
  outcome.upper = std::max(outcome.upper, minus.upper);
  outcome.stalled = minus.stalled;
  outcome.stopped = minus.stopped;
  outcome.exceeded = minus.exceeded;
  outcome.nodes += minus.nodes;
  for (DualDirection& direction : minus.found) outcome.found.push_back(std::move(direction));
  keep_distinct(outcome.found, kDistinctAngle);
  return outcome;
}

}  // namespace thalweg::oracle
