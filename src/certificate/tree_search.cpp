#include "certificate/tree_search.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <ostream>
#include <utility>
#include <vector>

#include "certificate/text_output.hpp"
#include "certificate/tree_proof.hpp"

namespace thalweg::certificate {
namespace {

/// Beyond this the bound suffers visibly.
constexpr double kTightSlack = 1e-2;
constexpr double kLargestSlack = 0.5;
/// Each exceeded threshold raises the norm; a tree that exceeds it more often will not close.
constexpr int kMostExceeded = 12;
constexpr int kMostStalled = 24;
/// From so many stalls on the norm's steps grow fourfold each, up to doubling it.
constexpr int kPatientStalls = 3;
/// Under a deadline, tried in this order before the request's slack, each in this share of the time
/// left.
constexpr double kCoarseSlacks[] = {0.3, 0.03};
constexpr double kCoarseShare = 0.2;
/// How much longer writing a tree again may take.
constexpr double kRepeat = 1.5;

}  // namespace

TreeSearch::TreeSearch(const CertificateRequest& request, const Vector& nu, SpillFile& spill,
                       std::ostream& output)
    : request_(request),
      problem_(row_problem(request)),
      nu_(nu),
      row_nu_(problem_.spread(nu)),
      spill_(spill),
      output_(output),
      start_(output.tellp()),
      control_(request.control),
      slack_(request.slack) {
  // Something must be left for the whole sphere.
  control_.deadline =
      Deadline::earlier(control_.deadline, Deadline::after(0.85 * control_.deadline.remaining()));
}

std::optional<WrittenBound> TreeSearch::run() {
  if (clearly_beyond_tree()) return std::nullopt;
  was_stopped_ = control_.should_stop();
  if (was_stopped_) return std::nullopt;
  const DualOracle oracle(problem_.X);
  if (oracle.geometry().coordinates() > kMaxTreeCoordinates) return std::nullopt;
  start_norm(oracle);
  const double remaining = control_.deadline.remaining();
  if (!std::isfinite(remaining)) return search(oracle);

  const RunControl whole = control_;
  const double norm = norm_;
  const std::optional<Coarse> coarse = search_coarsely(oracle);
  start_with(norm, request_.slack);
  if (coarse) {
    const double left = control_.deadline.remaining() - kRepeat * coarse->seconds;
    control_.deadline = Deadline::after(std::max(left, 0.0));
  }
  std::optional<WrittenBound> fine = search(oracle);
  if (!coarse || (fine && problem_.outputs.dual_objective(fine->dual.nu) >= coarse->value))
    return fine;
  const bool was_stopped = was_stopped_;
  start_with(coarse->norm, coarse->slack);
  is_loose_ = true;
  was_stopped_ = was_stopped;
  control_ = whole;
  return attempt(oracle).bound;
}

std::optional<WrittenBound> TreeSearch::search(const DualOracle& oracle) {
  while (!control_.should_stop()) {
    Attempt result = attempt(oracle);
    if (result.bound) return std::move(result.bound);
    if (result.is_hopeless || !react(oracle, result)) return std::nullopt;
  }
  was_stopped_ = true;
  return std::nullopt;
}

std::optional<TreeSearch::Coarse> TreeSearch::search_coarsely(const DualOracle& oracle) {
  const RunControl whole = control_;
  const double norm = norm_;
  std::optional<Coarse> best;
  for (const double slack : kCoarseSlacks) {
    if (slack <= request_.slack) break;
    start_with(norm, slack);
    control_.deadline = Deadline::after(kCoarseShare * whole.deadline.remaining());
    const Stopwatch watch;
    const std::optional<WrittenBound> found = search(oracle);
    control_ = whole;
    if (!found) break;
    const double value = problem_.outputs.dual_objective(found->dual.nu);
    if (!best || value > best->value) best = Coarse{norm_, slack_, watch.seconds(), value};
  }
  return best;
}

void TreeSearch::start_with(double norm, double slack) {
  norm_ = norm;
  slack_ = slack;
  exceeded_ = 0;
  stalled_ = 0;
  is_loose_ = false;
  was_stopped_ = false;
}

/// Whether a few rows alone already have a rank beyond the tree, to rounding.
bool TreeSearch::clearly_beyond_tree() const {
  const Matrix& X = problem_.X;
  const Index rows = std::min<Index>(X.rows(), 4 * kMaxTreeCoordinates);
  const Eigen::ColPivHouseholderQR<Matrix> factor(X.topRows(rows).transpose());
  return factor.rank() > kMaxTreeCoordinates;
}

/// A first estimate of the dual norm: at the network's neurons and by climbing. Too low an estimate
/// only costs a tree that finds where the threshold is exceeded.
void TreeSearch::start_norm(const DualOracle& oracle) {
  const TwoLayerNetwork& network = *request_.network;
  for (Index j = 0; j < network.width(); ++j) {
    norm_ = std::max(norm_, norm_along(oracle, network.W.row(j).transpose()));
  }
  raise_norm(oracle, {}, 4);
}

double TreeSearch::norm_along(const DualOracle& oracle, const Vector& u) const {
  const double length = u.norm();
  return length > 0 ? std::abs(oracle.value(row_nu_, u)) / length : 0.0;
}

/// Raises the estimate of the dual norm by climbing from the given directions.
void TreeSearch::raise_norm(const DualOracle& oracle, const std::vector<Vector>& starts,
                            Index count) {
  for (const Vector& u : starts) norm_ = std::max(norm_, norm_along(oracle, u));
  const auto found =
      oracle.climb(row_nu_, norm_, count, 1, request_.threads, starts, request_.control);
  for (const DualDirection& direction : found) norm_ = std::max(norm_, direction.value);
}

bool TreeSearch::enlarge_slack() {
  if (slack_ >= kLargestSlack) return false;
  slack_ = slack_ * 10 < 1.01 * kTightSlack ? slack_ * 10 : std::min(slack_ * 10, kLargestSlack);
  is_loose_ = is_loose_ || slack_ > 1.01 * kTightSlack;
  exceeded_ = 0;
  return true;
}

/// Prepares the next attempt; false when there is none worth making.
bool TreeSearch::react(const DualOracle& oracle, const Attempt& attempt) {
  const double before = norm_;
  const double excess = std::isfinite(attempt.excess) ? attempt.excess : 0;
  if (attempt.direction.size() > 0) {
    if (++exceeded_ > kMostExceeded) return enlarge_slack();
    raise_norm(oracle, {attempt.direction}, 1);
    norm_ = std::max(norm_, before * std::max(excess, 1.0) * (1 + 0.2 * slack_));
    return true;
  }
  if (!(excess > 1)) return enlarge_slack();
  if (++stalled_ > kMostStalled) return false;
  const double step = excess - 1 + 0.2 * slack_;
  const double haste = std::pow(4.0, std::max(0, stalled_ - kPatientStalls));
  norm_ *= 1 + std::min(step * haste, std::max(step, 1.0));
  is_loose_ = is_loose_ || norm_ > (1 + kTightSlack) * before;
  return true;
}

TreeSearch::Attempt TreeSearch::attempt(const DualOracle& oracle) {
  const RowGeometry& geometry = oracle.geometry();
  Attempt result;
  const double scale = dual_scale(problem_, nu_, norm_, slack_);
  std::optional<GridDual> dual = round_to_grid(problem_, scale * nu_, slack_);
  if (!dual) return result;
  output_.seekp(start_);
  write_dual(output_, geometry, *dual);
  // The trees prove the sum over the replaced rows, with that much less than beta.
  const Vector row_nu = problem_.spread(dual->nu);
  const double replaced = geometry.slack(row_nu) * (1 + 0x1p-50);
  const double beta = problem_.beta - replaced;
  if (!(beta > 0)) {
    result.excess = 2 * replaced / problem_.beta;
    return result;
  }
  const LeafRounder rounder(problem_.X, geometry, beta, beta * (1 - 0.4 * slack_));
  TreeText text(rounder, spill_, output_);
  const double threshold = beta * (1 - 0.6 * slack_);
  for (const double sign : {1.0, -1.0}) {
    output_ << (sign > 0 ? "tree +\n" : "tree -\n");
    SignProof proof;
    try {
      proof = prove_sign(geometry, sign * row_nu, threshold, text, request_.threads, control_);
    } catch (const ProofTooLong&) {
      result.is_hopeless = true;
      return result;
    }
    if (proof.status == SignProofStatus::kProved) continue;
    if (proof.status == SignProofStatus::kStalled) result.excess = proof.bound / threshold;
    if (proof.status == SignProofStatus::kExceeded) {
      result.excess = std::abs(oracle.value(row_nu, proof.direction)) / threshold;
      result.direction = std::move(proof.direction);
    }
    return result;
  }
  result.bound =
      WrittenBound{std::move(*dual), BoundProof::kConeTree, norm_, slack_, text.leaves()};
  return result;
}

}  // namespace thalweg::certificate
