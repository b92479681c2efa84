#include "verify/problem.hpp"

#include <algorithm>
#include <limits>

namespace thalweg::verify {
namespace {

constexpr std::size_t kMaxCount = std::size_t{1} << 40;

/// Brings the values to one scale, the finest that occurs.
ScaledVector to_one_scale(Reader& reader, std::vector<Dyad>&& dyads) {
  ScaledVector scaled;
  bool first = true;
  for (const Dyad& value : dyads) {
    if (value.mantissa == 0) continue;
    scaled.exponent = first ? value.exponent : std::max(scaled.exponent, value.exponent);
    first = false;
  }
  scaled.values.reserve(dyads.size());
  for (Dyad& value : dyads) {
    if (value.mantissa == 0) value.exponent = scaled.exponent;
    const long shift = scaled.exponent - value.exponent;
    reader.charge(footprint(value.mantissa) + static_cast<std::size_t>(shift / 8));
    scaled.values.push_back(shifted(value.mantissa, shift));
    value.mantissa = 0;
  }
  return scaled;
}

/// Reads `rows` lines of d + 1 dyads: a matrix and one more column.
void read_rows(Reader& reader, std::size_t rows, std::size_t d, ScaledVector& matrix,
               std::vector<Dyad>& last_column) {
  std::vector<Dyad> entries;
  for (std::size_t i = 0; i < rows; ++i) {
    reader.next_line();
    for (std::size_t k = 0; k <= d; ++k) {
      Dyad value = reader.dyad();
      reader.charge(sizeof(Dyad) + footprint(value.mantissa));
      (k < d ? entries : last_column).push_back(std::move(value));
    }
    reader.end_line();
  }
  matrix = to_one_scale(reader, std::move(entries));
}

/// phi(f, y).
Dyad loss_value(const Problem& problem, const Dyad& fit, const Dyad& target) {
  const Dyad half{1, 1};
  if (problem.loss == LossKind::kSquaredHinge) {
    const Dyad margin = Dyad{1, 0} - target * fit;
    return margin.mantissa <= 0 ? Dyad{} : half * margin * margin;
  }
  Dyad residual = fit - target;
  residual.mantissa = abs(residual.mantissa);
  if (problem.loss == LossKind::kHuber && compare(residual, problem.huber_delta) > 0) {
    return problem.huber_delta * (residual - half * problem.huber_delta);
  }
  return half * residual * residual;
}

Rational objective(const Problem& problem, const ScaledVector& w, const std::vector<Dyad>& alpha,
                   const Dyad& bias) {
  Dyad penalty;
  if (problem.output_bias == OutputBias::kPenalised) penalty = bias * bias;
  for (const Dyad& a : alpha) penalty = penalty + a * a;
  penalty = penalty + Dyad{dot(w.values.data(), w.values.data(), w.values.size()), 2 * w.exponent};

  Dyad loss;
  for (std::size_t i = 0; i < problem.n; ++i) {
    Dyad fit = bias;
    for (std::size_t j = 0; j < alpha.size(); ++j) {
      const Int activation =
          dot(&problem.x.values[i * problem.d], &w.values[j * problem.d], problem.d);
      if (activation > 0) {
        fit = fit + Dyad{activation, problem.x.exponent + w.exponent} * alpha[j];
      }
    }
    loss = loss + loss_value(problem, fit, problem.y[i]);
  }
  const Rational scale(1, problem.mean ? problem.n : 1);
  return scale * rational(loss) + rational(Dyad{1, 1} * problem.beta * penalty);
}

void read_source(Reader& reader) {
  reader.next_line();
  reader.keyword("source");
  for (const char* file : {"dataset", "network"}) {
    reader.keyword(file);
    const std::string_view hash = reader.token();
    const bool hex =
        hash.size() == 64 && hash.find_first_not_of("0123456789abcdef") == std::string_view::npos;
    if (!hex && hash != "-") reader.malformed("expected a sha256 in lower case or -");
  }
  reader.end_line();
}

void read_kind(Reader& reader, Problem& problem) {
  reader.next_line();
  for (const char* word : {"problem", "relu2", "loss"}) reader.keyword(word);
  if (reader.accept("huber")) {
    problem.loss = LossKind::kHuber;
    problem.huber_delta = reader.dyad();
    if (problem.huber_delta.mantissa <= 0) reader.malformed("the Huber threshold must be positive");
  } else if (reader.accept("squared-hinge")) {
    problem.loss = LossKind::kSquaredHinge;
  } else {
    reader.keyword("squared");
  }
  reader.keyword("scale");
  problem.mean = reader.accept("mean");
  if (!problem.mean) reader.keyword("sum");
  reader.keyword("output-bias");
  if (reader.accept("penalised")) {
    problem.output_bias = OutputBias::kPenalised;
  } else if (reader.accept("free")) {
    problem.output_bias = OutputBias::kFree;
  } else {
    reader.keyword("none");
  }
  reader.end_line();
}

}  // namespace

Problem read_problem(Reader& reader) {
  Problem problem;
  read_kind(reader, problem);
  reader.next_line();
  reader.keyword("beta");
  problem.beta = reader.dyad();
  if (problem.beta.mantissa <= 0) reader.malformed("beta must be positive");
  reader.end_line();
  read_source(reader);
  reader.next_line();
  reader.keyword("data");
  problem.n = reader.size(kMaxCount);
  problem.d = reader.size(kMaxCount);
  if (problem.n == 0 || problem.d == 0) reader.malformed("the data must not be empty");
  reader.end_line();
  read_rows(reader, problem.n, problem.d, problem.x, problem.y);
  if (problem.loss == LossKind::kSquaredHinge) {
    for (const Dyad& label : problem.y) {
      if (label.exponent != 0 || abs(label.mantissa) != 1) {
        reader.not_verified("squared hinge wants targets -1 and 1");
      }
    }
  }
  return problem;
}

Rational read_network_objective(Reader& reader, const Problem& problem) {
  const std::size_t neurons = reader.size(kMaxCount);
  reader.end_line();
  ScaledVector w;
  std::vector<Dyad> alpha;
  read_rows(reader, neurons, problem.d, w, alpha);
  Dyad bias;
  if (problem.output_bias != OutputBias::kNone) {
    reader.next_line();
    reader.keyword("bias");
    bias = reader.dyad();
    reader.end_line();
  }
  return objective(problem, w, alpha, bias);
}

ScaledVector read_dual(Reader& reader, std::size_t n) {
  ScaledVector nu;
  nu.exponent = reader.small(-4096, 4096);
  if (reader.tokens_left() != n) reader.malformed("nu needs one integer for each row");
  nu.values.reserve(n);
  for (std::size_t i = 0; i < n; ++i) {
    nu.values.push_back(reader.integer());
    reader.charge(footprint(nu.values.back()));
  }
  return nu;
}

Rational dual_value(const Reader& reader, const Problem& problem, const ScaledVector& nu) {
  Dyad total;
  Int sum;
  for (std::size_t i = 0; i < problem.n; ++i) {
    sum += nu.values[i];
    Dyad q{nu.values[i], nu.exponent};
    if (problem.mean) q.mantissa *= problem.n;
    const Dyad product = q * problem.y[i];
    const Dyad magnitude{abs(q.mantissa), q.exponent};
    if (problem.loss == LossKind::kHuber && compare(magnitude, problem.huber_delta) > 0) {
      reader.not_verified("nu leaves the domain of the Huber conjugate");
    }
    if (problem.loss == LossKind::kSquaredHinge && product.mantissa < 0) {
      reader.not_verified("nu leaves the domain of the squared hinge's conjugate");
    }
    total = total + product - Dyad{1, 1} * q * q;
  }
  Rational value = Rational(1, problem.mean ? problem.n : 1) * rational(total);
  if (problem.output_bias == OutputBias::kFree && sum != 0) {
    reader.not_verified("a free output bias needs nu with sum 0");
  }
  if (problem.output_bias == OutputBias::kPenalised) {
    const Dyad square = Dyad{sum, nu.exponent} * Dyad{sum, nu.exponent};
    value -= rational(square) / rational(Dyad{2, 0} * problem.beta);
  }
  return value;
}

}  // namespace thalweg::verify
