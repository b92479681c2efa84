#include "thalweg/verify/check.hpp"

#include <algorithm>
#include <array>
#include <istream>
#include <new>
#include <optional>
#include <string_view>
#include <utility>

#include "verify/near.hpp"
#include "verify/parallel.hpp"
#include "verify/path.hpp"
#include "verify/proofs.hpp"

namespace thalweg::verify {
namespace {

/// The exact values that the claims are about; networks from above and from below.
struct Values {
  Rational objective;
  Rational objective_below;
  std::optional<Rational> improved;
  std::optional<PathValues> path;
  std::optional<Rational> bound;
};

/// Reads the rest of the line `nu`.
ScaledVector read_nu(Reader& reader, const Problem& problem) {
  ScaledVector nu{{}, reader.small(-4096, 4096)};
  for (std::size_t i = 0; i < problem.y.size(); ++i) {
    nu.values.push_back(reader.integer());
    reader.charge(nu.values.back());
  }
  reader.end_line();
  return nu;
}

/// Whether the dual bound is proved by trees over units.
bool has_units(const Problem& problem) { return problem.is_maximum || problem.parallel; }

/// Reads from the line `nu`, whose word is taken, to the last proof; returns D(nu).
Rational check_units_bound(Reader& reader, const Problem& problem, std::uint64_t& leaves) {
  const ScaledVector nu = read_nu(reader, problem);
  const Rational value = dual_value(problem, nu);
  ScaledVector radii;
  if (problem.is_maximum) radii = read_radii(reader, problem);
  const std::vector<Form> forms =
      problem.is_maximum ? std::vector<Form>(1) : parallel_forms(reader, problem);
  for (std::size_t f = 0; f < forms.size(); ++f) {
    for (const Sign sign : {Sign::kPlus, Sign::kMinus}) {
      reader.next_line("units");
      grammar(reader.count() == f, "a form is out of order");
      reader.keyword(sign == Sign::kPlus ? "+" : "-");
      reader.end_line();
      leaves += check_units(reader, problem, forms[f], nu, radii, sign);
    }
  }
  return value;
}

/// Reads from the line `basis`, whose word is taken, to the second proof; returns D(nu).
Rational check_bound(Reader& reader, const Problem& problem, std::optional<Near> near,
                     std::uint64_t& leaves) {
  const Problem& cones = near ? near->problem : problem;
  const Basis basis = read_basis(reader, cones);
  reader.next_line("nu");
  const ScaledVector nu = read_nu(reader, problem);
  ScaledVector row_nu{{}, nu.exponent};
  for (const Int& v : nu.values) {
    row_nu.values.insert(row_nu.values.end(), problem.rows_per_target, v);
    reader.charge(problem.rows_per_target * (sizeof(Int) + 8 * mpz_size(v.get_mpz_t())));
  }
  const Rational value = dual_value(problem, nu);
  if (near) reduce_beta(*near, row_nu);
  const Groups groups = make_groups(reader, cones, basis, row_nu);
  for (const Sign sign : {Sign::kPlus, Sign::kMinus}) {
    reader.next_line();
    const bool sphere = reader.choice({"tree", "sphere"}) == 1;
    reader.keyword(sign == Sign::kPlus ? "+" : "-");
    if (sphere) {
      grammar(basis.rows.empty(), "a sphere proof needs basis 0");
      check_sphere(reader, problem, row_nu, sign);
    } else {
      leaves += check_tree(reader, cones, basis, groups, sign);
    }
  }
  return value;
}

bool claim_holds(std::string_view name, const Rational& claimed, const Values& values) {
  if (name == "value") return values.objective <= claimed;
  if (name == "decrease") {
    grammar(values.improved.has_value(), "a claim needs an improved network");
    return values.objective_below - *values.improved >= claimed;
  }
  if (name == "increase" || name == "maximum" || name == "final") {
    grammar(values.path.has_value(), "a claim needs a path");
    const PathValues& path = *values.path;
    return (name == "increase"  ? path.increase
            : name == "maximum" ? path.maximum
                                : path.last) <= claimed;
  }
  grammar(values.bound.has_value(), "a claim needs a dual bound");
  if (name == "bound") return *values.bound >= claimed;
  const Rational gap = values.objective - *values.bound;
  return gap <= (name == "gap" ? claimed : Rational(claimed * values.objective_below));
}

/// Reads from the first `claim`, whose word is taken, to the end of the text.
void check_claims(Reader& reader, const Values& values) {
  constexpr std::array<std::string_view, 8> kNames = {"value",    "bound",    "gap",     "relgap",
                                                      "decrease", "increase", "maximum", "final"};
  auto name = kNames.begin();
  do {
    name = std::find(name, kNames.end(), reader.token());
    grammar(name != kNames.end(), "a claim is unknown, repeated or out of order");
    const Rational claimed = reader.dyad();
    reader.end_line();
    demand(claim_holds(*name++, claimed, values), "the claim does not hold");
    reader.next_line();
  } while (reader.accept("claim"));
  reader.keyword("end");
  reader.end_line();
  reader.end_of_file();
}

Statement round_outward(const Values& values) {
  const Rational& objective = values.objective;
  const Rational& below = values.objective_below;
  Statement statement;
  statement.objective_upper = round(objective, Rounding::kUp);
  statement.objective_lower = round(below, Rounding::kDown);
  if (values.bound) {
    const Rational gap = objective - *values.bound;
    statement.lower_bound = round(*values.bound, Rounding::kDown);
    statement.gap = round(gap, Rounding::kUp);
    if (gap == 0) statement.relative_gap = Dyad53{};
    if (below > 0) statement.relative_gap = round(gap / below, Rounding::kUp);
  }
  if (values.improved) {
    statement.improved_upper = round(*values.improved, Rounding::kUp);
    statement.decrease = round(below - *values.improved, Rounding::kDown);
  }
  if (values.path) {
    statement.path_increase = round(values.path->increase, Rounding::kUp);
    statement.path_maximum = round(values.path->maximum, Rounding::kUp);
    statement.path_final = round(values.path->last, Rounding::kUp);
  }
  return statement;
}

Statement check_all(Reader& reader, std::uint64_t& leaves) {
  reader.next_line("cert");
  reader.keyword("1");
  reader.end_line();
  const Problem problem = read_problem(reader);
  reader.next_line("network");
  const Network network = read_network(reader, problem);
  Values values{network.objective, network.objective_below, {}, {}, {}};
  reader.next_line();
  std::optional<Network> improved;
  if (reader.accept("improved")) {
    improved = read_network(reader, problem);
    values.improved = improved->objective;
    reader.next_line();
  }
  if (reader.accept("path")) {
    grammar(!problem.is_convolution && !problem.parallel,
            "a path is one of fully connected networks");
    values.path = check_path(reader, problem, network, improved ? &*improved : nullptr);
  }
  std::optional<Near> near;
  if (reader.accept("near")) {
    near = read_near(reader, problem);
    reader.next_line();
  }
  const bool bounded = reader.accept(has_units(problem) ? "nu" : "basis");
  grammar(bounded || !near, "near rows need a dual bound");
  grammar(!near || !has_units(problem), "near rows belong to cone trees");
  if (bounded) {
    values.bound = has_units(problem) ? check_units_bound(reader, problem, leaves)
                                      : check_bound(reader, problem, std::move(near), leaves);
    // The theorem rules this out; a checker that meets it must not trust itself.
    demand(*values.bound <= values.objective &&
               *values.bound <= values.improved.value_or(*values.bound) &&
               (!values.path || *values.bound <= values.path->last),
           "a network lies below its proved bound");
    reader.next_line();
  }
  reader.keyword("claim");
  check_claims(reader, values);
  return round_outward(values);
}

}  // namespace

Report check(std::istream& input, const Limits& limits) {
  Report report;
  report.outcome = Outcome::kUnreadable;
  report.reason = "the certificate cannot be read";
  if (!input || input.rdbuf() == nullptr) return report;
  Reader reader(input, limits);
  const auto fail = [&](Outcome outcome, const std::string& what) {
    report.outcome = outcome;
    report.reason = "line " + std::to_string(reader.line_number()) + ": " + what;
  };
  try {
    report.statement = check_all(reader, report.leaves);
    report.outcome = Outcome::kVerified;
    report.reason.clear();
  } catch (const Failure& failure) {
    fail(failure.outcome, failure.what);
  } catch (const std::bad_alloc&) {
    fail(Outcome::kLimit, "the memory is used up");
  } catch (const std::ios_base::failure&) {
    fail(Outcome::kUnreadable, "the certificate cannot be read");
  }
  return report;
}

}  // namespace thalweg::verify
