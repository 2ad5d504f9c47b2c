#include "api/commands/access_log.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/commands/limits.h"
#include "api/commands/messages.h"
#include "constancia/event/v1/people.pb.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/event/public_string.h"
#include "core/event/uuid.h"

namespace constancia::api {
namespace {

using eventstore::RecordedEvent;

constexpr std::string_view kAccessFamily = "ACCESS";
constexpr size_t kReadStep = 256;

const Stream kLedgerStream = {.kind = ledger::v1::STREAM_KIND_LEDGER, .name = "ledger"};

}  // namespace

absl::Status AccessLog::RequirePurpose(const std::string& purpose) {
  if (purpose.empty()) {
    return Error(error::v1::PURPOSE_REQUIRED,
                 "a search by national id or telephone says why it is made", "purpose");
  }
  return CheckId(purpose, "purpose");
}

absl::Status AccessLog::Record(const Caller& caller, const google::protobuf::Message& payload,
                               std::string_view key, std::vector<Stream> streams) const {
  const EventType* type = uses_.catalogue->Find(payload.GetTypeName());
  const Instant now = uses_.clock->Now();
  eventstore::EventDraft draft;
  draft.type = type->name;
  draft.retention_class = type->retention_class;
  draft.occurred_at = now;
  draft.zone = "Etc/UTC";
  draft.actor.set_kind(caller.kind == CallerKind::kSource ? ledger::v1::SYSTEM
                                                          : ledger::v1::PERSON);
  draft.actor.set_id(caller.id);
  draft.public_part = payload.SerializeAsString();
  draft.streams = std::move(streams);
  draft.streams.push_back(kLedgerStream);
  draft.streams.push_back(
      {.kind = ledger::v1::STREAM_KIND_SOURCE, .name = std::string(caller.source())});
  eventstore::AppendRequest request;
  request.source = std::string(caller.source());
  request.request_id = absl::StrCat(ToAbsl(key), ToText(NewEventId(now, *uses_.random)));
  request.drafts.push_back(std::move(draft));
  return uses_.log->AppendAndWait(std::move(request)).status();
}

absl::Status AccessLog::RecordViewing(const Caller& caller, const View& view,
                                      Viewing viewing) const {
  const std::string grant_id = view.GrantId();
  if (viewing.opened == 0 && grant_id.empty()) return absl::OkStatus();
  event::v1::RecordViewed viewed;
  viewed.set_viewer_id(caller.id);
  viewed.set_role(std::string(view.role()));
  viewed.set_what(viewing.what);
  viewed.set_purpose(viewing.purpose);
  viewed.set_masking(viewing.masking);
  viewed.set_grant_id(grant_id);
  viewed.set_events(viewing.opened);
  for (const Stream& stream : viewing.files) {
    if (stream.kind == ledger::v1::STREAM_KIND_CASE) viewed.set_case_id(stream.name);
    if (stream.kind == ledger::v1::STREAM_KIND_DEBTOR) viewed.set_party_id(stream.name);
  }
  // Room is left for the streams of the ledger and the source.
  if (viewing.files.size() > kStreamsPerEventMax - 2) viewing.files.resize(kStreamsPerEventMax - 2);
  return Record(caller, viewed, "view-", std::move(viewing.files));
}

absl::Status AccessLog::RecordSearch(const Caller& caller, const View& view, std::string_view query,
                                     std::string_view purpose, uint64_t found) const {
  event::v1::SearchPerformed searched;
  searched.set_searcher_id(caller.id);
  searched.set_role(std::string(view.role()));
  // No stream has such a name, so the digest is that of no stream.
  const Hash digest = uses_.log->stream_keys().KeyOf(
      {.kind = ledger::v1::STREAM_KIND_IDENTIFIER, .name = absl::StrCat("search/", ToAbsl(query))});
  searched.set_query_digest(digest.str());
  searched.set_result_count(found);
  searched.set_purpose(std::string(purpose));
  return Record(caller, searched, "search-", {});
}

absl::StatusOr<v1::ListAccessLogResponse> AccessLog::List(
    const Caller& caller, const v1::ListAccessLogRequest& request) const {
  RETURN_IF_ERROR(uses_.access->Check(caller, "AccessService.ListAccessLog"));
  RETURN_IF_ERROR(CheckTenant(caller, uses_.log->tenant(), request.parent()));
  if (request.page_size() > kPageSizeMax) {
    return Error(error::v1::LIMIT_EXCEEDED, absl::StrCat("a page has at most ", kPageSizeMax),
                 "page_size");
  }
  Stream stream = kLedgerStream;
  if (!request.case_id().empty()) {
    RETURN_IF_ERROR(CheckId(request.case_id(), "case_id"));
    stream = {.kind = ledger::v1::STREAM_KIND_CASE, .name = request.case_id()};
  }
  std::optional<uint64_t> from = 0;
  if (!request.page_token().empty()) from = ParseDecimal(request.page_token());
  if (!from.has_value()) {
    return Error(error::v1::SCHEMA_INVALID, "not a token that was given out", "page_token");
  }
  const size_t size = request.page_size() == 0 ? kPageSizeDefault : request.page_size();
  v1::ListAccessLogResponse response;
  for (size_t scanned = 0; scanned < kPageScanMax;) {
    ASSIGN_OR_RETURN(const std::vector<RecordedEvent> events,
                     uses_.log->reader().ReadStream(stream, Sequence{*from}, kReadStep));
    if (events.empty()) return response;
    for (const RecordedEvent& event : events) {
      if (response.events_size() == static_cast<int>(size)) {
        response.set_next_page_token(absl::StrCat(*from));
        return response;
      }
      ++*from;
      const EventType* type = uses_.catalogue->Find(event.header.type());
      if (type == nullptr) continue;
      if (type->family == kAccessFamily ||
          type->descriptor == event::v1::RoleGranted::descriptor() ||
          type->descriptor == event::v1::RoleRevoked::descriptor()) {
        SetEvent(event, response.add_events());
      }
    }
    scanned += events.size();
  }
  response.set_next_page_token(absl::StrCat(*from));
  return response;
}

}  // namespace constancia::api
