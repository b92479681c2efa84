#include "landscape/exact_star.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "landscape/dyadic.hpp"
#include "thalweg/convex/bounded_least_squares.hpp"
#include "thalweg/exact/rank.hpp"

namespace thalweg::landscape {
namespace {

constexpr int kRounds = 4;       ///< corrections of the signs that the direction proposed
constexpr double kSure = 1e-11;  ///< |x_i^T p| above this share of |x_i| |p| needs no exact sign

using Integers = std::vector<mpz_class>;
using Rationals = std::vector<mpq_class>;

/// One star in the making.
class Star {
 public:
  Star(const ExactDual& dual, const RowGroups& groups, const Vector& u, Sign sign,
       const std::vector<Index>& ties)
      : nu_(dual), X_(dual.X()), groups_(groups), s_(sign == Sign::kPlus ? 1 : -1) {
    tied_.assign(groups.first_rows.size(), false);
    for (const Index row : ties) {
      const Index group = group_of(row);
      if (group >= 0) tied_[static_cast<std::size_t>(group)] = true;
    }
    const Vector t = X_.values() * u;
    for (const Index first : groups.first_rows) side_.push_back(t[first] > 0 ? 1 : -1);
  }

  std::optional<StarMaximum> maximum() {
    for (int round = 0; round < kRounds; ++round) {
      project();
      if (std::all_of(p_.begin(), p_.end(), [](const mpq_class& v) { return v == 0; })) return {};
      if (take_signs()) return finish();
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] Index group_of(Index row) const {
    return groups_.group_of_row[static_cast<std::size_t>(row)];
  }
  [[nodiscard]] Index dimension() const { return X_.values().cols(); }

  void add_row(Integers& sum, Index row, int sign) const {
    if (nu_.integer(row) == 0) return;
    for (Index k = 0; k < dimension(); ++k) {
      mpz_class& entry = sum[static_cast<std::size_t>(k)];
      if (sign > 0) {
        entry += nu_.integer(row) * X_(row, k);
      } else {
        entry -= nu_.integer(row) * X_(row, k);
      }
    }
  }

  /// p = the projection of the gradient onto the common kernel of the ties, in units of
  /// unit() 2^-x_bits.
  void project() {
    const auto d = static_cast<std::size_t>(dimension());
    Integers gradient(d);
    tie_list_.clear();
    for (std::size_t g = 0; g < tied_.size(); ++g) {
      if (tied_[g]) tie_list_.push_back(static_cast<Index>(g));
    }
    pulls_.assign(tied_.size(), {});
    for (const Index g : tie_list_) pulls_[static_cast<std::size_t>(g)].resize(d);
    for (Index row = 0; row < X_.values().rows(); ++row) {
      const Index group = group_of(row);
      if (group < 0) continue;
      const bool along = groups_.multiples[row] > 0;
      const auto g = static_cast<std::size_t>(group);
      if (tied_[g]) {
        if (!along) add_row(gradient, row, s_);
        add_row(pulls_[g], row, along ? s_ : -s_);
      } else if ((side_[g] > 0) == along) {
        add_row(gradient, row, s_);
      }
    }
    put_basis();
    base_.assign(gradient.begin(), gradient.end());
    p_ = base_;
    const Rationals along = coordinates(basis_, base_);
    for (std::size_t k = 0; k < basis_.size(); ++k) {
      for (std::size_t j = 0; j < d; ++j) {
        p_[j] -= along[k] * X_(first_row(basis_[k]), static_cast<Index>(j));
      }
    }
  }

  [[nodiscard]] Index first_row(Index group) const {
    return groups_.first_rows[static_cast<std::size_t>(group)];
  }

  void put_basis() {
    basis_.clear();
    if (tie_list_.empty()) return;
    Matrix rows(static_cast<Index>(tie_list_.size()), dimension());
    for (std::size_t k = 0; k < tie_list_.size(); ++k) {
      rows.row(static_cast<Index>(k)) = X_.values().row(first_row(tie_list_[k]));
    }
    for (const Index k : row_basis(rows).rows) {
      basis_.push_back(tie_list_[static_cast<std::size_t>(k)]);
    }
  }

  /// a with sum a_k v_k = the projection of b onto the span of the groups' first rows v_k,
  /// which are independent.
  [[nodiscard]] Rationals coordinates(const std::vector<Index>& list, const Rationals& b) const {
    std::vector<Rationals> gram(list.size(), Rationals(list.size()));
    Rationals pull(list.size());
    for (std::size_t k = 0; k < list.size(); ++k) {
      for (std::size_t l = 0; l <= k; ++l) gram[k][l] = gram[l][k] = product(list[k], list[l]);
      for (std::size_t j = 0; j < b.size(); ++j) {
        pull[k] += b[j] * X_(first_row(list[k]), static_cast<Index>(j));
      }
    }
    return solve_exactly(std::move(gram), std::move(pull));
  }

  [[nodiscard]] mpz_class product(Index group, Index other) const {
    mpz_class sum = 0;
    for (Index j = 0; j < dimension(); ++j) {
      sum += X_(first_row(group), j) * X_(first_row(other), j);
    }
    return sum;
  }

  /// Signs and ties of p; true when they are those that made it.
  bool take_signs() {
    u_.resize(dimension());
    Rationals scaled = p_;
    mpq_class most = 0;
    for (const mpq_class& value : scaled) most = std::max<mpq_class>(most, abs(value));
    for (mpq_class& value : scaled) value /= most;
    for (Index j = 0; j < dimension(); ++j) u_[j] = scaled[static_cast<std::size_t>(j)].get_d();
    u_.normalize();
    const Integers exact = over_common_denominator(p_);
    bool same = true;
    for (std::size_t g = 0; g < tied_.size(); ++g) {
      const Index row = groups_.first_rows[g];
      const double t = X_.values().row(row).dot(u_);
      const bool sure = !tied_[g] && std::abs(t) > kSure * X_.values().row(row).norm();
      const int side = sure ? (t > 0 ? 1 : -1) : side_of(row, exact);
      const int before = tied_[g] ? 0 : side_[g];
      if (side == before) continue;
      same = false;
      tied_[g] = side == 0;
      if (side != 0) side_[g] = side;
    }
    return same;
  }

  [[nodiscard]] int side_of(Index row, const Integers& direction) const {
    mpz_class sum = 0;
    for (Index j = 0; j < dimension(); ++j) {
      sum += X_(row, j) * direction[static_cast<std::size_t>(j)];
    }
    return sgn(sum);
  }

  /// Whether rounding left u_ in the star.
  [[nodiscard]] bool rounded_into_star() const {
    const long bits = fraction_bits(u_);
    Integers exact;
    for (const double value : u_) exact.push_back(scaled_integer(value, bits));
    for (std::size_t g = 0; g < tied_.size(); ++g) {
      const Index row = groups_.first_rows[g];
      const auto x = X_.values().row(row);
      if (tied_[g] || std::abs(x.dot(u_)) > kSure * x.norm()) continue;
      if (side_of(row, exact) != side_[g]) return false;
    }
    return true;
  }

  /// s W_t for c_t = s W_t v_t.
  [[nodiscard]] mpq_class weight(Index group) const {
    mpq_class along = 0;
    const Integers& pull = pulls_[static_cast<std::size_t>(group)];
    for (Index j = 0; j < dimension(); ++j) {
      along += mpq_class(pull[static_cast<std::size_t>(j)] * X_(first_row(group), j));
    }
    return along / product(group, group);
  }

  std::optional<StarMaximum> finish() {
    if (!rounded_into_star()) return std::nullopt;
    StarMaximum result;
    const mpq_class unit = nu_.unit() * scaled(1, -X_.bits());
    for (const mpq_class& value : p_) {
      result.p.emplace_back(value * unit);
      result.value_square += result.p.back() * result.p.back();
    }
    result.u = u_;
    result.concavity = std::numeric_limits<double>::infinity();
    result.interior = std::numeric_limits<double>::infinity();
    Rationals weights;
    for (const Index g : tie_list_) {
      weights.push_back(weight(g));
      if (weights.back() > 0) return std::nullopt;
      const double length = X_.values().row(first_row(g)).norm() * (1 - 1e-12);
      const mpq_class size = -weights.back() * nu_.unit();
      result.concavity = std::min(result.concavity, rounded_down(size) * length);
      result.tie_groups.push_back(first_row(g));
    }
    const std::optional<Rationals> lambda = multipliers(weights);
    if (!lambda) return std::nullopt;
    for (std::size_t k = 0; k < lambda->size(); ++k) {
      if (weights[k] == 0) continue;
      const mpq_class& value = (*lambda)[k];
      if (value < 0 || value > 1) return std::nullopt;
      result.interior =
          std::min(result.interior, rounded_down(std::min<mpq_class>(value, 1 - value)));
    }
    for (Index row = 0; row < X_.values().rows(); ++row) {
      const Index group = group_of(row);
      if (group >= 0 && tied_[static_cast<std::size_t>(group)]) result.ties.push_back(row);
    }
    return result;
  }

  /// Lambda with base + sum lambda_t w_t v_t = p. Where the ties are dependent, doubles choose all
  /// but a basis of them.
  [[nodiscard]] std::optional<Rationals> multipliers(const Rationals& weights) const {
    Rationals lambda(tie_list_.size());
    if (tie_list_.empty()) return lambda;
    std::vector<std::size_t> order(tie_list_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (basis_.size() < tie_list_.size()) propose(weights, lambda, order);
    Matrix rows(static_cast<Index>(order.size()), dimension());
    for (std::size_t k = 0; k < order.size(); ++k) {
      rows.row(static_cast<Index>(k)) = X_.values().row(first_row(tie_list_[order[k]]));
    }
    std::vector<bool> solved(order.size(), false);
    std::vector<Index> list;
    std::vector<std::size_t> places;
    std::vector<Index> preferred(order.size());
    std::iota(preferred.begin(), preferred.end(), Index{0});
    for (const Index k : row_basis(rows, preferred).rows) {
      const std::size_t place = order[static_cast<std::size_t>(k)];
      solved[place] = true;
      places.push_back(place);
      list.push_back(tie_list_[place]);
    }
    Rationals rest(p_.size());
    for (std::size_t j = 0; j < p_.size(); ++j) {
      rest[j] = p_[j] - base_[j];
      for (std::size_t k = 0; k < tie_list_.size(); ++k) {
        if (solved[k]) continue;
        rest[j] -= lambda[k] * weights[k] * X_(first_row(tie_list_[k]), static_cast<Index>(j));
      }
    }
    const Rationals a = coordinates(list, rest);
    for (std::size_t k = 0; k < list.size(); ++k) {
      const mpq_class& w = weights[places[k]];
      if (w == 0 && a[k] != 0) return std::nullopt;
      lambda[places[k]] = w == 0 ? mpq_class(1, 2) : mpq_class(a[k] / w);
    }
    return lambda;
  }

  /// Multipliers in [0, 1] in doubles, and the ties with the most interior ones first.
  void propose(const Rationals& weights, Rationals& lambda, std::vector<std::size_t>& order) const {
    Matrix columns(dimension(), static_cast<Index>(tie_list_.size()));
    Vector target(dimension());
    mpq_class scale = 0;
    for (const mpq_class& value : p_) scale = std::max<mpq_class>(scale, abs(value));
    const mpq_class bits = scaled(1, -X_.bits());
    for (Index j = 0; j < dimension(); ++j) {
      const auto place = static_cast<std::size_t>(j);
      target[j] = mpq_class((p_[place] - base_[place]) / scale).get_d();
    }
    for (std::size_t k = 0; k < tie_list_.size(); ++k) {
      const mpq_class factor = weights[k] / (scale * bits);
      columns.col(static_cast<Index>(k)) =
          factor.get_d() * X_.values().row(first_row(tie_list_[k])).transpose();
    }
    // The middle of the box is as interior as can be: least squares for the distance from it.
    const Vector ones = Vector::Ones(columns.cols());
    const Vector x = bounded_least_squares(columns, target, ones).x;
    for (std::size_t k = 0; k < lambda.size(); ++k) lambda[k] = x[static_cast<Index>(k)];
    const auto inside = [&](std::size_t k) {
      const double value = x[static_cast<Index>(k)];
      return std::min(value, 1 - value);
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return inside(a) > inside(b); });
  }

  const ExactDual& nu_;
  const DyadicMatrix& X_;
  const RowGroups& groups_;
  int s_;
  std::vector<bool> tied_;       ///< per group
  std::vector<int> side_;        ///< per group: the first row's sign
  std::vector<Index> tie_list_;  ///< tied groups, ascending
  std::vector<Index> basis_;     ///< groups with independent first rows that span the ties
  std::vector<Integers> pulls_;  ///< c_t per group
  Rationals base_;
  Rationals p_;
  Vector u_;
};

}  // namespace

std::optional<StarMaximum> star_maximum(const ExactDual& dual, const RowGroups& groups,
                                        const Vector& u, Sign sign,
                                        const std::vector<Index>& ties) {
  return Star(dual, groups, u, sign, ties).maximum();
}

}  // namespace thalweg::landscape
