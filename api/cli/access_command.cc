#include "api/cli/access_command.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "api/cli/enum_text.h"
#include "api/cli/event_output.h"
#include "api/server/ledger_folder.h"
#include "constancia/v1/access_service.grpc.pb.h"
#include "core/base/bytes.h"
#include "core/base/status.h"

namespace constancia::api {
namespace {

using v1::AccessService;

constexpr uint32_t kPageSizeMax = 1000;

absl::Status SetTime(const std::string& text, google::protobuf::Timestamp* at) {
  ASSIGN_OR_RETURN(const int64_t micros, ReadTime(text));
  at->set_seconds(micros / kMicrosPerSecond);
  at->set_nanos(static_cast<int32_t>(micros % kMicrosPerSecond * 1000));
  return absl::OkStatus();
}

std::string InstantText(const google::protobuf::Timestamp& at) {
  return TimeText(at.seconds() * kMicrosPerSecond + at.nanos() / 1000, 0);
}

// Makes a change and says what became of it.
template <typename Request>
Outcome Change(const CommandContext& context, Request request, const std::string& request_id,
               grpc::Status (AccessService::Stub::*method)(grpc::ClientContext*, const Request&,
                                                           v1::AccessChange*)) {
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  request.set_parent(client.parent());
  request.set_request_id(request_id.empty() ? FreshRequestId(context) : request_id);
  const auto stub = AccessService::NewStub(client.channel());
  ASSIGN_OR_RETURN(const v1::AccessChange change, Call(*stub, method, request));
  RecordWriter writer(context.format, Shape::kOne, {{"state"}, {"event_id"}, {"grant_id"}},
                      context.out);
  writer.Add({v1::AccessChange::State_Name(change.state()), change.event_id(), change.grant_id()},
             ToJson(change));
  writer.Finish();
  if (change.state() == v1::AccessChange::PROPOSED) {
    *context.err << "a second person approves it with --approve " << change.event_id() << "\n";
  }
  return ExitCode::kOk;
}

}  // namespace

Outcome AccessCertificate(const CommandContext& context, const std::string& caller,
                          const std::string& name) {
  if (context.client.ledger.empty()) {
    return Error(error::v1::SETUP_INVALID, "name the ledger's folder with --ledger");
  }
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  ASSIGN_OR_RETURN(const Caller named, ParseCallerName(caller, client.caller().tenant));
  const std::string file = name.empty() ? named.id : name;
  RETURN_IF_ERROR(IssueCaller(context.client.ledger, named, file, *context.clock));
  *context.err << "tls/" << file << ".pem and tls/" << file << ".key are for " << ToUri(named)
               << "\n";
  return ExitCode::kOk;
}

Outcome AccessRegister(const CommandContext& context, const AccessOptions& options) {
  v1::RegisterCallerRequest request;
  request.set_caller(options.caller);
  return Change(context, request, options.request_id, &AccessService::Stub::RegisterCaller);
}

Outcome AccessGrant(const CommandContext& context, const AccessOptions& options) {
  v1::GrantRoleRequest request;
  request.set_caller(options.caller);
  request.set_role(options.role);
  for (const std::string& item : options.scope) request.add_scope(item);
  if (!options.until.empty()) RETURN_IF_ERROR(SetTime(options.until, request.mutable_until()));
  request.set_reason(options.reason);
  request.set_approves(options.approves);
  return Change(context, request, options.request_id, &AccessService::Stub::GrantRole);
}

Outcome AccessRevoke(const CommandContext& context, const AccessOptions& options) {
  v1::RevokeRoleRequest request;
  request.set_caller(options.caller);
  request.set_role(options.role);
  request.set_reason(options.reason);
  return Change(context, request, options.request_id, &AccessService::Stub::RevokeRole);
}

Outcome AccessList(const CommandContext& context) {
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  v1::ListRolesRequest request;
  request.set_parent(client.parent());
  request.set_page_size(kPageSizeMax);
  const auto stub = AccessService::NewStub(client.channel());
  RecordWriter writer(context.format, Shape::kMany,
                      {{"caller"}, {"registered"}, {"role"}, {"scope"}, {"until"}, {"event_id"}},
                      context.out);
  do {
    ASSIGN_OR_RETURN(const auto page, Call(*stub, &AccessService::Stub::ListRoles, request));
    for (const v1::CallerRoles& caller : page.callers()) {
      const std::string registered = caller.registered() ? "yes" : "no";
      if (!caller.settings_roles().empty()) {
        writer.Add({caller.caller(), registered, absl::StrJoin(caller.settings_roles(), " "), "",
                    "", "settings"},
                   ToJson(caller));
      }
      for (const v1::HeldRole& held : caller.roles()) {
        writer.Add({caller.caller(), registered, held.role(), absl::StrJoin(held.scope(), " "),
                    held.has_until() ? InstantText(held.until()) : "", held.event_id()},
                   ToJson(caller));
      }
      if (caller.settings_roles().empty() && caller.roles().empty())
        writer.Add({caller.caller(), registered, "", "", "", ""}, ToJson(caller));
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  writer.Finish();
  return ExitCode::kOk;
}

Outcome AccessOpen(const CommandContext& context, const GrantOptions& options) {
  v1::IssueGrantRequest request;
  request.set_grantee(options.grantee);
  request.set_grantee_name(options.name);
  for (const std::string& stream : options.streams) request.add_streams(stream);
  for (const std::string& creditor : options.creditors) request.add_creditor_ids(creditor);
  if (!options.from.empty()) RETURN_IF_ERROR(SetTime(options.from, request.mutable_from_time()));
  if (!options.to.empty()) RETURN_IF_ERROR(SetTime(options.to, request.mutable_to_time()));
  if (!options.masking.empty()) {
    ASSIGN_OR_RETURN(const int masking,
                     ReadEnum(*event::v1::Masking_descriptor(), "MASKING_", options.masking));
    request.set_masking(static_cast<event::v1::Masking>(masking));
  }
  request.set_purpose(options.purpose);
  request.set_legal_basis(options.legal_basis);
  request.set_approves(options.approves);
  return Change(context, request, options.request_id, &AccessService::Stub::IssueGrant);
}

Outcome AccessClose(const CommandContext& context, const GrantOptions& options) {
  v1::RevokeGrantRequest request;
  request.set_grant_id(options.grant_id);
  request.set_reason(options.reason);
  return Change(context, request, options.request_id, &AccessService::Stub::RevokeGrant);
}

Outcome AccessGrants(const CommandContext& context) {
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  v1::ListGrantsRequest request;
  request.set_parent(client.parent());
  request.set_page_size(kPageSizeMax);
  const auto stub = AccessService::NewStub(client.channel());
  RecordWriter writer(context.format, Shape::kMany,
                      {{"grant_id"},
                       {"state"},
                       {"grantee"},
                       {"streams"},
                       {"creditors"},
                       {"from"},
                       {"to"},
                       {"masking"},
                       {"purpose"}},
                      context.out);
  do {
    ASSIGN_OR_RETURN(const auto page, Call(*stub, &AccessService::Stub::ListGrants, request));
    for (const v1::Grant& grant : page.grants()) {
      writer.Add({grant.grant_id(), v1::Grant::State_Name(grant.state()), grant.grantee(),
                  absl::StrJoin(grant.streams(), " "), absl::StrJoin(grant.creditor_ids(), " "),
                  InstantText(grant.from_time()), InstantText(grant.to_time()),
                  event::v1::Masking_Name(grant.masking()), grant.purpose()},
                 ToJson(grant));
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  writer.Finish();
  return ExitCode::kOk;
}

Outcome AccessAddKey(const CommandContext& context, const SourceKeyOptions& options) {
  v1::RegisterSourceKeyRequest request;
  request.set_source(options.source);
  const auto key = Base64Decode(options.key);
  if (!key.has_value()) return Error(error::v1::INPUT_MALFORMED, "a key is given in base64");
  request.set_public_key(*key);
  return Change(context, request, options.request_id, &AccessService::Stub::RegisterSourceKey);
}

Outcome AccessRevokeKey(const CommandContext& context, const SourceKeyOptions& options) {
  v1::RevokeSourceKeyRequest request;
  request.set_source(options.source);
  const auto id = HexDecode(options.key);
  if (!id.has_value()) return Error(error::v1::INPUT_MALFORMED, "the id of a key is given in hex");
  request.set_key_id(*id);
  request.set_reason(options.reason);
  return Change(context, request, options.request_id, &AccessService::Stub::RevokeSourceKey);
}

Outcome AccessShowLog(const CommandContext& context, const std::string& case_id, uint64_t limit) {
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  v1::ListAccessLogRequest request;
  request.set_parent(client.parent());
  request.set_case_id(case_id);
  const auto stub = AccessService::NewStub(client.channel());
  RecordWriter writer(context.format, Shape::kMany, EventColumns(), context.out);
  uint64_t left = limit == 0 ? UINT64_MAX : limit;
  do {
    request.set_page_size(static_cast<uint32_t>(std::min<uint64_t>(left, kPageSizeMax)));
    ASSIGN_OR_RETURN(const auto page, Call(*stub, &AccessService::Stub::ListAccessLog, request));
    for (const v1::Event& event : page.events()) writer.Add(EventCells(event), ToJson(event));
    left -= std::min<uint64_t>(left, static_cast<uint64_t>(page.events_size()));
    request.set_page_token(page.next_page_token());
  } while (left > 0 && !request.page_token().empty());
  writer.Finish();
  return ExitCode::kOk;
}

}  // namespace constancia::api
