#include "thalweg/verify/check.hpp"

#include <algorithm>
#include <array>
#include <istream>
#include <new>
#include <optional>
#include <string_view>

#include "verify/groups.hpp"
#include "verify/problem.hpp"
#include "verify/reader.hpp"
#include "verify/sphere.hpp"
#include "verify/tree.hpp"

namespace thalweg::verify {
namespace {

/// The exact values a certificate's claims are compared with.
struct Values {
  Rational objective;
  std::optional<Rational> improved;
  std::optional<Rational> bound;
};

void check_proof(Reader& reader, const Problem& problem, const Basis& basis, const Groups& groups,
                 const ScaledVector& nu, Sign sign, std::uint64_t& leaves) {
  reader.next_line();
  const bool sphere = reader.accept("sphere");
  if (!sphere) reader.keyword("tree");
  reader.keyword(sign == Sign::kPlus ? "+" : "-");
  if (!sphere) {
    leaves += check_tree(reader, problem, basis, groups, sign);
    return;
  }
  if (!basis.identity) reader.malformed("a sphere proof needs basis 0");
  check_sphere(reader, problem, nu, sign);
}

/// Reads the section that starts at the line `basis`, whose word is taken, and returns D(nu).
Rational check_dual_bound(Reader& reader, const Problem& problem, std::uint64_t& leaves) {
  const Basis basis = read_basis(reader, problem);
  reader.next_line();
  reader.keyword("nu");
  const ScaledVector nu = read_dual(reader, problem.n);
  const Rational value = dual_value(reader, problem, nu);
  const Groups groups = make_groups(reader, problem, basis, nu);
  check_proof(reader, problem, basis, groups, nu, Sign::kPlus, leaves);
  check_proof(reader, problem, basis, groups, nu, Sign::kMinus, leaves);
  return value;
}

bool claim_holds(const Reader& reader, std::string_view name, const Rational& claimed,
                 const Values& values) {
  if (name == "value") return values.objective <= claimed;
  if (name == "decrease") {
    if (!values.improved) reader.malformed("the claim needs an improved network");
    return values.objective - *values.improved >= claimed;
  }
  if (!values.bound) reader.malformed("the claim needs a dual bound");
  if (name == "bound") return *values.bound >= claimed;
  const Rational gap = values.objective - *values.bound;
  return gap <= (name == "gap" ? claimed : Rational(claimed * values.objective));
}

/// Reads from the first `claim`, whose word is taken, to the end of the text.
void check_claims(Reader& reader, const Values& values) {
  constexpr std::array<std::string_view, 5> kNames = {"value", "bound", "gap", "relgap",
                                                      "decrease"};
  auto allowed = kNames.begin();
  do {
    allowed = std::find(allowed, kNames.end(), reader.token());
    if (allowed == kNames.end()) reader.malformed("a claim is unknown, repeated or out of order");
    const std::string_view name = *allowed++;
    const Rational claimed = rational(reader.dyad());
    reader.end_line();
    if (!claim_holds(reader, name, claimed, values)) {
      reader.not_verified("claim " + std::string(name) + " does not hold");
    }
    reader.next_line();
  } while (reader.accept("claim"));
  reader.keyword("end");
  reader.end_line();
  reader.end_of_file();
}

Statement round_outward(const Values& values) {
  const Rational& objective = values.objective;
  Statement statement;
  statement.objective_upper = round(objective, Rounding::kUp);
  statement.objective_lower = round(objective, Rounding::kDown);
  if (values.bound) {
    const Rational gap = objective - *values.bound;
    statement.lower_bound = round(*values.bound, Rounding::kDown);
    statement.gap = round(gap, Rounding::kUp);
    if (gap == 0) statement.relative_gap = Dyad53{};
    if (objective > 0) statement.relative_gap = round(gap / objective, Rounding::kUp);
  }
  if (values.improved) {
    statement.improved_upper = round(*values.improved, Rounding::kUp);
    statement.decrease = round(objective - *values.improved, Rounding::kDown);
  }
  return statement;
}

Statement check_all(Reader& reader, std::uint64_t& leaves) {
  reader.next_line();
  reader.keyword("cert");
  reader.keyword("1");
  reader.end_line();
  const Problem problem = read_problem(reader);
  reader.next_line();
  reader.keyword("network");
  Values values{read_network_objective(reader, problem), {}, {}};
  reader.next_line();
  if (reader.accept("improved")) {
    values.improved = read_network_objective(reader, problem);
    reader.next_line();
  }
  if (reader.accept("basis")) {
    values.bound = check_dual_bound(reader, problem, leaves);
    // The theorem rules this out; a checker that meets it must not trust itself.
    if (*values.bound > values.objective || (values.improved && *values.bound > *values.improved)) {
      reader.not_verified("a network lies below its proved bound");
    }
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
  try {
    Reader reader(input, limits);
    report.statement = check_all(reader, report.leaves);
    report.outcome = Outcome::kVerified;
    report.reason.clear();
  } catch (const Failure& failure) {
    report.outcome = failure.outcome;
    report.reason = failure.reason;
  } catch (const std::bad_alloc&) {
    report.outcome = Outcome::kLimit;
    report.reason = "the machine's memory is used up";
  } catch (const std::ios_base::failure&) {
    report.outcome = Outcome::kUnreadable;
  }
  return report;
}

}  // namespace thalweg::verify
