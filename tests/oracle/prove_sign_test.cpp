#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "oracle/brute_force.hpp"
#include "oracle/proof_recorder.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/oracle/cone_tree.hpp"
#include "thalweg/oracle/dual_oracle.hpp"

namespace thalweg {
namespace {

using testing::ProofEvent;
using testing::ProofRecorder;
using testing::random_data;
using testing::random_dual;

double value(const Matrix& X, const Vector& g, const Vector& u) {
  return g.dot((X * u).cwiseMax(0));
}

/// Replays a proof from the rows alone: rebuilds every cone from the splits and re-derives what
/// each leaf claims.
class Replay {
 public:
  Replay(const Matrix& X, const RowGeometry& geometry, const Vector& g, double threshold)
      : X_(X), geometry_(geometry), g_(g), threshold_(threshold) {}

  void run(const std::vector<ProofEvent>& events) {
    const Index rank = geometry_.coordinates();
    std::size_t position = 0;
    for (unsigned mask = 0; mask < (1u << rank); ++mask) {
      Matrix rays = Matrix::Identity(rank, rank);
      for (Index k = 0; k < rank; ++k) rays(k, k) = mask >> k & 1 ? -1 : 1;
      descend(events, position, rays);
    }
    EXPECT_EQ(position, events.size());
  }

  int leaves = 0;

 private:
  void descend(const std::vector<ProofEvent>& events, std::size_t& position, const Matrix& rays) {
    ASSERT_LT(position, events.size());
    const ProofEvent& event = events[position++];
    if (event.is_leaf) return check(event.view, rays);
    const Vector ray = std::ldexp(1.0, std::max(event.shift, 0)) * rays.col(event.k) +
                       std::ldexp(1.0, std::max(-event.shift, 0)) * rays.col(event.l);
    for (const Index replaced : {event.k, event.l}) {
      Matrix child = rays;
      child.col(replaced) = ray;
      descend(events, position, child);
    }
  }

  /// The leaf's linear majorant dominates g^T (X u)_+ at its rays and inside, and its maximum over
  /// the unit ball is at most the threshold.
  void check(const ConeView& view, const Matrix& rays) {
    ++leaves;
    ASSERT_EQ(view.rays, rays);
    ASSERT_TRUE(std::is_sorted(view.crossing.begin(), view.crossing.end()));
    ASSERT_TRUE((view.multipliers.array() >= 0).all() && (view.multipliers.array() <= 1).all());
    ASSERT_TRUE((view.primal.array() >= 0).all());
    ASSERT_LE(view.bound, threshold_);
    const Vector c = view.fixed - view.crossing_values.transpose() * view.multipliers;
    const Index rank = rays.cols();
    for (Index k = 0; k < rank; ++k) {
      ASSERT_GE(c[k] + view.margin[k], value(X_, g_, geometry_.to_direction(rays.col(k))));
    }
    for (const Index row : view.crossing) {
      ASSERT_EQ(geometry_.first_rows()[static_cast<std::size_t>(
                    geometry_.group_of_row()[static_cast<std::size_t>(row)])],
                row);
    }
    for (int sample = 0; sample < 5; ++sample) {
      Vector x(rank);
      for (Index k = 0; k < rank; ++k) x[k] = random_.uniform() + 1e-3;
      const double f = value(X_, g_, geometry_.to_direction(rays * x));
      ASSERT_GE((c + view.margin).dot(x), f - 1e-14 * c.cwiseAbs().dot(x));
    }
  }

  const Matrix& X_;
  const RowGeometry& geometry_;
  const Vector& g_;
  double threshold_;
  Random random_{9};
};

TEST(ProveSign, LeavesDominateTheFunctionAndCoverTheSpaceOnEveryKindOfData) {
  Random random(321);
  for (int instance = 0; instance < 60; ++instance) {
    SCOPED_TRACE(instance);
    const auto d = static_cast<Index>(1 + random.below(4));
    const Matrix X = random_data(20, d, instance, random);
    const Vector g = random_dual(20, instance % 4 == 0, random);
    const double sigma = DualOracle(X).maximise(g, {}).upper;
    if (sigma == 0) continue;
    const RowGeometry geometry(X);
    const double threshold = sigma * (1 + 1e-7);
    ProofRecorder recorder;
    const SignProof proof = prove_sign(geometry, g, threshold, recorder, 1, {});
    ASSERT_EQ(proof.status, SignProofStatus::kProved);
    Replay replay(X, geometry, g, threshold);
    replay.run(recorder.events);
    EXPECT_EQ(replay.leaves, proof.leaves);
  }
}

TEST(ProveSign, TheStreamDoesNotDependOnTheThreadsNorOnRefusedLeavesBeingSplit) {
  Random random(8);
  for (const Index d : {2, 3, 5}) {
    const Matrix X = random_data(80, d, 0, random);
    const Vector g = random_dual(80, false, random);
    const RowGeometry geometry(X);
    const double threshold = 1.001 * DualOracle(X).maximise(g, {}).upper;
    ProofRecorder one;
    ProofRecorder two;
    ASSERT_EQ(prove_sign(geometry, g, threshold, one, 1, {}).status, SignProofStatus::kProved);
    ASSERT_EQ(prove_sign(geometry, g, threshold, two, 2, {}).status, SignProofStatus::kProved);
    ASSERT_EQ(one.events.size(), two.events.size());
    for (std::size_t i = 0; i < one.events.size(); ++i) {
      ASSERT_EQ(one.events[i].text(), two.events[i].text());
    }
    ProofRecorder picky(3);
    ASSERT_EQ(prove_sign(geometry, g, threshold, picky, 2, {}).status, SignProofStatus::kProved);
    EXPECT_GT(picky.events.size(), one.events.size());
    Replay replay(X, geometry, g, threshold);
    replay.run(picky.events);
  }
}

TEST(ProveSign, AThresholdBelowTheMaximumIsRefutedByADirection) {
  Random random(44);
  for (int instance = 0; instance < 20; ++instance) {
    const auto d = static_cast<Index>(1 + random.below(4));
    const Matrix X = random_data(15, d, instance, random);
    Vector g = random_dual(15, false, random);
    DualNormSettings settings;
    settings.relative_gap = 1e-10;
    const DualNormResult result = DualOracle(X).maximise(g, settings);
    g *= to_double(result.maximisers.front().sign);
    const double threshold = result.lower * (1 - 1e-6);
    const RowGeometry geometry(X);
    ProofRecorder recorder;
    const SignProof proof = prove_sign(geometry, g, threshold, recorder, 2, {});
    ASSERT_EQ(proof.status, SignProofStatus::kExceeded);
    EXPECT_GT(value(X, g, proof.direction), threshold);
  }
}

TEST(ProveSign, StopsAtOnceWhenCancelledAndRejectsNonsense) {
  const Matrix X = Matrix::Identity(3, 3);
  const RowGeometry geometry(X);
  ProofRecorder recorder;
  RunControl control;
  control.cancellation.cancel();
  EXPECT_EQ(prove_sign(geometry, Vector::Ones(3), 2.0, recorder, 1, control).status,
            SignProofStatus::kLimit);
  EXPECT_THROW(static_cast<void>(prove_sign(geometry, Vector::Ones(2), 2.0, recorder, 1, {})),
               InvalidArgument);
  EXPECT_THROW(static_cast<void>(prove_sign(geometry, Vector::Ones(3), 0.0, recorder, 1, {})),
               InvalidArgument);
  const RowGeometry wide(Matrix::Identity(13, 13));
  EXPECT_THROW(static_cast<void>(prove_sign(wide, Vector::Ones(13), 9.0, recorder, 1, {})),
               InvalidArgument);
}

TEST(ProveSign, BalancesRaysOfVeryDifferentLength) {
  // Rank 2 in three columns; the basis rows differ by 1e6 in length, so plain sums of rays would
  // creep.
  Matrix X(4, 3);
  X << 1e6, 2e6, 1e6, 1, -1, 0, 1e6 + 1, 2e6 - 1, 1e6, 3e-3, 6e-3, 3e-3;
  const RowGeometry geometry(X);
  ASSERT_EQ(geometry.coordinates(), 2);
  Vector g(4);
  g << 1e-6, -1.5, 0.7e-6, 0.3;
  const double threshold = DualOracle(X).maximise(g, {}).upper * (1 + 1e-7);
  ProofRecorder recorder;
  ASSERT_EQ(prove_sign(geometry, g, threshold, recorder, 1, {}).status, SignProofStatus::kProved);
  Replay replay(X, geometry, g, threshold);
  replay.run(recorder.events);
  EXPECT_LT(recorder.events.size(), 200u);
}

}  // namespace
}  // namespace thalweg
