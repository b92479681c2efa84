#pragma once

#include <string>

#include "commands/evaluation.hpp"
#include "commands/report.hpp"
#include "thalweg/landscape/certify.hpp"
#include "thalweg/landscape/width_answer.hpp"

namespace thalweg::commands {

/// What the words of the report need besides the result.
struct CertifyContext {
  double tolerance;
  double beta;
  Index width;              ///< of the given network
  bool unsearchable;        ///< whether X has too many dimensions for the search
  std::string certificate;  ///< where the proof is kept, may be empty
  std::string improved;     ///< where the improved network went, may be empty
  bool same_width;          ///< whether `improved` was to have at most the same width
  WidthAnswer of_width;
  Evaluations evaluations;  ///< of the given network
};

/// Whether a better network was seen only at a larger width: a global minimum may need more
/// neurons than the given network has.
[[nodiscard]] bool width_may_be_too_small(const CertifyResult& result, Index width);

/// answer, objective, width, decrease, verified, lower_bound and gap of the best network of the
/// given width that is known, stopped.
[[nodiscard]] Json describe_width_answer(const WidthAnswer& answer, const CertifyResult& result);

/// The verdict, the numbers, how they were proved and what to do next, for a reader who meets all
/// of this for the first time.
void describe_certification(TextReport& text, const CertifyResult& result,
                            const CertifyContext& context);

}  // namespace thalweg::commands
