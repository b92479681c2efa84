#include "thalweg/commands/run.hpp"

#include <exception>
#include <iostream>
#include <new>
#include <string>
#include <vector>

#include "commands/commands.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg::commands {
namespace {

/// A defect of this program (EX_SOFTWARE), outside the contract's codes.
constexpr int kInternalError = 70;

int finish(ExitCode code) { return static_cast<int>(code); }

int fail(ExitCode code, const char* message) {
  std::cerr << "thalweg: error: " << message << '\n';
  return finish(code);
}

int run(const Command& command) {
  try {
    return finish(command.run());
  } catch (const Failure& failure) {
    return fail(failure.code(), failure.what());
  } catch (const InvalidArgument& mistake) {
    return fail(ExitCode::kUsage, mistake.what());
  } catch (const std::bad_alloc&) {
    return fail(ExitCode::kUsage, "out of memory: the input is too large for this machine");
  } catch (const std::exception& defect) {
    std::cerr << "thalweg: internal error: " << defect.what()
              << "; please report it with the data\n";
    return kInternalError;
  }
}

/// What to say when no command was recognised, with the list of those that there are.
std::string without_command(const CLI::App& app, const std::vector<Command>& commands) {
  const std::vector<std::string> rest = app.remaining();
  std::string message = "a command is missing";
  if (!rest.empty()) {
    const bool option = rest.front().rfind('-', 0) == 0;
    message = (option ? "unknown option '" : "unknown command '") + rest.front() + "'";
  }
  message += "; the commands are";
  for (const Command& command : commands) {
    message += (&command == &commands.front() ? " " : ", ") + command.app->get_name();
  }
  return message + " (thalweg --help describes them)";
}

}  // namespace

int run_program(int argc, const char* const* argv) {
  CLI::App app("Certified loss landscapes of two-layer ReLU networks with weight decay", "thalweg");
  app.set_version_flag("--version", "thalweg " THALWEG_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 done, 1 asserted verdict does not hold or certificate rejected, 2 wrong usage "
      "or malformed input,\n3 file cannot be read or written, 4 stopped at a limit with a valid "
      "partial answer.\n`thalweg COMMAND --help` shows an example.");
  const std::vector<Command> commands = {
      make_certify(app),
      make_train(app),
      make_info(app),
      make_simplify(app),
      make_check(app),
      make_arrangement(app),
      make_path_regularization(app),
      make_optimal_set(app),
      make_width(app),
      make_stationary(app),
      make_path(app),
  };
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool wrong = error.get_exit_code() != 0;
    if (wrong && app.get_subcommands().empty()) {
      return fail(ExitCode::kUsage, without_command(app, commands).c_str());
    }
    app.exit(error);
    return finish(wrong ? ExitCode::kUsage : ExitCode::kDone);
  }
  for (const Command& command : commands) {
    if (command.app->parsed()) return run(command);
  }
  return finish(ExitCode::kUsage);
}

}  // namespace thalweg::commands
