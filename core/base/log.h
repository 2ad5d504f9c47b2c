// The program's own log: one JSON object a line on standard error.
//
// It tells an operator what the program does. It is not the audit trail, and holds no personal
// data: event ids, positions, reasons and counts only.
//
// Threads: any thread may log.

#ifndef CONSTANCIA_CORE_BASE_LOG_H_
#define CONSTANCIA_CORE_BASE_LOG_H_

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace constancia {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

using LogFields = std::initializer_list<std::pair<std::string_view, std::string>>;

// Writes {"time":…,"level":…,"message":…,<fields>} when `level` is at least the one set.
void Log(LogLevel level, std::string_view message, LogFields fields = {});

// Sets the least level written; kInfo at the start.
void SetLogLevel(LogLevel level);

}  // namespace constancia

#endif  // CONSTANCIA_CORE_BASE_LOG_H_
