#include "api/cli/contact_command.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <utility>

#include "absl/strings/str_cat.h"
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

}  // namespace constancia::api
