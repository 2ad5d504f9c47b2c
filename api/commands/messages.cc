#include "api/commands/messages.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/check.h"
#include "core/base/status.h"
#include "core/event/stream.h"
#include "core/event/uuid.h"

namespace constancia::api {
namespace {

constexpr int64_t kFirstSecond = -62'135'596'800;  // 0001-01-01
constexpr int64_t kLastSecond = 253'402'300'799;   // 9999-12-31
constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr int64_t kNanosPerMicro = 1'000;
constexpr std::string_view kTypeUrlPrefix = "type.googleapis.com/";

}  // namespace

absl::StatusOr<Instant> ToInstant(const google::protobuf::Timestamp& timestamp,
                                  std::string_view field) {
  if (timestamp.seconds() < kFirstSecond || timestamp.seconds() > kLastSecond ||
      timestamp.nanos() < 0 || timestamp.nanos() >= kNanosPerSecond) {
    return Error(error::v1::SCHEMA_INVALID, "not a valid timestamp", field);
  }
  return Instant{timestamp.seconds() * kMicrosPerSecond + timestamp.nanos() / kNanosPerMicro};
}

void SetTimestamp(Instant instant, google::protobuf::Timestamp* timestamp) {
  int64_t seconds = instant.micros / kMicrosPerSecond;
  int64_t micros = instant.micros % kMicrosPerSecond;
  if (micros < 0) {
    --seconds;
    micros += kMicrosPerSecond;
  }
  timestamp->set_seconds(seconds);
  timestamp->set_nanos(static_cast<int32_t>(micros * kNanosPerMicro));
}

void SetSeal(const eventstore::Seal& seal, v1::Seal* message) {
  message->set_first(seal.first);
  message->set_count(seal.count);
  for (const Hash& hash : seal.path) message->add_path(hash.bytes.data(), Hash::kSize);
  message->set_key_id(std::string(seal.key_id.view()));
  message->set_signature(std::string(seal.signature.view()));
}

void SetReceipt(const eventstore::Receipt& receipt, v1::Receipt* message) {
  message->set_event_id(ToText(receipt.event_id));
  message->set_position(receipt.position.value);
  message->set_leaf_hash(receipt.leaf_hash.bytes.data(), Hash::kSize);
  SetSeal(receipt.seal, message->mutable_seal());
  SetTimestamp(receipt.recorded_at, message->mutable_recorded_at());
  for (const Sequence sequence : receipt.sequences) message->add_sequences(sequence.value);
}

void SetCheckpoint(const eventstore::SignedCheckpoint& checkpoint, v1::Checkpoint* message) {
  message->set_size(checkpoint.checkpoint.size);
  message->set_root(checkpoint.checkpoint.root.bytes.data(), Hash::kSize);
  message->set_note(checkpoint.note);
}

void SetEvent(const eventstore::RecordedEvent& event, v1::Event* message) {
  const ledger::v1::EventHeader& header = event.header;
  const auto id = EventId::From(header.event_id());
  CHECK(id.has_value());
  message->set_position(event.position.value);
  message->set_event_id(ToText(*id));
  message->set_leaf(event.leaf);
  *message->mutable_header() = header;
  message->mutable_header()->clear_public_payload();
  for (const ledger::v1::StreamPlace& place : header.streams()) {
    message->add_streams(place.kind() == ledger::v1::STREAM_KIND_IDENTIFIER
                             ? "identifier"
                             : ToText(Stream{.kind = place.kind(), .name = place.name()}));
  }
  SetTimestamp(Instant{header.occurred_at()}, message->mutable_occurred_at());
  SetTimestamp(Instant{header.recorded_at()}, message->mutable_recorded_at());
  message->mutable_payload()->set_type_url(absl::StrCat(ToAbsl(kTypeUrlPrefix), header.type()));
  message->mutable_payload()->set_value(header.public_payload());
  message->set_personal(!header.has_sealed()   ? v1::PERSONAL_PART_NONE
                        : event.sealed.empty() ? v1::PERSONAL_PART_ERASED
                                               : v1::PERSONAL_PART_WITHHELD);
}

}  // namespace constancia::api
