#include "core/event/stream.h"

#include <array>
#include <limits>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/national_id.h"
#include "core/base/status.h"
#include "core/crypto/sha256.h"
#include "core/event/public_string.h"

namespace constancia {
namespace {

constexpr char kStreamKeyTag = 0x13;
constexpr std::string_view kLedgerName = "ledger";

// By kind, from 1.
constexpr std::array<std::string_view, 8> kKindNames = {
    "case", "debtor", "source", "export", "ledger", "agent", "hold", "identifier",
};

bool IsKnown(StreamKind kind) {
  return kind >= 1 && static_cast<size_t>(kind) <= kKindNames.size();
}

absl::Status Invalid(std::string_view message) { return Error(error::v1::STREAM_INVALID, message); }

}  // namespace

absl::Status CheckStream(const Stream& stream) {
  if (!IsKnown(stream.kind)) return Invalid("no stream is of this kind");
  if (stream.kind == ledger::v1::STREAM_KIND_LEDGER) {
    return stream.name == kLedgerName ? absl::OkStatus() : Invalid("the ledger's stream is ledger");
  }
  if (stream.kind == ledger::v1::STREAM_KIND_IDENTIFIER) {
    if (NationalId::FromText(stream.name).ok()) return absl::OkStatus();
    return Invalid(
        "an identifier is <country>.<type>.<value>, the value normalised and its check digit "
        "right");
  }
  if (!IsId(stream.name)) {
    return Invalid("the name of a stream is an id, 1 to 64 of [A-Za-z0-9._-]");
  }
  return CheckId(stream.name, "");
}

absl::StatusOr<Stream> ParseStream(std::string_view text) {
  if (text == kLedgerName) {
    return Stream{ledger::v1::STREAM_KIND_LEDGER, std::string(kLedgerName)};
  }
  const size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    const std::string_view kind = text.substr(0, slash);
    for (size_t i = 0; i < kKindNames.size(); ++i) {
      if (kKindNames[i] != kind || kind == kLedgerName) continue;
      Stream stream = {static_cast<StreamKind>(i + 1), std::string(text.substr(slash + 1))};
      RETURN_IF_ERROR(CheckStream(stream));
      return stream;
    }
  }
  return Invalid(
      "a stream is ledger, or case/, debtor/, source/, export/, agent/, hold/ or identifier/ and a "
      "name");
}

std::string ToText(const Stream& stream) {
  CHECK(IsKnown(stream.kind));
  if (stream.kind == ledger::v1::STREAM_KIND_LEDGER) return stream.name;
  return std::string(kKindNames[stream.kind - 1]) + "/" + stream.name;
}

StreamKeys::StreamKeys(std::string_view origin, std::string_view k)
    : origin_([&] {
        CHECK(origin.size() <= std::numeric_limits<uint16_t>::max());
        std::string counted;
        AppendU16(&counted, static_cast<uint16_t>(origin.size()));
        return counted.append(origin);
      }()),
      k_(k) {
  CHECK(k_.size() == Hash::kSize);
}

Hash StreamKeys::KeyOf(const Stream& stream) const {
  CHECK(IsKnown(stream.kind));
  const char tag_and_kind[] = {kStreamKeyTag, static_cast<char>(stream.kind)};
  const std::string_view kind(tag_and_kind + 1, 1);
  if (stream.kind == ledger::v1::STREAM_KIND_SOURCE ||
      stream.kind == ledger::v1::STREAM_KIND_LEDGER) {
    return Sha256Joined({{tag_and_kind, 2}, origin_, stream.name});
  }
  const Hash id = HmacSha256(k_, std::string(kind) + stream.name);
  return Sha256Joined({{tag_and_kind, 2}, origin_, id.view()});
}

}  // namespace constancia
