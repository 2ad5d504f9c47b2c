#include "eventstore/log/internal/prepared.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/crypto/aead.h"
#include "core/event/header.h"
#include "core/event/public_string.h"
#include "core/event/sealing.h"
#include "eventstore/tables/state_tables.h"

namespace constancia::eventstore {
namespace {

using ledger::v1::Sealed;

std::string FieldOfEvent(size_t index) { return absl::StrCat("events[", index, "]"); }

int YearOf(Instant now) {
  const auto days = std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::microseconds>(std::chrono::microseconds(now.micros)));
  return static_cast<int>(std::chrono::year_month_day(days).year());
}

std::string RandomBytes(Random& random, size_t size) {
  std::string bytes(size, '\0');
  random.Fill({reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()});
  return bytes;
}

absl::Status CheckStreams(std::vector<Stream>& streams, std::string_view source) {
  const Stream own{ledger::v1::STREAM_KIND_SOURCE, std::string(source)};
  if (std::find(streams.begin(), streams.end(), own) == streams.end()) streams.push_back(own);
  if (streams.size() > kStreamsPerEventMax) {
    return Error(error::v1::STREAM_INVALID,
                 "an event is in at most 8 streams, its source's among them", "streams");
  }
  for (size_t i = 0; i < streams.size(); ++i) {
    const std::string field = absl::StrCat("streams[", i, "]");
    RETURN_IF_ERROR(InField(CheckStream(streams[i]), field));
    if (std::find(streams.begin(), streams.begin() + i, streams[i]) != streams.begin() + i) {
      return Error(error::v1::STREAM_INVALID, "the stream is named twice", field);
    }
    if (streams[i].kind == ledger::v1::STREAM_KIND_SOURCE && streams[i] != own) {
      return Error(error::v1::STREAM_INVALID, "an event is in no source's stream but its own",
                   field);
    }
  }
  return absl::OkStatus();
}

absl::Status CheckPersonal(const EventDraft& draft) {
  if (draft.personal_part.empty()) return absl::OkStatus();
  if (draft.personal_part.size() > kPersonalPartBytesMax) {
    return Error(error::v1::EVENT_TOO_LARGE, "the personal part is at most 256 KiB", "payload");
  }
  if (!draft.subject.has_value() || *draft.subject >= draft.streams.size()) {
    return Error(error::v1::SUBJECT_REQUIRED, "say whose personal data this is", "subject");
  }
  const StreamKind kind = draft.streams[*draft.subject].kind;
  if (kind != ledger::v1::STREAM_KIND_DEBTOR && kind != ledger::v1::STREAM_KIND_AGENT) {
    return Error(error::v1::SUBJECT_REQUIRED, "the subject is a debtor or an agent", "subject");
  }
  if (!draft.salt.empty() && draft.salt.size() != kSaltBytes) {
    return Error(error::v1::SCHEMA_INVALID, "a salt is 32 bytes", "salt");
  }
  return absl::OkStatus();
}

// The first case of the event: what its personal part is kept and destroyed with.
std::optional<Hash> CaseOf(const EventDraft& draft, const std::vector<StreamRef>& streams) {
  for (size_t i = 0; i < draft.streams.size(); ++i) {
    if (draft.streams[i].kind == ledger::v1::STREAM_KIND_CASE) return streams[i].key;
  }
  return std::nullopt;
}

absl::StatusOr<KeyLease> SealEvent(PreparedEvent& event, DataKeys& data_keys, int year,
                                   Random& random) {
  const DataKeyScope scope{event.streams[*event.subject].key, event.case_key, event.retention_class,
                           year};
  ASSIGN_OR_RETURN(LeasedKey leased, data_keys.KeyFor(scope));
  const DataKey& key = leased.key;
  const std::string drawn = RandomBytes(random, kSaltBytes + kAesGcmNonceBytes);
  const std::string_view nonce = std::string_view(drawn).substr(kSaltBytes);
  if (event.salt.empty()) event.salt = drawn.substr(0, kSaltBytes);
  const Hash commitment = Commitment(event.salt, event.personal_part);
  event.sealed =
      SealPersonal(key.key, event.id, event.salt, event.personal_part, commitment, nonce);
  Sealed& sealed = *event.header.mutable_sealed();
  sealed.set_key_id(key.id);
  sealed.set_commitment(commitment.str());
  sealed.set_digest(SealedDigest(event.sealed).str());
  sealed.set_subject(static_cast<uint32_t>(*event.subject));
  return std::move(leased.lease);
}

void AddPlaces(const EventDraft& draft, const StreamKeys& stream_keys, PreparedEvent& event) {
  event.places.reserve(draft.streams.size());
  event.streams.reserve(draft.streams.size());
  for (const Stream& stream : draft.streams) {
    const Hash key = stream_keys.KeyOf(stream);
    event.streams.push_back({key, std::nullopt});
    ledger::v1::StreamPlace& place = event.places.emplace_back();
    place.set_kind(stream.kind);
    if (stream.kind != ledger::v1::STREAM_KIND_IDENTIFIER) place.set_name(stream.name);
    place.set_key(key.str());
  }
}

void FillHeader(EventDraft& draft, std::string_view source, std::string_view request_id,
                PreparedEvent& event) {
  EventHeader& header = event.header;
  header.set_event_id(event.id.str());
  header.set_type(std::move(draft.type));
  header.set_occurred_at(draft.occurred_at.micros);
  header.set_zone(std::move(draft.zone));
  header.set_offset_minutes(draft.offset_minutes);
  *header.mutable_actor() = std::move(draft.actor);
  if (draft.on_behalf_of.has_value()) {
    *header.mutable_on_behalf_of() = *std::move(draft.on_behalf_of);
  }
  header.set_source(std::string(source));
  header.set_external_id(std::move(draft.external_id));
  header.set_request_id(std::string(request_id));
  if (draft.correlation_id.has_value()) header.set_correlation_id(draft.correlation_id->str());
  if (draft.causation_id.has_value()) header.set_causation_id(draft.causation_id->str());
  header.set_public_payload(std::move(draft.public_part));
  if (draft.source_signature.has_value()) {
    *header.mutable_source_signature() = *std::move(draft.source_signature);
  }
}

absl::StatusOr<PreparedEvent> PrepareEvent(EventDraft draft, std::string_view source,
                                           std::string_view request_id,
                                           const StreamKeys& stream_keys, Clock& clock,
                                           Random& random) {
  RETURN_IF_ERROR(CheckPersonal(draft));
  RETURN_IF_ERROR(CheckStreams(draft.streams, source));
  PreparedEvent event;
  event.id_chosen = draft.event_id.has_value() && !draft.event_id_made;
  event.id = draft.event_id.has_value() ? *draft.event_id : NewEventId(clock.Now(), random);
  event.consequence = draft.consequence;
  if (!draft.external_id.empty()) event.external_key = ExternalKey(source, draft.external_id);
  AddPlaces(draft, stream_keys, event);
  if (!draft.personal_part.empty()) {
    event.subject = draft.subject;
    event.case_key = CaseOf(draft, event.streams);
    event.retention_class = std::move(draft.retention_class);
    event.salt = std::move(draft.salt);
    event.personal_part = std::move(draft.personal_part);
  }
  FillHeader(draft, source, request_id, event);
  RETURN_IF_ERROR(CheckDesk(event.header));
  return event;
}

absl::Status CheckCounts(const AppendRequest& request) {
  const size_t consequences =
      std::count_if(request.drafts.begin(), request.drafts.end(),
                    [](const EventDraft& draft) { return draft.consequence; });
  const size_t own = request.drafts.size() - consequences;
  if (request.drafts.empty() || own > kAppendEventsMax || consequences > kAppendConsequencesMax) {
    return Error(error::v1::LIMIT_EXCEEDED, "an append has 1 to 64 events", "events");
  }
  if (request.expectations.size() > kAppendExpectationsMax + kOwnExpectationsMax) {
    return Error(error::v1::LIMIT_EXCEEDED, "an append has at most 16 expectations",
                 "expectations");
  }
  if (request.drafts.front().consequence) {
    return Error(error::v1::SCHEMA_INVALID, "a consequence stands behind what caused it",
                 "events[0]");
  }
  for (size_t i = 1; i < request.drafts.size(); ++i) {
    if (request.drafts[i - 1].consequence && !request.drafts[i].consequence) {
      return Error(error::v1::SCHEMA_INVALID, "consequences stand behind all other events",
                   FieldOfEvent(i));
    }
  }
  return absl::OkStatus();
}

absl::Status AddExpectations(const AppendRequest& request, const StreamKeys& stream_keys,
                             PreparedAppend& append) {
  for (size_t i = 0; i < request.expectations.size(); ++i) {
    const Expectation& expectation = request.expectations[i];
    RETURN_IF_ERROR(
        InField(CheckStream(expectation.stream), absl::StrCat("expectations[", i, "].stream")));
    // The name of an identifier stays out of messages.
    const bool named = expectation.stream.kind != ledger::v1::STREAM_KIND_IDENTIFIER;
    append.expectations.push_back({{stream_keys.KeyOf(expectation.stream), std::nullopt},
                                   expectation.version,
                                   named ? ToText(expectation.stream) : "identifier"});
  }
  return absl::OkStatus();
}

bool NamesTwice(const std::vector<PreparedEvent>& events, const PreparedEvent& event) {
  return std::any_of(events.begin(), events.end(), [&](const PreparedEvent& other) {
    return other.id == event.id ||
           (!event.external_key.empty() && other.external_key == event.external_key);
  });
}

}  // namespace

absl::StatusOr<PreparedAppend> PrepareAppend(AppendRequest request, const StreamKeys& stream_keys,
                                             Clock& clock, Random& random) {
  RETURN_IF_ERROR(CheckCounts(request));
  PreparedAppend append;
  RETURN_IF_ERROR(AddExpectations(request, stream_keys, append));
  append.request_key = RequestKey(request.source, request.request_id);
  append.events.reserve(request.drafts.size());
  for (size_t i = 0; i < request.drafts.size(); ++i) {
    absl::StatusOr<PreparedEvent> event =
        PrepareEvent(std::move(request.drafts[i]), request.source, request.request_id, stream_keys,
                     clock, random);
    if (!event.ok()) return InField(event.status(), FieldOfEvent(i));
    if (NamesTwice(append.events, *event)) {
      return Error(error::v1::IDEMPOTENCY_CONFLICT,
                   "two events of the append have the same event id or external id",
                   FieldOfEvent(i));
    }
    append.events.push_back(*std::move(event));
  }
  return append;
}

absl::Status SealAppend(PreparedAppend& append, DataKeys& data_keys, Clock& clock, Random& random) {
  const int year = YearOf(clock.Now());
  for (PreparedEvent& event : append.events) {
    if (event.subject.has_value()) {
      ASSIGN_OR_RETURN(append.leases.emplace_back(), SealEvent(event, data_keys, year, random));
    }
    event.desk = EncodeDesk(event.header);
    append.bytes += event.desk.size() + event.sealed.size() + event.personal_part.size();
  }
  return absl::OkStatus();
}

}  // namespace constancia::eventstore
