#include <gtest/gtest.h>

#include "verify/expect_outcome.hpp"

namespace thalweg::verify::test {
namespace {

/// F3 with rows 5 x_i and beta = 1/2: neurons x_1, x_2 of mass 1/32 fit 25/32 each. The neuron (1,
/// 0) grows to mass 1/8, the fit to 37/32: slope 2 5/32 3/8 + 1/16 = 23/128; then the two shrink to
/// nothing, the fit to 3/8: slope 2 5/8 25/32 - 5/32 = 105/128.
const std::string kRising =
    "cert 1\n"
    "problem relu2 loss squared scale sum output-bias none\n"
    "beta 1:1\n"
    "source dataset - network -\n"
    "data 2 2\n"
    "3:0 1:-2 1:0\n"
    "3:0 -1:-2 1:0\n"
    "network 3\n"
    "3:0 1:-2 1:5\n"
    "3:0 -1:-2 1:5\n"
    "0:0 0:0 0:0\n"
    "path 4 3\n"
    "3:0 1:-2\n"
    "3:0 -1:-2\n"
    "1:0 0:0\n"
    "1:-2 3:0\n"
    "balance + 0 1:5 + 1 1:5 0\n"
    "masses + 0 1:5 + 1 1:5 + 2 1:3\n"
    "masses 0 0 + 2 1:3\n"
    "claim increase 1:0\n"
    "end\n";

/// Its end is given: (1, 0) with alpha = 1/8, and an idle neuron w = (0, 1). The way there costs
/// 1/4 (1 + 1/64 + 1) - 1/16 = 113/256.
const std::string kReaching = edited(edited(kRising, "path 4 3",
                                            "improved 3\n"
                                            "0:0 0:0 0:0\n"
                                            "0:0 1:0 0:0\n"
                                            "1:0 0:0 1:3\n"
                                            "path 4 3"),
                                     "claim increase 1:0\n", "reach\nclaim increase 369:8\n");

std::string with_claims(const std::string& claims) {
  return edited(kRising, "claim increase 1:0\n", claims);
}

TEST(VerifyPath, RecomputesTheStatementOfAHandMadePath) {
  const Report report = check_text(kRising);
  ASSERT_EQ(report.outcome, Outcome::kVerified) << report.reason;
  EXPECT_EQ(real(*report.statement.path_increase), 1);
  // The start is not balanced: 49/1024 + 1/4 2 (25 + 2^-10).
  EXPECT_EQ(real(*report.statement.path_maximum), 49.0 / 1024 + 0.5 * (25 + 0x1p-10));
  EXPECT_EQ(real(*report.statement.path_final), 29.0 / 64);
  EXPECT_EQ(verdict_line(report),
            "s VERIFIED value <= 1.2549e1 increase <= 1.0000e0 maximum <= 1.2549e1 final <= "
            "4.5313e-1");
}

TEST(VerifyPath, DecidesEachClaimAtItsBoundary) {
  expect_verified(with_claims("claim increase 1:0\nclaim maximum 25699:11\nclaim final 29:6\n"));
  expect_not_verified(with_claims("claim increase 1048575:20\n"));
  expect_not_verified(with_claims("claim maximum 25697:11\n"));
  expect_not_verified(with_claims("claim final 59391:17\n"));
  expect_malformed(with_claims("claim final 29:6\nclaim increase 1:0\n"));
  expect_malformed(with_claims("claim increase 1:0\nclaim increase 1:0\n"));
  expect_malformed(with_claims("claim increase 1:0\nclaim decrease 0:0\n"));
  expect_malformed(edited(kPlane, "claim relgap 1:4", "claim increase 1:0"));  // no path
}

TEST(VerifyPath, ReachesTheImprovedNetwork) {
  const Report report = check_text(kReaching);
  ASSERT_EQ(report.outcome, Outcome::kVerified) << report.reason;
  EXPECT_EQ(real(*report.statement.path_increase), 1 + 113.0 / 256);
  EXPECT_EQ(real(*report.statement.path_final), 29.0 / 64 + 113.0 / 256);
  EXPECT_EQ(real(*report.statement.path_final), real(*report.statement.improved_upper));
  expect_not_verified(edited(kReaching, "369:8", "369:9"));
  expect_not_verified(edited(kReaching, "1:0 0:0 1:3", "1:0 0:0 1:2"));   // the product
  expect_not_verified(edited(kReaching, "1:0 0:0 1:3", "1:0 0:0 -1:3"));  // its sign
  expect_not_verified(edited(kReaching, "0:0 1:0 0:0", "0:0 1:0 1:9"));   // not empty
  const std::string flipped = edited(kReaching, "path", "1:0 0:0\n", "-1:0 0:0\n");
  expect_not_verified(edited(edited(flipped, "5 + 2 1:3", "5 - 2 1:3"), "0 + 2 1:3", "0 - 2 1:3"));
  expect_not_verified(edited(kReaching, "improved 3\n0:0 0:0 0:0\n", "improved 2\n"));
  expect_malformed(edited(kRising, "claim", "reach\nclaim"));  // no improved network
  expect_malformed(edited(kReaching, "reach\n", "reach\nreach\n"));
  expect_malformed(edited(kReaching, "reach\n", "reach 1\n"));
}

TEST(VerifyPath, BeginsAtTheNetwork) {
  // (6, 8) with 1/64 has the same product, (6, 8) with 1/32 another one.
  expect_verified(edited(kRising, "3:0 1:-2 1:5", "3:-1 1:-3 1:6"));
  expect_not_verified(edited(kRising, "3:0 1:-2 1:5", "3:-1 1:-3 1:5"));
  expect_not_verified(edited(kRising, "3:0 1:-2 1:5", "3:0 1:-2 -1:5"));
  expect_not_verified(edited(kRising, "balance", "+ 0 1:5", "+ 1 1:5"));
  expect_not_verified(edited(kRising, "balance", "1:5 0\n", "1:5 + 2 1:200\n"));
  // -(X v)_+ with v = -(3, 4) is another function of the same product.
  const std::string flipped = edited(kRising, "path", "3:0 1:-2\n", "-3:0 -1:-2\n");
  expect_not_verified(flipped);
  expect_not_verified(edited(edited(flipped, "balance +", "balance -"), "masses +", "masses -"));
  // Idle weights have no product.
  expect_verified(edited(kRising, "0:0 0:0 0:0", "1:0 1:0 0:0"));
  expect_verified(edited(kRising, "0:0 0:0 0:0", "0:0 0:0 1:0"));
  expect_not_verified(edited(kRising, "0:0 0:0 0:0", "1:0 1:0 1:99"));
}

TEST(VerifyPath, SlotsKeepTheirSignAndDirection) {
  const std::string claims = "claim final 1:-9\n";
  const std::string base = with_claims(claims);
  expect_verified(base);
  expect_not_verified(edited(base, "masses + 0 1:5", "+ 0 1:5", "- 0 1:5"));
  expect_not_verified(edited(base, "masses + 0 1:5", "+ 0 1:5", "+ 3 1:5"));
  // (3, 4) turns to (4, 3), whose product with x_2 is 0, but not to (1, 0): there it is 3.
  const std::string merge = edited(base, "masses + 0", "merge + 0");
  expect_verified(merge);
  expect_verified(edited(merge, "merge + 0 1:5", "+ 0 1:5", "+ 3 1:5"));
  expect_not_verified(edited(merge, "merge + 0 1:5", "+ 0 1:5", "+ 2 1:5"));
  expect_not_verified(edited(merge, "merge + 0 1:5", "+ 0 1:5", "- 3 1:5"));
}

TEST(VerifyPath, MergesByProjection) {
  // (3, 4) becomes (4, 3) with the same mass, so the fits become 24/32 and 25/32: the loss has the
  // slope (-8/32) (-1/32), the norms 1/32 (5 - 24/5), together 7/640.
  const std::string text =
      edited(edited(with_claims("claim increase 179:14\n"), "path 4 3", "path 4 2"),
             "masses + 0 1:5 + 1 1:5 + 2 1:3\nmasses 0 0 + 2 1:3\n", "merge + 3 1:5 + 1 1:5 0\n");
  expect_not_verified(text);
  const Report report = check_text(edited(text, "179:14", "45:12"));
  ASSERT_EQ(report.outcome, Outcome::kVerified) << report.reason;
  EXPECT_NEAR(real(*report.statement.path_increase), 7.0 / 640, 2e-18);
  EXPECT_GE(real(*report.statement.path_increase), 7.0 / 640);
}

TEST(VerifyPath, MisspelledSectionsAreMalformed) {
  for (const char* head : {"path 4", "path 3 3", "path 5 3", "path 4 2", "path 4 4", "path 4 0",
                           "path -1 3", "path 4 3 1", "path 99999999999999 3", "path x 3"}) {
    expect_malformed(edited(kRising, "path 4 3", head));
  }
  for (const char* line :
       {"masses", "masses 0 0", "masses 0 0 0 0", "masses 0 0 + 4 1:3", "masses 0 0 + -1 1:3",
        "masses 0 0 + 2 0:0", "masses 0 0 + 2 -1:3", "masses 0 0 + 2 2:3", "masses 0 0 * 2 1:3",
        "masses 0 0 + 2", "masses 0:0 0 0 + 2 1:3", "balance 0 0 + 2 1:3", "Masses 0 0 + 2 1:3",
        "masses 0 0 +2 1:3"}) {
    expect_malformed(edited(kRising, "masses 0 0 + 2 1:3", line));
  }
  expect_malformed(edited(kRising, "balance", "masses"));
  expect_malformed(edited(kRising, "1:-2 3:0", "0:0 0:0"));
  expect_malformed(edited(kRising, "1:-2 3:0", "1:-2"));
  expect_malformed(edited(kRising, "1:-2 3:0", "1:-2 3:0 0:0"));
  expect_malformed(edited(kRising, "network 3", "improved 3"));
  // A section that stands twice, or before the improved network.
  const std::size_t from = kReaching.find("path"), to = kReaching.find("claim");
  const std::string section = kReaching.substr(from, to - from);
  expect_malformed(edited(kReaching, "claim", section + "claim"));
  expect_malformed(edited(edited(kReaching, section, ""), "improved", section + "improved"));
}

TEST(VerifyPath, CountsTheOutputBias) {
  // No neurons, one sample y = 1: the bias goes from 0 to 3 with beta = 1/2: slope 2 3 + 1/2 3 3.
  const std::string text =
      "cert 1\nproblem relu2 loss squared scale sum output-bias penalised\nbeta 1:1\n"
      "source dataset - network -\ndata 1 1\n1:0 1:0\nnetwork 0\nbias 0:0\n"
      "path 0 2\nbalance 0:0\nmasses 3:0\nclaim increase 21:1\nclaim final 17:2\nend\n";
  expect_verified(text);
  expect_not_verified(edited(text, "21:1", "41:2"));
  expect_not_verified(edited(text, "balance 0:0", "balance 1:0"));
  expect_malformed(edited(text, "balance 0:0", "balance"));
  expect_verified(edited(edited(text, "penalised", "free"), "21:1", "3:-1"));
  expect_not_verified(edited(edited(text, "penalised", "free"), "21:1", "23:2"));
}

TEST(VerifyPath, LinearPartsOfTheLosses) {
  // One sample x = 1, y = 1, neuron w = 1: mass from 1 to 3, beta = 1, so the norms give 2.
  const auto text = [](const std::string& loss, const std::string& increase) {
    return "cert 1\nproblem relu2 loss " + loss + " scale sum output-bias none\nbeta 1:0\n" +
           "source dataset - network -\ndata 1 1\n1:0 1:0\nnetwork 1\n1:0 1:0\npath 1 2\n1:0\n" +
           "balance + 0 1:0\nmasses + 0 3:0\nclaim increase " + increase + "\nend\n";
  };
  expect_verified(text("squared", "3:-1"));
  expect_not_verified(text("squared", "5:0"));
  expect_verified(text("huber 1:1", "3:0"));
  expect_not_verified(text("huber 1:1", "5:1"));
  expect_verified(text("huber 1:-2", "3:-1"));
  expect_verified(text("squared-hinge", "1:-1"));
  expect_not_verified(text("squared-hinge", "3:1"));
  // The other label: y f - 1 = -4 at the end, so the slope is 4 2 + 2.
  const auto other = [&](const std::string& increase) {
    return edited(text("squared-hinge", increase), "\n1:0 1:0\nnetwork", "\n1:0 -1:0\nnetwork");
  };
  expect_verified(other("5:-1"));
  expect_not_verified(other("9:0"));
}

}  // namespace
}  // namespace thalweg::verify::test
