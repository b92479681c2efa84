#include <gtest/gtest.h>

#include <fstream>

#include "verify/expect_outcome.hpp"

namespace thalweg::verify::test {
namespace {

/// kPlane with another first leaf of tree -.
std::string with_leaf(const std::string& leaf) {
  return edited(kPlane, "tree -", "0 1 1\n", leaf + "\n");
}

TEST(VerifyReject, MultipliersOutsideTheirRange) {
  expect_malformed(with_leaf("0 1 1 / 0 0:2"));   // v > 2^q
  expect_malformed(with_leaf("0 1 1 / 1 0:3"));   // q too small for v
  expect_malformed(with_leaf("0 1 1 / 0 0:-1"));  // v < 0
  expect_malformed(with_leaf("0 1 1 / -1 0:0"));
  expect_malformed(with_leaf("0 1 1 / 4097 0:0"));
  expect_malformed(with_leaf("0 1 1 / 0"));
  expect_malformed(with_leaf("0 1 1 /"));
  expect_malformed(with_leaf("0 1 1 / 0 4:0"));  // no such row
}

TEST(VerifyReject, MultipliersListedTwiceOrOutOfOrder) {
  const std::string wide = edited(kPlane, "tree +", "0 3 -3\n", "0 3 -3 / 0 3:0 3:0\n");
  expect_malformed(wide);
  expect_malformed(edited(kPlane, "tree +", "0 3 -3\n", "0 3 -3 / 0 3:0 0:0\n"));
}

TEST(VerifyReject, MultipliersOfRowsThatHaveNone) {
  expect_not_verified(with_leaf("0 1 1 / 0 1:0"));  // not the first row of its group
  expect_not_verified(with_leaf("0 1 1 / 0 2:0"));  // a zero row
  expect_not_verified(with_leaf("0 1 1 / 0 3:0"));  // does not cross, and has positive weight
  expect_not_verified(
      edited(kPlane, "0 2 0\n", "0 2 0 / 0 0:0\n"));  // crosses with positive weight
  expect_not_verified(
      edited(kPlane, "tree -", "\n0\n0\n", "\n0 0 0 / 0 0:0\n0\n"));  // does not cross
}

TEST(VerifyReject, LeavesThatDoNotHold) {
  expect_not_verified(with_leaf("0 1 0"));
  expect_not_verified(with_leaf("0"));
  expect_not_verified(with_leaf("2 3 3"));           // p = 3/4
  expect_not_verified(with_leaf("0 4 4"));           // |p|^2 = 32 > beta^2
  expect_not_verified(with_leaf("0 1 1 / 0 0:1"));   // c = (-2,4)
  expect_not_verified(with_leaf("0 1 1 / 60 0:1"));  // c = (1 - 3 2^-60, 1 + 3 2^-60)
  expect_not_verified(with_leaf("60 1152921504606846976 1152921504606846975"));  // 1 - 2^-60
}

TEST(VerifyReject, LeavesThatAreMisspelled) {
  for (const char* leaf : {"1", "0 1", "0 1 1 1", "0 1 1 ;", "0 1 1 ; 1", "0 1 1 ; 0 0",
                           "0 1 1 ; 1 -1", "0 1 1 ; 1 1 1", "4097 1 1", "-4097 1 1", "0 1 1 0 0:0",
                           "0 0", "-0", "0 1 1 / 0 0:0 ; 1 1", "leaf"}) {
    expect_malformed(with_leaf(leaf));
  }
}

TEST(VerifyReject, SplitsThatAreNone) {
  for (const char* split : {"s 0 0", "s 0 2", "s 2 0", "s -1 0", "s 0", "s", "s 0 1 0", "s 0 1 65",
                            "s 0 1 -65", "s 0 1 1 1", "s 0 1 99999999999999999999"}) {
    expect_malformed(with_leaf(std::string(split) + "\n0 1 1\n0 1 1"));
  }
}

TEST(VerifyReject, MissingAndSurplusParts) {
  expect_malformed(edited(kPlane, "0 0 -3\n", ""));                  // an orthant
  expect_malformed(edited(kPlane, "0 0 -3\n", "0 0 -3\n0 0 -3\n"));  // one too many
  expect_malformed(edited(kPlane, "0 0 -3\n", "s 0 1\n0 0 -3\n"));   // a child
  const std::size_t minus = kPlane.find("tree -");
  expect_malformed(kPlane.substr(0, minus) + kPlane.substr(kPlane.find("claim")));  // one tree only
  expect_malformed(edited(kPlane, "tree -", "tree +"));
  expect_malformed(
      edited(kPlane, "claim value 31:1\nclaim bound 15:0\nclaim gap 1:1\nclaim relgap 1:4\n", ""));
  expect_malformed(kPlane + "end\n");
  expect_malformed(kPlane + "\n");
  expect_malformed(kPlane.substr(0, kPlane.size() - 1));
  for (std::size_t size = 0; size < kPlane.size(); ++size) expect_malformed(kPlane.substr(0, size));
}

TEST(VerifyReject, SwappedTrees) {
  const std::size_t plus = kPlane.find("tree +") + 7;
  const std::size_t minus = kPlane.find("tree -");
  const std::size_t claim = kPlane.find("claim");
  expect_not_verified(kPlane.substr(0, plus) + kPlane.substr(minus + 7, claim - minus - 7) +
                      "tree -\n" + kPlane.substr(plus, minus - plus) + kPlane.substr(claim));
}

TEST(VerifyReject, OtherSpellings) {
  for (const char* word : {"+5:0", "05:0", "5", "5.0", "5e0:0", "0x5:0", "5:+0", "5:-0", "10:1",
                           "nan", "inf", "5:", ":0", "5:0:0", "0:1", "1:4097", "1:-4097"}) {
    expect_malformed(edited(kPlane, "beta 5:0", std::string("beta ") + word));
  }
  expect_malformed(edited(kPlane, "beta 5:0\n", "beta 5:0\r\n"));
  expect_malformed(edited(kPlane, "beta 5:0", "beta\t5:0"));
  expect_malformed(edited(kPlane, "beta 5:0", "beta  5:0"));
  expect_malformed(edited(kPlane, "beta 5:0", "beta 5:0 "));
  expect_malformed(edited(kPlane, "beta 5:0", " beta 5:0"));
  expect_malformed(edited(kPlane, "beta 5:0\n", "beta 5:0\n\n"));
  expect_malformed(edited(kPlane, "nu 0 1", std::string("nu 0 1\0", 7)));
  expect_malformed("");
  expect_malformed(std::string(100, '\xff'));
}

TEST(VerifyReject, BetaThatIsNotPositive) {
  expect_malformed(edited(kPlane, "beta 5:0", "beta 0:0"));
  expect_malformed(edited(kPlane, "beta 5:0", "beta -5:0"));
  // The leaf (3,-3) needs beta^2 >= 18.
  expect_not_verified(edited(kPlane, "beta 5:0", "beta 1:-2"));
}

TEST(VerifyReject, HeadersThatAreWrong) {
  for (const auto& [old, fresh] : std::initializer_list<std::pair<const char*, const char*>>{
           {"cert 1", "cert 2"},
           {"relu2", "relu3"},
           {"squared", "logistic"},
           {"squared", "huber"},
           {"squared", "huber 0:0"},
           {"scale sum", "scale total"},
           {"output-bias none", "output-bias some"},
           {"dataset -", "dataset 12"},
           {"dataset -",
            "dataset 0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef"},
           {"data 4 2", "data 0 2"},
           {"data 4 2", "data 4 0"},
           {"data 4 2", "data 5 2"},
           {"data 4 2", "data 4 3"},
           {"data 4 2", "data 99999999999999999999 2"},
           {"network 0", "network 1"},
           {"network 0", "network -1"},
           {"basis 0", "basis"},
           {"basis 0", "basis 1"},
           {"basis 0", "basis 2 0 0"},
           {"basis 0", "basis 2 1 0"},
           {"basis 0", "basis 2 0 4"},
           {"basis 0", "basis 3 0 1 2"},
           {"nu 0 1 1 5 -1", "nu 0 1 1 5"},
           {"nu 0 1 1 5 -1", "nu 0 1 1 5 -1 0"},
           {"nu 0 ", "nu 4097 "},
           {"claim value", "claim optimum"},
           {"claim value 31:1\n", "claim value 31:1\nclaim value 31:1\n"},
           {"claim gap 1:1\n", "claim gap 1:1\nclaim bound 15:0\n"},
           {"end", "END"}}) {
    expect_malformed(edited(kPlane, old, fresh));
  }
  expect_malformed(edited(kPlane, "output-bias none", "output-bias free"));  // no line `bias`
}

TEST(VerifyReject, ClaimsStrongerByOneUnit) {
  expect_not_verified(edited(kPlane, "claim value 31:1", "claim value 69805794224242687:52"));
  expect_not_verified(edited(kPlane, "claim bound 15:0", "claim bound 8444249301319681:49"));
  expect_not_verified(edited(kPlane, "claim gap 1:1", "claim gap 9007199254740991:54"));
  // The relative gap is 1/31 = 0.03225806...; 9 / 279 = 1/31, and 8.99 2^-8 is below.
  expect_not_verified(edited(kPlane, "claim relgap 1:4", "claim relgap 1:5"));
  expect_not_verified(
      edited(stored("f3_local"), "decrease 8726975277926827:58", "decrease 8726975277926829:58"));
}

TEST(VerifyReject, ClaimsWithoutTheirSection) {
  const std::string value_only = stored("f3_value_only");
  expect_malformed(edited(value_only, "claim decrease", "claim bound 1:4\nclaim decrease"));
  expect_malformed(edited(value_only, "claim decrease", "claim gap 1:0\nclaim decrease"));
  expect_malformed(edited(kPlane, "end\n", "claim decrease -1:0\nend\n"));
}

TEST(VerifyReject, OtherDataThanProved) {
  // One unit in the last place of an entry, a target, the dual.
  expect_not_verified(edited(kPlane, "1:0 1:0 -1:0", "4503599627370497:52 1:0 -1:0"));
  expect_not_verified(edited(kPlane, "0:0 0:0 5:0", "0:0 0:0 5629499534213121:50"));
  expect_not_verified(edited(kPlane, "nu 0 1 1 5 -1",
                             "nu 50 1125899906842624 1125899906842624 "
                             "5629499534213120 -1125899906842625"));
  // The network of F3 moved by one unit in the last place: its value and gap are claimed to the
  // ulp.
  const std::string f3 = stored("f3_optimal");
  const std::size_t row = f3.find("network 1\n") + 10;
  const std::size_t colon = f3.find(':', row);
  const long mantissa = std::stol(f3.substr(row, colon - row));
  std::string moved = f3;
  moved.replace(row, colon - row, std::to_string(mantissa + (1L << 30)));
  expect_not_verified(moved);
}

TEST(VerifyReject, ABasisThatDoesNotSpan) {
  // Row 2 of F2x, (0,0,0,-1), is -(row 0 + row 1); one ulp away it is not in their span.
  const std::string f2x = stored("f2x_basis");
  expect_not_verified(edited(f2x, "0:0 0:0 0:0 -1:0", "0:0 0:0 1:60 -1:0"));
  expect_not_verified(edited(f2x, "basis 2 0 1", "basis 1 0"));
}

TEST(VerifyReject, DualsOutsideTheDomain) {
  expect_not_verified(edited(kPlane, "loss squared", "loss squared-hinge"));  // y = 5
  expect_not_verified(edited(stored("f1x_huber_narrow"), "huber 1:5", "huber 1:6"));
  const std::string hinge = stored("f1x_hinge");
  expect_not_verified(
      edited(edited(hinge, "1:0 1:0 1:0 1:0 1:0", "1:0 1:0 1:0 1:0 -1:0"), "basis 2", "basis 2"));
  // A free bias needs sum nu = 0 exactly.
  expect_not_verified(
      edited(stored("f5_bias_free"), "nu 3 -1 1", "nu 60 -144115188075855872 144115188075855871"));
}

TEST(VerifyReject, SphereProofs) {
  const std::string mu = "mu 274877906944";
  const std::string row = "40 0\n";
  for (const char* other : {"mu 0", "mu -1", "mu 275951648768", "mu 273804165120"}) {
    expect_not_verified(edited(kLine, mu, other));
  }
  expect_not_verified(edited(kLine, row, "40 -1\n"));      // a_j < 0 in a row of positive weight
  expect_not_verified(edited(kLine, "nu 0 1", "nu 0 2"));  // another dual
  for (const char* other : {"63 0\n", "-1 0\n", "40\n", "40 0 0\n", "40 4611686018427387905\n"}) {
    expect_malformed(edited(kLine, row, other));
  }
  expect_malformed(edited(kLine, "grid 0", "grid 4097"));
  expect_malformed(edited(kLine, mu + "\n", ""));
  expect_malformed(edited(kLine, "basis 0", "basis 1 0"));
  expect_limit(edited(kLine, "grid 0", "grid 31"));  // an entry reaches 2^31
  expect_limit(edited(kLine, mu, "mu " + std::string(40, '9')));
  expect_limit(edited(edited(kLine, row, "40 4611686018427387904\n"), "grid 0", "grid 30"));
  expect_not_verified(edited(stored("mixed_sphere"), "sphere -", "mu ", "mu -"));
}

TEST(VerifyReject, SphereCoefficientsOfOtherRows) {
  // A row of nu = 0 must have a = 0.
  const std::string zero =
      edited(edited(kLine, "nu 0 1", "nu 0 0"), "claim gap 0:0", "claim gap 1:0");
  EXPECT_EQ(check_text(zero).outcome, Outcome::kVerified) << check_text(zero).reason;
  expect_not_verified(edited(zero, "40 0\n", "40 1\n"));
  // nu = -1 with a = -2^q: b = 0, M = 0, so any 0 <= mu <= beta serves; |a| > 2^q does not.
  std::string minus = edited(kLine, "nu 0 1", "nu 0 -1");
  minus = edited(minus, "tree -\n0\n0\n", "tree -\n0 1\n0\n");
  minus = edited(edited(minus, "claim gap 0:0", "claim gap 1:-1"), "40 0\n", "40 -1099511627776\n");
  EXPECT_EQ(check_text(minus).outcome, Outcome::kVerified) << check_text(minus).reason;
  expect_not_verified(edited(minus, "40 -1099511627776", "40 -1099511627777"));
}

TEST(VerifyReject, WhatTheLimitsForbid) {
  expect_limit(edited(kPlane, "beta 5:0", "beta " + std::string(1301, '1') + ":0"));
  expect_malformed(edited(kPlane, "beta 5:0", "beta " + std::string(1301, 'x') + ":0"));
  Limits limits;
  limits.line_bytes = 30;
  EXPECT_EQ(check_text(kPlane, limits).outcome, Outcome::kLimit);
  limits = {};
  limits.memory_bytes = 1000;
  EXPECT_EQ(check_text(kPlane, limits).outcome, Outcome::kLimit);
  limits.memory_bytes = 20000;
  EXPECT_EQ(check_text(kPlane, limits).outcome, Outcome::kVerified);
  // A chain of splits that lengthens the rays by 64 bits each: stopped by memory, never a crash.
  std::string chain;
  for (int i = 0; i < 2000; ++i) chain += "s 0 1 64\n";
  limits.memory_bytes = 1000000;
  EXPECT_EQ(check_text(with_leaf(chain + "0"), limits).outcome, Outcome::kLimit);
  // The bound of the objective's size: y = 2^4096.
  expect_limit(edited(edited(kPlane, "0:0 0:0 5:0", "0:0 0:0 1:-4096"),
                      "claim value 31:1\nclaim bound 15:0\nclaim gap 1:1\nclaim relgap 1:4",
                      "claim relgap 1:0"));
}

TEST(VerifyReject, WhatCannotBeRead) {
  std::ifstream missing(THALWEG_TEST_DATA "/certificates/there-is-no-such.cert");
  EXPECT_EQ(check(missing).outcome, Outcome::kUnreadable);
  std::ifstream folder(THALWEG_TEST_DATA "/certificates");
  EXPECT_EQ(check(folder).outcome, Outcome::kUnreadable);
}

}  // namespace
}  // namespace thalweg::verify::test
