#include "verify/problem.hpp"

#include <algorithm>

namespace thalweg::verify {
namespace {

const Rational kHalf(1, 2);

/// Reads `rows` lines of d + 1 dyads: a matrix and one more column.
ScaledVector read_rows(Reader& reader, std::size_t rows, std::size_t d,
                       std::vector<Rational>& last_column) {
  std::vector<Rational> entries;
  for (std::size_t i = 0; i < rows; ++i) {
    reader.next_line();
    for (std::size_t k = 0; k <= d; ++k) {
      const Rational value = reader.dyad();
      reader.charge(value.get_num());
      reader.charge(value.get_den());
      (k < d ? entries : last_column).push_back(value);
    }
    reader.end_line();
  }
  return to_one_scale(reader, entries);
}

void read_kind(Reader& reader, Problem& problem, bool& mean) {
  reader.next_line("problem");
  reader.keyword("relu2");
  reader.keyword("loss");
  problem.loss = LossKind(reader.choice({"squared", "huber", "squared-hinge"}));
  if (problem.loss == LossKind::kHuber) {
    problem.huber_delta = reader.dyad();
    grammar(problem.huber_delta > 0, "the Huber threshold must be positive");
  }
  reader.keyword("scale");
  mean = reader.choice({"sum", "mean"}) == 1;
  reader.keyword("output-bias");
  problem.output_bias = OutputBias(reader.choice({"none", "penalised", "free"}));
  reader.end_line();
}

void read_source(Reader& reader) {
  reader.next_line("source");
  for (const char* file : {"dataset", "network"}) {
    reader.keyword(file);
    const std::string_view hash = reader.token();
    grammar(hash == "-" || (hash.size() == 64 &&
                            hash.find_first_not_of("0123456789abcdef") == std::string_view::npos),
            "a sha256 is misspelled");
  }
  reader.end_line();
}

}  // namespace

ScaledVector to_one_scale(Reader& reader, const std::vector<Rational>& numbers) {
  const auto exponent = [](const Rational& value) {
    return static_cast<long>(mpz_scan1(value.get_den_mpz_t(), 0));
  };
  ScaledVector scaled;
  for (const Rational& value : numbers)
    scaled.exponent = std::max(scaled.exponent, exponent(value));
  scaled.values.reserve(numbers.size());
  for (const Rational& value : numbers) {
    scaled.values.push_back(shifted(value.get_num(), scaled.exponent - exponent(value)));
    reader.charge(scaled.values.back());
  }
  return scaled;
}

Problem read_problem(Reader& reader) {
  Problem problem;
  bool mean = false;
  read_kind(reader, problem, mean);
  reader.next_line("beta");
  problem.beta = reader.dyad();
  grammar(problem.beta > 0, "beta must be positive");
  reader.end_line();
  read_source(reader);
  reader.next_line("data");
  problem.n = reader.count();
  problem.d = reader.count();
  grammar(problem.n > 0 && problem.d > 0, "the data are empty");
  reader.end_line();
  if (mean) problem.divisor = problem.n;
  problem.x = read_rows(reader, problem.n, problem.d, problem.y);
  for (const Rational& label : problem.y) {
    demand(problem.loss != LossKind::kSquaredHinge || abs(label) == 1,
           "squared hinge wants targets -1 and 1");
  }
  return problem;
}

Network read_network(Reader& reader, const Problem& problem) {
  const std::size_t neurons = reader.count();
  const std::size_t d = problem.d;
  reader.end_line();
  Network network;
  std::vector<Rational> last_column;
  network.w = read_rows(reader, neurons, d, last_column);
  network.alpha = to_one_scale(reader, last_column);
  if (problem.output_bias != OutputBias::kNone) {
    reader.next_line("bias");
    network.bias = reader.dyad();
    reader.end_line();
  }
  for (const ScaledVector* v : {&network.w, &network.alpha}) {
    network.weights +=
        kHalf * problem.beta *
        dyadic(dot(v->values.data(), v->values.data(), v->values.size()), 2 * v->exponent);
  }
  Rational loss;
  for (std::size_t i = 0; i < problem.n; ++i) {
    Int fit;
    for (std::size_t j = 0; j < neurons; ++j) {
      const Int activation = dot(&problem.x.values[i * d], &network.w.values[j * d], d);
      if (activation > 0) fit += activation * network.alpha.values[j];
    }
    const long exponent = problem.x.exponent + network.w.exponent + network.alpha.exponent;
    loss += loss_value(problem, dyadic(fit, exponent) + network.bias, problem.y[i]);
  }
  network.objective =
      loss / problem.divisor + network.weights + bias_penalty(problem, network.bias);
  return network;
}

Rational loss_value(const Problem& problem, const Rational& fit, const Rational& target) {
  if (problem.loss == LossKind::kSquaredHinge) {
    const Rational margin = 1 - target * fit;
    return margin <= 0 ? Rational(0) : Rational(kHalf * margin * margin);
  }
  const Rational residual = abs(fit - target);
  if (problem.loss == LossKind::kHuber && residual > problem.huber_delta) {
    return problem.huber_delta * (residual - kHalf * problem.huber_delta);
  }
  return kHalf * residual * residual;
}

Rational loss_slope(const Problem& problem, const Rational& fit, const Rational& target) {
  if (problem.loss == LossKind::kSquaredHinge) {
    const Rational margin = 1 - target * fit;
    return margin <= 0 ? Rational(0) : Rational(-target * margin);
  }
  const Rational residual = fit - target;
  if (problem.loss == LossKind::kHuber && abs(residual) > problem.huber_delta) {
    return residual > 0 ? problem.huber_delta : Rational(-problem.huber_delta);
  }
  return residual;
}

Rational bias_penalty(const Problem& problem, const Rational& bias) {
  if (problem.output_bias != OutputBias::kPenalised) return 0;
  return kHalf * problem.beta * bias * bias;
}

Rational dual_value(const Problem& problem, const ScaledVector& nu) {
  Rational total;
  Int sum;
  for (std::size_t i = 0; i < problem.n; ++i) {
    sum += nu.values[i];
    const Rational q = dyadic(nu.values[i] * problem.divisor, nu.exponent);
    demand(problem.loss != LossKind::kHuber || abs(q) <= problem.huber_delta,
           "nu leaves the domain of the Huber conjugate");
    demand(problem.loss != LossKind::kSquaredHinge || q * problem.y[i] >= 0,
           "nu leaves the domain of the squared hinge's conjugate");
    total += q * problem.y[i] - kHalf * q * q;
  }
  demand(problem.output_bias != OutputBias::kFree || sum == 0,
         "a free output bias needs nu with sum 0");
  Rational value = total / problem.divisor;
  if (problem.output_bias == OutputBias::kPenalised) {
    value -= dyadic(sum * sum, 2 * nu.exponent) / (2 * problem.beta);
  }
  return value;
}

}  // namespace thalweg::verify
