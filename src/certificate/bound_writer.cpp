#include "certificate/bound_writer.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <future>
#include <ostream>
#include <utility>
#include <vector>

#include "certificate/sphere_proof.hpp"
#include "certificate/text_output.hpp"
#include "certificate/tree_proof.hpp"
#include "thalweg/oracle/dual_oracle.hpp"
#include "thalweg/oracle/whole_sphere.hpp"

namespace thalweg::certificate {
namespace {

constexpr double kLargestSlack = 1e-2;
constexpr double kLargestSphereSlack = 0.5;

class BoundWriter {
 public:
  BoundWriter(std::ostream& output, const CertificateRequest& request)
      : output_(output),
        request_(request),
        problem_(*request.problem),
        start_(output.tellp()),
        nu_(problem_.project_to_dual_domain(*request.dual)) {}

  std::optional<WrittenBound> run() {
    if (request_.choice == ProofChoice::kTreeThenSphere) {
      if (auto bound = with_tree()) return bound;
      output_.seekp(start_);
    }
    if (auto bound = with_sphere()) return bound;
    output_.seekp(start_);
    return std::nullopt;
  }

 private:
  /// nu scaled for the best bound among the multiples of norm at most `share` of beta, rounded.
  [[nodiscard]] std::optional<GridDual> scaled_dual(double norm, double share, double slack) {
    const double limit = norm > 0 ? share * problem_.beta() / norm : 1.0;
    scale_ = problem_.best_dual_scale(nu_, limit);
    return round_to_grid(problem_, scale_ * nu_, slack);
  }

  /// A first estimate of the dual norm: at the given directions and neurons, else by climbing. Too
  /// low an estimate only costs a tree that finds where the threshold is exceeded.
  void start_norm(const DualOracle& oracle) {
    const TwoLayerNetwork& network = *request_.network;
    for (Index j = 0; j < network.width(); ++j) {
      norm_ = std::max(norm_, norm_along(oracle, network.W.row(j).transpose()));
    }
    for (const Vector& u : request_.directions) norm_ = std::max(norm_, norm_along(oracle, u));
    if (request_.directions.empty() || norm_ == 0) raise_norm(oracle, {}, 4);
  }

  [[nodiscard]] double norm_along(const DualOracle& oracle, const Vector& u) const {
    const double length = u.norm();
    return length > 0 ? std::abs(oracle.value(nu_, u)) / length : 0.0;
  }

  /// Raises the estimate of the dual norm by climbing from the given directions.
  void raise_norm(const DualOracle& oracle, const std::vector<Vector>& starts, Index count) {
    for (const Vector& u : starts) norm_ = std::max(norm_, norm_along(oracle, u));
    const auto found = oracle.climb(nu_, norm_, count, 1, request_.threads, starts);
    for (const DualDirection& direction : found) norm_ = std::max(norm_, direction.value);
  }

  /// Whether a few rows alone already have a rank beyond the tree, to rounding.
  [[nodiscard]] bool clearly_beyond_tree() const {
    const Matrix& X = problem_.X();
    const Index rows = std::min<Index>(X.rows(), 4 * kMaxTreeCoordinates);
    const Eigen::ColPivHouseholderQR<Matrix> factor(X.topRows(rows).transpose());
    return factor.rank() > kMaxTreeCoordinates;
  }

  [[nodiscard]] std::optional<WrittenBound> with_tree() {
    if (clearly_beyond_tree()) return std::nullopt;
    const RowGeometry geometry(problem_.X());
    if (geometry.coordinates() > kMaxTreeCoordinates) return std::nullopt;
    if (request_.control.should_stop()) return std::nullopt;
    const DualOracle oracle(problem_.X());
    start_norm(oracle);
    RunControl control = request_.control;
    control.deadline =
        Deadline::earlier(control.deadline, Deadline::after(0.85 * control.deadline.remaining()));
    for (double slack = request_.slack; slack <= kLargestSlack * 1.01; slack *= 10) {
      // Each exceeded threshold raises the norm; a tree that exceeds it that often will not close.
      for (int attempt = 0; attempt < 12; ++attempt) {
        Attempt result = tree_attempt(geometry, slack, control);
        if (result.bound) return std::move(result.bound);
        if (control.should_stop()) return std::nullopt;
        if (result.direction.size() == 0) break;
        const double before = norm_;
        raise_norm(oracle, {result.direction}, 1);
        if (!(norm_ > before)) norm_ = before * (1 + 0.2 * slack);
      }
    }
    return std::nullopt;
  }

  struct Attempt {
    std::optional<WrittenBound> bound;
    Vector direction;  ///< where the threshold is exceeded
  };

  Attempt tree_attempt(const RowGeometry& geometry, double slack, const RunControl& control) {
    Attempt attempt;
    std::optional<GridDual> dual = scaled_dual(norm_, 1 - slack, slack);
    if (!dual) return attempt;
    output_.seekp(start_);
    write_dual(output_, geometry, *dual);
    // The trees prove the sum over the replaced rows, with that much less than beta.
    const double beta = problem_.beta() - geometry.slack(dual->nu) * (1 + 0x1p-50);
    if (!(beta > 0)) return attempt;
    const LeafRounder rounder(problem_.X(), geometry, beta, beta * (1 - 0.4 * slack));
    TreeText text(rounder, output_);
    for (const double sign : {1.0, -1.0}) {
      output_ << (sign > 0 ? "tree +\n" : "tree -\n");
      const SignProof proof = prove_sign(geometry, sign * dual->nu, beta * (1 - 0.6 * slack), text,
                                         request_.threads, control);
      if (proof.status != SignProofStatus::kProved) {
        if (proof.status == SignProofStatus::kExceeded) attempt.direction = proof.direction;
        return attempt;
      }
    }
    attempt.bound =
        WrittenBound{std::move(*dual), BoundProof::kConeTree, norm_, slack, text.leaves()};
    return attempt;
  }

  [[nodiscard]] std::optional<WrittenBound> with_sphere() {
    const auto bound = [this](double sign) { return whole_sphere_bound(problem_.X(), sign * nu_); };
    auto minus = std::async(request_.threads > 1 ? std::launch::async : std::launch::deferred,
                            [&] { return bound(-1); });
    const WholeSphereProof plus_proof = bound(1);
    const WholeSphereProof minus_proof = minus.get();
    const double norm = std::max({plus_proof.bound, minus_proof.bound, 0.0});
    for (double slack = std::max(request_.slack, 1e-8); slack <= kLargestSphereSlack; slack *= 10) {
      std::optional<GridDual> dual = scaled_dual(norm, 1 - slack, slack);
      if (!dual) return std::nullopt;
      const auto plus = sphere_attempt(plus_proof, dual->nu, slack);
      const auto other = plus ? sphere_attempt(minus_proof, -dual->nu, slack) : std::nullopt;
      if (!other) continue;
      output_.seekp(start_);
      write_dual(output_, *dual);
      output_ << "sphere +\n" << *plus << "sphere -\n" << *other;
      return WrittenBound{std::move(*dual), BoundProof::kWholeSphere, norm, slack, 0};
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<std::string> sphere_attempt(WholeSphereProof majorant,
                                                          const Vector& g, double slack) const {
    if (scale_ > 0) majorant.omega /= scale_;
    majorant.mu *= scale_;
    return sphere_text(problem_.X(), g, problem_.beta(), majorant, slack * problem_.beta());
  }

  std::ostream& output_;
  const CertificateRequest& request_;
  const TrainingProblem& problem_;
  std::ostream::pos_type start_;
  Vector nu_;
  double norm_ = 0;   ///< estimate of max |nu^T (Xu)_+|
  double scale_ = 1;  ///< the last scale of nu
};

}  // namespace

std::optional<WrittenBound> write_bound(std::ostream& output, const CertificateRequest& request) {
  return BoundWriter(output, request).run();
}

}  // namespace thalweg::certificate
