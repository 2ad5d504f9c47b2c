#include "core/base/log.h"

#include <chrono>
#include <memory>

#include <fmt/chrono.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <boost/json.hpp>

namespace constancia {
namespace {

spdlog::logger& Logger() {
  static const auto* logger = [] {
    auto* made = new std::shared_ptr<spdlog::logger>(std::make_shared<spdlog::logger>(
        "constancia", std::make_shared<spdlog::sinks::stderr_sink_mt>()));
    (*made)->set_pattern("%v");
    return made;
  }();
  return **logger;
}

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

}  // namespace

void Log(LogLevel level, std::string_view message, LogFields fields) {
  const auto spdlog_level = ToSpdlog(level);
  if (!Logger().should_log(spdlog_level)) return;
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  boost::json::object line;
  line["time"] = fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                             fmt::gmtime(std::chrono::system_clock::to_time_t(now)),
                             now.time_since_epoch().count() % 1000);
  line["level"] = std::string(spdlog::level::to_string_view(spdlog_level).data());
  line["message"] = std::string(message);
  for (const auto& [name, value] : fields) line[std::string(name)] = value;
  // The line is JSON made and escaped above; it is passed as a value, never as a pattern.
  Logger().log(spdlog_level, "{}", boost::json::serialize(line));
}

void SetLogLevel(LogLevel level) { Logger().set_level(ToSpdlog(level)); }

}  // namespace constancia
