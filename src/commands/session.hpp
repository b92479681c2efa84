#pragma once

#include <memory>

#include "commands/options.hpp"
#include "thalweg/core/run_control.hpp"

namespace thalweg::commands {

/// One run of one command: clock, deadline, Ctrl-C and progress.
///
/// While it lives, the first SIGINT or SIGTERM raises the cancellation flag (long work then returns
/// what it has) and the second one does what it did before the session, which kills unless a caller
/// in the same process has its own way; a progress line is drawn on standard error when that is a
/// terminal and neither --quiet nor -v was given. At most one session may live at a time that
/// catches signals.
class Session {
 public:
  explicit Session(const RunOptions& options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// What long work obeys.
  [[nodiscard]] const RunControl& control() const { return control_; }
  /// Seconds since the session began.
  [[nodiscard]] double seconds() const { return clock_.seconds(); }
  /// Erases the progress line, so that a result can be printed.
  void clear_progress();

 private:
  const RunOptions& options_;
  Stopwatch clock_;
  RunControl control_;
  std::unique_ptr<ProgressObserver> progress_;
};

}  // namespace thalweg::commands
