#pragma once

#include <string>

#include "inputs.hpp"
#include "problem_setup.hpp"
#include "report.hpp"
#include "thalweg/landscape/widths.hpp"
#include "width_options.hpp"

namespace thalweg::cli {

[[nodiscard]] Json width_document(const WidthOptions& options, const ProblemSetup& setup,
                                  const Inputs& inputs, const Widths& widths);
[[nodiscard]] TextReport width_text(const WidthOptions& options, const ProblemSetup& setup,
                                    const Inputs& inputs, const Widths& widths);

}  // namespace thalweg::cli
