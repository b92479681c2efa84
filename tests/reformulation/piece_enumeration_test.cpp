#include "thalweg/reformulation/piece_enumeration.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "reformulation/architecture_laws.hpp"
#include "reformulation/small_data.hpp"
#include "thalweg/arrangement/enumerate.hpp"
#include "thalweg/exact/linear_feasibility.hpp"
#include "thalweg/reformulation/circular_relu.hpp"
#include "thalweg/reformulation/convolutional_network.hpp"
#include "thalweg/reformulation/convolutional_three_layer.hpp"
#include "thalweg/reformulation/flattened_network.hpp"
#include "thalweg/reformulation/parallel_network.hpp"

namespace thalweg {
namespace {

using testing::data_fc_a;

std::size_t pieces_of_two_layers(const Matrix& X) {
  const ParallelNetwork network(X.cols(), {}, BranchCost::kPath);
  return enumerate_pieces(network.forms(X)[0]).patterns.size();
}

TEST(PieceEnumeration, FullyConnectedCounts) {
  EXPECT_EQ(pieces_of_two_layers(testing::data_fc_a()), 8u);
  EXPECT_EQ(pieces_of_two_layers(testing::data_fc_b()), 10u);
  EXPECT_EQ(pieces_of_two_layers(testing::data_fc_c()), 6u);
  EXPECT_EQ(pieces_of_two_layers(testing::data_d3_e()), 10u);
}

/// Counts of two neurons with the rule of the theory: tuples are multisets of (pattern, sign); each
/// has the cells of the second layer on its cone, one where both signs are equal; a block is a cell
/// whose map is not zero, under either output sign.
struct TupleCounts {
  std::size_t tuples = 0;
  std::size_t cells = 0;
  std::size_t blocks = 0;
  friend bool operator==(const TupleCounts&, const TupleCounts&) = default;
};

TupleCounts count_two_neurons(const Matrix& X) {
  const std::size_t patterns = pieces_of_two_layers(X);
  const std::size_t pairs = patterns * (patterns + 1) / 2;  // unordered, with repetition
  const Index d = X.cols();
  const BlockNorm norm = BlockNorm::l2(2 * d);
  std::vector<Index> exchange;
  for (Index k = 0; k < 2 * d; ++k) exchange.push_back((k + d) % (2 * d));

  const BranchForm equal = tree_form(X, {{Sign::kPlus, Sign::kPlus}}, norm);
  PieceList list = enumerate_pieces(equal);
  EXPECT_EQ(list.status, PieceListStatus::kComplete);
  EXPECT_EQ(list.patterns.size(), patterns * patterns);  // one cell for each ordered pair
  reduce_pieces(equal, {exchange}, list);
  std::size_t maps = list.patterns.size();

  const BranchForm mixed = tree_form(X, {{Sign::kPlus, Sign::kMinus}}, norm);
  list = enumerate_pieces(mixed);
  EXPECT_EQ(list.status, PieceListStatus::kComplete);
  const std::size_t cells = 2 * pairs + list.patterns.size();
  reduce_pieces(mixed, {}, list);
  maps += list.patterns.size();
  return {2 * patterns * (2 * patterns + 1) / 2, cells, 2 * maps};
}

TEST(PieceEnumeration, ThreeLayerCounts) {
  EXPECT_EQ(count_two_neurons(testing::data_fc_a()), (TupleCounts{136, 209, 290}));
  EXPECT_EQ(count_two_neurons(testing::data_fc_c()), (TupleCounts{78, 109, 140}));
  EXPECT_EQ(count_two_neurons(testing::data_d3_e()), (TupleCounts{210, 351, 512}));
}

TEST(PieceEnumeration, ConvolutionCounts) {
  const Matrix X = testing::data_signals();
  const PatchGeometry patches({.input = {4}, .kernel = {2}});
  const auto count = [&](Pooling pooling) {
    return enumerate_pieces(ConvolutionalNetwork(patches, pooling).forms(X)[0]).patterns.size();
  };
  EXPECT_EQ(count(Pooling::kSum), 12u);
  EXPECT_EQ(count(Pooling::kMax), 12u);
  // The maximum's pieces are cells of candidates and their differences, merged.
  const Matrix rows = patches.stacked(X);
  Matrix planes(24, 2);
  for (Index i = 0; i < 4; ++i) {
    const Matrix own = rows.middleRows(3 * i, 3);
    planes.middleRows(6 * i, 6) << own, own.row(0) - own.row(1), own.row(0) - own.row(2),
        own.row(1) - own.row(2);
  }
  EXPECT_EQ(list_cells(HyperplaneArrangement(planes)).second.cells(), 16u);
}

TEST(PieceEnumeration, CircularCounts) {
  const CircularReluNetwork network(4);
  const BranchForm form = network.forms(testing::data_circular())[0];
  EXPECT_FALSE(form.is_shallow());
  EXPECT_EQ(enumerate_pieces(form).patterns.size(), 30u);  // 2 (1 + 4 + 6 + 4)
}

TEST(PieceEnumeration, TiedCounts) {
  const Matrix X = testing::data_short_signals();
  const PatchGeometry patches({.input = {3}, .kernel = {2}});
  std::size_t blocks = 0;
  for (const BranchForm& form : FlattenedNetwork(patches).forms(X)) {
    const PieceList list = enumerate_pieces(form);
    EXPECT_EQ(list.status, PieceListStatus::kComplete);
    EXPECT_EQ(list.patterns.size(), 12u);
    blocks += 2 * list.patterns.size();
  }
  EXPECT_EQ(blocks, 48u);

  std::size_t cells = 0;
  std::size_t maps = 0;
  for (const BranchForm& form : ConvolutionalThreeLayer(patches).forms(X)) {
    PieceList list = enumerate_pieces(form);
    EXPECT_EQ(list.status, PieceListStatus::kComplete);
    cells += list.patterns.size();
    reduce_pieces(form, {}, list);
    maps += list.patterns.size();
  }
  EXPECT_EQ(cells, 62u);
  EXPECT_EQ(2 * maps, 116u);
}

/// Everything a list claims, for a form with all kinds of degeneracy in its rows.
void expect_sound(const Architecture& architecture, const Matrix& X, std::uint64_t seed) {
  const std::vector<BranchForm> forms = architecture.forms(X);
  for (std::size_t f = 0; f < forms.size(); ++f) {
    const PieceList list = enumerate_pieces(forms[f]);
    ASSERT_TRUE(list.complete());
    ASSERT_EQ(list.points.size(), list.patterns.size());
    std::set<std::string> listed;
    for (const BranchPattern& pattern : list.patterns)
      listed.emplace(pattern.begin(), pattern.end());
    EXPECT_EQ(listed.size(), list.patterns.size());
    for (std::size_t i = 0; i < list.patterns.size(); ++i) {
      ASSERT_EQ(list.points[i].size(), forms[f].parameters());
      EXPECT_TRUE(strictly_inside(forms[f].piece(list.patterns[i]).cone, list.points[i]));
    }
    for (const BranchPattern& pattern :
         sample_patterns(architecture, forms[f], static_cast<Index>(f), 300, seed)) {
      EXPECT_EQ(listed.count({pattern.begin(), pattern.end()}), 1u) << "form " << f;
    }
  }
}

TEST(PieceEnumeration, ListsEverySampledPatternAndPointsInside) {
  Matrix X = testing::seeded_matrix(5, 4, 3);
  X.row(1) = 2 * X.row(0);
  X.row(2) = -X.row(0);
  X.row(3).setZero();
  const PatchGeometry patches({.input = {4}, .kernel = {2}, .stride = {2}});
  for (const Pooling pooling : {Pooling::kSum, Pooling::kMax, Pooling::kNone}) {
    expect_sound(ConvolutionalNetwork(patches, pooling), X, 4);
  }
  expect_sound(FlattenedNetwork(patches), X, 5);
  expect_sound(ConvolutionalThreeLayer(patches), X, 6);
  expect_sound(CircularReluNetwork(4), X, 7);
  expect_sound(ParallelNetwork(4, {2}, BranchCost::kConstrained), X, 8);
  expect_sound(ParallelNetwork(2, {3}, BranchCost::kPath), X.leftCols(2), 9);
  expect_sound(ParallelNetwork(2, {2, 2}, BranchCost::kPath), X.topLeftCorner(3, 2), 10);
}

TEST(PieceEnumeration, EquivalentPiecesGoByTheOrbit) {
  // Two equal signs and one other: pairs of equal pieces, but for those that exchange themselves.
  const Matrix X = testing::data_fc_c();
  const ParallelNetwork network(2, {3}, BranchCost::kPath);
  const BranchForm form = network.forms(X)[1];
  ASSERT_EQ(network.symmetries(1).size(), 1u);
  const PieceList all = enumerate_pieces(form);
  PieceList nonzero = all;
  reduce_pieces(form, {}, nonzero);
  PieceList reduced = all;
  reduce_pieces(form, network.symmetries(1), reduced);
  std::size_t fixed = 0;
  for (const Vector& point : nonzero.points) {
    const Vector image = point(network.symmetries(1)[0]);
    fixed += form.evaluate(image).pattern == form.evaluate(point).pattern ? 1u : 0u;
  }
  EXPECT_EQ(2 * reduced.patterns.size(), nonzero.patterns.size() + fixed);
  EXPECT_LT(reduced.patterns.size(), nonzero.patterns.size());
}

TEST(PieceEnumeration, RoundedDifferencesAreSaidToBeRounded) {
  const PatchGeometry patches({.input = {2}, .kernel = {1}});
  const auto status = [&](double a, double b) {
    const Matrix X = Eigen::RowVector2d(a, b);
    return enumerate_pieces(ConvolutionalNetwork(patches, Pooling::kMax).forms(X)[0]).status;
  };
  EXPECT_EQ(status(0.25, 3), PieceListStatus::kComplete);
  EXPECT_EQ(status(0.1, 1e9), PieceListStatus::kRounded);
}

TEST(PieceEnumeration, Limits) {
  const BranchForm deep = ParallelNetwork(2, {2}, BranchCost::kPath).forms(testing::data_d3_e())[1];
  const BranchForm shallow =
      ParallelNetwork(2, {}, BranchCost::kPath).forms(testing::data_d3_e())[0];
  for (const BranchForm& form : {deep, shallow}) {
    PieceSettings few;
    few.max_pieces = 4;
    const PieceList list = enumerate_pieces(form, few);
    EXPECT_EQ(list.status, PieceListStatus::kPieceLimit);
    EXPECT_FALSE(list.complete());
    EXPECT_LE(list.patterns.size(), 4u);
  }
  PieceSettings stopped;
  stopped.control.cancellation.cancel();
  EXPECT_EQ(enumerate_pieces(deep, stopped).status, PieceListStatus::kStopped);
}

TEST(PieceEnumeration, AFormOfZeroRowsHasOnePiece) {
  const BranchForm form = ParallelNetwork(2, {}, BranchCost::kPath).forms(Matrix::Zero(3, 2))[0];
  const PieceList list = enumerate_pieces(form);
  ASSERT_EQ(list.patterns.size(), 1u);
  EXPECT_EQ(list.patterns[0], BranchPattern(3, 0));
  EXPECT_TRUE(list.complete());
}

}  // namespace
}  // namespace thalweg
