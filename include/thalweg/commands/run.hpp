#pragma once

namespace thalweg::commands {

/// The program `thalweg`: reads its arguments, answers on standard output, everything else goes to
/// standard error. Returns the exit status of the contract (0 done, 1 refuted, 2 wrong usage or
/// malformed input, 3 a file, 4 stopped at a limit), 70 for a defect of the program.
[[nodiscard]] int run_program(int argc, const char* const* argv);

}  // namespace thalweg::commands
