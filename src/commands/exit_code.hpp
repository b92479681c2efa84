#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include "thalweg/core/error.hpp"

namespace thalweg::commands {

/// What the process returns; the contract of every command.
enum class ExitCode : int {
  kDone = 0,     ///< the command answered, a negative verdict included
  kRefuted = 1,  ///< the asserted verdict does not hold, or a certificate is rejected
  kUsage = 2,    ///< wrong usage or malformed input
  kFile = 3,     ///< a file cannot be read or written
  kLimit = 4,    ///< stopped at a limit; a valid partial answer was printed
};

/// Ends a command without an answer: main prints the message and returns the code.
class Failure : public std::runtime_error {
 public:
  Failure(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  [[nodiscard]] ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

/// kFile for unreadable and unwritable files, kUsage for everything else that is wrong with an
/// input.
[[nodiscard]] inline ExitCode exit_code_of(ErrorCode code) {
  const bool file = code == ErrorCode::kUnreadable || code == ErrorCode::kUnwritable;
  return file ? ExitCode::kFile : ExitCode::kUsage;
}

/// The value, or a Failure that carries the error's message.
template <class T>
[[nodiscard]] T require(Expected<T> result) {
  if (!result) throw Failure(exit_code_of(result.error().code), result.error().message);
  return std::move(*result);
}
inline void require(Expected<void> result) {
  if (!result) throw Failure(exit_code_of(result.error().code), result.error().message);
}

}  // namespace thalweg::commands
