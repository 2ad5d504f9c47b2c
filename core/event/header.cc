#include "core/event/header.h"

#include <optional>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/status.h"
#include "core/event/internal/wire.h"
#include "core/event/public_string.h"
#include "core/event/sealing.h"
#include "core/event/uuid.h"

namespace constancia {
namespace {

constexpr int kOffsetMinutesMax = 26 * 60;

absl::Status Invalid(std::string_view message, std::string_view field) {
  return Error(error::v1::SCHEMA_INVALID, message, field);
}

absl::Status Damaged(std::string_view message) { return Error(error::v1::DAMAGED, message); }

// Ids and codes that may be absent.
absl::Status CheckOptional(std::string_view text, std::string_view field) {
  return text.empty() ? absl::OkStatus() : CheckPublicString(text, field);
}

absl::Status CheckEventId(std::string_view raw, std::string_view field) {
  if (EventId::From(raw).has_value()) return absl::OkStatus();
  return Invalid("an event id is the 16 bytes of a UUID of version 7", field);
}

absl::Status CheckActor(const ledger::v1::Actor& actor) {
  if (actor.kind() == ledger::v1::ACTOR_KIND_UNSPECIFIED || actor.id().empty()) {
    return Error(error::v1::ACTOR_REQUIRED, "say who acted: kind and id", "actor");
  }
  if (!ledger::v1::ActorKind_IsValid(actor.kind())) {
    return Invalid("no actor is of this kind", "actor.kind");
  }
  return absl::OkStatus();
}

absl::Status CheckSealed(const EventHeader& header) {
  if (!header.has_sealed()) return absl::OkStatus();
  const ledger::v1::Sealed& sealed = header.sealed();
  if (sealed.key_id().size() != kDataKeyIdBytes || sealed.commitment().size() != Hash::kSize ||
      sealed.digest().size() != Hash::kSize || sealed.subject() >= kStreamsPerEventMax) {
    return Invalid("key id, commitment and digest are 16, 32 and 32 bytes; subject is below 8",
                   "sealed");
  }
  return absl::OkStatus();
}

absl::Status CheckSourceSignature(const EventHeader& header) {
  if (!header.has_source_signature()) return absl::OkStatus();
  const ledger::v1::SourceSignature& signature = header.source_signature();
  if (signature.key_id().size() == kSourceKeyIdBytes &&
      Signature::From(signature.signature()).has_value()) {
    return absl::OkStatus();
  }
  return Invalid("key id and signature are 4 and 64 bytes", "source_signature");
}

// What is there and how large it is: true of every header for ever, also of those written under
// other rules for strings.
absl::Status CheckForm(const EventHeader& header) {
  RETURN_IF_ERROR(CheckEventId(header.event_id(), "event_id"));
  for (const auto& [text, field] :
       {std::pair(&header.type(), "type"), std::pair(&header.zone(), "zone"),
        std::pair(&header.source(), "source"), std::pair(&header.request_id(), "request_id")}) {
    if (text->empty()) return Invalid("must be given", field);
  }
  RETURN_IF_ERROR(CheckActor(header.actor()));
  if (!header.correlation_id().empty()) {
    RETURN_IF_ERROR(CheckEventId(header.correlation_id(), "correlation_id"));
  }
  if (!header.causation_id().empty()) {
    RETURN_IF_ERROR(CheckEventId(header.causation_id(), "causation_id"));
  }
  if (header.public_payload().size() > kPublicPartBytesMax) {
    return Error(error::v1::EVENT_TOO_LARGE, "the public part is at most 32 KiB", "public_payload");
  }
  RETURN_IF_ERROR(CheckSealed(header));
  return CheckSourceSignature(header);
}

// Field order, with nothing but streams given twice.
bool IsInFieldOrder(std::string_view header) {
  wire::Reader reader(header);
  uint32_t last = 0;
  while (!reader.done()) {
    const std::optional<wire::Field> field = reader.TakeField();
    if (!field.has_value()) return false;
    const bool again = field->number == last && last == EventHeader::kStreamsFieldNumber;
    if (field->number <= last && !again) return false;
    last = field->number;
  }
  return true;
}

// Whether a message of the header holds anything that this version does not know.
bool HasUnknownFields(const google::protobuf::Message& message) {
  return !message.GetReflection()->GetUnknownFields(message).empty();
}

bool HasUnknownFields(const EventHeader& header) {
  const google::protobuf::Message& whole = header;
  if (HasUnknownFields(whole) || HasUnknownFields(header.actor()) ||
      HasUnknownFields(header.on_behalf_of()) || HasUnknownFields(header.sealed()) ||
      HasUnknownFields(header.source_signature())) {
    return true;
  }
  for (const StreamPlace& place : header.streams()) {
    if (HasUnknownFields(place)) return true;
  }
  return false;
}

absl::Status CheckPlace(const StreamPlace& place) {
  if (place.key().size() != Hash::kSize) return Damaged("the key of a stream is not 32 bytes");
  if (place.kind() == ledger::v1::STREAM_KIND_IDENTIFIER) {
    return place.name().empty() ? absl::OkStatus() : Damaged("an identifier is named in clear");
  }
  if (place.kind() == ledger::v1::STREAM_KIND_UNSPECIFIED ||
      !ledger::v1::StreamKind_IsValid(place.kind()) || place.name().empty()) {
    return Damaged("a stream has no kind or no name");
  }
  return absl::OkStatus();
}

absl::Status CheckPlaces(const EventHeader& header) {
  if (header.streams().empty() || header.streams_size() > static_cast<int>(kStreamsPerEventMax)) {
    return Damaged("an event has one to eight streams");
  }
  bool in_its_source = false;
  for (int i = 0; i < header.streams_size(); ++i) {
    const StreamPlace& place = header.streams(i);
    RETURN_IF_ERROR(CheckPlace(place));
    for (int j = 0; j < i; ++j) {
      if (header.streams(j).key() == place.key()) return Damaged("an event is twice in one stream");
    }
    in_its_source |=
        place.kind() == ledger::v1::STREAM_KIND_SOURCE && place.name() == header.source();
  }
  if (!in_its_source) return Damaged("an event is not in the stream of its source");
  if (!header.has_sealed()) return absl::OkStatus();
  if (header.sealed().subject() >= static_cast<uint32_t>(header.streams_size())) {
    return Damaged("the subject is none of the streams");
  }
  const StreamKind subject = header.streams(header.sealed().subject()).kind();
  if (subject != ledger::v1::STREAM_KIND_DEBTOR && subject != ledger::v1::STREAM_KIND_AGENT) {
    return Damaged("the subject is neither debtor nor agent");
  }
  return absl::OkStatus();
}

}  // namespace

std::optional<LeafKind> KindOfLeaf(std::string_view leaf) {
  if (leaf.empty()) return std::nullopt;
  const auto kind = static_cast<LeafKind>(leaf.front());
  if (kind != LeafKind::kEvent && kind != LeafKind::kMapRoot) return std::nullopt;
  return kind;
}

absl::Status CheckDesk(const EventHeader& header) {
  RETURN_IF_ERROR(CheckForm(header));
  // A leaf with a field that nobody knows is damage when it is read: it must never be written.
  if (HasUnknownFields(header)) return Invalid("holds a field that is not in its schema", "actor");
  if (header.occurred_at() < 0) return Invalid("not before 1970", "occurred_at");
  if (header.offset_minutes() < -kOffsetMinutesMax || header.offset_minutes() > kOffsetMinutesMax) {
    return Invalid("no zone is that far from UTC", "offset_minutes");
  }
  RETURN_IF_ERROR(CheckPublicString(header.type(), "type"));
  RETURN_IF_ERROR(CheckPublicString(header.zone(), "zone"));
  RETURN_IF_ERROR(CheckPublicString(header.actor().id(), "actor.id"));
  RETURN_IF_ERROR(CheckOptional(header.actor().role(), "actor.role"));
  RETURN_IF_ERROR(CheckOptional(header.actor().session(), "actor.session"));
  RETURN_IF_ERROR(CheckOptional(header.on_behalf_of().creditor(), "on_behalf_of.creditor"));
  RETURN_IF_ERROR(CheckOptional(header.on_behalf_of().agency(), "on_behalf_of.agency"));
  RETURN_IF_ERROR(CheckId(header.source(), "source"));
  RETURN_IF_ERROR(CheckOptional(header.external_id(), "external_id"));
  return CheckId(header.request_id(), "request_id");
}

std::string EncodeDesk(const EventHeader& header) {
  CHECK(header.recorded_at() == 0 && header.streams().empty());
  return header.SerializeAsString();
}

std::string FinishLeaf(std::string_view desk, Instant recorded_at,
                       std::span<const StreamPlace> streams) {
  constexpr size_t kPlaceBytesUsual = 96;
  std::string leaf;
  leaf.reserve(desk.size() + 16 + kPlaceBytesUsual * streams.size());
  leaf.push_back(static_cast<char>(LeafKind::kEvent));
  leaf.append(desk);
  wire::AppendFixed64(&leaf, EventHeader::kRecordedAtFieldNumber,
                      static_cast<uint64_t>(recorded_at.micros));
  std::string encoded;
  for (const StreamPlace& place : streams) {
    encoded.clear();
    wire::AppendNumber(&encoded, StreamPlace::kKindFieldNumber, place.kind());
    wire::AppendBytes(&encoded, StreamPlace::kNameFieldNumber, place.name());
    wire::AppendBytes(&encoded, StreamPlace::kKeyFieldNumber, place.key());
    wire::AppendNumber(&encoded, StreamPlace::kSequenceFieldNumber, place.sequence());
    wire::AppendBytes(&leaf, EventHeader::kStreamsFieldNumber, encoded);
  }
  CHECK(leaf.size() <= kLeafBytesMax);
  return leaf;
}

absl::StatusOr<EventHeader> ParseEventLeaf(std::string_view leaf) {
  if (leaf.size() > kLeafBytesMax) return Damaged("a leaf is at most 65,535 bytes");
  if (KindOfLeaf(leaf) != LeafKind::kEvent) return Damaged("not the leaf of an event");
  EventHeader header;
  const std::string_view body = leaf.substr(1);
  if (!IsInFieldOrder(body)) return Damaged("the header is not written in field order");
  if (!header.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
    return Damaged("the leaf holds no header");
  }
  if (HasUnknownFields(header)) return Damaged("the header holds fields nobody knows");
  const absl::Status form = CheckForm(header);
  if (!form.ok()) return Error(error::v1::DAMAGED, ToStd(form.message()), FieldOf(form));
  RETURN_IF_ERROR(CheckPlaces(header));
  return header;
}

std::string EncodeMapRootLeaf(const MapRootLeaf& leaf) {
  std::string bytes;
  bytes.reserve(MapRootLeaf::kSize);
  AppendU8(&bytes, static_cast<uint8_t>(LeafKind::kMapRoot));
  AppendU64(&bytes, leaf.covered);
  AppendU64(&bytes, leaf.key_count);
  bytes.append(leaf.root.view());
  AppendU64(&bytes, leaf.previous);
  return bytes;
}

absl::StatusOr<MapRootLeaf> ParseMapRootLeaf(std::string_view bytes) {
  if (bytes.size() != MapRootLeaf::kSize || KindOfLeaf(bytes) != LeafKind::kMapRoot) {
    return Damaged("not a map-root leaf");
  }
  ByteReader reader(bytes.substr(1));
  MapRootLeaf leaf;
  leaf.covered = reader.TakeU64().value();
  leaf.key_count = reader.TakeU64().value();
  leaf.root = Hash::From(reader.Take(Hash::kSize).value()).value();
  leaf.previous = reader.TakeU64().value();
  if (leaf.previous != MapRootLeaf::kNoPrevious && leaf.previous >= leaf.covered) {
    return Damaged("a map root names one behind it as the one before");
  }
  return leaf;
}

}  // namespace constancia
