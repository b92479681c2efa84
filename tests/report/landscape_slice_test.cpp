#include "thalweg/report/landscape_slice.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "report/well_formed.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg::report {
namespace {

const std::array<std::string, 3> kNames = {"start", "a & b", "end < 1"};

TwoLayerNetwork network(double w, double alpha) {
  TwoLayerNetwork result = TwoLayerNetwork::empty(1);
  result.W = Matrix::Constant(1, 1, w);
  result.alpha = Matrix::Constant(1, 1, alpha);
  return result;
}

/// L(w, alpha) = (alpha (w)_+ - 1)^2 / 2 + 0.05 (w^2 + alpha^2): the whole landscape is a plane.
class OneNeuron : public ::testing::Test {
 protected:
  OneNeuron() : problem_(Matrix::Ones(1, 1), Vector::Ones(1), 0.1, Loss::squared()) {}

  static double objective(double w, double alpha) {
    return 0.5 * std::pow(alpha * std::max(w, 0.0) - 1, 2) + 0.05 * (w * w + alpha * alpha);
  }
  TrainingProblem problem_;
};

TEST_F(OneNeuron, HoldsTheObjectiveOnThePlane) {
  // Axes: first along w, then along alpha.
  const LandscapeSlice slice =
      slice_landscape(problem_, {network(0.5, -1), network(2.5, -1), network(1, 2)}, 21);
  Matrix places(3, 2);
  places << 0, 0, 2, 0, 0.5, 3;
  EXPECT_LE((slice.places - places).norm(), 1e-15);
  EXPECT_TRUE(slice.complete);
  for (Index row = 0; row < 21; ++row) {
    for (Index column = 0; column < 21; ++column) {
      EXPECT_NEAR(slice.objective(row, column), objective(0.5 + slice.x[column], -1 + slice.y[row]),
                  1e-13);
    }
  }
  // All networks are inside, with room.
  EXPECT_LT(slice.x[0], -0.5);
  EXPECT_GT(slice.x[20], 2.5);
  EXPECT_LT(slice.y[0], -0.5);
  EXPECT_GT(slice.y[20], 3.5);
  EXPECT_NEAR(slice.x[20] - slice.x[0], slice.y[20] - slice.y[0], 1e-14);
}

TEST_F(OneNeuron, NetworksOnOneLineHaveAPlaneToo) {
  for (const TwoLayerNetwork& third : {network(1, 1), network(0, 0), network(3, 3)}) {
    const LandscapeSlice slice =
        slice_landscape(problem_, {network(1, 1), network(2, 2), third}, 5, 3);
    EXPECT_TRUE(slice.objective.allFinite());
    EXPECT_NEAR(slice.places(1, 0), std::sqrt(2.0), 1e-15);
    EXPECT_NEAR(slice.places(2, 1), 0, 1e-15);
  }
  const LandscapeSlice point =
      slice_landscape(problem_, {network(1, 1), network(1, 1), network(1, 1)}, 5, 3);
  EXPECT_TRUE(point.objective.allFinite());
}

TEST_F(OneNeuron, PictureIsWellFormedAndSaysWhatItShows) {
  const LandscapeSlice slice =
      slice_landscape(problem_, {network(0.5, -1), network(2.5, -1), network(1, 2)}, 31);
  const std::string text = draw_landscape_slice(slice, kNames, 0.09);
  const auto svg = testing::parsed(text);
  EXPECT_EQ(svg.get<std::string>("title"), "The objective on the plane through three networks");
  EXPECT_NE(svg.get<std::string>("desc").find("end < 1"), std::string::npos);
  EXPECT_NE(svg.get<std::string>("desc").find("no network is below 0.09"), std::string::npos);
  EXPECT_EQ(testing::count(svg, "circle", "place"), 3);
  EXPECT_EQ(testing::count(svg, "text", "name") + testing::count(svg, "text", "name end"), 3);
  EXPECT_EQ(text, draw_landscape_slice(slice, kNames, 0.09));
}

TEST_F(OneNeuron, AStoppedSliceIsDrawnAsFarAsItIsKnown) {
  RunControl control;
  control.cancellation.cancel();
  const LandscapeSlice slice = slice_landscape(
      problem_, {network(0.5, -1), network(2.5, -1), network(1, 2)}, 31, 0, control);
  EXPECT_FALSE(slice.complete);
  EXPECT_TRUE(std::isnan(slice.objective(30, 30)));
  EXPECT_NO_THROW((void)testing::parsed(draw_landscape_slice(slice, kNames, std::nullopt)));
}

TEST_F(OneNeuron, RejectsWhatDoesNotFit) {
  TwoLayerNetwork wide = network(1, 1);
  wide.W = Matrix::Ones(2, 1);
  wide.alpha = Matrix::Ones(2, 1);
  EXPECT_THROW((void)slice_landscape(problem_, {network(1, 1), wide, network(2, 1)}),
               InvalidArgument);
  EXPECT_THROW((void)slice_landscape(problem_, {network(1, 1), network(1, 2), network(2, 1)}, 1),
               InvalidArgument);
}

}  // namespace
}  // namespace thalweg::report
