#include "thalweg/landscape/certify.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "landscape/exact_check.hpp"
#include "landscape/improvement.hpp"
#include "thalweg/landscape/checked_certificate.hpp"
#include "thalweg/model/transform.hpp"
#include "thalweg/oracle/cone_tree.hpp"
#include "thalweg/oracle/dual_oracle.hpp"
#include "thalweg/training/train.hpp"

namespace thalweg {
namespace {

/// A dual vector with the bound it gives; all in floating point, the dual norm rigorous.
struct DualCandidate {
  Vector nu;
  double norm = std::numeric_limits<double>::quiet_NaN();
  double lower_bound = 0;
};

/// One certification in progress.
class Certifier {
 public:
  Certifier(const TrainingProblem& problem, const TwoLayerNetwork& network,
            const CertifySettings& settings)
      : problem_(problem), network_(network), settings_(settings), oracle_(problem.X()) {}

  Expected<CertifyResult> run() {
    const Stopwatch watch;
    describe_network();
    try_own_residual();
    if (!closed(result_.objective, dual_.lower_bound)) train_better_dual();
    choose_improvement();
    finish_from_estimates();
    if (settings_.verify && problem_.has_exact_certificate()) {
      if (auto error = prove()) return tl::unexpected<Error>(std::move(*error));
    }
    result_.seconds = watch.seconds();
    return std::move(result_);
  }

 private:
  /// Work that leaves time for the steps after it: at most `share` of what remains.
  [[nodiscard]] RunControl share_of_time(double share) const {
    RunControl control = settings_.control;
    const double remaining = control.deadline.remaining();
    if (std::isfinite(remaining)) control.deadline = Deadline::after(share * remaining);
    return control;
  }

  /// Whether the oracle can search the directions; otherwise all bounds are whole-sphere ones.
  [[nodiscard]] bool branches() const {
    return oracle_.geometry().coordinates() <= kMaxTreeCoordinates;
  }

  [[nodiscard]] bool closed(double objective, double lower_bound) const {
    return objective - lower_bound <= 0.5 * settings_.tolerance * objective;
  }

  void describe_network() {
    result_.objective = problem_.objective(network_);
    result_.balance_defect = balance_defect(network_);
    result_.balanced = true;
    for (Index j = 0; j < network_.width(); ++j) {
      const double norm = network_.W.row(j).norm();
      const double output = std::abs(network_.alpha(j, 0));
      if (std::abs(norm - output) > 1e-9 * (norm + output)) result_.balanced = false;
    }
    const NetworkGradient gradient = problem_.gradient(network_);
    result_.stationarity_residual =
        std::sqrt(gradient.W.squaredNorm() + gradient.alpha.squaredNorm() +
                  gradient.output_bias * gradient.output_bias + gradient.skip.squaredNorm());
    result_.optimum_upper_bound = result_.objective;
    result_.optimum_width = network_.width();
    result_.best_network = network_;
  }

  void try_own_residual() {
    dual_.nu = problem_.project_to_dual_domain(problem_.dual_point(problem_.fit(network_)));
    DualNormSettings settings;
    settings.relative_gap = std::clamp(0.1 * settings_.tolerance, 1e-12, 1e-6);
    settings.threads = settings_.threads;
    settings.seed = settings_.seed;
    settings.control = share_of_time(0.4);
    const DualNormResult norm = oracle_.maximise(dual_.nu, settings);
    directions_ = norm.maximisers;
    for (DualDirection& direction : oracle_.climb(dual_.nu, problem_.beta(), 8, settings_.seed,
                                                  settings_.threads, {}, settings_.control)) {
      directions_.push_back(std::move(direction));
    }
    dual_.norm = norm.upper;
    if (norm.source == DualNormSource::kWholeSphere) {
      result_.bound_source = BoundSource::kWholeSphere;
    }
    result_.own_dual_norm = norm.upper;
    dual_.lower_bound = bound_of(dual_);
  }

  [[nodiscard]] double bound_of(const DualCandidate& dual) const {
    const double limit = dual.norm > 0 ? std::min(1.0, problem_.beta() / dual.norm) : 1.0;
    const double scale = problem_.best_dual_scale(dual.nu, limit);
    return std::max(0.0, problem_.dual_objective(scale * dual.nu));
  }

  void train_better_dual() {
    TrainingSettings settings;
    settings.relative_gap = std::max(0.1 * settings_.tolerance, 1e-12);
    settings.threads = settings_.threads;
    settings.seed = settings_.seed;
    settings.control = share_of_time(0.6);
    // A network far from the optimum is no better start than none, which takes larger penalties
    // first where beta is tiny.
    const bool near = dual_.lower_bound > 0.5 * result_.objective;
    trained_ = thalweg::train(problem_, settings, near ? std::optional(network_) : std::nullopt);
    if (trained_->objective < result_.optimum_upper_bound) {
      result_.optimum_upper_bound = trained_->objective;
      result_.optimum_width = trained_->network.width();
      result_.best_network = trained_->network;
    }
    if (trained_->dual.size() == 0) return;
    DualCandidate candidate{trained_->dual, trained_->dual_norm, 0};
    candidate.lower_bound = bound_of(candidate);
    if (candidate.lower_bound > dual_.lower_bound) {
      dual_ = std::move(candidate);
      dual_source_ = BoundSource::kColumnGeneration;
      result_.bound_source = branches() ? dual_source_ : BoundSource::kWholeSphere;
    }
  }

  void choose_improvement() {
    std::vector<Improvement> candidates = simplifications(problem_, network_);
    result_.improving_neuron = best_neuron(problem_, network_, directions_);
    if (result_.improving_neuron) candidates.push_back(*result_.improving_neuron);
    const double least = settings_.tolerance * result_.objective;
    result_.improvement = recommend(candidates, least);
    if (!result_.improvement && trained_ && result_.objective - trained_->objective > least) {
      Improvement replacement;
      replacement.kind = ImprovementKind::kReplace;
      replacement.network = trained_->network;
      replacement.objective_after = trained_->objective;
      replacement.decrease = result_.objective - trained_->objective;
      result_.improvement = std::move(replacement);
    }
    for (const Improvement& improvement : candidates) {
      if (improvement.objective_after < result_.optimum_upper_bound) {
        result_.optimum_upper_bound = improvement.objective_after;
        result_.optimum_width = improvement.network.width();
        result_.best_network = improvement.network;
      }
    }
  }

  void finish_from_estimates() {
    result_.dual_norm = dual_.norm;
    result_.lower_bound = std::min(dual_.lower_bound, result_.objective);
    result_.gap = result_.objective - result_.lower_bound;
    result_.relative_gap = result_.objective > 0 ? result_.gap / result_.objective : 0.0;
    result_.level = Level::kEstimate;
    result_.stopped_at_limit =
        settings_.control.should_stop() || (trained_ && trained_->status == TrainingStatus::kLimit);
    decide();
  }

  void decide() {
    if (result_.relative_gap <= settings_.tolerance) {
      result_.stopped_at_limit = false;  // nothing is left to do
      result_.verdict = Verdict::kGlobalMinimum;
      result_.improvement.reset();
    } else if (result_.improvement &&
               result_.improvement->decrease > settings_.tolerance * result_.objective) {
      result_.verdict = Verdict::kSuboptimal;
    } else {
      result_.verdict = Verdict::kUndecided;
    }
  }

  /// Writes the certificate, has it checked, and replaces every estimate by what the checker
  /// recomputed.
  std::optional<Error> prove() {
    CertificateRequest request;
    request.problem = &problem_;
    request.network = &network_;
    request.improved = result_.improvement ? &result_.improvement->network : nullptr;
    request.dual = &dual_.nu;
    request.slack = std::clamp(0.01 * settings_.tolerance, 1e-12, 1e-6);
    request.dataset_sha256 = settings_.dataset_sha256;
    request.network_sha256 = settings_.network_sha256;
    request.threads = settings_.threads;
    request.control = settings_.control;
    const auto checked = write_checked_certificate(request, settings_.certificate);
    if (!checked) return checked.error();
    if (!checked->statement) return std::nullopt;
    result_.certificate_bytes = checked->written.bytes;
    result_.certificate_leaves = checked->written.leaves;
    result_.stopped_at_limit |= checked->written.stopped_at_limit;
    result_.bound_source = dual_source_;
    if (checked->written.proof == BoundProof::kWholeSphere) {
      result_.bound_source = BoundSource::kWholeSphere;
      result_.dual_norm = checked->written.dual_norm;
    }
    adopt(*checked->statement);
    if (auto error = compare_neuron()) return error;
    decide();
    return std::nullopt;
  }

  void adopt(const verify::Statement& statement) {
    result_.objective = to_double(statement.objective_upper);
    result_.optimum_upper_bound = std::min(result_.optimum_upper_bound, result_.objective);
    if (statement.lower_bound) {
      result_.level = Level::kVerified;
      result_.lower_bound = std::max(0.0, to_double(*statement.lower_bound));
      result_.gap = std::min(to_double(*statement.gap), result_.objective);
      result_.relative_gap = std::min(1.0, to_double(*statement.relative_gap));
    } else {
      // Every loss here is nonnegative, so zero is a bound that needs no proof.
      result_.level = Level::kValue;
      result_.lower_bound = 0;
      result_.gap = result_.objective;
      result_.relative_gap = result_.objective > 0 ? 1.0 : 0.0;
    }
    if (result_.improvement && statement.decrease) {
      result_.improvement->decrease = to_double(*statement.decrease);
      result_.improvement->objective_after = to_double(*statement.improved_upper);
      result_.improvement->verified = true;
    }
  }

  std::optional<Error> compare_neuron() {
    auto& neuron = result_.improving_neuron;
    if (!neuron) return std::nullopt;
    if (result_.improvement && result_.improvement->kind == ImprovementKind::kNeuron) {
      neuron = result_.improvement;
      return std::nullopt;
    }
    const auto comparison = compare_exactly(problem_, network_, neuron->network);
    if (!comparison) return comparison.error();
    neuron->decrease = comparison->decrease;
    neuron->objective_after = comparison->objective_after;
    neuron->verified = true;
    if (!(neuron->decrease > 0)) neuron.reset();
    return std::nullopt;
  }

  const TrainingProblem& problem_;
  const TwoLayerNetwork& network_;
  const CertifySettings& settings_;
  DualOracle oracle_;
  DualCandidate dual_;
  BoundSource dual_source_ = BoundSource::kOwnResidual;  ///< where dual_ comes from
  std::vector<DualDirection> directions_;
  std::optional<TrainingResult> trained_;
  CertifyResult result_;
};

}  // namespace

Expected<CertifyResult> certify(const TrainingProblem& problem, const TwoLayerNetwork& network,
                                const CertifySettings& settings) {
  problem.check(network);
  const double objective = problem.objective(network);
  if (!std::isfinite(objective)) {
    throw InvalidArgument("the network's objective is " + std::to_string(objective) +
                          ": expected one in the range of doubles; rescale the data");
  }
  return Certifier(problem, network, settings).run();
}

}  // namespace thalweg
