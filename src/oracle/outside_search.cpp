#include "oracle/outside_search.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "oracle/star_closer.hpp"
#include "oracle/star_tracker.hpp"
#include "oracle/wall_ascent.hpp"

namespace thalweg::oracle {
namespace {

constexpr Index kManyCrossing = 32;
constexpr int kLookEvery = 4;

/// What one thread keeps for one sign.
struct StarWorker {
  StarWorker(const DualQuery& query, const StarSet& stars, const Vector& weights, Sign sign)
      : ascent(query.climb_rows(sign)),
        walls(query, stars, sign),
        tracker(stars),
        closer(query.tree_rows(sign), weights, stars) {}

  LocalAscent ascent;
  WallAscent walls;
  StarTracker tracker;
  StarCloser closer;
};

/// The search of one task.
class OutsideClient : public SearchClient {
 public:
  OutsideClient(const DualQuery& query, const OutsideRequest& request, const StarSet& stars,
                const TaskContext& task, StarWorker& worker)
      : query_(query),
        request_(request),
        stars_(stars),
        task_(task),
        worker_(worker),
        value_(task.value),
        bar_(task.value) {
    worker_.tracker.start_task();
  }

  [[nodiscard]] double threshold() const override {
    return request_.threshold > 0 ? request_.threshold
                                  : value_ + request_.tolerance(value_) * (1 - 1e-3);
  }
  [[nodiscard]] double incumbent() const override {
    return std::max(bar_, request_.threshold) * (1 + 1e-12);
  }
  [[nodiscard]] bool stop() override {
    return stop_ || request_.control->should_stop() ||
           task_.exceeded_at.load(std::memory_order_relaxed) < task_.index;
  }
  void improve(const Cone& cone, const Vector& z) override {
    const StarFrame* frame = worker_.tracker.frame_around(cone);
    if (frame != nullptr && worker_.tracker.holds(*frame, z)) return;
    const Vector point = query_.from_frame(query_.frame_of_tree(z));
    const std::optional<Vector> left = worker_.walls.leave(point);
    if (!left) return;
    const Vector& u = *left;
    bar_ = std::max(bar_, query_.lower_value(point, task_.sign));
    accept(u);
    const Summit summit = worker_.ascent.polish(worker_.ascent.climb(query_.frame_of_tree(z)).u);
    const Vector top = query_.from_frame(summit.u);
    if (stars_.outside(top)) {
      accept(top);
    } else if (const std::optional<Vector> wall = worker_.walls.climb_between(u, top)) {
      accept(*wall);
    }
  }
  [[nodiscard]] bool settle(const Cone& cone, ConeRelaxation& relaxation,
                            ConeBound& bound) override {
    if (stars_.count() == 0) return false;
    // Where many rows cross no star can help yet; a look now and then keeps the lists short.
    if (cone.up.crossing + cone.down.crossing > kManyCrossing && cone.depth % kLookEvery != 0 &&
        worker_.tracker.frame_around(cone) != nullptr) {
      worker_.tracker.skip(cone);
      return false;
    }
    const StarFrame& frame = worker_.tracker.update(cone);
    if (frame.stars.empty()) return false;
    if (worker_.tracker.inside(frame)) {
      bound.bound = 0;
      return true;
    }
    // A better direction raises the threshold; then the cone may close after all.
    for (int attempt = 0; attempt < 2; ++attempt) {
      const double before = value_;
      if (worker_.closer.close(cone, frame, bound, relaxation.sums(), threshold())) {
        bound.bound = worker_.closer.bound();
        return true;
      }
      consider(cone);
      if (value_ == before) break;
    }
    return false;
  }

 private:
  /// Takes the point that kept the closer from closing, if it is worth it.
  void consider(const Cone& cone) {
    const std::optional<StarCloser::Candidate>& candidate = worker_.closer.candidate();
    if (!candidate || candidate->value <= incumbent()) return;
    const Vector u = query_.from_frame(query_.frame_of_tree(point_of(cone, candidate->point)));
    if (const std::optional<Vector> beyond = worker_.walls.push(u, candidate->walls)) {
      accept(*beyond);
    }
  }

  void accept(const Vector& u) {
    DualDirection direction = query_.describe(u, task_.sign);
    if (direction.value <= std::max(value_, request_.threshold)) return;
    value_ = direction.value;
    bar_ = std::max(bar_, value_);
    task_.result.value = value_;
    task_.result.found.push_back(std::move(direction));
    if (request_.threshold > 0) stop_ = true;
  }

  const DualQuery& query_;
  const OutsideRequest& request_;
  const StarSet& stars_;
  TaskContext task_;
  StarWorker& worker_;
  double value_;  ///< proved
  double bar_;    ///< estimates up to here are not worth climbing from
  bool stop_ = false;
};

}  // namespace

TreeOutcome bound_outside(const DualQuery& query, const Vector& nu,
                          const std::array<StarSet, 2>& stars, const OutsideRequest& request) {
  const Vector plus = group_weights(query.geometry(), nu).weight;
  const std::array<Vector, 2> weights{plus, -plus};
  // Made when first needed.
  std::vector<std::array<std::unique_ptr<StarWorker>, 2>> workers(
      static_cast<std::size_t>(std::max(1, request.threads)));
  const auto make_client = [&](const TaskContext& task) {
    const std::size_t slot = slot_of(task.sign);
    auto& worker = workers[static_cast<std::size_t>(task.worker)][slot];
    if (!worker) {
      worker = std::make_unique<StarWorker>(query, stars[slot], weights[slot], task.sign);
    }
    return std::make_unique<OutsideClient>(query, request, stars[slot], task, *worker);
  };
  const DriverRequest driver{request.start_value, request.threshold > 0, request.threads,
                             request.control};
  return TreeDriver(query, driver, make_client).run();
}

}  // namespace thalweg::oracle
