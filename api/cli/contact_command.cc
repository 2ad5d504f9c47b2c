#include "api/cli/contact_command.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <fstream>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "api/cli/enum_text.h"
#include "constancia/v1/contact_service.grpc.pb.h"
#include "core/base/status.h"

namespace constancia::api {
namespace {

using counsel::v1::Finding;
using counsel::v1::Verdict;
using v1::ContactService;

absl::StatusOr<v1::IntendedContact> Intended(const ContactOptions& options) {
  v1::IntendedContact contact;
  contact.set_case_id(options.case_id);
  contact.set_party_id(options.party_id);
  ASSIGN_OR_RETURN(const int channel,
                   ReadEnum(*event::v1::Channel_descriptor(), "CHANNEL_", options.channel));
  contact.set_channel(static_cast<event::v1::Channel>(channel));
  if (!options.place.empty()) {
    ASSIGN_OR_RETURN(const int place,
                     ReadEnum(*event::v1::Place_descriptor(), "PLACE_", options.place));
    contact.set_place(static_cast<event::v1::Place>(place));
  }
  if (!options.purpose.empty()) {
    ASSIGN_OR_RETURN(const int purpose,
                     ReadEnum(*event::v1::Purpose_descriptor(), "PURPOSE_", options.purpose));
    contact.set_purpose(static_cast<event::v1::Purpose>(purpose));
  }
  contact.set_contact_point_id(options.contact_point_id);
  contact.set_agent_id(options.agent_id);
  contact.set_prerecorded(options.prerecorded);
  for (const std::string& zone : options.zones) contact.add_zones(zone);
  return contact;
}

// The rules that did not pass, one line each: what people ask first.
void Explain(const Verdict& verdict, std::ostream* err) {
  for (const Finding& finding : verdict.findings()) {
    if (finding.result() != Finding::FAIL) continue;
    *err << finding.rule_id();
    if (finding.limit() > 0) {
      *err << ": " << finding.count() << " of at most " << finding.limit();
    }
    *err << "\n";
  }
}

Outcome Answer(const CommandContext& context, const Verdict& verdict, const std::string& permit_id,
               std::string_view json) {
  RecordWriter writer(context.format, Shape::kOne,
                      {{"verdict"}, {"rule"}, {"next_allowed_at"}, {"permit_id"}}, context.out);
  writer.Add(
      {Verdict::Outcome_Name(verdict.outcome()), verdict.rule(),
       verdict.has_next_allowed_at_micros() ? TimeText(verdict.next_allowed_at_micros(), 0) : "",
       permit_id},
      json);
  writer.Finish();
  Explain(verdict, context.err);
  return verdict.outcome() == Verdict::DENY ? ExitCode::kDenied : ExitCode::kOk;
}

}  // namespace

Outcome ContactCheck(const CommandContext& context, const ContactOptions& options,
                     const std::string& at) {
  v1::CheckContactRequest request;
  ASSIGN_OR_RETURN(*request.mutable_contact(), Intended(options));
  if (!at.empty()) {
    ASSIGN_OR_RETURN(const int64_t micros, ReadTime(at));
    request.mutable_at()->set_seconds(micros / kMicrosPerSecond);
    request.mutable_at()->set_nanos(static_cast<int32_t>(micros % kMicrosPerSecond * 1000));
  }
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  request.set_parent(client.parent());
  const auto stub = ContactService::NewStub(client.channel());
  ASSIGN_OR_RETURN(const auto response, Call(*stub, &ContactService::Stub::CheckContact, request));
  return Answer(context, response.verdict(), "", ToJson(response));
}

Outcome ContactReserve(const CommandContext& context, const ContactOptions& options,
                       const ReserveOptions& reserve) {
  v1::ReserveContactRequest request;
  ASSIGN_OR_RETURN(*request.mutable_contact(), Intended(options));
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  request.set_parent(client.parent());
  request.set_request_id(reserve.request_id.empty() ? FreshRequestId(context) : reserve.request_id);
  request.set_permit_seconds(reserve.permit_seconds);
  *request.mutable_actor() = client.actor();
  const auto stub = ContactService::NewStub(client.channel());
  ASSIGN_OR_RETURN(const auto response,
                   Call(*stub, &ContactService::Stub::ReserveContact, request));
  return Answer(context, response.verdict(), response.permit_id(), ToJson(response));
}

Outcome ContactComplete(const CommandContext& context, const CompleteOptions& options) {
  v1::CompleteContactRequest request;
  if (options.permit_id.empty() == options.attempt_id.empty())
    return Error(error::v1::SCHEMA_INVALID, "give --permit or --attempt");
  if (!options.permit_id.empty()) {
    request.set_permit_id(options.permit_id);
    ASSIGN_OR_RETURN(const int64_t micros,
                     options.started_at.empty()
                         ? absl::StatusOr<int64_t>(absl::ToUnixMicros(absl::Now()))
                         : ReadTime(options.started_at));
    request.mutable_started_at()->set_seconds(micros / kMicrosPerSecond);
    request.mutable_started_at()->set_nanos(static_cast<int32_t>(micros % kMicrosPerSecond * 1000));
  } else {
    request.set_attempt_id(options.attempt_id);
  }
  if (!options.reach.empty()) {
    ASSIGN_OR_RETURN(const int reach,
                     ReadEnum(*event::v1::Reach_descriptor(), "REACH_", options.reach));
    request.mutable_completion()->set_reach(static_cast<event::v1::Reach>(reach));
    request.mutable_completion()->set_duration_seconds(options.seconds);
  }
  if (!options.result.empty()) {
    ASSIGN_OR_RETURN(const int result,
                     ReadEnum(*event::v1::Result_descriptor(), "RESULT_", options.result));
    request.mutable_completion()->set_result(static_cast<event::v1::Result>(result));
  }
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  request.set_parent(client.parent());
  request.set_request_id(options.request_id.empty() ? FreshRequestId(context) : options.request_id);
  *request.mutable_actor() = client.actor();
  const auto stub = ContactService::NewStub(client.channel());
  ASSIGN_OR_RETURN(const auto response,
                   Call(*stub, &ContactService::Stub::CompleteContact, request));
  RecordWriter writer(context.format, Shape::kOne, {{"attempt_id"}, {"events"}}, context.out);
  writer.Add({response.attempt_id(), absl::StrCat(response.receipts_size())}, ToJson(response));
  writer.Finish();
  return ExitCode::kOk;
}

Outcome ContactCancel(const CommandContext& context, const CancelOptions& options) {
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  v1::CancelPermitRequest request;
  request.set_parent(client.parent());
  request.set_request_id(options.request_id.empty() ? FreshRequestId(context) : options.request_id);
  request.set_permit_id(options.permit_id);
  request.set_reason(options.reason);
  *request.mutable_actor() = client.actor();
  const auto stub = ContactService::NewStub(client.channel());
  ASSIGN_OR_RETURN(const auto response, Call(*stub, &ContactService::Stub::CancelPermit, request));
  RecordWriter writer(context.format, Shape::kOne, {{"event_id"}, {"position", true}}, context.out);
  writer.Add({response.receipt().event_id(), absl::StrCat(response.receipt().position())},
             ToJson(response));
  writer.Finish();
  return ExitCode::kOk;
}

Outcome ContactPermits(const CommandContext& context, const std::string& party_id,
                       const std::string& state) {
  v1::ListPermitsRequest request;
  request.set_party_id(party_id);
  if (!state.empty()) {
    ASSIGN_OR_RETURN(const int value, ReadEnum(*v1::Permit::State_descriptor(), "", state));
    request.set_state(static_cast<v1::Permit::State>(value));
  }
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  request.set_parent(client.parent());
  const auto stub = ContactService::NewStub(client.channel());
  RecordWriter writer(
      context.format, Shape::kMany,
      {{"permit_id"}, {"state"}, {"case_id"}, {"channel"}, {"granted_at"}, {"expires_at"}},
      context.out);
  do {
    ASSIGN_OR_RETURN(const auto page, Call(*stub, &ContactService::Stub::ListPermits, request));
    for (const v1::Permit& permit : page.permits()) {
      writer.Add({permit.permit_id(), v1::Permit::State_Name(permit.state()), permit.case_id(),
                  permit.channel(), TimeText(permit.granted_at().seconds() * kMicrosPerSecond, 0),
                  TimeText(permit.expires_at().seconds() * kMicrosPerSecond, 0)},
                 ToJson(permit));
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  writer.Finish();
  return ExitCode::kOk;
}

Outcome ContactLedger(const CommandContext& context, const std::string& case_id,
                      const std::string& party_id) {
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  v1::GetContactLedgerRequest request;
  request.set_parent(client.parent());
  request.set_case_id(case_id);
  request.set_party_id(party_id);
  const auto stub = ContactService::NewStub(client.channel());
  ASSIGN_OR_RETURN(const auto response,
                   Call(*stub, &ContactService::Stub::GetContactLedger, request));
  RecordWriter writer(context.format, Shape::kMany,
                      {{"channel"},
                       {"verdict"},
                       {"rule"},
                       {"count", true},
                       {"limit", true},
                       {"from"},
                       {"to"},
                       {"frees_at"}},
                      context.out);
  for (const v1::ChannelStanding& standing : response.channels()) {
    for (const Finding& finding : standing.verdict().findings()) {
      // What counts nothing and bars nothing says nothing of the person.
      if (finding.limit() == 0 && finding.result() != Finding::FAIL) continue;
      writer.Add(
          {standing.channel(), Finding::Result_Name(finding.result()), finding.rule_id(),
           absl::StrCat(finding.count()), absl::StrCat(finding.limit()), finding.window_from(),
           finding.window_to(),
           finding.has_next_allowed_at_micros() ? TimeText(finding.next_allowed_at_micros(), 0)
                                                : ""},
          ToJson(finding));
    }
  }
  writer.Finish();
  return ExitCode::kOk;
}

Outcome ContactBatch(const CommandContext& context, const BatchOptions& options) {
  v1::BatchCheckContactsRequest request;
  std::ifstream file;
  if (options.file != "-") {
    file.open(options.file);
    if (!file)
      return Error(error::v1::NOT_FOUND, absl::StrCat("cannot read ", ToAbsl(options.file)));
  }
  std::istream& in = options.file == "-" ? std::cin : file;
  for (std::string line; std::getline(in, line);) {
    if (line.empty()) continue;
    const size_t comma = std::min(line.find(','), line.size());
    v1::IntendedContact* contact = request.add_contacts();
    contact->set_case_id(line.substr(0, comma));
    if (comma < line.size()) contact->set_party_id(line.substr(comma + 1));
  }
  for (const std::string& name : options.channels) {
    ASSIGN_OR_RETURN(const int channel,
                     ReadEnum(*event::v1::Channel_descriptor(), "CHANNEL_", name));
    request.add_channels(static_cast<event::v1::Channel>(channel));
  }
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  request.set_parent(client.parent());
  const auto stub = ContactService::NewStub(client.channel());
  grpc::ClientContext call;
  const auto reader = stub->BatchCheckContacts(&call, request);
  RecordWriter writer(context.format, Shape::kMany,
                      {{"case_id"},
                       {"party_id"},
                       {"channel"},
                       {"verdict"},
                       {"rule"},
                       {"next_allowed_at"},
                       {"error"}},
                      context.out);
  for (v1::BatchCheckContactsResponse response; reader->Read(&response);) {
    for (const v1::BatchCheckResult& result : response.results()) {
      if (result.answers().empty()) {
        writer.Add({result.case_id(), result.party_id(), "", "", "", "",
                    absl::StrCat(result.error_reason(), " ", result.error_field())},
                   ToJson(result));
      }
      for (const v1::ChannelAnswer& answer : result.answers()) {
        writer.Add({result.case_id(), result.party_id(),
                    event::v1::Channel_Name(answer.channel()).substr(sizeof("CHANNEL_") - 1),
                    Verdict::Outcome_Name(answer.outcome()), answer.rule(),
                    answer.has_next_allowed_at()
                        ? TimeText(answer.next_allowed_at().seconds() * kMicrosPerSecond, 0)
                        : "",
                    ""});
      }
    }
  }
  if (const grpc::Status status = reader->Finish(); !status.ok()) return FromGrpc(status);
  writer.Finish();
  return ExitCode::kOk;
}

}  // namespace constancia::api
