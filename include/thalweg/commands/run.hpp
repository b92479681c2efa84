#pragma once

#include <string>
#include <vector>

namespace thalweg::commands {

/// The program `thalweg`: reads its arguments, answers on standard output, everything else goes to
/// standard error. Returns the exit status of the contract (0 done, 1 refuted, 2 wrong usage or
/// malformed input, 3 a file, 4 stopped at a limit), 70 for a defect of the program.
[[nodiscard]] int run_program(int argc, const char* const* argv);

/// What a command answers to a caller in the same process.
struct CommandAnswer {
  int status = 0;                  ///< as run_program returns it
  std::string document;            ///< JSON in one line; empty when there is no answer
  std::string text;                ///< the same for people
  std::vector<std::string> notes;  ///< what was decided by itself, one sentence each
  std::string error;               ///< why there is no answer; empty when there is one
  bool interrupted = false;        ///< SIGINT or SIGTERM came; the answer is partial
};

/// Runs `thalweg ARGUMENTS...` in this process and prints nothing but a progress line and warnings
/// on standard error (`--quiet` for neither). Paths may be those of io::MemoryFiles.
///
/// `catch_signals`: SIGINT and SIGTERM stop the command, which then has a partial answer; at most
/// one command may run so at a time, any number may run without.
[[nodiscard]] CommandAnswer run_command(std::vector<std::string> arguments, bool catch_signals);

}  // namespace thalweg::commands
