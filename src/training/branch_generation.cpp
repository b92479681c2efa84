#include "training/branch_generation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <utility>

#include "thalweg/core/error.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/model/independent_masses.hpp"
#include "training/branch_rounding.hpp"

namespace thalweg::detail {
namespace {

constexpr Index kJoining = 8;           ///< pieces of a form that join in one round
constexpr Index kRandomBranches = 200;  ///< drawn where a climb found nothing in its time
constexpr double kRoundingSeconds = 1;  ///< for the masses of rounded blocks when time is up
constexpr int kIdleRounds = 4;          ///< a piece without weight leaves after these
constexpr double kMargin = 1e-9;        ///< values this far above beta, relatively, are violations
constexpr double kProgramShare = 0.02;  ///< of the requested gap: that of the programs
constexpr double kBestProgramGap = 1e-10;
constexpr double kRankOneProgramGap = 1e-12;
constexpr double kFirstShare = 0.7;  ///< of the time left, for the slack that was asked for
constexpr double kWiderShare = 0.5;
constexpr std::array<double, 3> kWiderSlacks = {1e-4, 1e-3, 1e-2};
constexpr double kWithoutWeight = 1e-9;  ///< blocks below this share of the total cost are zero

/// NaN where one is not finite: nothing is then closed.
double relative_gap(double objective, double lower_bound) {
  if (!std::isfinite(objective) || !std::isfinite(lower_bound)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  return objective > 0 ? std::fmax(0, (objective - lower_bound) / objective) : 0;
}

}  // namespace

BranchGeneration::BranchGeneration(const BranchProblem& problem, const TrainingSettings& settings)
    : problem_(problem), settings_(settings), pricing_(problem, settings) {}

bool BranchGeneration::add(Index form, Sign sign, const BranchPattern& pattern) {
  for (Candidate& candidate : pieces_) {
    if (candidate.piece.form == form && candidate.piece.sign == sign &&
        candidate.piece.pattern == pattern) {
      candidate.idle = 0;
      return false;
    }
  }
  pieces_.push_back({{form, pattern, sign}, 0});
  return true;
}

bool BranchGeneration::add(const std::vector<FoundBranch>& found) {
  bool some = false;
  for (const FoundBranch& branch : found) {
    if (branch.maximiser.value <= problem_.beta() * (1 + kMargin)) continue;
    some = add(branch.form, branch.maximiser.sign, branch.maximiser.pattern) || some;
  }
  return some;
}

const BranchForm& BranchGeneration::form_of(const ActiveBlock& block) const {
  return problem_.forms()[static_cast<std::size_t>(block.form)];
}

bool BranchGeneration::add_random_branches() {
  const Architecture& architecture = problem_.architecture();
  Random random(settings_.seed);
  BranchNetwork network;
  for (const BranchLayer& layer : architecture.layers()) {
    Index size = 1;
    for (const Index length : layer.shape) size *= length;
    Matrix& weights = network.layers.emplace_back(kRandomBranches, size);
    for (double& weight : weights.reshaped()) weight = random.normal();
  }
  std::vector<FoundBranch> found;
  for (const ActiveBlock& block : architecture.lift(network)) {
    auto at = form_of(block).evaluate(block.w);
    const double value = to_double(block.sign) * solution_.dual.dot(at.outputs) /
                         form_of(block).norm().value(block.w);
    found.push_back({block.form, {block.w, block.sign, value, std::move(at.pattern)}});
  }
  std::stable_sort(found.begin(), found.end(), [](const FoundBranch& a, const FoundBranch& b) {
    return a.maximiser.value > b.maximiser.value;
  });
  found.resize(std::min(found.size(), static_cast<std::size_t>(kJoining)));
  return add(found);
}

void BranchGeneration::begin(const std::optional<BranchNetwork>& start) {
  if (!start) return;
  check_network(problem_.architecture(), *start);
  for (const ActiveBlock& block : problem_.architecture().lift(*start)) {
    add(block.form, block.sign, form_of(block).evaluate(block.w).pattern);
  }
}

void BranchGeneration::solve() {
  std::vector<Piece> pieces;
  for (const Candidate& candidate : pieces_) pieces.push_back(candidate.piece);
  SolverSettings solver;
  // How far blocks are from rank one is the root of the program's gap.
  solver.relative_gap = problem_.architecture().exactness() == Exactness::kLowerBound
                            ? kRankOneProgramGap
                            : std::max(kBestProgramGap, kProgramShare * settings_.relative_gap);
  solver.control = settings_.control;
  before_ = std::move(weighty_);
  bias_before_ = solution_.affine.bias;
  objective_before_ = solution_.objective;
  solution_ = solve_pieces(problem_.forms(), pieces, problem_.affine(), solver);
  weighty_.clear();
  double total = 0;
  std::vector<double> costs;
  for (const ActiveBlock& block : solution_.blocks) {
    costs.push_back(form_of(block).norm().value(block.w));
    total += costs.back();
  }
  for (std::size_t k = 0; k < pieces_.size(); ++k) {
    pieces_[k].idle = costs[k] > kWithoutWeight * total ? 0 : pieces_[k].idle + 1;
    pieces_[k].piece.rows = solution_.rows[k];
    if (pieces_[k].idle == 0) weighty_.push_back(solution_.blocks[k]);
  }
  ++result_.rounds;
  result_.pieces = static_cast<std::int64_t>(pieces_.size());
}

void BranchGeneration::forget_idle_pieces() {
  std::erase_if(pieces_, [](const Candidate& candidate) { return candidate.idle >= kIdleRounds; });
}

double BranchGeneration::gap_of(double lower_bound) const {
  return relative_gap(solution_.objective, lower_bound);
}

bool BranchGeneration::price() {
  climbed_ = std::numeric_limits<double>::quiet_NaN();
  if (settings_.control.should_stop()) return prove();
  std::vector<ActiveBlock> starts;
  for (std::size_t k = 0; k < pieces_.size(); ++k) {
    if (pieces_[k].idle == 0) starts.push_back(solution_.blocks[k]);
  }
  const std::vector<FoundBranch> found =
      pricing_.climb(solution_.dual, 0.5 * problem_.beta(), kJoining, starts,
                     settings_.seed + static_cast<std::uint64_t>(result_.rounds));
  const double best = found.empty() ? 0 : found.front().maximiser.value;
  climbed_ = best;
  // What is still to be gained decides when a proof is worth its price.
  const double gap = gap_of(problem_.lower_bound(solution_.dual, std::max(best, problem_.beta())));
  if (settings_.control.progress != nullptr) {
    char detail[64];
    std::snprintf(detail, sizeof detail, "%zu pieces, gap at least %.1e", pieces_.size(), gap);
    settings_.control.progress->report("training", std::numeric_limits<double>::quiet_NaN(),
                                       detail);
  }
  if (gap > 0.25 * settings_.relative_gap && add(found)) return true;
  const bool hurried =
      found.empty() && result_.rounds == 1 && std::isfinite(settings_.control.deadline.remaining());
  if (hurried && !settings_.control.should_stop() && add_random_branches()) return true;
  return prove();
}

BranchPricing::Bound BranchGeneration::bound(double slack) const {
  const auto attempt = [&](double loss, double share) {
    RunControl control = settings_.control;
    control.deadline =
        Deadline::earlier(control.deadline, Deadline::after(share * control.deadline.remaining()));
    return pricing_.bound(solution_.dual, loss, problem_.beta() * (1 + loss), control);
  };
  BranchPricing::Bound best = attempt(slack, kFirstShare);
  for (const double loss : kWiderSlacks) {
    if (best.complete || settings_.control.should_stop()) break;
    if (loss <= slack) continue;
    BranchPricing::Bound wider = attempt(loss, kWiderShare);
    best.upper = std::min(best.upper, wider.upper);
    best.nodes += wider.nodes;
    if (best.found.empty()) best.found = std::move(wider.found);
    if (wider.complete) break;
  }
  return best;
}

bool BranchGeneration::prove() {
  // Scaling nu by 1 / (1 + slack) costs D at most about slack times the objective.
  const BranchPricing::Bound bound = this->bound(0.25 * settings_.relative_gap);
  result_.nodes += bound.nodes;
  const double lower_bound = problem_.lower_bound(solution_.dual, bound.upper);
  // A program before may have had the dual that is easier to bound.
  if (!(lower_bound <= result_.lower_bound)) {
    result_.lower_bound = lower_bound;
    result_.dual = solution_.dual;
    result_.dual_norm = bound.upper;
    result_.dual_norm_found =
        bound.found.empty() ? climbed_ : std::fmax(climbed_, bound.found.front().maximiser.value);
  }
  if (gap_of(result_.lower_bound) <= settings_.relative_gap) return false;
  return !settings_.control.should_stop() && add(bound.found);
}

std::vector<ActiveBlock> BranchGeneration::independent(std::vector<ActiveBlock> blocks) const {
  Matrix outputs(problem_.targets().size(), static_cast<Index>(blocks.size()));
  Vector costs(outputs.cols());
  for (Index k = 0; k < outputs.cols(); ++k) {
    const ActiveBlock& block = blocks[static_cast<std::size_t>(k)];
    outputs.col(k) = to_double(block.sign) * form_of(block).evaluate(block.w).outputs;
    costs[k] = form_of(block).norm().value(block.w);
  }
  const Vector masses = independent_masses(outputs, costs);
  std::vector<ActiveBlock> kept;
  for (Index k = 0; k < masses.size(); ++k) {
    if (!(masses[k] > 0)) continue;
    kept.push_back(std::move(blocks[static_cast<std::size_t>(k)]));
    kept.back().w *= masses[k];
  }
  return kept;
}

void BranchGeneration::offer(std::vector<ActiveBlock> blocks, double output_bias,
                             double convex_objective) {
  std::optional<BranchNetwork> network = decode_network(problem_.architecture(), blocks);
  const bool decoded = network.has_value();
  if (!network) {
    RunControl control = settings_.control;
    if (control.should_stop()) control = {Deadline::after(kRoundingSeconds), {}, nullptr};
    RoundedBlocks rounded = rounded_blocks(problem_, blocks, control);
    network = decode_network(problem_.architecture(), rounded.blocks);
    output_bias = rounded.affine.bias;
  }
  const double objective = problem_.objective(*network, output_bias);
  if (objective >= result_.objective) return;
  result_.network = std::move(network).value();
  result_.output_bias = output_bias;
  result_.decoded = decoded;
  result_.blocks = std::move(blocks);
  result_.objective = objective;
  result_.convex_objective = convex_objective;
}

void BranchGeneration::finish() {
  result_.restricted_lower_bound = solution_.lower_bound;
  offer(independent(weighty_), solution_.affine.bias, solution_.objective);
  if (settings_.control.should_stop()) {
    offer(independent(before_), bias_before_, objective_before_);
    const double bias = problem_.affine().bias_of_zero_network();
    offer({}, bias, problem_.objective(decode_network(problem_.architecture(), {}).value(), bias));
  }
  result_.relative_gap = relative_gap(result_.objective, result_.lower_bound);
  result_.status = result_.relative_gap <= settings_.relative_gap ? TrainingStatus::kSolved
                   : settings_.control.should_stop()              ? TrainingStatus::kLimit
                                                     : TrainingStatus::kReducedAccuracy;
  result_.seconds = watch_.seconds();
}

BranchTrainingResult BranchGeneration::run(const std::optional<BranchNetwork>& start) {
  begin(start);
  do {
    forget_idle_pieces();
    solve();
  } while (price());
  finish();
  return std::move(result_);
}

}  // namespace thalweg::detail
