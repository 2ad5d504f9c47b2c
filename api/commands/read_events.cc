#include "api/commands/read_events.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/commands/limits.h"
#include "api/commands/mask.h"
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

bool IsOfIdentifier(const EventQuery& query) {
  return query.stream.has_value() && query.stream->kind == ledger::v1::STREAM_KIND_IDENTIFIER;
}

bool IsShown(v1::PersonalPart personal) {
  return personal == v1::PERSONAL_PART_OPENED || personal == v1::PERSONAL_PART_MASKED;
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
  EventQuery query{.stream = {}, .types = {}, .caller = caller, .method = method};
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
  if (!stream.empty()) {
    absl::StatusOr<Stream> parsed = ParseStream(stream);
    if (!parsed.ok()) return InField(parsed.status(), "stream");
    query.stream = *std::move(parsed);
    return query;
  }
  ASSIGN_OR_RETURN(const View view, uses_.access->ViewFor(caller, method));
  if (const auto source = view.OnlySource(); source.has_value()) {
    query.stream = Stream{.kind = ledger::v1::STREAM_KIND_SOURCE, .name = *source};
  }
  return query;
}

absl::StatusOr<std::optional<uint64_t>> ReadEvents::Read(
    const EventQuery& query, View& view, uint64_t from, Position end, size_t scan,
    const std::function<bool(const RecordedEvent&, const View::Sight&)>& take) const {
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
      if (!query.types.empty() && !query.types.contains(event.header.type())) continue;
      ASSIGN_OR_RETURN(const View::Sight sight, view.SightOf(event.header));
      if (sight.seen && !take(event, sight)) return from;
    }
    scan -= events->size();
  }
  return from;
}

absl::Status ReadEvents::Open(const RecordedEvent& event, event::v1::Masking masking,
                              v1::Event* message) const {
  if (!event.header.has_sealed() || masking == event::v1::MASKING_UNSPECIFIED)
    return absl::OkStatus();
  absl::StatusOr<OpenedPersonal> opened = uses_.log->reader().OpenPersonal(event);
  if (ReasonOf(opened.status()) == error::v1::PERSONAL_PART_ERASED) {
    message->set_personal(v1::PERSONAL_PART_ERASED);
    return absl::OkStatus();
  }
  if (!opened.ok()) return opened.status();
  if (masking == event::v1::MASKING_FULL) {
    message->set_personal(v1::PERSONAL_PART_OPENED);
    message->mutable_payload()->mutable_value()->append(opened->personal_part);
    message->set_salt(opened->salt);
    return absl::OkStatus();
  }
  const EventType* type = uses_.catalogue->Find(event.header.type());
  if (type == nullptr) return absl::OkStatus();  // of a later version: it cannot be masked
  message->set_personal(v1::PERSONAL_PART_MASKED);
  message->mutable_payload()->mutable_value()->append(
      MaskPersonal(*type->descriptor, opened->personal_part, masking, uses_.log->stream_keys()));
  return absl::OkStatus();
}

absl::StatusOr<v1::Event> ReadEvents::Get(const Caller& caller,
                                          const v1::GetEventRequest& request) const {
  ASSIGN_OR_RETURN(View view, uses_.access->ViewFor(caller, "EventService.GetEvent"));
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
  ASSIGN_OR_RETURN(const View::Sight sight, view.SightOf(event.header));
  if (!sight.seen) {
    return Error(error::v1::SCOPE_NOT_GRANTED,
                 "this event is of a case, person or source that the caller may not see");
  }
  v1::Event message;
  SetEvent(event, &message);
  ASSIGN_OR_RETURN(const std::vector<eventstore::Receipt> receipts, reader.ReceiptsOf({position}));
  SetSeal(receipts.front().seal, message.mutable_seal());
  if (request.open_personal()) {
    RETURN_IF_ERROR(Open(event, sight.masking, &message));
    if (message.personal() == v1::PERSONAL_PART_ERASED) {
      return Error(error::v1::PERSONAL_PART_ERASED,
                   "the personal part was erased; ask without open_personal", "open_personal");
    }
    if (message.personal() == v1::PERSONAL_PART_WITHHELD) {
      return Error(error::v1::SCOPE_NOT_GRANTED,
                   "the caller may not see the personal part; ask without open_personal",
                   "open_personal");
    }
  }
  RETURN_IF_ERROR(uses_.access_log->RecordViewing(
      caller, view,
      {.what = "event/" + message.event_id(),
       .purpose = request.purpose(),
       .masking = IsShown(message.personal()) ? sight.masking : event::v1::MASKING_UNSPECIFIED,
       .opened = IsShown(message.personal()) ? 1u : 0u,
       .files = FilesOf(event.header)}));
  return message;
}

absl::StatusOr<v1::ListEventsResponse> ReadEvents::List(
    const Caller& caller, const v1::ListEventsRequest& request) const {
  return ListFor(caller, "EventService.ListEvents", request);
}

absl::StatusOr<v1::ListEventsResponse> ReadEvents::ListFor(
    const Caller& caller, Method method, const v1::ListEventsRequest& request) const {
  ASSIGN_OR_RETURN(const EventQuery query, PrepareQuery(caller, method, request.parent(),
                                                        request.stream(), request.types()));
  RETURN_IF_ERROR(CheckPurpose(request.open_personal(), request.purpose()));
  if (IsOfIdentifier(query)) RETURN_IF_ERROR(AccessLog::RequirePurpose(request.purpose()));
  if (request.page_size() > kPageSizeMax) {
    return Error(error::v1::LIMIT_EXCEEDED, "a page holds at most 1,000 events", "page_size");
  }
  const uint32_t page_size = request.page_size() == 0 ? kPageSizeDefault : request.page_size();
  std::optional<uint64_t> from = 0;
  if (!request.page_token().empty()) from = ParseDecimal(request.page_token());
  if (!from.has_value()) {
    return Invalid("not a token of a page before; ask for the first page again", "page_token");
  }

  ASSIGN_OR_RETURN(View view, uses_.access->ViewFor(caller, method));
  v1::ListEventsResponse response;
  const Position end = uses_.log->reader().end();
  absl::Status failed;
  size_t bytes = 0;
  AccessLog::Viewing viewing{
      .what = {}, .purpose = request.purpose(), .masking = {}, .opened = 0, .files = {}};
  const auto take = [&](const RecordedEvent& event, const View::Sight& sight) {
    v1::Event* message = response.add_events();
    SetEvent(event, message);
    if (request.open_personal()) failed = Open(event, sight.masking, message);
    if (IsShown(message->personal())) {
      ++viewing.opened;
      viewing.masking = sight.masking;
    }
    bytes += event.leaf.size() + message->payload().value().size();
    return failed.ok() && bytes < kPageBytesMax &&
           response.events_size() < static_cast<int>(page_size);
  };
  ASSIGN_OR_RETURN(const std::optional<uint64_t> next,
                   Read(query, view, *from, end, kPageScanMax, take));
  RETURN_IF_ERROR(failed);
  if (query.stream.has_value() && (query.stream->kind == ledger::v1::STREAM_KIND_CASE ||
                                   query.stream->kind == ledger::v1::STREAM_KIND_DEBTOR)) {
    viewing.files.push_back(*query.stream);
  }
  // The name of an identifier is somebody's national id.
  viewing.what = IsOfIdentifier(query)      ? "identifier"
                 : query.stream.has_value() ? ToText(*query.stream)
                                            : "log";
  RETURN_IF_ERROR(uses_.access_log->RecordViewing(caller, view, viewing));
  if (IsOfIdentifier(query)) {
    RETURN_IF_ERROR(uses_.access_log->RecordSearch(caller, view, query.stream->name,
                                                   request.purpose(), response.events_size()));
  }
  if (next.has_value()) response.set_next_page_token(absl::StrCat(*next));
  response.set_as_of(end.value);
  return response;
}

absl::StatusOr<EventQuery> ReadEvents::PrepareWatch(const Caller& caller,
                                                    const v1::WatchEventsRequest& request) const {
  ASSIGN_OR_RETURN(EventQuery query,
                   PrepareQuery(caller, "EventService.WatchEvents", request.parent(),
                                request.stream(), request.types()));
  if (IsOfIdentifier(query)) {
    return Error(error::v1::PURPOSE_REQUIRED,
                 "the stream of a national id is listed with a purpose, not watched", "stream");
  }
  return query;
}

absl::StatusOr<ReadEvents::News> ReadEvents::ReadNews(const EventQuery& query,
                                                      Position from) const {
  // Made anew each time: a role or grant may have ended since.
  ASSIGN_OR_RETURN(View view, uses_.access->ViewFor(query.caller, query.method));
  News news;
  const Position end = uses_.log->reader().end();
  // The watcher counts in positions, so the log is followed, and a stream is a filter on it.
  EventQuery of_log = query;
  of_log.stream.reset();
  size_t bytes = 0;
  const auto take = [&](const RecordedEvent& event, const View::Sight&) {
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
                   Read(of_log, view, from.value, end, kPageScanMax, take));
  news.caught_up = !next.has_value();
  news.next = next.has_value() ? Position{*next} : std::max(from, end);
  if (!news.events.empty()) {
    RETURN_IF_ERROR(uses_.access_log->RecordViewing(
        query.caller, view,
        {.what = query.stream.has_value() ? ToText(*query.stream) : "log",
         .purpose = {},
         .masking = {},
         .opened = 0,
         .files = {}}));
  }
  return news;
}

}  // namespace constancia::api
