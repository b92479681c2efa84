#include "arrangement/sign_tree.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <limits>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "arrangement/sign_tree_presolve.hpp"
#include "arrangement/sign_tree_witness.hpp"

namespace thalweg {
namespace {

using sign_tree::Node;
using sign_tree::TreeRows;
using sign_tree::Walker;

constexpr Index kBlock = 1024;

/// Counts what is handed on, and ends everything when enough has been.
class Delivery {
 public:
  Delivery(const CellSink& sink, std::uint64_t most_patterns, SignTreeOutcome& outcome)
      : sink_(sink), most_(most_patterns), outcome_(outcome) {}

  [[nodiscard]] bool hand_on(CellBlock block, std::uint64_t missing) {
    const std::lock_guard lock(mutex_);
    if (closed()) return false;
    const std::uint64_t room = most_ - outcome_.delivered;
    const bool too_many = static_cast<std::uint64_t>(block.count) > room;
    if (too_many) block.count = static_cast<Index>(room);
    outcome_.delivered += static_cast<std::uint64_t>(block.count);
    outcome_.missing_witnesses += missing;
    if (block.count > 0 && !sink_(block)) return close(EnumerationStatus::kSinkStopped);
    return too_many ? close(EnumerationStatus::kCellLimit) : true;
  }

  void stop() {
    const std::lock_guard lock(mutex_);
    if (!closed()) (void)close(EnumerationStatus::kStopped);
  }
  void add(const sign_tree::Statistics& statistics) {
    const std::lock_guard lock(mutex_);
    outcome_.statistics += statistics;
  }
  [[nodiscard]] bool closed() const { return closed_.load(std::memory_order_relaxed); }
  [[nodiscard]] EnumerationStatus status() const { return status_; }

 private:
  bool close(EnumerationStatus status) {
    status_ = status;
    closed_.store(true, std::memory_order_relaxed);
    return false;
  }

  const CellSink& sink_;
  std::uint64_t most_;
  SignTreeOutcome& outcome_;
  std::mutex mutex_;
  std::atomic<bool> closed_{false};
  EnumerationStatus status_ = EnumerationStatus::kComplete;
};

/// One thread's walker and the block that it fills.
class Worker {
 public:
  Worker(const HyperplaneArrangement& arrangement, const EnumerationSettings& settings,
         const TreeRows& rows, Delivery& delivery, Index block)
      : walker_(rows, settings.control),
        rows_(rows),
        delivery_(delivery),
        witness_(arrangement, rows),
        words_(pattern_words(rows.hyperplanes)),
        capacity_(block),
        patterns_(static_cast<std::size_t>(block * words_)) {
    if (settings.witnesses) witnesses_.resize(static_cast<std::size_t>(block * width()));
  }

  [[nodiscard]] Walker& walker() { return walker_; }

  /// Delivers the leaves below the node; false when all work shall end.
  [[nodiscard]] bool run(const Node& node) {
    const bool finished = walker_.walk(node, rows_.count, [this] { return add_leaf(); });
    if (walker_.stopped()) {
      (void)flush();
      delivery_.stop();
    }
    return finished && !delivery_.closed();
  }

  [[nodiscard]] bool flush() {
    const CellBlock block{count_, words_, patterns_.data(),
                          witnesses_.empty() ? nullptr : witnesses_.data()};
    count_ = 0;
    return delivery_.hand_on(block, std::exchange(missing_, 0));
  }

 private:
  [[nodiscard]] Index width() const { return witness_.dimension(); }

  bool add_leaf() {
    std::copy_n(walker_.delivered_pattern(), words_, patterns_.data() + count_ * words_);
    if (!witnesses_.empty()) {
      double* out = witnesses_.data() + count_ * width();
      if (!witness_.write(walker_.delivered_pattern(), walker_.point(), out)) ++missing_;
    }
    if (++count_ == capacity_) return flush();
    return !delivery_.closed();
  }

  Walker walker_;
  const TreeRows& rows_;
  Delivery& delivery_;
  sign_tree::WitnessWriter witness_;
  Index words_;
  Index capacity_;
  Index count_ = 0;
  std::uint64_t missing_ = 0;
  std::vector<PatternWord> patterns_;
  std::vector<double> witnesses_;
};

/// Nodes at a common depth that together are above every leaf, about `wanted` of them or more.
std::vector<Node> split(Walker& walker, const TreeRows& rows, std::size_t wanted) {
  std::vector<Node> nodes = {walker.root()};
  for (Index depth = 0; depth < rows.count && nodes.size() < wanted; ++depth) {
    std::vector<Node> next;
    for (const Node& node : nodes) {
      const bool finished = walker.walk(node, depth + 1, [&] {
        next.push_back(walker.node());
        return true;
      });
      if (!finished) return {};
    }
    nodes = std::move(next);
  }
  return nodes;
}

/// Runs work() on so many threads and rethrows the first exception.
template <class Work>
void on_threads(int threads, const Work& work) {
  std::exception_ptr failure;
  std::mutex mutex;
  const auto guarded = [&] {
    try {
      work();
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  std::vector<std::thread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back(guarded);
  guarded();
  for (std::thread& thread : others) thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

SignTreeOutcome enumerate_sign_tree(const HyperplaneArrangement& arrangement,
                                    const EnumerationSettings& settings, const CellSink& sink) {
  TreeRows rows = sign_tree::tree_rows(arrangement, settings.constraints);
  SignTreeOutcome outcome;
  outcome.antipodal = rows.antipodal;
  outcome.status = EnumerationStatus::kComplete;
  if (!rows.contradiction && !rows.antipodal) {
    rows = without_implied_rows(rows, settings.control, outcome.statistics);
  }
  if (rows.contradiction) return outcome;

  const std::uint64_t most = settings.max_cells / (rows.antipodal ? 2 : 1);
  const Index block = static_cast<Index>(std::min<std::uint64_t>(kBlock, most) + 1);
  Delivery delivery(sink, most, outcome);

  std::vector<Node> nodes;
  if (settings.threads > 1) {
    Walker walker(rows, settings.control);
    nodes = split(walker, rows, 64 * static_cast<std::size_t>(settings.threads));
    if (walker.stopped()) delivery.stop();
    delivery.add(walker.statistics());
  } else {
    nodes = {Walker(rows, settings.control).root()};
  }
  std::atomic<std::size_t> next{0};
  on_threads(settings.threads, [&] {
    Worker worker(arrangement, settings, rows, delivery, block);
    bool wanted = true;
    for (std::size_t i = next++; wanted && i < nodes.size(); i = next++) {
      wanted = worker.run(nodes[i]);
    }
    if (wanted) (void)worker.flush();
    delivery.add(worker.walker().statistics());
  });
  outcome.status = delivery.status();
  return outcome;
}

}  // namespace thalweg
