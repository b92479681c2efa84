#include "verify/units.hpp"

#include <map>
#include <utility>

namespace thalweg::verify {
namespace {

constexpr int kUndecided = -1;

using Row = std::vector<Int>;

/// Numbers of rows or units with positive integers.
using Pairs = std::vector<std::pair<std::size_t, Int>>;

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
        form_(form),
        nu_(nu),
        radii_(radii),
        sign_(sign == Sign::kPlus ? 1 : -1),
        samples_(problem.y.size()),
        per_sample_(is_maximum() ? 1 : form.units.size()),
        candidates_(problem.rows_per_target),
        size_(form.slots * problem.d),
        choices_(samples_ * per_sample_, kUndecided) {
    reader.charge(choices_.size() * (sizeof(int) + sizeof(Row) + sizeof(std::size_t)));
    if (is_maximum()) return;
    // No sum of rows is longer than all rows together.
    Int total = 1;
    for (const Int& v : problem.x.values) total += abs(v);
    reader.charge(choices_.size() * size_ * (sizeof(Int) + 16 + 8 * mpz_size(total.get_mpz_t())));
    linear_.resize(choices_.size());
  }

  /// Follows the preorder: the path holds the split units, whose choices are those of the node.
  std::uint64_t run() {
    std::vector<std::size_t> path;
    const int last = is_maximum() ? static_cast<int>(candidates_) : 1;
    for (std::uint64_t leaves = 0;;) {
      reader_.next_line();
      if (reader_.accept("s")) {
        path.push_back(read_split());
        choices_[path.back()] = 0;
        continue;
      }
      set_linear_parts();
      check_leaf(read_leaf());
      ++leaves;
      while (!path.empty() && choices_[path.back()] == last) {
        choices_[path.back()] = kUndecided;
        path.pop_back();
      }
      if (path.empty()) return leaves;
      ++choices_[path.back()];
    }
  }

 private:
  [[nodiscard]] bool is_maximum() const { return form_.units.empty(); }
  [[nodiscard]] bool is_decided(std::size_t unit) const { return choices_[unit] != kUndecided; }
  [[nodiscard]] std::size_t rows() const {
    return is_maximum() ? samples_ * candidates_ : choices_.size();
  }
  [[nodiscard]] std::size_t unit_of(std::size_t row) const {
    return is_maximum() ? row / candidates_ : row;
  }
  [[nodiscard]] const Int* data(std::size_t row) const {
    return &problem_.x.values[row * problem_.d];
  }

  /// Calls visit(unit, sign) for every input of a ReLU.
  template <class Visit>
  void for_inputs(std::size_t unit, const Visit& visit) const {
    const std::size_t first = unit - unit % per_sample_;
    for (const FormUnit::Input& input : form_.units[unit % per_sample_].inputs) {
      visit(first + input.unit, input.sign);
    }
  }

  [[nodiscard]] bool inputs_are_decided(std::size_t unit) const {
    bool decided = true;
    if (is_maximum()) return decided;
    for_inputs(unit, [&](std::size_t input, int) { decided = decided && is_decided(input); });
    return decided;
  }

  std::size_t read_split() {
    const auto unit =
        static_cast<std::size_t>(reader_.small(0, static_cast<long>(choices_.size()) - 1));
    reader_.end_line();
    grammar(!is_decided(unit), "a unit is split twice");
    grammar(inputs_are_decided(unit), "a unit is split before its inputs");
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
    leaf.multipliers = read_pairs(rows());
    if (reader_.accept(";")) {
      const Pairs shares = read_pairs(rows());
      grammar(!shares.empty(), "a list is empty");
      for (const auto& [row, share] : shares) {
        grammar(share <= shifted(1, leaf.grid), "a share is above 1");
        demand(leaf.shares.try_emplace(unit_of(row), row, share).second, "a unit has two shares");
      }
    }
    long next = 0;
    while (reader_.accept("/")) {
      grammar(!is_maximum(), "a maximum has no range");
      next = reader_.small(next, static_cast<long>(choices_.size()) - 1);
      read_range(static_cast<std::size_t>(next++), leaf);
    }
    reader_.end_line();
    return leaf;
  }

  /// A unit's range with the multipliers that prove it.
  void read_range(std::size_t unit, Leaf& leaf) {
    demand(!is_decided(unit), "a decided unit has a range");
    const Int below = read_natural();
    const Int above = read_natural();
    const Int slope = read_natural();
    const Int rest = shifted(1, leaf.grid) - slope;
    grammar(rest >= 0, "a slope is above 1");
    const Pairs below_multipliers = read_pairs(rows());
    reader_.keyword("|");
    const Pairs above_multipliers = read_pairs(rows());
    const auto check_side = [&](int side, const Pairs& multipliers, const Int& size) {
      Row z = combination(multipliers);
      for (std::size_t k = 0; k < size_; ++k) {
        z[k] += side * shifted(linear_[unit][k], leaf.grid);
      }
      const Int reach = shifted(size, problem_.x.exponent);
      demand(squared_dual_norm(z) <= reach * reach, "a unit leaves its range");
    };
    check_side(-1, below_multipliers, below);
    check_side(1, above_multipliers, above);
    leaf.chords.emplace(unit, Chord{slope, std::max(Int(slope * below), Int(rest * above))});
  }

  /// For every ReLU its row and its decided inputs with signs, linear in w.
  void set_linear_parts() {
    if (is_maximum()) return;
    for (std::size_t unit = 0; unit < linear_.size(); ++unit) {
      const std::size_t own = unit % per_sample_;
      Row& row = linear_[unit];
      row.assign(size_, 0);
      if (own < form_.slots) {
        const Int* x = data(unit / per_sample_);
        for (std::size_t k = 0; k < problem_.d; ++k) row[own * problem_.d + k] = x[k];
      }
      for_inputs(unit, [&](std::size_t input, int sign) {
        if (choices_[input] != 1) return;
        for (std::size_t k = 0; k < size_; ++k) row[k] += sign * linear_[input][k];
      });
    }
  }

  /// Adds v times the cone's row of that number.
  void add_cone_row(std::size_t number, const Int& v, Row& target) const {
    const std::size_t unit = unit_of(number);
    demand(is_decided(unit), "a multiplier's unit is not decided");
    if (!is_maximum()) {
      const Int factor = choices_[unit] == 1 ? v : Int(-v);
      for (std::size_t k = 0; k < size_; ++k) target[k] += factor * linear_[unit][k];
      return;
    }
    const auto choice = static_cast<std::size_t>(choices_[unit]);
    const std::size_t chosen = unit * candidates_ + choice - 1;  // where one is chosen
    for (std::size_t k = 0; k < size_; ++k) {
      if (choice > 0) target[k] += v * data(chosen)[k];
      if (choice == 0 || number != chosen) target[k] -= v * data(number)[k];
    }
  }

  /// G lambda at the exponents of data and grid.
  [[nodiscard]] Row combination(const Pairs& multipliers) const {
    Row sum(size_);
    for (const auto& [row, v] : multipliers) add_cone_row(row, v, sum);
    return sum;
  }

  /// N_*(z)^2 at twice the exponent of z.
  [[nodiscard]] Int squared_dual_norm(const Row& z) const {
    const std::size_t group = form_.sums_slots ? problem_.d : size_;
    Int largest;
    for (std::size_t first = 0; first < size_; first += group) {
      largest = std::max(largest, dot(&z[first], &z[first], group));
    }
    return largest;
  }

  /// s nu^T f(w) <= c.w + constant on the leaf's region.
  struct Bound {
    Row c;         ///< at the exponents of nu, data and grid
    Int constant;  ///< at that of nu and twice that of the grid; of maxima nu and the radii
  };

  void add_circuit(std::size_t sample, const Leaf& leaf, Bound& bound) const {
    Row weights(per_sample_);
    weights.back() = sign_ * nu_.values[sample];
    for (std::size_t own = per_sample_; own-- > 0;) {
      const std::size_t unit = sample * per_sample_ + own;
      const Int& a = weights[own];
      Int factor;  // of the linear part
      if (is_decided(unit)) {
        if (choices_[unit] == 1) factor = shifted(a, leaf.grid);
      } else if (a > 0) {
        for_inputs(unit, [&](std::size_t input, int sign) {
          if (!is_decided(input) && sign > 0) weights[input % per_sample_] += a;
        });
        const auto chord = leaf.chords.find(unit);
        if (chord != leaf.chords.end()) {
          factor = a * chord->second.slope;
          bound.constant += a * chord->second.constant;
        } else {
          for (const Int& v : linear_[unit]) demand(v == 0, "a unit has no range");
        }
      } else if (const auto share = leaf.shares.find(unit); share != leaf.shares.end()) {
        demand(inputs_are_decided(unit), "a unit has a share, but its inputs are not decided");
        factor = a * share->second.second;
      }
      if (factor == 0) continue;
      for (std::size_t k = 0; k < size_; ++k) bound.c[k] += factor * linear_[unit][k];
    }
  }

  /// All times the number of candidates and 0.
  void add_maximum(std::size_t sample, const Leaf& leaf, Bound& bound) const {
    const Int a = sign_ * nu_.values[sample];
    const std::size_t first = sample * candidates_;
    const auto add = [&](std::size_t row, const Int& factor) {
      for (std::size_t k = 0; k < size_; ++k) bound.c[k] += factor * data(row)[k];
    };
    if (is_decided(sample)) {
      if (choices_[sample] > 0) {
        add(first + static_cast<std::size_t>(choices_[sample]) - 1,
            shifted(divisor() * a, leaf.grid));
      }
    } else if (a > 0) {
      for (std::size_t j = 0; j < candidates_; ++j) add(first + j, shifted(a, leaf.grid));
      bound.constant += divisor() * a * radii_.values[sample];
    } else if (const auto share = leaf.shares.find(sample); share != leaf.shares.end()) {
      add(share->second.first, divisor() * a * share->second.second);
    }
  }

  [[nodiscard]] Int divisor() const { return is_maximum() ? Int(candidates_ + 1) : Int(1); }

  void check_leaf(const Leaf& leaf) const {
    for (const auto& [unit, share] : leaf.shares) {
      demand(!is_decided(unit), "a decided unit has a share");
    }
    Bound bound{Row(size_), 0};
    for (std::size_t i = 0; i < samples_; ++i) {
      is_maximum() ? add_maximum(i, leaf, bound) : add_circuit(i, leaf, bound);
    }
    // c and G lambda at the exponents of data, grid and the larger of nu's and 0.
    Row z = combination(leaf.multipliers);
    const long up = std::max(nu_.exponent, 0L);
    for (std::size_t k = 0; k < size_; ++k) {
      z[k] = shifted(divisor() * z[k], up) + shifted(bound.c[k], up - nu_.exponent);
    }
    const Rational scale(divisor());
    const Rational length =
        dyadic(squared_dual_norm(z), 2 * (problem_.x.exponent + leaf.grid + up)) / (scale * scale);
    const Rational constant =
        dyadic(bound.constant, nu_.exponent + (is_maximum() ? radii_.exponent : 2 * leaf.grid)) /
        scale;
    // sqrt(length) + constant <= beta / sqrt(copies), squared twice.
    const Rational room =
        problem_.beta * problem_.beta / form_.copies - length - constant * constant;
    demand(room >= 0 && 4 * constant * constant * length <= room * room, "a leaf does not hold");
  }

  Reader& reader_;
  const Problem& problem_;
  const Form& form_;
  const ScaledVector& nu_;
  const ScaledVector& radii_;
  int sign_;
  std::size_t samples_;
  std::size_t per_sample_;  ///< units
  std::size_t candidates_;  ///< of a maximum
  std::size_t size_;        ///< p
  std::vector<int> choices_;
  std::vector<Row> linear_;  ///< of ReLUs
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
