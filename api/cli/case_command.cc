#include "api/cli/case_command.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <algorithm>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "api/cli/enum_text.h"
#include "constancia/v1/case_service.grpc.pb.h"
#include "core/base/money.h"
#include "core/base/status.h"
#include "core/base/time.h"

namespace constancia::api {
namespace {

using v1::CaseService;

constexpr uint32_t kPageSizeMax = 1000;

std::vector<Column> CaseColumns() {
  return {{"case_id"},  {"state"},    {"stage"},    {"party_id"},   {"balance"}, {"creditor_id"},
          {"agent_id"}, {"attempts"}, {"contacts"}, {"violations"}, {"events"},  {"last_at"}};
}

// What is due, debt by debt: "1200.50 MXN".
std::string Balances(const casefile::v1::CaseFile& file) {
  std::string text;
  for (const casefile::v1::ObligationFile& debt : file.obligations()) {
    const auto currency = Currency::FromCode(debt.code());
    absl::StrAppend(&text, text.empty() ? "" : " + ",
                    currency.ok() ? Money(debt.balance_minor(), *currency).ToDecimal()
                                  : absl::StrCat(debt.balance_minor()),
                    " ", debt.code());
  }
  return text;
}

// A number is a position; anything else must be an instant.
absl::Status SetAsOf(const std::string& text, v1::GetCaseRequest* request) {
  if (text.empty()) return absl::OkStatus();
  uint64_t position = 0;
  if (absl::SimpleAtoi(text, &position)) {
    request->set_position(position);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const int64_t micros, ReadTime(text));
  request->mutable_known_at()->set_seconds(micros / kMicrosPerSecond);
  request->mutable_known_at()->set_nanos(static_cast<int32_t>(micros % kMicrosPerSecond) * 1'000);
  return absl::OkStatus();
}

std::vector<std::string> CaseCells(const casefile::v1::CaseFile& file) {
  return {file.case_id(),
          casefile::v1::CaseState_Name(file.state()),
          event::v1::Stage_Name(file.stage()),
          file.party_id(),
          Balances(file),
          file.creditor_id(),
          file.agent_id(),
          absl::StrCat(file.attempts()),
          absl::StrCat(file.right_party_contacts()),
          absl::StrCat(file.violations()),
          absl::StrCat(file.events()),
          TimeText(file.last_occurred_at_micros(), 0)};
}

}  // namespace

Outcome CaseShow(const CommandContext& context, const std::string& case_id,
                 const std::string& as_of) {
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  v1::GetCaseRequest request;
  request.set_parent(client.parent());
  request.set_case_id(case_id);
  RETURN_IF_ERROR(SetAsOf(as_of, &request));
  const auto stub = CaseService::NewStub(client.channel());
  ASSIGN_OR_RETURN(const v1::Case found, Call(*stub, &CaseService::Stub::GetCase, request));
  RecordWriter writer(context.format, Shape::kOne, CaseColumns(), context.out);
  writer.Add(CaseCells(found.file()), ToJson(found));
  writer.Finish();
  return ExitCode::kOk;
}

Outcome CaseList(const CommandContext& context, const CaseListOptions& options, uint64_t limit) {
  v1::ListCasesRequest request;
  if (!options.stage.empty()) {
    ASSIGN_OR_RETURN(const int stage,
                     ReadEnum(*event::v1::Stage_descriptor(), "STAGE_", options.stage));
    request.set_stage(static_cast<event::v1::Stage>(stage));
  }
  if (!options.state.empty()) {
    ASSIGN_OR_RETURN(const int state,
                     ReadEnum(*casefile::v1::CaseState_descriptor(), "CASE_STATE_", options.state));
    request.set_state(static_cast<casefile::v1::CaseState>(state));
  }
  request.set_creditor_id(options.creditor);
  request.set_agent_id(options.agent);
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  request.set_parent(client.parent());
  const auto stub = CaseService::NewStub(client.channel());
  RecordWriter writer(context.format, Shape::kMany, CaseColumns(), context.out);
  uint64_t left = limit == 0 ? UINT64_MAX : limit;
  do {
    request.set_page_size(static_cast<uint32_t>(std::min<uint64_t>(left, kPageSizeMax)));
    ASSIGN_OR_RETURN(const auto page, Call(*stub, &CaseService::Stub::ListCases, request));
    for (const v1::Case& found : page.cases()) writer.Add(CaseCells(found.file()), ToJson(found));
    left -= std::min<uint64_t>(left, static_cast<uint64_t>(page.cases_size()));
    request.set_page_token(page.next_page_token());
  } while (left > 0 && !request.page_token().empty());
  writer.Finish();
  return ExitCode::kOk;
}

Outcome CaseSearch(const CommandContext& context, const std::string& key) {
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  v1::SearchCasesRequest request;
  request.set_parent(client.parent());
  request.set_query(key);
  const auto stub = CaseService::NewStub(client.channel());
  ASSIGN_OR_RETURN(const auto answer, Call(*stub, &CaseService::Stub::SearchCases, request));
  RecordWriter writer(context.format, Shape::kMany, {{"case_id"}, {"found_by"}}, context.out);
  for (const v1::FoundCase& found : answer.cases()) {
    writer.Add({found.case_id(), found.found_by()}, ToJson(found));
  }
  writer.Finish();
  *context.err << "Complete to position " << answer.complete_to()
               << ": ids of cases, debts, persons, "
               << "dockets, complaints, disputes, promises, agreements and titles."
               << (answer.more() ? " There are more than are listed." : "") << "\n";
  return ExitCode::kOk;
}

Outcome CaseTimeline(const CommandContext& context, const std::string& case_id, uint64_t limit,
                     const std::string& language) {
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  v1::GetTimelineRequest request;
  request.set_parent(client.parent());
  request.set_case_id(case_id);
  const auto stub = CaseService::NewStub(client.channel());
  RecordWriter writer(
      context.format, Shape::kMany,
      {{"position", true}, {"occurred"}, {"recorded"}, {"actor"}, {"what_happened"}, {"type"}},
      context.out);
  uint64_t left = limit == 0 ? UINT64_MAX : limit;
  do {
    request.set_page_size(static_cast<uint32_t>(std::min<uint64_t>(left, kPageSizeMax)));
    grpc::ClientContext call;
    call.AddMetadata("accept-language", language);
    v1::GetTimelineResponse page;
    if (const auto status = stub->GetTimeline(&call, request, &page); !status.ok()) {
      return FromGrpc(status);
    }
    for (int i = 0; i < page.events_size(); ++i) {
      const v1::Event& event = page.events(i);
      const v1::ToldEvent told = i < page.told_size() ? page.told(i) : v1::ToldEvent();
      const std::string& type = event.header().type();
      writer.Add({absl::StrCat(event.position()), told.occurred(), told.recorded(), told.actor(),
                  told.sentence(), type.substr(type.rfind('.') + 1)},
                 ToJson(event));
    }
    left -= std::min<uint64_t>(left, static_cast<uint64_t>(page.events_size()));
    request.set_page_token(page.next_page_token());
  } while (left > 0 && !request.page_token().empty());
  writer.Finish();
  return ExitCode::kOk;
}

}  // namespace constancia::api
