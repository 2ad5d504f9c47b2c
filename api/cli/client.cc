#include "api/cli/client.h"

#include <grpcpp/channel.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/status.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "api/server/files.h"
#include "api/server/ledger_folder.h"
#include "api/server/settings.h"
#include "core/crypto/x509.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/error_info.pb.h"
#include "google/rpc/status.pb.h"

namespace constancia::api {
namespace {

// Messages may be as large as an append of 64 events with their personal parts.
constexpr int kMessageBytesMax = 64 << 20;

absl::Status Missing(std::string_view what) {
  return Error(error::v1::SETUP_INVALID, absl::StrCat("do not know ", ToAbsl(what),
                                                      "; give --ledger DIR, or --server, --ca, "
                                                      "--cert and --key"));
}

// How long a client waits for a server that was started a moment before it.
constexpr absl::Duration kStartingMax = absl::Seconds(3);

// The address that the server of a folder listens on: the one it noted, else the one of its
// settings.
absl::StatusOr<std::string> AddressOf(const std::string& ledger) {
  std::error_code ignored;
  const auto noted = [&] { return std::filesystem::exists(AddressFileOf(ledger), ignored); };
  const absl::Time until = absl::Now() + kStartingMax;
  while (!noted() && absl::Now() < until) absl::SleepFor(absl::Milliseconds(20));
  if (noted()) {
    ASSIGN_OR_RETURN(std::string address, ReadSmallFile(AddressFileOf(ledger)));
    while (address.ends_with('\n')) address.pop_back();
    return address;
  }
  ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(LedgerPaths(ledger).settings));
  ASSIGN_OR_RETURN(const Settings settings, ReadSettings(text, ProcessEnvironment(), {}));
  return settings.grpc_address;
}

}  // namespace

std::string AddressFileOf(std::string_view ledger) {
  return absl::StrCat(ToAbsl(ledger), "/address");
}

absl::Status FromRpc(const google::rpc::Status& rpc) {
  if (rpc.code() == 0) return absl::OkStatus();
  const auto plain = [&] {
    return absl::Status(static_cast<absl::StatusCode>(rpc.code()), rpc.message());
  };
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad;
  google::rpc::PreconditionFailure failed;
  for (const auto& detail : rpc.details()) {
    if (detail.UnpackTo(&info) || detail.UnpackTo(&bad) || detail.UnpackTo(&failed)) continue;
  }
  Reason reason = error::v1::REASON_UNSPECIFIED;
  if (!error::v1::Reason_Parse(info.reason(), &reason)) return plain();
  const std::string field = bad.field_violations().empty() ? "" : bad.field_violations(0).field();
  std::string text = rpc.message();
  for (const auto& violation : failed.violations())
    absl::StrAppend(&text, "\n  ", violation.type(), ": ", violation.description());
  return Error(reason, text, field);
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  google::rpc::Status rpc;
  if (!status.error_details().empty() && rpc.ParseFromString(status.error_details())) {
    return FromRpc(rpc);
  }
  std::string text = status.error_message();
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE) {
    absl::StrAppend(&text, " (is the server running?)");
  }
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), text);
}

absl::StatusOr<Client> Client::Make(const ClientSettings& settings) {
  const bool folder = !settings.ledger.empty();
  const LedgerPaths paths(settings.ledger);
  const auto path = [&](const std::string& given, const std::string& in_folder) {
    return !given.empty() || !folder ? given : in_folder;
  };
  const std::string ca = path(settings.ca, paths.authority);
  const std::string cert = path(settings.cert, absl::StrCat(paths.tls, "/", settings.as, ".pem"));
  const std::string key = path(settings.key, absl::StrCat(paths.tls, "/", settings.as, ".key"));
  if (ca.empty()) return Missing("whose certificates to trust");
  if (cert.empty() || key.empty()) return Missing("as whom to call");
  std::string address = settings.server;
  if (address.empty()) {
    if (!folder) return Missing("where the server is");
    ASSIGN_OR_RETURN(address, AddressOf(settings.ledger));
  }

  grpc::SslCredentialsOptions tls;
  ASSIGN_OR_RETURN(tls.pem_root_certs, ReadSmallFile(ca));
  ASSIGN_OR_RETURN(tls.pem_cert_chain, ReadSmallFile(cert));
  ASSIGN_OR_RETURN(tls.pem_private_key, ReadSecretFile(key));
  ASSIGN_OR_RETURN(const std::vector<std::string> names, UriNamesOfPem(tls.pem_cert_chain));
  ASSIGN_OR_RETURN(Caller caller, IdentifyCaller(names));

  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
  arguments.SetMaxSendMessageSize(kMessageBytesMax);
  return Client(grpc::CreateCustomChannel(address, grpc::SslCredentials(tls), arguments),
                std::move(caller));
}

Client::Client(std::shared_ptr<grpc::Channel> channel, Caller caller)
    : channel_(std::move(channel)),
      caller_(std::move(caller)),
      parent_(absl::StrCat("tenants/", caller_.tenant)) {}

ledger::v1::Actor Client::actor() const {
  ledger::v1::Actor actor;
  actor.set_kind(caller_.kind == CallerKind::kSource ? ledger::v1::SYSTEM : ledger::v1::PERSON);
  actor.set_id(caller_.id);
  return actor;
}

}  // namespace constancia::api
