#include "convex/piecewise_line_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace thalweg::detail {
namespace {

constexpr double kReach = 1.5;  ///< longest step, in Newton steps

struct Event {
  double at;
  Index neuron;
  Index row;
  double change;  ///< of the fit's slope in this row when the row changes sides
};

/// The objective along w + t dw, piece by piece.
class PiecewiseRay {
 public:
  PiecewiseRay(const NeuronModel& model, const Direction& direction)
      : model_(model),
        direction_(direction),
        start_(model.fit),
        offset_(Vector::Zero(model.fit.size())),
        slope_(model.problem().affine_fit(model.problem().unstack(direction.daffine))) {
    find_end();
    const Matrix& X = model.problem().X();
    for (std::size_t j = 0; j < model.neurons.size(); ++j) {
      Vector v = X * direction.dw[j];
      for (const Index i : model.neurons[j].kinks) v[i] = 0;
      slope_ += model.neurons[j].s * model.neurons[j].gate.cwiseProduct(v);
      collect(static_cast<Index>(j), v);
    }
    std::sort(events_.begin(), events_.end(), [](const Event& a, const Event& b) {
      return std::tie(a.at, a.neuron, a.row) < std::tie(b.at, b.neuron, b.row);
    });
  }

  [[nodiscard]] std::size_t pieces() const { return events_.size(); }
  [[nodiscard]] double piece_start(std::size_t k) const { return k == 0 ? 0 : events_[k - 1].at; }
  [[nodiscard]] double piece_end(std::size_t k) const {
    return k == events_.size() ? end_ : events_[k].at;
  }
  [[nodiscard]] const Event& event(std::size_t k) const { return events_[k]; }
  [[nodiscard]] double end() const { return end_; }
  [[nodiscard]] Index vanishing() const { return vanishing_; }

  /// Applies or takes back events until exactly k of them are crossed.
  void go_to(std::size_t k) {
    for (; crossed_ < k; ++crossed_) cross(events_[crossed_], 1);
    for (; crossed_ > k; --crossed_) cross(events_[crossed_ - 1], -1);
  }

  /// Derivative at t of the current piece's (smooth) continuation.
  [[nodiscard]] double derivative(double t) const {
    const Vector nu = model_.problem().dual_point(fit(t));
    double value = -nu.dot(slope_);
    value += model_.affine_penalties().cwiseProduct(affine(t)).dot(direction_.daffine);
    for (std::size_t j = 0; j < model_.neurons.size(); ++j) {
      const Vector& dw = direction_.dw[j];
      const Vector w = model_.neurons[j].w + t * dw;
      const double norm = w.norm();
      value += model_.problem().beta() * (norm > 0 ? w.dot(dw) / norm : dw.norm());
    }
    return value;
  }

  [[nodiscard]] double objective(double t) const {
    double mass = 0;
    for (std::size_t j = 0; j < model_.neurons.size(); ++j) {
      mass += (model_.neurons[j].w + t * direction_.dw[j]).norm();
    }
    return model_.problem().loss().value(fit(t), model_.problem().y()) +
           model_.problem().beta() * mass +
           0.5 * model_.affine_penalties().dot(affine(t).cwiseAbs2());
  }

  /// The events crossed now.
  [[nodiscard]] std::size_t crossed() const { return crossed_; }

 private:
  [[nodiscard]] Vector fit(double t) const { return start_ + offset_ + t * slope_; }
  [[nodiscard]] Vector affine(double t) const { return model_.affine + t * direction_.daffine; }

  void cross(const Event& event, double way) {
    slope_[event.row] += way * event.change;
    offset_[event.row] -= way * event.change * event.at;
  }

  /// The norm has a kink where a weight passes through 0: the ray ends there.
  void find_end() {
    for (std::size_t j = 0; j < model_.neurons.size(); ++j) {
      const Vector& w = model_.neurons[j].w;
      const Vector& dw = direction_.dw[j];
      const double square = dw.squaredNorm();
      const double inner = w.dot(dw);
      if (!(inner < 0) || !(-inner < end_ * square)) continue;
      const double at = -inner / square;
      if ((w + at * dw).norm() > 1e-9 * w.norm()) continue;
      end_ = at;
      vanishing_ = static_cast<Index>(j);
    }
  }

  void collect(Index j, const Vector& v) {
    const GatedNeuron& neuron = model_.neurons[static_cast<std::size_t>(j)];
    const double least = 1e-14 * direction_.dw[static_cast<std::size_t>(j)].norm();
    for (Index i = 0; i < v.size(); ++i) {
      const bool on = neuron.gate[i] > 0;
      if (on ? !(v[i] < 0) : !(v[i] > 0)) continue;
      if (std::abs(v[i]) <= least * model_.row_norms()[i]) continue;
      const double at = std::max(0.0, -neuron.t[i] / v[i]);
      if (at >= (j == vanishing_ ? end_ * (1 - 1e-8) : end_)) continue;
      events_.push_back({at, j, i, (on ? -1 : 1) * neuron.s * v[i]});
    }
  }

  const NeuronModel& model_;
  const Direction& direction_;
  Vector start_;
  Vector offset_;  ///< fit = start + offset + t slope on the current piece
  Vector slope_;
  std::vector<Event> events_;
  std::size_t crossed_ = 0;
  double end_ = kReach;
  Index vanishing_ = -1;
};

/// Where the slope changes from negative to nonnegative.
struct Minimum {
  double at = 0;
  std::size_t crossed = 0;
  bool at_event = false;  ///< at the start of event `crossed`, which stays uncrossed
  bool at_end = false;
};

/// Zero of the increasing slope inside the current piece, by the Illinois method.
double zero_in_piece(const PiecewiseRay& ray, double low, double high, double slope_low,
                     double slope_high, double scale) {
  for (int step = 0; step < 80; ++step) {
    double at = low - slope_low * (high - low) / (slope_high - slope_low);
    if (!(at > low) || !(at < high)) at = 0.5 * (low + high);
    if (!(at > low) || !(at < high)) break;
    const double slope = ray.derivative(at);
    if (std::abs(slope) <= 1e-7 * scale) return at;
    if (slope < 0) {
      low = at;
      slope_low = slope;
      slope_high *= step % 3 == 2 ? 0.25 : 0.5;
    } else {
      high = at;
      slope_high = slope;
      slope_low *= step % 3 == 2 ? 0.25 : 0.5;
    }
    if (high - low <= 1e-15 * high) break;
  }
  return 0.5 * (low + high);
}

Minimum find_minimum(PiecewiseRay& ray, double slope_at_start) {
  std::size_t low = 0;  // the slope at the start of piece `low` is negative
  std::size_t high = ray.pieces() + 1;
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    ray.go_to(middle);
    (ray.derivative(ray.piece_start(middle)) < 0 ? low : high) = middle;
  }
  ray.go_to(low);
  const double begin = ray.piece_start(low);
  const double end = ray.piece_end(low);
  const double scale = std::abs(slope_at_start);
  Minimum minimum;
  minimum.crossed = low;
  const double at_end = ray.derivative(end);
  if (at_end < 0) {
    minimum.at = end;
    minimum.at_event = low < ray.pieces();
    minimum.at_end = !minimum.at_event;
    return minimum;
  }
  if (begin < 1 && 1 < end && std::abs(ray.derivative(1)) <= 1e-3 * scale) {
    minimum.at = 1;
  } else {
    minimum.at = zero_in_piece(ray, begin, end, ray.derivative(begin), at_end, scale);
  }
  return minimum;
}

/// A non-convex ray can rise before the sign change that bisection found: shorten until it falls.
Minimum backtrack(PiecewiseRay& ray, double from, double limit) {
  Minimum minimum;
  double at = from;
  for (int step = 0; step < 60; ++step) {
    at *= 0.25;
    std::size_t k = 0;
    while (k < ray.pieces() && ray.piece_end(k) < at) ++k;
    ray.go_to(k);
    if (ray.objective(at) < limit) {
      minimum.at = at;
      minimum.crossed = k;
      return minimum;
    }
  }
  ray.go_to(0);
  return minimum;
}

void apply(NeuronModel& model, const Direction& direction, const PiecewiseRay& ray,
           const Minimum& minimum) {
  for (std::size_t k = 0; k < minimum.crossed; ++k) {
    double& gate =
        model.neurons[static_cast<std::size_t>(ray.event(k).neuron)].gate[ray.event(k).row];
    gate = 1 - gate;
  }
  for (std::size_t j = 0; j < model.neurons.size(); ++j) {
    model.neurons[j].w += minimum.at * direction.dw[j];
  }
  model.affine += minimum.at * direction.daffine;
  if (minimum.at_end && ray.vanishing() >= 0) {
    model.neurons.erase(model.neurons.begin() + ray.vanishing());
  }
  model.refresh();
}

}  // namespace

LineSearchResult line_search(NeuronModel& model, const Direction& direction) {
  LineSearchResult result;
  PiecewiseRay ray(model, direction);
  const double slope = ray.derivative(0);
  if (!(slope < 0)) return result;
  result.descent = true;
  const double before = model.objective();
  Minimum minimum = find_minimum(ray, slope);
  const double limit = before + 1e-14 * std::abs(before);
  if (!(ray.objective(minimum.at) <= limit)) {
    minimum = backtrack(ray, minimum.at, before);
    if (minimum.at == 0) return result;
  }
  result.step = minimum.at;
  if (minimum.at_event) {
    result.neuron = ray.event(minimum.crossed).neuron;
    result.row = ray.event(minimum.crossed).row;
  }
  result.moved = minimum.at > 0 || minimum.crossed > 0;
  apply(model, direction, ray, minimum);
  return result;
}

}  // namespace thalweg::detail
