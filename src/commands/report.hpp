#pragma once

#include <iosfwd>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "commands/inputs.hpp"
#include "commands/options.hpp"
#include "commands/problem_setup.hpp"
#include "commands/session.hpp"
#include "thalweg/arrangement/big_count.hpp"
#include "thalweg/landscape/certify.hpp"

namespace thalweg::commands {

/// JSON with keys in the order they were added. Doubles print with as many digits as they need to
/// be read back to the same double; NaN and infinities print as null.
using Json = nlohmann::ordered_json;

/// The first part of every document: schema_version, command, version.
[[nodiscard]] Json begin_document(std::string_view command);
/// The files by role: path, sha256 and shape.
[[nodiscard]] Json describe_files(const Inputs& inputs);
/// threads, time_limit (null when none), seed.
[[nodiscard]] Json describe_run(const RunOptions& options);
/// "none", "penalised", "free".
[[nodiscard]] std::string to_word(OutputBias bias);
/// Means and scales, what stayed and what was rounded; null when the data are as stored.
[[nodiscard]] Json describe_standardization(const std::optional<AppliedStandardization>& applied);
/// describe_run, and the objective in words, beta, PyTorch's weight_decay, loss, biases,
/// skip connection, sample weights and standardisation.
[[nodiscard]] Json describe_settings(const RunOptions& options, const ProblemSetup& setup,
                                     const Inputs& inputs);
/// path, bytes and leaves of a kept certificate; null when none was asked for or none was written
/// (`bytes` is 0).
[[nodiscard]] Json describe_certificate(const std::string& path, std::int64_t bytes,
                                        std::int64_t leaves);
/// kind, decrease, objective_after, verified, the entering neuron w and alpha (null for another
/// kind), width; null when there is none.
[[nodiscard]] Json describe_improvement(const std::optional<Improvement>& improvement);
/// Counts up to 2^53 as a number, larger ones as a decimal string.
[[nodiscard]] Json to_json(const BigCount& count);
/// A vector as an array of numbers.
[[nodiscard]] Json to_json(const Vector& vector);

/// Lines "label   value" with the values aligned, for people.
class TextReport {
 public:
  /// An empty label continues the line before.
  void add(std::string_view label, std::string_view value);
  /// A paragraph of its own, broken into lines of at most 96 characters.
  void paragraph(std::string_view text);
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// The lines that open every report for people: the files, the notes and the objective in words.
void add_inputs(TextReport& report, const Inputs& inputs);
void add_objective(TextReport& report, const ProblemSetup& setup);

/// "verified: ..." with one clause that says what the level means.
[[nodiscard]] std::string level_in_words(Level level);

/// The shortest decimal that is read back to the same double; "unknown" for NaN.
[[nodiscard]] std::string exact_digits(double value);
/// Three significant digits, for gaps and residuals; rounded up, so that a bound stays one.
[[nodiscard]] std::string rounded_up(double value);

/// Prints the document (with --json) or the text on standard output; with --json the notes go to
/// standard error unless --quiet. Failure (exit 3) when standard output cannot be written.
void print_result(const RunOptions& options, Session& session, Json& document,
                  const TextReport& text, const std::vector<std::string>& notes);

}  // namespace thalweg::commands
