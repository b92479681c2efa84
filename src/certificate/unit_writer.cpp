#include "certificate/unit_writer.hpp"

#include <algorithm>
#include <cmath>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "certificate/row_problem.hpp"
#include "certificate/text_output.hpp"
#include "certificate/unit_text.hpp"
#include "thalweg/oracle/branch_oracle.hpp"

namespace thalweg::certificate {
namespace {

constexpr double kLargestSlack = 0.5;
constexpr int kMostAttempts = 60;
/// So many exceeded thresholds at one slack mean that rounding is in the way.
constexpr int kMostExceeded = 12;

/// The forms of the problem, as the grammar orders them.
std::vector<BranchForm> forms_of(const CertificateRequest& request) {
  if (request.parallel != nullptr) return request.parallel->forms;
  const ConvolutionProblem& problem = *request.convolution;
  const Index K = problem.rows_per_output();
  BranchForm form(problem.outputs().samples(), BlockNorm::l2(problem.patches().size));
  for (Index i = 0; i < form.samples(); ++i) {
    form.add_maximum(i, problem.rows().middleRows(i * K, K), 1);
  }
  return {std::move(form)};
}

class UnitWriter {
 public:
  UnitWriter(std::ostream& output, const CertificateRequest& request)
      : output_(output),
        request_(request),
        outputs_(outputs_of(request)),
        start_(output.tellp()),
        nu_(outputs_.project_to_dual_domain(*request.dual)),
        slack_(request.slack) {
    for (BranchForm& form : forms_of(request)) oracles_.emplace_back(std::move(form));
  }

  BoundOutcome run() {
    for (const BranchOracle& oracle : oracles_) {
      for (const auto& top : oracle.climb(nu_, norm_, 4, 1, {}, request_.control)) {
        norm_ = std::max(norm_, top.value);
      }
    }
    for (int i = 0; i < kMostAttempts && slack_ <= kLargestSlack; ++i) {
      if (request_.control.should_stop()) break;
      if (std::optional<WrittenBound> bound = attempt()) return {std::move(bound), false};
    }
    output_.seekp(start_);
    return {std::nullopt, request_.control.should_stop()};
  }

 private:
  /// What the grid of nu must resolve: the rows with a bound on them that any form's outputs obey.
  [[nodiscard]] RowProblem rows() const {
    if (request_.parallel == nullptr) return row_problem(request_);
    RowProblem rows(outputs_, request_.parallel->X);
    Index leaves = 1;
    for (const Index m : request_.parallel->fan_ins) leaves *= m;
    rows.beta /= std::sqrt(static_cast<double>(leaves));
    return rows;
  }

  [[nodiscard]] std::optional<WrittenBound> attempt() {
    const double beta = outputs_.beta();
    const double limit = norm_ > 0 ? (1 - slack_) * beta / norm_ : 1.0;
    const double scale = outputs_.best_dual_scale(nu_, limit);
    std::optional<GridDual> dual = round_to_grid(rows(), scale * nu_, slack_);
    if (!dual) return std::nullopt;
    output_.seekp(start_);
    write_nu(output_, *dual);
    if (request_.convolution != nullptr) {
      const UnitGrid grid(oracles_[0].form(), dual->nu, slack_ * beta);
      output_ << radii_line(oracles_[0].form(), grid);
    }
    const double threshold = beta * (1 - 0.6 * slack_);
    std::int64_t leaves = 0;
    for (std::size_t f = 0; f < oracles_.size(); ++f) {
      const BranchOracle& oracle = oracles_[f];
      const UnitGrid grid(oracle.form(), dual->nu, slack_ * beta);
      for (const Sign sign : {Sign::kPlus, Sign::kMinus}) {
        output_ << "units " << f << (sign == Sign::kPlus ? " +\n" : " -\n");
        UnitText text(oracle.form(), grid, output_);
        const BranchProof proof = oracle.prove(dual->nu, sign, threshold, text, request_.control);
        if (proof.status != SignProofStatus::kProved) {
          react(oracle.form(), proof, threshold, scale);
          return std::nullopt;
        }
        leaves += proof.leaves;
      }
    }
    return WrittenBound{std::move(*dual), BoundProof::kUnitTree, norm_, slack_, leaves};
  }

  /// Raises the norm by what the proof ran into, or else the slack.
  void react(const BranchForm& form, const BranchProof& proof, double threshold, double scale) {
    double reached = 0;
    if (proof.status == SignProofStatus::kExceeded) {
      reached = std::abs(nu_.dot(form.evaluate(proof.w).outputs)) / form.norm().value(proof.w);
    } else if (proof.status == SignProofStatus::kStalled) {
      reached = norm_ > 0 ? norm_ * proof.bound / threshold : proof.bound / scale;
    }
    if (reached > 0 && std::isfinite(reached) && ++exceeded_ <= kMostExceeded) {
      norm_ = std::max(norm_, reached) * (1 + 0.2 * slack_);
      return;
    }
    slack_ *= 10;
    exceeded_ = 0;
  }

  std::ostream& output_;
  const CertificateRequest& request_;
  const TrainingProblem& outputs_;
  std::ostream::pos_type start_;
  Vector nu_;
  std::vector<BranchOracle> oracles_;
  double norm_ = 0;  ///< estimate of the largest |nu^T f(w)| / N(w)
  double slack_;
  int exceeded_ = 0;
};

}  // namespace

BoundOutcome write_unit_bound(std::ostream& output, const CertificateRequest& request) {
  return UnitWriter(output, request).run();
}

}  // namespace thalweg::certificate
