#include "oracle/tree_bound.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>

#include "oracle/maximiser_band.hpp"

namespace thalweg::oracle {
namespace {

/// The search of one task: its threshold follows the best value it may know of.
class BoundClient : public SearchClient {
 public:
  BoundClient(const DualQuery& query, const TreeRequest& request, const TaskContext& task,
              LocalAscent& ascent)
      : query_(query),
        request_(request),
        sign_(task.sign),
        value_(task.value),
        bar_(task.value),
        ascent_(ascent),
        exceeded_at_(task.exceeded_at),
        index_(task.index),
        result_(task.result) {}

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
  void improve(const Cone&, const Vector& z) override {
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
    return std::max(value_ * (1 + request_.relative_gap * (1 - 1e-3)), request_.floor);
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

}  // namespace

TreeOutcome bound_by_tree(const DualQuery& query, const TreeRequest& request) {
  // One thread's ascents, made when first needed.
  using Ascents = std::array<std::unique_ptr<LocalAscent>, 2>;
  std::vector<Ascents> ascents(static_cast<std::size_t>(std::max(1, request.threads)));
  const auto make_client = [&](const TaskContext& task) {
    auto& ascent = ascents[static_cast<std::size_t>(task.worker)][slot_of(task.sign)];
    if (!ascent) ascent = std::make_unique<LocalAscent>(query.climb_rows(task.sign));
    return std::make_unique<BoundClient>(query, request, task, *ascent);
  };
  const DriverRequest driver{request.start_value, request.threshold > 0, request.threads,
                             request.control};
  return TreeDriver(query, driver, make_client).run();
}

}  // namespace thalweg::oracle
