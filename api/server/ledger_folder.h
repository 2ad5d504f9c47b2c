// A ledger's folder: what `constancia init` makes and `constancia serve` runs.
//
//   constancia.toml   settings
//   log/ state/ keys/ the databases
//   secrets/          0700: ledger.pem, master-1.key, ca.key, server.key
//   tls/              ca.pem, server.pem, operator.pem + .key, sample-source.pem + .key
//   policy.txt        what a verifier needs, to be handed over by a way the reader trusts
//   exports/          finished bundles and jobs
//   lock              held while a process works with the ledger
//
// Private keys have mode 0600 and are refused when others may read them.
//
// Used by: api/server, api/cli.
// Threads: any.
#ifndef CONSTANCIA_API_SERVER_LEDGER_FOLDER_H_
#define CONSTANCIA_API_SERVER_LEDGER_FOLDER_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "api/auth/caller.h"
#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/crypto/ed25519.h"
#include "eventstore/log/data_keys.h"

namespace constancia::api {

struct LedgerPaths {
  explicit LedgerPaths(const std::string& folder);

  std::string folder;
  std::string settings;
  std::string secrets;
  std::string ledger_key;
  std::string authority_key;
  std::string server_key;
  std::string tls;
  std::string authority;
  std::string server;
  std::string policy;
  std::string exports;
};

// Pointers outlive the call.
struct InitOptions {
  std::string folder;
  // The log's unique name, as in "agency.example/constancia/ledger-1": no space, no '+'.
  std::string origin;
  // 1 to 64 of [A-Za-z0-9._-].
  std::string tenant;
  // The first operator; gets every role until the settings say otherwise.
  std::string operator_id = "operator";
  // Further names and addresses under which the server is reached.
  std::vector<std::string> hosts;
  Clock* clock = nullptr;
  Random* random = nullptr;
};

// Makes the folder with everything in it and the ledger's first event. Fails with SETUP_INVALID
// when the folder exists and is not empty, or a name is not of its form; what was made is then
// removed.
absl::Status InitLedger(const InitOptions& options);

// Issues a certificate for `caller`: tls/<name>.pem and tls/<name>.key. Fails with SETUP_INVALID
// when they exist or ca.key is not there (an authority may be kept elsewhere).
absl::Status IssueCaller(const std::string& folder, const Caller& caller, std::string_view name,
                         Clock& clock);

// The log's signing key. Fails with INPUT_MALFORMED.
absl::StatusOr<Ed25519Key> LoadLedgerKey(const LedgerPaths& paths);

// All master keys, secrets/master-<generation>.key. Fails with SETUP_INVALID when there is none.
absl::StatusOr<std::vector<eventstore::MasterKey>> LoadMasterKeys(const LedgerPaths& paths);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_SERVER_LEDGER_FOLDER_H_
