// Errors: a Reason for programs, a text for people, the field at fault.
//
// Everything that can fail returns absl::Status or absl::StatusOr. A Status made here carries an
// ErrorDetail as a payload, so that the door can answer with reason, field and variables. Texts
// hold no personal data.

#ifndef CONSTANCIA_CORE_BASE_STATUS_H_
#define CONSTANCIA_CORE_BASE_STATUS_H_

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "constancia/error/v1/error_detail.pb.h"
#include "constancia/error/v1/reason.pb.h"

namespace constancia {

using error::v1::Reason;

// The packaged Abseil has a string_view of its own; these two lines are the bridge.
inline absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view ToStd(absl::string_view text) { return {text.data(), text.size()}; }

// Makes a failed Status whose code is the one that `reason` fixes.
absl::Status Error(Reason reason, std::string_view message, std::string_view field = "",
                   std::initializer_list<std::pair<std::string, std::string>> variables = {});

// Returns the reason of a Status made by Error, nothing for any other.
std::optional<Reason> ReasonOf(const absl::Status& status);

// Returns the field path of a Status made by Error, "" when it names none.
std::string FieldOf(const absl::Status& status);

// Returns everything a Status made by Error carries, nothing for any other.
std::optional<error::v1::ErrorDetail> DetailOf(const absl::Status& status);

// Puts `prefix` in front of the field path: InField(s, "events[2]") turns "actor.id" into
// "events[2].actor.id". A Status without a detail, or OK, is returned unchanged.
absl::Status InField(absl::Status status, std::string_view prefix);

}  // namespace constancia

#define CONSTANCIA_CONCAT_INNER_(a, b) a##b
#define CONSTANCIA_CONCAT_(a, b) CONSTANCIA_CONCAT_INNER_(a, b)

// Returns from the function when `expr`, a Status, is not OK.
#define RETURN_IF_ERROR(expr)                                \
  do {                                                       \
    absl::Status constancia_status_ = (expr);                \
    if (!constancia_status_.ok()) return constancia_status_; \
  } while (false)

// Declares or assigns `lhs` from the StatusOr `expr`, or returns its Status.
#define ASSIGN_OR_RETURN(lhs, expr) \
  ASSIGN_OR_RETURN_INNER_(CONSTANCIA_CONCAT_(constancia_or_, __LINE__), lhs, expr)
#define ASSIGN_OR_RETURN_INNER_(result, lhs, expr)     \
  auto result = (expr);                                \
  if (!result.ok()) return std::move(result).status(); \
  lhs = std::move(result).value()

#endif  // CONSTANCIA_CORE_BASE_STATUS_H_
