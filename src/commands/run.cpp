#include "thalweg/commands/run.hpp"

#include <algorithm>
#include <exception>
#include <functional>
#include <iostream>
#include <new>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "commands/commands.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg::commands {
namespace {

/// A defect of this program (EX_SOFTWARE), outside the contract's codes.
constexpr int kInternalError = 70;

int finish(ExitCode code) { return static_cast<int>(code); }

/// Runs a command; `error` gets what went wrong.
int run(const Command& command, std::string& error) {
  try {
    return finish(command.run());
  } catch (const Failure& failure) {
    error = failure.what();
    return finish(failure.code());
  } catch (const InvalidArgument& mistake) {
    error = mistake.what();
  } catch (const std::bad_alloc&) {
    error = "out of memory: the input is too large for this machine";
  } catch (const std::exception& defect) {
    error = std::string("internal error: ") + defect.what() + "; please report it with the data";
    return kInternalError;
  }
  return finish(ExitCode::kUsage);
}

/// The program's options and commands.
struct Program {
  Program();

  CLI::App app{"Certified loss landscapes of ReLU networks with weight decay", "thalweg"};
  std::vector<Command> commands;
};

Program::Program() {
  app.set_version_flag("--version", "thalweg " THALWEG_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 done, 1 asserted verdict does not hold or certificate rejected, 2 wrong usage "
      "or malformed input,\n3 file cannot be read or written, 4 stopped at a limit with a valid "
      "partial answer.\n`thalweg COMMAND --help` shows an example.");
  for (const auto make : {make_certify, make_train, make_info, make_simplify, make_check,
                          make_arrangement, make_path_regularization, make_optimal_set, make_width,
                          make_stationary, make_path, make_report}) {
    commands.push_back(make(app));
  }
}

/// What to say when no command was recognised, with the list of those that there are.
std::string without_command(const Program& program) {
  const std::vector<std::string> rest = program.app.remaining();
  std::string message = "a command is missing";
  if (!rest.empty()) {
    const bool option = rest.front().rfind('-', 0) == 0;
    message = (option ? "unknown option '" : "unknown command '") + rest.front() + "'";
  }
  message += "; the commands are";
  const char* separator = " ";
  for (const Command& command : program.commands) {
    message += separator + command.app->get_name();
    separator = ", ";
  }
  return message + " (thalweg --help describes them)";
}

std::string trimmed(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

/// What a run says besides its answer.
struct Said {
  std::string help;   ///< what was asked for instead of a command
  std::string error;  ///< why there is no answer
};

/// Parses the arguments in `parse` and runs the command that they name. Its answer goes to
/// `answer`, or to standard output when there is none.
int run(const std::function<void(CLI::App&)>& parse, CommandAnswer* answer, bool catch_signals,
        Said& said) {
  Program program;
  try {
    parse(program.app);
  } catch (const CLI::ParseError& problem) {
    const bool wrong = problem.get_exit_code() != 0;
    std::ostringstream help;
    std::ostringstream error;
    program.app.exit(problem, help, error);
    said.help = help.str();
    const bool no_command = wrong && program.app.get_subcommands().empty();
    said.error = no_command ? without_command(program) : trimmed(error.str());
    return finish(wrong ? ExitCode::kUsage : ExitCode::kDone);
  }
  for (const Command& command : program.commands) {
    if (!command.app->parsed()) continue;
    command.run_options->answer = answer;
    command.run_options->catch_signals = catch_signals;
    return run(command, said.error);
  }
  return finish(ExitCode::kUsage);
}

}  // namespace

int run_program(int argc, const char* const* argv) {
  Said said;
  const int status = run([&](CLI::App& app) { app.parse(argc, argv); }, nullptr, true, said);
  std::cout << said.help;
  if (!said.error.empty()) std::cerr << "thalweg: error: " << said.error << '\n';
  return status;
}

CommandAnswer run_command(std::vector<std::string> arguments, bool catch_signals) {
  CommandAnswer answer;
  Said said;
  // CLI11 takes them from the back.
  std::reverse(arguments.begin(), arguments.end());
  answer.status =
      run([&](CLI::App& app) { app.parse(std::move(arguments)); }, &answer, catch_signals, said);
  answer.error = said.error;
  if (!said.help.empty()) answer.text = said.help;
  return answer;
}

}  // namespace thalweg::commands
