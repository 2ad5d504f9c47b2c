#include "api/cli/import/timestamp_text.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace constancia::api {
namespace {

// The part of a format before its offset, nothing when it has none. An offset stands at the end.
std::optional<std::string> BeforeOffset(const std::string& format) {
  for (const std::string_view offset : {"%E*z", "%Ez", "%z"}) {
    if (format.ends_with(offset)) return format.substr(0, format.size() - offset.size());
  }
  return std::nullopt;
}

// The part of a text before "Z", "+02", "+02:00" or "-0300" at its end.
std::string_view WithoutOffset(std::string_view text) {
  if (text.ends_with('Z') || text.ends_with('z')) return text.substr(0, text.size() - 1);
  return text.substr(0, text.find_last_of("+-"));
}

std::optional<absl::Time> Parse(const std::string& format, std::string_view text,
                                absl::TimeZone zone) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(format, ToAbsl(text), zone, &time, &error)) return std::nullopt;
  if (time == absl::InfiniteFuture() || time == absl::InfinitePast()) return std::nullopt;
  return time;
}

absl::Status Refuse(std::string_view why) { return Error(error::v1::INPUT_MALFORMED, why); }

}  // namespace

absl::StatusOr<TimestampText> TimestampText::Make(std::vector<std::string> formats,
                                                  absl::TimeZone zone) {
  if (formats.empty()) return Refuse("say how times are written, as in \"%Y-%m-%d %H:%M:%S\"");
  for (const std::string& format : formats) {
    if (format.find('%') == std::string::npos) {
      return Refuse(absl::StrCat("\"", format, "\" is not a format; write as in \"%d/%m/%Y\""));
    }
    const std::string front = BeforeOffset(format).value_or(format);
    for (const std::string_view offset : {"%E*z", "%Ez", "%z", "%Z"}) {
      if (front.find(offset) != std::string::npos) {
        return Refuse(absl::StrCat("in \"", format, "\" the offset must be last, once, as %Ez"));
      }
    }
  }
  return TimestampText(std::move(formats), zone);
}

absl::StatusOr<Instant> TimestampText::Read(std::string_view text) const {
  for (const std::string& format : formats_) {
    std::optional<absl::Time> time = Parse(format, text, zone_);
    if (!time.has_value()) continue;
    const std::optional<std::string> front = BeforeOffset(format);
    if (front.has_value()) {
      const auto local = Parse(*front, WithoutOffset(text), absl::UTCTimeZone());
      if (!local.has_value()) continue;
      const absl::Duration offset = *local - *time;
      if (offset != absl::Seconds(zone_.At(*time).offset)) {
        return Refuse(absl::StrCat("the offset in \"", ToAbsl(text), "\" is not that of ",
                                   zone_.name(), " at that time"));
      }
    } else if (const auto written = Parse(format, text, absl::UTCTimeZone());
               written != time && format.find("%s") == std::string::npos) {
      const auto local = zone_.At(absl::ToCivilSecond(*written, absl::UTCTimeZone()));
      if (local.kind == absl::TimeZone::TimeInfo::SKIPPED) {
        return Refuse(absl::StrCat("a clock change of ", zone_.name(), " skipped \"", ToAbsl(text),
                                   "\": that local time did not exist"));
      }
    }
    return Instant{absl::ToUnixMicros(*time)};
  }
  return Refuse(absl::StrCat("\"", ToAbsl(text), "\" is not a time as ", formats_.front()));
}

absl::StatusOr<CivilDate> TimestampText::ReadDate(std::string_view text) const {
  for (const std::string& format : formats_) {
    const std::optional<std::string> front = BeforeOffset(format);
    const auto local = front.has_value() ? Parse(*front, WithoutOffset(text), absl::UTCTimeZone())
                                         : Parse(format, text, absl::UTCTimeZone());
    if (!local.has_value()) continue;
    const absl::CivilDay day = absl::ToCivilDay(*local, absl::UTCTimeZone());
    if (day.year() < 1 || day.year() > 9999) continue;
    return CivilDate{static_cast<int>(day.year()), day.month(), day.day()};
  }
  return Refuse(absl::StrCat("\"", ToAbsl(text), "\" is not a date as ", formats_.front()));
}

}  // namespace constancia::api
