#include "certificate/tree_proof.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>
#include <string>

#include "support/random_matrix.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/oracle/dual_oracle.hpp"

namespace thalweg::certificate {
namespace {

namespace fs = std::filesystem;

class TreeProofTest : public ::testing::Test {
 protected:
  TreeProofTest()
      : folder_(fs::temp_directory_path() / ("tree_proof_test." + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
  }
  ~TreeProofTest() override { fs::remove_all(folder_); }

  fs::path folder_;
};

/// A sign with a maximum and a threshold 1e-4 above it.
struct TightProof {
  TightProof() {
    Random random(5);
    X = testing::random_matrix(random, 40, 3);
    g = testing::random_matrix(random, 40, 1);
    const DualDirection best = DualOracle(X).climb(g, 0, 1, 1).front();
    if (best.sign == Sign::kMinus) g = -g;
    beta = (1 + 1e-4) * best.value;
  }

  Matrix X;
  Vector g;
  double beta = 0;
};

TEST_F(TreeProofTest, SpilledPiecesGiveTheSameTextOnAnyNumberOfThreads) {
  const TightProof tight;
  const RowGeometry geometry(tight.X);
  const LeafRounder rounder(tight.X, geometry, tight.beta, tight.beta * (1 - 1e-5));
  const auto prove = [&](int threads, std::size_t chunk) {
    SpillFile spill(folder_ / "proof", chunk);
    std::ostringstream output;
    TreeText text(rounder, spill, output);
    const SignProof proof =
        prove_sign(geometry, tight.g, tight.beta * (1 - 2e-5), text, threads, {});
    EXPECT_EQ(proof.status, SignProofStatus::kProved);
    EXPECT_EQ(proof.leaves, text.leaves());
    EXPECT_EQ(spill.bytes() > 0, chunk < 1000);
    EXPECT_TRUE(fs::is_empty(folder_));
    return output.str();
  };
  const std::string expected = prove(1, std::size_t{1} << 20);
  EXPECT_GT(expected.size(), 300u);
  for (const int threads : {1, 2, 3}) {
    for (const std::size_t chunk : {1u, 7u, 64u}) EXPECT_EQ(prove(threads, chunk), expected);
  }
}

TEST_F(TreeProofTest, LeavesBeyondTheMostEndTheProof) {
  const TightProof tight;
  const RowGeometry geometry(tight.X);
  const LeafRounder rounder(tight.X, geometry, tight.beta, tight.beta * (1 - 1e-5));
  const auto leaves = [&](int threads, std::int64_t most) {
    SpillFile spill(folder_ / "proof");
    std::ostringstream output;
    TreeText text(rounder, spill, output, most);
    return prove_sign(geometry, tight.g, tight.beta * (1 - 2e-5), text, threads, {}).leaves;
  };
  for (const int threads : {1, 2}) {
    const std::int64_t all = leaves(threads, TreeText::kMostLeaves);
    EXPECT_EQ(leaves(threads, all), all);
    EXPECT_THROW((void)leaves(threads, all - 1), ProofTooLong);
  }
}

TEST_F(TreeProofTest, TextStaysInMemoryWhereTheFolderCannotBeWritten) {
  SpillFile spill(folder_ / "missing" / "proof", 4);
  EXPECT_FALSE(spill.store("text"));
  EXPECT_EQ(spill.bytes(), 0);
}

TEST_F(TreeProofTest, ReleasedChunksAreUsedAgain) {
  SpillFile spill(folder_ / "proof", 4);
  const auto first = spill.store("abcd");
  const auto second = spill.store("efgh");
  ASSERT_TRUE(first && second);
  std::string chunk;
  ASSERT_TRUE(spill.load(*second, chunk));
  EXPECT_EQ(chunk, "efgh");
  spill.release({*first});
  ASSERT_TRUE(spill.store("ijkl"));
  EXPECT_EQ(spill.bytes(), 8);
  ASSERT_TRUE(spill.load(*first, chunk));
  EXPECT_EQ(chunk, "ijkl");
  EXPECT_FALSE(spill.load(8, chunk));
}

}  // namespace
}  // namespace thalweg::certificate
