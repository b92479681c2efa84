#pragma once

#include <string>

#include "commands/inputs.hpp"
#include "commands/problem_setup.hpp"
#include "commands/report.hpp"
#include "commands/width_options.hpp"
#include "thalweg/landscape/widths.hpp"

namespace thalweg::commands {

[[nodiscard]] Json width_document(const WidthOptions& options, const ProblemSetup& setup,
                                  const Inputs& inputs, const Widths& widths);
[[nodiscard]] TextReport width_text(const WidthOptions& options, const ProblemSetup& setup,
                                    const Inputs& inputs, const Widths& widths);

}  // namespace thalweg::commands
