#include "landscape/rational_optimum.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "landscape/dyadic.hpp"
#include "landscape/polytope_bounds.hpp"
#include "landscape/simplest_fraction.hpp"
#include "thalweg/exact/rank.hpp"
#include "thalweg/exact/row_groups.hpp"
#include "thalweg/oracle/outside_stars.hpp"

namespace thalweg::landscape {
namespace {

using Rationals = std::vector<mpq_class>;

/// Half widths of the intervals in which fractions are sought: the first holds denominators up to
/// about 2e6, the others make up for a refined point of less accuracy.
constexpr double kWidths[] = {1e-13, 1e-10, 1e-7};
constexpr double kNear = 1e-9;  ///< directions this close to beta outside the stars get one
constexpr int kSearches = 12;
constexpr Index kMostProducts = 5'000'000;  ///< of rationals in the equations: about a second
constexpr double kUp = 1 + 1e-12;

mpq_class dot(const Rationals& a, const Rationals& b) {
  mpq_class sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// A rational unit vector near u.
std::optional<Rationals> rational_direction(const Vector& u) {
  for (const double width : kWidths) {
    Rationals result;
    for (const double value : u) {
      const mpq_class middle(value);
      const mpq_class half(width);
      result.push_back(simplest_fraction(middle - half, middle + half));
    }
    if (dot(result, result) == 1) return result;
  }
  return std::nullopt;
}

Rationals exactly(const Eigen::Ref<const Vector>& values) { return {values.begin(), values.end()}; }

class Proving {
 public:
  Proving(const TrainingProblem& problem, const DualOracle& oracle, const Optimum& near,
          const OptimumSettings& settings)
      : problem_(problem),
        oracle_(oracle),
        near_(near),
        settings_(settings),
        X_(problem.X()),
        groups_(group_parallel_rows(problem.X())),
        norm_(spectral_norm_above(problem.X())),
        beta_(problem.beta()) {}

  std::optional<RationalOptimum> run(const PolytopeLimits& limits) {
    if (!put_affine_columns()) return std::nullopt;
    const std::optional<Rationals> nu = guess();
    if (!nu) return std::nullopt;
    result_.dual = *nu;
    dual_.emplace(X_, *nu);
    if (!put_known_stars() || !search()) return std::nullopt;
    if (!put_atoms() || !put_polytope(limits)) return std::nullopt;
    describe();
    return std::move(result_);
  }

 private:
  [[nodiscard]] Index samples() const { return problem_.samples(); }
  [[nodiscard]] bool penalised_bias() const {
    return problem_.output_bias() == OutputBias::kPenalised;
  }

  /// Independent columns of the affine part; false when their span is not proved.
  bool put_affine_columns() {
    if (penalised_bias()) affine_.emplace_back(static_cast<std::size_t>(samples()), 1);
    const Matrix free = problem_.free_columns();
    if (free.cols() == 0) return true;
    const RowBasis basis = row_basis(free.transpose());
    for (const Index k : basis.rows) affine_.push_back(exactly(free.col(k)));
    return basis.proved;
  }

  /// s (X v)_+ for v = direction / length.
  [[nodiscard]] Rationals activation(const Rationals& direction, Sign sign,
                                     const mpq_class& length) const {
    Rationals result;
    const mpq_class factor = scaled(sign == Sign::kPlus ? 1 : -1, -X_.bits()) / length;
    for (Index i = 0; i < samples(); ++i) {
      mpq_class sum = 0;
      for (Index j = 0; j < problem_.dimension(); ++j) {
        sum += X_(i, j) * direction[static_cast<std::size_t>(j)];
      }
      result.emplace_back(sum > 0 ? mpq_class(sum * factor) : mpq_class(0));
    }
    return result;
  }

  /// nu = y - sum of columns times coefficients c, where column^T nu = beta for an atom, gamma c
  /// for a coefficient of the affine part.
  [[nodiscard]] std::optional<Rationals> guess() const {
    std::vector<Rationals> columns = affine_;
    const std::vector<Neuron>& neurons = near_.point.neurons;
    const auto size = static_cast<Index>(neurons.size() + affine_.size());
    if (size * size * samples() > kMostProducts) return std::nullopt;
    for (const Neuron& neuron : neurons) {
      const std::optional<Rationals> u = rational_direction(neuron.w.normalized());
      if (!u) return std::nullopt;
      columns.push_back(activation(*u, neuron.sign, 1));
    }
    Rationals nu = exactly(problem_.y());
    std::vector<Rationals> gram(columns.size(), Rationals(columns.size()));
    Rationals pull;
    for (std::size_t k = 0; k < columns.size(); ++k) {
      for (std::size_t l = 0; l <= k; ++l) gram[k][l] = gram[l][k] = dot(columns[k], columns[l]);
      pull.push_back(dot(columns[k], nu) - (k < affine_.size() ? mpq_class(0) : beta_));
    }
    if (penalised_bias()) gram[0][0] += beta_;
    const std::optional<Rationals> c = solve_semidefinite(std::move(gram), std::move(pull));
    if (!c) return std::nullopt;
    for (std::size_t k = 0; k < columns.size(); ++k) {
      for (std::size_t i = 0; i < nu.size(); ++i) nu[i] -= (*c)[k] * columns[k][i];
    }
    return nu;
  }

  /// The star around u joins the list unless it is there; false where it has no maximum or one
  /// above beta.
  bool add(const Vector& u, Sign sign, const std::vector<Index>& ties, double mass) {
    std::optional<StarMaximum> star = star_maximum(*dual_, groups_, u, sign, ties);
    if (!star || star->value_square > beta_ * beta_) return false;
    for (OptimumAtom& atom : stars_) {
      if (atom.sign != sign || atom.star.p != star->p) continue;
      atom.mass += mass;
      return true;
    }
    OptimumAtom atom;
    atom.sign = sign;
    atom.star = std::move(*star);
    atom.mass = mass;
    stars_.push_back(std::move(atom));
    return true;
  }

  /// Those of the neurons, which may be missing among the atoms where a multiplier of a tie is 0 or
  /// 1; false when one is at no maximum.
  bool put_known_stars() {
    for (const OptimumAtom& atom : near_.atoms) add(atom.star.u, atom.sign, atom.star.ties, 0);
    const std::vector<Neuron>& neurons = near_.point.neurons;
    return std::all_of(neurons.begin(), neurons.end(), [&](const Neuron& neuron) {
      return add(neuron.w.normalized(), neuron.sign, neuron.kinks, neuron.w.norm());
    });
  }

  /// Searches outside the stars until nothing there reaches beta; false when that fails.
  bool search() {
    const double unit = std::ldexp(1.0, std::clamp(-std::ilogb(problem_.beta()), -900, 900));
    OutsideSettings outside;
    outside.beta = unit * problem_.beta();
    outside.threads = settings_.threads;
    outside.seed = settings_.seed;
    outside.control = settings_.control;
    for (int round = 0; round < kSearches; ++round) {
      std::vector<StarAtom> stars;
      for (const OptimumAtom& atom : stars_) {
        stars.push_back({atom.star.u, atom.sign, atom.star.ties});
      }
      const OutsideResult answer =
          oracle_.maximise_outside(unit * dual_->rounded(), stars, outside);
      const double error = dual_->error() * norm_;
      const double upper = (answer.upper / unit + error) * kUp;
      if (upper < problem_.beta()) {
        result_.optimum.margin_lower = std::max(0.0, 1 - upper / problem_.beta() - 1e-15);
        result_.optimum.margin_upper =
            std::min(1.0, 1 - (answer.lower / unit - error) / problem_.beta() + 1e-15);
        return true;
      }
      const std::size_t before = stars_.size();
      for (const DualDirection& direction : answer.directions) {
        if (direction.value / unit < problem_.beta() * (1 - kNear)) continue;
        add(direction.u, direction.sign, direction.kinks, 0);
      }
      if (stars_.size() == before || settings_.control.should_stop()) return false;
    }
    return false;
  }

  /// Stars with |p| = beta are atoms; the others bound the margin, and must do so by more than the
  /// data's rounding.
  bool put_atoms() {
    Optimum& optimum = result_.optimum;
    for (OptimumAtom& atom : stars_) {
      // 1 - t with t = |p|^2 / beta^2 <= 1 is between 1 - sqrt(t) and twice that.
      const mpq_class off = 1 - atom.star.value_square / (beta_ * beta_);
      if (off > 0) {
        optimum.margin_lower = std::min(optimum.margin_lower, rounded_down(off / 2));
        optimum.margin_upper = std::min(optimum.margin_upper, rounded_up(off));
        continue;
      }
      atom.radius = distance(atom.star);
      optimum.atoms.push_back(std::move(atom));
    }
    return optimum.margin_lower > kDataRounding;
  }

  /// At least |p / beta - u|.
  [[nodiscard]] double distance(const StarMaximum& star) const {
    mpq_class square = 0;
    for (std::size_t j = 0; j < star.p.size(); ++j) {
      const mpq_class off = star.p[j] / beta_ - mpq_class(star.u[static_cast<Index>(j)]);
      square += off * off;
    }
    return rounded_up(root_above(square));
  }

  /// P over the atoms, projected off the free columns; false when it is empty.
  bool put_polytope(const PolytopeLimits& limits) {
    const std::vector<OptimumAtom>& atoms = result_.optimum.atoms;
    RationalSystem system{RationalMatrix(samples(), static_cast<Index>(atoms.size())),
                          exactly(problem_.y())};
    for (std::size_t i = 0; i < system.b.size(); ++i) system.b[i] -= result_.dual[i];
    if (penalised_bias()) {
      const mpq_class bias = dot(affine_[0], result_.dual) / beta_;
      for (mpq_class& value : system.b) value -= bias;
    }
    project_off_free_columns(system.b);
    for (std::size_t q = 0; q < atoms.size(); ++q) {
      Rationals column = activation(atoms[q].star.p, atoms[q].sign, beta_);
      project_off_free_columns(column);
      for (Index i = 0; i < samples(); ++i) {
        system.A(i, static_cast<Index>(q)) = std::move(column[static_cast<std::size_t>(i)]);
      }
    }
    ExactPolytope polytope(system);
    if (polytope.empty()) return false;
    result_.dimension = polytope.dimension();
    result_.centre = polytope.centre();
    result_.vertices = polytope.vertices(limits);
    SupportSearch search;
    search.control = limits.control;
    result_.supports = support_bounds(system, result_.vertices, search);
    return true;
  }

  void project_off_free_columns(Rationals& values) const {
    const std::vector<Rationals> free(affine_.begin() + (penalised_bias() ? 1 : 0), affine_.end());
    std::vector<Rationals> gram(free.size(), Rationals(free.size()));
    Rationals pull;
    for (std::size_t k = 0; k < free.size(); ++k) {
      for (std::size_t l = 0; l <= k; ++l) gram[k][l] = gram[l][k] = dot(free[k], free[l]);
      pull.push_back(dot(free[k], values));
    }
    const Rationals c = solve_exactly(std::move(gram), std::move(pull));
    for (std::size_t k = 0; k < free.size(); ++k) {
      for (std::size_t i = 0; i < values.size(); ++i) values[i] -= c[k] * free[k][i];
    }
  }

  /// The optimum in doubles.
  void describe() {
    Optimum& optimum = result_.optimum;
    optimum.point = near_.point;
    optimum.dual = dual_->rounded();
    optimum.fit.resize(samples());
    const Rationals y = exactly(problem_.y());
    mpq_class square = 0;
    for (Index i = 0; i < samples(); ++i) {
      const auto place = static_cast<std::size_t>(i);
      const mpq_class fit = y[place] - result_.dual[place];
      optimum.fit[i] = fit.get_d();
      const mpq_class off = fit - mpq_class(optimum.fit[i]);
      square += off * off;
    }
    optimum.radius = std::max(rounded_up(root_above(square)), dual_->error());
    mpq_class value = dot(y, result_.dual) - dot(result_.dual, result_.dual) / 2;
    if (penalised_bias()) {
      const mpq_class sum = dot(affine_[0], result_.dual);
      value -= sum * sum / (2 * beta_);
    }
    optimum.upper = rounded_up(value);
    optimum.lower = rounded_down(value);
    optimum.enclosed = true;
  }

  const TrainingProblem& problem_;
  const DualOracle& oracle_;
  const Optimum& near_;
  const OptimumSettings& settings_;
  DyadicMatrix X_;
  RowGroups groups_;
  double norm_;
  mpq_class beta_;
  std::vector<Rationals> affine_;  ///< the ones of a penalised bias, then free columns
  std::optional<ExactDual> dual_;
  std::vector<OptimumAtom> stars_;
  RationalOptimum result_;
};

}  // namespace

std::optional<RationalOptimum> rational_optimum(const TrainingProblem& problem,
                                                const DualOracle& oracle, const Optimum& optimum,
                                                const OptimumSettings& settings,
                                                const PolytopeLimits& limits) {
  if (problem.loss().kind() != LossKind::kSquared || !ExactPoint::takes(problem)) {
    return std::nullopt;
  }
  return Proving(problem, oracle, optimum, settings).run(limits);
}

}  // namespace thalweg::landscape
