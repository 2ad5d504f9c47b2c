// constancia access: who may do what, and who looked.
#ifndef CONSTANCIA_API_CLI_ACCESS_COMMAND_H_
#define CONSTANCIA_API_CLI_ACCESS_COMMAND_H_

#include <cstdint>
#include <string>
#include <vector>

#include "api/cli/command.h"

namespace constancia::api {

struct AccessOptions {
  std::string caller;  // person/ana
  std::string role;
  std::vector<std::string> scope;
  std::string until;
  std::string reason;
  std::string approves;  // Event id of a proposal; then nothing else is given.
  std::string request_id;
};

struct GrantOptions {
  std::string grantee;
  std::string name;
  std::vector<std::string> streams;
  std::vector<std::string> creditors;
  std::string from;
  std::string to;
  std::string masking;
  std::string purpose;
  std::string legal_basis;
  std::string approves;
  std::string grant_id;  // To end one.
  std::string reason;
  std::string request_id;
};

struct SourceKeyOptions {
  std::string source;
  std::string key;  // Base64 of the public key, or hex of its id to revoke it.
  std::string reason;
  std::string request_id;
};

// Issues a certificate with the ledger's own authority, for a source, an operator or a person, into
// its folder: tls/<name>.pem and .key. The key belongs to its owner: hand it over and delete it.
Outcome AccessCertificate(const CommandContext& context, const std::string& caller,
                          const std::string& name);
Outcome AccessRegister(const CommandContext& context, const AccessOptions& options);
Outcome AccessGrant(const CommandContext& context, const AccessOptions& options);
Outcome AccessRevoke(const CommandContext& context, const AccessOptions& options);
Outcome AccessList(const CommandContext& context);
Outcome AccessOpen(const CommandContext& context, const GrantOptions& options);
Outcome AccessClose(const CommandContext& context, const GrantOptions& options);
Outcome AccessGrants(const CommandContext& context);
Outcome AccessAddKey(const CommandContext& context, const SourceKeyOptions& options);
Outcome AccessRevokeKey(const CommandContext& context, const SourceKeyOptions& options);
// `case_id` empty: of all cases. `limit` 0: all.
Outcome AccessShowLog(const CommandContext& context, const std::string& case_id, uint64_t limit);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_ACCESS_COMMAND_H_
