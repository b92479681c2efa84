#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

namespace thalweg::verify {

/// What the checker concluded about one certificate, in the order of the program's exit codes.
enum class Outcome {
  kVerified,     ///< every claim holds; Statement is proved
  kNotVerified,  ///< well-formed, but a claim or a proof step does not hold
  kMalformed,    ///< the text does not follow the grammar
  kUnreadable,   ///< the stream cannot be read
  kLimit,        ///< a limit on memory, digits or size was reached
};

/// A number mantissa * 2^exponent, |mantissa| < 2^53, exponent in [-1074, 971]: the numbers of the
/// machine's 64-bit binary type, held as integers.
struct Dyad53 {
  std::int64_t mantissa = 0;
  int exponent = 0;
};

/// What a verified certificate proves; recomputed by the checker, never copied from the claims.
struct Statement {
  Dyad53 objective_upper;                ///< L(network), rounded up
  Dyad53 objective_lower;                ///< L(network), rounded down
  std::optional<Dyad53> lower_bound;     ///< D(nu), rounded down: no network of any width is below
  std::optional<Dyad53> gap;             ///< L - D, rounded up
  std::optional<Dyad53> relative_gap;    ///< (L - D) / L, rounded up; 0 if both are 0
  std::optional<Dyad53> improved_upper;  ///< L(improved network), rounded up
  std::optional<Dyad53> decrease;        ///< L(network) - L(improved), rounded down; maybe negative
  std::optional<Dyad53> path_increase;   ///< of L, from any point of the path to a later one
  std::optional<Dyad53> path_maximum;    ///< L along the path, rounded up as all three
  std::optional<Dyad53> path_final;      ///< L at the path's end
};

struct Limits {
  std::size_t memory_bytes = std::size_t{8} << 30;
  std::size_t line_bytes = std::size_t{1} << 28;
};

struct Report {
  Outcome outcome = Outcome::kMalformed;
  std::string reason;   ///< empty when verified; otherwise one sentence with the line number
  Statement statement;  ///< meaningful only when verified
  std::uint64_t leaves = 0;
};

/// Checks one self-contained certificate in exact integer arithmetic.
///
/// Grammar, lemma and proof: docs/certificate.md. `input` is read once, line by line; memory is the
/// data plus the open path of a tree. Never throws on any bytes: what is wrong is in the outcome.
/// Time: about one addition per crossing group, coordinate and node of a tree.
[[nodiscard]] Report check(std::istream& input, const Limits& limits = {});

/// The checker's one line: `s VERIFIED gap <= ...` or `s NOT VERIFIED reason`, decimals rounded
/// outward from the statement.
[[nodiscard]] std::string verdict_line(const Report& report);

}  // namespace thalweg::verify
