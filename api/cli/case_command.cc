#include "api/cli/case_command.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "constancia/v1/case_service.grpc.pb.h"
#include "core/base/money.h"
#include "core/base/status.h"

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

Outcome CaseShow(const CommandContext& context, const std::string& case_id) {
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  v1::GetCaseRequest request;
  request.set_parent(client.parent());
  request.set_case_id(case_id);
  const auto stub = CaseService::NewStub(client.channel());
  ASSIGN_OR_RETURN(const v1::Case found, Call(*stub, &CaseService::Stub::GetCase, request));
  RecordWriter writer(context.format, Shape::kOne, CaseColumns(), context.out);
  writer.Add(CaseCells(found.file()), ToJson(found));
  writer.Finish();
  return ExitCode::kOk;
}

Outcome CaseList(const CommandContext& context, uint64_t limit) {
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  v1::ListCasesRequest request;
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
