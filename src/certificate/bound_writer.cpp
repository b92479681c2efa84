#include "certificate/bound_writer.hpp"

#include <algorithm>
#include <cmath>
#include <future>
#include <ostream>
#include <string>
#include <utility>

#include "certificate/sphere_proof.hpp"
#include "certificate/spill_file.hpp"
#include "certificate/text_output.hpp"
#include "certificate/tree_search.hpp"
#include "thalweg/oracle/cone_tree.hpp"
#include "thalweg/oracle/whole_sphere.hpp"

namespace thalweg::certificate {
namespace {

constexpr double kLargestSphereSlack = 0.5;
/// Floating-point operations a second that a small machine does.
constexpr double kSpeed = 1e9;
/// Seconds that are spent even when time is up.
constexpr double kNegligible = 0.05;

/// A dual vector with whole-sphere majorants of both signs.
struct SphereDual {
  Vector nu;
  WholeSphereProof plus;
  WholeSphereProof minus;

  [[nodiscard]] double norm() const { return std::max({plus.bound, minus.bound, 0.0}); }
};

/// A whole-sphere proof that is not in the stream yet.
struct SphereText {
  WrittenBound bound;
  std::string plus;
  std::string minus;
};

class BoundWriter {
 public:
  BoundWriter(std::ostream& output, const std::filesystem::path& path,
              const CertificateRequest& request)
      : output_(output),
        request_(request),
        problem_(row_problem(request)),
        start_(output.tellp()),
        spill_(path),
        nu_(problem_.outputs.project_to_dual_domain(*request.dual)) {}

  BoundOutcome run() {
    TreeSearch trees(request_, nu_, spill_, output_);
    std::optional<WrittenBound> tree = trees.run();
    const bool was_stopped = trees.was_stopped();
    if (tree && !trees.is_loose()) return {std::move(tree), was_stopped};
    const std::ostream::pos_type end = output_.tellp();
    std::optional<SphereText> sphere;
    const bool affordable = sphere_is_affordable();
    if (affordable) sphere = with_sphere();
    if (sphere && (!tree || value(sphere->bound) > value(*tree))) {
      output_.seekp(start_);
      write_dual(output_, sphere->bound.dual);
      output_ << "sphere +\n" << sphere->plus << "sphere -\n" << sphere->minus;
      return {std::move(sphere->bound), was_stopped || request_.control.should_stop()};
    }
    output_.seekp(tree ? end : start_);
    return {std::move(tree), was_stopped || !affordable};
  }

 private:
  [[nodiscard]] double value(const WrittenBound& bound) const {
    return problem_.outputs.dual_objective(bound.dual.nu);
  }

  /// Whether the least work for two whole-sphere bounds fits into the time left.
  [[nodiscard]] bool sphere_is_affordable() const {
    const auto n = static_cast<double>(problem_.X.rows());
    const auto d = static_cast<double>(problem_.X.cols());
    const double seconds = (8 * n * d * d + 16 * d * d * d) / kSpeed;
    if (seconds <= kNegligible) return true;
    return !request_.control.cancellation.cancelled() &&
           seconds < request_.control.deadline.remaining();
  }

  [[nodiscard]] SphereDual bounded(Vector nu) const {
    WholeSphereSettings settings;
    settings.control = request_.control;
    const Vector row_nu = problem_.spread(nu);
    const auto bound = [&](double sign) {
      return whole_sphere_bound(problem_.X, sign * row_nu, settings);
    };
    auto minus = std::async(request_.threads > 1 ? std::launch::async : std::launch::deferred,
                            [&] { return bound(-1); });
    SphereDual result;
    result.plus = bound(1);
    result.minus = minus.get();
    result.nu = std::move(nu);
    return result;
  }

  [[nodiscard]] double value(const SphereDual& dual) const {
    const double scale = dual_scale(problem_, dual.nu, dual.norm(), 1e-8);
    return problem_.outputs.dual_objective(Vector(scale * dual.nu));
  }

  /// The dual whose whole-sphere bound is best. One that a tree would bound tightly may be a poor
  /// one here; where trees have failed, the residuals of the network and of the zero network are
  /// tried as well.
  [[nodiscard]] SphereDual best_for_sphere() const {
    SphereDual best = bounded(nu_);
    if (problem_.X.cols() > kMaxTreeCoordinates) return best;
    const TrainingProblem& outputs = problem_.outputs;
    const Vector zero = Vector::Constant(outputs.samples(), outputs.bias_of_zero_network());
    const TwoLayerNetwork& network = *request_.network;
    const Vector own = request_.problem != nullptr ? request_.problem->fit(network)
                                                   : request_.convolution->fit(network);
    for (const Vector& fit : {own, zero}) {
      SphereDual other = bounded(outputs.project_to_dual_domain(outputs.dual_point(fit)));
      if (value(other) > value(best)) best = std::move(other);
    }
    return best;
  }

  [[nodiscard]] std::optional<SphereText> with_sphere() const {
    const SphereDual best = best_for_sphere();
    const double norm = best.norm();
    for (double slack = std::max(request_.slack, 1e-8); slack <= kLargestSphereSlack; slack *= 10) {
      const double scale = dual_scale(problem_, best.nu, norm, slack);
      std::optional<GridDual> dual = round_to_grid(problem_, scale * best.nu, slack);
      if (!dual) return std::nullopt;
      const Vector row_nu = problem_.spread(dual->nu);
      std::optional<std::string> plus_text = text(best.plus, row_nu, scale, slack);
      if (!plus_text) continue;
      std::optional<std::string> minus_text = text(best.minus, -row_nu, scale, slack);
      if (!minus_text) continue;
      return SphereText{{std::move(*dual), BoundProof::kWholeSphere, norm, slack, 0},
                        std::move(*plus_text),
                        std::move(*minus_text)};
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<std::string> text(WholeSphereProof majorant, const Vector& g,
                                                double scale, double slack) const {
    if (scale > 0) majorant.omega /= scale;
    majorant.mu *= scale;
    return sphere_text(problem_.X, g, problem_.beta, majorant, slack * problem_.beta);
  }

  std::ostream& output_;
  const CertificateRequest& request_;
  RowProblem problem_;
  std::ostream::pos_type start_;
  SpillFile spill_;
  Vector nu_;
};

}  // namespace

BoundOutcome write_bound(std::ostream& output, const std::filesystem::path& path,
                         const CertificateRequest& request) {
  return BoundWriter(output, path, request).run();
}

}  // namespace thalweg::certificate
