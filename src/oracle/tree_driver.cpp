#include "oracle/tree_driver.hpp"

#include <algorithm>
#include <utility>

#include "oracle/ordered_tasks.hpp"

namespace thalweg::oracle {
namespace {

constexpr Index kWindow = 64;
constexpr Index kManyCoordinates = 7;
constexpr Index kLeastDepth = 5;

}  // namespace

TreeDriver::TreeDriver(const DualQuery& query, const DriverRequest& request, MakeClient make_client)
    : query_(query),
      request_(request),
      make_client_(std::move(make_client)),
      value_(request.start_value),
      workers_(static_cast<std::size_t>(std::max(1, request.threads))) {}

TreeOutcome TreeDriver::run() {
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

/// Runs the tasks, those of the top phase down to `depth`; returns what they leave open.
std::vector<TreeDriver::Task> TreeDriver::run_tasks(const std::vector<Task>& tasks, int depth) {
  std::vector<TaskResult> results(tasks.size());
  std::vector<double> known(tasks.size() + 1, value_);
  std::vector<Task> open;
  const auto count = static_cast<Index>(tasks.size());
  exceeded_at_ = outcome_.exceeded ? -1 : count;
  const auto work = [&](int worker, Index index) {
    const auto i = static_cast<std::size_t>(index);
    TaskResult& result = results[i];
    const double value = known[static_cast<std::size_t>(std::max<Index>(0, index - kWindow + 1))];
    run_task(worker, tasks[i], depth, value, index, result);
    if (request_.decide && !result.found.empty()) {
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
    absorb(results[i], tasks[i].sign, exceeded_at_ >= static_cast<Index>(i));
    for (ConePath& path : results[i].open) open.push_back({tasks[i].sign, std::move(path)});
  }
  outcome_.exceeded = exceeded_at_ < count;
  value_ = known.back();
  return open;
}

void TreeDriver::run_task(int worker, const Task& task, int depth, double value, Index index,
                          TaskResult& result) {
  auto& search = workers_[static_cast<std::size_t>(worker)][slot_of(task.sign)];
  if (!search) {
    search = std::make_unique<ConeSearch>(query_.tree_rows(task.sign), query_.geometry());
  }
  const std::unique_ptr<SearchClient> client =
      make_client_({task.sign, value, worker, index, exceeded_at_, result});
  result.outcome =
      depth > 0 ? search->run_top(task.path.mask, depth, *client, task.path.bound, result.open)
                : search->run(task.path, *client);
}

/// Results of tasks after the one that decided are dropped: whether they got anywhere depends on
/// the threads.
void TreeDriver::absorb(TaskResult& result, Sign sign, bool decided_before) {
  double& upper = outcome_.upper_of_sign[slot_of(sign)];
  upper = std::max(upper, result.outcome.bound);
  outcome_.upper = std::max(outcome_.upper, upper);
  outcome_.nodes += result.outcome.nodes;
  if (!decided_before) return;
  outcome_.stalled |= result.outcome.stalled;
  outcome_.stopped |= result.outcome.stopped && request_.control->should_stop();
  for (DualDirection& direction : result.found) outcome_.found.push_back(std::move(direction));
}

void TreeDriver::report(Index done, Index count) const {
  if (request_.control->progress == nullptr || done % 16 != 0) return;
  request_.control->progress->report(
      "dual bound", static_cast<double>(done) / static_cast<double>(count), "cones");
}

int task_depth(Index coordinates, Index rows) {
  const double size = static_cast<double>(rows) * static_cast<double>(coordinates);
  const Index wanted = size > 3e5 ? 5 : 7;  // log2 of the number of tasks of one sign
  // With many orthants most of the work lies in the few around the maximisers.
  const Index least = coordinates >= kManyCoordinates ? kLeastDepth : 0;
  return coordinates < 2 ? 0 : static_cast<int>(std::max(least, wanted - coordinates));
}

}  // namespace thalweg::oracle
