#include "api/cli/command.h"

#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "core/base/status.h"
#include "core/event/uuid.h"

namespace constancia::api {

absl::StatusOr<std::string> ReadInput(const CommandContext& context, const std::string& path) {
  if (path == "-") return std::string(std::istreambuf_iterator<char>(*context.in), {});
  std::ifstream file(path, std::ios::binary);
  std::string content(std::istreambuf_iterator<char>(file), {});
  if (!file.is_open() || file.bad()) {
    return Error(error::v1::SETUP_INVALID, absl::StrCat("cannot read ", path));
  }
  return content;
}

absl::Status WriteOutput(const CommandContext& context, const std::string& path,
                         std::string_view content) {
  if (path == "-") {
    context.out->write(content.data(), static_cast<std::streamsize>(content.size())).flush();
    return absl::OkStatus();
  }
  if (std::ifstream(path).is_open()) {
    return Error(error::v1::SETUP_INVALID, absl::StrCat(path, " exists; give another name"));
  }
  std::ofstream file(path, std::ios::binary);
  file.write(content.data(), static_cast<std::streamsize>(content.size())).flush();
  if (!file.good()) {
    return Error(error::v1::SETUP_INVALID, absl::StrCat("cannot write ", path));
  }
  return absl::OkStatus();
}

std::string FreshRequestId(const CommandContext& context) {
  return ToText(NewEventId(context.clock->Now(), *context.random));
}

std::string TimeText(int64_t micros, int offset_minutes) {
  return absl::FormatTime(absl::RFC3339_full, absl::FromUnixMicros(micros),
                          absl::FixedTimeZone(offset_minutes * 60));
}

absl::StatusOr<int64_t> ReadTime(std::string_view text) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, ToAbsl(text), &time, &error) ||
      time == absl::InfiniteFuture() || time == absl::InfinitePast()) {
    return Error(error::v1::INPUT_MALFORMED,
                 absl::StrCat("\"", ToAbsl(text), "\" is not a time as 2026-03-02T10:00:00-03:00"));
  }
  return absl::ToUnixMicros(time);
}

}  // namespace constancia::api
