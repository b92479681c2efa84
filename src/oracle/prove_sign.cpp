#include <atomic>
#include <cmath>
#include <limits>
#include <mutex>
#include <string>

#include "oracle/cone_search.hpp"
#include "oracle/ordered_tasks.hpp"
#include "oracle/tree_driver.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/oracle/cone_tree.hpp"

namespace thalweg {
namespace {

using oracle::Cone;
using oracle::ConeBound;
using oracle::ConePath;
using oracle::ConeRelaxation;
using oracle::ConeRows;
using oracle::ConeSearch;
using oracle::SignedRows;

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// What all threads share about one proof.
struct ProofTask {
  const RowGeometry& geometry;
  const SignedRows& rows;
  double threshold;
  ProofWriter& writer;
  const RunControl& control;
  std::atomic<Index> failed_at;  ///< lowest index of a piece that failed
  std::mutex mutex;
  SignProof result{};

  /// Records why a piece failed, unless an earlier one did.
  void fail(Index index, SignProofStatus status, const Vector& z, double bound) {
    const std::lock_guard lock(mutex);
    if (failed_at.load() <= index) return;
    failed_at = index;
    result.status = status;
    result.bound = bound;
    result.direction = z.size() > 0 ? geometry.to_direction(z).normalized() : Vector();
  }

  void count(Index index, const oracle::SearchOutcome& outcome) {
    if (outcome.stopped) fail(index, SignProofStatus::kLimit, {}, kUnknown);
    const std::lock_guard lock(mutex);
    result.nodes += outcome.nodes;
    result.leaves += outcome.leaves;
  }
};

/// The proof of what lies below one cone, written to one sink at a time.
class ProofClient : public oracle::SearchClient {
 public:
  ProofClient(ProofTask& task, Index index) : task_(task), index_(index) {}

  [[nodiscard]] double threshold() const override { return task_.threshold; }
  [[nodiscard]] double incumbent() const override { return bar_; }
  [[nodiscard]] bool stop() override {
    return failed_ || task_.failed_at.load(std::memory_order_relaxed) < index_ ||
           task_.control.should_stop();
  }
  void improve(const Cone&, const Vector& z) override {
    const double value = task_.rows.value(z) / std::sqrt(z.dot(task_.geometry.gram() * z));
    const double margin = task_.rows.error_factor(0) * task_.rows.magnitude.dot(z.cwiseAbs()) /
                          std::sqrt(z.dot(task_.geometry.gram() * z));
    bar_ = std::max(bar_, value + margin);
    if (value - 2 * margin <= task_.threshold) return;
    fail(SignProofStatus::kExceeded, z, kUnknown);
  }
  [[nodiscard]] bool close(const Cone& cone, ConeRelaxation& relaxation,
                           ConeBound& bound) override {
    ConeBound converged = bound;
    relaxation.converge(cone, task_.rows, converged);
    fill_view(cone, relaxation.multipliers(), converged.point,
              std::min(bound.bound, converged.bound));
    return sink().leaf(view_);
  }
  void split(Index k, Index l, int shift) override { sink().split(k, l, shift); }
  void postpone() override { pieces_.push_back(std::move(sink_)); }
  void stall(double bound) override { fail(SignProofStatus::kStalled, {}, bound); }

  /// What was written between one postponed cone and the next (null: nothing).
  [[nodiscard]] std::vector<std::unique_ptr<ProofSink>>& pieces() { return pieces_; }
  [[nodiscard]] std::unique_ptr<ProofSink> take_sink() { return std::move(sink_); }

 private:
  ProofSink& sink() {
    if (!sink_) sink_ = task_.writer.open();
    return *sink_;
  }

  void fail(SignProofStatus status, const Vector& z, double bound) {
    failed_ = true;
    task_.fail(index_, status, z, bound);
  }

  void fill_view(const Cone& cone, const double* multipliers, const oracle::RayVector& point,
                 double bound);

  ProofTask& task_;
  Index index_;
  double bar_ = task_.threshold;
  bool failed_ = false;
  std::unique_ptr<ProofSink> sink_;
  std::vector<std::unique_ptr<ProofSink>> pieces_;
  ConeView view_;
  std::vector<Index> crossing_rows_;
};

void ProofClient::fill_view(const Cone& cone, const double* multipliers,
                            const oracle::RayVector& point, double bound) {
  const Index rank = cone.rank();
  const ConeRows& down = cone.down;
  const double factor = task_.rows.error_factor(cone.depth);
  view_.rank = rank;
  view_.rays.resize(rank, rank);
  view_.fixed.resize(rank);
  view_.margin.resize(rank);
  view_.primal.resize(rank);
  view_.bound = bound;
  for (Index k = 0; k < rank; ++k) {
    const auto ray = static_cast<std::size_t>(k);
    for (Index i = 0; i < rank; ++i) view_.rays(i, k) = cone.rays(i, k);
    view_.fixed[k] = cone.plus_up[ray] - cone.frozen_down[ray];
    view_.margin[k] = factor * cone.magnitude[ray];
    view_.primal[k] = point[ray] / cone.metric.norm[ray];
  }
  crossing_rows_.clear();
  for (Index row = 0; row < down.count; ++row) {
    if (down.negative[row] == 0 && down.positive[row] != 0) {
      for (Index k = 0; k < rank; ++k) {
        view_.fixed[k] -= down.columns[static_cast<std::size_t>(k)][row];
      }
    } else if (down.positive[row] != 0) {
      crossing_rows_.push_back(row);
    }
  }
  const auto count = static_cast<Index>(crossing_rows_.size());
  view_.crossing.resize(crossing_rows_.size());
  view_.crossing_values.resize(count, rank);
  view_.multipliers.resize(count);
  for (Index i = 0; i < count; ++i) {
    const Index row = crossing_rows_[static_cast<std::size_t>(i)];
    const auto group = static_cast<std::size_t>(down.groups[row]);
    view_.crossing[static_cast<std::size_t>(i)] = task_.geometry.first_rows()[group];
    view_.multipliers[i] = multipliers[row];
    for (Index k = 0; k < rank; ++k) {
      view_.crossing_values(i, k) = down.columns[static_cast<std::size_t>(k)][row];
    }
  }
}

/// The proof's pieces in order: what precedes each open cone, and what follows the last.
struct TopPhase {
  std::vector<std::unique_ptr<ProofSink>> before;
  std::vector<ConePath> open;
  std::unique_ptr<ProofSink> last;
};

/// Explores the tops of all orthants on this thread; the sinks hold what is decided there.
TopPhase explore_top(ProofTask& task, int depth) {
  TopPhase top;
  ConeSearch search(task.rows, task.geometry);
  ProofClient client(task, -1);
  const auto orthants = 1u << task.rows.coordinates();
  for (std::uint32_t mask = 0; mask < orthants; ++mask) {
    if (depth == 0) {
      top.open.push_back({mask, {}, kInfinity});
      client.postpone();
      continue;
    }
    task.count(-1, search.run_top(mask, depth, client, kInfinity, top.open));
    if (task.failed_at < 0) break;
  }
  top.before = std::move(client.pieces());
  top.last = client.take_sink();
  return top;
}

void explore_open(ProofTask& task, TopPhase& top, int threads) {
  const auto count = static_cast<Index>(top.open.size());
  std::vector<std::unique_ptr<ProofSink>> pieces(top.open.size());
  std::vector<std::unique_ptr<ConeSearch>> searches(static_cast<std::size_t>(threads));
  const auto work = [&](int worker, Index index) {
    auto& search = searches[static_cast<std::size_t>(worker)];
    if (!search) search = std::make_unique<ConeSearch>(task.rows, task.geometry);
    ProofClient client(task, index);
    task.count(index, search->run(top.open[static_cast<std::size_t>(index)], client));
    pieces[static_cast<std::size_t>(index)] = client.take_sink();
  };
  const auto finished = [&](Index index) {
    if (task.failed_at <= index) return;
    const auto i = static_cast<std::size_t>(index);
    if (top.before[i]) task.writer.append(std::move(top.before[i]));
    if (pieces[i]) task.writer.append(std::move(pieces[i]));
  };
  oracle::OrderedTasks(count, count, work, finished).run(threads);
}

}  // namespace

SignProof prove_sign(const RowGeometry& geometry, const Vector& g, double threshold,
                     ProofWriter& writer, int threads, const RunControl& control) {
  if (!(threshold > 0) || !std::isfinite(threshold)) {
    throw InvalidArgument("threshold must be positive and finite, got " +
                          std::to_string(threshold));
  }
  if (geometry.coordinates() > kMaxTreeCoordinates) {
    throw InvalidArgument("the cone tree takes at most " + std::to_string(kMaxTreeCoordinates) +
                          " coordinates, got " + std::to_string(geometry.coordinates()));
  }
  const SignedRows rows = oracle::signed_rows(geometry, group_weights(geometry, g));
  constexpr Index kNone = std::numeric_limits<Index>::max();
  ProofTask task{geometry, rows, threshold, writer, control, kNone, {}, {}};
  task.result.bound = kUnknown;
  TopPhase top = explore_top(task, oracle::task_depth(geometry.coordinates(), geometry.groups()));
  if (task.failed_at == kNone) explore_open(task, top, std::max(threads, 1));
  if (task.failed_at == kNone) {
    if (top.last) writer.append(std::move(top.last));
    task.result.status = SignProofStatus::kProved;
  }
  return std::move(task.result);
}

}  // namespace thalweg
