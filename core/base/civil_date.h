// Dates of the calendar, without time or zone: value dates, due dates, holidays.
//
// Used by: policies/calendar, core/case, the CSV import.
// Threads: any.

#ifndef CONSTANCIA_CORE_BASE_CIVIL_DATE_H_
#define CONSTANCIA_CORE_BASE_CIVIL_DATE_H_

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace constancia {

// A day of the proleptic Gregorian calendar, years 1 to 9999.
struct CivilDate {
  int year = 1970;
  int month = 1;  // 1 to 12
  int day = 1;    // 1 to 31

  // Reads "YYYY-MM-DD", exactly ten characters. Fails with SCHEMA_INVALID, also for a day that
  // month does not have.
  static absl::StatusOr<CivilDate> Parse(std::string_view text);

  std::string ToText() const;

  // Days since 1970-01-01, negative before.
  int64_t DaysSinceEpoch() const;

  friend auto operator<=>(const CivilDate&, const CivilDate&) = default;
};

}  // namespace constancia

#endif  // CONSTANCIA_CORE_BASE_CIVIL_DATE_H_
