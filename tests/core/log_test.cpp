#include "thalweg/core/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace thalweg::log {
namespace {

/// What the three functions print at a level.
std::string printed_at(Level level) {
  set_level(level);
  testing::internal::CaptureStderr();
  warning("first {} braces are text");
  info("second");
  debug("third");
  const std::string text = testing::internal::GetCapturedStderr();
  set_level(Level::kWarning);
  return text;
}

TEST(Log, PrintsExactlyTheLevelsAskedFor) {
  using testing::HasSubstr;
  using testing::Not;
  EXPECT_EQ(printed_at(Level::kQuiet), "");
  EXPECT_THAT(printed_at(Level::kWarning),
              testing::AllOf(HasSubstr("first {} braces are text"), Not(HasSubstr("second"))));
  EXPECT_THAT(printed_at(Level::kInfo),
              testing::AllOf(HasSubstr("second"), Not(HasSubstr("third"))));
  EXPECT_THAT(printed_at(Level::kDebug), HasSubstr("third"));
}

TEST(Log, EnabledAgreesWithTheLevel) {
  set_level(Level::kInfo);
  EXPECT_TRUE(enabled(Level::kWarning));
  EXPECT_TRUE(enabled(Level::kInfo));
  EXPECT_FALSE(enabled(Level::kDebug));
  set_level(Level::kWarning);
  EXPECT_FALSE(enabled(Level::kInfo));
}

}  // namespace
}  // namespace thalweg::log
