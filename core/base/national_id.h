// National ids of persons and companies: one spelling each, check digits verified.
//
//   country  types       check
//   CL       RUT         mod 11, K
//   CO       NIT         mod 11
//   CO       CC, CE      none (digits only)
//   MX       RFC         mod 11, with a date of birth or foundation
//   MX       CURP        mod 10, with a date of birth and a state
//   PE       RUC         mod 11
//   PE       DNI         none (8 digits)
//   BR       CPF, CNPJ   two digits mod 11; CNPJ also with letters (in use since July 2026)
//   AR       CUIT        mod 11
//   AR       DNI         none (digits only)
//
// A national id is personal data: it never stands in a log, a metric, a resource name or an error.
//
// Used by: core/event (identifier streams, misplaced data), api/commands, the CSV import.
// Threads: any.

#ifndef CONSTANCIA_CORE_BASE_NATIONAL_ID_H_
#define CONSTANCIA_CORE_BASE_NATIONAL_ID_H_

#include <compare>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace constancia {

struct NationalId {
  std::string country;  // ISO 3166, two letters.
  std::string type;
  std::string value;  // Upper case, without dots, hyphens, slashes or spaces; with its check digit.

  // Normalises and verifies what somebody wrote, as in ("CL", "RUT", "12.345.678-5"). Fails with
  // SCHEMA_INVALID, naming `country`, `type` or `value`.
  static absl::StatusOr<NationalId> Parse(std::string_view country, std::string_view type,
                                          std::string_view written);

  // Reads "CL.RUT.123456785", which names an identifier's stream. Fails with SCHEMA_INVALID also
  // when the value is right but not in normal form.
  static absl::StatusOr<NationalId> FromText(std::string_view text);

  // Writes that form.
  std::string ToText() const;

  friend auto operator<=>(const NationalId&, const NationalId&) = default;
};

// Tells whether the whole of `text` is a national id as people write it, with its punctuation
// (12.345.678-5, 12345678-5, 123.456.789-09, 20-12345678-6, 900.123.456-8) or its letters (RFC,
// CURP), and the check digit is right; or the form of FromText. Bare digits do not count: one in
// eleven account numbers would be refused by chance.
bool ReadsAsNationalId(std::string_view text);

}  // namespace constancia

#endif  // CONSTANCIA_CORE_BASE_NATIONAL_ID_H_
