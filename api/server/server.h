// A running ledger: everything constructed in order, destroyed in reverse.
//
// Used by: api/cli (serve), tests (in the process, on free ports).
// Threads: any thread may call any method.
#ifndef CONSTANCIA_API_SERVER_SERVER_H_
#define CONSTANCIA_API_SERVER_SERVER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "api/server/settings.h"
#include "core/base/clock.h"
#include "core/base/random.h"

namespace constancia::api {

// Pointers outlive the server.
struct ServerOptions {
  // As InitLedger made it.
  std::string folder;
  // Settings that win over file and environment, by the names of settings.h.
  SettingList flags;
  // ProcessEnvironment() in the program, empty in tests.
  SettingList environment;
  Clock* clock = nullptr;
  Random* random = nullptr;
};

class Server {
 public:
  // Opens the ledger under the folder's lock and listens. Fails with SETUP_INVALID when the folder,
  // its settings or its keys are not right, it is in use, or an address cannot be listened on; with
  // DAMAGED as EventLog::Open does.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options);

  // Shuts down.
  ~Server();

  // Takes no further call, answers what was taken, makes the last checkpoint and closes. Returns
  // when that is done; a second call waits for the first.
  void Shutdown();

  // Returns once Shutdown is done.
  void Wait();

  // What is listened on, as "127.0.0.1:7443", with the ports that were taken.
  const std::string& grpc_address() const;
  const std::string& http_address() const;

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_SERVER_SERVER_H_
