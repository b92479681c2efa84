#include "verify/path.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace thalweg::verify {
namespace {

constexpr long kRootBits = 256;

/// The directions v and what the data make of them.
struct Directions {
  std::size_t count = 0;
  ScaledVector v;               ///< count x d, row-major
  ScaledVector projections;     ///< X v, count x n, row-major
  std::vector<Rational> below;  ///< |v| from below and from above
  std::vector<Rational> above;
};

struct Slot {
  std::size_t direction = 0;
  Rational factor;  ///< s z; 0 when empty
};

struct State {
  std::vector<Slot> slots;
  Rational bias;
};

/// Rational factors of directions.
using Factors = std::map<std::size_t, Rational>;

Directions read_directions(Reader& reader, const Problem& problem, std::size_t count) {
  const std::size_t d = problem.d;
  std::vector<Rational> entries;
  for (std::size_t k = 0; k < count; ++k) {
    reader.next_line();
    bool zero = true;
    for (std::size_t c = 0; c < d; ++c) {
      entries.push_back(reader.dyad());
      reader.charge(entries.back().get_num());
      reader.charge(entries.back().get_den());
      zero = zero && entries.back() == 0;
    }
    grammar(!zero, "a direction is zero");
    reader.end_line();
  }
  Directions result{count, to_one_scale(reader, entries), {}, {}, {}};
  result.projections.exponent = problem.x.exponent + result.v.exponent;
  for (std::size_t k = 0; k < count; ++k) {
    const Int* v = &result.v.values[k * d];
    for (std::size_t i = 0; i < problem.n; ++i) {
      result.projections.values.push_back(dot(&problem.x.values[i * d], v, d));
      reader.charge(result.projections.values.back());
    }
    Int root, rest;
    mpz_sqrtrem(root.get_mpz_t(), rest.get_mpz_t(),
                shifted(dot(v, v, d), 2 * kRootBits).get_mpz_t());
    const long exponent = result.v.exponent + kRootBits;
    result.below.push_back(dyadic(root, exponent));
    result.above.push_back(dyadic(rest == 0 ? root : Int(root + 1), exponent));
    reader.charge(4 * sizeof(Int) + 4 * mpz_size(root.get_mpz_t()) * 8);
  }
  return result;
}

class Path {
 public:
  Path(Reader& reader, const Problem& problem, std::size_t directions, std::size_t width)
      : reader_(reader),
        problem_(problem),
        directions_(read_directions(reader, problem, directions)) {
    state_.slots.resize(width);
    fit_.values.resize(problem.n);
  }

  /// Reads the rest of a state's line.
  State read_state();
  /// Goes to the next state; returns a bound of the derivative of L at the segment's end.
  Rational move_to(State next);
  /// Whether the products s z v are the network's alpha w, the signs of alpha the s of slots that
  /// are not empty, and the bias is its bias.
  [[nodiscard]] bool is_at(const Network& network) const;
  void check_segment(const State& next, bool merge) const;

  /// L without beta sum z |v|.
  [[nodiscard]] Rational unregularised() const;
  /// beta sum z |v| from below or above.
  [[nodiscard]] Rational penalty(Rounding side) const;

 private:
  [[nodiscard]] Rational fit(std::size_t i) const {
    return dyadic(fit_.values[i], fit_.exponent) + state_.bias;
  }
  [[nodiscard]] bool crosses(std::size_t a, std::size_t b) const;
  [[nodiscard]] ScaledVector fit_change(const State& next) const;
  [[nodiscard]] Rational norms_slope(const State& next) const;
  [[nodiscard]] Rational weighted_norms(const Factors& factors, Rounding side) const;
  void add(const ScaledVector& change);

  Reader& reader_;
  const Problem& problem_;
  Directions directions_;
  State state_;
  ScaledVector fit_;  ///< without the bias
  std::size_t charged_ = 0;
};

State Path::read_state() {
  State state;
  if (problem_.output_bias != OutputBias::kNone) state.bias = reader_.dyad();
  for (std::size_t j = 0; j < state_.slots.size(); ++j) {
    Slot slot;
    const std::size_t sign = reader_.choice({"0", "+", "-"});
    if (sign != 0) {
      slot.direction = reader_.count();
      grammar(slot.direction < directions_.count, "there is no such direction");
      const Rational mass = reader_.dyad();
      grammar(mass > 0, "a mass must be positive");
      slot.factor = sign == 1 ? mass : Rational(-mass);
    }
    state.slots.push_back(slot);
  }
  reader_.end_line();
  return state;
}

bool Path::is_at(const Network& network) const {
  const std::size_t d = problem_.d;
  if (network.alpha.values.size() != state_.slots.size() || network.bias != state_.bias) {
    return false;
  }
  for (std::size_t j = 0; j < state_.slots.size(); ++j) {
    const Slot& slot = state_.slots[j];
    const Rational alpha = dyadic(network.alpha.values[j], network.alpha.exponent);
    if (slot.factor != 0 && sgn(slot.factor) != sgn(alpha)) return false;
    for (std::size_t c = 0; c < d; ++c) {
      const Rational product = alpha * dyadic(network.w.values[j * d + c], network.w.exponent);
      const Int v = slot.factor == 0 ? Int(0) : directions_.v.values[slot.direction * d + c];
      if (product != slot.factor * dyadic(v, directions_.v.exponent)) return false;
    }
  }
  return true;
}

bool Path::crosses(std::size_t a, std::size_t b) const {
  for (std::size_t i = 0; i < problem_.n; ++i) {
    const Int& left = directions_.projections.values[a * problem_.n + i];
    const Int& right = directions_.projections.values[b * problem_.n + i];
    if (sgn(left) * sgn(right) < 0) return true;
  }
  return false;
}

void Path::check_segment(const State& next, bool merge) const {
  for (std::size_t j = 0; j < next.slots.size(); ++j) {
    const Slot& a = state_.slots[j];
    const Slot& b = next.slots[j];
    if (a.factor == 0 || b.factor == 0) continue;
    demand(sgn(a.factor) == sgn(b.factor), "a slot changes its sign");
    if (a.direction == b.direction) continue;
    demand(merge, "a slot changes its direction");
    demand(!crosses(a.direction, b.direction), "a slot crosses a row of the data");
  }
}

ScaledVector Path::fit_change(const State& next) const {
  Factors factors;
  for (const Slot& slot : next.slots) factors[slot.direction] += slot.factor;
  for (const Slot& slot : state_.slots) factors[slot.direction] -= slot.factor;
  long bits = 0;
  const auto exponent = [](const Rational& value) {
    return static_cast<long>(mpz_scan1(value.get_den_mpz_t(), 0));
  };
  for (const auto& [k, factor] : factors) bits = std::max(bits, exponent(factor));
  ScaledVector change{std::vector<Int>(problem_.n), directions_.projections.exponent + bits};
  for (const auto& [k, factor] : factors) {
    if (factor == 0) continue;
    const Int whole = shifted(factor.get_num(), bits - exponent(factor));
    for (std::size_t i = 0; i < problem_.n; ++i) {
      const Int& projection = directions_.projections.values[k * problem_.n + i];
      if (projection > 0) change.values[i] += whole * projection;
    }
  }
  return change;
}

/// The derivative of |p| at p_B along p_B - p_A is z_B |v_B| - z_A (v_A.v_B) / |v_B|, and -z_A
/// |v_A| where p_B = 0.
Rational Path::norms_slope(const State& next) const {
  const std::size_t d = problem_.d;
  Factors factors;
  for (std::size_t j = 0; j < next.slots.size(); ++j) {
    const Slot& a = state_.slots[j];
    const Slot& b = next.slots[j];
    factors[b.direction] += abs(b.factor);
    if (a.direction == b.direction || b.factor == 0) {
      factors[a.direction] -= abs(a.factor);
    } else if (a.factor != 0) {
      const Int* left = &directions_.v.values[a.direction * d];
      const Int* right = &directions_.v.values[b.direction * d];
      Rational cosine(dot(left, right, d), dot(right, right, d));
      cosine.canonicalize();
      factors[b.direction] -= abs(a.factor) * cosine;
    }
  }
  return weighted_norms(factors, Rounding::kUp);
}

Rational Path::weighted_norms(const Factors& factors, Rounding side) const {
  Rational sum;
  for (const auto& [k, factor] : factors) {
    if (factor == 0) continue;
    const bool above = (factor > 0) == (side == Rounding::kUp);
    sum += factor * (above ? directions_.above[k] : directions_.below[k]);
  }
  return problem_.beta * sum;
}

void Path::add(const ScaledVector& change) {
  const long exponent = std::max(fit_.exponent, change.exponent);
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < problem_.n; ++i) {
    fit_.values[i] = shifted(fit_.values[i], exponent - fit_.exponent) +
                     shifted(change.values[i], exponent - change.exponent);
    bytes += sizeof(Int) + 8 * mpz_size(fit_.values[i].get_mpz_t());
  }
  fit_.exponent = exponent;
  if (bytes > charged_) reader_.charge(bytes - std::exchange(charged_, bytes));
}

Rational Path::move_to(State next) {
  const ScaledVector change = fit_change(next);
  const Rational bias_change = next.bias - state_.bias;
  Rational slope = norms_slope(next);
  state_ = std::move(next);
  add(change);
  if (problem_.output_bias == OutputBias::kPenalised) {
    slope += problem_.beta * state_.bias * bias_change;
  }
  Rational loss;
  for (std::size_t i = 0; i < problem_.n; ++i) {
    loss += loss_slope(problem_, fit(i), problem_.y[i]) *
            (dyadic(change.values[i], change.exponent) + bias_change);
  }
  return slope + loss / problem_.divisor;
}

Rational Path::unregularised() const {
  Rational loss;
  for (std::size_t i = 0; i < problem_.n; ++i) loss += loss_value(problem_, fit(i), problem_.y[i]);
  return loss / problem_.divisor + bias_penalty(problem_, state_.bias);
}

Rational Path::penalty(Rounding side) const {
  Factors masses;
  for (const Slot& slot : state_.slots) masses[slot.direction] += abs(slot.factor);
  return weighted_norms(masses, side);
}

}  // namespace

PathValues check_path(Reader& reader, const Problem& problem, const Network& network,
                      const Network* improved) {
  const std::size_t directions = reader.count();
  const std::size_t states = reader.count();
  grammar(states > 0, "a path has at least one state");
  reader.end_line();
  Path path(reader, problem, directions, network.alpha.values.size());
  PathValues values{0, network.objective, 0};
  for (std::size_t i = 0; i < states; ++i) {
    reader.next_line();
    const bool merge = i > 0 && reader.choice({"masses", "merge"}) == 1;
    if (i == 0) reader.keyword("balance");
    State next = path.read_state();
    if (i > 0) path.check_segment(next, merge);
    const Rational slope = path.move_to(std::move(next));
    if (i == 0) demand(path.is_at(network), "the path does not begin at the network");
    if (i > 0 && slope > 0) values.increase += slope;
    values.last = path.unregularised() + path.penalty(Rounding::kUp);
    values.maximum = std::max(values.maximum, values.last);
  }
  reader.next_line();
  if (reader.accept("reach")) {
    reader.end_line();
    grammar(improved != nullptr, "the end of a path needs an improved network");
    demand(path.is_at(*improved), "the path does not end at the improved network");
    values.increase += improved->weights - path.penalty(Rounding::kDown);
    values.last = improved->objective;
    values.maximum = std::max(values.maximum, values.last);
    reader.next_line();
  }
  return values;
}

}  // namespace thalweg::verify
