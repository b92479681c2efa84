#include "thalweg/core/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace thalweg::log {
namespace {

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto created = std::make_shared<spdlog::logger>(
        "thalweg", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    created->set_pattern("thalweg: %^%l%$: %v");
    created->set_level(spdlog::level::warn);
    return created;
  }();
  return *instance;
}

spdlog::level::level_enum translate(Level level) {
  switch (level) {
    case Level::kQuiet:
      return spdlog::level::off;
    case Level::kWarning:
      return spdlog::level::warn;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kDebug:
      return spdlog::level::debug;
  }
  return spdlog::level::warn;
}

}  // namespace

void set_level(Level level) { logger().set_level(translate(level)); }
bool enabled(Level level) { return logger().should_log(translate(level)); }
void warning(std::string_view message) { logger().warn(message); }
void info(std::string_view message) { logger().info(message); }
void debug(std::string_view message) { logger().debug(message); }

}  // namespace thalweg::log
