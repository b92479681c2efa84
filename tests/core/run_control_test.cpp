#include "thalweg/core/run_control.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <thread>

namespace thalweg {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Deadline, NeverExpiresByDefaultOrWhenFarAway) {
  for (const Deadline& deadline :
       {Deadline(), Deadline::after(kInfinity), Deadline::after(1e300)}) {
    EXPECT_FALSE(deadline.expired());
    EXPECT_EQ(deadline.remaining(), kInfinity);
  }
}

TEST(Deadline, ExpiresAtOnceWithoutTime) {
  for (const double seconds : {0.0, -5.0, -1e300}) {
    EXPECT_TRUE(Deadline::after(seconds).expired()) << seconds;
    EXPECT_EQ(Deadline::after(seconds).remaining(), 0) << seconds;
  }
}

TEST(Deadline, CountsDown) {
  const Deadline deadline = Deadline::after(1000);
  EXPECT_FALSE(deadline.expired());
  const double first = deadline.remaining();
  EXPECT_LE(first, 1000);
  EXPECT_GT(first, 0);
  EXPECT_LE(deadline.remaining(), first);
}

TEST(Deadline, EarlierIsTheFirstToExpire) {
  const Deadline now = Deadline::after(0);
  const Deadline later = Deadline::after(1000);
  EXPECT_TRUE(Deadline::earlier(now, later).expired());
  EXPECT_TRUE(Deadline::earlier(later, now).expired());
  EXPECT_FALSE(Deadline::earlier(later, Deadline()).expired());
  EXPECT_LE(Deadline::earlier(Deadline(), later).remaining(), 1000);
}

TEST(CancellationToken, CopiesShareTheFlagAndOthersDoNot) {
  const CancellationToken token;
  const CancellationToken copy = token;
  const CancellationToken other;
  std::thread([&copy] { copy.cancel(); }).join();
  EXPECT_TRUE(token.cancelled());
  EXPECT_FALSE(other.cancelled());
}

TEST(RunControl, StopsForEitherReasonAndOnlyThen) {
  RunControl control;
  EXPECT_FALSE(control.should_stop());
  control.deadline = Deadline::after(0);
  EXPECT_TRUE(control.should_stop());
  control.deadline = Deadline();
  EXPECT_FALSE(control.should_stop());
  control.cancellation.cancel();
  EXPECT_TRUE(control.should_stop());
}

TEST(Stopwatch, NeverRunsBackwards) {
  const Stopwatch stopwatch;
  const double first = stopwatch.seconds();
  EXPECT_GE(first, 0);
  EXPECT_GE(stopwatch.seconds(), first);
}

}  // namespace
}  // namespace thalweg
