#include "api/commands/record_events.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "api/commands/actor.h"
#include "api/commands/gate.h"
#include "api/commands/limits.h"
#include "api/commands/messages.h"
#include "constancia/event/v1/correction.pb.h"
#include "constancia/event/v1/values.pb.h"
#include "core/base/national_id.h"
#include "core/base/status.h"
#include "core/event/parting.h"
#include "core/event/public_string.h"
#include "core/event/sealing.h"
#include "core/event/stream.h"
#include "core/event/uuid.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/message.h"

namespace constancia::api {
namespace {

using eventstore::AppendRequest;
using google::protobuf::Message;

absl::Status Invalid(std::string_view message, std::string_view field) {
  return Error(error::v1::SCHEMA_INVALID, message, field);
}

// Refuses what this version does not know: it would be lost, and the caller believes it was kept.
absl::Status CheckKnown(const Message& message, std::string_view field) {
  if (message.GetReflection()->GetUnknownFields(message).empty()) return absl::OkStatus();
  return Invalid("holds a field that is not in its schema", field);
}

absl::Status CheckOptionalCode(const std::string& text, std::string_view field) {
  return text.empty() ? absl::OkStatus() : CheckPublicString(text, field);
}

absl::StatusOr<std::optional<EventId>> OptionalEventId(const std::string& text,
                                                       std::string_view field) {
  if (text.empty()) return std::optional<EventId>();
  const auto id = ParseEventId(text);
  if (!id.ok()) return Invalid("an event id is the text form of a UUID of version 7", field);
  return std::optional<EventId>(*id);
}

absl::Status CheckOnBehalfOf(const ledger::v1::OnBehalfOf& on_behalf_of) {
  RETURN_IF_ERROR(CheckKnown(on_behalf_of, "on_behalf_of"));
  RETURN_IF_ERROR(CheckOptionalCode(on_behalf_of.creditor(), "on_behalf_of.creditor"));
  return CheckOptionalCode(on_behalf_of.agency(), "on_behalf_of.agency");
}

// Reads when something happened; no clock that is right says what lies far ahead.
absl::StatusOr<Instant> OccurredAt(const google::protobuf::Timestamp& said, std::string_view field,
                                   Instant now) {
  ASSIGN_OR_RETURN(const Instant occurred_at, ToInstant(said, field));
  const Instant latest{now.micros + absl::ToInt64Microseconds(kClockAheadMax)};
  if (occurred_at < Instant{0} || occurred_at > latest) {
    return Error(
        error::v1::SOURCE_CLOCK_SKEW,
        occurred_at > latest ? "more than 5 minutes ahead of the server; check the source's clock"
                             : "before 1970; check the source's clock",
        field,
        {{"ahead_seconds", absl::StrCat((occurred_at.micros - now.micros) / kMicrosPerSecond)}});
  }
  return occurred_at;
}

bool SourcesMayName(StreamKind kind) {
  return kind == ledger::v1::STREAM_KIND_CASE || kind == ledger::v1::STREAM_KIND_DEBTOR ||
         kind == ledger::v1::STREAM_KIND_AGENT || kind == ledger::v1::STREAM_KIND_HOLD;
}

absl::Status AddStream(Stream stream, std::vector<Stream>* streams) {
  if (std::find(streams->begin(), streams->end(), stream) != streams->end()) {
    return Error(error::v1::STREAM_INVALID, "an event is in a stream once");
  }
  streams->push_back(std::move(stream));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Stream>> NamedStreams(const v1::EventDraft& draft) {
  std::vector<Stream> streams;
  for (int i = 0; i < draft.streams_size(); ++i) {
    const std::string field = absl::StrCat("streams[", i, "]");
    absl::StatusOr<Stream> stream = ParseStream(draft.streams(i));
    if (!stream.ok()) {
      return Error(ReasonOf(stream.status()).value_or(error::v1::STREAM_INVALID),
                   ToStd(stream.status().message()), field);
    }
    if (!SourcesMayName(stream->kind)) {
      return Error(error::v1::STREAM_INVALID,
                   "only the server puts events into streams of this kind; name cases, debtors, "
                   "agents and holds",
                   field);
    }
    absl::Status added = AddStream(*std::move(stream), &streams);
    if (!added.ok()) return Error(error::v1::STREAM_INVALID, ToStd(added.message()), field);
  }
  return streams;
}

// The stream whose subject the personal part is about.
absl::StatusOr<size_t> SubjectOf(const v1::EventDraft& draft, const std::vector<Stream>& streams) {
  if (!draft.subject().empty()) {
    for (size_t i = 0; i < streams.size(); ++i) {
      if (ToText(streams[i]) != draft.subject()) continue;
      if (streams[i].kind == ledger::v1::STREAM_KIND_DEBTOR ||
          streams[i].kind == ledger::v1::STREAM_KIND_AGENT) {
        return i;
      }
    }
    return Error(error::v1::SUBJECT_REQUIRED,
                 "the subject is a debtor or agent, one of the event's streams", "subject");
  }
  for (const StreamKind kind : {ledger::v1::STREAM_KIND_DEBTOR, ledger::v1::STREAM_KIND_AGENT}) {
    const auto is_kind = [kind](const Stream& stream) { return stream.kind == kind; };
    const auto count = std::count_if(streams.begin(), streams.end(), is_kind);
    if (count == 1) {
      return std::find_if(streams.begin(), streams.end(), is_kind) - streams.begin();
    }
    if (count > 1) break;
  }
  return Error(error::v1::SUBJECT_REQUIRED,
               "the event holds personal data: name the debtor or agent it is about", "subject");
}

// "RUT" of NATIONAL_ID_TYPE_RUT.
std::string_view TypeWord(event::v1::NationalIdType type) {
  constexpr std::string_view kPrefix = "NATIONAL_ID_TYPE_";
  const std::string& name = event::v1::NationalIdType_Name(type);
  return std::string_view(name).substr(std::min(name.size(), kPrefix.size()));
}

// Adds the stream of every national id that stands in a field of `message` itself: what ties an
// identifier to a party is found under the identifier, too.
absl::Status AddIdentifiers(const Message& message, std::vector<Stream>* streams) {
  const google::protobuf::Descriptor* type = message.GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = type->field(i);
    if (field->message_type() != event::v1::NationalId::descriptor()) continue;
    std::vector<const Message*> ids;
    if (field->is_repeated()) {
      for (int n = 0; n < message.GetReflection()->FieldSize(message, field); ++n) {
        ids.push_back(&message.GetReflection()->GetRepeatedMessage(message, field, n));
      }
    } else if (message.GetReflection()->HasField(message, field)) {
      ids.push_back(&message.GetReflection()->GetMessage(message, field));
    }
    for (size_t n = 0; n < ids.size(); ++n) {
      const std::string path = field->is_repeated() ? absl::StrCat(field->name(), "[", n, "]")
                                                    : std::string(field->name());
      const auto& id = static_cast<const event::v1::NationalId&>(*ids[n]);
      const absl::StatusOr<NationalId> checked =
          NationalId::Parse(id.country(), TypeWord(id.type()), id.value());
      if (!checked.ok()) return InField(InField(checked.status(), path), "payload");
      absl::Status added = AddStream(
          {.kind = ledger::v1::STREAM_KIND_IDENTIFIER, .name = checked->ToText()}, streams);
      if (!added.ok()) return Invalid("this identifier is given twice", "payload." + path);
    }
  }
  return absl::OkStatus();
}

// The generated class of an event type, new. The catalogue holds generated types only.
std::unique_ptr<Message> NewMessage(const google::protobuf::Descriptor& type) {
  return std::unique_ptr<Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type)->New());
}

// A correction carries a whole payload of another type in two parts. Each is held to what that
// type's own parts are held to, and its identifiers count.
absl::Status CheckCorrection(const Catalogue& catalogue, const event::v1::EventCorrected& corrected,
                             Instant now, std::vector<Stream>* streams) {
  const EventType* type = catalogue.Find(corrected.corrected_type());
  if (type == nullptr) {
    return Error(error::v1::TYPE_UNKNOWN, "no event type of this name", "payload.corrected_type");
  }
  if (corrected.has_corrected_occurred_at()) {
    RETURN_IF_ERROR(
        OccurredAt(corrected.corrected_occurred_at(), "payload.corrected_occurred_at", now)
            .status());
  }
  absl::StatusOr<Parts> open = PartPayload(*type->descriptor, corrected.corrected_public());
  if (!open.ok()) return InField(open.status(), "payload.corrected_public");
  if (!open->personal_part.empty()) {
    return Error(error::v1::PERSONAL_DATA_MISPLACED,
                 "personal fields of the corrected payload stand in corrected_personal",
                 "payload.corrected_public");
  }
  absl::StatusOr<Parts> personal = PartPayload(*type->descriptor, corrected.corrected_personal());
  if (!personal.ok()) return InField(personal.status(), "payload.corrected_personal");
  const std::unique_ptr<Message> message = NewMessage(*type->descriptor);
  if (!message->ParseFromString(personal->personal_part)) {
    return Invalid("cannot be read", "payload.corrected_personal");
  }
  return AddIdentifiers(*message, streams);
}

// Adds the streams that follow from the payload.
absl::Status AddStreamsOf(const Catalogue& catalogue, const EventType& type,
                          const google::protobuf::Any& payload, Instant now,
                          std::vector<Stream>* streams) {
  const bool correction = type.descriptor == event::v1::EventCorrected::descriptor();
  const bool identifies = [&type] {
    for (const int number : type.personal_fields) {
      if (type.descriptor->FindFieldByNumber(number)->message_type() ==
          event::v1::NationalId::descriptor()) {
        return true;
      }
    }
    return false;
  }();
  if (!correction && !identifies) return absl::OkStatus();
  const std::unique_ptr<Message> message = NewMessage(*type.descriptor);
  if (!message->ParseFromString(payload.value())) return Invalid("cannot be read", "payload");
  if (correction) {
    return CheckCorrection(catalogue, static_cast<const event::v1::EventCorrected&>(*message), now,
                           streams);
  }
  return AddIdentifiers(*message, streams);
}

absl::Status CheckSourceSignature(const SourceKeys& keys, std::string_view source,
                                  const eventstore::EventDraft& draft) {
  if (!draft.source_signature.has_value()) {
    if (draft.salt.empty()) return absl::OkStatus();
    return Invalid("only a source that signs sends a salt", "salt");
  }
  const auto refused = [](std::string_view why, std::string_view field) {
    return Error(error::v1::SOURCE_SIGNATURE_INVALID, why, field);
  };
  if (!draft.event_id.has_value()) {
    return refused("a source that signs chooses the event id", "event_id");
  }
  if (draft.salt.size() != (draft.personal_part.empty() ? 0 : kSaltBytes)) {
    return refused(
        "a source that signs sends a salt of 32 bytes with a personal part, and only "
        "then",
        "salt");
  }
  const std::optional<PublicKey> key = keys.Find(source, draft.source_signature->key_id());
  const auto signature = Signature::From(draft.source_signature->signature());
  const Hash commitment =
      draft.personal_part.empty() ? Hash() : Commitment(draft.salt, draft.personal_part);
  if (!key.has_value() || !signature.has_value() ||
      !Ed25519Verify(*key,
                     SourceSignatureMessage(*draft.event_id, draft.occurred_at, draft.type,
                                            draft.public_part, commitment),
                     *signature)) {
    return refused("the signature does not verify with a key registered for this source",
                   "source_signature");
  }
  return absl::OkStatus();
}

absl::StatusOr<eventstore::Expectation> PrepareExpectation(const v1::Expectation& expectation) {
  RETURN_IF_ERROR(CheckKnown(expectation, ""));
  eventstore::Expectation prepared;
  absl::StatusOr<Stream> stream = ParseStream(expectation.stream());
  if (!stream.ok()) {
    return Error(error::v1::STREAM_INVALID, ToStd(stream.status().message()), "stream");
  }
  prepared.stream = *std::move(stream);
  switch (expectation.must_case()) {
    case v1::Expectation::kVersion:
      prepared.version = StreamVersion{expectation.version()};
      return prepared;
    case v1::Expectation::kExists:
      if (!expectation.exists())
        return Invalid("that a stream does not exist is version 0", "exists");
      return prepared;
    case v1::Expectation::MUST_NOT_SET:
      break;
  }
  return Invalid("say at which version the stream is, or that it exists", "version");
}

// Whether what did not hold is one of the caller's expectations: they stand before those that
// judging added.
bool OwnExpectationFailed(const absl::Status& status, const AppendRequest& request) {
  const std::string field = FieldOf(status);
  for (size_t i = 0; i < request.expectations.size(); ++i) {
    if (field == absl::StrCat("expectations[", i, "]")) return true;
  }
  return false;
}

std::string At(std::string_view list, int index) {
  return absl::StrCat(ToAbsl(list), "[", index, "]");
}

// Adds the streams of the case and the person that the payload names: whoever records an event, it
// is found in them, and what is judged meanwhile notices it. One that has no place is left out.
void AddStreamsNamedIn(const std::string& public_part, std::vector<Stream>* streams) {
  event::v1::About about;  // these fields have the same numbers in every event
  about.ParseFromString(public_part);
  for (Stream stream : {Stream{ledger::v1::STREAM_KIND_CASE, about.case_id()},
                        Stream{ledger::v1::STREAM_KIND_DEBTOR, about.party_id()}}) {
    const bool there = std::find(streams->begin(), streams->end(), stream) != streams->end();
    // The last place is the source's.
    if (!there && IsId(stream.name) && streams->size() + 1 < kStreamsPerEventMax)
      streams->push_back(std::move(stream));
  }
}

// Where an event is spoken of and where it is recorded, one goes after the other.
std::string EventKey(const EventId& id) { return absl::StrCat("event/", ToText(id)); }

}  // namespace

RecordEvents::RecordEvents(const Uses& uses)
    : uses_(uses),
      turns_(std::make_unique<Turns>(Turns::Limits{
          .threads = kTurnThreads, .tasks_max = kTurnsWaitingMax, .bytes_max = kTurnsBytesMax})) {}

absl::StatusOr<eventstore::EventDraft> RecordEvents::PrepareDraft(
    const Caller& caller, const v1::EventDraft& draft) const {
  RETURN_IF_ERROR(CheckKnown(draft, ""));
  const std::string& url = draft.payload().type_url();
  const EventType* type = uses_.catalogue->Find(std::string_view(url).substr(url.rfind('/') + 1));
  if (type == nullptr) {
    return Error(error::v1::TYPE_UNKNOWN,
                 "the payload is not an event type of the catalogue; see docs/reference",
                 "payload.type_url");
  }
  if (type->origin != EventOrigin::kFact) {
    return Error(error::v1::TYPE_NOT_APPENDABLE,
                 "events of this type are made by the server's own commands", "payload.type_url",
                 {{"type", type->name}});
  }
  ASSIGN_OR_RETURN(std::vector<Stream> streams, NamedStreams(draft));
  RETURN_IF_ERROR(uses_.access->CheckAppend(caller, type->family, streams));

  eventstore::EventDraft prepared;
  prepared.type = type->name;
  prepared.retention_class = type->retention_class;
  const Instant now = uses_.clock->Now();
  if (!draft.has_occurred_at()) return Invalid("say when it happened", "occurred_at");
  ASSIGN_OR_RETURN(prepared.occurred_at, OccurredAt(draft.occurred_at(), "occurred_at", now));
  const absl::StatusOr<absl::TimeZone> zone = uses_.zones->Find(draft.zone());
  if (!zone.ok()) return Invalid("no time zone of this name; use an IANA name", "zone");
  prepared.zone = draft.zone();
  prepared.offset_minutes = OffsetMinutes(*zone, prepared.occurred_at);
  RETURN_IF_ERROR(CheckActor(caller, draft.actor()));
  prepared.actor = draft.actor();
  if (draft.has_on_behalf_of()) {
    RETURN_IF_ERROR(CheckOnBehalfOf(draft.on_behalf_of()));
    prepared.on_behalf_of = draft.on_behalf_of();
  }
  RETURN_IF_ERROR(CheckOptionalCode(draft.external_id(), "external_id"));
  prepared.external_id = draft.external_id();
  ASSIGN_OR_RETURN(prepared.correlation_id,
                   OptionalEventId(draft.correlation_id(), "correlation_id"));
  ASSIGN_OR_RETURN(prepared.causation_id, OptionalEventId(draft.causation_id(), "causation_id"));
  ASSIGN_OR_RETURN(prepared.event_id, OptionalEventId(draft.event_id(), "event_id"));

  absl::StatusOr<Parts> parts = PartPayload(*type->descriptor, draft.payload().value());
  if (!parts.ok()) return InField(parts.status(), "payload");
  prepared.streams = std::move(streams);
  if (!parts->personal_part.empty()) {
    ASSIGN_OR_RETURN(prepared.subject, SubjectOf(draft, prepared.streams));
  }
  RETURN_IF_ERROR(AddStreamsOf(*uses_.catalogue, *type, draft.payload(), now, &prepared.streams));
  AddStreamsNamedIn(parts->public_part, &prepared.streams);
  prepared.streams.push_back(
      {.kind = ledger::v1::STREAM_KIND_SOURCE, .name = std::string(caller.source())});
  if (prepared.streams.size() > kStreamsPerEventMax) {
    return Error(error::v1::STREAM_INVALID,
                 "an event is in at most 8 streams, its source and identifiers included",
                 "streams");
  }
  prepared.public_part = std::move(parts->public_part);
  prepared.personal_part = std::move(parts->personal_part);
  prepared.salt = draft.salt();
  if (draft.has_source_signature()) {
    RETURN_IF_ERROR(CheckKnown(draft.source_signature(), "source_signature"));
    prepared.source_signature = draft.source_signature();
  }
  RETURN_IF_ERROR(CheckSourceSignature(*uses_.source_keys, caller.source(), prepared));
  return prepared;
}

absl::StatusOr<AppendRequest> RecordEvents::Prepare(const Caller& caller,
                                                    const v1::AppendEventsRequest& request) const {
  RETURN_IF_ERROR(uses_.access->Check(caller, "EventService.AppendEvents"));
  RETURN_IF_ERROR(CheckTenant(caller, uses_.log->tenant(), request.parent()));
  RETURN_IF_ERROR(CheckKnown(request, ""));
  if (!IsId(request.request_id())) {
    return Invalid("1 to 64 of [A-Za-z0-9._-]; a UUID is best", "request_id");
  }
  if (request.events_size() == 0) return Invalid("an append carries 1 to 64 events", "events");
  if (request.events_size() > static_cast<int>(eventstore::kAppendEventsMax)) {
    return Error(error::v1::LIMIT_EXCEEDED, "an append carries 1 to 64 events", "events");
  }
  if (request.expectations_size() > static_cast<int>(eventstore::kAppendExpectationsMax)) {
    return Error(error::v1::LIMIT_EXCEEDED, "an append has at most 16 expectations",
                 "expectations");
  }
  if (!v1::Wait_IsValid(request.wait())) return Invalid("DURABLE or PUBLISHED", "wait");

  AppendRequest prepared;
  prepared.source = std::string(caller.source());
  prepared.request_id = request.request_id();
  for (int i = 0; i < request.events_size(); ++i) {
    absl::StatusOr<eventstore::EventDraft> draft = PrepareDraft(caller, request.events(i));
    if (!draft.ok()) return InField(draft.status(), At("events", i));
    prepared.drafts.push_back(*std::move(draft));
  }
  for (int i = 0; i < request.expectations_size(); ++i) {
    absl::StatusOr<eventstore::Expectation> expectation =
        PrepareExpectation(request.expectations(i));
    if (!expectation.ok()) return InField(expectation.status(), At("expectations", i));
    prepared.expectations.push_back(*std::move(expectation));
  }
  return prepared;
}

absl::Status RecordEvents::AddConduct(std::vector<eventstore::EventDraft>& drafts,
                                      Judgement* judgement) const {
  if (uses_.conduct == nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(ConductJudgement conduct,
                   uses_.conduct->Run(drafts, eventstore::kAppendConsequencesMax -
                                                  judgement->consequences.size()));
  for (eventstore::EventDraft& consequence : conduct.consequences)
    judgement->consequences.push_back(std::move(consequence));
  for (eventstore::Expectation& expectation : conduct.expectations) {
    judgement->expectations.push_back(std::move(expectation));
  }
  return absl::OkStatus();
}

void RecordEvents::Append(AppendRequest request, eventstore::AppendCallback done) const {
  auto pending = std::make_unique<Pending>();
  pending->request = std::move(request);
  pending->done = std::move(done);
  pending->attempts_left = kDecisionAttemptsMax;
  if (uses_.contacts == nullptr || !JudgeContacts::Concerns(pending->request.drafts)) {
    return AppendJudged(std::move(pending));
  }
  for (const eventstore::EventDraft& draft : pending->request.drafts) {
    for (const Stream& stream : draft.streams) {
      if (stream.kind == ledger::v1::STREAM_KIND_DEBTOR ||
          stream.kind == ledger::v1::STREAM_KIND_CASE)
        pending->keys.insert(ToText(stream));
    }
    if (draft.event_id.has_value()) pending->keys.insert(EventKey(*draft.event_id));
  }
  AppendInTurn(std::move(pending));
}

void RecordEvents::AppendInTurn(std::unique_ptr<Pending> pending) const {
  size_t bytes = 0;
  for (const eventstore::EventDraft& draft : pending->request.drafts) {
    bytes += sizeof(draft) + draft.public_part.size() + draft.personal_part.size();
  }
  const std::set<std::string> keys = pending->keys;
  turns_->Run(keys, bytes,
              [this, pending = std::move(pending)](absl::StatusOr<Turns::End> end) mutable {
                if (!end.ok()) return pending->done(end.status());
                pending->end = *std::move(end);
                AppendJudged(std::move(pending));
              });
}

void RecordEvents::Answer(std::unique_ptr<Pending> pending,
                          absl::StatusOr<eventstore::AppendResult> result) {
  // The answer comes last: who has it may take the desk down.
  if (pending->end != nullptr) pending->end();
  pending->done(std::move(result));
}

void RecordEvents::AppendJudged(std::unique_ptr<Pending> pending) const {
  std::vector<eventstore::EventDraft>& drafts = pending->request.drafts;
  absl::StatusOr<Judgement> judgement =
      uses_.contacts == nullptr ? Judgement() : uses_.contacts->Run(drafts);
  if (!judgement.ok()) return Answer(std::move(pending), judgement.status());
  if (pending->end != nullptr && pending->attempts_left > 0) {
    const size_t held = pending->keys.size();
    for (const eventstore::Expectation& expectation : judgement->expectations)
      pending->keys.insert(ToText(expectation.stream));
    for (const EventId& id : judgement->missing) pending->keys.insert(EventKey(id));
    if (pending->keys.size() > held) {
      --pending->attempts_left;
      std::exchange(pending->end, nullptr)();
      return AppendInTurn(std::move(pending));
    }
  }
  const absl::Status conduct = AddConduct(drafts, &*judgement);
  if (!conduct.ok()) return Answer(std::move(pending), conduct);

  const bool expects = pending->attempts_left-- > 0 && !judgement->expectations.empty();
  AppendRequest judged;
  if (expects) {
    judged = pending->request;
  } else {
    judged = std::move(pending->request);
  }
  for (eventstore::EventDraft& consequence : judgement->consequences)
    judged.drafts.push_back(std::move(consequence));
  if (expects) {
    // What is not expected may have moved: the judgement then rests on what was read.
    const size_t count = std::min(judgement->expectations.size(), eventstore::kOwnExpectationsMax);
    judged.expectations.insert(judged.expectations.end(), judgement->expectations.begin(),
                               judgement->expectations.begin() + count);
  }
  uses_.log->Append(
      std::move(judged), [this, expects, pending = std::move(pending)](
                             absl::StatusOr<eventstore::AppendResult> result) mutable {
        if (!expects || ReasonOf(result.status()) != error::v1::STREAM_MOVED ||
            OwnExpectationFailed(result.status(), pending->request)) {
          return Answer(std::move(pending), std::move(result));
        }
        // The log's thread has other things to do than to judge.
        turns_->Later(
            [this, pending = std::move(pending)]() mutable { AppendJudged(std::move(pending)); });
      });
}

void RecordEvents::Run(const Caller& caller, const v1::AppendEventsRequest& request,
                       Done done) const {
  const absl::Time began = absl::Now();
  const auto refuse = [observer = uses_.observer](Done& to, const absl::Status& status) {
    observer->AppendRejected(ReasonOf(status).value_or(error::v1::INTERNAL));
    to(status);
  };
  absl::StatusOr<AppendRequest> prepared = Prepare(caller, request);
  if (!prepared.ok()) return refuse(done, prepared.status());

  std::vector<std::string_view> families;  // Of the catalogue, which outlives the call.
  for (const eventstore::EventDraft& draft : prepared->drafts) {
    families.push_back(uses_.catalogue->Find(draft.type)->family);
  }
  const size_t own_events = prepared->drafts.size();
  Append(*std::move(prepared),
         [this, refuse, own_events, began, families = std::move(families),
          source = std::string(caller.source()), published = request.wait() == v1::PUBLISHED,
          done = std::move(done)](absl::StatusOr<eventstore::AppendResult> result) mutable {
           if (!result.ok()) return refuse(done, result.status());
           if (!result->repeated) {
             for (const std::string_view family : families)
               uses_.observer->Appended(family, source);
           }
           v1::AppendEventsResponse response;
           // One for each event of the request; what followed from them stands behind.
           for (size_t i = 0; i < std::min(own_events, result->receipts.size()); ++i) {
             SetReceipt(result->receipts[i], response.add_receipts());
           }
           uses_.observer->AppendTook(absl::Now() - began);
           if (!published) return done(std::move(response));
           uses_.log->WhenPublished(result->receipts.back().position,
                                    [response = std::move(response),
                                     done = std::move(done)](absl::Status status) mutable {
                                      if (!status.ok()) return done(std::move(status));
                                      done(std::move(response));
                                    });
         });
}

}  // namespace constancia::api
