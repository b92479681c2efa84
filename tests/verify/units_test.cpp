#include <gtest/gtest.h>

#include "verify/expect_outcome.hpp"

/// Trees over units, by hand: one sample, w of one or two entries.
namespace thalweg::verify::test {
namespace {

/// Patches 1 and 2: f(w) = max(0, w, 2w) = 2 (w)_+. Their mean with 0 is 1, all within 1 of it, so
/// at the root f(w) <= w + 1 <= 2. The zero network has L = 1/2 = D(1).
const std::string kMaximum =
    "cert 1\n"
    "problem cnn max loss squared scale sum output-bias none\n"
    "beta 1:-1\n"
    "source dataset - network -\n"
    "patches 2 1\n"
    "0\n"
    "1\n"
    "data 1 2\n"
    "1:0 1:-1 1:0\n"
    "network 0\n"
    "nu 0 1\n"
    "radii 0 1\n"
    "units 0 +\n"
    "0\n"
    "units 0 -\n"
    "0\n"
    "claim gap 0:0\n"
    "end\n";

/// x = 1 in branches of two leaves. Form 0, (v)_+, must stay below beta / sqrt(2); form 1 is
/// ((v_1)_+ - (v_2)_+)_+. On |v_1| <= 1, (v_1)_+ <= (v_1 + 1) / 2.
const std::string kPath =
    "cert 1\n"
    "problem parallel path 2 loss squared scale sum output-bias none\n"
    "beta 3:1\n"
    "source dataset - network -\n"
    "data 1 1\n"
    "1:0 1:0\n"
    "network 0\n"
    "nu 0 1\n"
    "units 0 +\n"
    "1 / 0 2 2 1 |\n"
    "units 0 -\n"
    "0\n"
    "units 1 +\n"
    "1 / 0 2 2 1 |\n"
    "units 1 -\n"
    "0\n"
    "claim gap 0:0\n"
    "end\n";
/// Here both forms must stay below beta only.
const std::string kConstrained =
    edited(edited(kPath, "path 2", "constrained 2"), "beta 3:1", "beta 1:0");

std::string with_leaf(const std::string& text, const std::string& section,
                      const std::string& leaf) {
  const std::size_t start = text.find(section) + section.size();
  return std::string(text).replace(start, text.find('\n', start) - start, leaf);
}

std::string with_network(const std::string& text, const std::string& network) {
  const std::string head = text.substr(0, text.find("nu 0"));
  return edited(head, "network 0\n", network) + "claim value 1:-9\nend\n";
}

TEST(VerifyUnits, ProvesMaxima) {
  expect_verified(kMaximum);
  const std::string split = with_leaf(kMaximum, "units 0 +\n", "s 0\n0\n0\n0");
  expect_verified(split);
  expect_verified(edited(split, "radii 0 1", "radii 1 3"));
  for (const char* beta : {"beta 7:2", "beta 255:7"}) {
    expect_not_verified(edited(kMaximum, "beta 1:-1", beta));
    expect_not_verified(edited(split, "beta 1:-1", beta));
  }
  // Where patch 1 is the largest, 2 w <= w: with this row f(w) = w drops to 0 and below.
  expect_verified(with_leaf(kMaximum, "units 0 +\n", "s 0\n0\n0 1:1\n0"));
  expect_not_verified(with_leaf(kMaximum, "units 0 +\n", "s 0\n0\n0\n0 1:1"));
  // Shares of either patch; -2 w - .. is not below 2.
  expect_verified(with_leaf(kMaximum, "units 0 -\n", "0 ; 0:1"));
  expect_verified(with_leaf(kMaximum, "units 0 -\n", "3 ; 1:8"));
  const double penalty = 1.0 + 0.25;
  const Report report =
      check_text(with_network(kMaximum, "network 1\n1:0 1:1\n"));  // puts out 2 / 2
  EXPECT_EQ(real(report.statement.objective_upper), penalty);
}

TEST(VerifyUnits, RefusesForgedMaxima) {
  expect_not_verified(edited(kMaximum, "radii 0 1", "radii 0 0"));
  expect_not_verified(edited(kMaximum, "radii 0 1", "radii 4 15"));
  expect_malformed(edited(kMaximum, "radii 0 1", "radii 0 -1"));
  expect_malformed(edited(kMaximum, "radii 0 1", "radii 0 1 1"));
  expect_malformed(edited(kMaximum, "radii 0 1\n", ""));
  expect_malformed(edited(kMaximum, "nu 0 1", "basis 0\nnu 0 1"));
  expect_malformed(with_leaf(kMaximum, "units 0 +\n", "s 0\n0\n0"));
  expect_malformed(with_leaf(kMaximum, "units 0 +\n", "s 1\n0\n0\n0"));
  expect_malformed(with_leaf(kMaximum, "units 0 +\n", "s 0\ns 0\n0\n0\n0\n0\n0"));
  expect_malformed(with_leaf(kMaximum, "units 0 +\n", "0 / 0 9 9 1 |"));
  expect_not_verified(with_leaf(kMaximum, "units 0 +\n", "0 0:1"));
  expect_not_verified(with_leaf(kMaximum, "units 0 -\n", "0 ; 0:1 1:1"));
  expect_malformed(with_leaf(kMaximum, "units 0 -\n", "0 ; 0:2"));
  expect_malformed(with_leaf(kMaximum, "units 0 -\n", "0 ; 2:1"));
  expect_malformed(with_leaf(kMaximum, "units 0 -\n", "0 ;"));
  expect_not_verified(with_leaf(kMaximum, "units 0 -\n", "s 0\n0 ; 0:1\n0\n0"));
  expect_not_verified(edited(kMaximum, "1:0 1:-1 1:0", "1:0 3:0 1:0"));
}

TEST(VerifyUnits, ProvesParallelNetworks) {
  for (const std::string& text : {kPath, kConstrained}) {
    expect_verified(text);
    expect_verified(with_leaf(text, "units 0 +\n", "s 0\n0\n0"));
    // The open leaf 0 is the root's row; it is not below 0.
    const std::string open = "0 / 2 0 1 1 0:1 |\n";
    expect_verified(with_leaf(text, "units 1 +\n", "s 0\n0\n" + open.substr(0, open.size() - 1)));
    expect_not_verified(with_leaf(text, "units 1 +\n", "s 0\n0\n0"));
    // With both leaves open the root's is v_1 - v_2.
    expect_verified(with_leaf(text, "units 1 +\n", "s 0\n0\ns 1\n" + open + "s 2\n0\n0 1:1"));
    expect_verified(with_leaf(text, "units 1 -\n", "s 0\n0\ns 1\n0\n0 0:1 ; 2:1"));
  }
  // beta^2 / 2 = 121 / 128, and 1 - 2^-8.
  expect_not_verified(edited(kPath, "beta 3:1", "beta 11:3"));
  expect_not_verified(edited(kConstrained, "beta 1:0", "beta 255:8"));
}

TEST(VerifyUnits, EnclosesThePathNormAndRescalesConstraints) {
  // Leaves 1 and 1, all weights 1: the branch puts out 2.
  const std::string ones = "network 1\n1:0 1:0 1:0 1:0 1:0\n";
  const Statement path = check_text(with_network(kPath, ones)).statement;
  EXPECT_LE(real(path.objective_lower), 0.5 + 1.5 * std::sqrt(2.0));
  EXPECT_GE(real(path.objective_upper), 0.5 + 1.5 * std::sqrt(2.0));
  EXPECT_NEAR(real(path.objective_upper), real(path.objective_lower), 1e-15);
  EXPECT_LT(real(path.objective_lower), real(path.objective_upper));
  // |W_1|_F^2 = 2 moves on to the second layer: 1/2 (2 2 + 1).
  EXPECT_EQ(real(check_text(with_network(kConstrained, ones)).statement.objective_upper), 3);
  const std::string halves = "network 1\n1:1 1:1 1:0 1:0 1:0\n";
  EXPECT_EQ(real(check_text(with_network(kConstrained, halves)).statement.objective_upper), 1.5);
  // (1 - 1/4 1)_+ of the second leaf's weight -1/4.
  const std::string mixed = "network 1\n1:0 1:0 1:0 -1:2 1:0\n";
  EXPECT_EQ(real(check_text(with_network(kConstrained, mixed)).statement.objective_upper),
            0.5 / 16 + 0.5 * (2 * (1 + 1.0 / 16) + 1));
}

TEST(VerifyUnits, RefusesForgedParallelNetworks) {
  const auto plus = [](const std::string& leaf) { return with_leaf(kPath, "units 0 +\n", leaf); };
  expect_not_verified(plus("0"));              // no range
  expect_not_verified(plus("1 / 0 1 2 1 |"));  // ranges too short
  expect_not_verified(plus("1 / 0 2 1 1 |"));
  expect_verified(plus("1 / 0 2 2 0 |"));      // below the constant 1
  expect_not_verified(plus("1 / 0 2 2 2 |"));  // below v + 1
  expect_malformed(plus("1 / 0 2 2 3 |"));
  expect_malformed(plus("1 / 0 2 2 1"));
  expect_malformed(plus("1 / 0 2 2 |"));
  expect_malformed(plus("1 / 0 -2 2 1 |"));
  expect_malformed(plus("1 / 1 2 2 1 |"));
  expect_malformed(plus("1 / 0 2 2 1 | / 0 2 2 1 |"));
  expect_not_verified(plus("1 / 0 2 2 1 0:1 |"));  // of an undecided unit
  expect_not_verified(plus("s 0\n0\n1 / 0 2 2 1 |"));
  expect_malformed(plus("s 0\n0"));
  expect_malformed(plus("s 0\n0\n0\n0"));
  expect_malformed(plus("4097"));
  expect_malformed(plus("0 0:0"));
  // The root before its leaves; a share of the root, whose leaves are open.
  expect_malformed(with_leaf(kPath, "units 1 +\n", "s 2\n0\n0"));
  expect_not_verified(with_leaf(kPath, "units 1 -\n", "0 ; 2:1"));
  expect_not_verified(with_leaf(kPath, "units 1 -\n", "s 0\n0\n0 ; 2:1"));
  // The open leaf 1 must not be left out.
  expect_not_verified(with_leaf(kPath, "units 1 +\n", "1 / 1 2 2 1 |"));
}

TEST(VerifyUnits, WantsEveryFormInOrder) {
  expect_malformed(edited(kPath, "units 1 +", "units 0 +"));
  expect_malformed(edited(kPath, "units 0 -", "units 0 +"));
  expect_malformed(edited(kPath, "units 1 -\n0\n", ""));
  expect_malformed(edited(kPath, "units 1 +\n1 / 0 2 2 1 |\nunits 1 -\n0\n", ""));
  expect_malformed(edited(kPath, "path 2", "path"));
  expect_malformed(edited(kPath, "path 2", "path 0"));
  expect_malformed(edited(kPath, "path 2", "constrained 2 2"));
  expect_not_verified(edited(kPath, "path 2", "path 3"));  // beta / sqrt(3)
  expect_not_verified(edited(kPath, "path 2", "path 2 2"));
  expect_limit(edited(kPath, "path 2", "path 4097"));
  expect_limit(edited(kPath, "path 2", "path 64 65"));
  // One leaf: two layers, form 0 only, without the root of 2.
  const std::string single =
      edited(edited(kPath, "path 2", "path 1 1"), "units 1 +\n1 / 0 2 2 1 |\nunits 1 -\n0\n", "");
  expect_verified(edited(single, "beta 3:1", "beta 1:0"));
  expect_malformed(with_network(kPath, "network 1\n1:0 1:0 1:0 1:0\n"));
  expect_malformed(edited(kPath, "nu 0 1", "near 1\n0 0 1:0\nnu 0 1"));
}

}  // namespace
}  // namespace thalweg::verify::test
