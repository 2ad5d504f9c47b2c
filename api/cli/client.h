// A connection to a running server.
//
// Used by: every command that talks to one.
// Threads: any thread may use the channel.
#ifndef CONSTANCIA_API_CLI_CLIENT_H_
#define CONSTANCIA_API_CLI_CLIENT_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "api/auth/caller.h"
#include "constancia/ledger/v1/header.pb.h"
#include "core/base/status.h"

namespace grpc {
class Channel;
class Status;
}  // namespace grpc
namespace google::rpc {
class Status;
}

namespace constancia::api {

// Where the server is and who calls. What is empty is found in the ledger's folder.
struct ClientSettings {
  std::string ledger;           // A ledger's folder.
  std::string as = "operator";  // Whose certificate of that folder: tls/<as>.pem and .key.
  std::string server;           // "127.0.0.1:7443"
  std::string ca;               // Paths of PEM files.
  std::string cert;
  std::string key;
};

// The file in a ledger's folder in which `serve` notes where it listens, while it does.
std::string AddressFileOf(std::string_view ledger);

// Turns what a server answered back into what it said, with reason, field and variables.
absl::Status FromRpc(const google::rpc::Status& status);
absl::Status FromGrpc(const grpc::Status& status);

class Client {
 public:
  // Reads the certificates; the first call connects. Fails with SETUP_INVALID, saying what to give.
  static absl::StatusOr<Client> Make(const ClientSettings& settings);

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  // "tenants/{tenant}", of the caller.
  const std::string& parent() const { return parent_; }
  // Who calls, as the certificate says.
  const Caller& caller() const { return caller_; }
  // The same as an actor, for requests that need one: a person, or for a source a system.
  ledger::v1::Actor actor() const;

 private:
  Client(std::shared_ptr<grpc::Channel> channel, Caller caller);

  std::shared_ptr<grpc::Channel> channel_;
  Caller caller_;
  std::string parent_;
};

// Makes one call: Call(*stub, &Stub::GetEvent, request) -> StatusOr<response>.
// Sources include grpcpp themselves.
template <typename Stub, typename Context, typename Request, typename Response>
absl::StatusOr<Response> Call(Stub& stub,
                              grpc::Status (Stub::*method)(Context*, const Request&, Response*),
                              const Request& request) {
  Context context;
  Response response;
  const auto status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return FromGrpc(status);
  return response;
}

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_CLIENT_H_
