#pragma once

#include <string_view>

namespace thalweg::log {

/// How much the library says on standard error.
enum class Level { kQuiet, kWarning, kInfo, kDebug };

/// Sets the level for the whole process (default kWarning).
void set_level(Level level);
/// Whether a message of this level would be printed; ask before building an expensive message.
[[nodiscard]] bool enabled(Level level);

void warning(std::string_view message);
void info(std::string_view message);
void debug(std::string_view message);

}  // namespace thalweg::log
