#include "verify/units.hpp"

#include <algorithm>
#include <map>

#include "verify/unit_region.hpp"

namespace thalweg::verify {
namespace {

using Row = UnitRegion::Row;

/// (t)_+ <= slope t + constant on a unit's range, at the leaf's grid and at twice that.
struct Chord {
  Int slope;
  Int constant;
};

struct Leaf {
  long grid = 0;
  Pairs multipliers;                                          ///< by row
  std::map<std::size_t, std::pair<std::size_t, Int>> shares;  ///< by unit: a row and its share
  std::map<std::size_t, Chord> chords;                        ///< by unit
};

class UnitChecker {
 public:
  UnitChecker(Reader& reader, const Problem& problem, const Form& form, const ScaledVector& nu,
              const ScaledVector& radii, Sign sign)
      : reader_(reader),
        problem_(problem),
        copies_(form.copies),
        nu_(nu),
        radii_(radii),
        sign_(sign == Sign::kPlus ? 1 : -1),
        region_(reader, problem, form) {}

  /// Follows the preorder: the path holds the split units, whose choices are those of the node.
  std::uint64_t run() {
    std::vector<std::size_t> path;
    for (std::uint64_t leaves = 0;;) {
      reader_.next_line();
      if (reader_.accept("s")) {
        path.push_back(read_split());
        region_.decide(path.back(), 0);
        continue;
      }
      region_.set_linear_parts();
      check_leaf(read_leaf());
      ++leaves;
      while (!path.empty() && region_.choice(path.back()) == region_.last_choice()) {
        region_.undecide(path.back());
        path.pop_back();
      }
      if (path.empty()) return leaves;
      region_.decide(path.back(), region_.choice(path.back()) + 1);
    }
  }

 private:
  std::size_t read_split() {
    const auto unit =
        static_cast<std::size_t>(reader_.small(0, static_cast<long>(region_.units()) - 1));
    reader_.end_line();
    grammar(!region_.is_decided(unit), "a unit is split twice");
    grammar(region_.inputs_are_decided(unit), "a unit is split before its inputs");
    return unit;
  }

  /// Pairs with ascending numbers below `count` and values from 1, up to the next other word.
  Pairs read_pairs(std::size_t count) {
    Pairs pairs;
    long next = 0;
    while (reader_.tokens_left() != 0 && !reader_.next_is(";") && !reader_.next_is("/") &&
           !reader_.next_is("|")) {
      const auto [number, value] = reader_.pair();
      const long row = Reader::to_small(number, next, static_cast<long>(count) - 1);
      next = row + 1;
      pairs.emplace_back(static_cast<std::size_t>(row), Reader::to_integer(value));
      grammar(pairs.back().second > 0, "a multiplier is not positive");
    }
    return pairs;
  }

  Int read_natural() {
    Int value = reader_.integer();
    grammar(value >= 0, "a number is negative");
    return value;
  }

  Leaf read_leaf() {
    Leaf leaf;
    leaf.grid = reader_.small(0, 4096);
    leaf.multipliers = read_pairs(region_.rows());
    if (reader_.accept(";")) {
      const Pairs shares = read_pairs(region_.rows());
      grammar(!shares.empty(), "a list is empty");
      for (const auto& [row, share] : shares) {
        grammar(share <= shifted(1, leaf.grid), "a share is above 1");
        demand(leaf.shares.try_emplace(region_.unit_of(row), row, share).second,
               "a unit has two shares");
      }
    }
    long next = 0;
    while (reader_.accept("/")) {
      grammar(!region_.is_maximum(), "a maximum has no range");
      next = reader_.small(next, static_cast<long>(region_.units()) - 1);
      read_range(static_cast<std::size_t>(next++), leaf);
    }
    reader_.end_line();
    return leaf;
  }

  /// A unit's range with the multipliers that prove it.
  void read_range(std::size_t unit, Leaf& leaf) {
    demand(!region_.is_decided(unit), "a decided unit has a range");
    const Int below = read_natural();
    const Int above = read_natural();
    const Int slope = read_natural();
    const Int rest = shifted(1, leaf.grid) - slope;
    grammar(rest >= 0, "a slope is above 1");
    const Pairs below_multipliers = read_pairs(region_.rows());
    reader_.keyword("|");
    const Pairs above_multipliers = read_pairs(region_.rows());
    const auto check_side = [&](int side, const Pairs& multipliers, const Int& size) {
      Row z = region_.combination(multipliers);
      for (std::size_t k = 0; k < region_.size(); ++k) {
        z[k] += side * shifted(region_.linear(unit)[k], leaf.grid);
      }
      const Int reach = shifted(size, problem_.x.exponent);
      demand(region_.squared_dual_norm(z) <= reach * reach, "a unit leaves its range");
    };
    check_side(-1, below_multipliers, below);
    check_side(1, above_multipliers, above);
    leaf.chords.emplace(unit, Chord{slope, std::max(Int(slope * below), Int(rest * above))});
  }

  /// s nu^T f(w) <= c.w + constant on the leaf's region.
  struct Bound {
    Row c;         ///< at the exponents of nu, data and grid
    Int constant;  ///< at that of nu and twice that of the grid; of maxima nu and the radii
  };

  void add_circuit(std::size_t sample, const Leaf& leaf, Bound& bound) const {
    Row weights(region_.per_sample());
    weights.back() = sign_ * nu_.values[sample];
    for (std::size_t own = region_.per_sample(); own-- > 0;) {
      const std::size_t unit = sample * region_.per_sample() + own;
      const Int& a = weights[own];
      Int factor;  // of the linear part
      if (region_.is_decided(unit)) {
        if (region_.choice(unit) == 1) factor = shifted(a, leaf.grid);
      } else if (a > 0) {
        region_.for_inputs(unit, [&](std::size_t input, int sign) {
          if (!region_.is_decided(input) && sign > 0) weights[input % region_.per_sample()] += a;
        });
        const auto chord = leaf.chords.find(unit);
        if (chord != leaf.chords.end()) {
          factor = a * chord->second.slope;
          bound.constant += a * chord->second.constant;
        } else {
          for (const Int& v : region_.linear(unit)) demand(v == 0, "a unit has no range");
        }
      } else if (const auto share = leaf.shares.find(unit); share != leaf.shares.end()) {
        demand(region_.inputs_are_decided(unit),
               "a unit has a share, but its inputs are not decided");
        factor = a * share->second.second;
      }
      if (factor == 0) continue;
      for (std::size_t k = 0; k < region_.size(); ++k)
        bound.c[k] += factor * region_.linear(unit)[k];
    }
  }

  /// All times the number of candidates and 0.
  void add_maximum(std::size_t sample, const Leaf& leaf, Bound& bound) const {
    const Int a = sign_ * nu_.values[sample];
    const std::size_t first = sample * region_.candidates();
    const auto add = [&](std::size_t row, const Int& factor) {
      for (std::size_t k = 0; k < region_.size(); ++k) bound.c[k] += factor * region_.data(row)[k];
    };
    if (region_.is_decided(sample)) {
      if (region_.choice(sample) > 0) {
        add(first + static_cast<std::size_t>(region_.choice(sample)) - 1,
            shifted(divisor() * a, leaf.grid));
      }
    } else if (a > 0) {
      for (std::size_t j = 0; j < region_.candidates(); ++j) add(first + j, shifted(a, leaf.grid));
      bound.constant += divisor() * a * radii_.values[sample];
    } else if (const auto share = leaf.shares.find(sample); share != leaf.shares.end()) {
      add(share->second.first, divisor() * a * share->second.second);
    }
  }

  [[nodiscard]] Int divisor() const {
    return region_.is_maximum() ? Int(region_.candidates() + 1) : Int(1);
  }

  void check_leaf(const Leaf& leaf) const {
    for (const auto& [unit, share] : leaf.shares) {
      demand(!region_.is_decided(unit), "a decided unit has a share");
    }
    Bound bound{Row(region_.size()), 0};
    for (std::size_t i = 0; i < region_.samples(); ++i) {
      region_.is_maximum() ? add_maximum(i, leaf, bound) : add_circuit(i, leaf, bound);
    }
    // c and G lambda at the exponents of data, grid and the larger of nu's and 0.
    Row z = region_.combination(leaf.multipliers);
    const long up = std::max(nu_.exponent, 0L);
    for (std::size_t k = 0; k < region_.size(); ++k) {
      z[k] = shifted(divisor() * z[k], up) + shifted(bound.c[k], up - nu_.exponent);
    }
    const Rational scale(divisor());
    const Rational length =
        dyadic(region_.squared_dual_norm(z), 2 * (problem_.x.exponent + leaf.grid + up)) /
        (scale * scale);
    const Rational constant =
        dyadic(bound.constant,
               nu_.exponent + (region_.is_maximum() ? radii_.exponent : 2 * leaf.grid)) /
        scale;
    // sqrt(length) + constant <= beta / sqrt(copies), squared twice.
    const Rational room = problem_.beta * problem_.beta / copies_ - length - constant * constant;
    demand(room >= 0 && 4 * constant * constant * length <= room * room, "a leaf does not hold");
  }

  Reader& reader_;
  const Problem& problem_;
  const Int& copies_;
  const ScaledVector& nu_;
  const ScaledVector& radii_;
  int sign_;
  UnitRegion region_;
};

}  // namespace

ScaledVector read_radii(Reader& reader, const Problem& problem) {
  reader.next_line("radii");
  ScaledVector radii{{}, reader.small(0, 4096)};
  const std::size_t d = problem.d;
  const std::size_t candidates = problem.rows_per_target;
  const Int divisor(candidates + 1);
  for (std::size_t i = 0; i < problem.y.size(); ++i) {
    radii.values.push_back(reader.integer());
    grammar(radii.values.back() >= 0, "a number is negative");
    reader.charge(radii.values.back());
    const Int* rows = &problem.x.values[i * candidates * d];
    std::vector<Int> sum(d);
    for (std::size_t j = 0; j < candidates * d; ++j) sum[j % d] += rows[j];
    const Int reach = shifted(divisor * radii.values.back(), problem.x.exponent);
    for (std::size_t j = 0; j <= candidates; ++j) {  // the last one is 0
      Int square;
      for (std::size_t k = 0; k < d; ++k) {
        const Int away = (j < candidates ? Int(divisor * rows[j * d + k]) : Int(0)) - sum[k];
        square += away * away;
      }
      demand(shifted(square, 2 * radii.exponent) <= reach * reach, "a radius is too short");
    }
  }
  reader.end_line();
  return radii;
}

std::uint64_t check_units(Reader& reader, const Problem& problem, const Form& form,
                          const ScaledVector& nu, const ScaledVector& radii, Sign sign) {
  return UnitChecker(reader, problem, form, nu, radii, sign).run();
}

}  // namespace thalweg::verify
