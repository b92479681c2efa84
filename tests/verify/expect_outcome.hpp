#pragma once

#include <gtest/gtest.h>

#include <string>

#include "verify/certificate_text.hpp"

namespace thalweg::verify::test {

/// Every refusal names its line.
inline void expect_outcome(const std::string& text, Outcome outcome) {
  const Report report = check_text(text);
  EXPECT_EQ(report.outcome, outcome) << report.reason << '\n' << text;
  if (outcome == Outcome::kVerified) return;
  EXPECT_NE(report.reason.find("line "), std::string::npos) << report.reason;
}

inline void expect_verified(const std::string& text) { expect_outcome(text, Outcome::kVerified); }
inline void expect_malformed(const std::string& text) { expect_outcome(text, Outcome::kMalformed); }
inline void expect_not_verified(const std::string& text) {
  expect_outcome(text, Outcome::kNotVerified);
}
inline void expect_limit(const std::string& text) { expect_outcome(text, Outcome::kLimit); }

}  // namespace thalweg::verify::test
