#include "commands/session.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <string>

#include "thalweg/commands/run.hpp"
#include "thalweg/core/log.hpp"

namespace thalweg::commands {
namespace {

using Handler = void (*)(int);

constexpr std::array<int, 2> kSignals = {SIGINT, SIGTERM};
// Read by the signal handler; set once before the handlers are installed.
const CancellationToken* interrupted = nullptr;
std::array<Handler, kSignals.size()> before = {SIG_DFL, SIG_DFL};

extern "C" void on_signal(int signal) {
  interrupted->cancel();
  const Handler handler = before[signal == kSignals[0] ? 0 : 1];
  std::signal(signal, handler == SIG_IGN ? SIG_DFL : handler);
}

/// One line that is redrawn in place.
class ProgressLine final : public ProgressObserver {
 public:
  ~ProgressLine() override { std::fputs("\r\x1b[K", stderr); }
  ProgressLine() = default;
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void report(std::string_view phase, double fraction, std::string_view detail) override {
    std::string line = "\r\x1b[K" + std::string(phase);
    if (std::isfinite(fraction)) line += ' ' + bar(std::clamp(fraction, 0.0, 1.0));
    if (!detail.empty()) line += "  " + std::string(detail);
    std::fputs(line.c_str(), stderr);
    std::fflush(stderr);
  }

 private:
  static std::string bar(double fraction) {
    constexpr int kCells = 24;
    const int filled = static_cast<int>(fraction * kCells);
    const std::string percent = std::to_string(static_cast<int>(fraction * 100)) + " %";
    return '[' + std::string(static_cast<std::size_t>(filled), '=') +
           std::string(static_cast<std::size_t>(kCells - filled), ' ') + "] " + percent;
  }
};

log::Level log_level(const RunOptions& options) {
  if (options.quiet) return log::Level::kQuiet;
  if (options.verbosity == 0) return log::Level::kWarning;
  return options.verbosity == 1 ? log::Level::kInfo : log::Level::kDebug;
}

}  // namespace

Session::Session(const RunOptions& options) : options_(options) {
  log::set_level(log_level(options));
  if (options.time_limit) control_.deadline = Deadline::after(*options.time_limit);
  if (!options.quiet && options.verbosity == 0 && isatty(STDERR_FILENO) != 0) {
    progress_ = std::make_unique<ProgressLine>();
    control_.progress = progress_.get();
  }
  if (!options.catch_signals) return;
  interrupted = &control_.cancellation;
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    before[i] = std::signal(kSignals[i], on_signal);
  }
}

Session::~Session() {
  if (options_.catch_signals) {
    for (std::size_t i = 0; i < kSignals.size(); ++i) std::signal(kSignals[i], before[i]);
  }
  if (options_.answer != nullptr) options_.answer->interrupted = control_.cancellation.cancelled();
}

void Session::clear_progress() {
  control_.progress = nullptr;
  progress_.reset();
}

}  // namespace thalweg::commands
