#include "core/event/uuid.h"

#include <algorithm>
#include <span>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/status.h"

namespace constancia {
namespace {

// Where the text form has a hyphen: 8-4-4-4-12 digits.
constexpr std::array<size_t, 4> kHyphens = {8, 13, 18, 23};
constexpr size_t kTextChars = 36;

}  // namespace

std::optional<EventId> EventId::From(std::string_view raw) {
  if (raw.size() != kSize) return std::nullopt;
  EventId id;
  std::copy(raw.begin(), raw.end(), id.bytes.begin());
  const bool version_7 = id.bytes[6] >> 4 == 7;
  const bool variant = id.bytes[8] >> 6 == 2;
  if (!version_7 || !variant) return std::nullopt;
  return id;
}

EventId NewEventId(Instant now, Random& random) {
  CHECK(now.micros >= 0);
  EventId id;
  const uint64_t millis = static_cast<uint64_t>(now.micros) / 1000;
  for (int i = 0; i < 6; ++i) id.bytes[i] = static_cast<uint8_t>(millis >> (40 - 8 * i));
  random.Fill(std::span(id.bytes).subspan(6));
  id.bytes[6] = 0x70 | (id.bytes[6] & 0x0f);
  id.bytes[8] = 0x80 | (id.bytes[8] & 0x3f);
  return id;
}

absl::StatusOr<EventId> ParseEventId(std::string_view text) {
  std::string digits;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool hyphen_expected = std::find(kHyphens.begin(), kHyphens.end(), i) != kHyphens.end();
    if (!hyphen_expected) {
      digits.push_back(text[i]);
    } else if (text[i] != '-') {
      digits.clear();
      break;
    }
  }
  const std::optional<std::string> raw =
      text.size() == kTextChars ? HexDecode(digits) : std::nullopt;
  const std::optional<EventId> id = raw.has_value() ? EventId::From(*raw) : std::nullopt;
  if (!id.has_value()) {
    return Error(error::v1::SCHEMA_INVALID,
                 "an event id is a UUID of version 7, written in 36 characters");
  }
  return *id;
}

std::string ToText(const EventId& id) {
  std::string text = HexEncode(id.view());
  for (const size_t at : kHyphens) text.insert(at, "-");
  return text;
}

}  // namespace constancia
