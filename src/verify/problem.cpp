#include "verify/problem.hpp"

#include <algorithm>
#include <optional>

#include "verify/parallel.hpp"

namespace thalweg::verify {
namespace {

const Rational kHalf(1, 2);

// In the order of the grammar's words.
enum class Pooling { kSum, kAverage, kNone, kMax };

struct Kind {
  std::optional<Pooling> pooling;  ///< of a convolution
  bool mean = false;
};

Kind read_kind(Reader& reader, Problem& problem) {
  Kind kind;
  reader.next_line("problem");
  const std::size_t word = reader.choice({"relu2", "cnn", "parallel"});
  if (word == 1) kind.pooling = Pooling(reader.choice({"sum", "average", "none", "max"}));
  if (word == 2) problem.parallel = read_parallel(reader);
  reader.keyword("loss");
  problem.loss = LossKind(reader.choice({"squared", "huber", "squared-hinge"}));
  if (problem.loss == LossKind::kHuber) {
    problem.huber_delta = reader.dyad();
    grammar(problem.huber_delta > 0, "the Huber threshold must be positive");
  }
  reader.keyword("scale");
  kind.mean = reader.choice({"sum", "mean"}) == 1;
  reader.keyword("output-bias");
  problem.output_bias = OutputBias(reader.choice({"none", "penalised", "free"}));
  reader.end_line();
  return kind;
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

constexpr long kPadding = -1;
constexpr long kOne = -2;

struct Patches {
  std::size_t count = 0;      ///< K
  std::size_t size = 0;       ///< h
  std::vector<long> columns;  ///< K x h: a column of the data, kPadding or kOne
};

Patches read_patches(Reader& reader) {
  reader.next_line("patches");
  Patches patches{reader.count(), reader.count(), {}};
  grammar(patches.count > 0 && patches.size > 0, "the patches are empty");
  reader.end_line();
  for (std::size_t k = 0; k < patches.count; ++k) {
    reader.next_line();
    for (std::size_t i = 0; i < patches.size; ++i) {
      reader.charge(sizeof(long));
      patches.columns.push_back(reader.accept("-")   ? kPadding
                                : reader.accept("+") ? kOne
                                                     : reader.small(0, 1L << 40));
    }
    reader.end_line();
  }
  return patches;
}

/// The patches of every row of x (d entries each), one after the other.
ScaledVector cut(Reader& reader, const ScaledVector& x, std::size_t d, const Patches& patches) {
  ScaledVector rows{{}, x.exponent};
  const Int one = shifted(1, x.exponent);
  for (std::size_t first = 0; first < x.values.size(); first += d) {
    for (const long column : patches.columns) {
      rows.values.push_back(column == kPadding ? Int(0)
                            : column == kOne   ? one
                                             : x.values[first + static_cast<std::size_t>(column)]);
      reader.charge(rows.values.back());
    }
  }
  return rows;
}

/// Puts the patches in place of the samples, n x d as read.
void make_convolution(Reader& reader, Problem& problem, Pooling pooling, const Patches& patches) {
  problem.is_convolution = true;
  problem.x = cut(reader, problem.x, problem.d, patches);
  problem.n *= patches.count;
  problem.d = patches.size;
  if (pooling != Pooling::kNone) problem.rows_per_target = patches.count;
  if (pooling == Pooling::kAverage) problem.average = patches.count;
  problem.is_maximum = pooling == Pooling::kMax;
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
  const Kind kind = read_kind(reader, problem);
  reader.next_line("beta");
  problem.beta = reader.dyad();
  grammar(problem.beta > 0, "beta must be positive");
  reader.end_line();
  read_source(reader);
  Patches patches;
  if (kind.pooling) patches = read_patches(reader);
  reader.next_line("data");
  problem.n = reader.count();
  problem.d = reader.count();
  grammar(problem.n > 0 && problem.d > 0, "the data are empty");
  reader.end_line();
  for (const long column : patches.columns) {
    grammar(column < static_cast<long>(problem.d), "a patch has a column that the data lack");
  }
  const std::size_t targets = kind.pooling == Pooling::kNone ? patches.count : 1;
  problem.x = read_rows(reader, problem.n, problem.d, targets, problem.y);
  if (kind.pooling) make_convolution(reader, problem, *kind.pooling, patches);
  if (kind.mean) problem.divisor = problem.y.size();
  problem.row_beta = problem.average * problem.beta;
  for (const Rational& label : problem.y) {
    demand(problem.loss != LossKind::kSquaredHinge || abs(label) == 1,
           "squared hinge wants targets -1 and 1");
  }
  return problem;
}

Rational read_bias(Reader& reader, const Problem& problem) {
  if (problem.output_bias == OutputBias::kNone) return 0;
  reader.next_line("bias");
  Rational bias = reader.dyad();
  reader.end_line();
  return bias;
}

ScaledVector read_rows(Reader& reader, std::size_t rows, std::size_t d, std::size_t more,
                       std::vector<Rational>& rest) {
  std::vector<Rational> entries;
  for (std::size_t i = 0; i < rows; ++i) {
    reader.next_line();
    for (std::size_t k = 0; k < d + more; ++k) {
      const Rational value = reader.dyad();
      reader.charge(value.get_num());
      reader.charge(value.get_den());
      (k < d ? entries : rest).push_back(value);
    }
    reader.end_line();
  }
  return to_one_scale(reader, entries);
}

Network read_network(Reader& reader, const Problem& problem) {
  if (problem.parallel) return read_branches(reader, problem);
  const std::size_t neurons = reader.count();
  const std::size_t d = problem.d;
  reader.end_line();
  Network network;
  std::vector<Rational> last_column;
  network.w = read_rows(reader, neurons, d, 1, last_column);
  network.alpha = to_one_scale(reader, last_column);
  network.bias = read_bias(reader, problem);
  for (const ScaledVector* v : {&network.w, &network.alpha}) {
    network.weights +=
        kHalf * problem.beta *
        dyadic(dot(v->values.data(), v->values.data(), v->values.size()), 2 * v->exponent);
  }
  const long exponent = problem.x.exponent + network.w.exponent + network.alpha.exponent;
  Rational loss;
  const Int* row = problem.x.values.data();
  for (const Rational& target : problem.y) {
    Int fit;
    for (std::size_t j = 0; j < neurons; ++j) {
      Int pooled;
      for (std::size_t r = 0; r < problem.rows_per_target; ++r) {
        const Int activation = dot(row + r * d, &network.w.values[j * d], d);
        if (problem.is_maximum) {
          pooled = std::max(pooled, activation);
        } else if (activation > 0) {
          pooled += activation;
        }
      }
      fit += pooled * network.alpha.values[j];
    }
    row += problem.rows_per_target * d;
    const Rational output = dyadic(fit, exponent) / problem.average + network.bias;
    loss += loss_value(problem, output, target);
  }
  network.objective =
      loss / problem.divisor + network.weights + bias_penalty(problem, network.bias);
  network.objective_below = network.objective;
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
  for (std::size_t i = 0; i < problem.y.size(); ++i) {
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
