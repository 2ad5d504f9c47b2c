#include "api/commands/read_cases.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "api/commands/limits.h"
#include "api/commands/messages.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/event/public_string.h"
#include "eventstore/projections/case_file/case_file.h"

namespace constancia::api {
namespace {

absl::Status Ahead(Position end, const char* field) {
  return Error(error::v1::NOT_PUBLISHED, "the log has not come so far", field,
               {{"as_of", absl::StrCat(end.value)}});
}

// The file now, or as it was known when the request asks.
absl::StatusOr<eventstore::CaseView> Read(const eventstore::EventLog& log,
                                          const v1::GetCaseRequest& request) {
  eventstore::AsOf as_of;
  switch (request.as_of_case()) {
    case v1::GetCaseRequest::AS_OF_NOT_SET:
      return eventstore::ReadCase(log, request.case_id());
    case v1::GetCaseRequest::kPosition:
      if (request.position() > log.reader().end().value) {
        return Ahead(log.reader().end(), "position");
      }
      as_of.before = {request.position()};
      break;
    case v1::GetCaseRequest::kKnownAt: {
      ASSIGN_OR_RETURN(as_of.known_at, ToInstant(request.known_at(), "known_at"));
      break;
    }
  }
  return eventstore::ReadCaseAsOf(log.reader(), request.case_id(), as_of);
}

v1::Case ToMessage(eventstore::CaseView view) {
  v1::Case message;
  *message.mutable_file() = std::move(view.file);
  message.set_as_of(view.as_of.value);
  return message;
}

}  // namespace

absl::StatusOr<View> ReadCases::ViewFor(const Caller& caller, Method method,
                                        std::string_view parent) const {
  ASSIGN_OR_RETURN(View view, uses_.access->ViewFor(caller, method));
  RETURN_IF_ERROR(CheckTenant(caller, uses_.log->tenant(), parent));
  return view;
}

absl::Status ReadCases::RecordViewing(const Caller& caller, const View& view,
                                      const std::string& case_id) const {
  return uses_.access_log->RecordViewing(
      caller, view,
      {.what = "case/" + case_id,
       .purpose = {},
       .masking = {},
       .opened = 0,
       .files = {{.kind = ledger::v1::STREAM_KIND_CASE, .name = case_id}}});
}

absl::StatusOr<v1::Case> ReadCases::Get(const Caller& caller,
                                        const v1::GetCaseRequest& request) const {
  ASSIGN_OR_RETURN(View view, ViewFor(caller, "CaseService.GetCase", request.parent()));
  RETURN_IF_ERROR(view.CheckCase(request.case_id()));
  ASSIGN_OR_RETURN(eventstore::CaseView found, Read(*uses_.log, request));
  if (request.at_least() >= found.as_of.value && request.at_least() > 0) {
    return Ahead(found.as_of, "at_least");
  }
  RETURN_IF_ERROR(RecordViewing(caller, view, request.case_id()));
  return ToMessage(std::move(found));
}

absl::StatusOr<v1::ListCasesResponse> ReadCases::List(const Caller& caller,
                                                      const v1::ListCasesRequest& request) const {
  ASSIGN_OR_RETURN(View view, ViewFor(caller, "CaseService.ListCases", request.parent()));
  if (request.page_size() > kPageSizeMax) {
    return Error(error::v1::LIMIT_EXCEEDED, absl::StrCat("a page has at most ", kPageSizeMax),
                 "page_size");
  }
  const auto after = HexDecode(request.page_token());
  if (!after.has_value())
    return Error(error::v1::SCHEMA_INVALID, "not a token that was given out", "page_token");
  const size_t size = request.page_size() == 0 ? kPageSizeDefault : request.page_size();
  const eventstore::CaseFilter filter{.stage = request.stage(),
                                      .state = request.state(),
                                      .creditor_id = request.creditor_id(),
                                      .agent_id = request.agent_id()};
  ASSIGN_OR_RETURN(eventstore::CasePage page,
                   eventstore::ListCases(*uses_.log, filter, *after, size));
  v1::ListCasesResponse response;
  response.set_next_page_token(HexEncode(page.next));
  for (casefile::v1::CaseFile& file : page.files) {
    ASSIGN_OR_RETURN(const bool sees, view.SeesCase(file.case_id()));
    if (!sees) continue;
    RETURN_IF_ERROR(RecordViewing(caller, view, file.case_id()));
    *response.add_cases() = ToMessage({std::move(file), page.as_of});
  }
  return response;
}

absl::StatusOr<v1::SearchCasesResponse> ReadCases::Search(
    const Caller& caller, const v1::SearchCasesRequest& request) const {
  ASSIGN_OR_RETURN(View view, ViewFor(caller, "CaseService.SearchCases", request.parent()));
  // No row is kept under anything else.
  RETURN_IF_ERROR(CheckId(request.query(), "query"));
  ASSIGN_OR_RETURN(const eventstore::CaseKeys keys,
                   eventstore::FindCases(*uses_.log, request.query(), kPageSizeMax));
  v1::SearchCasesResponse response;
  for (const eventstore::CaseKey& key : keys.found) {
    ASSIGN_OR_RETURN(const bool sees, view.SeesCase(key.case_id));
    if (!sees) continue;
    RETURN_IF_ERROR(RecordViewing(caller, view, key.case_id));
    v1::FoundCase* found = response.add_cases();
    found->set_case_id(key.case_id);
    found->set_found_by(key.kind);
  }
  response.set_complete_to(keys.as_of.value);
  response.set_more(keys.more);
  return response;
}

absl::StatusOr<v1::GetTimelineResponse> ReadCases::Timeline(
    const Caller& caller, const v1::GetTimelineRequest& request,
    std::optional<Language> language) const {
  constexpr Method kTimeline = "CaseService.GetTimeline";
  ASSIGN_OR_RETURN(View view, ViewFor(caller, kTimeline, request.parent()));
  RETURN_IF_ERROR(view.CheckCase(request.case_id()));
  ASSIGN_OR_RETURN(const eventstore::CaseView found,
                   eventstore::ReadCase(*uses_.log, request.case_id()));
  v1::ListEventsRequest events;
  events.set_parent(request.parent());
  events.set_stream(absl::StrCat("case/", request.case_id()));
  events.set_page_size(request.page_size());
  events.set_page_token(request.page_token());
  ASSIGN_OR_RETURN(v1::ListEventsResponse page,
                   uses_.read_events->ListFor(caller, kTimeline, events));
  v1::GetTimelineResponse response;
  *response.mutable_events() = std::move(*page.mutable_events());
  if (language.has_value()) {
    for (const v1::Event& event : response.events()) {
      ToldEvent told = uses_.sentences->Tell(event.header(), event.payload().value(), *language);
      v1::ToldEvent* message = response.add_told();
      message->set_occurred(std::move(told.occurred));
      message->set_recorded(std::move(told.recorded));
      message->set_actor(std::move(told.actor));
      message->set_sentence(std::move(told.sentence));
    }
  }
  response.set_next_page_token(page.next_page_token());
  response.set_total(found.file.events());
  return response;
}

}  // namespace constancia::api
