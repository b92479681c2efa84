#include "verify/near.hpp"

#include <algorithm>

namespace thalweg::verify {
namespace {

struct Replacement {
  std::size_t row = 0;
  std::size_t source = 0;
  Int multiple;   ///< k 2^exponent
  long exponent;  ///< >= 0
};

std::vector<Replacement> read_replacements(Reader& reader, std::size_t n) {
  const long last = static_cast<long>(n) - 1;
  // One row at least is not replaced.
  const auto count = static_cast<std::size_t>(reader.small(1, last));
  reader.end_line();
  std::vector<Replacement> list;
  for (long next = 0; list.size() < count;) {
    reader.next_line();
    const long row = reader.small(next, last);
    const long source = reader.small(0, last);
    const Rational k = reader.dyad();
    grammar(k != 0, "a row is replaced by 0 times another");
    reader.end_line();
    reader.charge(sizeof(Replacement));
    reader.charge(k.get_num());
    list.push_back({static_cast<std::size_t>(row), static_cast<std::size_t>(source), k.get_num(),
                    static_cast<long>(mpz_scan1(k.get_den_mpz_t(), 0))});
    next = row + 1;
  }
  for (const Replacement& r : list) {
    const auto found =
        std::lower_bound(list.begin(), list.end(), r.source,
                         [](const Replacement& other, std::size_t i) { return other.row < i; });
    grammar(found == list.end() || found->row != r.source,
            "a row is replaced by a multiple of a replaced one");
  }
  return list;
}

}  // namespace

Near read_near(Reader& reader, const Problem& problem) {
  const std::size_t d = problem.d;
  const std::vector<Replacement> list = read_replacements(reader, problem.n);
  long lift = 0;
  for (const Replacement& r : list) lift = std::max(lift, r.exponent);
  Near near{problem, {}};
  ScaledVector& x = near.problem.x;
  x.exponent += lift;
  for (Int& v : x.values) {
    v = shifted(v, lift);
    reader.charge(v);
  }
  for (const Replacement& r : list) {
    Int distance;
    for (std::size_t k = 0; k < d; ++k) {
      const Int& source = problem.x.values[r.source * d + k];
      const Int value = shifted(source * r.multiple, lift - r.exponent);
      reader.charge(value);
      Int& target = x.values[r.row * d + k];
      distance += abs(target - value);
      target = value;
    }
    near.moved.emplace_back(r.row, dyadic(distance, x.exponent));
  }
  return near;
}

void reduce_beta(Near& near, const ScaledVector& nu) {
  Rational& beta = near.problem.row_beta;
  for (const auto& [row, distance] : near.moved) {
    beta -= dyadic(abs(nu.values[row]), nu.exponent) * distance;
  }
  demand(beta > 0, "the near rows use beta up");
}

}  // namespace thalweg::verify
