#include "certificate/exact_branches.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "certificate/exact_loss.hpp"
#include "certificate/exact_number.hpp"
#include "certificate/exact_value.hpp"
#include "certificate/row_problem.hpp"

namespace thalweg::certificate {
namespace {

constexpr long kRootBits = 256;

using Integers = std::vector<mpz_class>;

mpz_class shifted(const mpz_class& value, long bits) {
  return value << static_cast<mp_bitcnt_t>(bits);
}

/// The branches of a request, each with all weights at one exponent.
class Branches {
 public:
  Branches(const ParallelProblem& problem, const BranchNetwork& network)
      : problem_(problem), network_(network), X_(scaled_integers(problem.X)) {
    for (const Matrix& layer : network.layers) {
      exponent_ = std::max(exponent_, common_exponent(layer));
    }
    for (const Matrix& layer : network.layers) {
      Integers& weights = weights_.emplace_back();
      for (Index k = 0; k < layer.rows(); ++k) {
        for (Index c = 0; c < layer.cols(); ++c) {
          weights.push_back(scaled_integer(layer(k, c), exponent_));
        }
      }
    }
  }

  /// The outputs without the bias, (n).
  [[nodiscard]] ExactVector fit() const {
    ExactVector fit;
    fit.exponent = X_.exponent + layers() * exponent_;
    for (Index i = 0; i < problem_.X.rows(); ++i) {
      mpz_class& sum = fit.values.emplace_back();
      for (Index k = 0; k < network_.branches(); ++k) {
        Integers inputs;
        const Index d = problem_.X.cols();
        for (Index c = 0; c < network_.layers[0].cols(); ++c) {
          inputs.push_back(weight(0, k, c) * X_(i, c % d));
        }
        Integers active = summed(inputs, static_cast<std::size_t>(d));
        for (mpz_class& v : active) v = std::max(v, mpz_class(0));
        sum += climb(k, std::move(active), false);
      }
    }
    return fit;
  }

  /// What all branches cost, beta excluded.
  [[nodiscard]] Enclosed cost() const {
    Enclosed total;
    for (Index k = 0; k < network_.branches(); ++k) {
      const Integers first = squares(0, k);
      if (problem_.cost == BranchCost::kPath) {
        const auto d = static_cast<std::size_t>(problem_.X.cols());
        const Enclosed part =
            root(rational(climb(k, summed(first, d), true), 2 * layers() * exponent_));
        total.below += part.below;
        total.above += part.above;
        continue;
      }
      const auto sum = [&](const Integers& terms) {
        return rational(summed(terms, terms.size())[0], 2 * exponent_);
      };
      const mpq_class part =
          (std::max(mpq_class(1), sum(first)) * sum(squares(1, k)) + sum(squares(2, k))) / 2;
      total.below += part;
      total.above += part;
    }
    return total;
  }

 private:
  [[nodiscard]] long layers() const { return static_cast<long>(network_.layers.size()); }

  [[nodiscard]] const mpz_class& weight(std::size_t layer, Index branch, Index entry) const {
    const Index size = network_.layers[layer].cols();
    return weights_[layer][static_cast<std::size_t>(branch * size + entry)];
  }

  [[nodiscard]] Integers squares(std::size_t layer, Index branch) const {
    Integers result;
    for (Index c = 0; c < network_.layers[layer].cols(); ++c) {
      result.push_back(weight(layer, branch, c) * weight(layer, branch, c));
    }
    return result;
  }

  /// Sums of `count` neighbours.
  static Integers summed(const Integers& terms, std::size_t count) {
    Integers sums(terms.size() / count);
    for (std::size_t c = 0; c < sums.size() * count; ++c) sums[c / count] += terms[c];
    return sums;
  }

  /// From the leaves' values to the branch's: with the weights and ReLUs, or squared weights.
  [[nodiscard]] mpz_class climb(Index branch, Integers values, bool squared) const {
    for (std::size_t l = 1; l < network_.layers.size(); ++l) {
      for (std::size_t c = 0; c < values.size(); ++c) {
        const mpz_class& w = weight(l, branch, static_cast<Index>(c));
        values[c] *= squared ? mpz_class(w * w) : w;
      }
      if (l + 1 == network_.layers.size()) break;
      values = summed(values, static_cast<std::size_t>(problem_.fan_ins[l - 1]));
      for (mpz_class& v : values) v = std::max(v, mpz_class(0));
    }
    return values[0];
  }

  /// sqrt(t) on the grid 2^-(q + 256), q >= 0 the least with 4^q t an integer.
  static Enclosed root(const mpq_class& t) {
    const auto bits = static_cast<long>(mpz_scan1(t.get_den_mpz_t(), 0));
    const long grid = (bits + 1) / 2 + kRootBits;
    mpz_class floor, rest;
    mpz_sqrtrem(floor.get_mpz_t(), rest.get_mpz_t(),
                shifted(t.get_num(), 2 * grid - bits).get_mpz_t());
    return {rational(floor, grid), rational(rest == 0 ? floor : mpz_class(floor + 1), grid)};
  }

  const ParallelProblem& problem_;
  const BranchNetwork& network_;
  ScaledIntegers X_;
  long exponent_ = 0;
  std::vector<Integers> weights_;  ///< of each layer, branch after branch
};

void add(ExactVector& fit, double bias) {
  const long exponent = std::max(fit.exponent, to_dyad(bias).exponent);
  const mpz_class moved = scaled_integer(bias, exponent);
  for (mpz_class& v : fit.values) v = shifted(v, exponent - fit.exponent) + moved;
  fit.exponent = exponent;
}

}  // namespace

Enclosed exact_objective(const CertificateRequest& request) {
  if (request.parallel == nullptr) {
    const mpq_class value = exact_objective(row_problem(request), *request.network);
    return {value, value};
  }
  const TrainingProblem& outputs = request.parallel->outputs;
  const Branches branches(*request.parallel, *request.branches);
  ExactVector fit = branches.fit();
  if (outputs.output_bias() != OutputBias::kNone) add(fit, request.branches_bias);
  const mpq_class beta = to_rational(to_dyad(outputs.beta()));
  mpq_class other = exact_loss(outputs, fit);
  if (outputs.output_bias() == OutputBias::kPenalised) {
    const mpq_class bias = to_rational(to_dyad(request.branches_bias));
    other += beta * bias * bias / 2;
  }
  const Enclosed cost = branches.cost();
  return {other + beta * cost.below, other + beta * cost.above};
}

}  // namespace thalweg::certificate
