#pragma once

#include <stdexcept>
#include <string>
#include <tl/expected.hpp>

namespace thalweg {

/// What kind of thing outside the program went wrong.
enum class ErrorCode {
  kUnreadable,   ///< the file is missing, may not be read, or reading stopped early
  kUnwritable,   ///< the file cannot be created, written or renamed
  kMalformed,    ///< the bytes do not follow the format
  kUnsupported,  ///< the format is valid but outside what is accepted (a dtype, a pickle)
  kTooLarge,     ///< a declared size exceeds a limit or the file itself
  kBadValue,     ///< a number that may not occur (NaN, infinity, a label outside the allowed set)
  kBadShape,     ///< an array's shape does not fit its role or another array
  kMissing,      ///< a required array, column or key is absent
};

/// A failure of the world (file missing, malformed, unsupported), never of the caller or the
/// mathematics.
struct Error {
  ErrorCode code;
  std::string message;  ///< names file, array, position, what was expected and what came
};

template <class T>
using Expected = tl::expected<T, Error>;  ///< the value, or why there is none

/// Shorthand: `return fail(ErrorCode::kMalformed, "x.npy: ...")`.
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

/// The caller's mistake; the message names the argument, what was expected and what came.
class InvalidArgument : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

}  // namespace thalweg
