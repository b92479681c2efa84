#include <gtest/gtest.h>

#include "verify/expect_outcome.hpp"

/// Two-layer convolutional networks, by hand: one signal (1, 2), filters of one entry.
namespace thalweg::verify::test {
namespace {

/// Rows 1 and 2 are one group, nu ((u)_+ + (2u)_+) = 3 nu (u)_+; the zero network has L = 1/2 =
/// D(1).
const std::string kSum =
    "cert 1\n"
    "problem cnn sum loss squared scale sum output-bias none\n"
    "beta 3:0\n"
    "source dataset - network -\n"
    "patches 2 1\n"
    "0\n"
    "1\n"
    "data 1 2\n"
    "1:0 1:-1 1:0\n"
    "network 0\n"
    "basis 0\n"
    "nu 0 1\n"
    "tree +\n"
    "0 3\n"
    "0\n"
    "tree -\n"
    "0\n"
    "0\n"
    "claim gap 0:0\n"
    "end\n";

/// The same group with half the weight.
const std::string kAverage = edited(edited(kSum, "cnn sum", "cnn average"), "beta 3:0", "beta 3:1");
/// The same group, a target for each of its rows.
const std::string kNone =
    edited(edited(edited(kSum, "cnn sum", "cnn none"), "data", " 1:0\nn", " 1:0 1:0\nn"), "nu 0 1",
           "nu 0 1 1");

/// One neuron (1, 1/2) that sees the patches 1, 2, 2: its sum is 5/2, their mean 5/6.
std::string with_neuron(const std::string& pooling) {
  std::string text = edited(kSum.substr(0, kSum.find("basis")), "cnn sum", "cnn " + pooling);
  text = edited(edited(text, "patches 2 1", "patches 3 1"), "0\n1\n", "0\n1\n1\n");
  return edited(text, "network 0\n", "network 1\n1:0 1:1\n") + "claim value 1:-9\nend\n";
}

TEST(VerifyConvolution, PoolsTheActivationsOfAllPatches) {
  for (const std::string& text : {kSum, kAverage, kNone}) expect_verified(text);
  const double penalty = 1.5 * (1 + 0.25);
  EXPECT_EQ(real(check_text(with_neuron("sum")).statement.objective_upper), 1.125 + penalty);
  const Statement average = check_text(with_neuron("average")).statement;
  EXPECT_GE(real(average.objective_upper), 1.0 / 72 + penalty);
  EXPECT_LE(real(average.objective_upper), 1.0 / 72 + penalty + 1e-15);
  EXPECT_LT(real(average.objective_lower), real(average.objective_upper));
  const std::string none = edited(with_neuron("none"), "data", " 1:0\nn", " 1:0 1:0 1:-1\nn");
  EXPECT_EQ(real(check_text(none).statement.objective_upper), 0.125 + 0.5 + penalty);
}

TEST(VerifyConvolution, TheMeanIsOverTargets) {
  const std::string none = edited(kNone, "scale sum", "scale mean");
  // c = 1/2: nu = (1/2, 1/2) has D = 1/2, and needs beta 3/2.
  const std::string halved = edited(edited(none, "nu 0 1 1", "nu 1 1 1"), "0 3\n", "1 3\n");
  expect_verified(edited(halved, "beta 3:0", "beta 3:1"));
  expect_not_verified(edited(halved, "beta 3:0", "beta 23:4"));
  // One target: the mean is the loss itself.
  expect_verified(edited(kSum, "scale sum", "scale mean"));
}

TEST(VerifyConvolution, DemandsTheWholeBound) {
  expect_not_verified(edited(kSum, "beta 3:0", "beta 23:3"));
  expect_not_verified(edited(kAverage, "beta 3:1", "beta 23:4"));
  expect_not_verified(edited(kNone, "beta 3:0", "beta 23:3"));
}

TEST(VerifyConvolution, RefusesAnotherPooling) {
  expect_not_verified(edited(kAverage, "cnn average", "cnn sum"));
  expect_malformed(edited(kSum, "cnn sum", "cnn none"));   // a target for each patch
  expect_malformed(edited(kNone, "cnn none", "cnn sum"));  // one target for all of them
  expect_malformed(edited(kSum, "cnn sum", "cnn"));
  expect_malformed(edited(kSum, "cnn sum", "cnn min"));
  expect_malformed(edited(kSum, "cnn sum", "relu2"));
  expect_malformed(edited(kNone, "nu 0 1 1", "nu 0 1"));
  expect_malformed(edited(kSum, "nu 0 1", "nu 0 1 1"));
}

TEST(VerifyConvolution, RefusesForgedPatches) {
  expect_not_verified(edited(kSum, "\n0\n1\n", "\n1\n1\n"));
  // With the signal (3, 2) only a constant 1 makes the same rows.
  const std::string other = edited(kSum, "1:0 1:-1 1:0", "3:0 1:-1 1:0");
  expect_not_verified(other);
  expect_verified(edited(other, "\n0\n1\n", "\n+\n1\n"));
  expect_not_verified(edited(other, "\n0\n1\n", "\n0\n+\n"));
  for (const char* patches : {"\n0\n2\n", "\n0\n-1\n", "\n0\n00\n", "\n0\n1:0\n", "\n0\n*\n",
                              "\n0\n1 1\n", "\n0\n", "\n0\n1\n1\n", "\n0\n1099511627777\n"}) {
    expect_malformed(edited(kSum, "\n0\n1\n", patches));
  }
  expect_malformed(edited(kSum, "patches 2 1\n0\n1\n", "patches 0 1\n"));
  expect_malformed(edited(kSum, "patches 2 1\n0\n1\n", ""));
  expect_malformed(edited(kSum, "patches 2 1", "patches 2 0"));
  expect_malformed(edited(kSum, "patches 2 1", "patches 2"));
}

TEST(VerifyConvolution, PadsWithZerosAndAppendsOnes) {
  // Rows (1, 0) and (2, 1); in the first orthant p = (3, 1) is as long as the root of 10.
  std::string text = edited(kSum, "patches 2 1\n0\n1\n", "patches 2 2\n0 -\n1 +\n");
  text = edited(text, "beta 3:0", "beta 13:2");
  text = edited(text, "0 3\n0\ntree -\n0\n0\n", "0 3 1\n0 0 1\n0 3 0\n0\ntree -\n0\n0\n0\n0\n");
  expect_verified(text);
  expect_not_verified(edited(text, "1 +", "+ 1"));
  expect_not_verified(edited(text, "0 -", "0 +"));
  expect_not_verified(edited(text, "beta 13:2", "beta 25:3"));
}

TEST(VerifyConvolution, HasNoPaths) {
  expect_malformed(edited(kSum, "basis 0", "path 0 1\nbalance\nbasis 0"));
}

}  // namespace
}  // namespace thalweg::verify::test
