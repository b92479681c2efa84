#include "oracle/tree_bound.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <memory>

#include "oracle/cone_search.hpp"
#include "oracle/maximiser_band.hpp"
#include "oracle/ordered_tasks.hpp"

namespace thalweg::oracle {
namespace {

constexpr Index kWindow = 64;
constexpr Index kManyCoordinates = 7;
constexpr Index kLeastDepth = 5;

struct Task {
  Sign sign;
  ConePath path;
};

/// What one task found.
struct TaskResult {
  SearchOutcome outcome;
  std::vector<ConePath> open;
  std::vector<DualDirection> found;
  double value = 0;  ///< largest value in `found`
};

/// The search of one task: its threshold follows the best value it may know of.
class BoundClient : public SearchClient {
 public:
  BoundClient(const DualQuery& query, const TreeRequest& request, Sign sign, double value,
              LocalAscent& ascent, const std::atomic<Index>& exceeded_at, Index index,
              TaskResult& result)
      : query_(query),
        request_(request),
        sign_(sign),
        value_(value),
        bar_(value),
        ascent_(ascent),
        exceeded_at_(exceeded_at),
        index_(index),
        result_(result) {}

  [[nodiscard]] double threshold() const override {
    if (request_.threshold > 0) return request_.threshold;
    const double closed = closing_bound();
    return request_.maximiser_band > 0 ? std::min(closed, (1 - request_.maximiser_band) * value_)
                                       : closed;
  }
  [[nodiscard]] double incumbent() const override {
    return std::max(bar_, request_.threshold) * (1 + 1e-12);
  }
  [[nodiscard]] bool stop() override {
    return stop_ || request_.control->should_stop() ||
           exceeded_at_.load(std::memory_order_relaxed) < index_;
  }
  void improve(const Vector& z) override {
    const Vector start = query_.frame_of_tree(z);
    const Summit summit = ascent_.polish(ascent_.climb(start).u);
    DualDirection direction = query_.describe(query_.from_frame(summit.u), sign_);
    // The point that led here may be better than what rounding left of it: never ask again below
    // its estimate.
    bar_ = std::max({bar_, direction.value, query_.lower_value(query_.from_frame(start), sign_)});
    if (direction.value <= std::max(value_, request_.threshold)) return;
    value_ = direction.value;
    result_.value = value_;
    result_.found.push_back(std::move(direction));
    if (request_.threshold > 0) stop_ = true;
  }
  [[nodiscard]] bool settle(const Cone& cone, ConeRelaxation& relaxation,
                            ConeBound& bound) override {
    if (request_.maximiser_band <= 0) return false;
    const bool excluded = band_.excludes(cone);
    if (!excluded && !band_.accepts(cone)) return false;
    if (bound.bound > closing_bound()) {
      relaxation.bound(cone, query_.tree_rows(sign_), closing_bound(), value_, bound);
      if (bound.bound > closing_bound()) return false;
    }
    if (excluded) return true;
    std::vector<Vector> points;
    band_.collect(cone, threshold(), points);
    for (const Vector& z : points) {
      const Summit summit = ascent_.polish(query_.frame_of_tree(z));
      const Vector u = query_.from_frame(summit.u);
      const bool known = std::any_of(
          result_.found.begin(), result_.found.end(),
          [&](const DualDirection& other) { return (other.u - u).norm() <= kDistinctAngle; });
      if (!known) result_.found.push_back(query_.describe(u, sign_));
    }
    return true;
  }

 private:
  [[nodiscard]] double closing_bound() const {
    return value_ * (1 + request_.relative_gap * (1 - 1e-3));
  }

  const DualQuery& query_;
  const TreeRequest& request_;
  Sign sign_;
  double value_;  ///< proved
  double bar_;    ///< estimates up to here are not worth climbing from
  LocalAscent& ascent_;
  BandCollector band_;
  const std::atomic<Index>& exceeded_at_;
  Index index_;
  TaskResult& result_;
  bool stop_ = false;
};

/// One thread's search objects, made when first needed.
struct Worker {
  std::array<std::unique_ptr<ConeSearch>, 2> search;
  std::array<std::unique_ptr<LocalAscent>, 2> ascent;
};

class TreeDriver {
 public:
  TreeDriver(const DualQuery& query, const TreeRequest& request)
      : query_(query),
        request_(request),
        value_(request.start_value),
        workers_(static_cast<std::size_t>(std::max(1, request.threads))) {}

  TreeOutcome run() {
    const Index rank = query_.geometry().coordinates();
    const int depth = task_depth(rank, query_.geometry().groups());
    std::vector<Task> tasks;
    for (const Sign sign : {Sign::kPlus, Sign::kMinus}) {
      for (std::uint32_t mask = 0; mask < (1u << rank); ++mask) {
        tasks.push_back({sign, {mask, {}, query_.crude_bound()}});
      }
    }
    if (depth > 0) tasks = run_tasks(tasks, depth);
    std::stable_sort(tasks.begin(), tasks.end(),
                     [](const Task& a, const Task& b) { return a.path.bound > b.path.bound; });
    run_tasks(tasks, 0);
    keep_distinct(outcome_.found, kDistinctAngle);
    return std::move(outcome_);
  }

 private:
  /// Runs the tasks, those of the top phase down to `depth`; returns what they leave open.
  std::vector<Task> run_tasks(const std::vector<Task>& tasks, int depth) {
    std::vector<TaskResult> results(tasks.size());
    std::vector<double> known(tasks.size() + 1, value_);
    std::vector<Task> open;
    const auto count = static_cast<Index>(tasks.size());
    exceeded_at_ = outcome_.exceeded ? -1 : count;
    const auto work = [&](int worker, Index index) {
      const auto i = static_cast<std::size_t>(index);
      const Task& task = tasks[i];
      TaskResult& result = results[i];
      const double value = known[static_cast<std::size_t>(std::max<Index>(0, index - kWindow + 1))];
      run_task(workers_[static_cast<std::size_t>(worker)], task, depth, value, index, result);
      if (request_.threshold > 0 && !result.found.empty()) {
        Index at = exceeded_at_.load();
        while (index < at && !exceeded_at_.compare_exchange_weak(at, index)) {
        }
      }
    };
    const auto finished = [&](Index index) {
      const auto i = static_cast<std::size_t>(index);
      known[i + 1] = std::max(known[i], results[i].value);
      report(index + 1, count);
    };
    OrderedTasks(count, kWindow, work, finished).run(request_.threads);
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      absorb(results[i], exceeded_at_ >= static_cast<Index>(i));
      for (ConePath& path : results[i].open) open.push_back({tasks[i].sign, std::move(path)});
    }
    outcome_.exceeded = exceeded_at_ < count;
    value_ = known.back();
    return open;
  }

  void run_task(Worker& worker, const Task& task, int depth, double value, Index index,
                TaskResult& result) {
    const std::size_t slot = task.sign == Sign::kPlus ? 0 : 1;
    if (!worker.search[slot]) {
      worker.search[slot] =
          std::make_unique<ConeSearch>(query_.tree_rows(task.sign), query_.geometry());
      worker.ascent[slot] = std::make_unique<LocalAscent>(query_.climb_rows(task.sign));
    }
    BoundClient client(query_, request_, task.sign, value, *worker.ascent[slot], exceeded_at_,
                       index, result);
    result.outcome = depth > 0 ? worker.search[slot]->run_top(task.path.mask, depth, client,
                                                              task.path.bound, result.open)
                               : worker.search[slot]->run(task.path, client);
  }

  /// Results of tasks after the one that decided are dropped: whether they got anywhere depends on
  /// the threads.
  void absorb(TaskResult& result, bool decided_before) {
    outcome_.upper = std::max(outcome_.upper, result.outcome.bound);
    outcome_.nodes += result.outcome.nodes;
    if (!decided_before) return;
    outcome_.stalled |= result.outcome.stalled;
    outcome_.stopped |= result.outcome.stopped && request_.control->should_stop();
    for (DualDirection& direction : result.found) outcome_.found.push_back(std::move(direction));
  }

  void report(Index done, Index count) const {
    if (request_.control->progress == nullptr || done % 16 != 0) return;
    request_.control->progress->report(
        "dual bound", static_cast<double>(done) / static_cast<double>(count), "cones");
  }

  const DualQuery& query_;
  const TreeRequest& request_;
  double value_;
  std::vector<Worker> workers_;
  std::atomic<Index> exceeded_at_{0};
  TreeOutcome outcome_;
};

}  // namespace

int task_depth(Index coordinates, Index rows) {
  const double size = static_cast<double>(rows) * static_cast<double>(coordinates);
  const Index wanted = size > 3e5 ? 5 : 7;  // log2 of the number of tasks of one sign
  // With many orthants most of the work lies in the few around the maximisers.
  const Index least = coordinates >= kManyCoordinates ? kLeastDepth : 0;
  return coordinates < 2 ? 0 : static_cast<int>(std::max(least, wanted - coordinates));
}

TreeOutcome bound_by_tree(const DualQuery& query, const TreeRequest& request) {
  return TreeDriver(query, request).run();
}

}  // namespace thalweg::oracle
