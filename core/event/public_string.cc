#include "core/event/public_string.h"

#include <array>
#include <cstdint>

#include "core/base/national_id.h"
#include "core/base/status.h"

namespace constancia {
namespace {

enum Use : uint8_t { kNone = 0, kInPublicStrings = 1, kInIds = 2 };

constexpr std::array<uint8_t, 256> kUses = [] {
  std::array<uint8_t, 256> uses{};
  for (const char c : std::string_view(":/")) uses[static_cast<uint8_t>(c)] = kInPublicStrings;
  for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                       "0123456789._-")) {
    uses[static_cast<uint8_t>(c)] = kInPublicStrings | kInIds;
  }
  return uses;
}();

bool HoldsOnly(std::string_view text, Use use, size_t size_max) {
  if (text.empty() || text.size() > size_max) return false;
  for (const char c : text) {
    if ((kUses[static_cast<uint8_t>(c)] & use) == 0) return false;
  }
  return true;
}

absl::Status CheckIsNoNationalId(std::string_view text, std::string_view field) {
  if (!ReadsAsNationalId(text)) return absl::OkStatus();
  return Error(
      error::v1::PERSONAL_DATA_MISPLACED,
      "this reads as a national id and would stay in clear for ever; send it in a personal "
      "field, and an id of your own here",
      field);
}

}  // namespace

bool IsId(std::string_view text) { return HoldsOnly(text, kInIds, kIdCharsMax); }

absl::Status CheckPublicString(std::string_view text, std::string_view field) {
  if (!HoldsOnly(text, kInPublicStrings, kPublicStringCharsMax)) {
    return Error(error::v1::SCHEMA_INVALID,
                 "a public string is an id or a code, 1 to 128 of [A-Za-z0-9._:/-]", field);
  }
  return CheckIsNoNationalId(text, field);
}

absl::Status CheckId(std::string_view text, std::string_view field) {
  if (!IsId(text)) {
    return Error(error::v1::SCHEMA_INVALID, "an id is 1 to 64 of [A-Za-z0-9._-]", field);
  }
  return CheckIsNoNationalId(text, field);
}

}  // namespace constancia
