#include "verify/parallel.hpp"

#include <algorithm>
#include <utility>

namespace thalweg::verify {
namespace {

const Rational kHalf(1, 2);
constexpr long kMostLeaves = 4096;
constexpr std::size_t kMostForms = 4096;
constexpr long kRootBits = 256;

/// Numbers of nodes of the hidden layers, from the leaves to the root.
std::vector<std::size_t> layer_sizes(const Parallel& parallel) {
  std::vector<std::size_t> sizes = {1};
  for (auto m = parallel.fan_ins.rbegin(); m != parallel.fan_ins.rend(); ++m) {
    sizes.push_back(sizes.back() * *m);
  }
  std::reverse(sizes.begin(), sizes.end());
  return sizes;
}

/// One branch: leaf a reads the data with weights leaf[a d .. a d + d), a hidden node is read with
/// its weight in up.
struct Branch {
  const Int* leaf;
  const Int* up;
};

/// The branch's output over a row, at the data's exponent plus as many of the weights as there are
/// layers.
Int output(const std::vector<std::size_t>& sizes, const Branch& branch, const Int* x,
           std::size_t d) {
  std::vector<Int> active;
  for (std::size_t a = 0; a < sizes[0]; ++a) {
    active.push_back(std::max(Int(0), dot(x, branch.leaf + a * d, d)));
  }
  const Int* up = branch.up;
  for (std::size_t l = 0; l + 1 < sizes.size(); up += sizes[l++]) {
    const std::size_t fan_in = sizes[l] / sizes[l + 1];
    std::vector<Int> next;
    for (std::size_t i = 0; i < sizes[l + 1]; ++i) {
      next.push_back(std::max(Int(0), dot(&active[i * fan_in], up + i * fan_in, fan_in)));
    }
    active = std::move(next);
  }
  return active[0] * *up;
}

/// The sum over paths of the squared products of weights, at twice the exponent of a product.
Int squared_paths(const std::vector<std::size_t>& sizes, const Branch& branch, std::size_t d) {
  std::vector<Int> squares;
  for (std::size_t a = 0; a < sizes[0]; ++a) {
    squares.push_back(dot(branch.leaf + a * d, branch.leaf + a * d, d));
  }
  const Int* up = branch.up;
  for (std::size_t l = 0; l + 1 < sizes.size(); up += sizes[l++]) {
    const std::size_t fan_in = sizes[l] / sizes[l + 1];
    std::vector<Int> next(sizes[l + 1]);
    for (std::size_t c = 0; c < sizes[l]; ++c) next[c / fan_in] += up[c] * up[c] * squares[c];
    squares = std::move(next);
  }
  return squares[0] * *up * *up;
}

struct Enclosed {
  Rational below, above;
};

/// sqrt(t) on the grid 2^-(q + kRootBits), q >= 0 the least with 4^q t an integer.
Enclosed root(const Rational& t) {
  const auto bits = static_cast<long>(mpz_scan1(t.get_den_mpz_t(), 0));
  const long q = (bits + 1) / 2;
  Int floor, rest;
  mpz_sqrtrem(floor.get_mpz_t(), rest.get_mpz_t(),
              shifted(t.get_num(), 2 * (q + kRootBits) - bits).get_mpz_t());
  return {dyadic(floor, q + kRootBits), dyadic(rest == 0 ? floor : Int(floor + 1), q + kRootBits)};
}

/// What a branch costs, beta excluded.
Enclosed cost(const Parallel& parallel, const std::vector<std::size_t>& sizes, const Branch& branch,
              std::size_t d, long exponent) {
  if (parallel.path) {
    const auto layers = static_cast<long>(sizes.size()) + 1;
    return root(dyadic(squared_paths(sizes, branch, d), 2 * layers * exponent));
  }
  const Rational first = dyadic(dot(branch.leaf, branch.leaf, sizes[0] * d), 2 * exponent);
  const Rational second = dyadic(dot(branch.up, branch.up, sizes[0]), 2 * exponent);
  const Int& last = branch.up[sizes[0]];
  const Rational value =
      kHalf * (std::max(Rational(1), first) * second + dyadic(last * last, 2 * exponent));
  return {value, value};
}

/// The signs under the nodes of a tree, layer by layer from the leaves; none of a leaf.
using Signs = std::vector<std::vector<int>>;

/// A child of a tree's root: its sign and the number of its shape among those of its height.
struct Child {
  int sign = 1;
  std::size_t shape = 0;
};

Signs join(const std::vector<Signs>& below, const std::vector<Child>& options,
           const std::vector<std::size_t>& chosen) {
  Signs signs(below[0].size() + 1);
  for (const std::size_t option : chosen) {
    const Child& child = options[option];
    for (std::size_t l = 0; l + 1 < signs.size(); ++l) {
      const std::vector<int>& layer = below[child.shape][l];
      signs[l].insert(signs[l].end(), layer.begin(), layer.end());
    }
    signs.back().push_back(child.sign);
  }
  return signs;
}

/// The shapes of one more height: multisets of children in lexicographic order, not all of minus.
std::vector<Signs> next_height(Reader& reader, const std::vector<Signs>& below,
                               std::size_t fan_in) {
  std::vector<Child> options;
  for (const int sign : {1, -1}) {
    for (std::size_t shape = 0; shape < below.size(); ++shape) options.push_back({sign, shape});
  }
  std::vector<Signs> shapes;
  std::vector<std::size_t> chosen(fan_in, 0);
  while (true) {
    // Ascending: all are under minus exactly when the first is.
    if (options[chosen[0]].sign > 0) {
      shapes.push_back(join(below, options, chosen));
      limit(shapes.size() <= kMostForms, "there are too many vectors of signs");
      for (const auto& layer : shapes.back()) reader.charge(sizeof(int) * (layer.size() + 16));
    }
    std::size_t last = fan_in;
    while (last > 0 && chosen[last - 1] + 1 == options.size()) --last;
    if (last == 0) return shapes;
    const std::size_t next = chosen[last - 1] + 1;
    std::fill(chosen.begin() + static_cast<std::ptrdiff_t>(last) - 1, chosen.end(), next);
    if (options[chosen[0]].sign < 0) return shapes;
  }
}

Form make_form(Reader& reader, const Signs& signs) {
  Form form;
  form.slots = signs.empty() ? 1 : signs[0].size();
  form.units.resize(form.slots);
  std::size_t first = 0;  // of the layer below
  for (std::size_t l = 0; l < signs.size(); ++l) {
    const std::size_t nodes = l + 1 < signs.size() ? signs[l + 1].size() : 1;
    const std::size_t fan_in = signs[l].size() / nodes;
    for (std::size_t i = 0; i < nodes; ++i) {
      FormUnit unit;
      for (std::size_t c = i * fan_in; c < (i + 1) * fan_in; ++c) {
        unit.inputs.push_back({first + c, signs[l][c]});
      }
      form.units.push_back(std::move(unit));
    }
    first += signs[l].size();
  }
  for (const FormUnit& unit : form.units) {
    reader.charge(sizeof(FormUnit) + unit.inputs.size() * sizeof(FormUnit::Input));
  }
  return form;
}

}  // namespace

Parallel read_parallel(Reader& reader) {
  Parallel parallel;
  parallel.path = reader.choice({"constrained", "path"}) == 1;
  const std::size_t rest = reader.tokens_left();
  long leaves = 1;
  for (std::size_t i = 0; i < rest && !reader.next_is("loss"); ++i) {
    const long m = reader.small(1, 1L << 40);
    limit(m <= kMostLeaves && leaves * m <= kMostLeaves, "a branch has too many leaves");
    leaves *= m;
    parallel.fan_ins.push_back(static_cast<std::size_t>(m));
  }
  grammar(!parallel.fan_ins.empty() && (parallel.path || parallel.fan_ins.size() == 1),
          "a number of fan-ins is not the architecture's");
  return parallel;
}

Network read_branches(Reader& reader, const Problem& problem) {
  const Parallel& parallel = *problem.parallel;
  const std::vector<std::size_t> sizes = layer_sizes(parallel);
  std::size_t up = 0;
  for (const std::size_t size : sizes) up += size;
  const std::size_t leaf = sizes[0] * problem.d;
  const std::size_t count = reader.count();
  reader.end_line();
  std::vector<Rational> rest;
  const ScaledVector weights = read_rows(reader, count, leaf + up, 0, rest);
  Network network;
  network.bias = read_bias(reader, problem);
  const auto branch = [&](std::size_t k) {
    const Int* first = &weights.values[k * (leaf + up)];
    return Branch{first, first + leaf};
  };
  Enclosed total;
  for (std::size_t k = 0; k < count; ++k) {
    const Enclosed part = cost(parallel, sizes, branch(k), problem.d, weights.exponent);
    total.below += part.below;
    total.above += part.above;
  }
  const long exponent =
      problem.x.exponent + (static_cast<long>(sizes.size()) + 1) * weights.exponent;
  Rational loss;
  for (std::size_t i = 0; i < problem.n; ++i) {
    Int fit;
    for (std::size_t k = 0; k < count; ++k) {
      fit += output(sizes, branch(k), &problem.x.values[i * problem.d], problem.d);
    }
    loss += loss_value(problem, dyadic(fit, exponent) + network.bias, problem.y[i]);
  }
  const Rational other = loss / problem.divisor + bias_penalty(problem, network.bias);
  network.weights = problem.beta * total.above;
  network.objective = other + network.weights;
  network.objective_below = other + problem.beta * total.below;
  return network;
}

std::vector<Form> parallel_forms(Reader& reader, const Problem& problem) {
  const Parallel& parallel = *problem.parallel;
  const std::size_t leaves = layer_sizes(parallel)[0];
  std::vector<Form> forms;
  std::vector<Signs> shapes = {{}};
  for (std::size_t height = 0;; ++height) {
    for (const Signs& signs : shapes) {
      if (height > 0 && std::count(signs.back().begin(), signs.back().end(), -1) == 0) continue;
      limit(forms.size() < kMostForms, "there are too many vectors of signs");
      Form& form = forms.emplace_back(make_form(reader, signs));
      form.sums_slots = !parallel.path;
      if (parallel.path) form.copies = leaves / form.slots;
    }
    if (height == parallel.fan_ins.size()) return forms;
    shapes = next_height(reader, shapes, parallel.fan_ins[height]);
  }
}

}  // namespace thalweg::verify
