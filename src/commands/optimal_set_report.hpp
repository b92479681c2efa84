#pragma once

#include <string>

#include "commands/optimal_set_answer.hpp"
#include "commands/report.hpp"

namespace thalweg::commands {

/// "infinitely many global minima: ...": the answer in one sentence.
[[nodiscard]] std::string optimal_set_in_words(const OptimalSet& set);

/// "7", "between 5 and 7"; "not known" where the optimum was not located.
[[nodiscard]] std::string bounds_in_words(const OptimalSet& set, Index lower, Index upper);

/// What a level means, in one sentence that starts with its word.
[[nodiscard]] std::string level_in_words(ClaimLevel level);

/// optimum, lower_bound, relative_gap, unique, polytope_dimension, vertices, m_star, M_star,
/// proof, level, margin: what optimal-set and width share. Numbers that describe the set are null
/// where the optimum was not located.
void add_optimal_set(Json& document, const OptimalSet& set);
/// The same for people.
void add_optimal_set(TextReport& text, const OptimalSet& set);

[[nodiscard]] Json optimal_set_document(const OptimalSetOptions& options, const ProblemSetup& setup,
                                        const Inputs& inputs, const OptimalSetAnswer& answer);
[[nodiscard]] TextReport optimal_set_text(const OptimalSetOptions& options,
                                          const ProblemSetup& setup, const Inputs& inputs,
                                          const OptimalSetAnswer& answer);

}  // namespace thalweg::commands
