#include <gtest/gtest.h>

#include "verify/expect_outcome.hpp"

namespace thalweg::verify::test {
namespace {

const std::string kRows = "near 2\n1 0 3:0\n2 0 -1:-1\n";

std::string with_rows(const std::string& section) { return edited(kNear, kRows, section); }

/// The text without its section `near`.
std::string without_near(const std::string& text) {
  const std::size_t start = text.find("near ");
  return text.substr(0, start) + text.substr(text.find("basis "));
}

TEST(VerifyNear, ReplacesRowsAtThePriceOfEpsilon) {
  expect_verified(kNear);
  EXPECT_EQ(real(*check_text(kNear).statement.lower_bound), 10.5);
  // 2^-60 less, and a beta that the leaf keeps but beta - eps does not.
  expect_not_verified(edited(kNear, "beta 69:4", "beta 4971973988617027583:60"));
  expect_not_verified(edited(kNear, "beta 69:4", "beta 1:-2"));
  expect_not_verified(edited(kNear, "0 -4 0", "0 -5 0"));
}

TEST(VerifyNear, TheDataThemselvesDoNotHoldThere) {
  expect_not_verified(without_near(kNear));
  // The data of near_basis have rank 3, the replaced ones rank 2.
  expect_not_verified(without_near(stored("near_basis")));
}

TEST(VerifyNear, EpsilonMustStayBelowBeta) {
  // nu = (3,-1,0) gives g^T (X~ u)_+ = 0, eps = 1/16, D = 8 and L = 21/2.
  std::string text = edited(with_rows("near 1\n1 0 3:0\n"), "nu 0 4 -1 2", "nu 0 3 -1 0");
  for (const char* leaf : {"0 1 0", "0 -4 0", "0 1 0", "0 -4 0"}) text = edited(text, leaf, "0");
  text = edited(text, "claim gap 0:0", "claim gap 5:1");
  expect_verified(edited(text, "beta 69:4", "beta 72057594037927937:60"));
  expect_not_verified(edited(text, "beta 69:4", "beta 1:4"));
  expect_not_verified(edited(text, "beta 69:4", "beta 1:5"));
}

TEST(VerifyNear, TakesMultiplesThatNeedAFinerScale) {
  // x_2 near -31/16 x_0: G- = 31/8, eps = 1/16 + 2/16, beta = 31/8 + 3/16 = 65/16.
  std::string text = with_rows("near 2\n1 0 3:0\n2 0 -31:4\n");
  text = edited(edited(text, "0 -4 0", "3 -31 0"), "0 -4 0", "3 -31 0");
  expect_verified(edited(text, "beta 69:4", "beta 65:4"));
  expect_not_verified(edited(text, "beta 69:4", "beta 129:5"));
  expect_not_verified(edited(edited(text, "beta 69:4", "beta 65:4"), "3 -31 0", "4 -61 0"));
}

TEST(VerifyNear, OrientsGroupsByTheReplacedRows) {
  // With x_2 near +2 x_0 instead: G+ = 5, G- = 0 and eps = 1/16 + 2 (63/16 + 1/16).
  const std::string wide = edited(kNear, "beta 69:4", "beta 1:-5");
  expect_verified(wide);
  const std::string other = edited(wide, "2 0 -1:-1", "2 0 1:-1");
  expect_not_verified(other);
  expect_verified(edited(edited(other, "0 1 0", "0 5 0"), "0 1 0", "0 5 0"));
}

TEST(VerifyNear, ExceptionsNameTheFirstRowOfAGroupOfTheReplacedData) {
  // kPlane with x_1 = (2,-31/16) near 2 x_0, or x_0 = (1,-15/16) near x_1 / 2: row 0 is the first.
  const std::string first = edited(edited(kPlane, "1:-1 -1:-1 1:-1", "1:-1 -31:4 1:-1"), "basis",
                                   "near 1\n1 0 1:-1\nbasis");
  const std::string second =
      edited(edited(kPlane, "1:0 -1:0 1:0", "1:0 -15:4 1:0"), "basis", "near 1\n0 1 1:1\nbasis");
  for (const std::string& text : {first, second}) {
    expect_verified(edited(text, "tree -", "0 1 1\n", "0 1 1 / 0 0:0\n"));
    expect_not_verified(edited(text, "tree -", "0 1 1\n", "0 1 1 / 0 1:0\n"));
  }
}

TEST(VerifyNear, ABasisIsOfTheReplacedData) {
  const std::string head = kNear.substr(0, kNear.find("basis"));
  const std::string tail = "tree -\n0\n0\nclaim gap 0:0\nend\n";
  const std::string nu = "nu 0 4 -1 2\ntree +\n";
  expect_verified(head + "basis 1 0\n" + nu + "0 1\n0 -4\n" + tail);
  // B = (-2,0), Q = 4: P = 2 has P^T Q P = 16.
  expect_verified(head + "basis 1 2\n" + nu + "0 2\n1 -1\n" + tail);
  expect_not_verified(head + "basis 1 2\n" + nu + "2 7\n1 -1\n" + tail);
  expect_not_verified(without_near(head + "basis 1 0\n" + nu + "0 1\n0 -4\n" + tail));
}

TEST(VerifyNear, SphereProofsKeepTheDataAndBeta) {
  // A zero row of kLine replaced by x_0 / 8 costs the trees 1/8, the sphere proof nothing.
  std::string text = edited(kLine, "data 1 1\n1:0 1:0\n", "data 2 1\n1:0 1:0\n0:0 1:0\n");
  text = edited(edited(text, "nu 0 1\n", "nu 0 1 1\n"), "40 0\n", "40 0 0\n");
  text = edited(text, "basis", "near 1\n1 0 1:3\nbasis");
  expect_verified(text);
  expect_not_verified(edited(text, "1073741825:30", "1073741823:30"));
  expect_not_verified(edited(text, "1 0 1:3", "1 0 1:-1"));  // eps = 2
  expect_verified(edited(text, "1 0 1:3", "1 0 1:0"));       // eps = 1 < beta
}

TEST(VerifyNear, RowsThatAreMisspelled) {
  for (const char* section : {"near 0\n",
                              "near\n",
                              "near -1\n",
                              "near 3\n1 0 3:0\n2 0 -1:-1\n",
                              "near 1\n1 0 3:0\n2 0 -1:-1\n",
                              "near 2 0\n1 0 3:0\n2 0 -1:-1\n",
                              "near 2\n2 0 -1:-1\n1 0 3:0\n",         // not increasing
                              "near 2\n1 0 3:0\n1 0 3:0\n",           // repeated
                              "near 1\n1 1 1:0\n",                    // i = j
                              "near 2\n1 0 3:0\n2 1 -1:0\n",          // i listed before
                              "near 2\n1 2 -1:0\n2 0 -1:-1\n",        // i listed after
                              "near 3\n0 1 1:0\n1 0 3:0\n2 0 1:0\n",  // no row is left
                              "near 1\n1 0 0:0\n",                    // zero
                              "near 1\n1 0 2:0\n",                    // not canonical
                              "near 1\n1 0 3\n",
                              "near 1\n1 0\n",
                              "near 1\n1 0 3:0 0\n",
                              "near 1\n3 0 3:0\n",
                              "near 1\n1 3 3:0\n",
                              "near 1\n-1 0 3:0\n",
                              "near 1\n1 -1 3:0\n"}) {
    expect_malformed(with_rows(section));
  }
  // The section stands directly before `basis`, at most once, and not without it.
  expect_malformed(with_rows(kRows + kRows));
  expect_malformed(edited(with_rows(""), "nu 0", kRows + "nu 0"));
  const std::size_t basis = kNear.find("basis");
  expect_malformed(kNear.substr(0, basis) + "claim value 21:1\nend\n");
  expect_verified(without_near(kNear).substr(0, kNear.find("near")) + "claim value 21:1\nend\n");
}

}  // namespace
}  // namespace thalweg::verify::test
