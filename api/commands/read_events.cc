#include "api/commands/read_events.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/commands/limits.h"
#include "api/commands/messages.h"
#include "constancia/event/v1/access.pb.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/event/public_string.h"
#include "core/event/uuid.h"

namespace constancia::api {
namespace {

using eventstore::RecordedEvent;

// Events read at a time: few at first, for a page is mostly short, then more for a filter that
// passes many over.
constexpr size_t kReadStepFirst = 64;
constexpr size_t kReadStepMax = 256;

absl::Status Invalid(std::string_view message, std::string_view field) {
  return Error(error::v1::SCHEMA_INVALID, message, field);
}

absl::Status CheckPurpose(bool open_personal, const std::string& purpose) {
  if (!open_personal) return absl::OkStatus();
  if (purpose.empty()) return Invalid("say why personal data is opened", "purpose");
  return CheckId(purpose, "purpose");
}

bool Matches(const EventQuery& query, const RecordedEvent& event) {
  if (query.only_source.has_value() && event.header.source() != *query.only_source) return false;
  return query.types.empty() || query.types.contains(event.header.type());
}

// Whose file an event is in: the streams in which a viewing of it is recorded as well.
std::vector<Stream> FilesOf(const ledger::v1::EventHeader& header) {
  std::vector<Stream> files;
  for (const StreamPlace& place : header.streams()) {
    if (place.kind() == ledger::v1::STREAM_KIND_CASE ||
        place.kind() == ledger::v1::STREAM_KIND_DEBTOR) {
      files.push_back({.kind = place.kind(), .name = place.name()});
    }
  }
  return files;
}

}  // namespace

absl::StatusOr<EventQuery> ReadEvents::PrepareQuery(
    const Caller& caller, Method method, const std::string& parent, const std::string& stream,
    const google::protobuf::RepeatedPtrField<std::string>& types) const {
  RETURN_IF_ERROR(uses_.access->Check(caller, method));
  RETURN_IF_ERROR(CheckTenant(caller, uses_.log->tenant(), parent));
  EventQuery query;
  if (types.size() > kFilterTypesMax) {
    return Error(error::v1::LIMIT_EXCEEDED, "at most 32 types", "types");
  }
  for (int i = 0; i < types.size(); ++i) {
    if (uses_.catalogue->Find(types[i]) == nullptr) {
      return Error(error::v1::TYPE_UNKNOWN, "no event type of this name",
                   absl::StrCat("types[", i, "]"));
    }
    query.types.insert(types[i]);
  }
  query.only_source = uses_.access->OnlySourceOf(caller);
  if (!stream.empty()) {
    absl::StatusOr<Stream> parsed = ParseStream(stream);
    if (!parsed.ok()) return InField(parsed.status(), "stream");
    query.stream = *std::move(parsed);
  } else if (query.only_source.has_value()) {
    query.stream = Stream{.kind = ledger::v1::STREAM_KIND_SOURCE, .name = *query.only_source};
  }
  return query;
}

absl::StatusOr<std::optional<uint64_t>> ReadEvents::Read(
    const EventQuery& query, uint64_t from, Position end, size_t scan,
    const std::function<bool(const RecordedEvent&)>& take) const {
  const eventstore::LogReader& reader = uses_.log->reader();
  for (size_t at_once = kReadStepFirst; scan > 0; at_once = std::min(2 * at_once, kReadStepMax)) {
    const size_t step = std::min(scan, at_once);
    absl::StatusOr<std::vector<RecordedEvent>> events =
        query.stream.has_value() ? reader.ReadStream(*query.stream, Sequence{from}, step)
                                 : reader.ReadLog(Position{from}, step);
    if (!events.ok()) return events.status();
    if (events->empty()) return std::nullopt;
    for (const RecordedEvent& event : *events) {
      if (event.position >= end) return std::nullopt;
      from = query.stream.has_value() ? from + 1 : event.position.value + 1;
      if (Matches(query, event) && !take(event)) return from;
    }
    scan -= events->size();
  }
  return from;
}

absl::Status ReadEvents::Open(const RecordedEvent& event, v1::Event* message) const {
  if (!event.header.has_sealed()) return absl::OkStatus();
  absl::StatusOr<OpenedPersonal> opened = uses_.log->reader().OpenPersonal(event);
  if (ReasonOf(opened.status()) == error::v1::PERSONAL_PART_ERASED) {
    message->set_personal(v1::PERSONAL_PART_ERASED);
    return absl::OkStatus();
  }
  if (!opened.ok()) return opened.status();
  message->set_personal(v1::PERSONAL_PART_OPENED);
  message->mutable_payload()->mutable_value()->append(opened->personal_part);
  message->set_salt(opened->salt);
  return absl::OkStatus();
}

absl::Status ReadEvents::RecordViewing(const Caller& caller, Method method, std::string_view what,
                                       std::string_view purpose, uint32_t opened,
                                       std::vector<Stream> streams) const {
  event::v1::RecordViewed viewed;
  viewed.set_viewer_id(caller.id);
  viewed.set_role(uses_.access->RoleFor(caller, method));
  viewed.set_what(std::string(what));
  viewed.set_purpose(std::string(purpose));
  viewed.set_masking(event::v1::MASKING_FULL);
  viewed.set_events(opened);
  for (const Stream& stream : streams) {
    if (stream.kind == ledger::v1::STREAM_KIND_CASE) viewed.set_case_id(stream.name);
    if (stream.kind == ledger::v1::STREAM_KIND_DEBTOR) viewed.set_party_id(stream.name);
  }
  const EventType* type = uses_.catalogue->Find(viewed.GetTypeName());
  const Instant now = uses_.clock->Now();
  eventstore::EventDraft draft;
  draft.type = type->name;
  draft.retention_class = type->retention_class;
  draft.occurred_at = now;
  draft.zone = "Etc/UTC";
  draft.actor.set_kind(caller.kind == CallerKind::kSource ? ledger::v1::SYSTEM
                                                          : ledger::v1::PERSON);
  draft.actor.set_id(caller.id);
  draft.public_part = viewed.SerializeAsString();
  draft.streams = std::move(streams);
  draft.streams.push_back(
      {.kind = ledger::v1::STREAM_KIND_SOURCE, .name = std::string(caller.source())});
  eventstore::AppendRequest request;
  request.source = std::string(caller.source());
  request.request_id = "view-" + ToText(NewEventId(now, *uses_.random));
  request.drafts.push_back(std::move(draft));
  return uses_.log->AppendAndWait(std::move(request)).status();
}

absl::StatusOr<v1::Event> ReadEvents::Get(const Caller& caller,
                                          const v1::GetEventRequest& request) const {
  constexpr Method kGet = "EventService.GetEvent";
  RETURN_IF_ERROR(uses_.access->Check(caller, kGet));
  RETURN_IF_ERROR(CheckTenant(caller, uses_.log->tenant(), request.parent()));
  RETURN_IF_ERROR(CheckPurpose(request.open_personal(), request.purpose()));
  const eventstore::LogReader& reader = uses_.log->reader();
  Position position{request.position()};
  if (request.which_case() == v1::GetEventRequest::WHICH_NOT_SET) {
    return Invalid("name the event by its position or its id", "event_id");
  }
  if (request.which_case() == v1::GetEventRequest::kEventId) {
    const auto id = ParseEventId(request.event_id());
    if (!id.ok()) return InField(id.status(), "event_id");
    ASSIGN_OR_RETURN(const std::optional<Position> found, reader.FindEvent(*id));
    if (!found.has_value()) {
      return Error(error::v1::NOT_FOUND, "no event of this id", "event_id");
    }
    position = *found;
  }
  ASSIGN_OR_RETURN(const RecordedEvent event, reader.ReadEvent(position));
  EventQuery scope;
  scope.only_source = uses_.access->OnlySourceOf(caller);
  if (!Matches(scope, event)) {
    return Error(error::v1::SCOPE_NOT_GRANTED, "a source reads its own events only");
  }
  v1::Event message;
  SetEvent(event, &message);
  ASSIGN_OR_RETURN(const std::vector<eventstore::Receipt> receipts, reader.ReceiptsOf({position}));
  SetSeal(receipts.front().seal, message.mutable_seal());
  if (!request.open_personal()) return message;
  RETURN_IF_ERROR(Open(event, &message));
  if (message.personal() == v1::PERSONAL_PART_ERASED) {
    return Error(error::v1::PERSONAL_PART_ERASED,
                 "the personal part was erased; ask without open_personal", "open_personal");
  }
  if (message.personal() == v1::PERSONAL_PART_OPENED) {
    RETURN_IF_ERROR(RecordViewing(caller, kGet, "event/" + message.event_id(), request.purpose(), 1,
                                  FilesOf(event.header)));
  }
  return message;
}

absl::StatusOr<v1::ListEventsResponse> ReadEvents::List(
    const Caller& caller, const v1::ListEventsRequest& request) const {
  constexpr Method kList = "EventService.ListEvents";
  ASSIGN_OR_RETURN(const EventQuery query, PrepareQuery(caller, kList, request.parent(),
                                                        request.stream(), request.types()));
  RETURN_IF_ERROR(CheckPurpose(request.open_personal(), request.purpose()));
  if (request.page_size() > kPageSizeMax) {
    return Error(error::v1::LIMIT_EXCEEDED, "a page holds at most 1,000 events", "page_size");
  }
  const uint32_t page_size = request.page_size() == 0 ? kPageSizeDefault : request.page_size();
  std::optional<uint64_t> from = 0;
  if (!request.page_token().empty()) from = ParseDecimal(request.page_token());
  if (!from.has_value()) {
    return Invalid("not a token of a page before; ask for the first page again", "page_token");
  }

  v1::ListEventsResponse response;
  const Position end = uses_.log->reader().end();
  absl::Status failed;
  size_t bytes = 0;
  uint32_t opened = 0;
  std::vector<Stream> files;
  const auto take = [&](const RecordedEvent& event) {
    v1::Event* message = response.add_events();
    SetEvent(event, message);
    if (request.open_personal()) failed = Open(event, message);
    if (message->personal() == v1::PERSONAL_PART_OPENED) ++opened;
    bytes += event.leaf.size() + message->payload().value().size();
    return failed.ok() && bytes < kPageBytesMax &&
           response.events_size() < static_cast<int>(page_size);
  };
  ASSIGN_OR_RETURN(const std::optional<uint64_t> next, Read(query, *from, end, kPageScanMax, take));
  RETURN_IF_ERROR(failed);
  if (opened > 0) {
    if (query.stream.has_value() && (query.stream->kind == ledger::v1::STREAM_KIND_CASE ||
                                     query.stream->kind == ledger::v1::STREAM_KIND_DEBTOR)) {
      files.push_back(*query.stream);
    }
    // The name of an identifier is somebody's national id.
    const bool identifier =
        query.stream.has_value() && query.stream->kind == ledger::v1::STREAM_KIND_IDENTIFIER;
    const std::string what = identifier                 ? "identifier"
                             : query.stream.has_value() ? ToText(*query.stream)
                                                        : "log";
    RETURN_IF_ERROR(
        RecordViewing(caller, kList, what, request.purpose(), opened, std::move(files)));
  }
  if (next.has_value()) response.set_next_page_token(absl::StrCat(*next));
  response.set_as_of(end.value);
  return response;
}

absl::StatusOr<EventQuery> ReadEvents::PrepareWatch(const Caller& caller,
                                                    const v1::WatchEventsRequest& request) const {
  return PrepareQuery(caller, "EventService.WatchEvents", request.parent(), request.stream(),
                      request.types());
}

absl::StatusOr<ReadEvents::News> ReadEvents::ReadNews(const EventQuery& query,
                                                      Position from) const {
  News news;
  const Position end = uses_.log->reader().end();
  // The watcher counts in positions, so the log is followed, and a stream is a filter on it.
  EventQuery of_log = query;
  of_log.stream.reset();
  size_t bytes = 0;
  const auto take = [&](const RecordedEvent& event) {
    if (query.stream.has_value() &&
        std::none_of(event.header.streams().begin(), event.header.streams().end(),
                     [&query](const StreamPlace& place) {
                       return place.kind() == query.stream->kind &&
                              place.name() == query.stream->name;
                     })) {
      return true;
    }
    SetEvent(event, &news.events.emplace_back());
    bytes += event.leaf.size();
    return bytes < kPageBytesMax && news.events.size() < kPageSizeDefault;
  };
  ASSIGN_OR_RETURN(const std::optional<uint64_t> next,
                   Read(of_log, from.value, end, kPageScanMax, take));
  news.caught_up = !next.has_value();
  news.next = next.has_value() ? Position{*next} : std::max(from, end);
  return news;
}

}  // namespace constancia::api
