// Reads times as other systems write them.
//
// An offset in the text wins, and is checked against the zone: a file that says +01:00 where the
// zone was at +02:00 is wrong about one of them, and nobody can tell which. Without an offset the
// text is local time of the zone. A local time that a clock change skipped does not exist; of one
// that happened twice the first is taken.
//
// Used by: import csv.
// Threads: any; immutable.
#ifndef CONSTANCIA_API_CLI_IMPORT_TIMESTAMP_TEXT_H_
#define CONSTANCIA_API_CLI_IMPORT_TIMESTAMP_TEXT_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/civil_date.h"
#include "core/base/time.h"

namespace constancia::api {

// Patterns are those of strptime, with %Ez for an offset as in +02:00 and %E*S for seconds with
// decimals.
class TimestampText {
 public:
  // Fails with INPUT_MALFORMED when there are no formats, or one has neither day nor time.
  static absl::StatusOr<TimestampText> Make(std::vector<std::string> formats, absl::TimeZone zone);

  // Reads `text` by the first format that fits. Fails with INPUT_MALFORMED.
  absl::StatusOr<Instant> Read(std::string_view text) const;

  // The civil date written in `text`; time of day and offset, if there are any, are left aside.
  absl::StatusOr<CivilDate> ReadDate(std::string_view text) const;

 private:
  TimestampText(std::vector<std::string> formats, absl::TimeZone zone)
      : formats_(std::move(formats)), zone_(zone) {}

  const std::vector<std::string> formats_;
  const absl::TimeZone zone_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_IMPORT_TIMESTAMP_TEXT_H_
