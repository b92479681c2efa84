#include "thalweg/oracle/branch_proof.hpp"

#include <gtest/gtest.h>

#include "branch_forms.hpp"
#include "branch_proof_replay.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/oracle/branch_oracle.hpp"

namespace thalweg {
namespace {

using testing::BranchProofRecorder;
using testing::BranchProofReplay;
using testing::random_matrix;
using testing::random_vector;
using testing::RecordedLeaf;

std::vector<BranchForm> forms() {
  const Matrix X = random_matrix(5, 2, 1);
  const Matrix signals = random_matrix(5, 4, 2);
  BranchForm shallow(5, BlockNorm::l2(2));
  for (Index i = 0; i < 5; ++i) shallow.add_relu(i, X.row(i).transpose(), 1);
  return {testing::path_form(X, {1, -1}),
          testing::constrained_form(X, {1, -1, -1}),
          testing::residual_form(X),
          testing::max_pooling_form(signals, 2),
          testing::nuclear_form(signals, 3, {1, -1}),
          shallow};
}

/// The larger of the two signs' maxima, and its sign.
struct Top {
  double sigma = 0;
  Sign sign = Sign::kPlus;
};
Top top_of(const BranchOracle& oracle, const Vector& nu) {
  const BranchNormResult result = oracle.maximise(nu, {});
  return {result.upper, result.maximisers.front().sign};
}

TEST(BranchProof, ReplaysInIndependentArithmetic) {
  std::uint64_t seed = 10;
  for (const BranchForm& form : forms()) {
    const BranchOracle oracle(form);
    const Vector nu = random_vector(5, ++seed);
    const Top top = top_of(oracle, nu);
    for (const double factor : {1.0001, 1.2}) {
      for (const Sign sign : {Sign::kPlus, Sign::kMinus}) {
        BranchProofRecorder recorder;
        const double threshold = factor * top.sigma;
        const BranchProof proof = oracle.prove(nu, sign, threshold, recorder, {});
        ASSERT_EQ(proof.status, SignProofStatus::kProved);
        const Vector signed_dual = to_double(sign) * nu;
        EXPECT_EQ(BranchProofReplay(form, signed_dual, threshold).check(recorder.events), "");
      }
    }
  }
}

TEST(BranchProof, TamperedProofsAreRejected) {
  const BranchForm form = testing::path_form(random_matrix(5, 2, 1), {1, -1});
  const BranchOracle oracle(form);
  const Vector nu = random_vector(5, 31);
  const Top top = top_of(oracle, nu);
  const double threshold = 1.001 * top.sigma;
  BranchProofRecorder recorder;
  ASSERT_EQ(oracle.prove(nu, top.sign, threshold, recorder, {}).status, SignProofStatus::kProved);
  const Vector signed_dual = to_double(top.sign) * nu;
  BranchProofReplay replay(form, signed_dual, threshold);
  ASSERT_EQ(replay.check(recorder.events), "");
  // The same tree proves nothing below sigma, nor for a larger dual vector.
  EXPECT_NE(BranchProofReplay(form, signed_dual, 0.999 * top.sigma).check(recorder.events), "");
  const Vector larger = 1.1 * signed_dual;
  EXPECT_NE(BranchProofReplay(form, larger, threshold).check(recorder.events), "");
  auto cut = recorder.events;
  cut.pop_back();
  EXPECT_EQ(replay.check(cut), "unfinished tree");
  int rejected = 0;
  for (std::size_t k = 0; k < recorder.events.size(); ++k) {
    if (!std::holds_alternative<RecordedLeaf>(recorder.events[k])) continue;
    auto negative = recorder.events;
    RecordedLeaf& leaf = std::get<RecordedLeaf>(negative[k]);
    if (leaf.multipliers.empty()) continue;
    leaf.multipliers.front().second *= -1;
    rejected += replay.check(negative).empty() ? 0 : 1;
  }
  EXPECT_GT(rejected, 0);
}

TEST(BranchProof, SaysWhereTheThresholdIsExceeded) {
  std::uint64_t seed = 40;
  for (const BranchForm& form : forms()) {
    const BranchOracle oracle(form);
    const Vector nu = random_vector(5, ++seed);
    const Top top = top_of(oracle, nu);
    BranchProofRecorder recorder;
    const BranchProof proof = oracle.prove(nu, top.sign, 0.99 * top.sigma, recorder, {});
    ASSERT_EQ(proof.status, SignProofStatus::kExceeded);
    EXPECT_GT(to_double(top.sign) * nu.dot(form.evaluate(proof.w).outputs), 0.99 * top.sigma);
    EXPECT_NEAR(form.norm().value(proof.w), 1, 1e-12);
  }
}

TEST(BranchProof, RefusedLeavesAreSplit) {
  const BranchForm form = testing::constrained_form(random_matrix(5, 2, 1), {1, -1});
  const BranchOracle oracle(form);
  const Vector nu = random_vector(5, 51);
  const double threshold = 1.2 * top_of(oracle, nu).sigma;
  BranchProofRecorder patient;
  BranchProofRecorder picky;
  picky.refusals = 3;
  ASSERT_EQ(oracle.prove(nu, Sign::kPlus, threshold, patient, {}).status, SignProofStatus::kProved);
  ASSERT_EQ(oracle.prove(nu, Sign::kPlus, threshold, picky, {}).status, SignProofStatus::kProved);
  EXPECT_GT(picky.events.size(), patient.events.size());
  EXPECT_EQ(BranchProofReplay(form, nu, threshold).check(picky.events), "");
}

TEST(BranchProof, RejectsBadThresholdsAndObeysCancellation) {
  const BranchOracle oracle(testing::path_form(random_matrix(5, 2, 1), {1, -1}));
  const Vector nu = random_vector(5, 61);
  BranchProofRecorder recorder;
  EXPECT_THROW((void)oracle.prove(nu, Sign::kPlus, 0, recorder, {}), InvalidArgument);
  RunControl control;
  control.cancellation.cancel();
  EXPECT_EQ(oracle.prove(nu, Sign::kPlus, 1, recorder, control).status, SignProofStatus::kLimit);
}

}  // namespace
}  // namespace thalweg
