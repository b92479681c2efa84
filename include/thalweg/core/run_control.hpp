#pragma once

#include <atomic>
#include <chrono>
#include <limits>
#include <memory>
#include <string_view>

namespace thalweg {

/// A point in time after which long work returns what it has.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  /// Never expires.
  Deadline() = default;
  /// Expires `seconds` from now; infinity never expires.
  [[nodiscard]] static Deadline after(double seconds);
  /// The earlier of two deadlines.
  [[nodiscard]] static Deadline earlier(const Deadline& a, const Deadline& b);

  [[nodiscard]] bool expired() const;
  /// Seconds left, at least 0; infinity without a deadline.
  [[nodiscard]] double remaining() const;

 private:
  Clock::time_point at_ = Clock::time_point::max();
};

/// A flag that another thread or a signal handler raises to stop long work; copies share the flag.
class CancellationToken {
 public:
  CancellationToken() : flag_(std::make_shared<std::atomic<bool>>(false)) {}
  void cancel() const { flag_->store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool cancelled() const { return flag_->load(std::memory_order_relaxed); }

 private:
  std::shared_ptr<std::atomic<bool>> flag_;
};

/// Receives progress of long work; called from one thread at a time, a few times a second at most.
class ProgressObserver {
 public:
  virtual ~ProgressObserver() = default;
  /// `phase` names what is being done; `fraction` in [0, 1], or NaN when unknown; `detail` is one
  /// short phrase.
  virtual void report(std::string_view phase, double fraction, std::string_view detail) = 0;
};

/// What long work obeys: a deadline, a cancellation flag and an optional observer (not owned).
struct RunControl {
  Deadline deadline;
  CancellationToken cancellation;
  ProgressObserver* progress = nullptr;

  [[nodiscard]] bool should_stop() const { return cancellation.cancelled() || deadline.expired(); }
};

/// Seconds since construction, for reports.
class Stopwatch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(Deadline::Clock::now() - start_).count();
  }

 private:
  Deadline::Clock::time_point start_ = Deadline::Clock::now();
};

}  // namespace thalweg
