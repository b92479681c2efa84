#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg::oracle {

/// Runs work(worker, index) for index = 0 .. count - 1 on `threads` threads (worker = 0 .. threads
/// - 1). Task i starts only after all tasks up to i - window are finished, so that what it may read
/// of them does not depend on the number of threads. finished(index) is called in index order, one
/// call at a time. The first exception is rethrown once all threads have ended.
class OrderedTasks {
 public:
  using Work = std::function<void(int worker, Index index)>;
  using Finished = std::function<void(Index index)>;

  OrderedTasks(Index count, Index window, Work work, Finished finished)
      : work_(std::move(work)),
        finished_(std::move(finished)),
        window_(window),
        done_(static_cast<std::size_t>(count), false) {}

  void run(int threads) {
    std::vector<std::thread> others;
    const auto count = static_cast<Index>(done_.size());
    for (int worker = 1; worker < threads && worker < count; ++worker) {
      others.emplace_back([this, worker] { loop(worker); });
    }
    loop(0);
    for (std::thread& thread : others) thread.join();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void loop(int worker) {
    while (true) {
      Index index;
      {
        std::unique_lock lock(mutex_);
        index = next_++;
        if (index >= static_cast<Index>(done_.size())) return;
        changed_.wait(lock, [&] { return failure_ || prefix_ > index - window_; });
        if (failure_) return;
      }
      try {
        work_(worker, index);
        finish(index);
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::current_exception();
        changed_.notify_all();
      }
    }
  }

  void finish(Index index) {
    const std::lock_guard lock(mutex_);
    done_[static_cast<std::size_t>(index)] = true;
    while (prefix_ < static_cast<Index>(done_.size()) && done_[static_cast<std::size_t>(prefix_)]) {
      finished_(prefix_);
      ++prefix_;
    }
    changed_.notify_all();
  }

  Work work_;
  Finished finished_;
  Index window_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<bool> done_;
  Index next_ = 0;
  Index prefix_ = 0;  ///< tasks finished without a gap
  std::exception_ptr failure_;
};

}  // namespace thalweg::oracle
