#include "thalweg/core/run_control.hpp"

#include <algorithm>
#include <cmath>

namespace thalweg {

Deadline Deadline::after(double seconds) {
  Deadline deadline;
  // A century is "never": it keeps the conversion to clock ticks away from overflow.
  if (std::isfinite(seconds) && seconds < 3e9) {
    deadline.at_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                      std::chrono::duration<double>(std::max(seconds, 0.0)));
  }
  return deadline;
}

Deadline Deadline::earlier(const Deadline& a, const Deadline& b) { return a.at_ < b.at_ ? a : b; }

bool Deadline::expired() const { return at_ != Clock::time_point::max() && Clock::now() >= at_; }

double Deadline::remaining() const {
  if (at_ == Clock::time_point::max()) return std::numeric_limits<double>::infinity();
  return std::max(0.0, std::chrono::duration<double>(at_ - Clock::now()).count());
}

}  // namespace thalweg
