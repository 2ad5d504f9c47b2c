#include "core/base/civil_date.h"

#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "core/base/status.h"

namespace constancia {

absl::StatusOr<CivilDate> CivilDate::Parse(std::string_view text) {
  const absl::Status refused =
      Error(error::v1::SCHEMA_INVALID, "a date is a day of the calendar, written YYYY-MM-DD");
  if (text.size() != 10) return refused;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool fits = i == 4 || i == 7 ? text[i] == '-' : text[i] >= '0' && text[i] <= '9';
    if (!fits) return refused;
  }
  const auto number = [&](size_t at, size_t size) {
    int value = 0;
    for (const char c : text.substr(at, size)) value = value * 10 + (c - '0');
    return value;
  };
  const CivilDate date = {number(0, 4), number(5, 2), number(8, 2)};
  const absl::CivilDay day(date.year, date.month, date.day);  // Wraps what does not exist.
  if (date.year < 1 || day.month() != date.month || day.day() != date.day) return refused;
  return date;
}

std::string CivilDate::ToText() const {
  return absl::StrFormat("%04d-%02d-%02d", year, month, day);
}

int64_t CivilDate::DaysSinceEpoch() const {
  return absl::CivilDay(year, month, day) - absl::CivilDay(1970, 1, 1);
}

}  // namespace constancia
