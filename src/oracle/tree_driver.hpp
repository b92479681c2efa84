#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "oracle/cone_search.hpp"
#include "oracle/dual_query.hpp"

namespace thalweg::oracle {

/// What one task found.
struct TaskResult {
  SearchOutcome outcome;
  std::vector<ConePath> open;
  std::vector<DualDirection> found;
  double value = 0;  ///< largest value in `found`
};

/// What the client of one task is made from.
struct TaskContext {
  Sign sign;
  double value;  ///< the proved lower bound that the task may know of
  int worker;
  Index index;
  const std::atomic<Index>& exceeded_at;  ///< tasks after this index need not go on
  TaskResult& result;
};

/// What the driver of a tree over both signs is asked.
struct DriverRequest {
  double start_value = 0;  ///< a proved lower bound
  bool decide = false;     ///< anything found by a task ends the search
  int threads = 1;
  const RunControl* control = nullptr;
};

struct TreeOutcome {
  double upper = 0;                       ///< rigorous
  std::array<double, 2> upper_of_sign{};  ///< rigorous, plus and minus
  bool stalled = false;                   ///< some cone could not be closed
  bool stopped = false;                   ///< by deadline or cancellation
  bool exceeded = false;                  ///< a task found what ends the search
  std::vector<DualDirection>
      found;  ///< improvements on start_value, violators, or what else the clients collect
  std::int64_t nodes = 0;
};

/// Runs the branch and bound over the orthants of both signs as tasks on several threads. A task
/// sees the improvements of the tasks kWindow before it and its own, and nothing else, so that the
/// outcome does not depend on the number of threads unless stopped.
class TreeDriver {
 public:
  using MakeClient = std::function<std::unique_ptr<SearchClient>(const TaskContext&)>;

  /// The query must outlive the driver.
  TreeDriver(const DualQuery& query, const DriverRequest& request, MakeClient make_client);

  [[nodiscard]] TreeOutcome run();

 private:
  struct Task {
    Sign sign;
    ConePath path;
  };
  /// One thread's searches, made when first needed.
  using Worker = std::array<std::unique_ptr<ConeSearch>, 2>;

  std::vector<Task> run_tasks(const std::vector<Task>& tasks, int depth);
  void run_task(int worker, const Task& task, int depth, double value, Index index,
                TaskResult& result);
  void absorb(TaskResult& result, Sign sign, bool decided_before);
  void report(Index done, Index count) const;

  const DualQuery& query_;
  DriverRequest request_;
  MakeClient make_client_;
  double value_;
  std::vector<Worker> workers_;
  std::atomic<Index> exceeded_at_{0};
  TreeOutcome outcome_;
};

/// How deep each orthant is cut into tasks, so that two threads share one sign's work evenly: less
/// deep when the rows are so many that repeating the top would cost more than it gives.
[[nodiscard]] int task_depth(Index coordinates, Index rows);

/// 0 for plus, 1 for minus.
[[nodiscard]] constexpr std::size_t slot_of(Sign sign) { return sign == Sign::kPlus ? 0 : 1; }

}  // namespace thalweg::oracle
