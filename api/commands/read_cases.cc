#include "api/commands/read_cases.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "api/commands/limits.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "eventstore/projections/case_file/case_file.h"

namespace constancia::api {
namespace {

v1::Case ToMessage(eventstore::CaseView view) {
  v1::Case message;
  *message.mutable_file() = std::move(view.file);
  message.set_as_of(view.as_of.value);
  return message;
}

}  // namespace

absl::Status ReadCases::Check(const Caller& caller, Method method, std::string_view parent) const {
  RETURN_IF_ERROR(uses_.access->Check(caller, method));
  return CheckTenant(caller, uses_.log->tenant(), parent);
}

absl::StatusOr<v1::Case> ReadCases::Get(const Caller& caller,
                                        const v1::GetCaseRequest& request) const {
  RETURN_IF_ERROR(Check(caller, "CaseService.GetCase", request.parent()));
  ASSIGN_OR_RETURN(eventstore::CaseView view, eventstore::ReadCase(*uses_.log, request.case_id()));
  if (request.at_least() >= view.as_of.value && request.at_least() > 0) {
    return Error(error::v1::NOT_PUBLISHED, "the log has not come so far", "at_least",
                 {{"as_of", absl::StrCat(view.as_of.value)}});
  }
  return ToMessage(std::move(view));
}

absl::StatusOr<v1::ListCasesResponse> ReadCases::List(const Caller& caller,
                                                      const v1::ListCasesRequest& request) const {
  RETURN_IF_ERROR(Check(caller, "CaseService.ListCases", request.parent()));
  if (request.page_size() > kPageSizeMax) {
    return Error(error::v1::LIMIT_EXCEEDED, absl::StrCat("a page has at most ", kPageSizeMax),
                 "page_size");
  }
  const auto after = HexDecode(request.page_token());
  if (!after.has_value())
    return Error(error::v1::SCHEMA_INVALID, "not a token that was given out", "page_token");
  const size_t size = request.page_size() == 0 ? kPageSizeDefault : request.page_size();
  ASSIGN_OR_RETURN(std::vector<eventstore::CaseView> views,
                   eventstore::ListCases(*uses_.log, *after, size));
  v1::ListCasesResponse response;
  if (views.size() == size) response.set_next_page_token(HexEncode(views.back().file.case_id()));
  for (eventstore::CaseView& view : views) *response.add_cases() = ToMessage(std::move(view));
  return response;
}

absl::StatusOr<v1::GetTimelineResponse> ReadCases::Timeline(
    const Caller& caller, const v1::GetTimelineRequest& request,
    std::optional<Language> language) const {
  RETURN_IF_ERROR(Check(caller, "CaseService.GetTimeline", request.parent()));
  ASSIGN_OR_RETURN(const eventstore::CaseView view,
                   eventstore::ReadCase(*uses_.log, request.case_id()));
  v1::ListEventsRequest events;
  events.set_parent(request.parent());
  events.set_stream(absl::StrCat("case/", request.case_id()));
  events.set_page_size(request.page_size());
  events.set_page_token(request.page_token());
  ASSIGN_OR_RETURN(v1::ListEventsResponse page, uses_.read_events->List(caller, events));
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
  response.set_total(view.file.events());
  return response;
}

}  // namespace constancia::api
